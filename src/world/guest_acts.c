// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest_acts.h"

#include "locks.h"
#include "migrate.h"
#include "page_cache.h"
#include "pressure_time.h"

/* Nobody else had to wait for a lock that long. */
static void done(struct bs_guest *g, unsigned int cpu)
{
	if (g->pressure)
		bs_pressure_charge(g->pressure, cpu);
	if (unlikely(g->contention))
		bs_contention_skip(g);
}

/* Files that a trace has: they are on the LRU, and no page cache knows them. */
static uint64_t drop_unknown(struct bs_guest *g, unsigned int cpu)
{
	uint64_t pages;

	g->pressure->cpu = cpu;
	pages = bs_mm_drop_all(g->m, cpu);
	g->pressure->f.asked += pages;
	done(g, cpu);
	return pages << g->page_shift;
}

uint64_t bs_guest_drop_caches(struct bs_guest *g, unsigned int cpu)
{
	const uint64_t pages = g->cache ? bs_page_cache_drop_clean(g->cache, cpu) : 0;
	struct bs_reclaim_costs costs;

	if (g->pressure && g->cache_pages && !g->cache)
		return drop_unknown(g, cpu);

	bs_reclaim_costs_default(&costs);
	if (g->pressure) {
		costs = g->pressure->costs;
		g->pressure->f.asked += pages;
	}
	bs_cpu_block(&g->cpus[cpu], g->clock->now, pages * (costs.scan + costs.evict),
		     BS_CAUSE_RECLAIM);
	done(g, cpu);
	return pages << g->page_shift;
}

uint64_t bs_guest_reclaim(struct bs_guest *g, unsigned int cpu, uint64_t bytes)
{
	uint64_t pages;

	if (g->pressure)
		g->pressure->cpu = cpu;
	pages = bs_mm_reclaim_pages(g->m, cpu, bytes >> g->page_shift);
	if (g->pressure)
		g->pressure->f.asked += pages;
	done(g, cpu);
	return pages << g->page_shift;
}

int bs_guest_compact(struct bs_guest *g, unsigned int cpu)
{
	int ret = g->moves.follows ? 0 : bs_guest_may_move(g, NULL);
	uint64_t before;

	if (ret)
		return ret;
	if (g->pressure)
		g->pressure->cpu = cpu;
	bs_guest_mover(g, BS_MOVER_ASKED, cpu);
	before = bs_mm_huge_pages_free(g->m);
	ret = bs_mm_compact_memory(g->m, cpu);
	if (g->pressure)
		bs_pressure_gained(g->pressure, before, 0);
	done(g, cpu);
	return ret;
}

void bs_guest_set_proactiveness(struct bs_guest *g, unsigned int percent)
{
	bs_mm_set_proactiveness(g->m, percent);
	/* It looks at once. */
	if (g->pressure)
		g->pressure->kcompactd.rests = 0;
}

void bs_guest_set_defrag_mode(struct bs_guest *g, bool on)
{
	bs_mm_set_defrag_mode(g->m, on);
	if (g->pressure)
		g->pressure->defrag_mode = bs_mm_defrag_mode(g->m);
}

void bs_guest_caches(const struct bs_guest *g, struct bs_guest_caches *out)
{
	struct bs_page_cache_figures n = {0};
	uint64_t anon;

	if (g->cache)
		bs_page_cache_figures(g->cache, &n);
	*out = (struct bs_guest_caches){
		.clean = (n.pages - n.dirty) << g->page_shift,
		.dirty = n.dirty << g->page_shift,
	};
	out->reclaimable = out->clean;
	if (!g->pressure)
		return;
	anon = bs_mm_lru_pages(g->m, BS_MM_LRU_ANON) + bs_mm_lru_pages(g->m, BS_MM_LRU_HUGE);
	out->swapped = g->pressure->swapped << g->page_shift;
	out->swap_free = (g->pressure->swap_pages - g->pressure->swapped) << g->page_shift;
	anon <<= g->page_shift;
	out->reclaimable += anon < out->swap_free ? anon : out->swap_free;
}
