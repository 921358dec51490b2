// SPDX-License-Identifier: GPL-2.0-or-later
/* Ranges for one owner; memory that goes and comes. */
#include "mm_test.h"

#include <errno.h>

#include "mm_range.h"
#include "pcp.h"

static const char *const models[] = {LINUX_5_4, LINUX_6_1, LINUX_6_12, "linux-7.3"};
#define NR_MODELS (sizeof(models) / sizeof(models[0]))
#define PAGES 8192

static void check(struct bs_machine *m)
{
	struct bs_error err;

	assert_ok(bs_machine_check(m, &err), &err);
}

static struct bs_machine *booted(const char *kernel)
{
	struct bs_machine *m = machine_with_pages(kernel, PAGES);

	boot_range(m, 0, PAGES);
	check(m);
	return m;
}

static unsigned int pages_in(const struct bs_machine *m, enum bs_page_state state, bs_pfn start,
			     bs_pfn end)
{
	unsigned int n = 0;

	for (bs_pfn p = start; p < end; p++)
		n += bs_page_state(m, p) == state;
	return n;
}

/*
 * A range that begins and ends in the middle of blocks: what was taken beside it is back, and merged;
 * the pageblocks are M as before.
 *
 *   before   o10 M:[.. 0, 1024 ..]
 *   [1000, 1300) taken   o9 M:[0]; 512..999 as o8+o7+o6+o5+o3; 1300..1535 as o2+o3+o6+o5+o7; o9 M:[1536]
 *
 * RULES.md, ranges for one owner, memory blocks
 */
static void test_a_range_is_taken_and_comes_back(void **state)
{
	(void)state;
	for (unsigned int k = 0; k < NR_MODELS; k++) {
		struct bs_machine *m = booted(models[k]);

		assert_int_equal(bs_mm_alloc_contig(m, 0, 1000, 1300), 0);
		check(m);
		assert_types(m, "MMMMMMMMMMMMMMMM");
		assert_int_equal(pages_in(m, BS_PAGE_RESERVED, 1000, 1300), 300);
		assert_int_equal(pages_in(m, BS_PAGE_FREE, 0, PAGES), PAGES - 300);
		assert_int_equal(nr_free_pages(m, 0), PAGES - 300);
		assert_int_equal(m->zones[0].nr_free[3], 2);
		assert_int_equal(m->zones[0].nr_free[2], 1);
		assert_int_equal(m->zones[0].nr_free[10], 6);
		assert_int_equal(m->zones[0].nr_isolate_pageblock, 0);

		bs_mm_free_contig(m, 0, 1000, 1300);
		bs_drain_pages(m, BS_ALL_CPUS);
		check(m);
		assert_int_equal(m->zones[0].nr_free[10], 8);
		assert_int_equal(m->zones[0].nr_foreign_pages, 0);
		bs_machine_destroy(m);
	}
}

/* 7.2 and later free adjacent pages as blocks; so what comes back counts as fewer calls. */
static void test_as_blocks_or_page_by_page(void **state)
{
	static const struct {
		const char *kernel;
		unsigned int singles, order8;
	} cases[] = {{LINUX_6_12, 256, 0}, {"linux-6.18", 256, 0}, {"linux-7.2", 0, 1}};

	(void)state;
	for (unsigned int k = 0; k < 3; k++) {
		struct bs_machine *m = booted(cases[k].kernel);

		assert_int_equal(bs_mm_alloc_contig(m, 0, 1024, 1280), 0);
		m->zones[0].frees[0] = m->zones[0].frees[8] = 0;
		bs_mm_free_contig(m, 0, 1024, 1280);
		assert_int_equal(m->zones[0].frees[0], cases[k].singles);
		assert_int_equal(m->zones[0].frees[8], cases[k].order8);
		bs_machine_destroy(m);
	}
}

/* A page in use in it: unmovable refuses at once, movable after the isolation, for nothing is migrated. */
static void test_a_range_in_use_is_refused(void **state)
{
	(void)state;
	for (unsigned int k = 0; k < NR_MODELS; k++)
		for (unsigned int movable = 0; movable < 2; movable++) {
			struct bs_machine *m = booted(models[k]);
			const bs_pfn pfn = (bs_pfn)alloc(m, M, 0);
			const bs_pfn start = pfn & ~(bs_pfn)1023;

			bs_page_set_lru(m, pfn, 0, movable);
			assert_int_equal(bs_mm_alloc_contig(m, 0, start, start + 1024), -EBUSY);
			check(m);
			assert_types(m, "MMMMMMMMMMMMMMMM");
			assert_int_equal(m->zones[0].nr_isolate_pageblock, 0);
			release(m, pfn, 0);
			bs_drain_pages(m, BS_ALL_CPUS);
			assert_int_equal(m->zones[0].nr_free[10], 8);
			bs_machine_destroy(m);
		}
}

