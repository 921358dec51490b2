// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mm_range.c - a range of memory is taken for one owner; memory blocks go and come.
 *
 * Both begin with the isolation of the range, so that what is freed meanwhile stays in it.
 */
#include "mm_range.h"

#include <errno.h>

#include <buddysim/state.h>

#include "buddy.h"
#include "compaction.h"
#include "free_area.h"
#include "moving.h"
#include "page_isolation.h"
#include "pcp.h"
#include "watermark.h"

/* ---- Free blocks, and memory that is nobody's ------------------------------------------------ */

bs_pfn bs_mm_free_head(const struct bs_machine *m, bs_pfn pfn)
{
	unsigned int order;
	bs_pfn head;

	return bs_page_lookup(m, pfn, &head, &order) == BS_PAGE_FREE ? head : pfn;
}

bs_pfn bs_mm_take_free(struct bs_machine *m, bs_pfn pfn, bs_pfn end)
{
	unsigned int order;
	bs_pfn head, p;

	for (p = pfn; p < end; p = head + ((bs_pfn)1 << order))
		if (bs_page_lookup(m, p, &head, &order) != BS_PAGE_FREE || head != p)
			return BS_NO_PFN;
	for (p = pfn; p < end; p += (bs_pfn)1 << order) {
		struct zone *z = pfn_zone(m, p);
		unsigned int mt;

		bs_page_lookup(m, p, &head, &order);
		mt = mm_del_from_free_list(m, z, p, order, BS_ALLOC);
		mm_account(m, z, -(INT64_C(1) << order), mt);
		z->nr_foreign_pages += UINT64_C(1) << order;
	}
	return p;
}

void bs_mm_abandon(struct bs_machine *m, bs_pfn pfn, unsigned int order)
{
	struct page *p = bs_page(m, pfn, order);

	p->flags = 0;
	m->zones[p->zone].nr_foreign_pages += UINT64_C(1) << order;
}

int bs_mm_free_run(struct bs_machine *m, unsigned int cpu, bs_pfn pfn, bs_pfn n)
{
	while (n) {
		unsigned int order = pfn ? (unsigned int)__builtin_ctz(pfn) : m->max_order;

		if (order > m->max_order)
			order = m->max_order;
		while ((bs_pfn)1 << order > n)
			order--;
		if (bs_machine_adopt(m, pfn, order))
			return -EBUSY;
		bs_free_pages(m, cpu, pfn, order);
		pfn += (bs_pfn)1 << order;
		n -= (bs_pfn)1 << order;
	}
	return 0;
}

bool bs_mm_frees_runs(const struct bs_machine *m)
{
	return m->km.contig_in_blocks;
}

/* ---- Ranges for one owner -------------------------------------------------------------------- */

static int free_pages_of(struct bs_machine *m, unsigned int cpu, bs_pfn start, bs_pfn end)
{
	if (m->km.contig_in_blocks)
		return bs_mm_free_run(m, cpu, start, end - start);
	for (bs_pfn p = start; p < end; p++)
		if (bs_mm_free_run(m, cpu, p, 1))
			return -EBUSY;
	return 0;
}

void bs_mm_free_contig(struct bs_machine *m, unsigned int cpu, bs_pfn start, bs_pfn end)
{
	free_pages_of(m, cpu, start, end);
}

unsigned int bs_mm_contig_order(const struct bs_machine *m)
{
	return m->km.isolate_split == KM_SPLIT_NO ? m->max_order : m->pbo;
}

int bs_mm_alloc_contig(struct bs_machine *m, unsigned int cpu, bs_pfn start, bs_pfn end)
{
	const bs_pfn pages = (bs_pfn)1 << bs_mm_contig_order(m);
	const bs_pfn first = start & ~(pages - 1), last = (end + pages - 1) & ~(pages - 1);
	bs_pfn from, to;
	int ret;

	if (start >= end || last > m->max_pfn)
		return -EINVAL;
	m->cpu = cpu;
	/* A page that waits for the LRU would pass for one that cannot be moved. */
	if (m->compaction)
		mm_lru_drain(m);
	if (bs_isolate_range(m, first, last))
		return -EBUSY;
	for (unsigned int i = 0; i < m->nr_zones; i++)
		if (m->zones[i].start < last && m->zones[i].end > first)
			mm_drain_zone_all(m, &m->zones[i]);
	/* What has left lies on no per-cpu list: it is freed into isolated pageblocks. */
	ret = mm_empty_range(m, cpu, start, end);
	from = bs_mm_free_head(m, start);
	to = ret ? BS_NO_PFN : bs_mm_take_free(m, from, end);
	if (to != BS_NO_PFN) {
		free_pages_of(m, cpu, from, start);
		free_pages_of(m, cpu, end, to);
	}
	bs_unisolate_range(m, first, last, BS_MIGRATE_MOVABLE);
	return to == BS_NO_PFN ? -EBUSY : 0;
}

/* ---- Memory blocks --------------------------------------------------------------------------- */

void bs_mm_pcp_disable(struct bs_machine *m, unsigned int zone)
{
	mm_pcp_disable(m, &m->zones[zone]);
}

void bs_mm_pcp_enable(struct bs_machine *m, unsigned int zone)
{
	mm_pcp_enable(m, &m->zones[zone]);
}

void bs_mm_isolated_gone(struct bs_machine *m, bs_pfn start, bs_pfn end)
{
	pfn_zone(m, start)->nr_isolate_pageblock -= (end - start) >> m->pbo;
}

int bs_mm_managed_gone(struct bs_machine *m, bs_pfn start, bs_pfn end)
{
	struct zone *z = pfn_zone(m, start);

	z->nr_foreign_pages -= end - start;
	z->managed -= end - start;
	z->present -= end - start;
	if (m->km.reserves_follow)
		mm_set_reserves(m);
	return mm_remove_range(m, start, end);
}

