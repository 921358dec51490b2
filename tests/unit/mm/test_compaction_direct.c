// SPDX-License-Identifier: GPL-2.0-or-later
/* Requests that wait: what compaction gives them, when it is not tried again, what it gives up. */
#include "mm_test.h"

#include "mm_compact.h"

#define LINUX_7_3 "linux-7.3"
#define PAGES 8192
#define THP (BS_GFP_HIGHUSER_MOVABLE | BS_GFP_NORETRY)
static const char *const compacting[] = {LINUX_6_1, LINUX_6_12, LINUX_7_3};

struct seen {
	unsigned int of[BS_MM_NR_STEPS];
	uint64_t first_mode, last_verdict, free;
};

static void step(void *arg, const struct bs_mm_step *s)
{
	struct seen *seen = arg;

	if (s->kind == BS_MM_BEGIN && !seen->of[BS_MM_BEGIN])
		seen->first_mode = s->v[2];
	if (s->kind == BS_MM_END)
		seen->last_verdict = s->v[1];
	seen->of[s->kind]++;
}

static bool in_use(bs_pfn pfn)
{
	return (pfn * 2654435761u >> 16) % 4 == 0;
}

/* A quarter of all pages is in use, anywhere: on the LRU if @movable. */
static struct bs_machine *scattered(const char *kernel, bool movable, struct seen *seen)
{
	struct bs_machine *m = machine_with_pages(kernel, PAGES);

	boot_range(m, 0, PAGES);
	for (bs_pfn p = 0; p < PAGES; p++)
		assert_true(alloc(m, M, 0) >= 0);
	for (bs_pfn p = 0; p < PAGES; p++) {
		if (!in_use(p))
			release(m, p, 0);
		else if (movable)
			bs_page_set_lru(m, p, 0, true);
	}
	*seen = (struct seen){.free = nr_free_pages(m, 0)};
	bs_mm_compact_watch(m, &(struct bs_mm_watch){.arg = seen, .step = step});
	return m;
}

/* A huge page where none is free: bs_alloc_pages() fails, a request that waits has one made. */
static void test_compaction_makes_a_block(void **state)
{
	struct bs_error err;

	(void)state;
	for (unsigned int k = 0; k < 3; k++) {
		struct seen seen = {0};
		struct bs_machine *m = scattered(compacting[k], true, &seen);
		bs_pfn pfn;

		assert_int_equal(alloc_gfp(m, THP, 9), -1);
		pfn = bs_mm_alloc_waiting(m, 0, THP, 9);
		assert_int_not_equal(pfn, BS_NO_PFN);
		assert_int_equal(bs_allocated_order(m, pfn), 9);
		assert_int_equal(seen.of[BS_MM_DIRECT], 1);
		assert_int_equal(seen.first_mode, 0);
		assert_int_equal(seen.last_verdict, 8);
		/* It was kept for it while it merged: no list had it. */
		assert_int_equal(seen.of[BS_MM_RESET], 2);
		assert_int_equal(nr_free_pages(m, 0), seen.free - 512);
		assert_ok(bs_machine_check(m, &err), &err);
		bs_machine_destroy(m);
	}
}

/* Of an M request below a pageblock: 6.1 does not keep blocks of M pageblocks for it. */
static void test_movable_requests_capture(void **state)
{
	(void)state;
	for (unsigned int k = 0; k < 3; k++) {
		struct seen seen = {0};
		struct bs_machine *m = scattered(compacting[k], true, &seen);
		const bs_pfn pfn = bs_mm_alloc_waiting(m, 0, BS_GFP_HIGHUSER_MOVABLE, 5);

		assert_int_not_equal(pfn, BS_NO_PFN);
		assert_int_equal(pfn % 32, 0);
		assert_int_equal(seen.of[BS_MM_DIRECT], 1);
		bs_machine_destroy(m);
	}
}

/*
 * Nothing can be moved. A request that may wait and try again defers compaction in the end: each failure
 * doubles how many later ones are passed.
 *
 * RULES.md, compaction triggers
 */
static void test_failures_defer(void **state)
{
	struct bs_mm_compact_zone z;

	(void)state;
	for (unsigned int k = 0; k < 3; k++) {
		struct seen seen = {0};
		struct bs_machine *m = scattered(compacting[k], false, &seen);

		for (unsigned int i = 0; i < 20; i++)
			assert_int_equal(bs_mm_alloc_waiting(m, 0, BS_GFP_HIGHUSER_MOVABLE, 9),
					 BS_NO_PFN);
		assert_true(seen.of[BS_MM_DEFER] >= 2);
		assert_true(seen.of[BS_MM_DEFERRED] > seen.of[BS_MM_DEFER]);
		bs_mm_compact_zone(m, 0, &z);
		assert_int_equal(z.defer_shift, seen.of[BS_MM_DEFER]);
		assert_int_equal(nr_free_pages(m, 0), seen.free);
		bs_machine_destroy(m);
	}
}

/* A single page needs no compaction; with defrag_mode it makes whole pageblocks rather than mix types. */
static void test_defrag_mode(void **state)
{
	struct seen seen = {0};
	struct bs_machine *m = scattered(LINUX_7_3, true, &seen);

	(void)state;
	assert_int_not_equal(bs_mm_alloc_waiting(m, 0, BS_GFP_KERNEL, 0), BS_NO_PFN);
	assert_int_equal(seen.of[BS_MM_DIRECT], 0);
	bs_machine_destroy(m);

	m = scattered(LINUX_7_3, true, &seen);
	bs_mm_set_defrag_mode(m, true);
	assert_int_not_equal(bs_mm_alloc_waiting(m, 0, BS_GFP_KERNEL, 0), BS_NO_PFN);
	assert_true(seen.of[BS_MM_DIRECT] >= 1);
	bs_machine_destroy(m);

	/* 6.12 has no such mode. */
	seen = (struct seen){0};
	m = scattered(LINUX_6_12, true, &seen);
	bs_mm_set_defrag_mode(m, true);
	bs_mm_alloc_waiting(m, 0, BS_GFP_KERNEL, 0);
	assert_int_equal(seen.of[BS_MM_DIRECT], 0);
	bs_machine_destroy(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compaction_makes_a_block),
		cmocka_unit_test(test_movable_requests_capture),
		cmocka_unit_test(test_failures_defer),
		cmocka_unit_test(test_defrag_mode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
