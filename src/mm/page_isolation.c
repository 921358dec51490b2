// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * page_isolation.c - taking pageblocks, or single free blocks, out of circulation and putting them
 * back (RULES.md, isolation).
 */
#include "page_isolation.h"

#include <errno.h>

#include "buddy.h"
#include "free_area.h"
#include "pageblock.h"
#include "pcp.h"
#include "watermark.h"

/* ---- One free block (RULES.md, taking a block) ----------------------------------------------- */

static void retype_to_movable(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int order)
{
	const bs_pfn pages = (bs_pfn)1 << m->pbo;
	const bs_pfn end = pfn + ((bs_pfn)1 << order) - 1;

	for (bs_pfn q = pfn; q < end; q += pages) {
		const unsigned int mt = pageblock_type(m, q);

		if (mt >= BS_PCPTYPES)
			continue;
		m->counters.pageblocks_retyped += mt != BS_MIGRATE_MOVABLE;
		if (m->km.move_refuses_straddle)
			mm_move_block(m, z, q, BS_MIGRATE_MOVABLE, BS_STEAL, NULL);
		else
			set_pageblock_type(m, q, BS_MIGRATE_MOVABLE);
	}
}

void mm_take_block(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int order,
		   enum bs_why why)
{
	struct page *p = bs_page(m, pfn, order);

	mm_del_from_free_list(m, z, pfn, order, why);
	p->flags |= PG_ISOLATED;
	p->word = 0;
	z->nr_isolated_pages += UINT64_C(1) << order;
}

bool mm_isolate_free_page(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int order,
			  enum bs_why why)
{
	const unsigned int mt = pageblock_type(m, pfn);

	if (mt != BS_MIGRATE_ISOLATE) {
		if (!mm_watermark_ok(m, z, 0, z->mark[WMARK_MIN] + (UINT64_C(1) << order), 0, 0))
			return false;
		mm_account(m, z, -(INT64_C(1) << order), mt);
	}
	mm_take_block(m, z, pfn, order, why);
	if (order + 1 >= m->pbo)
		retype_to_movable(m, z, pfn, order);
	return true;
}

void mm_untake_block(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int order)
{
	bs_page(m, pfn, order)->flags &= (uint8_t)~PG_ISOLATED;
	z->nr_isolated_pages -= UINT64_C(1) << order;
}

/* ---- One pageblock --------------------------------------------------------------------------- */

/* Head and order of the free block that covers @pfn; false if none does. */
static bool covering_block(const struct bs_machine *m, const struct zone *z, bs_pfn pfn,
			   bs_pfn *head, unsigned int *order)
{
	for (unsigned int o = 0; o <= m->max_order; o++) {
		*head = pfn & ~(((bs_pfn)1 << o) - 1);
		*order = o;
		if (is_buddy(m, z, *head, o))
			return true;
	}
	return false;
}

/* Cut the pageblock out of a larger free block while giving it another type; else move it.
 * Negative: refused. */
static int isolate_move(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int mt,
			enum bs_why why)
{
	unsigned int order;
	bs_pfn head;

	if (pfn < z->start || pfn + ((bs_pfn)1 << m->pbo) > z->end)
		return -EBUSY;
	if (m->pbo == m->max_order || !covering_block(m, z, pfn, &head, &order) || order <= m->pbo)
		return mm_move_block(m, z, pfn, mt, why, NULL) < 0 ? -EBUSY : 0;
	mm_account(m, z, -(INT64_C(1) << order), pageblock_type(m, head));
	mm_del_from_free_list(m, z, head, order, why);
	set_pageblock_type(m, pfn, mt);
	mm_free_block(m, z, head, order, FPI_NONE, why);
	return 0;
}

/* Does a page in [pfn, end), a pageblock, keep it: is it neither free, nor on its way there, nor to be
 * moved away? */
