// SPDX-License-Identifier: GPL-2.0-or-later
/* Requests: passes, zones, last resorts, what they count and what they leave behind. */
#include "mm_test.h"

#include "mm_report.h"
#include "pcp.h"

/* A GFP_ATOMIC request of 5.4 and 6.1; 6.12 has no ATOMIC bit any more. */
#define ATOMIC BS_GFP_ATOMIC

/*
 * NOFRAGMENT: rather a whole pageblock of DMA32 than mixing a pageblock of NORMAL.
 *
 *   before   DMA32 o9 M: [0]      NORMAL o3 M: [1024]
 *   alloc o0 U -> 0
 *   without DMA32's block: the second round takes 1024
 *
 * RULES.md, rmqueue
 */
static void test_nofragment(void **state)
{
	(void)state;
	for_each_kernel(k) for (unsigned int with = 0; with < 2; with++)
	{
		struct bs_machine *m = machine_with_edge(kernels[k], BS_ZONE_DMA32, 1024, 4096);

		if (with)
			boot_range(m, 0, 512);
		boot_range(m, 1024, 1032);
		assert_int_equal(alloc(m, U, 0), with ? 0 : 1024);
		assert_int_equal(nr_free_pages(m, 1), with ? 8 : 7);
		bs_machine_destroy(m);
	}
}

/*
 * HIGHATOMIC is reserved only by the slow pass; what is left of the pageblock moves along.
 *
 *   marks 100/2000/3000, o10 M: [0]
 *   GFP_ATOMIC o3 -> 0     fast pass refused (1024 < 2000): slow pass, pageblock 0 becomes H
 *                          o3 H: [8] ... o8 H: [256]     o9 U: [512]
 *   again   5.4 -> 8 (H first)    6.1 -> 512 (per-cpu refill from U first, pageblock 1 becomes H)
 *
 * 6.12 never reserves in so small a zone. RULES.md, highatomic
 */
static void test_highatomic_only_from_the_slow_pass(void **state)
{
	static const int64_t second[] = {8, 512, 8};
	static const char *const types[] = {"HUMMMMMM", "HHMMMMMM", "UUMMMMMM"};

	(void)state;
	for_each_kernel(k)
	{
		struct bs_machine *m = machine_with_pages(kernels[k], 4096);
		struct bs_zone_info info;

		boot_range(m, 0, 1024);
		bs_zone_set_watermarks(m, 0, 100, 2000, 3000);
		assert_int_equal(alloc_gfp(m, ATOMIC, 3), 0);
		assert_lists(m, k == 2 ? "o3 U:[8] o4 U:[16] o5 U:[32] o6 U:[64] o7 U:[128] "
					 "o8 U:[256] o9 U:[512]"
				       : "o3 H:[8] o4 H:[16] o5 H:[32] o6 H:[64] o7 H:[128] "
					 "o8 H:[256] o9 U:[512]");
		bs_zone_info(m, 0, &info);
		assert_int_equal(info.nr_reserved_highatomic, k == 2 ? 0 : 512);
		assert_int_equal(alloc_gfp(m, ATOMIC, 3), second[k]);
		assert_types(m, types[k]);
		bs_machine_destroy(m);

		/* With the low mark satisfied nothing is reserved. */
		m = machine_with_pages(kernels[k], 4096);
		boot_range(m, 0, 1024);
		bs_zone_set_watermarks(m, 0, 100, 200, 300);
		assert_int_equal(alloc_gfp(m, ATOMIC, 3), 0);
		bs_zone_info(m, 0, &info);
		assert_int_equal(info.nr_reserved_highatomic, 0);
		bs_machine_destroy(m);
	}
}

/*
 * Only the H list has memory. Who may end there?
 *
 *   before   o9 H: [0]
 *   GFP_KERNEL o0    nobody
 *   GFP_NOWAIT o0    NON_BLOCK of 6.1 and later; 5.4 stops at the empty per-cpu list
 *   GFP_ATOMIC o3    all: HARDER, HIGHATOMIC
 *
 * RULES.md, rmqueue
 */
