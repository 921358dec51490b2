// SPDX-License-Identifier: GPL-2.0-or-later
/* What can be asked of a guest's kernel at any time: caches dropped, memory reclaimed, compacted. */
#include "bs_world_test.h"

#include <buddysim/gfp.h>

#include "guest_acts.h"
#include "page_cache.h"
#include "pressure.h"

#define MAY_WAIT 0x112ccau

static const struct bs_gfp_use file = {.lru = true};

static bool moved(void *arg, bs_pfn from, bs_pfn to, unsigned int order)
{
	struct bs_guest *g = arg;

	(void)order;
	if (g->cache && bs_page_cache_has(g->cache, from))
		bs_page_cache_moved(g->cache, from, to);
	return true;
}

static bool stays(void *arg, bs_pfn pfn, unsigned int order)
{
	const struct bs_guest *g = arg;

	(void)order;
	return !g->cache || !bs_page_cache_has(g->cache, pfn);
}

static struct bs_guest *begin(struct bs_world_test *t, struct bs_load *load, bool pressed)
{
	const struct bs_page_cache_setup setup = {.pages = 32768};
	struct bs_reclaim_costs costs;
	struct bs_guest *g;

	bs_world_test_init(t);
	t->machine.kernel = "linux-6.12";
	g = bs_world_test_add(t, "none");
	*load = (struct bs_load){.moved = moved, .stays = stays, .arg = g};
	g->load = load;
	for (unsigned int i = 0; i < g->nr_cpus; i++)
		g->cpus[i].counted_until = 1000 * BS_NS_PER_S;
	bs_reclaim_costs_default(&costs);
	if (pressed)
		assert_int_equal(bs_pressure_begin(g, &costs, 0), 0);
	assert_non_null(bs_page_cache_create(g, &setup));
	return g;
}

static void reads(struct bs_guest *g, uint64_t from, uint64_t to)
{
	for (uint64_t i = from; i < to; i++)
		assert_int_not_equal(
			bs_page_cache_read(g->cache, 0, i, MAY_WAIT, (uint32_t)i, file),
			BS_CACHE_NONE);
}

static void test_drop(void **state)
{
	for (unsigned int pressed = 0; pressed < 2; pressed++) {
		struct bs_world_test t;
		struct bs_load load;
		struct bs_guest *g = begin(&t, &load, pressed);
		struct bs_guest_caches c;

		(void)state;
		reads(g, 0, 1000);
		bs_page_cache_write(g->cache, 0, 1000, MAY_WAIT, 1, file);
		bs_guest_caches(g, &c);
		assert_int_equal(c.clean, 1000 << 12);
		assert_int_equal(c.dirty, 1 << 12);
		assert_int_equal(c.reclaimable, 1000 << 12);
		assert_int_equal(bs_guest_drop_caches(g, 1), 1000 << 12);
		assert_int_equal(g->cpus[1].blocked_ns[BS_CAUSE_RECLAIM], 1000 * 248);
		assert_int_equal(g->used_bytes, 1 << 12);
		bs_world_test_free(&t);
	}
}

/* The oldest go, whatever the marks say. */
static void test_reclaim(void **state)
{
	struct bs_world_test t;
	struct bs_load load;
	struct bs_guest *g = begin(&t, &load, true);

	(void)state;
	reads(g, 0, 1000);
	assert_int_equal(bs_guest_reclaim(g, 1, 100 << 12), 100 << 12);
	assert_int_equal(g->pressure->f.asked, 100);
	assert_int_equal(g->used_bytes, 900 << 12);
	assert_int_equal(bs_page_cache_read(g->cache, 0, 99, MAY_WAIT, 1, file), BS_CACHE_AGAIN);
	assert_int_equal(bs_page_cache_read(g->cache, 0, 100, MAY_WAIT, 1, file), BS_CACHE_HIT);
	/* More than there is. */
	assert_int_equal(bs_guest_reclaim(g, 1, UINT64_C(1) << 30), 901 << 12);
	assert_int_equal(g->used_bytes, 0);
	bs_world_test_free(&t);
	g = begin(&t, &load, false);
	reads(g, 0, 10);
	assert_int_equal(bs_mm_compact_begin(g->m), 0);
	assert_int_equal(bs_guest_reclaim(g, 1, 100 << 12), 0);
	bs_world_test_free(&t);
}

