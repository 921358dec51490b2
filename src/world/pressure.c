// SPDX-License-Identifier: GPL-2.0-or-later
#include "pressure.h"

#include <errno.h>
#include <stdlib.h>

#include <buddysim/gfp.h>

#include "content.h"
#include "daemons.h"
#include "fail.h"
#include "host_memory.h"
#include "locks.h"
#include "migrate.h"
#include "pressure_time.h"
#include "vmstat.h"

#define COSTLY 3 /* above that nobody is killed for a block */

/* ---- What is on the LRU ---------------------------------------------------------------------- */

/* The block is nobody's any more; the allocator frees it next. */
static void disown(struct bs_guest *g, unsigned int cpu, bs_pfn pfn, unsigned int order)
{
	const uint32_t id = bs_page_word(g->m, pfn);
	struct bs_error err;

	g->used_bytes -= bs_guest_bytes(g, order);
	bs_vmstat_note(g, cpu);
	if (unlikely(g->watch.owned))
		g->watch.owned(g->watch.arg, pfn, order, false);
	if (g->touch && unlikely(bs_device_free(g->dev, pfn, order, id, &err)))
		bs_guest_fail(g, &err);
	if (g->touch && g->poison != BS_POISON_OFF)
		bs_guest_poison(g, cpu, pfn, order);
}

static bool evict(void *arg, bs_pfn pfn, unsigned int order, bool anon)
{
	struct bs_pressure *p = arg;
	const struct bs_lru_owner *o = anon ? &p->anon : &p->file;

	/* What a dump brought is nobody's: it goes. */
	if (!anon && bs_allocated_order(p->g->m, pfn) < 0)
		return true;
	/* A chunk may be more than what there was room for. */
	if (anon && p->swapped + (UINT64_C(1) << order) > p->swap_pages)
		return false;
	if (!o->evict || !o->evict(o->arg, pfn, order))
		return false;
	disown(p->g, p->cpu, pfn, order);
	if (!anon)
		return true;
	p->swapped += UINT64_C(1) << order;
	p->f.swapped_out += UINT64_C(1) << order;
	if (p->swapped > p->f.swap_peak)
		p->f.swap_peak = p->swapped;
	return true;
}

static uint64_t swap_room(void *arg)
{
	const struct bs_pressure *p = arg;

	return p->swap_pages - p->swapped;
}

static uint64_t shrink(void *arg)
{
	struct bs_pressure *p = arg;

	/* What is dirty goes when nothing clean is left. */
	if (p->write_back && !bs_mm_lru_pages(p->g->m, BS_MM_LRU_FILE))
		p->f.written += p->write_back(p->write_arg);
	return p->shrink ? p->shrink(p->shrink_arg) : 0;
}

/* ---- Requests -------------------------------------------------------------------------------- */

/* It does what mm has for it, and waits as long as that takes. */
static bs_pfn wait_for(struct bs_pressure *p, unsigned int cpu, unsigned int gfp,
		       unsigned int order)
{
	struct bs_machine *m = p->g->m;
	const uint64_t evicted = p->seen.evicted, moved = p->seen.moved;
	const uint64_t huge = bs_mm_huge_pages_free(m);
	bs_pfn pfn;

	p->cpu = cpu;
	p->f.waited++;
	bs_guest_mover(p->g, BS_MOVER_REQUEST, cpu);
	pfn = bs_mm_alloc_waiting(m, cpu, gfp, order);
	bs_pressure_charge(p, cpu);
	if (p->seen.evicted != evicted)
		p->kswapd.failures = 0;
	p->f.direct += p->seen.evicted - evicted;
	if (p->seen.moved != moved)
		bs_pressure_gained(
			p, huge,
			pfn != BS_NO_PFN && order >= bs_guest_big(p->g) ? UINT64_C(1) << order : 0);
	return pfn;
}

bs_pfn bs_pressure_wait(struct bs_guest *g, unsigned int cpu, unsigned int gfp, unsigned int order,
			bs_pfn pfn)
{
	struct bs_pressure *p = g->pressure;

	if (pfn == BS_NO_PFN && gfp & BS_GFP_DIRECT_RECLAIM)
		pfn = wait_for(p, cpu, gfp, order);
	if (bs_mm_kswapd_asked(g->m) != p->asked)
		bs_kswapd_wake(p, cpu, order);
	p->asked = bs_mm_kswapd_asked(g->m);
	return pfn;
}

bs_pfn bs_pressure_oom(struct bs_guest *g, unsigned int cpu, unsigned int gfp, unsigned int order)
{
	struct bs_pressure *p = g->pressure;
	bs_pfn pfn = BS_NO_PFN;

	if (order > COSTLY || !(gfp & BS_GFP_DIRECT_RECLAIM) || !p->oom ||
	    gfp & (BS_GFP_NORETRY | BS_GFP_RETRY_MAYFAIL | BS_GFP_THISNODE))
		return pfn;
	while (pfn == BS_NO_PFN && p->oom(p->oom_arg, cpu)) {
		pfn = bs_alloc_pages(g->m, cpu, gfp, order);
		if (pfn == BS_NO_PFN)
			pfn = wait_for(p, cpu, gfp, order);
	}
	p->asked = bs_mm_kswapd_asked(g->m);
	return pfn;
}

void bs_pressure_unswapped(struct bs_guest *g, unsigned int cpu, uint64_t pages, bool in)
{
	struct bs_pressure *p = g->pressure;

	p->swapped -= pages;
	if (!in)
		return;
	p->f.swapped_in += pages;
	bs_cpu_block(&g->cpus[cpu], g->clock->now, pages * p->costs.swap_in, BS_CAUSE_GUEST_SWAP);
}

/* ---- Life ------------------------------------------------------------------------------------ */

int bs_pressure_begin(struct bs_guest *g, const struct bs_reclaim_costs *costs, uint64_t swap_pages)
{
	struct bs_pressure *p = calloc(1, sizeof(*p));
	const struct bs_mm_evictor e = {
		.arg = p,
		.evict = evict,
		.swap_room = swap_pages ? swap_room : NULL,
		.shrink = shrink,
	};

	if (!p)
		return -ENOMEM;
	p->g = g;
	p->costs = *costs;
	p->swap_pages = swap_pages;
	p->asked = bs_mm_kswapd_asked(g->m);
	if (bs_mm_reclaim_begin(g->m, &e)) {
		free(p);
		return -ENOMEM;
	}
	g->pressure = p;
	if (bs_guest_may_move(g, NULL))
		return -ENOMEM;
	bs_kcompactd_start(p);
	return 0;
}

void bs_pressure_end(struct bs_guest *g)
{
	free(g->pressure);
	g->pressure = NULL;
}
