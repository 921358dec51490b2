// SPDX-License-Identifier: GPL-2.0-or-later
/* A word for each page, in leaves that appear when they are asked for. */
#include "bs_test.h"

#include "pfnmap.h"

#define LEAF (1u << BS_PFNMAP_LEAF_SHIFT)

static void test_words_are_kept_by_pfn(void **state)
{
	(void)state;

	static const bs_pfn pfns[] = {0, 1, LEAF - 1, LEAF, 5 * LEAF + 7, BS_MAX_PFN - 1};
	const unsigned int n = sizeof(pfns) / sizeof(pfns[0]);
	struct bs_pfnmap m;

	bs_pfnmap_init(&m);
	for (unsigned int i = 0; i < n; i++) {
		uint64_t *word = bs_pfnmap_at(&m, pfns[i]);

		assert_non_null(word);
		assert_int_equal(*word, 0);
		*word = i + 1;
	}
	for (unsigned int i = 0; i < n; i++)
		assert_int_equal(*bs_pfnmap_at(&m, pfns[i]), i + 1);
	bs_pfnmap_free(&m);
}

/* The importer walks a block by its first page's word: the largest one never leaves its leaf. */
static void test_words_of_a_block_are_neighbours(void **state)
{
	(void)state;

	const bs_pfn block = LEAF - (1u << BS_TRACE_MAX_ORDER);
	struct bs_pfnmap m;
	uint64_t *first;

	bs_pfnmap_init(&m);
	first = bs_pfnmap_at(&m, block);
	for (bs_pfn i = 0; i < 1u << BS_TRACE_MAX_ORDER; i++)
		assert_ptr_equal(bs_pfnmap_at(&m, block + i), first + i);
	bs_pfnmap_free(&m);
}

/* Only what was named takes memory: a machine of 2 TiB with three pages in use. */
static void test_leaves_appear_when_named(void **state)
{
	(void)state;

	unsigned int leaves = 0;
	struct bs_pfnmap m;

	bs_pfnmap_init(&m);
	bs_pfnmap_at(&m, 3);
	bs_pfnmap_at(&m, 4);
	bs_pfnmap_at(&m, BS_MAX_PFN - 1);
	for (unsigned int i = 0; i < BS_PFNMAP_TABLES; i++)
		for (unsigned int k = 0; m.table[i] && k < 1u << BS_PFNMAP_TABLE_SHIFT; k++)
			leaves += m.table[i][k] != NULL;
	assert_int_equal(leaves, 2);
	bs_pfnmap_free(&m);
	bs_pfnmap_free(&m); /* as after a failed start */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words_are_kept_by_pfn),
		cmocka_unit_test(test_words_of_a_block_are_neighbours),
		cmocka_unit_test(test_leaves_appear_when_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
