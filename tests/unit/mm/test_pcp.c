// SPDX-License-Identifier: GPL-2.0-or-later
/* Per-cpu lists: refills, flushes, what a page remembers. */
#include "mm_test.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <buddysim/state.h>

#include "bs_dump_test.h"
#include "mm_verify.h"

static struct bs_machine *machine_with_pcp(const char *kernel, bs_pfn free, unsigned int high,
					   unsigned int batch)
{
	struct bs_machine *m = machine_with_pages(kernel, 4096);

	boot_range(m, 0, free);
	bs_zone_set_pcp(m, 0, high, batch);
	return m;
}

/*
 * Refilled pages are handed out in the order they came, freed pages are reused last in, first out.
 *
 *   alloc -> 0     L1: [1] [2] [3]        refill of 4: 0 1 2 3
 *   alloc -> 1     L1: [2] [3]
 *   free 0, 1      L1: [1] [0] [2] [3]
 *   alloc -> 1, 0, 2
 *
 * RULES.md, refill and flush
 */
static void test_refill_fifo_free_lifo(void **state)
{
	(void)state;
	for_each_kernel(k)
	{
		struct bs_machine *m = machine_with_pcp(kernels[k], 64, 24, 4);

		assert_int_equal(alloc(m, M, 0), 0);
		assert_int_equal(alloc(m, M, 0), 1);
		release(m, 0, 0);
		release(m, 1, 0);
		assert_lists(m, "o2 M:[4] o3 M:[8] o4 M:[16] o5 M:[32] pcp c=4 L1[1,0,2,3]");
		assert_int_equal(alloc(m, M, 0), 1);
		assert_int_equal(alloc(m, M, 0), 0);
		assert_int_equal(alloc(m, M, 0), 2);
		assert_lists(m, "o2 M:[4] o3 M:[8] o4 M:[16] o5 M:[32] pcp c=1 L1[3]");
		bs_machine_destroy(m);
	}
}

/*
 * The 16th free reaches high: the four coldest pages, those freed first, leave and merge.
 *
 *   before   L1: [14] ... [0]       15 pages, pages 16..63 in use
 *   free 15  L1: [15] ... [4]       o2 M: [0]
 *
 * RULES.md, flush
 */
static void test_flush_takes_the_coldest(void **state)
{
	(void)state;
	for (unsigned int k = 0; k < 2; k++) {
		struct bs_machine *m = machine_with_pcp(kernels[k], 128, 16, 4);

		for (bs_pfn pfn = 0; pfn < 64; pfn++)
			assert_int_equal(alloc(m, M, 0), pfn);
		for (bs_pfn pfn = 0; pfn < 16; pfn++)
			release(m, pfn, 0);
		assert_lists(m, "o2 M:[0] o6 M:[64] pcp c=12 L1[15,14,13,12,11,10,9,8,7,6,5,4]");
		bs_machine_destroy(m);
	}
}

/*
 * Nine pages fill the lists, three of each type, freed M first, R last. Three are flushed:
 *
 *   5.4   one of each, M then R then U:  L0: [2] [1]  L1: [1026] [1025]  L2: [514] [513]
 *   6.1   the list just used, all R:     L0: [2] [1] [0]  L1: [1026] [1025] [1024]
 *
 * RULES.md, flush (which types lie where differs only in 6.12, whose refills are larger)
 */
static void test_flush_order_over_types(void **state)
{
	static const char *const after[] = {"pcp c=6 L0[2,1] L1[1026,1025] L2[514,513]",
					    "pcp c=6 L0[2,1,0] L1[1026,1025,1024]"};

	(void)state;
	for (unsigned int k = 0; k < 2; k++) {
		struct bs_machine *m = machine_with_pcp(kernels[k], 1536, 9, 3);
		int64_t first[3];
		char drawn[4096];

		for (unsigned int mt = 0; mt < 3; mt++)
			for (unsigned int i = 0; i < 3; i++) {
				const int64_t pfn = alloc(m, mt, 0);

				if (!i)
					first[mt] = pfn;
			}
		for (unsigned int i = 0; i < 3; i++)
			for (unsigned int q = 0; q < 3; q++) {
				static const unsigned int turn[] = {M, U, R};

				release(m, (bs_pfn)first[turn[i]] + q, 0);
			}
		bs_machine_draw(m, drawn, sizeof(drawn), 100);
		assert_non_null(strstr(drawn, "pcp"));
		assert_string_equal(strstr(drawn, "pcp"), after[k]);
		bs_machine_destroy(m);
	}
}

/*
 * The round robin's quota, 5.4: M has 1 page, U has 5, R none; 4 are flushed.
 *
 *   round 1  quota 1 at M: one page, M is dry, quota 0
 *   round 2  R empty (1), U (2): two pages
 *   round 3  M empty (1), R empty (2), U (3 = all that is left): one page
 *
 *   before   L0: [4] [3] [2] [1] [0]   L1: [512]
 *   after    L0: [4] [3]               flushed M, U, U, U
 *
 * RULES.md, flush
 */
