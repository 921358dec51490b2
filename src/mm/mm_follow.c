// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * follow.c - a guest that is led by what a kernel is known to have done.
 */
#include "mm_follow.h"

#include <errno.h>

#include <buddysim/state.h>

#include "compiler.h"
#include "fallback.h"
#include "free_area.h"
#include "pcp.h"

/* ---- Per-cpu lists --------------------------------------------------------------------------- */

bool bs_mm_on_pcp(const struct bs_machine *m, unsigned int order)
{
	return m->pcp_orders >> order & 1;
}

static struct per_cpu_pages *pcp_of(const struct bs_machine *m, const struct bs_mm_pcp_list *l)
{
	return &m->zones[l->zone].pcp[l->cpu];
}

/* Small guests group nothing: all requests are of one type. */
static unsigned int list_index(const struct bs_machine *m, const struct bs_mm_pcp_list *l)
{
	return pcp_index(m, l->order, m->grouping ? l->mt : BS_MIGRATE_UNMOVABLE);
}

bs_pfn bs_mm_pcp_first(const struct bs_machine *m, const struct bs_mm_pcp_list *l)
{
	return pcp_of(m, l)->lists[list_index(m, l)].first;
}

bs_pfn bs_mm_pcp_next(const struct bs_machine *m, const struct bs_mm_pcp_list *l, bs_pfn pfn)
{
	return bs_page(m, pfn, l->order)->next;
}

bs_pfn bs_mm_bulk_alloc(struct bs_machine *m, const struct bs_mm_pcp_list *l)
{
	struct zone *z = &m->zones[l->zone];
	struct per_cpu_pages *pcp = pcp_of(m, l);
	const int16_t free_factor = pcp->free_factor, free_count = pcp->free_count;
	struct page *p;
	bs_pfn pfn;

	m->cpu = l->cpu;
	pfn = mm_pcp_alloc(m, z, l->order, l->mt, 0);
	/* Only a request of its own halves these. */
	pcp->free_factor = free_factor;
	pcp->free_count = free_count;
	if (pfn == BS_NO_PFN)
		return pfn;
	p = bs_page(m, pfn, l->order);
	p->flags = PG_ALLOCATED;
	p->order = (uint8_t)l->order;
	z->allocs[l->order]++;
	return pfn;
}

void bs_mm_unpop(struct bs_machine *m, bs_pfn pfn, struct bs_mm_pcp_list *l)
{
	const struct page *p = bs_page(m, pfn, l->order);

	l->zone = p->zone;
	m->zones[l->zone].allocs[l->order]--;
	pcp_push_head(m, pcp_of(m, l), list_index(m, l), pfn, l->order);
}

int bs_mm_pcp_append(struct bs_machine *m, const struct bs_mm_pcp_list *l, bs_pfn pfn)
{
	struct bs_mm_pcp_list at = *l;
	struct page *p;
	/* Adopting it first makes sure that it is nobody's. */
	int ret = bs_machine_adopt(m, pfn, l->order);

	if (ret)
		return ret;
	p = bs_page(m, pfn, l->order);
	at.zone = p->zone;
	p->cached_type = pageblock_type(m, pfn) & 0xf;
	pcp_push_tail(m, pcp_of(m, &at), list_index(m, l), pfn, l->order);
	return 0;
}

/* ---- Seizing --------------------------------------------------------------------------------- */

/* The first entry's prev is not kept up to date, so the way there starts at the list's head. */
static bool pcp_remove(struct bs_machine *m, struct per_cpu_pages *pcp, unsigned int index,
		       bs_pfn pfn, unsigned int order)
{
	struct page_list *l = &pcp->lists[index];
	bs_pfn before = BS_NO_PFN, at = l->first;

	while (at != BS_NO_PFN && at != pfn) {
		before = at;
		at = bs_page(m, at, order)->next;
	}
	if (at == BS_NO_PFN)
		return false;
	if (before == BS_NO_PFN) {
		pcp_pop_head(m, pcp, index, order);
		return true;
	}
	bs_page(m, before, order)->next = bs_page(m, pfn, order)->next;
	if (l->last == pfn)
		l->last = before;
	else
		bs_page(m, bs_page(m, pfn, order)->next, order)->prev = before;
	pcp->count -= 1 << order;
	return true;
}

void bs_mm_pcp_move(struct bs_machine *m, const struct bs_mm_pcp_list *l, bs_pfn pfn,
		    unsigned int cpu)
{
	const unsigned int index = list_index(m, l);
	struct zone *z = &m->zones[l->zone];

	if (pcp_remove(m, &z->pcp[l->cpu], index, pfn, l->order))
		pcp_push_head(m, &z->pcp[cpu], index, pfn, l->order);
}

static void leave_pcp(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int order)
{
	for (unsigned int cpu = 0; cpu < m->nr_cpus; cpu++)
		for (unsigned int mt = 0; mt < BS_PCPTYPES; mt++)
			if (pcp_remove(m, &z->pcp[cpu], pcp_index(m, order, mt), pfn, order))
				return;
}

/* Of the free or per-cpu block [head, 2^have) only [pfn, 2^order) is wanted: the other halves go to
 * list @mt, as when a block is split to be handed out. */
static void keep_rest(struct bs_machine *m, struct zone *z, bs_pfn head, unsigned int have,
		      bs_pfn pfn, unsigned int order, unsigned int mt)
{
	while (have > order) {
		bs_pfn half;

		have--;
		half = (bs_pfn)1 << have;
		mm_add_to_free_list(m, z, pfn & half ? head : head + half, have, mt, false);
		mm_account(m, z, half, mt);
		head += pfn & half;
	}
}

