// SPDX-License-Identifier: GPL-2.0-or-later
/* The generators: what they emit, what they refuse before they write. */
#include "bs_test.h"
#include "bs_trace_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool same_file(const char *a, const char *b)
{
	size_t la, lb;
	unsigned char *da = bs_test_read_file(a, &la), *db = bs_test_read_file(b, &lb);
	bool same = la == lb && !memcmp(da, db, la);

	free(da);
	free(db);
	return same;
}

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
		bs_test_generate(random[i][0], random[i][1], 1, a);
		bs_test_generate(random[i][0], random[i][1], 1, b);
		assert_true(same_file(a, b));
		bs_test_generate(random[i][0], random[i][1], 2, b);
		assert_false(same_file(a, b));
	}
}

static void test_memhog_fills_holds_exits_pauses(void **state)
{
	(void)state;

	const char *a = bs_test_path("a.cborseq");
	struct bs_trace_info i = bs_test_generate(
		"memhog", "size=4MiB,cycles=2,hold=1s,pause=2s,fill=10ms,exit=4ms", 1, a);

	bs_assert_trace_text(a, "0 mark fill\n"
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
	struct bs_trace_info i = bs_test_generate(
		"stripe", "size=32KiB,order=2,stripe=4KiB,fill=0,hold=1s,free=4us", 1, a);

	bs_assert_trace_text(a, "0 mark fill\n"
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

	struct bs_trace_info i = bs_test_generate("stripe", "", 1, bs_test_path("a.cborseq"));

	assert_int_equal(i.peak_pages, 600 * 256);
	assert_int_equal(i.end_pages, 300 * 256);
	assert_int_equal(i.frees, 300);
	assert_int_equal(i.allocs, 300);
}

static void test_burst_keeps_the_buddies_busy(void **state)
{
	(void)state;

	struct bs_trace_info i = bs_test_generate(
		"burst", "size=1GiB,order=9,fragmentation=alternate", 1, bs_test_path("a.cborseq"));

	assert_int_equal(i.frees, 512);
	assert_int_equal(i.peak_pages, 2 * (1 << 18));
	assert_int_equal(i.end_pages, 1 << 18);
	i = bs_test_generate("burst", "size=1GiB,order=10", 1, bs_test_path("a.cborseq"));
	assert_int_equal(i.frees, 256);
	assert_int_equal(i.end_pages, 0);
}

static void test_churn_keeps_its_promises(void **state)
{
	(void)state;

	const char *a = bs_test_path("a.cborseq");
	struct bs_trace_info i =
		bs_test_generate("churn", "events=400000,live=20000,order0=97,cpus=3", 1, a);
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

/* Each in its range, and together nothing that can be: said before a file is there. */
static void test_what_makes_no_sense_is_refused(void **state)
{
	(void)state;

	static const char *const bad[][2] = {
		{"stripe", "stripe=3MiB"},
		{"stripe", "stripe=12KiB"},
		{"stripe", "stripe=2MiB"},
		{"burst", "order=10,fragmentation=alternate"},
		{"memhog", "order=11"},
		{"churn", "cpus=257"},
		{"churn", "speed=3"},
		/* longer than a trace can be */
		{"memhog", "size=2MiB,cycles=1000000,hold=24h"},
		{"churn", "events=4000000000,gap=1s"},
		/* no guest is that small, or that large */
		{"memhog", "size=2MiB,memory=1KiB"},
		{"churn", "memory=4095KiB"},
		{"burst", "memory=2TiB"},
	};
	const char *a = bs_test_path("never.cborseq");
	struct bs_trace_info info;
	struct bs_error err;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const struct bs_generator *g = bs_generator_find(bad[i][0], &err);

		assert_non_null(g);
		memset(&err, 0, sizeof(err));
		if (bs_trace_generate(g, bad[i][1], 1, NULL, a, NULL, &info, &err) >= 0)
			fail_msg("%s:%s was taken", bad[i][0], bad[i][1]);
		assert_int_equal(err.status, BS_USAGE);
		/* The parameters are named, not the file that was never begun. */
		assert_null(strstr(err.where, "never"));
		assert_null(fopen(a, "r"));
	}
}

/* The least and the most that a guest may have, and a load that fits into no guest. */
static void test_memory_is_that_of_a_guest(void **state)
{
	(void)state;

	const char *a = bs_test_path("a.cborseq");
	struct bs_trace_info i;

	i = bs_test_generate("memhog", "size=2MiB,cycles=1,memory=4MiB", 1, a);
	assert_int_equal(i.memory_bytes, UINT64_C(4) << 20);
	i = bs_test_generate("memhog", "size=2TiB,order=10,cycles=1", 1, a);
	assert_int_equal(i.memory_bytes, (UINT64_C(1) << 41) - (UINT64_C(5) << 30));
}

static void test_unknown_generator_gets_a_hint(void **state)
{
	(void)state;

	struct bs_error err;

	assert_null(bs_generator_find("fork", &err));
	assert_int_equal(err.status, BS_USAGE);
	assert_non_null(strstr(err.advice, "memhog, churn, stripe, burst"));
	assert_null(bs_generator_find("memhgo", &err));
	assert_non_null(strstr(err.advice, "did you mean \"memhog\"?"));
}

/* Whoever listens hears of every event, knows from the first one how many there will be, and changes nothing. */
static void test_generating_is_heard(void **state)
{
	const char *a = bs_test_path("a.cborseq"), *b = bs_test_path("b.cborseq");
	struct bs_test_heard heard;
	const struct bs_ear ear = bs_test_ear(&heard);
	struct bs_trace_info info;
	struct bs_error err;
	const struct bs_generator *g = bs_generator_find("churn", &err);
	const volatile int stop = 1;

	(void)state;
	bs_test_generate("churn", "events=200000", 1, a);
	bs_test_ear(&heard);
	assert_ok(bs_trace_generate_heard(g, "events=200000", 1, NULL, b, NULL, &ear, &info, &err),
		  &err);
	assert_true(same_file(a, b));
	assert_int_equal(heard.of, info.events);
	assert_in_range(heard.calls, 3, 100);
	assert_in_range(heard.done, info.events / 2, info.events);
	/* Interrupted while they are counted, too: then nobody knows how many. */
	bs_test_ear(&heard);
	assert_true(bs_trace_generate_heard(g, "events=200000", 1, NULL, b, &stop, &ear, &info,
					    &err) < 0);
	assert_int_equal(err.status, BS_INTERRUPTED);
	assert_int_equal(heard.of, 0);
	assert_true(same_file(a, b));
}

/* Asked to stop, it leaves nothing, and what was there before is still there. */
static void test_stopped_generator_leaves_nothing(void **state)
{
	(void)state;

	const char *a = bs_test_path("a.cborseq"), *b = bs_test_path("b.cborseq");
	const volatile int stop = 1;
	struct bs_trace_info info;
	struct bs_error err;
	const struct bs_generator *g = bs_generator_find("churn", &err);

	bs_test_generate("churn", "events=100", 1, a);
	bs_test_generate("churn", "events=100", 1, b);
	assert_true(bs_trace_generate(g, "events=100000", 1, NULL, b, &stop, &info, &err) < 0);
	assert_int_equal(err.status, BS_INTERRUPTED);
	assert_true(same_file(a, b));
	/* Even a trace of less than a chunk: it is noticed when it is read back. */
	assert_true(bs_trace_generate(g, "events=200", 1, NULL, b, &stop, &info, &err) < 0);
	assert_int_equal(err.status, BS_INTERRUPTED);
	assert_string_equal(err.where, b);
	assert_true(same_file(a, b));
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
	assert_true(n >= 4);
	assert_null(bs_generator_at(n + 1));
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
		cmocka_unit_test(test_memory_is_that_of_a_guest),
		cmocka_unit_test(test_unknown_generator_gets_a_hint),
		cmocka_unit_test(test_generating_is_heard),
		cmocka_unit_test(test_stopped_generator_leaves_nothing),
		cmocka_unit_test(test_parameter_tables_are_sound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
