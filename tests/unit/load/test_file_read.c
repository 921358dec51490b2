// SPDX-License-Identifier: GPL-2.0-or-later
/* Files read into a page cache that nobody takes anything from: once from the disk, then from there. */
#include "bs_load_test.h"

static void test_twice(void **state)
{
	struct bs_load_test t;

	(void)state;
	bs_load_test_begin(&t, "file-read:size=4MiB,cycles=2,pause=1s,read=1ms", 1);
	while (t.tasks.cycles < 1)
		assert_true(bs_load_test_step(&t));
	assert_int_equal(t.allocated, 1024);
	while (bs_load_test_step(&t))
		;
	assert_int_equal(t.tasks.cycles, 2);
	assert_int_equal(t.allocated, 1024);
	assert_int_equal(t.live, 1024); /* it stays */
	bs_load_test_end(&t);
}

static void test_removed(void **state)
{
	struct bs_load_test t;

	(void)state;
	bs_load_test_begin(&t, "file-read:size=4MiB,tasks=3,cpus=2,cycles=1,drop=on", 1);
	while (bs_load_test_step(&t))
		;
	assert_int_equal(t.allocated, 1024);
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
