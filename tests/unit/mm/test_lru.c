// SPDX-License-Identifier: GPL-2.0-or-later
/* Pages with owners on the LRU: which goes first, what stays, what is left alone. RULES.md, reclaim */
#include "mm_test.h"

#include <stdlib.h>

#include "mm_compact.h"
#include "mm_reclaim.h"

#define PAGES 32768
#define LINUX_7_3 "linux-7.3"
#define FIRST 16384 /* of the pages that join the LRU */
#define SOME 2048

struct owner {
	bs_pfn gone[PAGES];
	unsigned int n, anon, keep;
	uint64_t room;
};

static bool evict(void *arg, bs_pfn pfn, unsigned int order, bool anon)
{
	struct owner *o = arg;

	if (o->keep) {
		o->keep--;
		return false;
	}
	o->gone[o->n++] = pfn;
	if (anon) {
		o->anon++;
		o->room -= o->room < 1u << order ? o->room : 1u << order;
	}
	return true;
}

static uint64_t room(void *arg)
{
	return ((struct owner *)arg)->room;
}

/* All in use; nothing on the LRU yet. */
static struct bs_machine *full(const char *kernel, struct owner *o)
{
	const struct bs_mm_evictor e = {.arg = o, .evict = evict, .swap_room = room};
	struct bs_machine *m = machine_with_pages(kernel, PAGES);

	*o = (struct owner){.n = 0};
	boot_range(m, 0, PAGES);
	for (bs_pfn p = 0; p < PAGES; p += p < 512 ? 512 : 1)
		assert_true(alloc(m, M, p < 512 ? 9 : 0) >= 0);
	for (bs_pfn p = 512; p < PAGES; p++)
		bs_page_set_word(m, p, p);
	bs_zone_set_watermarks(m, 0, 64, 80, 96);
	assert_int_equal(bs_mm_reclaim_begin(m, &e), 0);
	return m;
}

static void join(struct bs_machine *m, bs_pfn from, unsigned int n, enum bs_mm_lru lru)
{
	for (bs_pfn p = from; p < from + n; p++)
		assert_int_equal(bs_mm_lru_join(m, p, lru), 0);
	bs_mm_lru_drain(m);
	assert_int_equal(bs_mm_lru_pages(m, lru), n);
}

/*
 * The classic LRU is one queue, of which a chunk of 32 leaves youngest first; what was used again is not in it, until
 * there is more of that than of the other. With generations what is used again stays where it is.
 */
static void test_order_of_age(void **state)
{
	struct owner *o = calloc(1, sizeof(*o));
	struct bs_machine *m = full(LINUX_6_1, o);

	(void)state;
	join(m, FIRST, SOME, BS_MM_LRU_FILE);
	for (bs_pfn p = FIRST; p < FIRST + 16; p++)
		bs_mm_lru_used(m, p);
	assert_int_equal(bs_mm_lru_pages(m, BS_MM_LRU_USED), 16);
	assert_int_equal(bs_mm_reclaim_pages(m, 0, 40), 40);
	assert_int_equal(o->gone[0], FIRST + 16);
	assert_int_equal(o->gone[31], FIRST + 47);
	assert_int_equal(o->gone[39], FIRST + 55);
	assert_int_equal(nr_free_pages(m, 0) + bs_mm_lru_pages(m, BS_MM_LRU_FILE), SOME - 16);
	/* Dropped is all of it. */
	assert_int_equal(bs_mm_drop_all(m, 0), SOME - 40);
	assert_int_equal(bs_mm_lru_pages(m, BS_MM_LRU_USED), 0);
	assert_int_equal(bs_machine_check(m, NULL), 0);
	bs_machine_destroy(m);

	m = full(LINUX_6_12, o);
	join(m, FIRST, SOME, BS_MM_LRU_FILE);
	bs_mm_lru_used(m, FIRST);
	assert_int_equal(bs_mm_reclaim_pages(m, 0, 1), 1);
	assert_int_equal(o->gone[0], FIRST);
	bs_machine_destroy(m);
	free(o);
}

/* More used again than not: as many as a chunk has leave that list first. */
static void test_used_pages_age(void **state)
{
	struct owner *o = calloc(1, sizeof(*o));
	struct bs_machine *m = full(LINUX_6_1, o);

	(void)state;
	join(m, FIRST, SOME, BS_MM_LRU_FILE);
	for (bs_pfn p = FIRST; p < FIRST + SOME - 40; p++)
		bs_mm_lru_used(m, p);
	assert_int_not_equal(bs_mm_alloc_waiting(m, 0, BS_GFP_HIGHUSER_MOVABLE, 0), BS_NO_PFN);
	assert_true(o->n >= 32);
	assert_int_equal(o->gone[0], FIRST + SOME - 40);
	assert_true(bs_mm_lru_pages(m, BS_MM_LRU_USED) < SOME - 40);
	bs_machine_destroy(m);
	free(o);
}

/* Memory of processes goes when there is next to no page cache, and only with swap; a huge page as a whole. */
static void test_processes_come_last(void **state)
{
	struct owner *o = calloc(1, sizeof(*o));
	struct bs_machine *m = full(LINUX_6_12, o);

	(void)state;
	join(m, FIRST, SOME, BS_MM_LRU_FILE);
	join(m, FIRST + SOME, 128, BS_MM_LRU_ANON);
	assert_int_equal(bs_mm_lru_join(m, 0, BS_MM_LRU_HUGE), 0);
	assert_int_equal(bs_mm_lru_pages(m, BS_MM_LRU_HUGE), 512);
	assert_int_equal(bs_mm_reclaim_pages(m, 0, UINT64_MAX), SOME);
	assert_int_equal(o->anon, 0);
	o->room = 600;
	/* The huge page first, for that is most of it, and as many others as there is room for. */
	assert_true(bs_mm_reclaim_pages(m, 0, UINT64_MAX) >= 600);
	assert_int_equal(o->gone[SOME], 0);
	assert_int_equal(bs_mm_lru_pages(m, BS_MM_LRU_HUGE), 0);
	assert_int_equal(o->gone[SOME + 1], FIRST + SOME);
	assert_int_equal(bs_machine_check(m, NULL), 0);
	bs_machine_destroy(m);
	free(o);
}

/* Freed by its owner, in the batch or behind it, it is on no queue; kept by its owner it is young again. */
static void test_left(void **state)
{
	struct owner *o = calloc(1, sizeof(*o));
	struct bs_machine *m = full(LINUX_7_3, o);

	(void)state;
	join(m, FIRST, 8, BS_MM_LRU_FILE);
	bs_mm_lru_join(m, FIRST + 8, BS_MM_LRU_FILE);
	bs_mm_lru_leave(m, FIRST + 8, 0);
	bs_free_pages(m, 0, FIRST + 8, 0);
	bs_mm_lru_leave(m, FIRST, 0);
	bs_free_pages(m, 0, FIRST, 0);
	bs_mm_lru_drain(m);
	assert_int_equal(bs_mm_lru_pages(m, BS_MM_LRU_FILE), 7);
	assert_false(bs_mm_on_lru(m, FIRST + 8));
	o->keep = 1;
	assert_int_equal(bs_mm_reclaim_pages(m, 0, 3), 3);
	assert_int_equal(o->gone[0], FIRST + 2);
	assert_int_equal(bs_mm_reclaim_pages(m, 0, 10), 4);
	assert_int_equal(o->gone[o->n - 1], FIRST + 1);
	bs_machine_destroy(m);
	free(o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order_of_age),
		cmocka_unit_test(test_used_pages_age),
		cmocka_unit_test(test_processes_come_last),
		cmocka_unit_test(test_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
