// SPDX-License-Identifier: GPL-2.0-or-later
/* Merging, splitting and placing, one block at a time. */
#include "mm_test.h"

/*
 * The left half is returned, the right half goes back, one block per order.
 *
 *   before   o10 M: [0]                        |################################|
 *   alloc o0 M
 *   after    o0 M: [1]  o1: [2] ... o9: [512]  |A1 2  4    8        16       ...|
 *
 * RULES.md, split
 */
static void test_expand_returns_the_left_half(void **state)
{
	(void)state;
	for_each_kernel(k)
	{
		struct bs_machine *m = machine_with_pages(kernels[k], 4096);

		boot_range(m, 0, 1024);
		assert_int_equal(alloc(m, M, 0), 0);
		assert_lists(m, "o0 M:[1] o1 M:[2] o2 M:[4] o3 M:[8] o4 M:[16] o5 M:[32] "
				"o6 M:[64] o7 M:[128] o8 M:[256] o9 M:[512]");
		/* ... and all of it comes together again. */
		release(m, 0, 0);
		assert_lists(m, "o10 M:[0]");
		bs_machine_destroy(m);
	}
}

/*
 * Merging is likely soon: the buddy of the would-be parent is free as one block. Such a page goes
 * to the tail, so that it is not handed out in between.
 *
 *   before   o0 M: [64]       o1 M: [2]     |A A 2-3 A A A A A A A ...|
 *   free 0   o0 M: [64] [0]                 parent 0-1 has buddy 2-3, free at order 1: tail
 *   free 8   o0 M: [8] [64] [0]             parent 8-9 has buddy 10-11, in use: head
 *
 * RULES.md, merge
 */
static void test_merge_likely_goes_to_the_tail(void **state)
{
	(void)state;
	for_each_kernel(k)
	{
		struct bs_machine *m = machine_with_pages(kernels[k], 4096);

		boot_range(m, 0, 16);
		boot_range(m, 64, 65);
		assert_int_equal(alloc(m, M, 4), 0);
		assert_int_equal(bs_split_allocated(m, 2, 1), 0);
		release(m, 2, 1);
		assert_lists(m, "o0 M:[64] o1 M:[2]");
		release_pages(m, 0, 1);
		assert_lists(m, "o0 M:[64,0] o1 M:[2]");
		release_pages(m, 8, 9);
		assert_lists(m, "o0 M:[8,64,0] o1 M:[2]");
		bs_machine_destroy(m);
	}
}

/*
 * The tail rule ends below order 9: a block of order 9 goes to the head although its parent's buddy
 * is free.
 *
 *   before   o9 M: [2048]   o10 M: [1024]     0 and 512 in use
 *   free 0   o9 M: [0] [2048]
 *
 * RULES.md, merge
 */
static void test_no_tail_rule_from_order_9(void **state)
{
	(void)state;
	for_each_kernel(k)
	{
		struct bs_machine *m = machine_with_pages(kernels[k], 4096);

		boot_range(m, 0, 1024);
		assert_int_equal(alloc(m, M, 9), 0);
		assert_int_equal(alloc(m, M, 9), 512);
		boot_range(m, 1024, 2560);
		release(m, 0, 9);
		assert_lists(m, "o9 M:[0,2048] o10 M:[1024]");
		bs_machine_destroy(m);
	}
}

/*
 * Whether a merge is likely is asked in the zone of the would-be parent, not of the block.
 *
 *   zone 0 [0,24): o4 M: [0]       zone 1 [24,...): o3 M: [40]
 *   free (24,o3)   parent 16 lies in zone 0, where its buddy (0,o4) is free: tail
 *                  o3 M: [40] [24]
 *
 * RULES.md, merge
 */
static void test_the_parents_zone_is_asked(void **state)
{
	(void)state;
	for_each_kernel(k)
	{
		struct bs_machine *m = machine_with_edge(kernels[k], BS_ZONE_DMA32, 24, 4096);

		boot_range(m, 0, 16);
		boot_range(m, 24, 32);
		assert_int_equal(alloc(m, M, 3), 24);
		boot_range(m, 40, 48);
		release(m, 24, 3);
		assert_lists(m, "Z0: o4 M:[0] Z1: o3 M:[40,24]");
		bs_machine_destroy(m);
	}
}

/*
 * Pageblock types do not stop a merge; the list is that of the page freed last.
 *
 *   before   pageblocks M U, all in use
 *   free 0 (o9)     o9 M: [0]
 *   free 512 (o9)   o10 U: [0]          pageblocks stay M U; 6.12: become U U
 *
 * RULES.md, merge, and the vector v12
 */
static void test_merging_ignores_types(void **state)
{
	(void)state;
	for_each_kernel(k)
	{
		struct bs_machine *m = machine_with_pages(kernels[k], 4096);

		boot_range(m, 0, 1024);
		assert_int_equal(alloc(m, M, 9), 0);
		assert_int_equal(alloc(m, U, 9), 512);
		assert_types(m, "MUMMMMMM");
		release(m, 0, 9);
		assert_lists(m, "o9 M:[0]");
		release(m, 512, 9);
		assert_lists(m, "o10 U:[0]");
		assert_types(m, k == 2 ? "UUMMMMMM" : "MUMMMMMM");
		/* The next page is in the movable pageblock; its free goes by that. */
		assert_int_equal(alloc(m, U, 0), 0);
		release(m, 0, 0);
		assert_lists(m, k == 2 ? "o10 U:[0]" : "o10 M:[0]");
		bs_machine_destroy(m);
	}
}

/*
 * Perfect buddies in two zones stay two blocks.
 *
 *   zone DMA32 [0,24) | zone NORMAL [24,4096)
 *   free (16,o3), (24,o3)
 *   after    Z0 o3: [16]      Z1 o3: [24]        not o4: [16]
 *
 * RULES.md, merge
 */
static void test_zone_edges_stop_merges(void **state)
{
	(void)state;
	for_each_kernel(k)
	{
		struct bs_machine *m = machine_with_edge(kernels[k], BS_ZONE_DMA32, 24, 4096);

		boot_range(m, 16, 24);
		boot_range(m, 24, 32);
		assert_lists(m, "Z0: o3 M:[16] Z1: o3 M:[24]");
		assert_int_equal(bs_pfn_zone(m, 23), 0);
		assert_int_equal(bs_pfn_zone(m, 24), 1);
		bs_machine_destroy(m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_expand_returns_the_left_half),
		cmocka_unit_test(test_merge_likely_goes_to_the_tail),
		cmocka_unit_test(test_no_tail_rule_from_order_9),
		cmocka_unit_test(test_the_parents_zone_is_asked),
		cmocka_unit_test(test_merging_ignores_types),
		cmocka_unit_test(test_zone_edges_stop_merges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
