// SPDX-License-Identifier: GPL-2.0-or-later
/* Per-cpu lists that tune themselves (linux-6.12). */
#include "mm_test.h"

#include "pcp.h"

static struct bs_machine *machine_with_pcp(const char *kernel, bs_pfn free, unsigned int high,
					   unsigned int batch)
{
	struct bs_machine *m = machine_with_pages(kernel, 4096);

	boot_range(m, 0, free);
	bs_zone_set_pcp(m, 0, high, batch);
	return m;
}

/*
 * 6.12 doubles the refill while nothing is freed: 1, 2, 4 batches; one free halves the factor.
 *
 *   batch 4, high 64   alloc 1: 4 pages   alloc 5: 8 pages   alloc 13: 16 pages
 *
 * RULES.md, refill
 */
static void test_refill_doubles(void **state)
{
	struct bs_machine *m = machine_with_pcp(LINUX_6_12, 512, 256, 4);
	struct bs_machine_counters c;
	static const unsigned int refills_after[] = {1, 5, 13, 29};

	(void)state;
	for (unsigned int n = 1, step = 0; n < 30; n++) {
		alloc(m, M, 0);
		if (step < 4 && n == refills_after[step])
			step++;
		bs_machine_counters(m, &c);
		assert_int_equal(c.pcp_refills, step);
	}
	assert_int_equal(m->zones[0].pcp[0].alloc_factor, 4);
	release(m, 0, 0);
	assert_int_equal(m->zones[0].pcp[0].alloc_factor, 2);
	bs_machine_destroy(m);
}

/*
 * Two frees of order 1-3 in a row, with enough freed before: 6.12 flushes all, however few.
 * One free of order 0 in between takes that back.
 *
 * RULES.md, flush
 */
static void test_free_high_needs_two_in_a_row(void **state)
{
	struct bs_machine *m = machine_with_pcp(LINUX_6_12, 512, 400, 4);
	struct bs_zone_info info;
	int64_t p[8];

	(void)state;
	for (unsigned int i = 0; i < 8; i++)
		p[i] = alloc(m, M, 1);
	bs_drain_pages(m, BS_ALL_CPUS);
	release(m, (bs_pfn)p[0], 1);
	release(m, (bs_pfn)p[1], 1);
	bs_zone_info(m, 0, &info);
	/* free_count was 2 at the second: below batch. */
	assert_int_equal(info.nr_pcp_pages, 4);
	release(m, (bs_pfn)p[2], 1);
	bs_zone_info(m, 0, &info);
	assert_int_equal(info.nr_pcp_pages, 0);
	/* Enough freed, but a single page came in between: kept. The next in a row flushes. */
	release(m, (bs_pfn)p[3], 1);
	assert_int_equal(bs_split_allocated(m, (bs_pfn)p[4], 0), 0);
	release(m, (bs_pfn)p[4], 0);
	release(m, (bs_pfn)p[5], 1);
	bs_zone_info(m, 0, &info);
	assert_int_equal(info.nr_pcp_pages, 3);
	release(m, (bs_pfn)p[6], 1);
	bs_zone_info(m, 0, &info);
	assert_int_equal(info.nr_pcp_pages, 0);
	bs_machine_destroy(m);
}

/*
 * 6.18 waits for half of high_min more than 6.12 before it flushes a run of order-1 frees.
 *
 *   batch 4, high 8: the fourth in a row has free_count 6, the sixth 10
 */
static void test_free_high_waits_for_half_of_high_min(void **state)
{
	static const char *const models[] = {LINUX_6_12, "linux-6.18"};

	(void)state;
	for (unsigned int k = 0; k < 2; k++) {
		struct bs_machine *m = machine_with_pcp(models[k], 512, 400, 4);
		struct per_cpu_pages *pcp = &m->zones[0].pcp[0];
		unsigned int n = 0;
		int64_t p[12];

		pcp->high_min = 8;
		for (unsigned int i = 0; i < 12; i++)
			p[i] = alloc(m, M, 1);
		bs_drain_pages(m, BS_ALL_CPUS);
		do
			release(m, (bs_pfn)p[n++], 1);
		while (pcp->count);
		assert_int_equal(n, k ? 5 : 3);
		bs_machine_destroy(m);
	}
}

/*
 * 6.19 and later cut a flush into batches, each from the list that was freed to, and charge each what
 * it should have taken: here a batch of 4 takes a huge page.
 *
 *   lists: 1 M page, then two huge pages; 8 pages are to go
 *   6.12: page, huge        7.3: page, huge; then another batch: huge
 */
static void test_a_flush_in_batches(void **state)
{
	static const char *const models[] = {LINUX_6_12, "linux-7.3"};

	(void)state;
	for (unsigned int k = 0; k < 2; k++) {
		struct bs_machine *m = machine_with_pages(models[k], 4096);
		struct per_cpu_pages *pcp = &m->zones[0].pcp[0];
		int64_t huge[2], page;

		boot_range(m, 0, 4096);
		for (unsigned int i = 0; i < 2; i++)
			huge[i] = alloc(m, M, 9);
		page = alloc(m, M, 0);
		bs_drain_pages(m, BS_ALL_CPUS);
		bs_zone_set_pcp(m, 0, 4096, 4);
		release(m, (bs_pfn)huge[0], 9);
		release(m, (bs_pfn)huge[1], 9);
		assert_int_equal(pcp->count, 1024);
		pcp->high = pcp->high_min = pcp->high_max = 1025;
		pcp->free_count = 8;
		release(m, (bs_pfn)page, 0);
		assert_int_equal(pcp->count, k ? 0 : 512);
		bs_machine_destroy(m);
	}
}

/* 1024 pages held by the caller from pfn 0, as single pages; per-cpu limits as given. */
static struct bs_machine *tuned(int32_t low, int32_t high, int32_t max, int32_t batch)
{
	struct bs_machine *m = machine_with_pages(LINUX_6_12, 4096);
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
	struct bs_machine *m = machine_with_pages(LINUX_6_12, 4096);

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refill_doubles),
		cmocka_unit_test(test_free_high_needs_two_in_a_row),
		cmocka_unit_test(test_free_high_waits_for_half_of_high_min),
		cmocka_unit_test(test_a_flush_in_batches),
		cmocka_unit_test(test_below_high),
		cmocka_unit_test(test_high_grows),
		cmocka_unit_test(test_below_high_flushes),
		cmocka_unit_test(test_flush_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
