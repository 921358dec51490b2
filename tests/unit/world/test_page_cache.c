// SPDX-License-Identifier: GPL-2.0-or-later
/* What has been read stays until somebody wants the memory; what was written has to reach the disk first. */
#include "bs_world_test.h"

#include <stdlib.h>

#include <buddysim/gfp.h>

#include "page_cache.h"
#include "pressure.h"

#define MAY_WAIT 0x112ccau
#define PAGES 65536u /* 256 MiB: more than there is */

static const struct bs_gfp_use file = {.lru = true};

static struct bs_page_cache *begin(struct bs_world_test *t, const char *kernel, struct bs_guest **g)
{
	const struct bs_page_cache_setup setup = {.pages = PAGES, .again = 1000};
	struct bs_reclaim_costs costs;
	struct bs_page_cache *c;

	bs_world_test_init(t);
	t->machine.kernel = kernel;
	*g = bs_world_test_add(t, "none");
	for (unsigned int i = 0; i < (*g)->nr_cpus; i++)
		(*g)->cpus[i].counted_until = 1000 * BS_NS_PER_S;
	bs_reclaim_costs_default(&costs);
	costs.scan = 30;
	costs.evict = 70;
	costs.write = 500;
	assert_int_equal(bs_pressure_begin(*g, &costs, 0), 0);
	c = bs_page_cache_create(*g, &setup);
	assert_non_null(c);
	return c;
}

static enum bs_cache_read read_page(struct bs_page_cache *c, uint64_t page)
{
	return bs_page_cache_read(c, 0, page, MAY_WAIT, 7, file);
}

static struct bs_page_cache_figures figures(const struct bs_page_cache *c)
{
	struct bs_page_cache_figures f;

	bs_page_cache_figures(c, &f);
	return f;
}

/* kswapd does not come to run here: the request that finds nothing has some given back, and waits for that. */
static void test_a_request_that_finds_nothing(void **state)
{
	static const char *const kernels[] = {"linux-6.1", "linux-6.12", "linux-7.3"};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct bs_world_test t;
		struct bs_guest *g;
		struct bs_page_cache *c = begin(&t, kernels[i], &g);
		uint64_t n = 0;

		while (!figures(c).reclaimed)
			assert_int_equal(read_page(c, n++), BS_CACHE_READ);
		assert_true(figures(c).reclaimed >= 32);
		assert_int_equal(figures(c).by_kswapd, 0);
		assert_int_equal(g->pressure->f.direct, figures(c).reclaimed);
		assert_int_equal(g->cpus[0].blocked_ns[BS_CAUSE_RECLAIM],
				 figures(c).reclaimed * 100);
		assert_int_equal(g->cpus[0].blocked_ns[BS_CAUSE_REFILL], 0);
		assert_int_equal(g->alloc_failed, 0);
		assert_int_equal(g->used_bytes, figures(c).pages << 12);
		/* The newest is there, the oldest is not, and waits for the disk. */
		assert_int_equal(read_page(c, n - 1), BS_CACHE_HIT);
		assert_int_equal(read_page(c, 0), BS_CACHE_AGAIN);
		assert_int_equal(g->cpus[0].blocked_ns[BS_CAUSE_REFILL], 1000);
		assert_int_equal(figures(c).again, 1);
		assert_int_equal(bs_machine_check(g->m, NULL), 0);
		bs_page_cache_drop(c, 0);
		assert_int_equal(figures(c).pages, 0);
		assert_int_equal(g->used_bytes, 0);
		bs_world_test_free(&t);
	}
}

