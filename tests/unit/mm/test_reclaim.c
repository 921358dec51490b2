// SPDX-License-Identifier: GPL-2.0-or-later
/* Page cache that is given back: how much at once, in which order, to whom. RULES.md, reclaim */
#include "mm_test.h"

#include <stdlib.h>

#include "mm_compact.h"
#include "mm_range.h"

#define LINUX_7_3 "linux-7.3"
#define PAGES 32768
#define CACHE 16384

struct seen {
	bs_pfn freed[PAGES];
	unsigned int nr_freed, nr_chunks;
	uint64_t chunk[64];
};

static void step(void *arg, const struct bs_mm_step *s)
{
	struct seen *seen = arg;

	if (s->kind == BS_MM_FREES_LATE)
		seen->freed[seen->nr_freed++] = (bs_pfn)s->v[0];
	if (s->kind == BS_MM_EVICTED && seen->nr_chunks < 64)
		seen->chunk[seen->nr_chunks++] = s->v[1];
}

/* All in use, half of it page cache, the oldest at the top; nobody known has it. */
static struct bs_machine *full(const char *kernel, struct seen *seen)
{
	struct bs_machine *m = machine_with_pages(kernel, PAGES);

	*seen = (struct seen){.nr_freed = 0};
	boot_range(m, 0, PAGES);
	for (bs_pfn p = 0; p < PAGES; p++)
		assert_true(alloc(m, M, 0) >= 0);
	bs_zone_set_watermarks(m, 0, 64, 80, 96);
	bs_mm_compact_watch(m, &(struct bs_mm_watch){.arg = seen, .step = step});
	for (bs_pfn p = PAGES; p-- > PAGES - CACHE;) {
		bs_page_set_lru(m, p, 0, true);
		assert_int_equal(bs_mm_compact_mark(m, BS_MM_CACHE, p, true), 0);
		bs_mm_cache_add(m, p);
	}
	bs_mm_cache_predicted(m, true);
	return m;
}

/*
 * A request of one page: 6.12 takes chunks of 64 until it has its share; 7.3 exactly its share of each
 * priority, 16384 >> 12, 16380 >> 11, ..., until that is 32 or more.
 */
static void test_direct_reclaim(void **state)
{
	struct seen *seen = calloc(1, sizeof(*seen));
	struct bs_machine *m = full(LINUX_6_12, seen);

	(void)state;
	bs_mm_alloc_waiting(m, 0, BS_GFP_HIGHUSER_MOVABLE | BS_GFP_NORETRY, 0);
	assert_int_equal(seen->nr_chunks, 1);
	assert_int_equal(seen->chunk[0], 64);
	assert_int_equal(seen->freed[0], PAGES - 1);
	assert_int_equal(seen->freed[63], PAGES - 64);
	assert_int_equal(nr_free_pages(m, 0), 64);
	bs_machine_destroy(m);

	m = full(LINUX_7_3, seen);
	bs_mm_alloc_waiting(m, 0, BS_GFP_HIGHUSER_MOVABLE | BS_GFP_NORETRY, 0);
	assert_int_equal(seen->nr_chunks, 4);
	assert_int_equal(seen->chunk[0], 4);
	assert_int_equal(seen->chunk[1], 7);
	assert_int_equal(seen->chunk[2], 15);
	assert_int_equal(seen->chunk[3], 31);
	assert_int_equal(seen->freed[56], PAGES - 57);
	bs_machine_destroy(m);
	free(seen);
}

/* kswapd goes on until a zone is above high, and then sleeps; boosts that it found are gone. */
static void test_kswapd(void **state)
{
	struct seen *seen = calloc(1, sizeof(*seen));
	uint64_t boosts[BS_MAX_ZONES];
	struct bs_machine *m = full(LINUX_6_12, seen);
	struct bs_zone_info z;

	(void)state;
	bs_mm_kswapd_begin(m, BS_ZONE_NORMAL, boosts);
	bs_zone_info(m, 0, &z);
	assert_int_equal(z.flags & 2, 2);
	bs_mm_kswapd(m, 0, BS_ZONE_NORMAL);
	bs_mm_kswapd_end(m, BS_ZONE_NORMAL, boosts);
	bs_zone_info(m, 0, &z);
	assert_int_equal(z.flags & 2, 0);
	/* 96 and 64 more at the end of a round of 16384 / 2^7. */
	assert_int_equal(seen->nr_freed, 128);
	bs_mm_kswapd(m, 0, BS_ZONE_NORMAL);
	assert_int_equal(seen->nr_freed, 128);
	bs_machine_destroy(m);
	free(seen);
}

/* What compaction moves is young again: it comes last. */
static void test_a_moved_page_is_young(void **state)
{
	struct seen *seen = calloc(1, sizeof(*seen));
	struct bs_machine *m = full(LINUX_6_12, seen);
	bs_pfn oldest;

	(void)state;
	oldest = bs_mm_oldest(m, BS_ZONE_NORMAL);
	assert_int_equal(oldest, PAGES - 1);
	bs_mm_cache_forget(m, oldest);
	assert_int_equal(bs_mm_oldest(m, BS_ZONE_NORMAL), PAGES - 2);
	assert_int_equal(bs_mm_cache(m, NULL, 0), CACHE - 1);
	assert_int_equal(bs_mm_oldest(m, BS_ZONE_DMA), BS_NO_PFN);
	bs_machine_destroy(m);
	free(seen);
}

/*
 * Dropped: portions of 31 in their order; 6.1 has 15 and the newest first.
 *
 *   6.12   16384, 16385, ... 16414
 *   6.1    16398, ... 16384
 */
static void test_dropped(void **state)
{
	struct seen *seen = calloc(1, sizeof(*seen));
	bs_pfn pages[40];

	(void)state;
	for (unsigned int i = 0; i < 40; i++)
		pages[i] = CACHE + i;
	for (unsigned int k = 0; k < 2; k++) {
		const unsigned int portion = k ? 31 : 15;
		struct bs_machine *m = full(k ? LINUX_6_12 : LINUX_6_1, seen);

		bs_mm_cache_predicted(m, false);
		assert_int_equal(bs_mm_drop_portion(m, 0, pages, 40), portion);
		assert_int_equal(seen->nr_freed, portion);
		assert_int_equal(seen->freed[0], k ? CACHE : CACHE + 14);
		assert_int_equal(seen->freed[portion - 1], k ? CACHE + 30 : CACHE);
		assert_int_equal(bs_mm_drop_portion(m, 0, pages + portion, 4), 4);
		assert_int_equal(nr_free_pages(m, 0), portion + 4);
		bs_machine_destroy(m);
	}
	free(seen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_direct_reclaim),
		cmocka_unit_test(test_kswapd),
		cmocka_unit_test(test_a_moved_page_is_young),
		cmocka_unit_test(test_dropped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
