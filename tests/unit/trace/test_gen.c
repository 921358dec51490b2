// SPDX-License-Identifier: GPL-2.0-or-later
/* Generators, the table of live blocks, and cutting. */
#include "bs_test.h"
#include "bs_trace_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "livetab.h"
#include "rng.h"

static struct bs_trace_info generate(const char *name, const char *params, uint64_t seed,
				     const char *path)
{
	struct bs_error err;
	const struct bs_generator *g = bs_generator_find(name, &err);
	struct bs_trace_info info;

	assert_non_null(g);
	assert_ok(bs_trace_generate(g, params, seed, path, &info, &err), &err);
	return info;
}

static void assert_file_text(const char *path, const char *expected)
{
	char *text = bs_test_trace_text(path);

	assert_string_equal(text, expected);
	free(text);
}

static bool same_file(const char *a, const char *b)
{
	size_t la, lb;
	unsigned char *da = bs_test_read_file(a, &la), *db = bs_test_read_file(b, &lb);
	bool same = la == lb && !memcmp(da, db, la);

	free(da);
	free(db);
	return same;
}

/* ---- Generators ----------------------------------------------------------------------------- */

static void test_same_seed_same_bytes(void **state)
{
	(void)state;

	const char *a = bs_test_path("a.cborseq"), *b = bs_test_path("b.cborseq");
	static const char *const random[][2] = {
		{"memhog", "size=4MiB,order=0,shuffle=on"},
		{"churn", "events=5000,live=100,process=20"},
		{"stripe", "size=16MiB,stripe=64KiB,shuffle=on"},
		{"burst", "size=16MiB,order=3,fragmentation=alternate,shuffle=on"},
	};

	for (size_t i = 0; i < 4; i++) {
		generate(random[i][0], random[i][1], 1, a);
		generate(random[i][0], random[i][1], 1, b);
		assert_true(same_file(a, b));
		generate(random[i][0], random[i][1], 2, b);
		assert_false(same_file(a, b));
	}
}

static void test_memhog_fills_holds_exits_pauses(void **state)
{
	(void)state;

	const char *a = bs_test_path("a.cborseq");
	struct bs_trace_info i =
		generate("memhog", "size=4MiB,cycles=2,hold=1s,pause=2s,fill=10ms,exit=4ms", 1, a);

	assert_file_text(a, "0 mark fill\n"
			    "0 alloc o9 GFP_TRANSHUGE\n"
			    "5000000 alloc o9 GFP_TRANSHUGE\n"
			    "10000000 mark hold\n"
			    "1010000000 mark exit\n"
			    "1010000000 free age=2 o9+0\n"
			    "1012000000 free age=1 o9+0\n"
			    "1014000000 mark pause\n"
			    "3014000000 mark fill\n"
			    "3014000000 alloc o9 GFP_TRANSHUGE\n"
			    "3019000000 alloc o9 GFP_TRANSHUGE\n"
			    "3024000000 mark hold\n"
			    "4024000000 mark exit\n"
			    "4024000000 free age=2 o9+0\n"
			    "4026000000 free age=1 o9+0\n"
			    "4028000000 mark pause\n");
	assert_int_equal(i.peak_pages, 1024);
	/* 4 MiB and an eighth and 256 MiB, up to the next 128 MiB */
	assert_int_equal(i.memory_bytes, UINT64_C(384) << 20);
}

/*
 *   |ffff####ffff####|ffff####ffff####|   order 2 blocks of 16 KiB, stripes of one page
 */
static void test_stripes_are_cut_from_larger_blocks(void **state)
{
	(void)state;

	const char *a = bs_test_path("a.cborseq");
	struct bs_trace_info i =
		generate("stripe", "size=32KiB,order=2,stripe=4KiB,fill=0,hold=1s,free=4us", 1, a);

	assert_file_text(a, "0 mark fill\n"
			    "0 alloc o2 GFP_HIGHUSER_MOVABLE|__GFP_ZERO|__GFP_COMP\n"
			    "0 alloc o2 GFP_HIGHUSER_MOVABLE|__GFP_ZERO|__GFP_COMP\n"
			    "0 mark hold\n"
			    "1000000000 mark free stripes\n"
			    "1000000000 free age=2 o0+0\n"
			    "1000001000 free age=2 o0+2\n"
			    "1000002000 free age=1 o0+0\n"
			    "1000003000 free age=1 o0+2\n"
			    "1000004000 mark striped\n");
	assert_int_equal(i.end_pages, 4);
}

static void test_default_stripe_is_the_issue(void **state)
{
	(void)state;

	struct bs_trace_info i = generate("stripe", "", 1, bs_test_path("a.cborseq"));

	assert_int_equal(i.peak_pages, 600 * 256);
	assert_int_equal(i.end_pages, 300 * 256);
	assert_int_equal(i.frees, 300);
	assert_int_equal(i.allocs, 300);
}

