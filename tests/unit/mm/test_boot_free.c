// SPDX-License-Identifier: GPL-2.0-or-later
/* Boot order, splitting, merging, head or tail: spec allocator.md 9.1 no. 1-3, 17, 21, 24, 26. */
#include "mm_test.h"

#include "mm_report.h"

static const char *const kernels[] = {P54, P61, P612};
#define for_each_kernel(k) for (unsigned int k = 0; k < 3; k++)

/*
 * Boot gives [0,4096) in ascending chunks; 5.4 puts each in front, later kernels behind.
 *
 *   before   (nothing free)
 *   after    5.4   o10 M: [3072] [2048] [1024] [0]
 *            6.1   o10 M: [0] [1024] [2048] [3072]
 *
 * spec allocator.md 9.1 no. 1
 */
static void test_boot_order(void **state)
{
	(void)state;
	for_each_kernel(k)
	{
		struct bs_machine *m = machine_with_pages(kernels[k], 4096);

		boot_range(m, 0, 4096);
		assert_lists(m, k ? "o10 M:[0,1024,2048,3072]" : "o10 M:[3072,2048,1024,0]");
		assert_int_equal(bs_managed_pages(m), 4096);
		bs_machine_destroy(m);
	}
}

/*
 * An unaligned range is cut into the largest aligned chunks.
 *
 *   [3,21) =  3 | 4..7 | 8..15 | 16..19 | 20
 *   orders    0    2       3        2      0
 *
 * spec allocator.md 2 step 4
 */
static void test_boot_unaligned(void **state)
{
	(void)state;
	for_each_kernel(k)
	{
		struct bs_machine *m = machine_with_pages(kernels[k], 4096);

		boot_range(m, 3, 21);
		assert_lists(m, k ? "o0 M:[3,20] o2 M:[4,16] o3 M:[8]"
				  : "o0 M:[20,3] o2 M:[16,4] o3 M:[8]");
		bs_machine_destroy(m);
	}
}

/*
 * The left half is returned, the right half goes back, one block per order.
 *
 *   before   o10 M: [0]                        |################################|
 *   alloc o0 M
 *   after    o0 M: [1]  o1: [2] ... o9: [512]  |A1 2  4    8        16       ...|
 *
 * spec allocator.md 9.1 no. 2
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
 * spec allocator.md 9.1 no. 3
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
 * spec allocator.md 3.5, 9.1 no. 3
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
 * spec allocator.md 3.5; trace-61-1007
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
 * spec allocator.md 9.1 no. 17, 9.3 v12
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
 * spec allocator.md 9.1 no. 21
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

static uint64_t one_word(void *arg)
{
	return *(const uint64_t *)arg;
}

/*
 * The same random word, opposite ends: bits 1,0,1,1 (lowest first) for four order-10 frees.
 *
 *   5.4 (1 = head)    0 head, 1024 tail, 2048 head, 3072 head
 *   6.1 (1 = tail)    0 tail, 1024 head, 2048 tail, 3072 tail
 *
 * spec allocator.md 9.1 no. 24, 5.3
 */
static void test_shuffle_bit_polarity(void **state)
{
	uint64_t word = 0xd;

	(void)state;
	for_each_kernel(k)
	{
		struct bs_machine *m = machine_with_pages(kernels[k], 4096);

		boot_range(m, 0, 4096);
		for (unsigned int i = 0; i < 4; i++)
			alloc(m, M, 10);
		bs_machine_set_random(m, one_word, &word);
		bs_machine_set_shuffle(m, true);
		for (bs_pfn pfn = 0; pfn < 4096; pfn += 1024)
			release(m, pfn, 10);
		assert_lists(m, k ? "o10 M:[1024,0,2048,3072]" : "o10 M:[3072,2048,0,1024]");
		bs_machine_destroy(m);
	}
}

/*
 * Pfn 0 belongs to no zone, so the first pageblock's first page is never visited: it stays U.
 *
 *   zone DMA [1,4096)     pageblocks U M M M M M M M
 *   boot [1,4)            o0 U: [1]  o1 U: [2]
 *
 * spec allocator.md 9.1 no. 26
 */
