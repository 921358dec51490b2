// SPDX-License-Identifier: GPL-2.0-or-later
/* Pageblocks out of circulation and back, alone and as ranges. */
#include "mm_test.h"

#include <errno.h>

#include "mm_report.h"
#include "mm_verify.h"

/*
 * An order-10 block isolated half by half.
 *
 *   before   o10 M: [0] [2048]  (6.1; 5.4: [2048] [0])
 *   iso 0    the block moves with its first pageblock: NR_FREE -1024       6.12: o9 I:[0] M:[512]
 *   iso 512  nothing left to move: NR_FREE the same                        6.12: o9 I: both
 *   uniso both
 *   after    5.4 o10 M: [0] [2048]      6.1 o10 M: [2048] [0]
 *
 * RULES.md, isolation; vector v14
 */
static void test_unisolate_position(void **state)
{
	(void)state;
	for_each_kernel(k)
	{
		struct bs_machine *m = machine_with_pages(kernels[k], 4096);

		boot_range(m, 0, 1024);
		boot_range(m, 2048, 3072);
		assert_int_equal(bs_mm_set_isolate(m, 0), 0);
		assert_int_equal(nr_free_pages(m, 0), k == 2 ? 1536 : 1024);
		assert_int_equal(bs_mm_set_isolate(m, 512), 0);
		assert_int_equal(nr_free_pages(m, 0), 1024);
		assert_types(m, "IIMMMMMM");
		assert_int_equal(bs_mm_set_isolate(m, 512), -EBUSY);
		bs_mm_unset_isolate(m, 0, M);
		bs_mm_unset_isolate(m, 512, M);
		assert_lists(m, k ? "o10 M:[2048,0]" : "o10 M:[0,2048]");
		assert_int_equal(nr_free_pages(m, 0), 2048);
		bs_machine_destroy(m);
	}
}

/*
 * An isolated half stays apart, and merges when it comes back.
 *
 *   before   0 and 512 in use, o10 M: [3072], pageblock 512 isolated
 *   free both      o9 M: [0] I: [512]          only the first counts as free
 *   uniso 512      5.4 o10 M: [0] [3072]       6.1 o10 M: [3072] [0]
 *
 * RULES.md, isolation
 */
static void test_isolated_half_merges_at_unset(void **state)
{
	(void)state;
	for_each_kernel(k)
	{
		struct bs_machine *m = machine_with_pages(kernels[k], 4096);

		boot_range(m, 0, 1024);
		assert_int_equal(alloc(m, M, 9), 0);
		assert_int_equal(alloc(m, M, 9), 512);
		boot_range(m, 3072, 4096);
		/* It holds a page that cannot move away until that says it can. */
		assert_int_equal(bs_isolate_pageblock(m, 512), -EBUSY);
		bs_page_set_lru(m, 512, 9, true);
		assert_int_equal(bs_isolate_pageblock(m, 512), 0);
		release(m, 0, 9);
		release(m, 512, 9);
		assert_lists(m, "o9 M:[0] I:[512] o10 M:[3072]");
		assert_int_equal(nr_free_pages(m, 0), 1536);
		bs_unisolate_pageblock(m, 512, M);
		assert_lists(m, k ? "o10 M:[3072,0]" : "o10 M:[0,3072]");
		bs_machine_destroy(m);
	}
}

/*
 * A range cuts the blocks that straddle its ends: 6.1 at the range, 6.12 in each pageblock.
 *
 *   before   o10 M: [0] [1024]            range [512,1024)
 *   after    o9 M: [0] I: [512]  o10 M: [1024]
 *   undone   o10 M: [1024] [0]
 *
 * RULES.md, isolation
 */
static void test_range_cuts_straddling_blocks(void **state)
{
	(void)state;
	for (unsigned int k = 1; k < 3; k++) {
		struct bs_machine *m = machine_with_pages(kernels[k], 4096);

		boot_range(m, 0, 2048);
		assert_int_equal(bs_isolate_range(m, 512, 1024), 0);
		assert_lists(m, "o9 M:[0] I:[512] o10 M:[1024]");
		assert_int_equal(nr_free_pages(m, 0), 1536);
		bs_unisolate_range(m, 512, 1024, M);
		assert_lists(m, "o10 M:[1024,0]");
		bs_machine_destroy(m);
	}
}

/*
 * A range that fails leaves nothing isolated.
 *
 *   [0,2048), page 1024 in use and not movable      range [0,2048): -EBUSY, all types M again
 *
 * RULES.md, isolation
 */
