// SPDX-License-Identifier: GPL-2.0-or-later
/* service.c: the threads of a host take requests in the order in which they arrive. */
#include "bs_test.h"

#include "service.h"

static void test_without_threads_nobody_waits(void **state)
{
	struct bs_service s;

	(void)state;
	assert_int_equal(bs_service_init(&s, 0), 0);
	assert_int_equal(bs_service_take(&s, 5, 100), 100);
	assert_int_equal(bs_service_take(&s, 5, 100), 100);
	assert_false(bs_service_busy(&s, 6));
	assert_int_equal(s.waits, 0);
	bs_service_free(&s);
}

/*
 *   one thread    0 [aaaaaaaaa] 100 [bbbb] 150            c comes at 300 and waits for nobody
 *   b comes at 10: done at 150, which is 140 later
 */
static void test_one_behind_the_other(void **state)
{
	struct bs_service s;

	(void)state;
	assert_int_equal(bs_service_init(&s, 1), 0);
	assert_int_equal(bs_service_take(&s, 0, 100), 100);
	assert_true(bs_service_busy(&s, 99));
	assert_false(bs_service_busy(&s, 100));
	assert_int_equal(bs_service_take(&s, 10, 50), 140);
	assert_int_equal(bs_service_take(&s, 300, 7), 7);
	assert_int_equal(s.waits, 1);
	assert_int_equal(s.waited_ns, 90);
	assert_int_equal(s.busy_ns, 157);
	bs_service_free(&s);
}

/* Of two threads the one that is free first takes the next. */
static void test_two_threads(void **state)
{
	struct bs_service s;

	(void)state;
	assert_int_equal(bs_service_init(&s, 2), 0);
	assert_int_equal(bs_service_take(&s, 0, 100), 100);
	assert_int_equal(bs_service_take(&s, 0, 30), 30);
	assert_true(bs_service_busy(&s, 0));
	assert_int_equal(bs_service_take(&s, 10, 5), 25);
	assert_int_equal(bs_service_take(&s, 10, 5), 30);
	assert_int_equal(s.waits, 2);
	bs_service_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_without_threads_nobody_waits),
		cmocka_unit_test(test_one_behind_the_other),
		cmocka_unit_test(test_two_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
