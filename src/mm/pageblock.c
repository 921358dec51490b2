// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pageblock.c - what a pageblock holds, and moving its free blocks to another migratetype's lists
 * (RULES.md, fallback).
 */
#include "pageblock.h"

#include "free_area.h"

/* One step of the walk over a pageblock: the free block at @pfn, or one page. */
struct pageblock_walk {
	bs_pfn pfn, end;
	unsigned int free, movable;
};

/*
 * Blocks of pageblock order and above are described in the side table: a free one that starts here
 * is moved whole, one that starts in an earlier pageblock is invisible, and beside an allocated one
 * there is nothing free here, so nobody asks what is movable. True: no smaller block needs looking
 * at.
 */
static bool walk_large(struct bs_machine *m, struct zone *z, struct pageblock_walk *w, int mt,
		       enum bs_why why)
{
	const bs_pfn pages = (bs_pfn)1 << m->pbo;

	if (w->pfn & (pages - 1))
		return false;
	for (unsigned int order = m->pbo; order <= m->max_order; order++) {
		const bs_pfn head = w->pfn & ~(((bs_pfn)1 << order) - 1);
		const struct page *p = &m->side[head >> m->pbo];

		if (!(p->flags & PG_STATE) || p->order != order)
			continue;
		if ((p->flags & PG_BUDDY) && head == w->pfn) {
			w->free += 1u << order;
			if (mt >= 0)
				mm_move_to_free_list(m, z, head, order, (unsigned int)mt, why);
		}
		return true;
	}
	return !m->pb[w->pfn >> m->pbo].fine;
}

/* Walk the pageblock upward from its first pfn; @mt < 0 only counts. */
static void walk_block(struct bs_machine *m, struct zone *z, struct pageblock_walk *w, int mt,
		       enum bs_why why)
{
	if (walk_large(m, z, w, mt, why))
		return;
	while (w->pfn < w->end) {
		const struct page *p = &m->mem_map[w->pfn];

		if (p->flags & PG_BUDDY) {
			const unsigned int order = p->order;

			if (mt >= 0)
				mm_move_to_free_list(m, z, w->pfn, order, (unsigned int)mt, why);
			w->free += 1u << order;
			w->pfn += (bs_pfn)1 << order;
			continue;
		}
		if (p->flags & PG_LRU)
			w->movable++;
		w->pfn++;
	}
}

/* Bounds of the walk over the pageblock of @pfn; false: it may not be walked. */
static bool walk_bounds(const struct bs_machine *m, const struct zone *z, bs_pfn pfn,
			struct pageblock_walk *w)
{
	const bs_pfn pages = (bs_pfn)1 << m->pbo;

	w->pfn = pfn & ~(pages - 1);
	w->end = w->pfn + pages;
	if (w->end > z->end)
		return false;
	if (w->pfn < z->start) {
		if (m->km.move_refuses_straddle)
			return false;
		w->pfn = pfn;
	}
	return true;
}

int mm_move_block(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int mt,
		  enum bs_why why, unsigned int *movable)
{
	struct pageblock_walk w = {0};

	if (!walk_bounds(m, z, pfn, &w)) {
		if (movable)
			*movable = 0;
		return m->km.move_refuses_straddle ? -1 : 0;
	}
	walk_block(m, z, &w, (int)mt, why);
	if (movable)
		*movable = w.movable;
	if (m->km.move_refuses_straddle)
		set_pageblock_type(m, pfn, mt);
	return (int)w.free;
}

bool mm_count_block(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int *free,
		    unsigned int *movable)
{
	struct pageblock_walk w = {0};

	if (!walk_bounds(m, z, pfn, &w))
		return false;
	walk_block(m, z, &w, -1, BS_STEAL);
	*free = w.free;
	*movable = w.movable;
	return true;
}
