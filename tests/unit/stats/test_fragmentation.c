// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel's fragmentation indices by a worked example and at the edges. */
#include "bs_test.h"

#include <string.h>

/* o0: 4 blocks, o3: 2 blocks: 20 free pages in 6 blocks */
static const uint64_t example[BS_NR_ORDERS] = {[0] = 4, [3] = 2};
static const uint64_t nothing[BS_NR_ORDERS];
static const uint64_t whole[BS_NR_ORDERS] = {[10] = 3};

static void test_extfrag_index(void **state)
{
	(void)state;
	assert_int_equal(bs_extfrag_index(example, 4), 625);
	/* 1000 - (1000 + 20000/1024) / 6: both divisions truncate */
	assert_int_equal(bs_extfrag_index(example, 10), 1000 - (1000 + 19) / 6);
	assert_int_equal(bs_extfrag_index(example, 3), -1000);
	assert_int_equal(bs_extfrag_index(example, 0), -1000);
	assert_int_equal(bs_extfrag_index(nothing, 0), 0);
	assert_int_equal(bs_extfrag_index(whole, 10), -1000);
}

static void test_unusable_index(void **state)
{
	(void)state;
	assert_int_equal(bs_unusable_index(example, 3), 200);
	assert_int_equal(bs_unusable_index(example, 0), 0);
	assert_int_equal(bs_unusable_index(example, 4), 1000);
	assert_int_equal(bs_unusable_index(nothing, 0), 1000);
	assert_int_equal(bs_unusable_index(whole, 10), 0);
}

static void test_extfrag_percent(void **state)
{
	(void)state;
	assert_int_equal(bs_extfrag_percent(example, 3), 20);
	assert_int_equal(bs_extfrag_percent(example, 9), 100);
	assert_int_equal(bs_extfrag_percent(nothing, 9), 0);
	assert_int_equal(bs_extfrag_percent(whole, 9), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_extfrag_index),
		cmocka_unit_test(test_unusable_index),
		cmocka_unit_test(test_extfrag_percent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
