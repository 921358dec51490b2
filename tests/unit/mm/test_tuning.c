// SPDX-License-Identifier: GPL-2.0-or-later
/* What 6.12 tunes at run time, and who may use which reserve. Spec allocator.md 3.3, 4.3-4.7. */
#include "mm_test.h"

#include "mm_report.h"
#include "pcp.h"

static const char *const kernels[] = {P54, P61, P612};
#define for_each_kernel(k) for (unsigned int k = 0; k < 3; k++)

/* 1024 pages held by the caller from pfn 0, as single pages; per-cpu limits as given. */
static struct bs_machine *tuned(int32_t low, int32_t high, int32_t max, int32_t batch)
{
	struct bs_machine *m = machine_with_pages(P612, 4096);
	struct per_cpu_pages *pcp;

	boot_range(m, 0, 2048);
	assert_int_equal(alloc(m, M, 10), 0);
	pcp = &m->zones[0].pcp[0];
	pcp->high_min = low;
	pcp->high = high;
	pcp->high_max = max;
	pcp->batch = batch;
	return m;
}

/*
 * A request that fails the high mark sets BELOW_HIGH; a flush above the mark clears it.
 *
 *   high 1000, 512 free: alloc -> BELOW_HIGH       3584 free: free, flushed -> cleared
 */
static void test_below_high(void **state)
{
	struct bs_machine *m = machine_with_pages(P612, 4096);

	(void)state;
	boot_range(m, 0, 512);
	bs_zone_set_watermarks(m, 0, 0, 0, 1000);
	assert_int_equal(alloc(m, M, 0), 0);
	assert_int_equal(m->zones[0].flags, ZONE_BELOW_HIGH);
	boot_range(m, 1024, 4096);
	release(m, 0, 0);
	assert_int_equal(m->zones[0].flags, 0);
	bs_machine_destroy(m);
}

/* high grows by the refill, up to high_max, unless free memory is below the high mark. */
static void test_high_grows(void **state)
{
	struct bs_machine *m = tuned(8, 8, 15, 4);
	const struct per_cpu_pages *pcp = &m->zones[0].pcp[0];

	(void)state;
	for (unsigned int i = 0; i < 4; i++)
		alloc(m, M, 0);
	assert_int_equal(pcp->high, 8 + 4);
	alloc(m, M, 0);
	assert_int_equal(pcp->high, 15);
	bs_machine_destroy(m);

	m = tuned(8, 8, 15, 4);
	bs_zone_set_watermarks(m, 0, 0, 0, 100000);
	alloc(m, M, 0);
	assert_int_equal(m->zones[0].flags, ZONE_BELOW_HIGH);
	assert_int_equal(m->zones[0].pcp[0].high, 8);
	bs_machine_destroy(m);
}

/*
 * Below the high mark the lists keep high_min only, and high shrinks with every free.
 *
 *   high_min 8, high 200, batch 4: the 8th free flushes clamp(8, 4, 8 - 4) = 4
 *   high 200 - 4 - 4 - 4 - 4 - 5 - 6 - 7 - 8 = 158
 */
static void test_below_high_flushes(void **state)
{
	struct bs_machine *m = tuned(8, 200, 200, 4);
	const struct per_cpu_pages *pcp = &m->zones[0].pcp[0];

	(void)state;
	m->zones[0].flags = ZONE_BELOW_HIGH;
	bs_zone_set_watermarks(m, 0, 0, 0, 100000);
	release_pages(m, 0, 7);
	assert_int_equal(pcp->count, 7);
	assert_int_equal(pcp->high, 166);
	release_pages(m, 7, 8);
	assert_int_equal(pcp->count, 4);
	assert_int_equal(pcp->high, 158);
	assert_int_equal(m->zones[0].flags, ZONE_BELOW_HIGH);
	bs_machine_destroy(m);
}

/*
 * free_count stops at batch << 5, and a flush by free_high takes no more than that.
 *
 *   batch 1: 40 single pages, then two blocks of order 1 in a row: 44 - 32 = 12 stay
 */
static void test_flush_is_bounded(void **state)
{
	struct bs_machine *m = tuned(100, 100, 100, 1);
	const struct per_cpu_pages *pcp = &m->zones[0].pcp[0];

	(void)state;
	release_pages(m, 0, 40);
	assert_int_equal(pcp->free_count, 32);
	assert_int_equal(bs_split_allocated(m, 40, 1), 0);
	release(m, 40, 1);
	assert_int_equal(pcp->count, 42);
	release(m, 42, 1);
	assert_int_equal(pcp->count, 12);
	assert_int_equal(pcp->free_count, 32);
	bs_machine_destroy(m);
}

/*
 * Some order-0 requests may ignore the boost: GFP_ATOMIC in 6.1, any HIGH request in 6.12.
 *
 *   min 10, boost 1000, 100 free: refused at 1010 less its reserves, passes at 10
 *
 * spec allocator.md 4.6
 */
static void test_boost_retry(void **state)
{
	(void)state;
	for_each_kernel(k)
	{
		struct bs_machine *m = machine_with_pages(kernels[k], 4096);

		boot_range(m, 0, 100);
		bs_zone_set_watermarks(m, 0, 10, 20, 30);
		m->zones[0].boost = 1000;
		assert_int_equal(alloc_gfp(m, BS_GFP_ATOMIC, 0) >= 0, k > 0);
		assert_int_equal(alloc_gfp(m, BS_GFP_KERNEL | BS_GFP_HIGH, 0) >= 0, k == 2);
		assert_int_equal(alloc_gfp(m, BS_GFP_ATOMIC, 1), -1);
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
 * spec allocator.md 4.7, 8.1 no. 8, 19
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

/* A single page never reserves a pageblock, however urgent. spec allocator.md 4.4 */
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
 * spec allocator.md 4.5
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_below_high),
		cmocka_unit_test(test_high_grows),
		cmocka_unit_test(test_below_high_flushes),
		cmocka_unit_test(test_flush_is_bounded),
		cmocka_unit_test(test_boost_retry),
		cmocka_unit_test(test_highatomic_as_last_resort),
		cmocka_unit_test(test_single_pages_reserve_nothing),
		cmocka_unit_test(test_nofragment_stays_on_the_node),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