/* Every other page goes, and what is left moves together; the cache finds it where it is. */
static void test_compact(void **state)
{
	struct bs_world_test t;
	struct bs_load load;
	struct bs_guest *g = begin(&t, &load, true);
	const uint64_t before = bs_mm_huge_pages_free(g->m);
	struct bs_page_cache_figures f;
	uint64_t between;

	(void)state;
	reads(g, 0, 16384);
	/* Even ones are free: a free scanner that has found nothing for long looks at every 32nd page. */
	for (unsigned int i = 1; i < 16384; i += 2)
		bs_page_cache_write(g->cache, 0, i, MAY_WAIT, i, file);
	assert_int_equal(bs_guest_drop_caches(g, 0), 8192 << 12);
	/* A run drains nothing, and what lies on per-cpu lists is no target. */
	bs_drain_pages(g->m, BS_ALL_CPUS);
	between = bs_mm_huge_pages_free(g->m);
	assert_int_equal(bs_guest_compact(g, 0), 0);
	bs_drain_pages(g->m, BS_ALL_CPUS);
	assert_true(bs_mm_huge_pages_free(g->m) > between + 10 * 512);
	assert_true(bs_mm_huge_pages_free(g->m) < before);
	assert_true(g->pressure->f.huge_gained >= 512);
	assert_true(g->moves.pages[BS_MOVER_ASKED] > 1000);
	assert_true(g->cpus[0].blocked_ns[BS_CAUSE_COMPACT] > 0);
	for (unsigned int i = 0; i < 16384; i++)
		assert_int_equal(bs_page_cache_write(g->cache, 0, i, MAY_WAIT, i, file),
				 i % 2 ? BS_CACHE_HIT : BS_CACHE_AGAIN);
	bs_page_cache_drop(g->cache, 0);
	bs_page_cache_figures(g->cache, &f);
	assert_int_equal(f.pages + f.dirty, 0);
	assert_int_equal(g->used_bytes, 0);
	assert_int_equal(bs_machine_check(g->m, NULL), 0);
	bs_world_test_free(&t);
}

/* Fragmented, it compacts by itself as soon as somebody wants it to. */
static void test_proactive(void **state)
{
	struct bs_world_test t;
	struct bs_load load;
	struct bs_guest *g = begin(&t, &load, true);
	static bs_pfn back[7000];

	(void)state;
	bs_guest_set_proactiveness(g, 100);
	/* Of every eight pages one is cached, one is free, and the others stay where they are. */
	for (unsigned int i = 0; i < 7000; i++) {
		reads(g, i, i + 1);
		for (unsigned int k = 0; k < 7; k++) {
			const bs_pfn pfn = bs_guest_alloc(g, 0, MAY_WAIT, 0, i, file);

			assert_int_not_equal(pfn, BS_NO_PFN);
			if (!k)
				back[i] = pfn;
		}
	}
	for (unsigned int i = 0; i < 7000; i++)
		bs_guest_free(g, 0, back[i], 0, i);
	bs_drain_pages(g->m, BS_ALL_CPUS);
	bs_clock_run(&t.w.clock, 2 * BS_NS_PER_S);
	assert_true(g->pressure->f.proactive_runs > 0);
	assert_true(g->moves.pages[BS_MOVER_DAEMON] > 0);
	assert_true(g->pressure->f.kcompactd_ns > 0);
	assert_int_equal(g->cpus[0].blocked_ns[BS_CAUSE_COMPACT], 0);
	bs_guest_set_defrag_mode(g, true);
	assert_false(g->pressure->defrag_mode); /* 6.12 has none */
	bs_world_test_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_drop),
		cmocka_unit_test(test_reclaim),
		cmocka_unit_test(test_compact),
		cmocka_unit_test(test_proactive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
