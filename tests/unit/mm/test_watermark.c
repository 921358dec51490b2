// SPDX-License-Identifier: GPL-2.0-or-later
/* May a zone give a block, and the marks that decide it. */
#include "mm_test.h"

#include "pcp.h"

struct expected {
	bs_pfn managed;
	uint64_t min, low, high, reserve[3]; /* reserve against DMA32, NORMAL, MOVABLE */
	int32_t batch, threshold;
};

/* Boot @managed pages of each zone, aligned to its end, and let boot compute the rest. */
static struct bs_machine *guest(const char *kernel, const struct bs_mem_range *ranges,
				unsigned int n, const struct expected *e)
{
	struct bs_machine *m;
	struct bs_error err;

	assert_ok(bs_machine_create(&(struct bs_machine_config){.kernel = kernel,
								.ranges = ranges,
								.nr_ranges = n,
								.no_boot = true},
				    &m, &err),
		  &err);
	for (unsigned int z = 0; z < bs_nr_zones(m); z++) {
		bs_pfn left = e[z].managed;

		for (unsigned int r = n; r-- > 0;) {
			bs_pfn start = ranges[r].start, end = ranges[r].end;

			start = start > m->zones[z].start ? start : m->zones[z].start;
			end = end < m->zones[z].end ? end : m->zones[z].end;
			if (start >= end || !left)
				continue;
			if (end - start > left)
				start = end - left;
			boot_range(m, start, end);
			left -= end - start;
		}
		assert_int_equal(left, 0);
	}
	bs_machine_boot_done(m);
	return m;
}

static void assert_computed(struct bs_machine *m, const struct expected *e)
{
	for (unsigned int i = 0; i < bs_nr_zones(m); i++) {
		const struct zone *z = &m->zones[i];

		assert_int_equal(z->managed, e[i].managed);
		assert_int_equal(z->mark[WMARK_MIN], e[i].min);
		assert_int_equal(z->mark[WMARK_LOW], e[i].low);
		assert_int_equal(z->mark[WMARK_HIGH], e[i].high);
		for (unsigned int j = 0; j < 3; j++)
			assert_int_equal(z->lowmem_reserve[j + 1], e[i].reserve[j]);
		assert_int_equal(z->pcp[0].batch, e[i].batch);
		assert_int_equal(z->stat_threshold, e[i].threshold);
	}
}

/*
 * 512 MiB: lowmem 117340 pages, isqrt(469360 KiB * 16) = 2740 KiB = 685 pages, shared out by size.
 *
 *   DMA     685 *   3840 / 117340 =  22, + 22/4 = 5
 *   DMA32   685 * 113500 / 117340 = 662, + 662/4 = 165;  113500 / 256 = 443 kept from it by DMA
 */
static void test_small_guest(void **state)
{
	static const struct bs_mem_range ranges[] = {{.start = 1, .end = 4000},
						     {.start = 4096, .end = 131037}};
	static const struct expected e[] = {
		{3840, 22, 27, 32, {443, 443, 443}, 1, 2},
		{113500, 662, 827, 992, {0, 0, 0}, 31, 6},
	};

	(void)state;
	for_each_kernel(k)
	{
		struct bs_machine *m = guest(kernels[k], ranges, 2, e);
		const struct per_cpu_pages *pcp = &m->zones[1].pcp[0];

		assert_computed(m, e);
		if (k == 0) {
			assert_int_equal(pcp->high, 6 * 31);
		} else if (k == 1) {
			assert_int_equal(pcp->high, 827);
		} else {
			assert_int_equal(pcp->high_min, 827);
			assert_int_equal(pcp->high_max, 113500 / 8);
			assert_int_equal(m->zones[0].pcp[0].high_max, 480);
		}
		bs_machine_destroy(m);
	}
}

/*
 * 5 GiB: three zones, so khugepaged wants 512 * 3 * (2 + 9) = 16896 pages, more than the root.
 *
 *   DMA32   16896 * 755100 / 1259111 = 10132, + 10132/4 = 2533
 */
