// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A guest under pressure in random mixes: files read and written, memory of a process taken, given back and brought back
 * from swap, caches dropped, memory reclaimed and compacted, with kswapd, kcompactd and the flusher between them.
 * No page is lost, or has two owners; what is in use is what the owners have; content is looked at by the device.
 */
#include "bs_world_test.h"

#include <stdlib.h>

#include <buddysim/gfp.h>

#include "rng.h"
#include "guest_acts.h"
#include "page_cache.h"
#include "pressure.h"

#define FILES 60000u
#define SLOTS 40000u
#define READ_GFP 0x112ccau
#define ANON_GFP 0x140dcau
#define SWAPPED (BS_NO_PFN - 1)

/* @at: where each slot of the process is: BS_NO_PFN: nothing, SWAPPED */
struct mix {
	struct bs_world_test t;
	struct bs_guest *g;
	struct bs_load load;
	bs_pfn at[SLOTS];
	uint32_t slot_of[1u << 16];
	uint32_t id;
	uint64_t pages, swapped, kills;
	struct bs_rng rng;
};

static struct mix *owner_of(struct mix *x, bs_pfn pfn, uint32_t *slot)
{
	*slot = x->slot_of[pfn];
	return *slot < SLOTS && x->at[*slot] == pfn ? x : NULL;
}

static bool evict(void *arg, bs_pfn pfn, unsigned int order)
{
	struct mix *x = arg;
	uint32_t slot;

	assert_int_equal(order, 0);
	assert_non_null(owner_of(x, pfn, &slot));
	x->at[slot] = SWAPPED;
	x->pages--;
	x->swapped++;
	return true;
}

static bool moved(void *arg, bs_pfn from, bs_pfn to, unsigned int order)
{
	struct mix *x = arg;
	uint32_t slot;

	assert_int_equal(order, 0);
	if (bs_page_cache_has(x->g->cache, from)) {
		bs_page_cache_moved(x->g->cache, from, to);
	} else {
		assert_non_null(owner_of(x, from, &slot));
		x->at[slot] = to;
		x->slot_of[to] = slot;
	}
	return true;
}

static bool stays(void *arg, bs_pfn pfn, unsigned int order)
{
	struct mix *x = arg;
	uint32_t slot;

	return order || (!bs_page_cache_has(x->g->cache, pfn) && !owner_of(x, pfn, &slot));
}

static void give(struct mix *x, uint32_t slot)
{
	if (x->at[slot] == SWAPPED) {
		bs_pressure_unswapped(x->g, 0, 1, false);
		x->swapped--;
	} else if (x->at[slot] != BS_NO_PFN) {
		bs_guest_free(x->g, 0, x->at[slot], 0, bs_page_word(x->g->m, x->at[slot]));
		x->pages--;
	}
	x->at[slot] = BS_NO_PFN;
}

static bool oom(void *arg, unsigned int cpu)
{
	struct mix *x = arg;

	(void)cpu;
	x->kills++;
	for (uint32_t i = 0; i < SLOTS; i++)
		give(x, i);
	return true;
}

static void take(struct mix *x, uint32_t slot)
{
	const struct bs_gfp_use use = {.user = true, .lru = true, .anon = true};
	const bool back = x->at[slot] == SWAPPED;
	bs_pfn pfn;

	if (!back && x->at[slot] != BS_NO_PFN)
		return;
	pfn = bs_guest_alloc(x->g, 0, ANON_GFP, 0, x->id++, use);
	if (pfn == BS_NO_PFN)
		return;
	/* Killed meanwhile, it has nothing to bring back. */
	if (back && x->at[slot] == SWAPPED) {
		bs_pressure_unswapped(x->g, 0, 1, true);
		x->swapped--;
	}
	x->at[slot] = pfn;
	x->slot_of[pfn] = slot;
	x->pages++;
}

