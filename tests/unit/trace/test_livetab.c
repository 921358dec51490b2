// SPDX-License-Identifier: GPL-2.0-or-later
/* Which blocks are live, and which part of them. */
#include "bs_test.h"

#include <string.h>

#include "livetab.h"
#include "rng.h"

/* Against an array with a byte per page, which is obviously right. */
static void test_livetab_agrees_with_a_naive_model(void **state)
{
	(void)state;

	enum { BLOCKS = 300, PAGES = 1024 };
	static bool naive[BLOCKS][PAGES];
	struct bs_livetab t = {0};
	unsigned int freed = 0;
	uint64_t pages = 0;
	struct bs_rng rng;
	int ret;

	bs_rng_seed(&rng, 5);
	memset(naive, 0, sizeof(naive));
	for (unsigned int b = 0; b < BLOCKS; b++) {
		unsigned int order = b % 11;

		assert_int_equal(bs_livetab_add(&t, order, b % 7), 0);
		for (unsigned int p = 0; b % 7 && p < 1u << order; p++, pages++)
			naive[b][p] = true;
	}
	for (unsigned int i = 0; i < 200000; i++) {
		unsigned int b = (unsigned int)bs_rng_below(&rng, BLOCKS);
		unsigned int order = (unsigned int)bs_rng_below(&rng, 11);
		unsigned int offset = (unsigned int)bs_rng_below(&rng, PAGES) >> order << order;
		bool may = offset + (1u << order) <= 1u << b % 11;

		for (unsigned int p = offset; may && p < offset + (1u << order); p++)
			may = naive[b][p];
		assert_int_equal(!bs_livetab_release(&t, b, offset, order, &ret), may);
		for (unsigned int p = offset; may && p < offset + (1u << order); p++, pages--)
			naive[b][p] = false;
		freed += may;
		assert_int_equal(t.pages, pages);
	}
	assert_true(freed > 1000);
	for (unsigned int b = 0; b < BLOCKS; b++) {
		unsigned int at = 0, order, seen = 0, left = 0;

		for (; bs_livetab_piece(&t, b, &at, &order); at += 1u << order) {
			assert_int_equal(at & ((1u << order) - 1), 0);
			for (unsigned int p = at; p < at + (1u << order); p++, seen++)
				assert_true(naive[b][p]);
		}
		for (unsigned int p = 0; p < PAGES; p++)
			left += naive[b][p];
		assert_int_equal(seen, left);
	}
	bs_livetab_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_livetab_agrees_with_a_naive_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