/* Woken when nothing is above low, it gives back until a zone is above high, and that takes it time of its own. */
static void test_kswapd(void **state)
{
	struct bs_world_test t;
	struct bs_guest *g;
	struct bs_page_cache *c = begin(&t, "linux-6.12", &g);
	struct bs_zone_info z;
	uint64_t n = 0;

	(void)state;
	while (!g->pressure->f.kswapd_runs && n < PAGES) {
		read_page(c, n++);
		bs_clock_run(&t.w.clock, t.w.clock.now);
	}
	bs_clock_run(&t.w.clock, t.w.clock.now + BS_NS_PER_S);
	bs_zone_info(g->m, bs_nr_zones(g->m) - 1, &z);
	assert_true(figures(c).by_kswapd > 0);
	assert_int_equal(figures(c).by_kswapd, figures(c).reclaimed);
	assert_int_equal(g->cpus[0].blocked_ns[BS_CAUSE_RECLAIM], 0);
	assert_int_equal(g->pressure->f.kswapd_ns, figures(c).reclaimed * 100);
	assert_false(g->pressure->kswapd.awake);
	assert_true((uint64_t)z.nr_free_pages > z.watermark_high &&
		    (uint64_t)z.nr_free_pages < z.watermark_high + 2000);
	bs_world_test_free(&t);
}

/* Who cannot wait gets nothing. */
static void test_no_wait(void **state)
{
	struct bs_world_test t;
	struct bs_guest *g;
	struct bs_page_cache *c = begin(&t, "linux-6.12", &g);
	uint64_t n = 0;

	(void)state;
	while (bs_page_cache_read(c, 0, n, MAY_WAIT & ~BS_GFP_DIRECT_RECLAIM, 7, file) ==
	       BS_CACHE_READ)
		n++;
	assert_int_equal(g->alloc_failed, 1);
	assert_int_equal(figures(c).reclaimed, 0);
	bs_world_test_free(&t);
}

/* Written pages are dirty: the flusher has them on the disk by and by, or who wants the memory waits for that. */
static void test_written(void **state)
{
	struct bs_world_test t;
	struct bs_guest *g;
	struct bs_page_cache *c = begin(&t, "linux-6.12", &g);

	(void)state;
	for (uint64_t i = 0; i < 100; i++)
		assert_int_equal(bs_page_cache_write(c, 0, i, MAY_WAIT, 7, file), BS_CACHE_READ);
	assert_int_equal(bs_page_cache_write(c, 0, 0, MAY_WAIT, 7, file), BS_CACHE_HIT);
	assert_int_equal(figures(c).dirty, 100);
	/* No drop reaches them, nor are they old yet. */
	assert_int_equal(bs_page_cache_drop_clean(c, 0), 0);
	bs_clock_run(&t.w.clock, 20 * BS_NS_PER_S);
	assert_int_equal(figures(c).dirty, 100);
	bs_clock_run(&t.w.clock, 40 * BS_NS_PER_S);
	assert_int_equal(figures(c).dirty, 0);
	assert_int_equal(figures(c).written, 100);
	assert_true(figures(c).flusher_ns >= 100 * 500);
	assert_int_equal(g->cpus[0].blocked_ns[BS_CAUSE_WRITEBACK], 0);
	assert_int_equal(bs_page_cache_drop_clean(c, 0), 100);
	assert_int_equal(figures(c).dropped, 100);
	/* Written again, they are on no queue of what can go. */
	read_page(c, 5);
	bs_page_cache_write(c, 0, 5, MAY_WAIT, 7, file);
	bs_mm_lru_drain(g->m);
	assert_int_equal(bs_mm_lru_pages(g->m, BS_MM_LRU_FILE), 0);
	bs_world_test_free(&t);
}

/* A fifth of memory may be dirty: beyond that each writer writes some back itself. */
static void test_too_many_dirty(void **state)
{
	struct bs_world_test t;
	struct bs_guest *g;
	struct bs_page_cache *c = begin(&t, "linux-6.1", &g);
	uint64_t n = 0;

	(void)state;
	while (!g->cpus[0].blocked_ns[BS_CAUSE_WRITEBACK] && n < PAGES)
		bs_page_cache_write(c, 0, n++, MAY_WAIT, 7, file);
	assert_in_range(n, PAGES / 6, PAGES / 5 + 1);
	assert_int_equal(g->cpus[0].blocked_ns[BS_CAUSE_WRITEBACK], 32 * 500);
	assert_int_equal(figures(c).written, 32);
	bs_world_test_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_request_that_finds_nothing),
		cmocka_unit_test(test_kswapd),
		cmocka_unit_test(test_no_wait),
		cmocka_unit_test(test_written),
		cmocka_unit_test(test_too_many_dirty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
