// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * reporting.c - what a reporter sees of the free lists (mm_report.h), and the listener.
 */
#include "zone.h"

#include <assert.h>
#include <errno.h>

#include "mm_report.h"

void bs_machine_listen(struct bs_machine *m, const struct bs_hooks *hooks, void *arg)
{
	m->hooks = hooks;
	m->hook_arg = arg;
	if (!hooks)
		for (unsigned int i = 0; i < m->nr_zones; i++)
			m->zones[i].hook_mask = 0;
}

bool bs_mm_has_listener(const struct bs_machine *m)
{
	return m->hooks;
}

/* A hook that the listener does not have is never wanted. */
static uint32_t hooks_present(const struct bs_hooks *h)
{
	uint32_t mask = 0;

	mask |= h->freeing ? BS_HOOK_FREEING : 0u;
	mask |= h->merged ? BS_HOOK_MERGED : 0u;
	mask |= h->place ? BS_HOOK_PLACE : 0u;
	mask |= h->block_in ? BS_HOOK_BLOCK_IN : 0u;
	mask |= h->block_out ? BS_HOOK_BLOCK_OUT : 0u;
	mask |= h->block_move ? BS_HOOK_BLOCK_MOVE : 0u;
	mask |= h->reordered ? BS_HOOK_REORDERED : 0u;
	mask |= h->zone_gone ? BS_HOOK_ZONE_GONE : 0u;
	mask |= h->allocated ? BS_HOOK_ALLOCATED : 0u;
	return mask;
}

void bs_zone_listen(struct bs_machine *m, unsigned int zone, uint32_t mask,
		    unsigned int lowest_order)
{
	m->zones[zone].hook_mask = m->hooks ? mask & hooks_present(m->hooks) : 0;
	m->zones[zone].hook_order = (uint8_t)lowest_order;
}

/* ---- Locks: in replay only a record of who holds what ---------------------------------------- */

void bs_mm_zone_lock(struct bs_machine *m, unsigned int zone)
{
	m->zones[zone].locked = true;
}

void bs_mm_zone_unlock(struct bs_machine *m, unsigned int zone)
{
	m->zones[zone].locked = false;
}

bool bs_mm_zone_locked(const struct bs_machine *m, unsigned int zone)
{
	return m->zones[zone].locked;
}

/* ---- Lists ----------------------------------------------------------------------------------- */

bs_pfn bs_mm_list_first(const struct bs_machine *m, unsigned int zone, unsigned int order,
			unsigned int mt)
{
	return m->zones[zone].area[order][mt].first;
}

bs_pfn bs_mm_list_last(const struct bs_machine *m, unsigned int zone, unsigned int order,
		       unsigned int mt)
{
	return m->zones[zone].area[order][mt].last;
}

bs_pfn bs_mm_list_next(const struct bs_machine *m, unsigned int order, bs_pfn pfn)
{
	return bs_page(m, pfn, order)->next;
}

bs_pfn bs_mm_list_prev(const struct bs_machine *m, unsigned int order, bs_pfn pfn)
{
	return bs_page(m, pfn, order)->prev;
}

void bs_mm_list_rotate(struct bs_machine *m, unsigned int zone, unsigned int order, unsigned int mt,
		       bs_pfn pfn)
{
	struct page_list *l = &m->zones[zone].area[order][mt];
	struct page *p = bs_page(m, pfn, order);

	assert(m->zones[zone].locked);
	if (l->first == pfn)
		return;
	/* Close the ring, open it in front of @pfn. */
	bs_page(m, l->last, order)->next = l->first;
	bs_page(m, l->first, order)->prev = l->last;
	l->first = pfn;
	l->last = p->prev;
	bs_page(m, l->last, order)->next = BS_NO_PFN;
	p->prev = BS_NO_PFN;
}