static bool keeps_pageblock(void *arg, bs_pfn pfn, bs_pfn end)
{
	const struct bs_machine *m = arg;
	const struct zone *z = pfn_zone(m, pfn);

	while (pfn < end) {
		unsigned int order;
		bs_pfn head;
		const enum bs_page_state state = bs_page_lookup(m, pfn, &head, &order);

		if (state == BS_PAGE_RESERVED && !(m->mem_map[pfn].flags & PG_LRU))
			return true;
		if (state == BS_PAGE_ALLOCATED && z->type != BS_ZONE_MOVABLE &&
		    !(bs_page(m, order < m->pbo ? pfn : head, order)->flags & PG_LRU))
			return true;
		if (state == BS_PAGE_ALLOCATED && order < m->pbo)
			pfn++;
		else
			pfn = head + ((bs_pfn)1 << order);
	}
	return false;
}

int mm_set_isolate(struct bs_machine *m, bs_pfn pfn)
{
	struct zone *z = pfn_zone(m, pfn);
	unsigned int was;
	int n;

	pfn &= ~(((bs_pfn)1 << m->pbo) - 1);
	was = pageblock_type(m, pfn);
	if (!z || was == BS_MIGRATE_ISOLATE)
		return -EBUSY;
	if (m->km.isolate_split == KM_SPLIT_INSIDE) {
		if (isolate_move(m, z, pfn, BS_MIGRATE_ISOLATE, BS_ISOLATE))
			return -EBUSY;
		m->pb[pfn >> m->pbo].stored = (uint8_t)was;
		z->nr_isolate_pageblock++;
		return 0;
	}
	m->pb[pfn >> m->pbo].stored = (uint8_t)was;
	m->pb[pfn >> m->pbo].type = BS_MIGRATE_ISOLATE;
	z->nr_isolate_pageblock++;
	n = mm_move_block(m, z, pfn, BS_MIGRATE_ISOLATE, BS_ISOLATE, NULL);
	mm_mod_free_pages(m, z, -(int64_t)n);
	return 0;
}

static int isolate_one(struct bs_machine *m, bs_pfn pfn, const struct mm_isolation *how)
{
	int ret;

	pfn &= ~(((bs_pfn)1 << m->pbo) - 1);
	if (!pfn_zone(m, pfn) || how->keeps(how->arg, pfn, pfn + ((bs_pfn)1 << m->pbo)))
		return -EBUSY;
	ret = mm_set_isolate(m, pfn);
	if (!ret && m->km.isolate_drains)
		mm_drain_zone_all(m, pfn_zone(m, pfn));
	return ret;
}

/* Was the pageblock's block kept from merging only by its isolation? */
static bool merges_when_unisolated(const struct bs_machine *m, const struct zone *z, bs_pfn pfn,
				   unsigned int *order)
{
	bs_pfn buddy;

	for (*order = m->pbo; *order <= m->max_order; (*order)++) {
		if (!is_buddy(m, z, pfn, *order))
			continue;
		/* It merged with another isolated pageblock, and is cut from that first. */
		if (*order > m->pbo && m->km.isolate_split == KM_SPLIT_INSIDE)
			return false;
		buddy = pfn ^ ((bs_pfn)1 << *order);
		if (m->km.unisolate == KM_LOOSE_HEAD)
			return buddy < m->max_pfn && pfn_zone(m, buddy) &&
			       pageblock_type(m, buddy) != BS_MIGRATE_ISOLATE;
		return *order < m->max_order && is_buddy(m, z, buddy, *order) &&
		       pageblock_type(m, buddy) != BS_MIGRATE_ISOLATE;
	}
	return false;
}

/* The taken block comes back as a free of its own (linux-5.4) or quietly at the tail. */
static void give_back(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int order,
		      unsigned int mt)
{
	mm_untake_block(m, z, pfn, order);
	if (m->km.unisolate == KM_LOOSE_HEAD) {
		z->nr_isolate_pageblock--;
		m->pgfree_other += INT64_C(1) << order;
		mm_free_block(m, z, pfn, order, FPI_NONE, BS_UNISOLATE);
		return;
	}
	mm_free_one(m, z, pfn, order, mt, FPI_TO_TAIL, BS_UNISOLATE, NULL);
	z->nr_isolate_pageblock--;
}