static void test_failed_range_is_undone(void **state)
{
	(void)state;
	for_each_kernel(k)
	{
		struct bs_machine *m = machine_with_pages(kernels[k], 4096);

		boot_range(m, 1024, 1025);
		assert_int_equal(alloc(m, M, 0), 1024);
		boot_range(m, 0, 1024);
		boot_range(m, 1025, 2048);
		assert_int_equal(bs_isolate_range(m, 0, 2048), -EBUSY);
		assert_types(m, "MMMMMMMM");
		assert_int_equal(nr_free_pages(m, 0), 2047);
		assert_int_equal(bs_isolate_range(m, 100, 512), -EINVAL);
		bs_machine_destroy(m);
	}
}

/*
 * 5.4 drains the per-cpu lists while isolating, later kernels leave that to the caller.
 *
 *   pcp L1: [0]       5.4: the page goes to the I list; 6.1: stays
 *
 * RULES.md, isolation
 */
static void test_isolation_drains(void **state)
{
	(void)state;
	for_each_kernel(k)
	{
		struct bs_machine *m = machine_with_pages(kernels[k], 4096);
		struct bs_zone_info info;

		boot_range(m, 0, 512);
		bs_zone_set_pcp(m, 0, 64, 4);
		assert_int_equal(alloc(m, M, 0), 0);
		release(m, 0, 0);
		assert_int_equal(bs_isolate_pageblock(m, 0), 0);
		bs_zone_info(m, 0, &info);
		assert_int_equal(info.nr_pcp_pages, k ? 4 : 0);
		assert_int_equal(info.nr_free_pages, 0);
		/* Whatever comes back now belongs to the isolated pageblock. */
		bs_drain_pages(m, BS_ALL_CPUS);
		assert_lists(m, "o9 I:[0]");
		bs_machine_destroy(m);
	}
}

static void take(struct bs_machine *m, bs_pfn pfn, unsigned int order)
{
	bs_mm_zone_lock(m, 0);
	assert_true(bs_mm_isolate_free_page(m, pfn, order));
	bs_mm_zone_unlock(m, 0);
}

/*
 * Half of a block: what is split off the other half stands on a list that its pageblock is not of.
 *
 *   before   o10 M: [0]  o0 M: [1024]                   NR_FREE 1025
 *   set 512  (5.4, 6.1) the block stays where it is     pageblocks M I
 *   alloc o9 M = 0       o9 M: [512]                    NR_FREE 513, 512 of them of an I pageblock
 *   unset 512            the same                       NR_FREE 1025: counted twice, in the kernel too
 *
 * So nobody may ask for it: 5.4 refuses, its callers align; 6.1 and 6.12 cut the block.
 *
 *   iso 512  o9 M: [0] I: [512]    alloc o9 M = 0    uniso 512    o9 M: [512], NR_FREE 513
 *
 * RULES.md, isolation
 */
static void test_half_of_a_block(void **state)
{
	(void)state;
	for_each_kernel(k)
	{
		struct bs_machine *m = machine_with_pages(kernels[k], 4096);
		struct bs_error err;

		boot_range(m, 0, 1025);
		if (k < 2) {
			assert_int_equal(bs_mm_set_isolate(m, 512), 0);
			assert_int_equal(alloc(m, M, 9), 0);
			assert_int_equal(nr_free_pages(m, 0), 513);
			bs_mm_unset_isolate(m, 512, M);
			assert_int_equal(nr_free_pages(m, 0), 1025);
			assert_int_not_equal(bs_machine_check(m, &err), 0);
			bs_machine_destroy(m);
			m = machine_with_pages(kernels[k], 4096);
			boot_range(m, 0, 1025);
		}
		assert_int_equal(bs_isolate_pageblock(m, 512), k ? 0 : -EBUSY);
		assert_lists(m, k ? "o0 M:[1024] o9 M:[0] I:[512]" : "o0 M:[1024] o10 M:[0]");
		if (!k)
			assert_int_equal(bs_isolate_range(m, 512, 1536), -EBUSY);
		assert_int_equal(alloc(m, M, 9), 0);
		bs_unisolate_pageblock(m, 512, M);
		assert_lists(m, "o0 M:[1024] o9 M:[512]");
		assert_int_equal(nr_free_pages(m, 0), 513);
		bs_machine_destroy(m);
	}
}

/*
 * A block that is in use or with a reporter cannot be cut: half of it is not isolated by anybody.
 *
 *   |A.............0...............|    order 10, movable, then taken by a reporter
 *                  ^ 512: refused from both sides; the whole, [0,1024), is not
 *
 * RULES.md, isolation
 */