static void test_burst_keeps_the_buddies_busy(void **state)
{
	(void)state;

	struct bs_trace_info i = generate("burst", "size=1GiB,order=9,fragmentation=alternate", 1,
					  bs_test_path("a.cborseq"));

	assert_int_equal(i.frees, 512);
	assert_int_equal(i.peak_pages, 2 * (1 << 18));
	assert_int_equal(i.end_pages, 1 << 18);
	i = generate("burst", "size=1GiB,order=10", 1, bs_test_path("a.cborseq"));
	assert_int_equal(i.frees, 256);
	assert_int_equal(i.end_pages, 0);
}

static void test_churn_keeps_its_promises(void **state)
{
	(void)state;

	const char *a = bs_test_path("a.cborseq");
	struct bs_trace_info i =
		generate("churn", "events=400000,live=20000,order0=97,cpus=3", 1, a);
	uint64_t order0 = 0, live = 0, sum = 0, n = 0;
	struct bs_trace_chunk c;
	unsigned int cpus = 0;
	struct bs_trace *t;
	struct bs_error err;

	assert_int_equal(i.events, 400000);
	assert_int_equal(i.allocs, i.frees);
	assert_int_equal(i.end_pages, 0);
	assert_int_equal(i.nr_cpus, 3);
	assert_ok(bs_trace_open(a, &t, &err), &err);
	while (bs_trace_next(t, &c, &err) == 1) {
		for (unsigned int e = 0; e < c.n; e++) {
			cpus |= 1u << c.cpu[e];
			order0 += c.kind[e] == BS_EV_ALLOC && !c.order[e];
			live += c.kind[e] == BS_EV_ALLOC ? 1 : UINT64_MAX;
			/* once the load is up, before all exit */
			if (c.first + e > 100000 && c.first + e < 350000) {
				sum += live;
				n++;
			}
		}
	}
	bs_trace_close(t);
	assert_int_equal(cpus, 7);
	assert_in_range(order0 * 1000 / i.allocs, 965, 975);
	assert_in_range(sum / n, 18000, 22000);
}

static void test_what_makes_no_sense_is_refused(void **state)
{
	(void)state;

	static const char *const bad[][2] = {
		{"stripe", "stripe=3MiB"}, {"stripe", "stripe=12KiB"},
		{"stripe", "stripe=2MiB"}, {"burst", "order=10,fragmentation=alternate"},
		{"memhog", "order=11"},	   {"churn", "cpus=257"},
		{"churn", "speed=3"},
	};
	const char *a = bs_test_path("never.cborseq");
	struct bs_trace_info info;
	struct bs_error err;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_true(bs_trace_generate(bs_generator_find(bad[i][0], &err), bad[i][1], 1, a,
					      &info, &err) < 0);
		assert_int_equal(err.status, BS_USAGE);
	}
	assert_null(fopen(a, "r"));
	assert_null(bs_generator_find("fork", &err));
	assert_int_equal(err.status, BS_USAGE);
}

/* Every documented default lies within its own range, every parameter has help. */
static void test_parameter_tables_are_sound(void **state)
{
	(void)state;

	const struct bs_generator *g;
	unsigned int n = 0;

	for (; (g = bs_generator_at(n)); n++) {
		for (const struct bs_param *p = g->params; p->name; p++) {
			assert_true(p->help && p->help[0]);
			if (p->type != BS_PARAM_ENUM && p->type != BS_PARAM_BOOL)
				assert_in_range(p->def, p->min, p->max);
		}
		assert_non_null(g->peak_bytes);
	}
	assert_int_equal(n, 4);
}

/* ---- The table of live blocks ---------------------------------------------------------------- */

