// SPDX-License-Identifier: GPL-2.0-or-later
/* What the generators share, seen through the events that come out. */
#include "bs_test.h"

#include <stdlib.h>

#include <buddysim/gfp.h>

#include "format.h"
#include "gen_kit.h"

#define KEPT 16

struct seen {
	struct bs_trace_event ev[KEPT];
	unsigned int n, stop_at;
};

static int see(void *arg, const struct bs_trace_event *ev)
{
	struct seen *s = arg;

	assert_true(s->n < KEPT);
	s->ev[s->n++] = *ev;
	return s->stop_at && s->n >= s->stop_at ? -7 : 0;
}

/* An age counts back from the latest allocation, whatever was freed between. */
static void test_ages_count_back(void **state)
{
	(void)state;

	struct seen s = {0};
	struct bs_gen g = {.emit = see, .arg = &s, .now = 5};

	assert_int_equal(bs_gen_alloc(&g, 3, BS_GFP_KERNEL, 1), 0);
	assert_int_equal(bs_gen_alloc(&g, 0, BS_GFP_KERNEL, 0), 0);
	assert_int_equal(bs_gen_free(&g, 0, 4, 2, BS_EVF_BATCHED, 1), 0);
	assert_int_equal(bs_gen_free(&g, 1, 0, 0, 0, 0), 0);
	assert_int_equal(s.n, 4);
	assert_int_equal(s.ev[0].order, 3);
	assert_int_equal(s.ev[0].cpu, 1);
	assert_int_equal(s.ev[0].time, 5);
	assert_int_equal(s.ev[2].arg, 2);
	assert_int_equal(s.ev[2].offset, 4);
	assert_int_equal(s.ev[2].flags, BS_EVF_BATCHED);
	assert_int_equal(s.ev[3].arg, 1);
}

/*
 *   0   4   8  12  16        26
 *   |A  |A  |A  |A  |         |
 *   mark 0          mark 1    mark 2
 */
static void test_fill_is_even_and_held(void **state)
{
	(void)state;

	static const bs_ns time[] = {0, 0, 4, 8, 12, 16, 26};
	struct seen s = {0};
	struct bs_gen g = {.emit = see, .arg = &s};

	assert_int_equal(bs_gen_fill_and_hold(&g, 4, 0, 16, 10), 0);
	assert_int_equal(s.n, 7);
	for (unsigned int i = 0; i < s.n; i++) {
		const bool mark = i == 0 || i >= 5;

		assert_int_equal(s.ev[i].time, time[i]);
		assert_int_equal(s.ev[i].kind, mark ? BS_EV_MARK : BS_EV_ALLOC);
	}
	assert_int_equal(s.ev[6].arg, 2);
	assert_int_equal(g.now, 26);
}

/* Who takes the events may stop at any of them. */
static void test_stop_is_passed_on(void **state)
{
	(void)state;

	for (unsigned int at = 1; at <= 7; at++) {
		struct seen s = {.stop_at = at};
		struct bs_gen g = {.emit = see, .arg = &s};

		assert_int_equal(bs_gen_fill_and_hold(&g, 4, 0, 16, 10), -7);
		assert_int_equal(s.n, at);
	}
}

static void test_sequence_is_a_permutation(void **state)
{
	(void)state;

	enum { N = 1000 };
	uint32_t *plain = bs_gen_sequence(N, false, 1, NULL);
	uint32_t *mixed = bs_gen_sequence(N, true, 1, NULL);
	uint32_t *again = bs_gen_sequence(N, true, 1, NULL);
	unsigned int moved = 0;
	bool seen[N] = {0};

	for (unsigned int i = 0; i < N; i++) {
		assert_int_equal(plain[i], i);
		assert_int_equal(mixed[i], again[i]);
		assert_true(mixed[i] < N && !seen[mixed[i]]);
		seen[mixed[i]] = true;
		moved += mixed[i] != i;
	}
	assert_true(moved > N / 2);
	free(plain);
	free(mixed);
	free(again);
	free(bs_gen_sequence(0, true, 1, NULL));
}

static void test_bytes_become_whole_blocks(void **state)
{
	(void)state;

	assert_int_equal(bs_gen_blocks(1, 0), 1);
	assert_int_equal(bs_gen_blocks(4096, 0), 1);
	assert_int_equal(bs_gen_blocks(4097, 0), 2);
	assert_int_equal(bs_gen_blocks(UINT64_C(3) << 20, 9), 2);
	assert_int_equal(bs_gen_spread(10, 3, 4), 7);
	/* 24 h and 2^40 blocks do not overflow on the way. */
	assert_int_equal(bs_gen_spread(BS_GEN_TIME_MAX, (UINT64_C(1) << 40) - 1, UINT64_C(1) << 40),
			 BS_GEN_TIME_MAX - 79);
}

/* The last length that a trace can have, and the first that it cannot; no product wraps. */
static void test_length_is_checked_exactly(void **state)
{
	(void)state;

	struct bs_error err;

	assert_int_equal(bs_gen_check_time("x", 1, BS_TIME_MAX - 1, "shorten", &err), 0);
	assert_true(bs_gen_check_time("x", 1, BS_TIME_MAX, "shorten", &err) < 0);
	assert_int_equal(err.status, BS_USAGE);
	assert_string_equal(err.advice, "shorten");
	assert_int_equal(bs_gen_check_time("x", BS_TIME_MAX / 4 - 1, 4, "", &err), 0);
	assert_true(bs_gen_check_time("x", UINT64_C(1) << 32, UINT64_C(1) << 32, "", &err) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ages_count_back),
		cmocka_unit_test(test_fill_is_even_and_held),
		cmocka_unit_test(test_stop_is_passed_on),
		cmocka_unit_test(test_sequence_is_a_permutation),
		cmocka_unit_test(test_bytes_become_whole_blocks),
		cmocka_unit_test(test_length_is_checked_exactly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
