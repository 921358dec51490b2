// SPDX-License-Identifier: GPL-2.0-or-later
/* Taking single blocks, putting them back, turning lists. */
#include "mm_test.h"

#include "mm_report.h"

static void take(struct bs_machine *m, bs_pfn pfn, unsigned int order)
{
	bs_mm_zone_lock(m, 0);
	assert_true(bs_mm_isolate_free_page(m, pfn, order));
	bs_mm_zone_unlock(m, 0);
}

/*
 * A reporter takes a block and puts it back: away from every list in between, MOVABLE afterwards.
 *
 *   before   o9 U: [0]    o10 M: [2048]      pageblock 0 is U
 *   take 0   o10 M: [2048]                   block 0 isolated, pageblock 0 now M
 *   put      o9 M: [0]    o10 M: [2048]
 *   taken again, 512 freed meanwhile, put: o10 M: [2048] [0], merged, at the tail
 *
 * RULES.md, taking a block
 */
static void test_isolate_free_page(void **state)
{
	(void)state;
	for_each_kernel(k)
	{
		struct bs_machine *m = machine_with_pages(kernels[k], 4096);
		struct bs_machine_counters c;
		bs_pfn final;

		boot_range(m, 0, 512);
		assert_int_equal(alloc(m, U, 9), 0);
		boot_range(m, 2048, 3072);
		release(m, 0, 9);
		assert_lists(m, "o9 U:[0] o10 M:[2048]");
		take(m, 0, 9);
		assert_lists(m, "o10 M:[2048]");
		assert_types(m, "MMMMMMMM");
		assert_int_equal(bs_page_state(m, 3), BS_PAGE_ISOLATED);
		assert_int_equal(nr_free_pages(m, 0), 1024);
		bs_machine_counters(m, &c);
		assert_int_equal(c.pageblocks_retyped, 1);
		bs_mm_zone_lock(m, 0);
		assert_int_equal(bs_mm_putback(m, 0, 9, BS_MT_NOW, true, &final), 9);
		bs_mm_zone_unlock(m, 0);
		assert_int_equal(final, 0);
		assert_lists(m, "o9 M:[0] o10 M:[2048]");
		/* Its buddy appears while it is away: put back, it merges. */
		take(m, 0, 9);
		boot_range(m, 512, 1024);
		bs_mm_zone_lock(m, 0);
		assert_int_equal(bs_mm_putback(m, 0, 9, BS_MT_NOW, true, &final), 10);
		bs_mm_zone_unlock(m, 0);
		assert_lists(m, "o10 M:[2048,0]");
		bs_machine_destroy(m);
	}
}

/*
 * Taking obeys the min mark: free - must exceed min + 2^order.
 *
 *   min 512, 1024 free, order 9: 1024 > 1024 fails; one page more passes
 *
 * RULES.md, taking a block
 */
static void test_isolate_obeys_min(void **state)
{
	(void)state;
	for_each_kernel(k)
	{
		struct bs_machine *m = machine_with_pages(kernels[k], 4096);

		boot_range(m, 0, 512);
		boot_range(m, 1024, 1536);
		bs_zone_set_watermarks(m, 0, 512, 600, 700);
		bs_mm_zone_lock(m, 0);
		assert_false(bs_mm_isolate_free_page(m, 0, 9));
		bs_mm_zone_unlock(m, 0);
		assert_int_equal(nr_free_pages(m, 0), 1024);
		boot_range(m, 2048, 2049);
		take(m, 0, 9);
		assert_int_equal(nr_free_pages(m, 0), 513);
		/* ... which pulling does not ask for. */
		bs_mm_zone_lock(m, 0);
		bs_mm_pull_free_page(m, 1024, 9);
		bs_mm_zone_unlock(m, 0);
		assert_lists(m, "o0 M:[2048]");
		bs_machine_destroy(m);
	}
}

/*
 * 6.12 isolating half a pageblock moves the other half's free blocks to the M lists with it.
 *
 *   before   o8 U: [0] [256] do not merge: page 256's block in use half; pageblock 0 U
 *   take (0,o8)    rest of pageblock 0: o7 M: [256]
 *   6.1 sets the type and leaves o7 U: [256] where it is
 *
 * RULES.md, taking a block
 */