void mm_unset_isolate(struct bs_machine *m, bs_pfn pfn, unsigned int mt)
{
	struct zone *z = pfn_zone(m, pfn);
	unsigned int order;
	int n;

	pfn &= ~(((bs_pfn)1 << m->pbo) - 1);
	if (!z || pageblock_type(m, pfn) != BS_MIGRATE_ISOLATE)
		return;
	if (m->km.isolate_keeps_type)
		mt = m->pb[pfn >> m->pbo].stored;
	if (merges_when_unisolated(m, z, pfn, &order)) {
		mm_isolate_free_page(m, z, pfn, order, BS_UNISOLATE);
		set_pageblock_type(m, pfn, mt);
		give_back(m, z, pfn, order, mt);
		return;
	}
	if (m->km.isolate_split == KM_SPLIT_INSIDE) {
		isolate_move(m, z, pfn, mt, BS_UNISOLATE);
	} else {
		n = mm_move_block(m, z, pfn, mt, BS_UNISOLATE, NULL);
		mm_mod_free_pages(m, z, n);
		set_pageblock_type(m, pfn, mt);
	}
	z->nr_isolate_pageblock--;
}

/* ---- A range --------------------------------------------------------------------------------- */

/* Cut a free block at @offset pages, the pieces going to their pageblocks' types. */
void mm_split_free_page(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int order,
			bs_pfn offset)
{
	const bs_pfn end = pfn + ((bs_pfn)1 << order);

	if (pageblock_type(m, pfn) != BS_MIGRATE_ISOLATE)
		mm_mod_free_pages(m, z, -(INT64_C(1) << order));
	mm_del_from_free_list(m, z, pfn, order, BS_ISOLATE);
	for (bs_pfn q = pfn; q < end;) {
		unsigned int k = q ? (unsigned int)__builtin_ctz(q) : order;
		const unsigned int fits = 31u - (unsigned int)__builtin_clz(offset);

		if (k > fits)
			k = fits;
		mm_free_one(m, z, q, k, pageblock_type(m, q), FPI_NONE, BS_ISOLATE, NULL);
		q += (bs_pfn)1 << k;
		offset -= (bs_pfn)1 << k;
		if (!offset)
			offset = end - q;
	}
}

/* Free blocks must not straddle @boundary. */
static void split_at(struct bs_machine *m, bs_pfn boundary)
{
	struct zone *z = pfn_zone(m, boundary < m->max_pfn ? boundary : m->max_pfn - 1);
	unsigned int order;
	bs_pfn head;

	if (!z || !boundary || !covering_block(m, z, boundary - 1, &head, &order))
		return;
	if (head + ((bs_pfn)1 << order) > boundary)
		mm_split_free_page(m, z, head, order, boundary - head);
}

/*
 * A block that reaches across @boundary would, freed or put back, go to one list as a whole, and
 * what is split off it then stands on a list that its pageblock is not of: counted as free, and
 * counted once more when the pageblock is un-isolated. So the kernel's callers keep their ends off
 * blocks: 5.4's align to the largest order, later ones cut free blocks and move or refuse busy ones
 * (RULES.md, isolation). Nothing is moved here: refused.
 */
static bool is_inside_block(const struct bs_machine *m, bs_pfn boundary)
{
	enum bs_page_state state;
	unsigned int order;
	bs_pfn head;

	if (!boundary || boundary >= m->max_pfn)
		return false;
	state = bs_page_lookup(m, boundary, &head, &order);
	if (state == BS_PAGE_FREE && m->km.isolate_split != KM_SPLIT_NO)
		return false;
	return state != BS_PAGE_HOLE && state != BS_PAGE_RESERVED && head != boundary;
}

static int isolate_end(struct bs_machine *m, bs_pfn pfn, bs_pfn boundary,
		       const struct mm_isolation *how)
{
	int ret = isolate_one(m, pfn, how);

	if (!ret && m->km.isolate_split == KM_SPLIT_BY_RANGE)
		split_at(m, boundary);
	return ret;
}

/*
 * What is isolated on both sides of @boundary, by two callers, may have merged across it. Only
 * linux-6.12 cuts it when one of them is done (isolate_move); in the others the whole block would
 * go with the first pageblock, and what is split off it be counted twice as above.
 */
