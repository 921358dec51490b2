// SPDX-License-Identifier: GPL-2.0-or-later
/* Timeline: exact integrals, settle times, samples. */
#include "bs_test.h"

#include <stdlib.h>

#include "rng.h"
#include "timeline.h"

#define MIB (UINT64_C(1) << 20)
#define S BS_NS_PER_S

/* Two seconds at 3 MiB excess, then one without: the integral is 6, whoever looks when. */
static void test_integrals_of_steps(void **state)
{
	struct bs_timeline *tl = bs_timeline_create(10 * S);

	(void)state;
	bs_timeline_set(tl, 5 * S, 4 * MIB, 6 * MIB, 1 * MIB);
	bs_timeline_set(tl, 7 * S, 8 * MIB, 8 * MIB, 0);
	bs_timeline_end(tl, 8 * S);
	bs_timeline_set(tl, 9 * S, 0, 100 * MIB, 0);
	bs_timeline_end(tl, 10 * S);
	assert_int_equal(bs_timeline_held_mib_s(tl), 6);
	assert_int_equal(bs_timeline_used_mib_s(tl), 2 * 4 + 8);
	assert_int_equal(bs_timeline_peak_resident(tl), 8 * MIB);
	bs_timeline_destroy(tl);
}

/* Used memory that is not resident (never touched) does not pay off memory held elsewhere. */
static void test_excess_is_never_negative(void **state)
{
	struct bs_timeline *tl = bs_timeline_create(10 * S);

	(void)state;
	bs_timeline_set(tl, 0, 10 * MIB, 2 * MIB, 0);
	bs_timeline_set(tl, 4 * S, 0, 3 * MIB, 0);
	bs_timeline_end(tl, 5 * S);
	assert_int_equal(bs_timeline_held_mib_s(tl), 3);
	bs_timeline_destroy(tl);
}

static void test_rounding_is_down_and_only_at_the_end(void **state)
{
	struct bs_timeline *tl = bs_timeline_create(S);

	(void)state;
	/* 3 x 0.4 MiB x s less one byte x ns of 1.2: each part alone would round to 0. */
	for (int i = 0; i < 3; i++)
		bs_timeline_set(tl, i * 400 * BS_NS_PER_MS, 0, MIB, 0);
	bs_timeline_end(tl, S);
	assert_int_equal(bs_timeline_held_mib_s(tl), 1);
	bs_timeline_destroy(tl);

	tl = bs_timeline_create(S);
	bs_timeline_set(tl, 0, 0, MIB, 0);
	bs_timeline_end(tl, S - 1);
	assert_int_equal(bs_timeline_held_mib_s(tl), 0);
	bs_timeline_destroy(tl);
}

/* A 2 TiB guest over a year: no 64-bit product survives this. */
static void test_integral_does_not_overflow(void **state)
{
	const bs_ns year = 365 * 24 * 3600 * S;
	struct bs_timeline *tl = bs_timeline_create(year);

	(void)state;
	bs_timeline_set(tl, 0, 0, 2 * MIB * MIB, 0);
	bs_timeline_end(tl, year);
	assert_true(bs_timeline_held_mib_s(tl) == 2 * MIB * (year / S));
	bs_timeline_destroy(tl);
}

#define NAIVE_STEPS 4000

/* Random changes against a sum over every single ns. */
static void test_integrals_against_naive(void **state)
{
	struct bs_rng r;

	(void)state;
	bs_rng_seed(&r, 1);
	for (int round = 0; round < 50; round++) {
		struct bs_timeline *tl = bs_timeline_create(NAIVE_STEPS);
		uint64_t used = 0, held = 0, gone = 0, sum = 0, used_sum = 0, peak = 0;

		for (bs_ns t = 0; t < NAIVE_STEPS; t++) {
			if (!t || !bs_rng_below(&r, 7)) {
				used = bs_rng_below(&r, 1000);
				/* Mostly only used changes, below held or beyond it. */
				if (!t || !bs_rng_below(&r, 6)) {
					held = bs_rng_below(&r, 1000) + 200 * (round % 5);
					gone = bs_rng_below(&r, 100);
				}
				bs_timeline_set(tl, t, used, held, gone);
			}
			if (!bs_rng_below(&r, 20))
				assert_true(bs_timeline_held_byte_ns_at(tl, t) == sum);
			if (held + gone > peak)
				peak = held + gone;
			sum += held + gone > used ? held + gone - used : 0;
			used_sum += used;
		}
		bs_timeline_end(tl, NAIVE_STEPS);
		assert_true(bs_timeline_held_byte_ns(tl) == sum);
		assert_int_equal(bs_timeline_used_mib_s(tl), used_sum / (MIB * S));
		assert_int_equal(bs_timeline_peak_resident(tl), peak);
		bs_timeline_destroy(tl);
	}
}

