// SPDX-License-Identifier: GPL-2.0-or-later
/* A run over a zone: what moves where, what it leaves behind, what it remembers. */
#include "mm_test.h"

#include <string.h>

#include "mm_compact.h"

#define LINUX_7_3 "linux-7.3"
static const char *const compacting[] = {LINUX_6_1, LINUX_6_12, LINUX_7_3};

/* Pages that moved, in the order in which they did. */
struct moves {
	bs_pfn from[64], to[64];
	unsigned int n;
};

static void moved(void *arg, bs_pfn from, bs_pfn to, unsigned int order)
{
	struct moves *seen = arg;

	assert_true(seen->n < 64 && !order);
	seen->from[seen->n] = from;
	seen->to[seen->n++] = to;
}

/* Eight pageblocks in use by single pages; those of @keep stay, and those of the LRU can be moved. */
static struct bs_machine *fragmented(const char *kernel, const bs_pfn *keep, unsigned int n,
				     const bs_pfn *fixed, unsigned int nr_fixed)
{
	struct bs_machine *m = machine_with_pages(kernel, 4096);
	uint8_t stays[4096] = {0};

	boot_range(m, 0, 4096);
	for (bs_pfn p = 0; p < 4096; p++)
		assert_true(alloc(m, M, 0) >= 0);
	for (unsigned int i = 0; i < n; i++) {
		stays[keep[i]] = 1;
		bs_page_set_lru(m, keep[i], 0, true);
		bs_page_set_word(m, keep[i], 100 + keep[i]);
	}
	for (unsigned int i = 0; i < nr_fixed; i++)
		stays[fixed[i]] = 1;
	for (bs_pfn p = 0; p < 4096; p++)
		if (!stays[p])
			release(m, p, 0);
	return m;
}

static void watch(struct bs_machine *m, struct moves *seen)
{
	assert_int_equal(bs_mm_compact_watch(m, &(struct bs_mm_watch){.arg = seen, .moved = moved}),
			 0);
}

/*
 * Two pages of the lowest pageblock go to the highest that is in use in part; the higher one first.
 *
 *   before   3, 100 in use (LRU), 4000 in use; the rest free
 *   6.12     100 -> 3584, 3 -> 3585      halves of what was taken, the smallest first
 *   6.1      100 -> 3839, 3 -> 3838      single pages, the last of it first
 *   after    the lowest pageblock is free as a whole
 *
 * RULES.md, compaction targets, compaction moves
 */
static void test_pages_move_up(void **state)
{
	static const bs_pfn keep[] = {3, 100}, fixed[] = {4000};

	(void)state;
	for (unsigned int k = 0; k < 3; k++) {
		struct bs_machine *m = fragmented(compacting[k], keep, 2, fixed, 1);
		struct moves seen = {0};

		watch(m, &seen);
		assert_int_equal(bs_mm_compact_memory(m, 0), 0);
		assert_int_equal(seen.n, 2);
		assert_int_equal(seen.from[0], 100);
		assert_int_equal(seen.to[0], k ? 3584 : 3839);
		assert_int_equal(seen.from[1], 3);
		assert_int_equal(seen.to[1], k ? 3585 : 3838);
		assert_int_equal(bs_page_word(m, seen.to[1]), 103);
		assert_int_equal(bs_page_state(m, 3), BS_PAGE_FREE);
		assert_int_equal(bs_page_state(m, seen.to[0]), BS_PAGE_ALLOCATED);
		assert_int_equal(nr_free_pages(m, 0), 4093);
		assert_int_equal(bs_list_blocks(m, 0, 10, M, NULL, NULL, 0), 3);
		bs_machine_destroy(m);
	}
}

/* A page joins the LRU when the batch does; waiting, it is no source. RULES.md, compaction state */
static void test_moved_pages_wait(void **state)
{
	static const bs_pfn keep[] = {3}, fixed[] = {4000};

	(void)state;
	for (unsigned int k = 0; k < 3; k++) {
		struct bs_machine *m = fragmented(compacting[k], keep, 1, fixed, 1);
		struct moves seen = {0};

		watch(m, &seen);
		bs_mm_compact_memory(m, 0);
		assert_int_equal(seen.n, 1);
		assert_false(bs_mm_on_lru(m, seen.to[0]));
		bs_mm_lru_drain(m);
		assert_true(bs_mm_on_lru(m, seen.to[0]));
		bs_machine_destroy(m);
	}
}

/*
 * Nothing movable: nothing moves, the scanners meet, and both begin anew.
 *
 * RULES.md, compaction verdicts
 */
static void test_nothing_to_move(void **state)
{
	static const bs_pfn fixed[] = {3, 100, 4000};
	struct bs_mm_compact_zone z;

	(void)state;
	for (unsigned int k = 0; k < 3; k++) {
		struct bs_machine *m = fragmented(compacting[k], NULL, 0, fixed, 3);
		struct moves seen = {0};

		watch(m, &seen);
		bs_mm_compact_memory(m, 0);
		assert_int_equal(seen.n, 0);
		bs_mm_compact_zone(m, 0, &z);
		assert_int_equal(z.cached_migrate[0], 0);
		assert_int_equal(z.cached_migrate[1], 0);
		assert_int_equal(z.cached_free, 3584);
		assert_int_equal(z.blockskip_flush, 0);
		assert_int_equal(nr_free_pages(m, 0), 4093);
		bs_machine_destroy(m);
	}
}