static void test_highatomic_as_last_resort(void **state)
{
	(void)state;
	for_each_kernel(k)
	{
		struct bs_machine *m = machine_with_pages(kernels[k], 4096);

		boot_range(m, 2048, 2560);
		bs_mm_set_pageblock_type(m, 0, BS_MIGRATE_HIGHATOMIC);
		boot_range(m, 0, 512);
		assert_int_equal(alloc(m, M, 9), 2048);
		assert_lists(m, "o9 H:[0]");
		assert_int_equal(alloc(m, U, 0), -1);
		assert_int_equal(alloc_gfp(m, BS_GFP_NOWAIT, 0), k ? 0 : -1);
		assert_true(alloc_gfp(m, BS_GFP_ATOMIC, 3) >= 0);
		bs_machine_destroy(m);
	}
}

/* Pages reserved once requests for an atomic block of order 3 were served: on the fast pass, from a
 * per-cpu list on the slow one, from the buddy lists on the slow one. Then what that left on the list. */
static void reserve_thrice(const char *kernel, int64_t reserved[4])
{
	struct bs_machine *m = machine_with_pages(kernel, 65536);

	boot_range(m, 0, 65536);
	bs_zone_set_pcp(m, 0, 256, 16);
	assert_true(alloc_gfp(m, ATOMIC, 3) >= 0);
	reserved[0] = m->zones[0].nr_reserved_highatomic;
	bs_drain_pages(m, BS_ALL_CPUS);
	assert_true(alloc(m, U, 3) >= 0);
	bs_zone_set_watermarks(m, 0, 100, 70000, 80000);
	assert_true(alloc_gfp(m, ATOMIC, 3) >= 0);
	reserved[1] = m->zones[0].nr_reserved_highatomic - reserved[0];
	assert_true(alloc_gfp(m, ATOMIC, 3) >= 0);
	reserved[2] = m->zones[0].nr_reserved_highatomic;
	reserved[3] = m->zones[0].pcp[0].count;
	bs_machine_destroy(m);
}

/*
 * Who makes a reserve: in 6.12 whatever the slow pass hands out; since 7.1 a block from a per-cpu list
 * does not, and its list is not refilled for it; 7.3 would in the fast pass too, but for the mark.
 * RULES.md, highatomic
 */
