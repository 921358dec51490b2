// SPDX-License-Identifier: GPL-2.0-or-later
/* What happens when a migratetype has no block left: steals, claims, boost, reserves. */
#include "mm_test.h"

/* A GFP_ATOMIC request of 5.4 and 6.1; 6.12 has no ATOMIC bit any more. */
#define ATOMIC BS_GFP_ATOMIC

/*
 * The steal is triggered by the largest donor block, the request is served from the smallest.
 *
 *   before   o2 M: [32]   o4 M: [0]                 pageblock M, 492 pages not the allocator's
 *   alloc o0 U -> 32
 *   after    o0 U: [33]  o1 U: [34]  o4 U: [0]      pageblock U: 20 free + 492 alike >= 256
 *
 * RULES.md, fallback
 */
static void test_steal_largest_take_smallest(void **state)
{
	(void)state;
	for_each_kernel(k)
	{
		struct bs_machine *m = machine_with_pages(kernels[k], 4096);

		boot_range(m, 0, 16);
		boot_range(m, 32, 36);
		assert_int_equal(alloc(m, U, 0), 32);
		assert_lists(m, "o0 U:[33] o1 U:[34] o4 U:[0]");
		assert_types(m, "UMMMMMMM");
		bs_machine_destroy(m);
	}
}

/*
 * A whole pageblock is relabelled at once and split on the new list.
 *
 *   before   o9 M: [0]
 *   alloc o0 U -> 0
 *   after    o0 U: [1] ... o8 U: [256]     pageblock U
 *
 * RULES.md, fallback
 */
static void test_steal_whole_pageblock(void **state)
{
	(void)state;
	for_each_kernel(k)
	{
		struct bs_machine *m = machine_with_pages(kernels[k], 4096);
		struct bs_machine_counters c;

		boot_range(m, 0, 512);
		assert_int_equal(alloc(m, U, 0), 0);
		assert_lists(m, "o0 U:[1] o1 U:[2] o2 U:[4] o3 U:[8] o4 U:[16] o5 U:[32] o6 U:[64] "
				"o7 U:[128] o8 U:[256]");
		assert_types(m, "UMMMMMMM");
		bs_machine_counters(m, &c);
		assert_int_equal(c.pageblocks_stolen, 1);
		bs_machine_destroy(m);
	}
}

/*
 * Movable memory never claims small blocks of others and takes the smallest.
 *
 *   before   o2 U: [16]   o3 U: [0]
 *   alloc o0 M -> 16
 *   after    o0 M: [17]  o1 M: [18]  o3 U: [0]      6.12: the rest stays U
 *
 * RULES.md, fallback and pageblock claim; vector v09
 */
static void test_movable_takes_the_smallest(void **state)
{
	(void)state;
	for_each_kernel(k)
	{
		struct bs_machine *m = machine_with_pages(kernels[k], 4096);

		boot_range(m, 0, 512);
		assert_int_equal(alloc(m, U, 9), 0);
		assert_int_equal(bs_split_allocated(m, 0, 3), 0);
		assert_int_equal(bs_split_allocated(m, 16, 2), 0);
		release(m, 0, 3);
		release(m, 16, 2);
		assert_lists(m, "o2 U:[16] o3 U:[0]");
		assert_int_equal(alloc(m, M, 0), 16);
		assert_lists(m, k == 2 ? "o0 U:[17] o1 U:[18] o3 U:[0]"
				       : "o0 M:[17] o1 M:[18] o3 U:[0]");
		assert_types(m, "UMMMMMMM");
		bs_machine_destroy(m);
	}
}

/*
 * From order PBO/2 = 4 up it takes the largest and moves the pageblock's free pages, but claims the
 * block only if half of it is free or movable.
 *
 *   before   o6 U: [128]   o7 U: [0]         192 < 256
 *   alloc o1 M -> 128
 *   after    o1 M: [130] ... o5 M: [160]  o7 M: [0]      pageblock stays U; 6.12: o1..o5 U, o7 U
 *
 * RULES.md, fallback and pageblock claim; vector v23
 */