/* The block leaves whatever list it is on; what is beyond [pfn, 2^order) stays free. */
static void leave_list(struct bs_machine *m, struct zone *z, bs_pfn head, unsigned int have,
		       bs_pfn pfn, unsigned int order)
{
	struct page *p = bs_page(m, head, have);
	unsigned int mt;

	if (p->flags & PG_BUDDY) {
		mt = mm_del_from_free_list(m, z, head, have, BS_ALLOC);
		mm_account(m, z, -(INT64_C(1) << have), mt);
	} else {
		mt = p->cached_type;
		leave_pcp(m, z, head, have);
		p->flags = 0;
	}
	keep_rest(m, z, head, have, pfn, order, mt);
}

int bs_mm_seize(struct bs_machine *m, bs_pfn pfn, unsigned int order)
{
	const bs_pfn end = pfn + ((bs_pfn)1 << order);
	struct zone *z = pfn < m->max_pfn ? pfn_zone(m, pfn) : NULL;
	unsigned int have;
	bs_pfn head;

	if (order > m->max_order || !z || pfn & (end - pfn - 1) || end > z->end)
		return -EINVAL;
	for (bs_pfn q = pfn; q < end; q = head + ((bs_pfn)1 << have)) {
		const enum bs_page_state s = bs_page_lookup(m, q, &head, &have);

		if (s != BS_PAGE_FREE && s != BS_PAGE_PCP && s != BS_PAGE_RESERVED)
			return s == BS_PAGE_HOLE ? -EINVAL : -EBUSY;
	}
	for (bs_pfn q = pfn; q < end; q = head + ((bs_pfn)1 << have)) {
		if (bs_page_lookup(m, q, &head, &have) == BS_PAGE_RESERVED)
			continue;
		leave_list(m, z, head, have, pfn, order);
		/* From here on it is like memory that was in use when the state was dumped. */
		z->nr_foreign_pages += (uint64_t)1 << (have < order ? have : order);
	}
	return bs_machine_adopt(m, pfn, order);
}

/* ---- Refills --------------------------------------------------------------------------------- */

#define MAX_REFILL 64

/* Leave the free lists for a per-cpu list. */
static bool pull(struct bs_machine *m, bs_pfn pfn, unsigned int order)
{
	struct page *p;

	if (bs_mm_seize(m, pfn, order))
		return false;
	p = bs_page(m, pfn, order);
	p->cached_type = pageblock_type(m, pfn) & 0xf;
	return true;
}

int bs_mm_refill_from(struct bs_machine *m, const struct bs_mm_pcp_list *l, bs_pfn pfn)
{
	struct bs_mm_pcp_list at = *l;
	const bs_pfn size = (bs_pfn)1 << l->order;
	enum rmqueue_mode mode = RMQUEUE_NORMAL;
	bs_pfn pages[MAX_REFILL], head, end;
	struct per_cpu_pages *pcp;
	unsigned int have;
	int want, n = 0;

	if (bs_page_lookup(m, pfn, &head, &have) != BS_PAGE_FREE || have < l->order)
		return -EBUSY;
	/* The largest block that can start there. */
	while (pfn & (((bs_pfn)1 << have) - 1))
		have--;
	if (have < l->order)
		return -EBUSY;
	end = pfn + ((bs_pfn)1 << have);
	at.zone = (unsigned int)(pfn_zone(m, pfn) - m->zones);
	pcp = pcp_of(m, &at);
	want = pcp->batch >> l->order;
	want = want < 2 ? 2 : want > MAX_REFILL ? MAX_REFILL : want;
	m->cpu = l->cpu;
	for (; n < want && pfn < end && pull(m, pfn, l->order); pfn += size)
		pages[n++] = pfn;
	while (n < want) {
		pages[n] = mm_rmqueue_buddy(m, &m->zones[at.zone], l->order, l->mt, 0, &mode);
		if (pages[n] == BS_NO_PFN)
			break;
		if (!m->km.stat_per_removal)
			mm_mod_free_pages(m, &m->zones[at.zone], -(int64_t)size);
		n++;
	}
	while (n--)
		pcp_push_head(m, pcp, list_index(m, l), pages[n], l->order);
	return 0;
}

/* ---- Who owns a page ------------------------------------------------------------------------- */

bool bs_mm_owns(const struct bs_machine *m, bs_pfn pfn, unsigned int order, uint32_t word)
{
	const struct page *p;

	if (unlikely(pfn >= m->max_pfn || pfn & (((bs_pfn)1 << order) - 1)))
		return false;
	p = bs_page(m, pfn, order);
	return (p->flags & PG_ALLOCATED) && p->order == order && p->word == word;
}

void bs_mm_set_owner(struct bs_machine *m, bs_pfn pfn, unsigned int order, uint32_t word, bool lru)
{
	struct page *p = bs_page(m, pfn, order);

	bs_hot_assert((p->flags & PG_ALLOCATED) && p->order == order);
	p->word = word;
	if (!lru)
		return;
	if (likely(!order))
		p->flags |= PG_LRU;
	else
		bs_page_set_lru(m, pfn, order, true);
}

void bs_mm_prefetch(const struct bs_machine *m, bs_pfn pfn)
{
	bs_prefetch(&m->mem_map[pfn < m->max_pfn ? pfn : 0]);
}
