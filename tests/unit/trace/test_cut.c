// SPDX-License-Identifier: GPL-2.0-or-later
/* A window of a trace as a trace. */
#include "bs_test.h"
#include "bs_trace_test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const phase_names[] = {"one", "two"};

static int cut(const char *from, bs_ns start, bs_ns end, const char *to, struct bs_trace_info *info,
	       struct bs_error *err)
{
	struct bs_trace *t;
	int ret;

	assert_ok(bs_trace_open(from, &t, err), err);
	ret = bs_trace_cut(t, start, end, to, info, err);
	bs_trace_close(t);
	return ret;
}

/*
 * At 100 there are A: |--fA|AAAA| (its pages 0-2 are gone), B, and not C, which came and went.
 * A becomes two blocks: page 3 alone and pages 4-7; what is freed later finds its piece.
 */
static void test_cut_carries_live_blocks_over(void **state)
{
	(void)state;

	const struct bs_trace_info info = {
		.nr_cpus = 1, .names = phase_names, .nr_names = 2, .has_pfn = true};
	const struct bs_trace_event ev[] = {
		{.time = 0, .kind = BS_EV_PRE, .order = 3, .gfp = BS_GFP_KERNEL, .pfn = 8},
		{.time = 0, .kind = BS_EV_MARK, .arg = 0, .pfn = BS_NO_PFN},
		{.time = 10, .kind = BS_EV_ALLOC, .order = 1, .gfp = BS_GFP_USER, .pfn = 32},
		{.time = 20, .kind = BS_EV_FREE, .order = 1, .arg = 2, .pfn = 8},
		{.time = 30, .kind = BS_EV_ALLOC, .gfp = BS_GFP_USER, .pfn = 64},
		{.time = 40, .kind = BS_EV_FREE, .arg = 3, .offset = 2, .pfn = 10},
		{.time = 50, .kind = BS_EV_FREE, .arg = 1, .pfn = 64},
		{.time = 60, .kind = BS_EV_MARK, .arg = 1, .pfn = BS_NO_PFN},
		{.time = 100, .kind = BS_EV_ALLOC, .order = 2, .gfp = BS_GFP_NOWAIT, .pfn = 4},
		{.time = 110, .kind = BS_EV_FREE, .arg = 4, .offset = 3, .pfn = 11},
		{.time = 120, .kind = BS_EV_FREE, .order = 1, .arg = 4, .offset = 6, .pfn = 14},
		{.time = 130, .kind = BS_EV_FREE, .order = 1, .arg = 3, .pfn = 32},
		{.time = 140, .kind = BS_EV_FREE, .order = 2, .arg = 1, .pfn = 4},
		{.time = 200, .kind = BS_EV_ALLOC, .gfp = BS_GFP_USER, .pfn = 64},
	};
	const char *a = bs_test_path("a.cborseq"), *b = bs_test_path("b.cborseq");
	struct bs_trace_info result;
	struct bs_error err;

	bs_test_write_trace(a, &info, ev, sizeof(ev) / sizeof(ev[0]));
	assert_ok(cut(a, 100, 200, b, &result, &err), &err);
	bs_assert_trace_text(b, "0 pre o0 GFP_KERNEL pfn=11\n"
				"0 pre o2 GFP_KERNEL pfn=12\n"
				"0 pre o1 GFP_USER pfn=32\n"
				"0 mark two\n"
				"0 alloc o2 __GFP_KSWAPD_RECLAIM pfn=4\n"
				"10 free age=4 o0+0 pfn=11\n"
				"20 free age=3 o1+2 pfn=14\n"
				"30 free age=2 o1+0 pfn=32\n"
				"40 free age=1 o2+0 pfn=4\n");
	assert_int_equal(result.start_pages, 7);
	assert_int_equal(result.end_pages, 2);
}

static void test_cut_of_everything_is_the_same(void **state)
{
	(void)state;

	const char *a = bs_test_path("a.cborseq"), *b = bs_test_path("b.cborseq");
	struct bs_trace_info whole, result;
	struct bs_error err;
	char *ta, *tb;

	whole = bs_test_generate("churn", "events=50000,live=2000", 1, a);
	assert_ok(cut(a, 0, BS_NO_TIME, b, &result, &err), &err);
	ta = bs_test_trace_text(a);
	tb = bs_test_trace_text(b);
	assert_string_equal(ta, tb);
	free(ta);
	free(tb);
	assert_int_equal(result.peak_pages, whole.peak_pages);
}