static void test_movable_steals_large(void **state)
{
	(void)state;
	for_each_kernel(k)
	{
		struct bs_machine *m = machine_with_pages(kernels[k], 4096);

		boot_range(m, 0, 512);
		assert_int_equal(alloc(m, U, 9), 0);
		assert_int_equal(bs_split_allocated(m, 0, 7), 0);
		assert_int_equal(bs_split_allocated(m, 128, 6), 0);
		release(m, 0, 7);
		release(m, 128, 6);
		assert_int_equal(alloc(m, M, 1), 128);
		assert_lists(
			m,
			k == 2 ? "o1 U:[130] o2 U:[132] o3 U:[136] o4 U:[144] o5 U:[160] o7 U:[0]"
			       : "o1 M:[130] o2 M:[132] o3 M:[136] o4 M:[144] o5 M:[160] o7 M:[0]");
		assert_types(m, "UMMMMMMM");
		bs_machine_destroy(m);
	}
}

/*
 * Order PBO/2 = 4 is just large enough to take the whole pageblock's free pages along.
 *
 *   before   o2 U: [32]   o4 U: [0]
 *   alloc o0 M -> 32
 *   after    o0 M: [33]  o1 M: [34]  o4 M: [0]      6.12 (20 < 256): o0 U, o1 U, o4 U: [0]
 *
 * RULES.md, fallback
 */
static void test_half_of_pageblock_order_is_enough(void **state)
{
	(void)state;
	for_each_kernel(k)
	{
		struct bs_machine *m = machine_with_pages(kernels[k], 4096);

		boot_range(m, 0, 512);
		assert_int_equal(alloc(m, U, 9), 0);
		assert_int_equal(bs_split_allocated(m, 0, 4), 0);
		assert_int_equal(bs_split_allocated(m, 32, 2), 0);
		release(m, 0, 4);
		release(m, 32, 2);
		assert_int_equal(alloc(m, M, 0), 32);
		assert_lists(m, k == 2 ? "o0 U:[33] o1 U:[34] o4 U:[0]"
				       : "o0 M:[33] o1 M:[34] o4 M:[0]");
		bs_machine_destroy(m);
	}
}

/*
 * Pages in use that are not movable count as alike for an unmovable request; LRU pages do not.
 *
 *   pageblock M: o3 M: [0], 504 in use
 *   alloc o0 U   nothing known about the 504:  8 + 504 >= 256: claimed, type U
 *                all 504 LRU:                  8 + 0   <  256: type stays M
 *                                              6.12: nothing moves, one block is stolen
 *
 * RULES.md, fallback
 */
static void test_lru_pages_are_not_alike(void **state)
{
	(void)state;
	for_each_kernel(k) for (unsigned int lru = 0; lru < 2; lru++)
	{
		struct bs_machine *m = machine_with_pages(kernels[k], 4096);
		const bool kept = lru && k == 2;

		boot_range(m, 0, 512);
		assert_int_equal(alloc(m, M, 9), 0);
		bs_page_set_lru(m, 0, 9, lru);
		assert_int_equal(bs_split_allocated(m, 0, 3), 0);
		release(m, 0, 3);
		assert_int_equal(alloc(m, U, 0), 0);
		assert_types(m, lru ? "MMMMMMMM" : "UMMMMMMM");
		assert_lists(m, kept ? "o0 M:[1] o1 M:[2] o2 M:[4]" : "o0 U:[1] o1 U:[2] o2 U:[4]");
		bs_machine_destroy(m);
	}
}

/*
 * 6.12 reserves from 51200 managed pages (200 MiB) on, and then every pageblock of a large block.
 *
 *   zone of 65536 pages: 655 >= 512, limit 1024
 *   GFP_ATOMIC o10 (slow pass): pageblocks 0 and 1 become H, 1024 reserved; then no more
 *
 * RULES.md, highatomic
 */
