// SPDX-License-Identifier: GPL-2.0-or-later
/* What callers do with their blocks: LRU, splitting. */
#include "mm_test.h"

#include <errno.h>

#include <buddysim/state.h>

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

/* The next owner of the pages may well be the kernel itself (RULES.md, fallback). */
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

/*
 * An allocated block is split like a THP: the halves stay allocated under the same word.
 *
 *   before   |A9 . . . . . . . |         word 77
 *   split (96,o3) out
 *   after    |A6 |A5|A3|A3|A4|A7|A8|     every piece 77
 */
static void test_split_allocated(void **state)
{
	(void)state;
	for_each_kernel(k)
	{
		struct bs_machine *m = machine_with_pages(kernels[k], 4096);
		bs_pfn head;
		unsigned int order;

		boot_range(m, 0, 4096);
		assert_true(alloc(m, M, 10) >= 0);
		bs_drain_pages(m, BS_ALL_CPUS);
		while (bs_allocated_order(m, 1024) < 0)
			assert_true(alloc(m, M, 10) >= 0);
		bs_page_set_word(m, 1024, 77);
		assert_int_equal(bs_split_allocated(m, 1024 + 96, 3), 0);
		assert_int_equal(bs_allocated_order(m, 1024), 6);
		assert_int_equal(bs_allocated_order(m, 1024 + 64), 5);
		assert_int_equal(bs_allocated_order(m, 1024 + 96), 3);
		assert_int_equal(bs_allocated_order(m, 1024 + 104), 3);
		assert_int_equal(bs_allocated_order(m, 1024 + 112), 4);
		assert_int_equal(bs_allocated_order(m, 1024 + 128), 7);
		assert_int_equal(bs_allocated_order(m, 1024 + 256), 8);
		assert_int_equal(bs_allocated_order(m, 1024 + 512), 9);
		assert_int_equal(bs_allocated_order(m, 1024 + 8), -1);
		assert_int_equal(bs_page_word(m, 1024 + 96), 77);
		assert_int_equal(bs_page_word(m, 1024 + 512), 77);
		assert_int_equal(bs_page_lookup(m, 1024 + 700, &head, &order), BS_PAGE_ALLOCATED);
		assert_int_equal(head, 1536);
		assert_int_equal(order, 9);
		/* It is a block already; a larger one it is not part of. */
		assert_int_equal(bs_split_allocated(m, 1024 + 96, 3), 0);
		assert_int_equal(bs_split_allocated(m, 1024, 10), -ENOENT);
		assert_int_equal(bs_split_allocated(m, 1024 + 97, 3), -ENOENT);
		release_pages(m, 1024, 2048);
		bs_drain_pages(m, BS_ALL_CPUS);
		assert_int_equal(bs_page_lookup(m, 1500, &head, &order), BS_PAGE_FREE);
		assert_int_equal(head, 1024);
		assert_int_equal(order, 10);
		bs_machine_destroy(m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_free_clears_lru_on_every_page),
		cmocka_unit_test(test_split_allocated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
