// SPDX-License-Identifier: GPL-2.0-or-later
/* mm_report.c - what a reporter sees of the free lists and may do with their blocks. */
#include "mm_report.h"

#include <assert.h>
#include <errno.h>

#include "buddy.h"
#include "free_area.h"
#include "page_alloc.h"
#include "page_isolation.h"
#include "pcp.h"
#include "watermark.h"

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

static struct bs_block describe(const struct bs_machine *m, bs_pfn pfn, const struct page *p)
{
	return (struct bs_block){.pfn = pfn,
				 .zone = p->zone,
				 .cpu = (uint16_t)m->cpu,
				 .order = p->order,
				 .list_mt = p->list_type,
				 .block_mt = (uint8_t)pageblock_type(m, pfn),
				 .reported = p->flags & PG_REPORTED};
}

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
	*b = describe(m, pfn, p);
	return 0;
}

int bs_mm_zone_of_free(const struct bs_machine *m, bs_pfn pfn, unsigned int order)
{
	const struct page *p;

	if (pfn >= m->max_pfn || order > m->max_order || pfn & (((bs_pfn)1 << order) - 1))
		return -ENOENT;
	p = bs_page(m, pfn, order);
	return (p->flags & PG_BUDDY) && p->order == order ? p->zone : -ENOENT;
}

bool bs_mm_free_around(const struct bs_machine *m, bs_pfn pfn, unsigned int order,
		       struct bs_free_around *is)
{
	for (; order <= m->max_order; order++) {
		const struct page *p = bs_page(m, pfn & ~(((bs_pfn)1 << order) - 1), order);

		if (!(p->flags & PG_BUDDY) || p->order < order)
			continue;
		*is = (struct bs_free_around){p->order, p->list_type, p->flags & PG_REPORTED};
		return true;
	}
	return false;
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

/* ---- Taking blocks, putting them back -------------------------------------------------------- */

bool bs_mm_isolate_free_page(struct bs_machine *m, bs_pfn pfn, unsigned int order)
{
	struct zone *z = pfn_zone(m, pfn);

	assert(z->locked);
	return mm_isolate_free_page(m, z, pfn, order, BS_TAKE);
}

void bs_mm_pull_free_page(struct bs_machine *m, bs_pfn pfn, unsigned int order)
{
	struct zone *z = pfn_zone(m, pfn);

	assert(z->locked);
	/* Counted down whatever the list, ISOLATE included: a defect of the series that pulls this
	 * way (RULES.md, taking a block). */
	mm_mod_free_pages(m, z, -(INT64_C(1) << order));
	mm_take_block(m, z, pfn, order, BS_TAKE);
}

unsigned int bs_mm_putback(struct bs_machine *m, bs_pfn pfn, unsigned int order, unsigned int mt,
			   bool to_tail, bs_pfn *final)
{
	struct zone *z = pfn_zone(m, pfn);

	assert(z->locked && (bs_page(m, pfn, order)->flags & PG_ISOLATED));
	if (mt == BS_MT_NOW)
		mt = pageblock_type(m, pfn);
	mm_untake_block(m, z, pfn, order);
	return mm_free_one(m, z, pfn, order, mt, to_tail ? FPI_TO_TAIL : FPI_NONE, BS_RETURN,
			   final);
}

void bs_mm_pcp_each(const struct bs_machine *m,
		    void (*visit)(void *arg, bs_pfn pfn, unsigned int order), void *arg)
{
	for (unsigned int i = 0; i < m->nr_zones * m->nr_cpus; i++) {
		const struct per_cpu_pages *pcp = &m->zones[i / m->nr_cpus].pcp[i % m->nr_cpus];

		for (unsigned int left = pcp->nonempty; left; left &= left - 1) {
			const unsigned int index = (unsigned int)__builtin_ctz(left);
			const unsigned int order = pcp_index_order(m, index);

			for (bs_pfn pfn = pcp->lists[index].first; pfn != BS_NO_PFN;
			     pfn = bs_page(m, pfn, order)->next)
				visit(arg, pfn, order);
		}
	}
}

const struct bs_machine_counters *bs_mm_counters(const struct bs_machine *m)
{
	return &m->counters;
}