static void test_large_guest(void **state)
{
	static const struct bs_mem_range ranges[] = {{.start = 1, .end = 4000},
						     {.start = 4096, .end = 786400},
						     {.start = 1048576, .end = 1572864}};
	static const struct expected e[] = {
		{3840, 51, 63, 75, {2949, 4903, 4903}, 1, 2},
		{755100, 10132, 12665, 15198, {0, 1953, 1953}, 63, 12},
		{500171, 6711, 8388, 10065, {0, 0, 0}, 63, 10},
	};

	(void)state;
	for_each_kernel(k)
	{
		struct bs_machine *m = guest(kernels[k], ranges, 3, e);

		assert_computed(m, e);
		bs_machine_destroy(m);
	}
}

/*
 * 6.12 treats ZONE_MOVABLE like highmem: its min is managed/1024 within 32..128 and it takes no part
 * in sharing out; its low still follows from the share it would have had.
 *
 * RULES.md, watermarks
 */
static void test_movable_zone(void **state)
{
	const struct bs_zone_range zones[] = {
		{.type = BS_ZONE_NORMAL, .start = 0, .spanned = 65536},
		{.type = BS_ZONE_MOVABLE, .start = 65536, .spanned = 65536}};

	(void)state;
	for_each_kernel(k)
	{
		struct bs_machine *m;
		struct bs_error err;
		struct bs_zone_info normal, movable;

		assert_ok(bs_machine_create(&(struct bs_machine_config){.kernel = kernels[k],
									.memory_bytes = 512 << 20,
									.zones = zones,
									.nr_zones = 2,
									.no_thp = true},
					    &m, &err),
			  &err);
		bs_zone_info(m, 0, &normal);
		bs_zone_info(m, 1, &movable);
		/* isqrt(65536 * 4 * 16) = 2048 KiB = 512 pages. */
		if (k == 2) {
			assert_int_equal(normal.watermark_min, 512);
			assert_int_equal(movable.watermark_min, 64);
			assert_int_equal(movable.watermark_low, 64 + 128);
		} else {
			assert_int_equal(normal.watermark_min, 256);
			assert_int_equal(movable.watermark_min, 256);
		}
		bs_machine_destroy(m);
	}
}

/*
 * Strictly more than the mark must be free, and the block asked for does not count but for one page.
 *
 *   mark 100, order 3:   107 free: 107 - 7 = 100: refused      108: passes
 *
 * RULES.md, watermarks
 */
static void test_off_by_one(void **state)
{
	(void)state;
	for_each_kernel(k) for (bs_pfn free = 107; free <= 108; free++)
	{
		struct bs_machine *m = machine_with_pages(kernels[k], 4096);

		boot_range(m, 0, free);
		bs_zone_set_watermarks(m, 0, 100, 100, 100);
		assert_int_equal(alloc(m, M, 3) >= 0, free == 108);
		bs_machine_destroy(m);
	}
}

/*
 * nr_free counts ISOLATE blocks, which satisfy nobody.
 *
 *   o9 I: [0]   o0 M: [512]       order 1: refused although nr_free[9] = 1
 *
 * RULES.md, watermarks
 */
static void test_isolated_blocks_satisfy_nobody(void **state)
{
	(void)state;
	for_each_kernel(k)
	{
		struct bs_machine *m = machine_with_pages(kernels[k], 4096);
		struct bs_zone_info info;

		boot_range(m, 0, 513);
		boot_range(m, 514, 515);
		assert_int_equal(bs_isolate_pageblock(m, 0), 0);
		bs_zone_info(m, 0, &info);
		assert_int_equal(info.nr_free[9], 1);
		assert_int_equal(info.nr_free_pages, 2);
		assert_int_equal(alloc(m, M, 1), -1);
		assert_true(alloc(m, M, 0) >= 512);
		bs_machine_destroy(m);
	}
}

/*
 * How deep below min a request may dig: min 100, nothing in reserve.
 *
 *   GFP_KERNEL       100
 *   GFP_ATOMIC 5.4   100 - 50 (HIGH) = 50, - 50/4 (HARDER) = 38
 *              6.1   100 - 50 = 50, - 50/4 = 38 (NON_BLOCK)
 *   GFP_NOWAIT       100: NON_BLOCK alone lowers nothing; 5.4: no ATOMIC bit, nothing either
 *
 * RULES.md, rmqueue and watermarks
 */