/* Two halves hold as many live pages where they meet; reading them back checks every age. */
static void test_halves_meet(void **state)
{
	(void)state;

	const char *a = bs_test_path("a.cborseq"), *b = bs_test_path("b.cborseq");
	struct bs_trace_info whole, first, second;
	struct bs_error err;

	whole = bs_test_generate("churn", "events=50000,live=2000", 1, a);
	assert_ok(cut(a, 0, whole.duration / 2, b, &first, &err), &err);
	assert_ok(cut(a, whole.duration / 2, BS_NO_TIME, b, &second, &err), &err);
	assert_int_equal(first.end_pages, second.start_pages);
	assert_int_equal(first.events + second.events - second.pres, whole.events);
	assert_int_equal(second.end_pages, whole.end_pages);
}

static void test_empty_windows_are_refused(void **state)
{
	(void)state;

	const char *a = bs_test_path("a.cborseq"), *b = bs_test_path("no.cborseq");
	struct bs_trace_info result;
	struct bs_error err;

	bs_test_generate("memhog", "size=4MiB,cycles=1", 1, a);
	assert_true(cut(a, 5, 5, b, &result, &err) < 0);
	assert_int_equal(err.status, BS_USAGE);
	assert_true(cut(a, BS_NS_PER_S * 1000, BS_NO_TIME, b, &result, &err) < 0);
	assert_int_equal(err.status, BS_INPUT);
	assert_null(fopen(b, "r"));
}

/* A window up to the end says so, not the largest number that there is. */
static void test_comment_names_the_window(void **state)
{
	(void)state;

	const char *a = bs_test_path("a.cborseq"), *b = bs_test_path("b.cborseq");
	struct bs_trace_info result;
	struct bs_error err;

	bs_test_generate("memhog", "size=4MiB,cycles=1", 1, a);
	assert_ok(cut(a, BS_NS_PER_MS, BS_NO_TIME, b, &result, &err), &err);
	if (strncmp(result.comment, "cut 1ms to the end of: memhog:size=4MiB,", 40))
		fail_msg("%s", result.comment);
	assert_ok(cut(a, 0, BS_NS_PER_S, b, &result, &err), &err);
	assert_non_null(strstr(result.comment, "cut 0ns to 1s of: "));
}

/* The comment is made longer at each cut; what no longer fits goes in whole characters. */
static void test_comment_is_cut_between_characters(void **state)
{
	(void)state;

	struct bs_trace_info info = {.nr_cpus = 1}, result;
	const struct bs_trace_event ev[] = {{.kind = BS_EV_ALLOC, .gfp = BS_GFP_KERNEL}};
	const char *a = bs_test_path("a.cborseq"), *b = bs_test_path("b.cborseq");
	struct bs_error err;
	size_t n;

	for (unsigned int shift = 0; shift < 3; shift++) {
		memset(info.comment, 'x', shift);
		for (n = shift; n + 3 < sizeof(info.comment); n += 3)
			memcpy(info.comment + n, "\u20ac", 4);
		bs_test_write_trace(a, &info, ev, 1);
		assert_ok(cut(a, 0, BS_NO_TIME, b, &result, &err), &err);
		n = strlen(result.comment);
		assert_true(n > 150);
		assert_string_equal(result.comment + n - 3, "\u20ac");
	}
}

static void test_stopped_cut_leaves_nothing(void **state)
{
	(void)state;

	const char *a = bs_test_path("a.cborseq"), *b = bs_test_path("no.cborseq");
	const volatile int stop = 1;
	struct bs_trace_info result;
	struct bs_error err;
	struct bs_trace *t;

	bs_test_generate("churn", "events=50000,live=2000", 1, a);
	assert_ok(bs_trace_open(a, &t, &err), &err);
	bs_trace_stop_reading_on(t, &stop);
	assert_true(bs_trace_cut(t, 0, BS_NO_TIME, b, &result, &err) < 0);
	assert_int_equal(err.status, BS_INTERRUPTED);
	assert_null(fopen(b, "r"));
	/* The trace itself can be read on. */
	bs_trace_stop_reading_on(t, NULL);
	assert_ok(bs_trace_scan(t, false, &err), &err);
	bs_trace_close(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cut_carries_live_blocks_over),
		cmocka_unit_test(test_cut_of_everything_is_the_same),
		cmocka_unit_test(test_halves_meet),
		cmocka_unit_test(test_empty_windows_are_refused),
		cmocka_unit_test(test_comment_names_the_window),
		cmocka_unit_test(test_comment_is_cut_between_characters),
		cmocka_unit_test(test_stopped_cut_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
