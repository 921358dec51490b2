// SPDX-License-Identifier: GPL-2.0-or-later
/* What has been read stays until somebody wants the memory: the oldest goes first, in the kernel's chunks. */
#include "bs_world_test.h"

#include <stdlib.h>

#include <buddysim/gfp.h>

#include "page_cache.h"

#define MAY_WAIT 0x112ccau
#define PAGES 65536u /* 256 MiB: more than there is */

static const struct bs_gfp_use file = {.lru = true};
static const struct bs_page_cache_setup setup = {.pages = PAGES, .again = 1000, .reclaimed = 100};

static struct bs_page_cache *begin(struct bs_world_test *t, const char *kernel, struct bs_guest **g)
{
	struct bs_page_cache *c;

	bs_world_test_init(t);
	t->machine.kernel = kernel;
	*g = bs_world_test_add(t, "none");
	for (unsigned int i = 0; i < (*g)->nr_cpus; i++)
		(*g)->cpus[i].counted_until = BS_NS_PER_S;
	c = bs_page_cache_create(*g, &setup);
	assert_non_null(c);
	return c;
}

static enum bs_cache_read read_page(struct bs_page_cache *c, uint64_t page)
{
	return bs_page_cache_read(c, 0, page, MAY_WAIT, 7, file);
}

/* kswapd does not come to run here: the request that finds nothing has a chunk given back, and waits for it. */
static void test_a_request_that_finds_nothing(void **state)
{
	static const struct {
		const char *kernel;
		unsigned int chunk;
	} cases[] = {{"linux-6.1", 32}, {"linux-6.12", 64}};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		const struct bs_page_cache_figures *f;
		struct bs_world_test t;
		struct bs_guest *g;
		struct bs_page_cache *c = begin(&t, cases[i].kernel, &g);
		uint64_t n = 0;

		f = bs_page_cache_figures(c);
		while (!f->reclaimed)
			assert_int_equal(read_page(c, n++), BS_CACHE_READ);
		/* What is given back lies on a per-cpu list first, where no mark sees it. */
		assert_true(f->reclaimed >= cases[i].chunk && f->reclaimed % cases[i].chunk == 0);
		assert_int_equal(f->by_kswapd, 0);
		assert_int_equal(g->cpus[0].blocked_ns[BS_CAUSE_RECLAIM], f->reclaimed * 100);
		assert_int_equal(g->cpus[0].blocked_ns[BS_CAUSE_REFILL], 0);
		assert_int_equal(g->alloc_failed, 0);
		/* The newest is there, the oldest is not, and waits for the disk. */
		assert_int_equal(read_page(c, n - 1), BS_CACHE_HIT);
		assert_int_equal(read_page(c, 0), BS_CACHE_AGAIN);
		assert_int_equal(g->cpus[0].blocked_ns[BS_CAUSE_REFILL], 1000);
		assert_int_equal(f->again, 1);
		bs_page_cache_drop(c, 0);
		assert_int_equal(f->pages, 0);
		assert_int_equal(g->used_bytes, 0);
		bs_page_cache_destroy(c);
		bs_world_test_free(&t);
	}
}

/* Below the low mark it is asked for, and gives back until a zone is above high. */
static void test_kswapd(void **state)
{
	const struct bs_page_cache_figures *f;
	struct bs_world_test t;
	struct bs_guest *g;
	struct bs_page_cache *c = begin(&t, "linux-6.12", &g);
	struct bs_zone_info z;
	uint64_t n = 0;

	(void)state;
	f = bs_page_cache_figures(c);
	while (!f->reclaimed && n < PAGES) {
		read_page(c, n++);
		bs_clock_run(&t.w.clock, t.w.clock.now);
	}
	bs_zone_info(g->m, bs_nr_zones(g->m) - 1, &z);
	assert_true(f->by_kswapd > 0);
	assert_int_equal(f->by_kswapd, f->reclaimed);
	assert_int_equal(g->cpus[0].blocked_ns[BS_CAUSE_RECLAIM], 0);
	assert_true(z.nr_free_pages > z.watermark_high &&
		    z.nr_free_pages < z.watermark_high + 2000);
	bs_page_cache_drop(c, 0);
	bs_page_cache_destroy(c);
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
	assert_int_equal(bs_page_cache_figures(c)->reclaimed, 0);
	bs_page_cache_drop(c, 0);
	bs_page_cache_destroy(c);
	bs_world_test_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_request_that_finds_nothing),
		cmocka_unit_test(test_kswapd),
		cmocka_unit_test(test_no_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