static void test_round_robin_quota(void **state)
{
	struct bs_machine *m = machine_with_pages(LINUX_5_4, 4096);

	(void)state;
	boot_range(m, 512, 1024);
	boot_range(m, 0, 512);
	assert_int_equal(alloc(m, U, 9), 0);
	assert_int_equal(alloc(m, M, 9), 512);
	bs_zone_set_pcp(m, 0, 6, 4);
	release_pages(m, 512, 513);
	release_pages(m, 0, 5);
	assert_lists(m, "o0 U:[2] M:[512] o1 U:[0] pcp c=2 L0[4,3]");
	bs_machine_destroy(m);
}

/*
 * Frees without allocations: each flush is larger, up to high - batch, and then stays.
 *
 *   batch 4, high 16     frees   16    20    28    40    52
 *                        flushed  4     8    12    12    12
 *                        left    12     8     4     4     4
 *
 * RULES.md, flush
 */
static void test_free_factor_grows(void **state)
{
	static const struct {
		unsigned int frees, left;
	} steps[] = {{16, 12}, {20, 8}, {28, 4}, {40, 4}, {52, 4}};
	struct bs_machine *m = machine_with_pcp(LINUX_6_1, 128, 16, 4);
	struct bs_zone_info info;
	bs_pfn pfn = 0;

	(void)state;
	for (bs_pfn i = 0; i < 64; i++)
		assert_int_equal(alloc(m, M, 0), i);
	for (unsigned int i = 0; i < 5; i++) {
		while (pfn < steps[i].frees) {
			bs_zone_info(m, 0, &info);
			assert_true(info.nr_pcp_pages < 16);
			release(m, pfn++, 0);
		}
		bs_zone_info(m, 0, &info);
		assert_int_equal(info.nr_pcp_pages, steps[i].left);
	}
	bs_machine_destroy(m);
}

/*
 * However many frees follow, free_factor stops at 5 (CONFIG_PCP_BATCH_SCALE_MAX).
 *
 *   batch 1, high 200: flushes of 1, 2, 4, 8, 16, 32, 32, ...
 *
 * RULES.md, flush
 */
static void test_free_factor_ends_at_5(void **state)
{
	struct bs_machine *m = machine_with_pages(LINUX_6_1, 4096);

	(void)state;
	boot_range(m, 0, 2048);
	assert_int_equal(alloc(m, M, 10), 0);
	bs_zone_set_pcp(m, 0, 200, 1);
	release_pages(m, 0, 200 + 1 + 2 + 4 + 8);
	assert_int_equal(bs_mm_pcp_free_factor(m, 0, 0), 5);
	release_pages(m, 215, 1024);
	assert_int_equal(bs_mm_pcp_free_factor(m, 0, 0), 5);
	bs_machine_destroy(m);
}

/*
 * A block of order 1-3 freed while free_factor > 0 flushes everything, its own list first, from
 * the tail, then the lists behind it, around.
 *
 *   before   L1: [7] [6]  L4: [10]    free_factor 2
 *   free (8,o1)
 *   order    10, 8 (o1), 6, 7 (o0)
 *   after    pcp empty                [6..11] as far as they merge
 *
 * RULES.md, flush
 */
static void test_free_high_flushes_all(void **state)
{
	struct bs_machine *m = machine_with_pcp(LINUX_6_1, 16, 8, 2);
	bs_pfn pfn;

	(void)state;
	for (pfn = 0; pfn < 6; pfn++)
		assert_int_equal(alloc(m, M, 0), pfn);
	assert_int_equal(alloc(m, M, 0), 6);
	assert_int_equal(alloc(m, M, 0), 7);
	assert_int_equal(alloc(m, M, 1), 8);
	bs_drain_pages(m, BS_ALL_CPUS);
	/* Two flushes of 2 and 4 pages leave free_factor 2 behind, and 2 pages. */
	for (pfn = 0; pfn < 6; pfn++)
		release(m, pfn, 0);
	release(m, 6, 0);
	release(m, 7, 0);
	assert_lists(m, "o1 M:[0,10] o2 M:[12] pcp c=6 L1[7,6,5,4,3,2]");
	release(m, 8, 1);
	assert_lists(m, "o4 M:[0]");
	bs_machine_destroy(m);
}

/*
 * One refill of order 1 takes max(batch >> 1, 2) = 4 blocks; a refill of order 0 starts behind.
 *
 *   6.1   alloc o1 -> 0   L4: [2] [4] [6]
 *         alloc o1 -> 2
 *         alloc o0 -> 8   L1: [9] .. [15]
 *   5.4   0, 2, then a refill of order 0 from 4 -> 4
 *
 * RULES.md, refill
 */
