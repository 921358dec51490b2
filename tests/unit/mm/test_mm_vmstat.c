// SPDX-License-Identifier: GPL-2.0-or-later
/* What only time does: folding, decay, remote lists. */
#include "mm_test.h"

#include <stdlib.h>

#include "mm_vmstat.h"
#include "pcp.h"

static struct bs_machine *machine_of(const char *kernel, unsigned int nodes)
{
	const struct bs_mem_range ranges[] = {{0, 65536, 0}, {65536, 131072, 1}};
	const struct bs_zone_range zones[] = {
		{.node = 0, .type = BS_ZONE_NORMAL, .start = 0, .spanned = 65536},
		{.node = 1, .type = BS_ZONE_NORMAL, .start = 65536, .spanned = 65536}};
	const struct bs_machine_config c = {.kernel = kernel,
					    .ranges = ranges,
					    .nr_ranges = nodes,
					    .zones = zones,
					    .nr_zones = nodes,
					    .nr_cpus = nodes,
					    .counter_drift = true};
	struct bs_machine *m = NULL;
	struct bs_error err;

	assert_ok(bs_machine_create(&c, &m, &err), &err);
	return m;
}

/* @n single pages of @zone on CPU 0's lists, their limits as given. */
static struct per_cpu_pages *fill(struct bs_machine *m, unsigned int zone, unsigned int n,
				  int32_t high, int32_t low, int32_t batch)
{
	struct per_cpu_pages *pcp = &m->zones[zone].pcp[0];
	bs_pfn *pfns = calloc(n, sizeof(*pfns));

	assert_non_null(pfns);
	bs_zone_set_pcp(m, zone, 1000000, (unsigned int)batch);
	for (unsigned int i = 0; i < n; i++)
		pfns[i] = bs_alloc_pages(m, zone, BS_GFP_KERNEL | BS_GFP_THISNODE, 0);
	bs_drain_pages(m, BS_ALL_CPUS);
	for (unsigned int i = 0; i < n; i++)
		bs_free_pages(m, 0, pfns[i], 0);
	free(pfns);
	pcp->high = high;
	pcp->high_min = low;
	pcp->high_max = 1000000;
	assert_int_equal(pcp->count, n);
	return pcp;
}

/*
 * A live kernel after a load: for eight rounds only high falls, by an eighth each; then count follows it
 * down to high_min, and the work ends. 6.1 has no such work. RULES.md, background work
 */
static void test_course_of_a_decay(void **state)
{
	static const int counts[] = {4091, 4091, 4091, 4091, 4091, 4091, 4091, 4091, 3981, 3484,
				     3049, 2668, 2335, 2044, 1789, 1566, 1371, 1200, 1050, 1000};
	struct bs_machine *m = machine_of("linux-6.12", 1);
	const struct per_cpu_pages *pcp = fill(m, 0, 4091, 13232, 1000, 31);
	const size_t n = sizeof(counts) / sizeof(counts[0]);

	(void)state;
	bs_mm_vmstat(m, 0, 0, false);
	assert_int_equal(pcp->high, 13232);
	for (size_t i = 0; i < n; i++) {
		assert_true(bs_mm_vmstat(m, 0, 0, true));
		assert_int_equal(pcp->count, counts[i]);
	}
	assert_int_equal(pcp->high, 1000);
	/* The last flush is folded, then there is nothing left to do. */
	bs_mm_vmstat(m, 0, 0, true);
	assert_false(bs_mm_vmstat(m, 0, 0, true));
	assert_int_equal(pcp->count, 1000);
	bs_machine_destroy(m);

	m = machine_of("linux-6.1", 1);
	pcp = fill(m, 0, 4091, 5000, 5000, 31);
	for (size_t i = 0; i < n; i++)
		bs_mm_vmstat(m, 0, 0, true);
	assert_int_equal(pcp->count, 4091);
	bs_machine_destroy(m);
}

