// SPDX-License-Identifier: GPL-2.0-or-later
/* A pageblock's free blocks, counted and moved. */
#include "mm_test.h"

#include "pageblock.h"

/*
 * Stolen blocks of one order: 5.4 relinks each at the head, so the last found comes first.
 *
 *   before   o5 M: [64] [0]       one pageblock, the rest in use
 *   alloc o0 U   5.4 -> 64  (o5 U: [64] [0])        6.1 -> 0  (o5 U: [0] [64])
 *
 * RULES.md, fallback
 */
static void test_relink_position(void **state)
{
	static const char *const after[] = {
		"o0 U:[65] o1 U:[66] o2 U:[68] o3 U:[72] o4 U:[80] o5 U:[0]",
		"o0 U:[1] o1 U:[2] o2 U:[4] o3 U:[8] o4 U:[16] o5 U:[64]"};

	(void)state;
	for_each_kernel(k)
	{
		struct bs_machine *m = machine_with_pages(kernels[k], 4096);

		boot_range(m, 0, 512);
		assert_int_equal(alloc(m, M, 9), 0);
		assert_int_equal(bs_split_allocated(m, 0, 5), 0);
		assert_int_equal(bs_split_allocated(m, 64, 5), 0);
		release(m, 0, 5);
		release(m, 64, 5);
		assert_lists(m, "o5 M:[64,0]");
		assert_int_equal(alloc(m, U, 0), k ? 0 : 64);
		assert_lists(m, after[k > 0]);
		bs_machine_destroy(m);
	}
}

/*
 * Free and movable pages are told apart from pages in use that cannot move, and nothing moves.
 *
 *   pageblock 0   |8 in use, 4 of them LRU| 8..511 free in blocks of order 3, 4 .. 8|
 */
static void test_counting_moves_nothing(void **state)
{
	(void)state;
	for_each_kernel(k)
	{
		struct bs_machine *m = machine_with_pages(kernels[k], 4096);
		unsigned int free, movable;

		boot_range(m, 0, 512);
		assert_int_equal(alloc(m, M, 4), 0);
		assert_int_equal(bs_split_allocated(m, 8, 3), 0);
		release(m, 8, 3);
		bs_drain_pages(m, BS_ALL_CPUS);
		bs_page_set_lru(m, 2, 2, true);
		assert_true(mm_count_block(m, &m->zones[0], 300, &free, &movable));
		assert_int_equal(free, 504);
		assert_int_equal(movable, 4);
		assert_lists(m, "o3 M:[8] o4 M:[16] o5 M:[32] o6 M:[64] o7 M:[128] o8 M:[256]");
		bs_machine_destroy(m);
	}
}

/*
 * A pageblock that reaches over the zone's edge: 6.12 refuses it at both ends, the others at the
 * upper one only, and begin at the page itself at the lower.
 *
 *   DMA32 [0, 256)  |  Normal [256, 4096)      one pageblock lies over the edge
 */
static void test_over_the_zones_edge(void **state)
{
	(void)state;
	for_each_kernel(k)
	{
		struct bs_machine *m = machine_with_edge(kernels[k], BS_ZONE_DMA32, 256, 4096);
		struct zone *low = &m->zones[0], *high = &m->zones[1];
		const bool refuses = m->km.move_refuses_straddle;
		unsigned int movable = 7;

		boot_range(m, 0, 512);
		assert_lists(m, "Z0: o8 M:[0] Z1: o8 M:[256]");
		assert_int_equal(mm_move_block(m, low, 0, U, BS_STEAL, &movable), refuses ? -1 : 0);
		assert_int_equal(movable, 0);
		assert_int_equal(mm_move_block(m, high, 256, U, BS_STEAL, &movable),
				 refuses ? -1 : 256);
		assert_lists(m, refuses ? "Z0: o8 M:[0] Z1: o8 M:[256]"
					: "Z0: o8 M:[0] Z1: o8 U:[256]");
		bs_machine_destroy(m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_relink_position),
		cmocka_unit_test(test_counting_moves_nothing),
		cmocka_unit_test(test_over_the_zones_edge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