static void test_highatomic_of_large_blocks(void **state)
{
	struct bs_machine *m = machine_with_pages(LINUX_6_12, 65536);
	struct bs_zone_info info;
	int64_t pfn;

	(void)state;
	boot_range(m, 0, 65536);
	bs_zone_set_watermarks(m, 0, 100, 70000, 80000);
	pfn = alloc_gfp(m, ATOMIC, 10);
	assert_int_equal(pfn, 0);
	assert_int_equal(bs_pageblock_type(m, 0), BS_MIGRATE_HIGHATOMIC);
	assert_int_equal(bs_pageblock_type(m, 512), BS_MIGRATE_HIGHATOMIC);
	bs_zone_info(m, 0, &info);
	assert_int_equal(info.nr_reserved_highatomic, 1024);
	assert_int_equal(alloc_gfp(m, ATOMIC, 10), 1024);
	bs_zone_info(m, 0, &info);
	assert_int_equal(info.nr_reserved_highatomic, 1024);
	/* Freed, it lies on the H lists, which ordinary requests do not see. */
	release(m, 0, 10);
	bs_zone_info(m, 0, &info);
	assert_int_equal(info.nr_free_highatomic, 1024);
	bs_machine_destroy(m);
}

/*
 * An H pageblock becomes free beside a free U pageblock: 5.4 merges them, the U memory is now only
 * for reserves; 6.1 keeps them apart.
 *
 *   5.4   o10 H: [0]          6.1   o9 U: [512] H: [0]         6.12   o10 U: [0], nothing reserved
 *
 * RULES.md, merge and highatomic
 */
static void test_highatomic_and_neighbours(void **state)
{
	static const char *const after[] = {"o10 H:[0]", "o9 U:[512] H:[0]", "o10 U:[0]"};

	(void)state;
	for_each_kernel(k)
	{
		struct bs_machine *m = machine_with_pages(kernels[k], 4096);

		boot_range(m, 0, 1024);
		bs_zone_set_watermarks(m, 0, 100, 2000, 3000);
		assert_int_equal(alloc_gfp(m, ATOMIC, 3), 0);
		release(m, 0, 3);
		bs_drain_pages(m, BS_ALL_CPUS);
		assert_lists(m, after[k]);
		bs_machine_destroy(m);
	}
}

/*
 * A steal below pageblock order raises every mark by one pageblock, up to 1.5 times high; since
 * 6.1 not in zones below 4 pageblocks. kswapd takes it away again.
 *
 *   high 1000: 512, then min(1024, 1500) = 1024, then 1500
 *
 * RULES.md, boost
 */
static void test_boost(void **state)
{
	static const bs_pfn blocks[] = {0, 1024, 2048, 3072};

	(void)state;
	for_each_kernel(k)
	{
		struct bs_machine *m = machine_with_pages(kernels[k], 8192);
		struct bs_zone_info info;

		/* Marks far below what is free, in a pageblock of its own. */
		boot_range(m, 4096, 8192);
		for (unsigned int i = 0; i < 4; i++)
			assert_true(alloc(m, U, 10) >= 0);
		for (unsigned int i = 0; i < 4; i++)
			boot_range(m, blocks[i], blocks[i] + 8);
		bs_zone_set_watermarks(m, 0, 0, 0, 1000);
		/* No request passes a boosted mark here: one steal per zone is what can be seen. */
		assert_true(alloc(m, U, 0) >= 0);
		bs_zone_info(m, 0, &info);
		assert_int_equal(info.watermark_boost, 512);
		assert_int_equal(alloc(m, R, 0), -1);
		bs_kswapd_boost_done(m, 0);
		bs_zone_info(m, 0, &info);
		assert_int_equal(info.watermark_boost, 0);
		assert_true(alloc(m, U, 0) >= 0);
		bs_machine_destroy(m);

		/* 32 managed pages are less than 4 pageblocks. */
		m = machine_with_pages(kernels[k], 4096);
		boot_range(m, 0, 32);
		bs_zone_set_watermarks(m, 0, 0, 0, 1000);
		assert_int_equal(alloc(m, U, 0), 0);
		bs_zone_info(m, 0, &info);
		assert_int_equal(info.watermark_boost, k ? 0 : 512);
		bs_machine_destroy(m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_steal_largest_take_smallest),
		cmocka_unit_test(test_steal_whole_pageblock),
		cmocka_unit_test(test_movable_takes_the_smallest),
		cmocka_unit_test(test_movable_steals_large),
		cmocka_unit_test(test_half_of_pageblock_order_is_enough),
		cmocka_unit_test(test_lru_pages_are_not_alike),
		cmocka_unit_test(test_highatomic_of_large_blocks),
		cmocka_unit_test(test_highatomic_and_neighbours),
		cmocka_unit_test(test_boost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
