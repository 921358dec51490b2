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
		uint64_t *word = bs_pfnmap_at(&m, pfns[i], 0);

		assert_non_null(word);
		assert_int_equal(*word, 0);
		*word = i + 1;
	}
	for (unsigned int i = 0; i < n; i++)
		assert_int_equal(*bs_pfnmap_at(&m, pfns[i], 0), i + 1);
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
	first = bs_pfnmap_at(&m, block, BS_TRACE_MAX_ORDER);
	for (bs_pfn i = 0; i < 1u << BS_TRACE_MAX_ORDER; i++)
		assert_ptr_equal(bs_pfnmap_at(&m, block + i, 0), first + i);
	bs_pfnmap_free(&m);
}

/* Only what was named takes memory: a machine of 2 TiB with three pages in use. */
static void test_leaves_appear_when_named(void **state)
{
	(void)state;

	struct bs_pfnmap m;

	bs_pfnmap_init(&m);
	bs_pfnmap_at(&m, 3, 0);
	bs_pfnmap_at(&m, 4, 0);
	bs_pfnmap_at(&m, BS_MAX_PFN - 1, 0);
	assert_int_equal(m.nr_parts, 2);
	assert_int_equal(m.nr_groups, 2);
	assert_int_equal(m.nr, 0);
	bs_pfnmap_free(&m);
	bs_pfnmap_free(&m); /* as after a failed start */
}

/* Whatever the order in which they are named: words keep what was written to them when their leaf becomes
 * whole, and what is new in it is zero, also where it takes the place of a group that is whole by now. */
static void test_a_leaf_becomes_whole(void **state)
{
	(void)state;

	const unsigned int group = 1u << BS_PFNMAP_GROUP_SHIFT;
	struct bs_pfnmap m;

	bs_pfnmap_init(&m);
	for (unsigned int i = 0; i < BS_PFNMAP_GROUPS; i++) {
		const bs_pfn pfn = (BS_PFNMAP_GROUPS - 1 - i) * group + i % group;

		*bs_pfnmap_at(&m, pfn, 0) = i + 1;
		assert_int_equal(m.nr, i >= BS_PFNMAP_FEW);
	}
	for (bs_pfn pfn = 0; pfn < LEAF; pfn++) {
		const unsigned int i = BS_PFNMAP_GROUPS - 1 - pfn / group;

		assert_int_equal(*bs_pfnmap_at(&m, pfn, 0), pfn % group == i % group ? i + 1 : 0);
	}
	for (bs_pfn pfn = 7 * LEAF; pfn < 7 * LEAF + BS_PFNMAP_FEW * group; pfn++)
		assert_int_equal(*bs_pfnmap_at(&m, pfn, 0), 0);
	assert_int_equal(m.nr_groups, BS_PFNMAP_FEW);
	assert_int_equal(m.nr, 1);
	bs_pfnmap_free(&m);
}

/* A block that is larger than a group has all of its words in one place. */
static void test_a_large_block_makes_it_whole(void **state)
{
	(void)state;

	const unsigned int order = BS_PFNMAP_GROUP_SHIFT + 1;
	struct bs_pfnmap m;
	uint64_t *first;

	bs_pfnmap_init(&m);
	for (bs_pfn i = 0; i < 1u << order; i++)
		*bs_pfnmap_at(&m, LEAF + i, 0) = i + 1;
	assert_int_equal(m.nr, 0);
	first = bs_pfnmap_at(&m, LEAF, order);
	for (bs_pfn i = 0; i < 1u << order; i++)
		assert_int_equal(first[i], i + 1);
	assert_int_equal(m.nr, 1);
	bs_pfnmap_free(&m);
}

/* A trace that names pages everywhere does without parts before long, and loses nothing by that. */
static void test_many_parts_are_too_many(void **state)
{
	(void)state;

	const unsigned int leaves = 4096, step = 1u << BS_PFNMAP_GROUP_SHIFT;
	struct bs_pfnmap m;

	bs_pfnmap_init(&m);
	for (unsigned int k = 0; k < BS_PFNMAP_FEW; k++)
		for (bs_pfn l = 0; l < leaves; l++)
			*bs_pfnmap_at(&m, l * LEAF + k * step, 0) = l * BS_PFNMAP_FEW + k + 1;
	assert_true(m.nr > leaves / 2);
	for (unsigned int k = 0; k < BS_PFNMAP_FEW; k++)
		for (bs_pfn l = 0; l < leaves; l++)
			assert_int_equal(*bs_pfnmap_at(&m, l * LEAF + k * step, 0),
					 l * BS_PFNMAP_FEW + k + 1);
	bs_pfnmap_free(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words_are_kept_by_pfn),
		cmocka_unit_test(test_words_of_a_block_are_neighbours),
		cmocka_unit_test(test_leaves_appear_when_named),
		cmocka_unit_test(test_a_leaf_becomes_whole),
		cmocka_unit_test(test_a_large_block_makes_it_whole),
		cmocka_unit_test(test_many_parts_are_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