/* Only M pageblocks give targets, and one that is seen to its end is marked. */
static void test_targets_are_in_movable_pageblocks(void **state)
{
	static const bs_pfn keep[] = {3}, fixed[] = {3000, 4000};

	(void)state;
	for (unsigned int k = 0; k < 3; k++) {
		struct bs_machine *m = fragmented(compacting[k], keep, 1, fixed, 2);
		struct moves seen = {0};

		/* The highest one is isolated: that is no type for targets. */
		bs_page_set_lru(m, 4000, 0, true);
		assert_int_equal(bs_isolate_pageblock(m, 3584), 0);
		watch(m, &seen);
		bs_mm_compact_memory(m, 0);
		assert_true(seen.n >= 1);
		assert_int_equal(seen.to[seen.n - 1] >> 9, 2560 >> 9);
		for (unsigned int i = 0; i < seen.n; i++)
			assert_int_not_equal(seen.to[i] >> 9, 3584 >> 9);
		bs_machine_destroy(m);
	}
}

/* More than 32 pages in a pageblock: the rest of it in a second batch, then it is finished. */
struct batches {
	uint64_t total[8];
	unsigned int n;
};

static void step(void *arg, const struct bs_mm_step *s)
{
	struct batches *b = arg;

	if (s->kind == BS_MM_MOVED && b->n < 8)
		b->total[b->n++] = s->v[0];
}

static void test_a_pageblock_is_finished(void **state)
{
	bs_pfn keep[100];
	static const bs_pfn fixed[] = {4000};

	(void)state;
	for (unsigned int i = 0; i < 100; i++)
		keep[i] = 512 + 2 * i;
	for (unsigned int k = 0; k < 3; k++) {
		struct bs_machine *m = fragmented(compacting[k], keep, 100, fixed, 1);
		struct batches b = {0};

		bs_mm_compact_watch(m, &(struct bs_mm_watch){.arg = &b, .step = step});
		bs_mm_compact_memory(m, 0);
		assert_int_equal(b.n, 2);
		assert_int_equal(b.total[0], 32);
		assert_int_equal(b.total[1], 68);
		bs_machine_destroy(m);
	}
}

/* A free page that a run has taken is nobody's, and who watches can tell it from one in use: at its
 * move, and when those that were not needed go back. */
struct in_hand {
	const struct bs_machine *m;
	unsigned int targets, given_back;
};

static void look_at_hand(void *arg, const struct bs_mm_step *s)
{
	struct in_hand *h = arg;

	if (s->kind == BS_MM_TARGET) {
		h->targets += bs_mm_compact_marked(h->m, BS_MM_IN_HAND, (bs_pfn)s->v[1]);
	} else if (s->kind == BS_MM_FREES && s->v[0] >= 2048) {
		h->given_back++;
		for (bs_pfn p = 0; p < (bs_pfn)1 << s->v[1]; p++)
			assert_true(bs_mm_compact_marked(h->m, BS_MM_IN_HAND, (bs_pfn)s->v[0] + p));
	}
}

static void test_taken_pages_are_in_hand(void **state)
{
	static const bs_pfn keep[] = {3, 100}, fixed[] = {4000};

	(void)state;
	for (unsigned int k = 0; k < 3; k++) {
		struct bs_machine *m = fragmented(compacting[k], keep, 2, fixed, 1);
		struct in_hand h = {.m = m};

		bs_mm_compact_watch(m, &(struct bs_mm_watch){.arg = &h, .step = look_at_hand});
		bs_mm_compact_memory(m, 0);
		assert_int_equal(h.targets, 2);
		assert_true(h.given_back);
		for (bs_pfn p = 0; p < 4096; p++)
			assert_false(bs_mm_compact_marked(m, BS_MM_IN_HAND, p));
		bs_machine_destroy(m);
	}
}

/* Runs that nobody watches do the same; a guest that never compacts has no state for it. */
static void test_unwatched(void **state)
{
	static const bs_pfn keep[] = {3, 100}, fixed[] = {4000};
	struct bs_mm_scans scans;

	(void)state;
	for (unsigned int k = 0; k < 3; k++) {
		struct bs_machine *m = fragmented(compacting[k], keep, 2, fixed, 1);

		assert_false(bs_mm_compact_marked(m, BS_MM_SKIP, 0));
		bs_mm_compact_memory(m, 0);
		bs_mm_scans(m, &scans);
		assert_int_equal(scans.moved, 2);
		assert_int_equal(bs_page_state(m, 100), BS_PAGE_FREE);
		bs_machine_destroy(m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pages_move_up),
		cmocka_unit_test(test_moved_pages_wait),
		cmocka_unit_test(test_nothing_to_move),
		cmocka_unit_test(test_targets_are_in_movable_pageblocks),
		cmocka_unit_test(test_a_pageblock_is_finished),
		cmocka_unit_test(test_taken_pages_are_in_hand),
		cmocka_unit_test(test_unwatched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
