// SPDX-License-Identifier: GPL-2.0-or-later
/* tasks.c: whose step is next, on which CPU, and when. */
#include "bs_load_test.h"

#define MS BS_NS_PER_MS

/* Two tasks on a CPU take turns of a slice: neither is done long before the other. */
static void test_tasks_share_a_cpu(void **state)
{
	struct bs_load_test t;
	bs_ns over[2] = {0, 0};

	(void)state;
	bs_load_test_begin(&t, "write:size=64MiB,tasks=2,cpus=1,cycles=1,order=0", 1);
	while (bs_load_test_step(&t))
		for (unsigned int i = 0; i < 2; i++)
			if (t.tasks.tasks[i].cycles && !over[i])
				over[i] = t.now;
	assert_true(over[0] && over[1]);
	assert_in_range(over[1] - over[0], 0, 2 * BS_TASK_SLICE);
	bs_load_test_end(&t);
}

/* On two CPUs they take half of the time. */
static void test_two_cpus_are_twice_as_fast(void **state)
{
	struct bs_load_test one, two;

	(void)state;
	bs_load_test_begin(&one, "write:size=64MiB,tasks=2,cpus=1,cycles=1", 1);
	bs_load_test_begin(&two, "write:size=64MiB,tasks=2,cpus=2,cycles=1", 1);
	while (bs_load_test_step(&one))
		;
	while (bs_load_test_step(&two))
		;
	assert_in_range(one.now, 2 * two.now - MS, 2 * two.now + MS);
	bs_load_test_end(&one);
	bs_load_test_end(&two);
}

/* Something else has the CPU for a second: the step waits, those on other CPUs do not. */
static void test_a_busy_cpu_waits(void **state)
{
	struct bs_load_test t;
	unsigned int cpu;

	(void)state;
	bs_load_test_begin(&t, "churn:size=4MiB,tasks=2,time=50ms", 1);
	t.busy[0] = 1000 * MS;
	assert_int_equal(bs_tasks_next(&t.tasks, &cpu), 0);
	assert_int_equal(cpu, 1);
	while (bs_tasks_next(&t.tasks, &cpu) < 1000 * MS)
		bs_load_test_step(&t);
	assert_int_equal(bs_tasks_next(&t.tasks, &cpu), 1000 * MS);
	assert_int_equal(cpu, 0);
	assert_true(t.tasks.tasks[1].over);
	bs_load_test_end(&t);
}

/* Who has met waits for the slowest, and all begin the next cycle behind it. */
static void test_who_meets_waits_for_all(void **state)
{
	struct bs_load_test t;

	(void)state;
	bs_load_test_begin(&t, "write:size=8MiB,tasks=4,cycles=2,pause=0", 1);
	t.busy[2] = 500 * MS;
	while (bs_load_test_step(&t))
		for (unsigned int i = 0; i < 4; i++)
			if (t.now < 500 * MS)
				assert_true(t.tasks.tasks[i].cycles <= 1);
	assert_int_equal(t.tasks.cycles, 8);
	assert_true(t.now > 500 * MS);
	bs_load_test_end(&t);
}

/* A sleeping task leaves its CPU to the others. */
static void test_sleep_leaves_the_cpu(void **state)
{
	struct bs_load_test t;

	(void)state;
	bs_load_test_begin(&t, "churn:size=4MiB,tasks=8,cpus=1,time=100ms,hold=90ms", 1);
	while (bs_load_test_step(&t))
		;
	/* each holds for 90 ms, all at the same time */
	assert_int_equal(t.tasks.cycles, 16);
	assert_true(t.now < 250 * MS);
	bs_load_test_end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tasks_share_a_cpu),
		cmocka_unit_test(test_two_cpus_are_twice_as_fast),
		cmocka_unit_test(test_a_busy_cpu_waits),
		cmocka_unit_test(test_who_meets_waits_for_all),
		cmocka_unit_test(test_sleep_leaves_the_cpu),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