static void part_at(struct bs_machine *m, bs_pfn boundary)
{
	struct zone *z;
	unsigned int order;
	bs_pfn head;

	if (m->km.isolate_split == KM_SPLIT_INSIDE || !boundary || boundary >= m->max_pfn)
		return;
	/* Else it moved whole with the pageblock that it begins in, and was counted so. */
	if (pageblock_type(m, boundary) != BS_MIGRATE_ISOLATE ||
	    pageblock_type(m, boundary - 1) != BS_MIGRATE_ISOLATE)
		return;
	z = pfn_zone(m, boundary);
	if (!z || !covering_block(m, z, boundary, &head, &order) || head == boundary ||
	    bs_page(m, head, order)->list_type != BS_MIGRATE_ISOLATE)
		return;
	mm_del_from_free_list(m, z, head, order, BS_UNISOLATE);
	for (unsigned int i = 0; i < 1u << (order - m->pbo); i++)
		mm_place_free(m, z, head + ((bs_pfn)i << m->pbo), m->pbo, BS_MIGRATE_ISOLATE, false,
			      BS_UNISOLATE, false);
}

void mm_unisolate_range(struct bs_machine *m, bs_pfn start, bs_pfn end, unsigned int mt)
{
	for (bs_pfn pfn = start; pfn < end; pfn += (bs_pfn)1 << m->pbo)
		mm_unset_isolate(m, pfn, mt);
}

/* What [start, end) was isolated by goes back, not what merged with it beside it. */
static void undo(struct bs_machine *m, bs_pfn start, bs_pfn end, const struct mm_isolation *how)
{
	if (how->parts && start < end) {
		part_at(m, start);
		part_at(m, end);
	}
	mm_unisolate_range(m, start, end, how->mt);
}

int mm_isolate_range(struct bs_machine *m, bs_pfn start, bs_pfn end, const struct mm_isolation *how)
{
	const bs_pfn pages = (bs_pfn)1 << m->pbo;
	const bool ends_first = m->km.isolate_split != KM_SPLIT_NO;
	bs_pfn first = start, last = end;

	if (ends_first) {
		if (isolate_end(m, start, start, how))
			return -EBUSY;
		first = start + pages;
		if (first < end) {
			if (isolate_end(m, end - pages, end, how)) {
				undo(m, start, first, how);
				return -EBUSY;
			}
			last = end - pages;
		} else if (m->km.isolate_split == KM_SPLIT_BY_RANGE) {
			split_at(m, end);
		}
	}
	for (bs_pfn pfn = first; pfn < last; pfn += pages)
		if (isolate_one(m, pfn, how)) {
			undo(m, start, pfn, how);
			if (ends_first)
				undo(m, last, end, how);
			return -EBUSY;
		}
	return 0;
}

static int isolate_range(struct bs_machine *m, bs_pfn start, bs_pfn end)
{
	const struct mm_isolation how = {BS_MIGRATE_MOVABLE, true, keeps_pageblock, m};

	if (is_inside_block(m, start) || is_inside_block(m, end))
		return -EBUSY;
	return mm_isolate_range(m, start, end, &how);
}

int bs_isolate_range(struct bs_machine *m, bs_pfn start, bs_pfn end)
{
	const bs_pfn pages = (bs_pfn)1 << m->pbo;

	if ((start | end) & (pages - 1) || start >= end || end > m->max_pfn)
		return -EINVAL;
	return isolate_range(m, start, end);
}

int bs_isolate_pageblock(struct bs_machine *m, bs_pfn pfn)
{
	const bs_pfn pages = (bs_pfn)1 << m->pbo;

	pfn &= ~(pages - 1);
	return isolate_range(m, pfn, pfn + pages);
}

void bs_unisolate_range(struct bs_machine *m, bs_pfn start, bs_pfn end, unsigned int mt)
{
	part_at(m, start);
	part_at(m, end);
	for (bs_pfn pfn = start; pfn < end; pfn += (bs_pfn)1 << m->pbo)
		mm_unset_isolate(m, pfn, mt);
}

void bs_unisolate_pageblock(struct bs_machine *m, bs_pfn pfn, unsigned int mt)
{
	const bs_pfn pages = (bs_pfn)1 << m->pbo;

	pfn &= ~(pages - 1);
	if (pageblock_type(m, pfn) == BS_MIGRATE_ISOLATE)
		bs_unisolate_range(m, pfn, pfn + pages, mt);
}
