// SPDX-License-Identifier: GPL-2.0-or-later
/* Fragmentation indices by the spec's example and at the edges (spec allocator.md 7). */
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

/* Keys are what --fail-if and the record's readers look up. */
static void test_metrics_table(void **state)
{
	const struct bs_metric *m;
	unsigned int n = 0;

	(void)state;
	for (; (m = bs_metric_at(n)); n++) {
		assert_non_null(m->unit);
		assert_true(m->key[0] && m->definition[0]);
		for (unsigned int i = 0; i < n; i++)
			assert_string_not_equal(bs_metric_at(i)->key, m->key);
	}
	assert_true(n > 30);
	assert_null(bs_metric_at(n + 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_extfrag_index),
		cmocka_unit_test(test_unusable_index),
		cmocka_unit_test(test_extfrag_percent),
		cmocka_unit_test(test_metrics_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
