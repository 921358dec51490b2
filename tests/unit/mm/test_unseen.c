// SPDX-License-Identifier: GPL-2.0-or-later
/* Rules of the allocator that no recording of a live kernel notices (tests/mutation). */
#include "bs_test.h"

#include <stdlib.h>
#include <unistd.h>

#include "bs_dump_test.h"

static struct bs_machine *guest(const char *kernel, unsigned int pageblock_order)
{
	const struct bs_machine_config cfg = {
		.kernel = kernel,
		.memory_bytes = UINT64_C(64) << 20,
		.pageblock_order = pageblock_order,
	};
	struct bs_machine *m = NULL;
	struct bs_error err;

	assert_ok(bs_machine_create(&cfg, &m, &err), &err);
	return m;
}

static size_t pages_that_count_as_movable(const struct bs_machine *m)
{
	struct bs_state *s = NULL;
	struct bs_error err;
	size_t n = 0;

	assert_ok(bs_state_of_machine(m, &s, &err), &err);
	for (unsigned int z = 0; z < s->nr_zones; z++)
		for (size_t i = 0; i < s->zone[z].nr_lru; i++)
			n += s->zone[z].lru[i].count;
	bs_state_free(s);
	return n;
}

/* The next owner of the pages may well be the kernel itself (spec 4.8). */
static void test_a_free_clears_lru_on_every_page(void **state)
{
	static const unsigned int orders[] = {0, 3, 4, 8, 9, 10};

	(void)state;
	for (unsigned int i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		struct bs_machine *m = guest("linux-6.1", 9);
		const bs_pfn pfn = bs_alloc_pages(m, 0, BS_GFP_HIGHUSER_MOVABLE, orders[i]);

		bs_page_set_lru(m, pfn, orders[i], true);
		assert_int_equal(pages_that_count_as_movable(m), 1u << orders[i]);
		bs_free_pages(m, 0, pfn, orders[i]);
		bs_drain_pages(m, BS_ALL_CPUS);
		assert_int_equal(pages_that_count_as_movable(m), 0);
		bs_machine_destroy(m);
	}
}

/* Per-cpu lists hold huge pages: pageblocks in 6.1, order 9 in 6.12, whatever a pageblock is
 * (spec 1.8; 8.2 no. 11). */
static void test_the_order_of_huge_pages_on_per_cpu_lists(void **state)
{
	static const struct {
		const char *kernel;
		unsigned int order, listed;
	} cases[] = {
		{"linux-6.1", 9, 0},
		{"linux-6.1", 10, 1},
		{"linux-6.12", 9, 1},
		{"linux-6.12", 10, 0},
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bs_machine *m = guest(cases[i].kernel, 10);
		size_t n = 0;
		bs_pfn pfn;

		for (unsigned int z = 0; z < bs_nr_zones(m); z++)
			bs_zone_set_pcp(m, z, 4096, 63);
		pfn = bs_alloc_pages(m, 0, BS_GFP_TRANSHUGE, cases[i].order);
		bs_drain_pages(m, BS_ALL_CPUS);
		bs_free_pages(m, 0, pfn, cases[i].order);
		for (unsigned int z = 0; z < bs_nr_zones(m); z++)
			n += bs_pcp_blocks(m, z, 0, 13, NULL, 0);
		assert_int_equal(n, cases[i].listed);
		bs_machine_destroy(m);
	}
}

/*
 * While reclaim is active a per-cpu list holds 4 batches at most, however high its limit (P61).
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
		cmocka_unit_test(test_a_free_clears_lru_on_every_page),
		cmocka_unit_test(test_the_order_of_huge_pages_on_per_cpu_lists),
		cmocka_unit_test(test_reclaim_shrinks_per_cpu_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