static void test_refill_of_order_1(void **state)
{
	(void)state;
	for_each_kernel(k)
	{
		struct bs_machine *m = machine_with_pcp(kernels[k], 64, 48, 8);

		assert_int_equal(alloc(m, M, 1), 0);
		assert_int_equal(alloc(m, M, 1), 2);
		assert_int_equal(alloc(m, M, 0), k ? 8 : 4);
		bs_machine_destroy(m);
	}
}

/*
 * One huge page is asked for, two leave the buddy.
 *
 *   before   o10 M: [0] [1024] [2048] [3072]
 *   6.1      -> 0, L13: [512], NR_FREE 3072         5.4   -> 3072, o9: [3584]
 *
 * RULES.md, refill
 */
static void test_thp_takes_two(void **state)
{
	(void)state;
	for_each_kernel(k)
	{
		struct bs_machine *m = machine_with_pcp(kernels[k], 4096, 1024, 8);

		assert_int_equal(alloc(m, M, 9), k ? 0 : 3072);
		assert_lists(m, k ? "o10 M:[1024,2048,3072] pcp c=512 L13[512]"
				  : "o9 M:[3584] o10 M:[2048,1024,0]");
		assert_int_equal(nr_free_pages(m, 0), k ? 3072 : 3584);
		bs_machine_destroy(m);
	}
}

/*
 * Pages refilled as M wait while their block becomes U: they go back to the M list they came for.
 * 6.12 asks the pageblock instead.
 *
 *   alloc M -> 0     L1: [1] [2] [3]
 *   alloc U          claims the pageblock: U
 *   free 0           L0: [0] ...            its pageblock is U now
 *   drain   5.4, 6.1   o0 U: [5]  o1 U: [6]  o2 M: [0]  and the larger, U
 *           6.12       everything U
 *
 * RULES.md, per-cpu lists; vector v13
 */
static void test_stale_type(void **state)
{
	(void)state;
	for_each_kernel(k)
	{
		struct bs_machine *m = machine_with_pcp(kernels[k], 512, 40, 4);

		assert_int_equal(alloc(m, M, 0), 0);
		assert_int_equal(alloc(m, U, 0), 4);
		release(m, 0, 0);
		bs_drain_pages(m, BS_ALL_CPUS);
		assert_lists(m, k == 2 ? "o0 U:[5] o1 U:[6] o2 U:[0] o3 U:[8] o4 U:[16] o5 U:[32] "
					 "o6 U:[64] o7 U:[128] o8 U:[256]"
				       : "o0 U:[5] o1 U:[6] o2 M:[0] o3 U:[8] o4 U:[16] o5 U:[32] "
					 "o6 U:[64] o7 U:[128] o8 U:[256]");
		bs_machine_destroy(m);
	}
}

/*
 * While reclaim is active a per-cpu list holds 4 batches at most, however high its limit (linux-6.1).
 *
 *   pcp L1: 2 pages, batch 4, high 100, RECLAIM_ACTIVE
 *   13 frees   15 pages
 *   1 free     16 = 4 * batch: one batch is flushed, 12 stay
 */
static void test_reclaim_shrinks_per_cpu_lists(void **state)
{
	char *path = bs_test_file(DUMP_START, ".txt");
	struct bs_state *s = NULL;
	struct bs_machine *m = NULL;
	struct bs_zone_info zi;
	struct bs_error err;

	(void)state;
	assert_ok(bs_state_load(path, NULL, &s, &err), &err);
	s->zone[0].flags = 2;
	assert_ok(bs_machine_from_state(s, NULL, &m, &err), &err);
	for (bs_pfn pfn = 100; pfn < 100 + 2 * 14; pfn += 2) {
		bs_zone_info(m, 0, &zi);
		assert_int_equal(zi.nr_pcp_pages, 2 + (pfn - 100) / 2);
		assert_int_equal(bs_machine_adopt(m, pfn, 0), 0);
		bs_free_pages(m, 0, pfn, 0);
	}
	bs_zone_info(m, 0, &zi);
	assert_int_equal(zi.nr_pcp_pages, 12);
	bs_state_free(s);
	bs_machine_destroy(m);
	unlink(path);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refill_fifo_free_lifo),
		cmocka_unit_test(test_flush_takes_the_coldest),
		cmocka_unit_test(test_flush_order_over_types),
		cmocka_unit_test(test_round_robin_quota),
		cmocka_unit_test(test_free_factor_grows),
		cmocka_unit_test(test_free_factor_ends_at_5),
		cmocka_unit_test(test_free_high_flushes_all),
		cmocka_unit_test(test_refill_of_order_1),
		cmocka_unit_test(test_thp_takes_two),
		cmocka_unit_test(test_stale_type),
		cmocka_unit_test(test_reclaim_shrinks_per_cpu_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
