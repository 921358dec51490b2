// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest_memory.h"

#include <buddysim/gfp.h>

#include "pressure.h"

/* Before an allocation that may reclaim fails, who holds pages as a driver is asked for some, again
 * and again as long as any come (shrinker, DEFLATE_ON_OOM). */
bs_pfn bs_guest_alloc_again(struct bs_guest *g, unsigned int cpu, unsigned int gfp,
			    unsigned int order)
{
	struct bs_report_stats before, after;
	bs_pfn pfn = BS_NO_PFN;

	if (!(g->strategy->caps & BS_CAP_CLIENT) || !(gfp & BS_GFP_DIRECT_RECLAIM))
		return BS_NO_PFN;
	bs_report_stats(g->rc, &before);
	while (pfn == BS_NO_PFN) {
		g->client_works = true;
		g->client_cpu = cpu;
		bs_report_event(g->rc, BS_EVENT_SHRINK, UINT64_C(1) << order);
		g->client_works = false;
		bs_report_stats(g->rc, &after);
		if (after.client_bytes == before.client_bytes)
			break;
		before = after;
		pfn = bs_alloc_pages(g->m, cpu, gfp, order);
	}
	if (pfn != BS_NO_PFN)
		g->rescued++;
	return pfn;
}

bs_pfn bs_guest_alloc_late(struct bs_guest *g, unsigned int cpu, unsigned int gfp,
			   unsigned int order)
{
	bs_pfn pfn = BS_NO_PFN;

	if (g->pressure)
		pfn = bs_pressure_wait(g, cpu, gfp, order, pfn);
	return pfn == BS_NO_PFN ? bs_guest_alloc_again(g, cpu, gfp, order) : pfn;
}

void bs_guest_refused(struct bs_guest *g, unsigned int gfp, unsigned int order)
{
	g->alloc_failed++;
	if (bs_report_false_oom(g->rc, gfp, order))
		g->false_oom++;
}

void bs_guest_free_poisoned(struct bs_guest *g, unsigned int cpu, bs_pfn pfn, unsigned int order)
{
	if (g->poison == BS_POISON_BEFORE)
		bs_guest_poison(g, cpu, pfn, order);
	bs_free_pages(g->m, cpu, pfn, order);
	if (g->poison == BS_POISON_AFTER)
		bs_guest_poison(g, cpu, pfn, order);
}

static void join(struct bs_guest *g, bs_pfn pfn, enum bs_mm_lru lru)
{
	if (bs_mm_lru_join(g->m, pfn, lru))
		bs_guest_fail_memory(g);
}

/* Only what can go somewhere need be known by its age. */
void bs_guest_joins(struct bs_guest *g, bs_pfn pfn, unsigned int order)
{
	if (!g->pressure || !g->pressure->swap_pages)
		return;
	if (!order)
		join(g, pfn, BS_MM_LRU_ANON);
	else if (order == bs_guest_big(g))
		join(g, pfn, BS_MM_LRU_HUGE);
}

static void hand_out(struct bs_guest *g, unsigned int cpu, bs_pfn pfn, unsigned int order,
		     uint32_t id, struct bs_gfp_use use)
{
	bs_page_set_word(g->m, pfn, id);
	if (use.lru)
		bs_page_set_lru(g->m, pfn, order, true);
	if (unlikely(g->pressure) && use.cache)
		join(g, pfn, BS_MM_LRU_FILE);
	else if (unlikely(g->pressure) && use.anon)
		bs_guest_joins(g, pfn, order);
	bs_guest_own(g, cpu, pfn, order, id, use.user);
}

/* Where memory is reclaimed, a request that may wait does; with defrag_mode it asks otherwise from the first attempt on. */
static inline bs_pfn ask(struct bs_guest *g, unsigned int cpu, unsigned int gfp, unsigned int order)
{
	bool otherwise;

	if (likely(!g->pressure))
		return bs_alloc_pages(g->m, cpu, gfp, order);
	otherwise = g->pressure->defrag_mode && gfp & BS_GFP_DIRECT_RECLAIM;
	return bs_pressure_request(g, cpu, gfp, order,
				   otherwise ? BS_NO_PFN : bs_alloc_pages(g->m, cpu, gfp, order));
}

bs_pfn bs_guest_try(struct bs_guest *g, unsigned int cpu, unsigned int gfp, unsigned int order,
		    uint32_t id, struct bs_gfp_use use)
{
	const bs_pfn pfn = ask(g, cpu, gfp, order);

	if (pfn != BS_NO_PFN)
		hand_out(g, cpu, pfn, order, id, use);
	return pfn;
}

bs_pfn bs_guest_take(struct bs_guest *g, unsigned int cpu, unsigned int gfp, unsigned int order)
{
	const bs_pfn pfn = ask(g, cpu, gfp, order);

	return likely(pfn != BS_NO_PFN) ? pfn : bs_guest_alloc_again(g, cpu, gfp, order);
}

bs_pfn bs_guest_alloc(struct bs_guest *g, unsigned int cpu, unsigned int gfp, unsigned int order,
		      uint32_t id, struct bs_gfp_use use)
{
	bs_pfn pfn = ask(g, cpu, gfp, order);

	if (unlikely(pfn == BS_NO_PFN))
		pfn = bs_guest_alloc_again(g, cpu, gfp, order);
	if (unlikely(pfn == BS_NO_PFN) && g->pressure)
		pfn = bs_pressure_oom(g, cpu, gfp, order);
	if (unlikely(pfn == BS_NO_PFN)) {
		bs_guest_refused(g, gfp, order);
		return pfn;
	}
	hand_out(g, cpu, pfn, order, id, use);
	return pfn;
}

void bs_guest_free(struct bs_guest *g, unsigned int cpu, bs_pfn pfn, unsigned int order,
		   uint32_t id)
{
	struct bs_error err;
	bs_pfn head;
	unsigned int of;
	bool is = bs_page_lookup(g->m, pfn, &head, &of) == BS_PAGE_ALLOCATED;

	if (unlikely(g->pressure) && is)
		bs_mm_lru_leave(g->m, head, of);
	if (!is || (of != order && bs_split_allocated(g->m, pfn, order))) {
		bs_error_set(&err, BS_INVARIANT, 0, NULL, NULL,
			     "pfn %u, order %u: no block in use, and no part of one", pfn, order);
		bs_guest_fail(g, &err);
		return;
	}
	bs_guest_disown(g, cpu, pfn, order, id, true);
}

struct preset {
	struct bs_guest *g;
	bool all;
};

static int preset(void *arg, bs_pfn pfn, unsigned int order, enum bs_page_state state)
{
	const struct preset *p = arg;

	if (state == BS_PAGE_PCP || (state == BS_PAGE_FREE && p->all))
		bs_device_preset_resident(p->g->dev, pfn, order);
	return 0;
}

void bs_guest_preset_resident(struct bs_guest *g, bool all)
{
	struct preset p = {.g = g, .all = all};

	bs_machine_walk(g->m, preset, &p);
}

void bs_guest_touch_again(struct bs_guest *g, unsigned int cpu, bs_pfn pfn, unsigned int order)
{
	struct bs_fault_cost cost;

	if (!g->touch)
		return;
	bs_device_touch(g->dev, pfn, order, g->clock->now, &cost);
	bs_guest_faulted(g, cpu, cost);
	bs_host_memory_changed(g, cpu);
}