static bool are_marks_equal(const struct zone *a, const struct zone *b)
{
	return a->mark[WMARK_MIN] == b->mark[WMARK_MIN] &&
	       a->mark[WMARK_LOW] == b->mark[WMARK_LOW] &&
	       a->mark[WMARK_HIGH] == b->mark[WMARK_HIGH];
}

/* Its pages are no more; the marks and per-cpu sizes are those of what is left. Then all is as it was. */
static void test_memory_goes_and_comes(void **state)
{
	(void)state;
	for (unsigned int k = 0; k < NR_MODELS; k++) {
		struct bs_machine *m = booted(models[k]);
		struct zone before, *z = &m->zones[0];

		bs_mm_marks_anew(m, false);
		bs_mm_marks_anew(m, true);
		before = *z;
		assert_int_equal(bs_mm_offline(m, 0, 2048, 4096), 0);
		check(m);
		assert_int_equal(z->managed, PAGES - 2048);
		assert_int_equal(pages_in(m, BS_PAGE_HOLE, 0, PAGES), 2048);
		assert_int_equal(nr_free_pages(m, 0), PAGES - 2048);
		assert_false(are_marks_equal(z, &before));
		assert_int_equal(z->nr_isolate_pageblock, 0);
		for (int64_t pfn; (pfn = alloc(m, M, 0)) >= 0;)
			assert_false(pfn >= 2048 && pfn < 4096);
		assert_true(bs_mm_free_run(m, 0, 2048, 1) != 0);
		bs_machine_destroy(m);

		m = booted(models[k]);
		z = &m->zones[0];
		bs_mm_marks_anew(m, false);
		bs_mm_marks_anew(m, true);
		assert_int_equal(bs_mm_offline(m, 0, 2048, 4096), 0);
		assert_int_equal(bs_mm_online(m, 0, 2048, 4096), 0);
		bs_mm_marks_anew(m, false);
		bs_mm_marks_anew(m, true);
		check(m);
		assert_int_equal(z->managed, PAGES);
		assert_int_equal(z->nr_free[10], 8);
		assert_int_equal(nr_free_pages(m, 0), PAGES);
		assert_types(m, "MMMMMMMMMMMMMMMM");
		assert_int_equal(m->nr_ranges, 1);
		bs_machine_destroy(m);
	}
}

/* Lists of 0 while it is tried: each free goes through at once; then the sizes are back. */
static void test_a_block_in_use_stays(void **state)
{
	(void)state;
	for (unsigned int k = 0; k < NR_MODELS; k++) {
		struct bs_machine *m = booted(models[k]);
		const bs_pfn pfn = (bs_pfn)alloc(m, U, 0), start = pfn & ~(bs_pfn)1023;
		const struct per_cpu_pages *pcp;

		bs_zone_set_pcp(m, 0, 100, 7);
		assert_int_equal(bs_mm_offline(m, 0, start, start + 1024), -EBUSY);
		check(m);
		pcp = m->zones[0].pcp;
		assert_int_equal(pcp->batch, 7);
		assert_int_equal(pcp->high, 100);
		assert_int_equal(m->zones[0].managed, PAGES);
		assert_int_equal(bs_mm_offline(m, 0, 512, 1024), -EINVAL);
		assert_int_equal(bs_mm_offline(m, 0, 0, PAGES), -EINVAL);
		bs_mm_pcp_disable(m, 0);
		release(m, pfn, 0);
		assert_int_equal(pcp->count, 0);
		bs_mm_pcp_enable(m, 0);
		bs_machine_destroy(m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_range_is_taken_and_comes_back),
		cmocka_unit_test(test_as_blocks_or_page_by_page),
		cmocka_unit_test(test_a_range_in_use_is_refused),
		cmocka_unit_test(test_memory_goes_and_comes),
		cmocka_unit_test(test_a_block_in_use_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
