// SPDX-License-Identifier: GPL-2.0-or-later
/* Loads whose tasks are processes: what they ask for, and khugepaged beside them. */
#include "bs_load_test.h"

#include "anon.h"

static struct bs_user_counts run(struct bs_load_test *t, const char *text)
{
	struct bs_user_counts n;

	bs_load_test_begin(t, text, 1);
	while (bs_load_test_step(t))
		;
	assert_true(bs_tasks_user_counts(&t->tasks, &n));
	assert_int_equal(t->live, 0);
	assert_int_equal(t->tasks.left, 0);
	return n;
}

/* 8 MiB twice: each time four huge pages, and a table with each; or pages, in the order of their addresses. */
static void test_memhog(void **state)
{
	struct bs_load_test t;
	struct bs_user_counts n;

	(void)state;
	n = run(&t, "memhog:size=8MiB,cycles=2,thp=always,fill=80ms,exit=1ms,hold=1s,pause=1s");
	assert_int_equal(n.thp_alloc, 8);
	assert_int_equal(n.tables_peak, 4);
	assert_int_equal(t.peak, 4 * 513 + 2);
	/* Touching takes as long as it does in blocks. */
	assert_int_equal(t.now, 2 * (80 + 1 + 1000) * BS_NS_PER_MS + 1000 * BS_NS_PER_MS);
	bs_load_test_end(&t);
	n = run(&t, "memhog:size=8MiB,cycles=1,thp=never");
	assert_int_equal(n.thp_alloc, 0);
	assert_true(t.peak >= 2048 + 4 + 2);
	bs_load_test_end(&t);
}

/* Unmapped and mapped again in each round, which takes the faults again. */
static void test_rounds(void **state)
{
	static const char *const loads[] = {
		"stress-vm:size=4MiB,workers=2,time=10ms,thp=always",
		"page-fault:size=4MiB,tasks=2,time=10ms,thp=always",
		"page-fault:size=4MiB,tasks=2,time=10ms,thp=madvise,advised=on,threads=on",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(loads) / sizeof(loads[0]); i++) {
		struct bs_load_test t;
		struct bs_user_counts n = run(&t, loads[i]);

		assert_true(t.tasks.cycles > 6);
		assert_int_equal(n.thp_alloc, 2 * t.tasks.cycles);
		assert_int_equal(n.thp_failed, 0);
		bs_load_test_end(&t);
	}
}

/* A heap that grows by little steps gets pages; khugepaged makes huge ones of them. Blocks of order 9 get huge pages. */
static void test_build(void **state)
{
	struct bs_load_test t;
	struct bs_user_counts n;

	(void)state;
	n = run(&t,
		"build:events=8000,live=2000,process=1000,thp=always,order0=60,scan_sleep=1ms,cpus=2");
	assert_int_equal(n.thp_alloc, 0);
	assert_true(n.collapse_alloc > 0);
	bs_load_test_end(&t);
	n = run(&t, "build:events=4000,live=500,process=100,thp=always,order0=90,huge=300");
	assert_true(n.thp_alloc > 20);
	bs_load_test_end(&t);
}

/* All that happens before @ms. */
static void until(struct bs_load_test *t, uint64_t ms)
{
	unsigned int cpu;

	while (bs_tasks_next(&t->tasks, &cpu) < ms * BS_NS_PER_MS)
		bs_load_test_step(t);
}

/* 4 ranges a pass, one pass a second; behind one that found no block it sleeps for 5 s. */
static void test_rates(void **state)
{
	const char *text = "memhog:size=24MiB,cycles=1,thp=always,hold=30s,cpus=1,scan_sleep=1s,"
			   "pages_to_scan=2048,alloc_sleep=5s";
	struct bs_user_counts n;
	struct bs_load_test t;

	(void)state;
	bs_load_test_begin(&t, text, 1);
	t.no_huge = true;
	until(&t, 1500);
	assert_true(bs_tasks_user_counts(&t.tasks, &n));
	assert_int_equal(n.thp_failed, 12);
	assert_int_equal(n.collapse_failed, 1);
	t.no_huge = false;
	until(&t, 5900);
	assert_true(bs_tasks_user_counts(&t.tasks, &n));
	assert_int_equal(n.collapse_alloc, 0);
	until(&t, 6500);
	assert_true(bs_tasks_user_counts(&t.tasks, &n));
	assert_int_equal(n.collapse_alloc, 4);
	until(&t, 7500);
	assert_true(bs_tasks_user_counts(&t.tasks, &n));
	assert_int_equal(n.collapse_alloc, 8);
	while (bs_load_test_step(&t))
		;
	assert_true(bs_tasks_user_counts(&t.tasks, &n));
	assert_int_equal(n.collapse_alloc, 12);
	/* It is over with the process: nobody waits for its next pass. */
	assert_true(t.now < 31 * BS_NS_PER_S);
	bs_load_test_end(&t);
}

static void test_refused(void **state)
{
	static const char *const texts[] = {
		"memhog:thp=always,order=0",
		"memhog:thp=always,shuffle=on",
		"memhog:defrag=always",
		"stress-vm:advised=on",
		"page-fault:thp=never,pages_to_scan=512",
		"build:thp=always,scan_sleep=0,alloc_sleep=1s",
		"process:thp=off",
		"process:thp=never,max_ptes_none=0",
	};
	struct bs_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (!bs_load_check(texts[i], &err))
			fail_msg("%s is no error", texts[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memhog),	cmocka_unit_test(test_rounds),
		cmocka_unit_test(test_build),	cmocka_unit_test(test_rates),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