static void test_which_blocks_are_reserved(void **state)
{
	static const struct {
		const char *kernel;
		int64_t reserved[4];
	} cases[] = {
		{LINUX_6_12, {0, 512, 1024, 8}},
		{"linux-7.2", {0, 0, 512, 0}},
		{"linux-7.3", {0, 0, 512, 0}},
		{"linux-7.3:highatomic_reserve=buddy", {512, 0, 512, 0}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t got[4];

		reserve_thrice(cases[i].kernel, got);
		for (unsigned int k = 0; k < 4; k++)
			if (got[k] != cases[i].reserved[k])
				fail_msg("%s: step %u reserved %d", cases[i].kernel, k,
					 (int)got[k]);
	}
}

/* An atomic block of order 3 while there is plenty: 7.3 takes the reserve's, others leave it.
 * RULES.md, rmqueue */
static void test_the_fast_pass_and_the_reserve(void **state)
{
	static const char *const models[] = {LINUX_6_12, "linux-7.2", "linux-7.3"};

	(void)state;
	for (unsigned int k = 0; k < 3; k++) {
		struct bs_machine *m = machine_with_pages(models[k], 8192);

		boot_range(m, 1024, 8192);
		bs_mm_set_pageblock_type(m, 0, BS_MIGRATE_HIGHATOMIC);
		boot_range(m, 0, 512);
		bs_zone_set_pcp(m, 0, 256, 16);
		assert_int_equal(alloc_gfp(m, ATOMIC, 3), k == 2 ? 0 : 1024);
		assert_int_equal(m->zones[0].pcp[0].count, k == 2 ? 0 : 8);
		bs_machine_destroy(m);
	}
}

/* A single page never reserves a pageblock, however urgent. RULES.md, rmqueue */
static void test_single_pages_reserve_nothing(void **state)
{
	(void)state;
	for_each_kernel(k)
	{
		struct bs_machine *m = machine_with_pages(kernels[k], 4096);

		boot_range(m, 0, 1024);
		bs_zone_set_watermarks(m, 0, 100, 2000, 3000);
		assert_int_equal(alloc_gfp(m, BS_GFP_ATOMIC, 0), 0);
		assert_int_equal(m->zones[0].nr_reserved_highatomic, 0);
		bs_machine_destroy(m);
	}
}

/*
 * Rather a mixed pageblock here than another node's memory.
 *
 *   node 0: DMA32 empty, NORMAL o3 M: [1024]       node 1: NORMAL o9 M: [4096]
 *   alloc o0 U on node 0 -> 1024
 *
 * RULES.md, rmqueue
 */
static void test_nofragment_stays_on_the_node(void **state)
{
	const struct bs_mem_range ranges[] = {{0, 4096, 0}, {4096, 8192, 1}};
	const struct bs_zone_range zones[] = {{0, BS_ZONE_DMA32, 0, 1024},
					      {0, BS_ZONE_NORMAL, 1024, 3072},
					      {1, BS_ZONE_NORMAL, 4096, 4096}};

	(void)state;
	for_each_kernel(k)
	{
		struct bs_machine *m;
		struct bs_error err;

		assert_ok(bs_machine_create(&(struct bs_machine_config){.kernel = kernels[k],
									.ranges = ranges,
									.nr_ranges = 2,
									.zones = zones,
									.nr_zones = 3,
									.no_boot = true},
					    &m, &err),
			  &err);
		boot_range(m, 1024, 1032);
		boot_range(m, 4096, 4608);
		assert_int_equal(alloc(m, U, 0), 1024);
		bs_machine_destroy(m);
	}
}

static struct bs_machine *machine_with_pcp(const char *kernel, bs_pfn free, unsigned int high,
					   unsigned int batch)
{
	struct bs_machine *m = machine_with_pages(kernel, 4096);

	boot_range(m, 0, free);
	bs_zone_set_pcp(m, 0, high, batch);
	return m;
}

/*
 * What callers get is counted, not what lists exchange: a refill of 8 pages counts one.
 *
 * RULES.md, counters
 */
static void test_counted_at_the_caller(void **state)
{
	(void)state;
	for_each_kernel(k)
	{
		struct bs_machine *m = machine_with_pcp(kernels[k], 64, 24, 8);
		struct bs_machine_counters c;

		alloc(m, M, 0);
		bs_machine_counters(m, &c);
		assert_int_equal(c.pgalloc[BS_ZONE_NORMAL], 1);
		assert_int_equal(c.allocs, 1);
		assert_int_equal(c.allocs_order[0], 1);
		assert_int_equal(c.pcp_refills, 1);
		assert_int_equal(c.pgfree, 64); /* boot */
		release(m, 0, 0);
		bs_machine_counters(m, &c);
		assert_int_equal(c.pgfree, 65);
		assert_int_equal(c.frees, 1);
		bs_machine_destroy(m);
	}
}

/*
 * A request of order 3 finds nothing of that order in a zone with single pages: it fails, and has
 * halved free_factor once per zone tried and pass (fast, slow, slow again) all the same.
 *
 *   free_factor 4 -> 2 -> 1 -> 0: the next flush takes batch pages, not batch << 4.
 *
 * RULES.md, rmqueue
 */
static void test_failed_request_leaves_traces(void **state)
{
	struct bs_machine *m = machine_with_pcp(LINUX_6_1, 128, 16, 4);
	struct bs_zone_info info;
	bs_pfn pfn;

	(void)state;
	for (bs_pfn i = 0; i < 64; i++)
		assert_int_equal(alloc(m, M, 0), i);
	for (pfn = 0; pfn < 40; pfn++)
		release(m, pfn, 0);
	bs_zone_info(m, 0, &info);
	assert_int_equal(info.nr_pcp_pages, 4);
	/* Order 5 is no per-cpu order and changes nothing; order 1 fails where all pairs are taken. */
	while (alloc(m, M, 3) >= 0)
		;
	while (alloc(m, M, 2) >= 0)
		;
	while (alloc(m, M, 1) >= 0)
		;
	for (; pfn < 52; pfn++)
		release(m, pfn, 0);
	bs_zone_info(m, 0, &info);
	assert_int_equal(info.nr_pcp_pages, 12);
	bs_machine_destroy(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nofragment),
		cmocka_unit_test(test_highatomic_only_from_the_slow_pass),
		cmocka_unit_test(test_highatomic_as_last_resort),
		cmocka_unit_test(test_single_pages_reserve_nothing),
		cmocka_unit_test(test_which_blocks_are_reserved),
		cmocka_unit_test(test_the_fast_pass_and_the_reserve),
		cmocka_unit_test(test_nofragment_stays_on_the_node),
		cmocka_unit_test(test_counted_at_the_caller),
		cmocka_unit_test(test_failed_request_leaves_traces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
