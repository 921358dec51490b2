// SPDX-License-Identifier: GPL-2.0-or-later
/* files.c, file_read.c, file_write.c: files in a page cache that nobody takes anything from. */
#include "bs_load_test.h"

#define PAGES 1024 /* of 4 MiB */

static void to_the_end(struct bs_load_test *t)
{
	while (bs_load_test_step(t))
		;
}

/* Once from the disk, then from there. */
static void test_read_once(void **state)
{
	struct bs_load_test t;

	(void)state;
	bs_load_test_begin(&t, "file-read:size=4MiB,cycles=2,pause=1s,read=1ms", 1);
	while (t.tasks.cycles < 1)
		assert_true(bs_load_test_step(&t));
	assert_int_equal(t.allocated, PAGES);
	to_the_end(&t);
	assert_int_equal(t.tasks.cycles, 2);
	bs_load_test_end(&t);
}

/* Each page is there once, however often it is read or written, and whoever does; and there it stays, or not. */
static void run(const char *text, uint64_t cycles, uint64_t left)
{
	struct bs_load_test t;

	bs_load_test_begin(&t, text, 1);
	to_the_end(&t);
	assert_int_equal(t.tasks.cycles, cycles);
	assert_int_equal(t.allocated, PAGES);
	assert_int_equal(t.live, left);
	bs_load_test_end(&t);
}

static void test_it_stays(void **state)
{
	(void)state;
	run("file-read:size=4MiB,cycles=2,pause=1s,read=1ms", 2, PAGES);
	run("file-write:size=4MiB,tasks=2,cycles=2,pause=1s", 4, PAGES);
}

static void test_removed(void **state)
{
	(void)state;
	run("file-read:size=4MiB,tasks=3,cpus=2,cycles=1,drop=on", 3, 0);
	run("file-write:size=4MiB,cycles=1,drop=on", 1, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read_once),
		cmocka_unit_test(test_it_stays),
		cmocka_unit_test(test_removed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