void bs_mm_page_managed(struct bs_machine *m, bs_pfn pfn, bool on)
{
	struct zone *z = pfn_zone(m, pfn);

	z->nr_foreign_pages += on ? 1 : -1;
	z->managed += on ? 1 : -1;
	if (m->km.reserves_follow)
		mm_set_reserves(m);
}

void bs_mm_unmanage(struct bs_machine *m, bs_pfn pfn, unsigned int order)
{
	const bool movable = order < m->pbo && bs_page(m, pfn, order)->flags & PG_LRU;

	bs_mm_abandon(m, pfn, order);
	for (bs_pfn p = pfn; p < pfn + ((bs_pfn)1 << order); p++) {
		bs_mm_page_managed(m, p, false);
		if (movable)
			m->mem_map[p].flags |= PG_LRU;
	}
}

void bs_mm_manage(struct bs_machine *m, bs_pfn pfn, unsigned int order)
{
	for (bs_pfn p = pfn; p < pfn + ((bs_pfn)1 << order); p++)
		bs_mm_page_managed(m, p, true);
	bs_machine_adopt(m, pfn, order);
}

int bs_mm_take_range(struct bs_machine *m, unsigned int cpu, bs_pfn start, bs_pfn end)
{
	const int ret = bs_mm_alloc_contig(m, cpu, start, end);

	for (bs_pfn p = start; p < end && !ret; p++)
		bs_mm_page_managed(m, p, false);
	return ret;
}

void bs_mm_hand_over(struct bs_machine *m, unsigned int cpu, bs_pfn pfn, unsigned int order)
{
	struct zone *z = pfn_zone(m, pfn);

	m->cpu = cpu;
	for (bs_pfn p = pfn; p < pfn + ((bs_pfn)1 << order); p++)
		bs_mm_page_managed(m, p, true);
	z->nr_foreign_pages -= UINT64_C(1) << order;
	mm_free_block(m, z, pfn, order, FPI_TO_TAIL, BS_FREE);
}

void bs_mm_isolated_come(struct bs_machine *m, bs_pfn start, bs_pfn end)
{
	for (bs_pfn p = start; p < end; p += (bs_pfn)1 << m->pbo) {
		m->pb[p >> m->pbo].type = BS_MIGRATE_ISOLATE;
		m->pb[p >> m->pbo].stored = BS_MIGRATE_MOVABLE;
	}
	pfn_zone(m, start)->nr_isolate_pageblock += (end - start) >> m->pbo;
}

int bs_mm_online_chunk(struct bs_machine *m, bs_pfn pfn, unsigned int order)
{
	struct zone *z = pfn_zone(m, pfn);
	const bs_pfn size = (bs_pfn)1 << order;

	if (mm_add_range(m, pfn, pfn + size, z->node))
		return -ENOMEM;
	mm_free_block(m, z, pfn, order, FPI_TO_TAIL, BS_FREE);
	z->managed += size;
	z->present += size;
	if (m->km.reserves_follow)
		mm_set_reserves(m);
	return 0;
}

int bs_mm_set_span(struct bs_machine *m, unsigned int zone, bs_pfn start, bs_pfn end)
{
	return mm_set_span(m, &m->zones[zone], start, end);
}

void bs_mm_marks_anew(struct bs_machine *m, bool for_huge_pages)
{
	if (for_huge_pages)
		mm_marks_for_huge_pages(m);
	else
		mm_marks_from_memory(m);
	for (unsigned int i = 0; i < m->nr_zones; i++)
		mm_pcp_resize(m, &m->zones[i]);
}

/* Is [start, end) in one zone, of which it leaves something? */
static struct zone *zone_of_block(const struct bs_machine *m, bs_pfn start, bs_pfn end)
{
	const bs_pfn size = (bs_pfn)1 << m->max_order;
	struct zone *z = start < m->max_pfn ? pfn_zone(m, start) : NULL;

	if (!z || (start | end) & (size - 1) || start >= end || start < z->start || end > z->end ||
	    z->managed <= end - start)
		return NULL;
	return z;
}

int bs_mm_offline(struct bs_machine *m, unsigned int cpu, bs_pfn start, bs_pfn end)
{
	struct zone *z = zone_of_block(m, start, end);
	int ret = -EBUSY;

	if (!z)
		return -EINVAL;
	m->cpu = cpu;
	mm_pcp_disable(m, z);
	if (!bs_isolate_range(m, start, end)) {
		if (!mm_empty_range(m, cpu, start, end) && bs_mm_take_free(m, start, end) == end) {
			bs_mm_isolated_gone(m, start, end);
			ret = 0;
		} else {
			bs_unisolate_range(m, start, end, BS_MIGRATE_MOVABLE);
		}
	}
	mm_pcp_enable(m, z);
	if (ret)
		return ret;
	ret = bs_mm_managed_gone(m, start, end);
	bs_mm_marks_anew(m, false);
	bs_mm_marks_anew(m, true);
	return ret;
}

int bs_mm_online(struct bs_machine *m, unsigned int cpu, bs_pfn start, bs_pfn end)
{
	int ret = 0;

	m->cpu = cpu;
	bs_mm_isolated_come(m, start, end);
	for (bs_pfn p = start; p < end && !ret; p += (bs_pfn)1 << m->max_order)
		ret = bs_mm_online_chunk(m, p, m->max_order);
	bs_unisolate_range(m, start, end, BS_MIGRATE_MOVABLE);
	bs_mm_marks_anew(m, false);
	bs_mm_marks_anew(m, true);
	return ret;
}