static void test_first_pageblock_of_dma_is_unmovable(void **state)
{
	const struct bs_zone_range zone = {.type = BS_ZONE_DMA, .start = 1, .spanned = 4095};

	(void)state;
	for_each_kernel(k)
	{
		struct bs_machine *m;
		struct bs_error err;

		assert_ok(bs_machine_create(&(struct bs_machine_config){.kernel = kernels[k],
									.memory_bytes = 16 << 20,
									.zones = &zone,
									.nr_zones = 1,
									.no_boot = true},
					    &m, &err),
			  &err);
		boot_range(m, 1, 4);
		assert_types(m, "UMMMMMMM");
		assert_lists(m, "o0 U:[1] o1 U:[2]");
		bs_machine_destroy(m);
	}
}

/*
 * Boot chunks above pageblock order are freed piece by piece since 6.10: over pageblocks U and M
 * the whole becomes M, where 6.1 keeps U and the types.
 *
 *   pageblock types U M M ..., boot [0,1024)
 *   6.1    o10 U: [0]   types U M
 *   6.12   o10 M: [0]   types M M
 *
 * spec allocator.md 2 step 4
 */
static void test_boot_in_pieces(void **state)
{
	(void)state;
	for (unsigned int k = 1; k < 3; k++) {
		struct bs_machine *m = machine_with_pages(kernels[k], 4096);

		boot_range(m, 2048, 2049);
		bs_mm_set_pageblock_type(m, 0, U);
		boot_range(m, 0, 1024);
		assert_lists(m, k == 2 ? "o0 M:[2048] o10 M:[0]" : "o0 M:[2048] o10 U:[0]");
		assert_types(m, k == 2 ? "MMMMMMMM" : "UMMMMMMM");
		bs_machine_destroy(m);
	}
}

/*
 * A zone that does not start on a 1024-page line is not shuffled at all: every candidate is
 * misaligned. One that does keeps its blocks and changes their order.
 *
 * spec allocator.md 5.2
 */
static void test_zone_shuffle(void **state)
{
	const struct bs_machine_config c = {.memory_bytes = UINT64_C(2) << 30, .shuffle = true};
	bs_pfn plain[512], shuffled[512], dma[8];
	struct bs_machine *m, *n;
	struct bs_error err;
	size_t a, b, moved = 0;

	(void)state;
	assert_ok(bs_machine_create(&(struct bs_machine_config){.memory_bytes = UINT64_C(2) << 30},
				    &n, &err),
		  &err);
	assert_ok(bs_machine_create(&c, &m, &err), &err);
	a = bs_list_blocks(n, 1, 10, M, plain, NULL, 512);
	b = bs_list_blocks(m, 1, 10, M, shuffled, NULL, 512);
	assert_int_equal(a, b);
	for (size_t i = 0; i < a; i++)
		moved += plain[i] != shuffled[i];
	assert_true(moved > a / 2);
	assert_int_equal(bs_list_blocks(m, 0, 10, M, dma, NULL, 8), 3);
	assert_int_equal(dma[0], 1024);
	assert_int_equal(dma[1], 2048);
	assert_int_equal(dma[2], 3072);
	assert_ok(bs_machine_check(m, &err), &err);
	bs_machine_destroy(m);
	bs_machine_destroy(n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_boot_order),
		cmocka_unit_test(test_boot_unaligned),
		cmocka_unit_test(test_expand_returns_the_left_half),
		cmocka_unit_test(test_merge_likely_goes_to_the_tail),
		cmocka_unit_test(test_no_tail_rule_from_order_9),
		cmocka_unit_test(test_the_parents_zone_is_asked),
		cmocka_unit_test(test_merging_ignores_types),
		cmocka_unit_test(test_zone_edges_stop_merges),
		cmocka_unit_test(test_shuffle_bit_polarity),
		cmocka_unit_test(test_first_pageblock_of_dma_is_unmovable),
		cmocka_unit_test(test_boot_in_pieces),
		cmocka_unit_test(test_zone_shuffle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
