// SPDX-License-Identifier: GPL-2.0-or-later
/* A process's memory: its tables, huge pages by the setting, what giving back a part frees, and when. */
#include "bs_load_test.h"

#include "user.h"

static void run(struct bs_load_test *t, const char *text)
{
	bs_load_test_begin(t, text, 1);
	while (bs_load_test_step(t))
		;
	assert_int_equal(t->live, 0);
}

/* 8 MiB: four huge pages with a table each, or 2048 pages; the tables above them, and what bundles lie in. */
static void test_huge_or_small(void **state)
{
	struct bs_user_counts n;
	struct bs_load_test t;

	(void)state;
	run(&t, "process:size=8MiB,cycles=1");
	assert_true(bs_tasks_user_counts(&t.tasks, &n));
	assert_int_equal(n.thp_alloc, 4);
	assert_int_equal(t.allocated, 4 * 513 + 2);
	assert_int_equal(bs_tasks_huge_share(&t.tasks), 1000);
	bs_load_test_end(&t);
	run(&t, "process:size=8MiB,cycles=1,thp=madvise");
	assert_true(bs_tasks_user_counts(&t.tasks, &n));
	assert_int_equal(n.thp_alloc, 0);
	assert_true(t.allocated > 2048 + 4 + 2 && t.allocated < 2048 + 4 + 2 + 8);
	assert_int_equal(bs_tasks_huge_share(&t.tasks), 0);
	bs_load_test_end(&t);
	run(&t, "process:size=8MiB,cycles=1,thp=madvise,advised=on");
	assert_true(bs_tasks_user_counts(&t.tasks, &n));
	assert_int_equal(n.thp_alloc, 4);
	bs_load_test_end(&t);
}

/* A quarter that is given back is free once memory is short, and not before. */
static void test_parts(void **state)
{
	struct bs_load_test t;
	struct bs_user_counts n;

	(void)state;
	bs_load_test_begin(&t, "process:size=8MiB,cycles=1,give-back=25,short=5s,hold=10s", 1);
	while (t.now < 4 * BS_NS_PER_S && bs_load_test_step(&t))
		;
	assert_true(bs_tasks_user_counts(&t.tasks, &n));
	assert_int_equal(n.pages, 4 * 384);
	assert_int_equal(n.split_page, 4);
	assert_true(t.peak >= 4 * 513 + 2);
	assert_int_equal(t.live, 4 * 385 + 2);
	bs_load_test_end(&t);
}

/* What faults made small khugepaged makes huge: 8 ranges a pass. */
static void test_khugepaged(void **state)
{
	struct bs_load_test t;
	struct bs_user_counts n;

	(void)state;
	bs_load_test_begin(&t, "process:size=24MiB,cycles=1,thp=madvise,scan_sleep=2s,hold=9s", 1);
	while (t.now < BS_NS_PER_S && bs_load_test_step(&t))
		;
	bs_user_settings(t.tasks.user)->thp = BS_HUGE_ALWAYS;
	while (t.now < 3 * BS_NS_PER_S && bs_load_test_step(&t))
		;
	assert_true(bs_tasks_user_counts(&t.tasks, &n));
	assert_int_equal(n.collapse_alloc, 8);
	while (bs_load_test_step(&t))
		;
	assert_true(bs_tasks_user_counts(&t.tasks, &n));
	assert_int_equal(n.collapse_alloc, 12);
	assert_true(bs_tasks_huge_share(&t.tasks) > 400 && bs_tasks_huge_share(&t.tasks) < 1000);
	bs_load_test_end(&t);
}

/* Two processes of 8 MiB, one after the other, that give back half of it, in 14 MiB: the second one gets what the first
 * one has no use for. */
static void test_pressure(void **state)
{
	struct bs_load_test t;
	struct bs_user_counts n;

	(void)state;
	bs_load_test_begin(&t, "process:size=8MiB,tasks=2,cycles=1,give-back=50,cpus=1", 1);
	t.most = 14 * 256;
	while (bs_load_test_step(&t))
		;
	assert_true(bs_tasks_user_counts(&t.tasks, &n));
	assert_true(n.split_page > 0);
	assert_true(n.thp_failed == 0 || n.split_freed >= 256);
	assert_int_equal(t.live, 0);
	assert_true(t.peak <= 14 * 256);
	bs_load_test_end(&t);
}

/* No memory at all: the load goes on, and ends. */
static void test_refused(void **state)
{
	struct bs_load_test t;

	(void)state;
	bs_load_test_begin(&t, "process:size=4MiB,cycles=2,hold=1s,pause=1s", 1);
	t.refuses = true;
	while (bs_load_test_step(&t))
		;
	assert_int_equal(t.allocated, 0);
	bs_load_test_end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_huge_or_small), cmocka_unit_test(test_parts),
		cmocka_unit_test(test_khugepaged),    cmocka_unit_test(test_pressure),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
