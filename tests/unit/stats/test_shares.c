// SPDX-License-Identifier: GPL-2.0-or-later
/* shares.c: an exact integral dealt out by samples: nothing is lost, and nothing invented. */
#include "bs_test.h"

#include "rng.h"
#include "timeline.h"

#define S BS_NS_PER_S
#define MIB BS_MIB

static uint64_t mib_s(struct bs_shares *s, uint64_t *out)
{
	const uint64_t sub = bs_shares_mib_s(s, out);

	bs_shares_destroy(s);
	return sub;
}

/*
 * held    8 MiB |==========|          80 MiB.s
 * part 1        6 ........ 2          both ends together 8 of 16: 40
 * part 2, sub   1 ........ 3          4 of 16: 20
 * part 3, sub   1 ........ 3          20, and with part 2: 40
 */
static void test_both_ends_count(void **state)
{
	const uint64_t begin[] = {0, 6, 1, 1}, end[] = {0, 2, 3, 3};
	struct bs_timeline *tl = bs_timeline_create(10 * S);
	struct bs_shares *s = bs_shares_create(4, 2, 10);
	const uint64_t *weights;
	const bs_ns *times;
	uint64_t out[4];

	(void)state;
	bs_timeline_set(tl, 0, 0, 8 * MIB, 0);
	bs_shares_sample(s, tl, 0, begin);
	bs_shares_sample(s, tl, 10 * S, end); /* the timeline need not have come that far */
	assert_int_equal(bs_shares_samples(s, &times, &weights), 2);
	assert_int_equal(times[1], 10 * S);
	assert_memory_equal(weights + 4, end, sizeof(end));
	assert_int_equal(mib_s(s, out), 40);
	assert_int_equal(out[0], 0);
	assert_int_equal(out[1], 40);
	assert_int_equal(out[2], 20);
	assert_int_equal(out[3], 20);
	bs_timeline_destroy(tl);
}

/* What nobody accounts for is the first part's; a sample that says nothing leaves it to the other. */
static void test_what_nobody_accounts_for(void **state)
{
	const uint64_t none[] = {0, 0, 0}, some[] = {0, 5, 0};
	struct bs_timeline *tl = bs_timeline_create(10 * S);
	struct bs_shares *s = bs_shares_create(3, 2, 10);
	uint64_t out[3];

	(void)state;
	bs_timeline_set(tl, 0, 0, MIB, 0);
	bs_shares_sample(s, tl, 0, none);
	bs_shares_sample(s, tl, 4 * S, none);
	bs_shares_sample(s, tl, 10 * S, some);
	assert_int_equal(mib_s(s, out), 0);
	assert_int_equal(out[0], 4);
	assert_int_equal(out[1], 6);
	bs_timeline_destroy(tl);
}

/* 10 MiB.s in three equal parts: the unit that is missing goes to the first of them. */
static void test_units_that_are_cut_off_come_back(void **state)
{
	static const struct {
		uint64_t whole, weights[3], out[3];
	} cases[] = {
		{10, {1, 1, 1}, {4, 3, 3}}, {11, {1, 1, 1}, {4, 4, 3}},
		{10, {1, 1, 2}, {3, 2, 5}}, {100, {3, 0, 1}, {75, 0, 25}},
		{1, {1, 5, 2}, {0, 1, 0}},  {7, {0, 0, 0}, {7, 0, 0}},
		{0, {1, 2, 3}, {0, 0, 0}},  {UINT64_MAX, {0, 1, 0}, {0, UINT64_MAX, 0}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bs_timeline *tl = bs_timeline_create(S);
		struct bs_shares *s = bs_shares_create(3, 2, 2);
		uint64_t out[3];

		bs_shares_of(cases[i].whole, cases[i].weights, 3, out);
		assert_memory_equal(out, cases[i].out, sizeof(out));
		if (cases[i].whole < 1000) {
			bs_timeline_set(tl, 0, 0, cases[i].whole * MIB, 0);
			bs_shares_sample(s, tl, 0, cases[i].weights);
			bs_shares_sample(s, tl, S, cases[i].weights);
			bs_shares_mib_s(s, out);
			assert_memory_equal(out, cases[i].out, sizeof(out));
		}
		bs_shares_destroy(s);
		bs_timeline_destroy(tl);
	}
}

/* Whatever the levels and the samples are, and however few samples are kept: the parts are the whole. */
static void test_parts_are_the_whole(void **state)
{
	struct bs_rng rng;

	(void)state;
	bs_rng_seed(&rng, 7);
	for (unsigned int round = 0; round < 200; round++) {
		const unsigned int nr = 2 + bs_rng_next(&rng) % (BS_MAX_SHARES - 1);
		const unsigned int first_sub = 1 + bs_rng_next(&rng) % (nr - 1);
		struct bs_timeline *tl = bs_timeline_create(S);
		struct bs_shares *s = bs_shares_create(nr, first_sub, 1 + round % 5);
		uint64_t w[BS_MAX_SHARES], out[BS_MAX_SHARES], sum = 0, sub = 0;
		bs_ns t = 0;

		for (unsigned int i = 0; i < 12; i++) {
			bs_timeline_set(tl, t, bs_rng_next(&rng) >> 30, bs_rng_next(&rng) >> 28, 0);
			for (unsigned int k = 0; k < nr; k++)
				w[k] = bs_rng_next(&rng) % 3 ? bs_rng_next(&rng) >> 26 : 0;
			t += bs_rng_next(&rng) >> 30;
			bs_shares_sample(s, tl, t, w);
		}
		bs_timeline_end(tl, t);
		assert_true(bs_shares_mib_s(s, out) <= bs_timeline_held_mib_s(tl));
		for (unsigned int k = 0; k < nr; k++) {
			sum += out[k];
			sub += k >= first_sub ? out[k] : 0;
		}
		assert_true(sum == bs_timeline_held_mib_s(tl));
		assert_true(sub == bs_shares_mib_s(s, out));
		bs_shares_destroy(s);
		bs_timeline_destroy(tl);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_ends_count),
		cmocka_unit_test(test_what_nobody_accounts_for),
		cmocka_unit_test(test_units_that_are_cut_off_come_back),
		cmocka_unit_test(test_parts_are_the_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
