// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the kernel's own tests of buddy allocators expect, as far as it is behaviour that anybody may rely on, put in
 * our words (tests/README.md, other judges, has the table; nothing here is theirs but the idea):
 *
 *   drm          KUnit suite drm_buddy, from 6.0 on: a test's name is that of theirs
 *   page_alloc   KUnit suite page_alloc, proposed by B. Jackman in February 2025
 *
 * The guest has no marks and its per-cpu lists are transparent, unless a test says otherwise.
 */
#include "mm_test.h"

#include "mm_report.h"

#define TOP 10u

static const char *const models[] = {LINUX_5_4, LINUX_6_1, LINUX_6_12, "linux-7.3"};
#define for_each_model(k) for (unsigned int k = 0; k < sizeof(models) / sizeof(models[0]); k++)

static void assert_merged(struct bs_machine *m)
{
	assert_lists(m, "o10 M:[0]");
	assert_int_equal(alloc(m, M, TOP), 0);
	release(m, 0, TOP);
}

/* drm, limit: the largest block is all there is, and begins at its beginning. */
static void test_limit(void **state)
{
	(void)state;
	for_each_model(k)
	{
		struct bs_machine *m = machine_with_pages(models[k], 1u << TOP);

		boot_range(m, 0, 1u << TOP);
		assert_int_equal(alloc(m, M, TOP), 0);
		for (unsigned int order = 0; order <= TOP; order++)
			assert_int_equal(alloc(m, M, order), -1);
		release(m, 0, TOP);
		assert_merged(m);
		bs_machine_destroy(m);
	}
}

/* drm, exceeds_max_order: what is larger than the largest order is refused, however much there is. */
static void test_exceeds_max_order(void **state)
{
	(void)state;
	for_each_model(k)
	{
		struct bs_machine *m = machine_with_pages(models[k], 4u << TOP);

		boot_range(m, 0, 4u << TOP);
		assert_int_equal(alloc(m, M, TOP + 1), -1);
		assert_int_equal(nr_free_pages(m, 0), 4u << TOP);
		bs_machine_destroy(m);
	}
}

/* drm, optimistic: 2^11 - 1 pages are a block of each order; one request of each fills them, in whatever order. */
static void test_optimistic(void **state)
{
	(void)state;
	for_each_model(k)
	{
		for (unsigned int down = 0; down < 2; down++) {
			struct bs_machine *m = machine_with_pages(models[k], 2u << TOP);

			boot_range(m, 0, (2u << TOP) - 1);
			for (unsigned int i = 0; i <= TOP; i++)
				assert_int_not_equal(alloc(m, M, down ? TOP - i : i), -1);
			assert_int_equal(nr_free_pages(m, 0), 0);
			assert_int_equal(alloc(m, M, 0), -1);
			bs_machine_destroy(m);
		}
	}
}

/*
 * drm, pessimistic: one request of each order but the largest leaves exactly one page. When the blocks go back from
 * the smallest on, each time one of the next order is to be had, and at last all of it.
 */
static void test_pessimistic(void **state)
{
	(void)state;
	for_each_model(k)
	{
		struct bs_machine *m = machine_with_pages(models[k], 1u << TOP);
		int64_t at[TOP], last;

		boot_range(m, 0, 1u << TOP);
		for (unsigned int order = 0; order < TOP; order++) {
			at[order] = alloc(m, M, order);
			assert_int_not_equal(at[order], -1);
		}
		assert_int_equal(nr_free_pages(m, 0), 1);
		last = alloc(m, M, 0);
		assert_int_not_equal(last, -1);
		for (unsigned int order = 0; order <= TOP; order++)
			assert_int_equal(alloc(m, M, order), -1);
		release(m, (bs_pfn)last, 0);
		for (unsigned int order = 0; order < TOP; order++) {
			int64_t block;

			release(m, (bs_pfn)at[order], order);
			block = alloc(m, M, order + 1);
			assert_int_not_equal(block, -1);
			assert_int_equal(nr_free_pages(m, 0), 0);
			release(m, (bs_pfn)block, order + 1);
		}
		assert_merged(m);
		bs_machine_destroy(m);
	}
}

/*
 * drm, pathological: the largest block is whittled down until one page is left, which stays in use as a hole's
 * neighbour, and again with the next largest. Then every hole is a single page: nothing larger is to be had, though
 * much is free.
 */