static void test_isolating_half_a_pageblock(void **state)
{
	(void)state;
	for (unsigned int k = 1; k < 3; k++) {
		struct bs_machine *m = machine_with_pages(kernels[k], 4096);

		boot_range(m, 0, 512);
		boot_range(m, 1024, 1025);
		assert_int_equal(alloc(m, U, 7), 0);
		assert_int_equal(alloc(m, U, 7), 128);
		assert_int_equal(alloc(m, U, 7), 256);
		assert_int_equal(alloc(m, U, 7), 384);
		release(m, 0, 7);
		release(m, 128, 7);
		release(m, 256, 7);
		assert_lists(m, "o0 M:[1024] o7 U:[256] o8 U:[0]");
		take(m, 0, 8);
		assert_lists(m, k == 2 ? "o0 M:[1024] o7 M:[256]" : "o0 M:[1024] o7 U:[256]");
		assert_types(m, "MMMMMMMM");
		bs_machine_destroy(m);
	}
}

/*
 * Rotation: the cyclic order of a list stays.
 *
 *   before   o10 M: [0] [1024] [2048] [3072]      (6.1)
 *   2048 first     [2048] [3072] [0] [1024]
 *
 * RULES.md, hooks
 */
static void test_rotation(void **state)
{
	struct bs_machine *m = machine_with_pages(LINUX_6_1, 4096);

	(void)state;
	boot_range(m, 0, 4096);
	bs_mm_zone_lock(m, 0);
	bs_mm_list_rotate(m, 0, 10, M, 2048);
	assert_lists(m, "o10 M:[2048,3072,0,1024]");
	bs_mm_list_rotate(m, 0, 10, M, 2048);
	bs_mm_set_reported(m, 3072, 10, true);
	bs_mm_zone_unlock(m, 0);
	assert_lists(m, "o10 M:[2048,3072r,0,1024]");
	/* Last instead of first. */
	bs_mm_list_reorder(m, 0, 10, M, 2048, false);
	assert_lists(m, "o10 M:[3072r,0,1024,2048]");
	/* Split for an allocation, the mark is gone. */
	assert_int_equal(alloc(m, M, 4), 3072);
	assert_lists(m, "o4 M:[3088] o5 M:[3104] o6 M:[3136] o7 M:[3200] o8 M:[3328] "
			"o9 M:[3584] o10 M:[0,1024,2048]");
	bs_machine_destroy(m);
}

/*
 *   o8 M:[256]  o9 M:[512]  o10 M:[1024,...]      [0, 256) is in use
 */
static void test_the_free_block_around_a_page(void **state)
{
	struct bs_machine *m = machine_with_pages(LINUX_6_1, 4096);
	struct bs_free_around b;

	(void)state;
	boot_range(m, 0, 4096);
	assert_int_equal(alloc(m, M, 8), 0);
	assert_true(bs_mm_free_around(m, 700, 9, &b));
	assert_int_equal(b.order, 9);
	assert_int_equal(b.mt, M);
	assert_false(b.reported);
	bs_mm_set_reported(m, 1024, 10, true);
	assert_true(bs_mm_free_around(m, 1600, 9, &b));
	assert_int_equal(b.order, 10);
	assert_true(b.reported);
	assert_true(bs_mm_free_around(m, 300, 0, &b));
	assert_int_equal(b.order, 8);
	assert_false(bs_mm_free_around(m, 300, 9, &b)); /* too small */
	assert_false(bs_mm_free_around(m, 700, 10, &b));
	assert_false(bs_mm_free_around(m, 3, 0, &b)); /* in use */
	bs_machine_destroy(m);
}

static void note(void *arg, bs_pfn pfn, unsigned int order)
{
	uint64_t *seen = arg;

	assert_int_equal(order, pfn == 8 ? 3 : 0);
	*seen |= UINT64_C(1) << pfn;
}

/* pcp: L1[1,0], order 3 [8]; the others of their blocks are in use or on the free lists. */
static void test_every_block_on_a_per_cpu_list(void **state)
{
	struct bs_machine *m = machine_with_pages(LINUX_6_1, 4096);
	uint64_t seen = 0;

	(void)state;
	boot_range(m, 0, 4096);
	bs_zone_set_pcp(m, 0, 100, 1);
	bs_mm_pcp_each(m, note, &seen);
	assert_int_equal(seen, 0);
	assert_int_equal(alloc(m, M, 0), 0);
	assert_int_equal(alloc(m, M, 0), 1);
	assert_int_equal(alloc(m, M, 3), 8);
	release(m, 0, 0);
	release(m, 1, 0);
	release(m, 8, 3);
	bs_mm_pcp_each(m, note, &seen);
	assert_int_equal(seen, 0x103);
	bs_machine_destroy(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_isolate_free_page),
		cmocka_unit_test(test_isolate_obeys_min),
		cmocka_unit_test(test_isolating_half_a_pageblock),
		cmocka_unit_test(test_rotation),
		cmocka_unit_test(test_the_free_block_around_a_page),
		cmocka_unit_test(test_every_block_on_a_per_cpu_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