/* However much is there, a round takes 32 batches at most. */
static void test_a_round_takes_no_more_than_32_batches(void **state)
{
	struct bs_machine *m = machine_of("linux-6.12", 1);
	const struct per_cpu_pages *pcp = fill(m, 0, 20000, 20000, 100, 31);

	(void)state;
	bs_mm_vmstat(m, 0, 0, true);
	assert_int_equal(pcp->high, 20000 - 32 * 31);
	assert_int_equal(pcp->count, 20000 - 32 * 31);
	bs_machine_destroy(m);
}

/* Once no single page is left, each batch is a whole huge page. */
static void test_batches_of_huge_pages(void **state)
{
	struct bs_machine *m = machine_of("linux-6.12", 1);
	struct per_cpu_pages *pcp = &m->zones[0].pcp[0];
	int64_t huge[8];

	(void)state;
	bs_zone_set_pcp(m, 0, 1000000, 63);
	for (unsigned int i = 0; i < 8; i++)
		huge[i] = alloc(m, M, 9);
	bs_drain_pages(m, BS_ALL_CPUS);
	for (unsigned int i = 0; i < 8; i++)
		release(m, (bs_pfn)huge[i], 9);
	pcp->high_min = pcp->high = 4096 - 130;
	bs_mm_vmstat(m, 0, 0, true);
	assert_int_equal(pcp->count, 4096 - 3 * 512);
	bs_machine_destroy(m);
}

/* The unfolded part comes to what marks read; any other counter's change counts as one. */
static void test_fold(void **state)
{
	struct bs_machine *m = machine_of("linux-6.1", 1);
	struct zone *z = &m->zones[0];
	const int64_t before = z->nr_free_pages;

	(void)state;
	z->stat_diff[0] = 5;
	assert_true(bs_mm_vmstat(m, 0, 0, false));
	assert_int_equal(z->nr_free_pages, before + 5);
	assert_int_equal(z->stat_diff[0], 0);
	assert_int_equal(bs_mm_pcp_expire(m, 0, 0), 3);
	z->pcp[0].expire = 0;
	assert_false(bs_mm_vmstat(m, 0, 0, false));
	assert_int_equal(bs_mm_pcp_expire(m, 0, 0), 0);
	assert_true(bs_mm_vmstat(m, 0, 1, false));
	assert_int_equal(bs_mm_pcp_expire(m, 0, 0), 3);
	bs_machine_destroy(m);
}

/*
 * A list of another node's zone loses a batch every three rounds, as the flush itself arms the next
 * three. Waiting keeps the work going in 6.12, not in 6.1. A list of the own node's waits for nothing.
 */
static void test_remote_lists(void **state)
{
	static const char *const models[] = {"linux-6.1", "linux-6.12"};

	(void)state;
	for (unsigned int k = 0; k < 2; k++) {
		struct bs_machine *m = machine_of(models[k], 2);
		struct per_cpu_pages *remote = fill(m, 1, 200, 1000, 1000, 15);
		struct per_cpu_pages *local = &m->zones[0].pcp[0];

		int32_t kept;

		bs_free_pages(m, 0, (bs_pfn)alloc(m, U, 0), 0);
		kept = local->count;
		assert_true(kept > 0);
		local->high = local->high_min = 1000;
		while (bs_mm_vmstat(m, 0, 0, false))
			;
		remote->expire = local->expire = 3;
		for (unsigned int i = 0; i < 2; i++) {
			assert_int_equal(bs_mm_vmstat(m, 0, 0, true), k);
			assert_int_equal(remote->count, 200);
			assert_int_equal(local->expire, 0);
		}
		assert_true(bs_mm_vmstat(m, 0, 0, true));
		assert_int_equal(remote->count, 185);
		for (unsigned int i = 0; i < 3; i++)
			bs_mm_vmstat(m, 0, 0, true);
		assert_int_equal(remote->count, 170);
		assert_int_equal(local->count, kept);
		bs_machine_destroy(m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_course_of_a_decay),
		cmocka_unit_test(test_a_round_takes_no_more_than_32_batches),
		cmocka_unit_test(test_batches_of_huge_pages),
		cmocka_unit_test(test_fold),
		cmocka_unit_test(test_remote_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