static void test_busy_block_across_an_end(void **state)
{
	(void)state;
	for_each_kernel(k)
	{
		struct bs_machine *m = machine_with_pages(kernels[k], 4096);

		boot_range(m, 0, 1025);
		assert_int_equal(alloc(m, M, 10), 0);
		bs_page_set_lru(m, 0, 10, true);
		assert_int_equal(bs_isolate_pageblock(m, 0), -EBUSY);
		assert_int_equal(bs_isolate_pageblock(m, 512), -EBUSY);
		assert_int_equal(bs_isolate_range(m, 512, 1024), -EBUSY);
		assert_types(m, "MMMMMMMM");
		release(m, 0, 10);
		take(m, 0, 10);
		assert_int_equal(bs_isolate_pageblock(m, 512), -EBUSY);
		assert_int_equal(bs_isolate_range(m, 0, 1024), 0);
		bs_mm_zone_lock(m, 0);
		bs_mm_putback(m, 0, 10, BS_MT_NOW, true, &(bs_pfn){0});
		bs_mm_zone_unlock(m, 0);
		assert_int_equal(nr_free_pages(m, 0), 1);
		bs_unisolate_range(m, 0, 1024, M);
		assert_lists(m, "o0 M:[1024] o10 M:[0]");
		assert_int_equal(nr_free_pages(m, 0), 1025);
		bs_machine_destroy(m);
	}
}

/*
 * Two callers isolate neighbours; what is freed there merges across; they end one by one.
 *
 *   before    0 and 512 in use, movable; both pageblocks isolated, each by its own caller
 *   free both o10 I: [0]
 *   uniso 0   o9 M: [0] I: [512]       the block is parted, not taken along
 *   alloc o9  = 0
 *   uniso 512 o9 M: [512]              NR_FREE 513, not 1025
 *
 * RULES.md, isolation; linux-6.12 cuts by itself
 */
static void test_neighbours_end_one_by_one(void **state)
{
	(void)state;
	for_each_kernel(k)
	{
		struct bs_machine *m = machine_with_pages(kernels[k], 4096);

		boot_range(m, 0, 1025);
		assert_int_equal(alloc(m, M, 9), 0);
		assert_int_equal(alloc(m, M, 9), 512);
		bs_page_set_lru(m, 0, 9, true);
		bs_page_set_lru(m, 512, 9, true);
		assert_int_equal(bs_isolate_pageblock(m, 0), 0);
		assert_int_equal(bs_isolate_pageblock(m, 512), 0);
		release(m, 0, 9);
		bs_drain_pages(m, BS_ALL_CPUS);
		release(m, 512, 9);
		assert_lists(m, "o0 M:[1024] o10 I:[0]");
		bs_unisolate_pageblock(m, 0, M);
		assert_lists(m, "o0 M:[1024] o9 M:[0] I:[512]");
		assert_int_equal(alloc(m, M, 9), 0);
		bs_unisolate_pageblock(m, 512, M);
		assert_lists(m, "o0 M:[1024] o9 M:[512]");
		assert_int_equal(nr_free_pages(m, 0), 513);
		bs_machine_destroy(m);
	}
}

/*
 * Where ISOLATE is a bit beside the type, the type comes back, whatever the caller says; before, it is
 * the caller's.
 *
 *   o9 U:[512], pageblock 512 of type U: isolated, undone as M
 *   6.12 M, and so is what it merges with: MM   6.18 UU
 */
static void test_the_type_under_isolation(void **state)
{
	static const char *const models[] = {LINUX_6_12, "linux-6.18"};

	(void)state;
	for (unsigned int k = 0; k < 2; k++) {
		struct bs_machine *m = machine_with_pages(models[k], 4096);
		struct bs_state *s;
		struct bs_error err;

		boot_range(m, 0, 4096);
		assert_int_equal(alloc(m, U, 9), 0);
		release(m, 0, 9);
		bs_drain_pages(m, BS_ALL_CPUS);
		assert_types(m, "UUMMMMMM");
		assert_int_equal(bs_isolate_pageblock(m, 512), 0);
		assert_types(m, "UIMMMMMM");
		assert_ok(bs_state_of_machine(m, &s, &err), &err);
		assert_int_equal(s->migratetypes, 5);
		if (k)
			assert_int_equal(s->zone[0].block_stored[1], U);
		else
			assert_null(s->zone[0].block_stored);
		bs_state_free(s);
		bs_unisolate_pageblock(m, 512, M);
		assert_types(m, k ? "UUMMMMMM" : "MMMMMMMM");
		bs_machine_destroy(m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unisolate_position),
		cmocka_unit_test(test_the_type_under_isolation),
		cmocka_unit_test(test_isolated_half_merges_at_unset),
		cmocka_unit_test(test_range_cuts_straddling_blocks),
		cmocka_unit_test(test_failed_range_is_undone),
		cmocka_unit_test(test_isolation_drains),
		cmocka_unit_test(test_half_of_a_block),
		cmocka_unit_test(test_busy_block_across_an_end),
		cmocka_unit_test(test_neighbours_end_one_by_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