static void test_reserves(void **state)
{
	static const struct {
		unsigned int gfp;
		uint64_t lowest; /* free pages at which order 0 still passes */
	} requests[] = {
		{BS_GFP_KERNEL, 101},
		{BS_GFP_ATOMIC, 39},
		{BS_GFP_KERNEL | BS_GFP_HIGH, 51},
		{BS_GFP_NOWAIT, 101},
	};

	(void)state;
	for_each_kernel(k) for (unsigned int r = 0; r < 4; r++) for (unsigned int less = 0;
								     less < 2; less++)
	{
		struct bs_machine *m = machine_with_pages(kernels[k], 4096);

		boot_range(m, 0, (bs_pfn)(requests[r].lowest - less));
		bs_zone_set_watermarks(m, 0, 100, 1000, 2000);
		assert_int_equal(alloc_gfp(m, requests[r].gfp, 0) >= 0, !less);
		bs_machine_destroy(m);
	}
}

/*
 * Who may go on after the slow pass failed: MEMALLOC ignores marks, NOFAIL digs a little.
 *
 *   min 100, 80 free    KERNEL fails; |MEMALLOC passes, unless |NOMEMALLOC
 *   NOFAIL   5.4  HARDER        100 - 25 = 75: passes at 80, not at 60
 *            6.1  MIN_RESERVE   100 - 50 = 50: passes at 60
 *
 * RULES.md, rmqueue
 */
static void test_last_resorts(void **state)
{
	(void)state;
	for_each_kernel(k)
	{
		struct bs_machine *m = machine_with_pages(kernels[k], 4096);

		boot_range(m, 0, 80);
		bs_zone_set_watermarks(m, 0, 100, 1000, 2000);
		assert_int_equal(alloc(m, M, 0), -1);
		assert_int_equal(
			alloc_gfp(m, BS_GFP_KERNEL | BS_GFP_MEMALLOC | BS_GFP_NOMEMALLOC, 0), -1);
		assert_true(alloc_gfp(m, BS_GFP_KERNEL | BS_GFP_NOFAIL, 0) >= 0);
		for (unsigned int i = 0; i < 19; i++)
			assert_true(alloc_gfp(m, BS_GFP_KERNEL | BS_GFP_MEMALLOC, 0) >= 0);
		assert_int_equal(nr_free_pages(m, 0), 60);
		assert_int_equal(alloc_gfp(m, BS_GFP_KERNEL | BS_GFP_NOFAIL, 0) >= 0, k > 0);
		bs_machine_destroy(m);
	}
}

/*
 * lowmem_reserve protects DMA32 from requests that could use NORMAL. 5.4 goes by the preferred
 * zone, which is DMA32 itself where there is no NORMAL zone; later kernels by the gfp.
 *
 *   DMA32 only, reserve against NORMAL 200, 100 pages free, GFP_KERNEL:
 *   5.4 takes a page; 6.1 is refused
 *
 * RULES.md, rmqueue
 */
static void test_lowmem_index(void **state)
{
	const struct bs_zone_range zone = {.type = BS_ZONE_DMA32, .spanned = 4096};

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
		boot_range(m, 0, 100);
		bs_zone_set_lowmem_reserve(m, 0, BS_ZONE_NORMAL, 200);
		assert_int_equal(alloc(m, U, 0) >= 0, k == 0);
		assert_true(alloc_gfp(m, BS_GFP_KERNEL | BS_GFP_DMA32, 0) >= 0);
		bs_machine_destroy(m);
	}
}

/*
 * Some order-0 requests may ignore the boost: GFP_ATOMIC in 6.1, any HIGH request in 6.12.
 *
 *   min 10, boost 1000, 100 free: refused at 1010 less its reserves, passes at 10
 *
 * RULES.md, watermarks
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_small_guest),
		cmocka_unit_test(test_large_guest),
		cmocka_unit_test(test_movable_zone),
		cmocka_unit_test(test_off_by_one),
		cmocka_unit_test(test_isolated_blocks_satisfy_nobody),
		cmocka_unit_test(test_reserves),
		cmocka_unit_test(test_last_resorts),
		cmocka_unit_test(test_lowmem_index),
		cmocka_unit_test(test_boost_retry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
