// SPDX-License-Identifier: GPL-2.0-or-later
/* Files written into a page cache that nobody takes anything from: each page is there once, however often it is
 * written. */
#include "bs_load_test.h"

static void test_twice(void **state)
{
	struct bs_load_test t;

	(void)state;
	bs_load_test_begin(&t, "file-write:size=4MiB,tasks=2,cycles=2,pause=1s", 1);
	while (bs_load_test_step(&t))
		;
	assert_int_equal(t.tasks.cycles, 4);
	assert_int_equal(t.allocated, 1024);
	assert_int_equal(t.live, 1024); /* it stays */
	bs_load_test_end(&t);
}

static void test_removed(void **state)
{
	struct bs_load_test t;

	(void)state;
	bs_load_test_begin(&t, "file-write:size=4MiB,cycles=1,drop=on", 1);
	while (bs_load_test_step(&t))
		;
	assert_int_equal(t.live, 0);
	bs_load_test_end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_twice),
		cmocka_unit_test(test_removed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