static void test_pathological(void **state)
{
	enum { SMALL = 3 };

	(void)state;
	for_each_model(k)
	{
		struct bs_machine *m = machine_with_pages(models[k], 1u << TOP);
		int64_t at[SMALL], hole[SMALL];
		unsigned int holes = 0;

		/* Memory of 8 pages, and nothing else. */
		boot_range(m, 0, 1u << SMALL);
		for (int order = 0; order < SMALL; order++)
			at[order] = -1;
		for (int top = SMALL; top > 0; top--) {
			if (top < SMALL && at[top] >= 0)
				release(m, (bs_pfn)at[top], (unsigned int)top);
			for (int order = top - 1; order >= 0; order--) {
				const int64_t block = alloc(m, M, (unsigned int)order);

				assert_int_not_equal(block, -1);
				if (order)
					at[order] = block;
			}
			hole[holes] = alloc(m, M, 0);
			assert_int_not_equal(hole[holes++], -1);
			for (unsigned int order = 0; order <= SMALL; order++)
				assert_int_equal(alloc(m, M, order), -1);
		}
		for (unsigned int i = 0; i < holes; i++)
			release(m, (bs_pfn)hole[i], 0);
		assert_int_equal(nr_free_pages(m, 0), holes);
		for (unsigned int order = 1; order <= SMALL; order++)
			assert_int_equal(alloc(m, M, order), -1);
		bs_machine_destroy(m);
	}
}

/* Which zone, and what its list's type is, of a block that is free again. */
static void assert_fresh(struct bs_machine *m, bs_pfn pfn, enum bs_zone_type want)
{
	struct bs_zone_info z;
	unsigned int order;
	bs_pfn head;

	bs_zone_info(m, (unsigned int)bs_pfn_zone(m, pfn), &z);
	assert_int_equal(z.type, want);
	assert_true(pfn >= z.start && pfn < z.start + z.spanned);
	assert_int_equal(bs_page_lookup(m, pfn, &head, &order), BS_PAGE_FREE);
	assert_int_equal(order, TOP);
	assert_int_equal(head, pfn & ~((1u << TOP) - 1));
	assert_int_equal(z.nr_pcp_pages, 0);
}

/*
 * page_alloc, alloc_fresh: for each order and gfp mask, in memory of which nothing is in use: the page is in use, in
 * the zone that the mask wants; given back and drained it has merged up to the largest order, on the list of its
 * pageblock's type, and no per-cpu list has anything.
 */
static void test_alloc_fresh(void **state)
{
	static const struct {
		unsigned int gfp;
		enum bs_zone_type zone;
	} cases[] = {
		{BS_GFP_KERNEL, BS_ZONE_NORMAL},
		{BS_GFP_ATOMIC, BS_ZONE_NORMAL},
		{BS_GFP_USER, BS_ZONE_NORMAL},
		{BS_GFP_USER | BS_GFP_DMA32, BS_ZONE_DMA32},
		{BS_GFP_HIGHUSER_MOVABLE, BS_ZONE_NORMAL},
	};

	(void)state;
	for_each_model(k)
	{
		for (unsigned int i = 0; i < (TOP + 1) * sizeof(cases) / sizeof(cases[0]); i++) {
			struct bs_machine *m =
				machine_with_edge(models[k], BS_ZONE_DMA32, 4096, 16384);
			const unsigned int order = i % (TOP + 1), c = i / (TOP + 1);
			struct bs_block b;
			bs_pfn pfn;

			boot_range(m, 0, 16384);
			for (unsigned int z = 0; z < 2; z++)
				bs_zone_set_pcp(m, z, 128, 16);
			pfn = bs_alloc_pages(m, 0, cases[c].gfp, order);
			assert_int_not_equal(pfn, BS_NO_PFN);
			assert_int_equal(bs_page_state(m, pfn), BS_PAGE_ALLOCATED);
			bs_free_pages(m, 0, pfn, order);
			bs_drain_pages(m, 0);
			assert_fresh(m, pfn, cases[c].zone);
			assert_int_equal(bs_mm_free_block(m, pfn & ~((1u << TOP) - 1), &b), 0);
			assert_int_equal(b.list_mt, bs_pageblock_type(m, pfn));
			bs_machine_destroy(m);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limit),	     cmocka_unit_test(test_exceeds_max_order),
		cmocka_unit_test(test_optimistic),   cmocka_unit_test(test_pessimistic),
		cmocka_unit_test(test_pathological), cmocka_unit_test(test_alloc_fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