void bs_mm_list_reorder(struct bs_machine *m, unsigned int zone, unsigned int order,
			unsigned int mt, bs_pfn pfn, bool first)
{
	struct zone *z = &m->zones[zone];
	const bool was_locked = z->locked;

	z->locked = true;
	if (hook_wanted(z, BS_HOOK_REORDERED, order))
		m->hooks->reordered(m->hook_arg, zone, order, mt);
	if (!first)
		pfn = bs_page(m, pfn, order)->next;
	if (pfn != BS_NO_PFN)
		bs_mm_list_rotate(m, zone, order, mt, pfn);
	z->locked = was_locked;
}

/* ---- Blocks ---------------------------------------------------------------------------------- */

int bs_mm_free_block(const struct bs_machine *m, bs_pfn pfn, struct bs_block *b)
{
	const struct page *p;

	if (pfn >= m->max_pfn)
		return -ENOENT;
	p = &m->side[pfn >> m->pbo];
	if (pfn & (((bs_pfn)1 << m->pbo) - 1) || !(p->flags & PG_BUDDY))
		p = &m->mem_map[pfn];
	if (!(p->flags & PG_BUDDY))
		return -ENOENT;
	*b = (struct bs_block){.pfn = pfn,
			       .zone = p->zone,
			       .cpu = (uint16_t)m->cpu,
			       .order = p->order,
			       .list_mt = p->list_type,
			       .block_mt = (uint8_t)pageblock_type(m, pfn),
			       .reported = p->flags & PG_REPORTED};
	return 0;
}

bool bs_mm_is_reported(const struct bs_machine *m, bs_pfn pfn, unsigned int order)
{
	return bs_page(m, pfn, order)->flags & PG_REPORTED;
}

void bs_mm_set_reported(struct bs_machine *m, bs_pfn pfn, unsigned int order, bool on)
{
	struct page *p = bs_page(m, pfn, order);

	if (on)
		p->flags |= PG_REPORTED;
	else
		p->flags &= (uint8_t)~PG_REPORTED;
}

void bs_mm_set_pageblock_type(struct bs_machine *m, bs_pfn pfn, unsigned int mt)
{
	set_pageblock_type(m, pfn, mt);
}

uint32_t bs_mm_block_word(const struct bs_machine *m, bs_pfn pfn, unsigned int order)
{
	return bs_page(m, pfn, order)->word;
}

void bs_mm_set_block_word(struct bs_machine *m, bs_pfn pfn, unsigned int order, uint32_t word)
{
	bs_page(m, pfn, order)->word = word;
}

bool bs_mm_watermark_ok(const struct bs_machine *m, unsigned int zone, unsigned int order,
			uint64_t mark, unsigned int hz)
{
	return mm_watermark_ok(m, &m->zones[zone], order, mark, hz, 0);
}

/* As the slow pass would test it, with the request's own reserves. */
bool bs_mm_would_satisfy(const struct bs_machine *m, unsigned int zone, unsigned int gfp,
			 unsigned int order, uint64_t extra_free, unsigned int extra_order)
{
	const struct zone *z = &m->zones[zone];
	const unsigned int hz = m->gfp_zone[gfp & 15];
	struct zone with;

	if (z->type > hz)
		return false;
	with = *z;
	with.nr_free_pages += (int64_t)extra_free;
	if (extra_free)
		with.nonempty[BS_MIGRATE_MOVABLE] |= (uint16_t)(1u << extra_order);
	return mm_watermark_ok(m, &with, order, z->mark[WMARK_MIN] + z->boost, hz,
			       mm_slowpath_flags(m, order, gfp));
}

void bs_mm_drain_zone(struct bs_machine *m, unsigned int zone)
{
	mm_drain_zone_all(m, &m->zones[zone]);
}

unsigned int bs_mm_pcp_free_factor(const struct bs_machine *m, unsigned int zone, unsigned int cpu)
{
	return (unsigned int)m->zones[zone].pcp[cpu].free_factor;
}

uint64_t bs_mm_kswapd_wakes(const struct bs_machine *m)
{
	return m->kswapd_wakes;
}
