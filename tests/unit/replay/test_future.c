// SPDX-License-Identifier: GPL-2.0-or-later
/* future.c: what the first run of a clairvoyant cell writes down, and what the second knows of it. */
#include "bs_test.h"

#include "future.h"

/*
 *   unit 1 (512..1023)   pages owned  1 2 1 0   512   0      used at 10, 40
 *   unit 2 (1024..)                             512          used at 40 (by one block of order 10: 2, 3)
 *   time                             10 20 30  40
 */
static void play(struct bs_future *f, bs_ns at_first)
{
	assert_int_equal(bs_future_alloc(f, 512, 0, at_first), 0);
	assert_int_equal(bs_future_alloc(f, 1023, 0, at_first + 10), 0); /* it is used already */
	bs_future_free(f, 512, 0);
	bs_future_free(f, 1023, 0);
	assert_int_equal(bs_future_alloc(f, 512, 9, at_first + 30), 0);
	assert_int_equal(bs_future_alloc(f, 1024, 10, at_first + 30), 0);
	bs_future_free(f, 512, 9);
}

static void test_uses_are_counted(void **state)
{
	struct bs_future *f = bs_future_create(4096, 9);

	(void)state;
	assert_non_null(f);
	play(f, 10);
	bs_future_follow(f);
	assert_int_equal(bs_future_next(f, 512, 9), 10);
	assert_int_equal(bs_future_next(f, 700, 0), 10); /* of the unit that it is in */
	assert_int_equal(bs_future_next(f, 1536, 9), 40);
	assert_int_equal(bs_future_next(f, 0, 9), BS_NO_TIME);
	assert_int_equal(bs_future_next(f, 0, 10), 10); /* the earliest of both */
	assert_int_equal(bs_future_next(f, 512, 10), 10);
	/* What was in use at the end of the first run is not so at the beginning of the second. */
	assert_int_equal(bs_future_alloc(f, 1024, 10, 11), 0);
	assert_int_equal(bs_future_next(f, 1536, 9), BS_NO_TIME);

	/* The first use comes late: it is still the first, and the next one is that of 40. */
	assert_int_equal(bs_future_alloc(f, 600, 0, 35), 0);
	assert_int_equal(bs_future_next(f, 512, 9), 40);
	assert_int_equal(bs_future_alloc(f, 512, 3, 36), 0);
	bs_future_free(f, 512, 3);
	assert_int_equal(bs_future_next(f, 512, 9), 40); /* a page of it was in use all the time */
	bs_future_free(f, 600, 0);
	assert_int_equal(bs_future_alloc(f, 600, 0, 50), 0);
	assert_int_equal(bs_future_next(f, 512, 9), BS_NO_TIME);
	bs_future_free(f, 600, 0);
	/* More than the first run had: nothing is known. */
	assert_int_equal(bs_future_alloc(f, 600, 0, 60), 0);
	assert_int_equal(bs_future_next(f, 512, 9), BS_NO_TIME);
	bs_future_destroy(f);
}

/* Units smaller than blocks, and a great many uses. */
static void test_many_uses(void **state)
{
	struct bs_future *f = bs_future_create(4096, 0);

	(void)state;
	assert_non_null(f);
	for (bs_ns t = 0; t < 30000; t++) {
		assert_int_equal(bs_future_alloc(f, (bs_pfn)(t % 512) * 4, 2, t), 0);
		bs_future_free(f, (bs_pfn)(t % 512) * 4, 2);
	}
	bs_future_follow(f);
	for (bs_ns t = 0; t < 30000; t++) {
		assert_int_equal(bs_future_next(f, (bs_pfn)(t % 512) * 4 + 3, 0), t);
		assert_int_equal(bs_future_alloc(f, (bs_pfn)(t % 512) * 4, 2, t), 0);
		bs_future_free(f, (bs_pfn)(t % 512) * 4, 2);
	}
	assert_int_equal(bs_future_next(f, 0, 10), BS_NO_TIME);
	bs_future_destroy(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_uses_are_counted),
		cmocka_unit_test(test_many_uses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