/*
 *  excess  100 |____
 *              |    |
 *           50 |    |__     __          back above half at 3, for good below at 5
 *           10 |       |___|  |___
 *              0   1   2   3  5
 */
static void test_settle_is_for_good(void **state)
{
	struct bs_timeline *tl = bs_timeline_create(20 * S);

	(void)state;
	bs_timeline_set(tl, 0, 0, 300, 0);
	bs_timeline_set(tl, 10 * S, 0, 100, 0);
	assert_true(bs_timeline_settle(tl, 50) == BS_NO_TIME);
	bs_timeline_load_end(tl, 10 * S);
	bs_timeline_set(tl, 11 * S, 0, 50, 0);
	bs_timeline_set(tl, 12 * S, 0, 10, 0);
	bs_timeline_set(tl, 13 * S, 0, 60, 0);
	bs_timeline_set(tl, 15 * S, 0, 10, 0);
	bs_timeline_end(tl, 20 * S);
	assert_true(bs_timeline_settle(tl, 0) == 0);
	assert_true(bs_timeline_settle(tl, 40) == 1 * S);
	assert_true(bs_timeline_settle(tl, 50) == 5 * S);
	assert_true(bs_timeline_settle(tl, 90) == 5 * S);
	assert_true(bs_timeline_settle(tl, 91) == BS_NO_TIME);
	assert_true(bs_timeline_settle(tl, 101) == BS_NO_TIME);
	bs_timeline_destroy(tl);
}

static void test_settle_without_excess(void **state)
{
	struct bs_timeline *tl = bs_timeline_create(20 * S);

	(void)state;
	bs_timeline_set(tl, 0, 100, 100, 0);
	bs_timeline_load_end(tl, S);
	assert_true(bs_timeline_settle(tl, 99) == 0);
	/* Excess that appears later is more than there was: not settled until it is gone. */
	bs_timeline_set(tl, 2 * S, 90, 100, 0);
	assert_true(bs_timeline_settle(tl, 50) == BS_NO_TIME);
	bs_timeline_set(tl, 3 * S, 90, 90, 0);
	assert_true(bs_timeline_settle(tl, 50) == 2 * S);
	bs_timeline_destroy(tl);
}

/* Every percent of random falls, against a search backwards from the end. */
static void test_settle_against_naive(void **state)
{
	uint64_t e[200];
	struct bs_rng r;

	(void)state;
	bs_rng_seed(&r, 2);
	for (int round = 0; round < 100; round++) {
		struct bs_timeline *tl = bs_timeline_create(S);

		for (unsigned int t = 0; t < 200; t++) {
			e[t] = bs_rng_below(&r, t ? 1 + 3 * (200 - t) : 600);
			bs_timeline_set(tl, t, 7, e[t] + 7, 0);
			if (!t)
				bs_timeline_load_end(tl, 0);
		}
		bs_timeline_end(tl, 200);
		for (unsigned int p = 0; p <= 100; p++) {
			bs_ns want = 200;

			while (want && e[want - 1] * 100 <= (100 - p) * e[0])
				want--;
			assert_true(bs_timeline_settle(tl, p) == (want == 200 ? BS_NO_TIME : want));
		}
		bs_timeline_destroy(tl);
	}
}