static void step(struct mix *x)
{
	const struct bs_gfp_use use = {.lru = true};
	const uint64_t page = bs_rng_below(&x->rng, FILES);
	const uint32_t slot = (uint32_t)bs_rng_below(&x->rng, SLOTS);
	const uint64_t dice = bs_rng_below(&x->rng, 1000);

	if (dice < 350)
		bs_page_cache_read(x->g->cache, 0, page, READ_GFP, x->id++, use);
	else if (dice < 450)
		bs_page_cache_write(x->g->cache, 0, page, READ_GFP, x->id++, use);
	else if (dice < 750)
		take(x, slot);
	else if (dice < 950)
		give(x, slot);
	else if (dice < 990)
		bs_clock_run(&x->t.w.clock, x->t.w.clock.now + BS_NS_PER_MS * (dice - 949) * 10);
	else if (dice < 996)
		bs_guest_reclaim(x->g, 1, bs_rng_below(&x->rng, 1 << 17));
	else if (dice < 998)
		assert_int_equal(bs_guest_compact(x->g, 1), 0);
	else if (dice < 999 && !bs_rng_below(&x->rng, 100))
		bs_guest_drop_caches(x->g, 1);
	else
		bs_guest_set_proactiveness(x->g, (unsigned int)bs_rng_below(&x->rng, 101));
}

static void look(struct mix *x)
{
	struct bs_page_cache_figures f;
	struct bs_error err;

	bs_page_cache_figures(x->g->cache, &f);
	assert_int_equal(x->g->used_bytes, (f.pages + x->pages) << 12);
	assert_int_equal(x->g->pressure->swapped, x->swapped);
	assert_true(x->swapped <= x->g->pressure->swap_pages);
	bs_mm_lru_drain(x->g->m);
	assert_int_equal(bs_mm_lru_pages(x->g->m, BS_MM_LRU_FILE) +
				 bs_mm_lru_pages(x->g->m, BS_MM_LRU_USED),
			 f.pages - f.dirty);
	assert_int_equal(bs_mm_lru_pages(x->g->m, BS_MM_LRU_ANON), x->pages);
	assert_ok(bs_machine_check(x->g->m, &err), &err);
	assert_false(x->t.w.clock.failed);
}

static void mixes(const char *kernel, uint64_t seed, unsigned int steps)
{
	const struct bs_page_cache_setup files = {.pages = FILES};
	struct mix *x = calloc(1, sizeof(*x));
	struct bs_reclaim_costs costs;

	bs_world_test_init(&x->t);
	x->t.machine.kernel = kernel;
	x->g = bs_world_test_add(&x->t, "none");
	x->load = (struct bs_load){.moved = moved, .stays = stays, .arg = x};
	x->g->load = &x->load;
	bs_rng_seed(&x->rng, seed);
	bs_reclaim_costs_default(&costs);
	assert_int_equal(bs_pressure_begin(x->g, &costs, 2000), 0);
	assert_non_null(bs_page_cache_create(x->g, &files));
	x->g->pressure->anon = (struct bs_lru_owner){x, evict};
	x->g->pressure->oom = oom;
	x->g->pressure->oom_arg = x;
	for (uint32_t i = 0; i < SLOTS; i++)
		x->at[i] = BS_NO_PFN;
	/* There is no room for all of it from the beginning on. */
	for (uint32_t i = 0; i < SLOTS; i++)
		take(x, i);
	for (uint32_t i = 0; i < FILES; i++)
		bs_page_cache_read(x->g->cache, 0, i, READ_GFP, x->id++,
				   (struct bs_gfp_use){.lru = true});
	for (unsigned int i = 0; i < steps; i++) {
		step(x);
		if (!(i % 5000))
			look(x);
	}
	look(x);
	assert_true(x->g->pressure->f.by_kswapd + x->g->pressure->f.direct > 0);
	for (uint32_t i = 0; i < SLOTS; i++)
		give(x, i);
	bs_page_cache_drop(x->g->cache, 0);
	look(x);
	assert_int_equal(x->g->used_bytes, 0);
	bs_world_test_free(&x->t);
	free(x);
}

static void test_no_page_is_lost(void **state)
{
	static const char *const kernels[] = {"linux-6.1", "linux-6.12", "linux-7.3"};

	(void)state;
	for (unsigned int i = 0; i < 3; i++)
		mixes(kernels[i], 11 + i, 200000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_page_is_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