/* Against an array with a byte per page, which is obviously right. */
static void test_livetab_agrees_with_a_naive_model(void **state)
{
	(void)state;

	enum { BLOCKS = 300, PAGES = 1024 };
	static bool naive[BLOCKS][PAGES];
	struct bs_livetab t = {0};
	unsigned int freed = 0;
	uint64_t pages = 0;
	struct bs_rng rng;
	int ret;

	bs_rng_seed(&rng, 5);
	memset(naive, 0, sizeof(naive));
	for (unsigned int b = 0; b < BLOCKS; b++) {
		unsigned int order = b % 11;

		assert_int_equal(bs_livetab_add(&t, order, b % 7), 0);
		for (unsigned int p = 0; b % 7 && p < 1u << order; p++, pages++)
			naive[b][p] = true;
	}
	for (unsigned int i = 0; i < 200000; i++) {
		unsigned int b = (unsigned int)bs_rng_below(&rng, BLOCKS);
		unsigned int order = (unsigned int)bs_rng_below(&rng, 11);
		unsigned int offset = (unsigned int)bs_rng_below(&rng, PAGES) >> order << order;
		bool may = offset + (1u << order) <= 1u << b % 11;

		for (unsigned int p = offset; may && p < offset + (1u << order); p++)
			may = naive[b][p];
		assert_int_equal(!bs_livetab_release(&t, b, offset, order, &ret), may);
		for (unsigned int p = offset; may && p < offset + (1u << order); p++, pages--)
			naive[b][p] = false;
		freed += may;
		assert_int_equal(t.pages, pages);
	}
	assert_true(freed > 1000);
	for (unsigned int b = 0; b < BLOCKS; b++) {
		unsigned int at = 0, order, seen = 0, left = 0;

		for (; bs_livetab_piece(&t, b, &at, &order); at += 1u << order) {
			assert_int_equal(at & ((1u << order) - 1), 0);
			for (unsigned int p = at; p < at + (1u << order); p++, seen++)
				assert_true(naive[b][p]);
		}
		for (unsigned int p = 0; p < PAGES; p++)
			left += naive[b][p];
		assert_int_equal(seen, left);
	}
	bs_livetab_free(&t);
}

static void test_scan_refuses_what_cannot_be(void **state)
{
	(void)state;

	static const struct {
		struct bs_trace_event ev;
		const char *text;
	} bad[] = {
		{{.kind = BS_EV_FREE, .arg = 1, .order = 3}, "not within the block"},
		{{.kind = BS_EV_FREE, .arg = 1, .order = 1, .offset = 1}, "not aligned"},
		{{.kind = BS_EV_FREE, .arg = 1, .offset = 4}, "not within the block"},
		{{.kind = BS_EV_FREE, .arg = 2}, "not live"},
		{{.kind = BS_EV_FREE, .arg = 3}, "not live"},
		{{.kind = BS_EV_FREE, .arg = 1, .order = 2}, "a part that is not live"},
	};
	struct bs_trace_event ev[] = {
		{.kind = BS_EV_FAILED},
		{.kind = BS_EV_ALLOC},
		{.kind = BS_EV_FREE, .arg = 1},
		{.kind = BS_EV_ALLOC, .order = 2},
		{.kind = BS_EV_FREE, .arg = 1, .offset = 1},
		{0},
	};
	const char *a = bs_test_path("a.cborseq");

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct bs_trace *t;
		struct bs_error err;

		ev[5] = bad[i].ev;
		bs_test_write_trace(a, NULL, ev, 6);
		assert_ok(bs_trace_open(a, &t, &err), &err);
		assert_true(bs_trace_scan(t, false, &err) < 0);
		assert_non_null(strstr(err.where, "chunk 1, event 5"));
		if (!strstr(err.text, bad[i].text))
			fail_msg("%s", err.text);
		/* Not damage: keeping whole chunks does not help. */
		assert_true(bs_trace_scan(t, true, &err) < 0);
		bs_trace_close(t);
	}
}

/* ---- Cutting -------------------------------------------------------------------------------- */

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
	assert_file_text(b, "0 pre o0 GFP_KERNEL pfn=11\n"
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

	whole = generate("churn", "events=50000,live=2000", 1, a);
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

	whole = generate("churn", "events=50000,live=2000", 1, a);
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

	generate("memhog", "size=4MiB,cycles=1", 1, a);
	assert_true(cut(a, 5, 5, b, &result, &err) < 0);
	assert_int_equal(err.status, BS_USAGE);
	assert_true(cut(a, BS_NS_PER_S * 1000, BS_NO_TIME, b, &result, &err) < 0);
	assert_int_equal(err.status, BS_INPUT);
	assert_null(fopen(b, "r"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_seed_same_bytes),
		cmocka_unit_test(test_memhog_fills_holds_exits_pauses),
		cmocka_unit_test(test_stripes_are_cut_from_larger_blocks),
		cmocka_unit_test(test_default_stripe_is_the_issue),
		cmocka_unit_test(test_burst_keeps_the_buddies_busy),
		cmocka_unit_test(test_churn_keeps_its_promises),
		cmocka_unit_test(test_what_makes_no_sense_is_refused),
		cmocka_unit_test(test_parameter_tables_are_sound),
		cmocka_unit_test(test_livetab_agrees_with_a_naive_model),
		cmocka_unit_test(test_scan_refuses_what_cannot_be),
		cmocka_unit_test(test_cut_carries_live_blocks_over),
		cmocka_unit_test(test_cut_of_everything_is_the_same),
		cmocka_unit_test(test_halves_meet),
		cmocka_unit_test(test_empty_windows_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