static void take(struct bs_timeline *tl, bs_ns now, uint64_t calls)
{
	const struct bs_sample s = {.time = now, .calls = calls};

	if (bs_timeline_due(tl, now))
		bs_timeline_sample(tl, &s);
}

/* Noticed late, stored at the due time; a quiet stretch gets both its ends. */
static void test_samples_lie_on_the_grid(void **state)
{
	static const struct {
		bs_ns time;
		uint64_t calls;
	} want[] = {{0, 0}, {10, 1}, {20, 2}, {90, 2}, {100, 3}};
	struct bs_timeline *tl = bs_timeline_create(S);
	const struct bs_sample *s;

	(void)state;
	take(tl, 0, 0);
	take(tl, 9 * BS_NS_PER_MS, 9); /* not due */
	take(tl, 13 * BS_NS_PER_MS, 1);
	take(tl, 95 * BS_NS_PER_MS, 2);
	take(tl, 100 * BS_NS_PER_MS, 3);
	assert_int_equal(bs_timeline_samples(tl, &s), 5);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(s[i].time, want[i].time * BS_NS_PER_MS);
		assert_int_equal(s[i].calls, want[i].calls);
	}
	bs_timeline_destroy(tl);
}

/* The last sample of a run is wanted though none is due; taken twice, the second counts. */
static void test_final_sample(void **state)
{
	struct bs_timeline *tl = bs_timeline_create(S);
	struct bs_sample final = {.time = 15 * BS_NS_PER_MS, .calls = 7};
	const struct bs_sample *s;

	(void)state;
	take(tl, 0, 0);
	take(tl, 10 * BS_NS_PER_MS, 1);
	bs_timeline_sample(tl, &final);
	final.calls = 8;
	bs_timeline_sample(tl, &final);
	assert_int_equal(bs_timeline_samples(tl, &s), 3);
	assert_int_equal(s[2].time, final.time);
	assert_int_equal(s[2].calls, 8);
	bs_timeline_destroy(tl);
}

static void test_interval_follows_the_window(void **state)
{
	struct bs_timeline *tl = bs_timeline_create(S);

	(void)state;
	assert_int_equal(bs_timeline_interval(tl), 10 * BS_NS_PER_MS);
	bs_timeline_destroy(tl);
	tl = bs_timeline_create(2000 * S);
	assert_int_equal(bs_timeline_interval(tl), S);
	bs_timeline_destroy(tl);
}

/* Ten times the window that was announced: coarser, still in order, still from t0 to the end. */
static void test_a_longer_run_is_thinned_out(void **state)
{
	struct bs_timeline *tl = bs_timeline_create(20 * S);
	const struct bs_sample *s;
	size_t nr;

	(void)state;
	for (unsigned int i = 0; i <= 20000; i++)
		take(tl, i * 10 * BS_NS_PER_MS, i);
	nr = bs_timeline_samples(tl, &s);
	assert_in_range(nr, 1000, 2100);
	assert_int_equal(bs_timeline_interval(tl), 160 * BS_NS_PER_MS);
	assert_int_equal(s[0].time, 0);
	assert_true(s[nr - 1].time > 199 * S);
	for (size_t i = 1; i < nr; i++) {
		assert_true(s[i].time > s[i - 1].time);
		assert_true(s[i].time - s[i - 1].time <= 320 * BS_NS_PER_MS);
		assert_true(s[i].calls * 10 * BS_NS_PER_MS == s[i].time);
	}
	bs_timeline_destroy(tl);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_integrals_of_steps),
		cmocka_unit_test(test_excess_is_never_negative),
		cmocka_unit_test(test_rounding_is_down_and_only_at_the_end),
		cmocka_unit_test(test_integral_does_not_overflow),
		cmocka_unit_test(test_integrals_against_naive),
		cmocka_unit_test(test_settle_is_for_good),
		cmocka_unit_test(test_settle_without_excess),
		cmocka_unit_test(test_settle_against_naive),
		cmocka_unit_test(test_samples_lie_on_the_grid),
		cmocka_unit_test(test_final_sample),
		cmocka_unit_test(test_interval_follows_the_window),
		cmocka_unit_test(test_a_longer_run_is_thinned_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
