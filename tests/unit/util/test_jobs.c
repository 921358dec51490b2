// SPDX-License-Identifier: GPL-2.0-or-later
/* jobs.c: as many at a time as may be, told in order, over when it is said to be over. */
#include "bs_test.h"

#include <pthread.h>
#include <time.h>

#include "jobs.h"

#define NR 20

static struct {
	int running, most, worked;
	int busy[NR]; /* workers */
	unsigned int at_once, told[NR], nr_told, last; /* last: is told, and then it is over */
	pthread_t caller;
	bool elsewhere;
	unsigned int began[NR], nr_began;
} seen;

static void rest(unsigned int ms)
{
	nanosleep(&(struct timespec){.tv_nsec = (long)ms * 1000000}, NULL);
}

static void work(void *arg, unsigned int job, unsigned int worker)
{
	int now = __atomic_add_fetch(&seen.running, 1, __ATOMIC_SEQ_CST);
	int most = __atomic_load_n(&seen.most, __ATOMIC_SEQ_CST);

	(void)arg;
	while (now > most && !__atomic_compare_exchange_n(&seen.most, &most, now, false,
							  __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		;
	/* Nobody else is this worker, and later jobs are done before earlier ones. */
	assert_int_equal(__atomic_add_fetch(&seen.busy[worker], 1, __ATOMIC_SEQ_CST), 1);
	if (!pthread_equal(pthread_self(), seen.caller))
		__atomic_store_n(&seen.elsewhere, true, __ATOMIC_SEQ_CST);
	/* The first ones wait for each other: so many do run at a time. */
	for (int ms = 0; job < seen.at_once && ms < 10000; ms++) {
		if (__atomic_load_n(&seen.most, __ATOMIC_SEQ_CST) >= (int)seen.at_once)
			break;
		rest(1);
	}
	rest(job % 4 ? 1 : 20);
	__atomic_sub_fetch(&seen.busy[worker], 1, __ATOMIC_SEQ_CST);
	__atomic_add_fetch(&seen.worked, 1, __ATOMIC_SEQ_CST);
	__atomic_sub_fetch(&seen.running, 1, __ATOMIC_SEQ_CST);
}

static bool tell(void *arg, unsigned int job)
{
	(void)arg;
	assert_true(pthread_equal(pthread_self(), seen.caller));
	seen.told[seen.nr_told++] = job;
	return job != seen.last;
}

static void run(unsigned int at_once, unsigned int last)
{
	const struct bs_jobs j = {.nr = NR, .at_once = at_once, .work = work, .tell = tell};
	struct bs_error err;

	memset(&seen, 0, sizeof(seen));
	seen.at_once = at_once;
	seen.last = last;
	seen.caller = pthread_self();
	assert_ok(bs_jobs_run(&j, &err), &err);
	assert_int_equal(seen.running, 0);
	for (unsigned int i = 0; i < seen.nr_told; i++)
		assert_int_equal(seen.told[i], i);
}

static void test_all_are_told_in_order(void **state)
{
	(void)state;
	for (unsigned int n = 1; n <= 5; n++) {
		run(n, NR);
		assert_int_equal(seen.nr_told, NR);
		assert_int_equal(seen.worked, NR);
		assert_int_equal(seen.most, n);
		assert_int_equal(seen.elsewhere, n > 1);
	}
}

static void test_over_is_over(void **state)
{
	(void)state;
	run(1, 3);
	assert_int_equal(seen.worked, 4);
	assert_int_equal(seen.nr_told, 4);
	run(3, 3);
	assert_int_equal(seen.nr_told, 4);
	assert_in_range(seen.worked, 4, NR - 1);
}

static bool is_long(void *arg, unsigned int job)
{
	(void)arg;
	return job == 7 || job == NR - 1;
}

/* The first two wait for each other, so that it is known which they were. */
static void work_for_long(void *arg, unsigned int job, unsigned int worker)
{
	(void)arg;
	(void)worker;
	seen.began[__atomic_fetch_add(&seen.nr_began, 1, __ATOMIC_SEQ_CST)] = job;
	while (__atomic_load_n(&seen.nr_began, __ATOMIC_SEQ_CST) < 2)
		rest(1);
}

static void test_what_takes_long_begins_first(void **state)
{
	const struct bs_jobs j = {
		.nr = NR, .at_once = 2, .work = work_for_long, .is_long = is_long, .tell = tell};
	struct bs_error err;

	(void)state;
	memset(&seen, 0, sizeof(seen));
	seen.last = NR;
	seen.caller = pthread_self();
	assert_ok(bs_jobs_run(&j, &err), &err);
	assert_int_equal(seen.nr_began, NR);
	assert_true(is_long(NULL, seen.began[0]) && is_long(NULL, seen.began[1]));
	for (unsigned int i = 0; i < NR; i++)
		assert_int_equal(seen.told[i], i);
}

static void test_cores(void **state)
{
	(void)state;
	assert_in_range(bs_nr_cores(), 1, 1u << 16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_are_told_in_order),
		cmocka_unit_test(test_over_is_over),
		cmocka_unit_test(test_what_takes_long_begins_first),
		cmocka_unit_test(test_cores),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
