// SPDX-License-Identifier: GPL-2.0-or-later
/* adopt.c - memory that was in use when a state was dumped becomes a caller's block. */
#include <buddysim/state.h>

#include <errno.h>

#include "zone.h"

int bs_machine_adopt(struct bs_machine *m, bs_pfn pfn, unsigned int order)
{
	const bs_pfn size = (bs_pfn)1 << order;
	struct zone *z = pfn < m->max_pfn ? pfn_zone(m, pfn) : NULL;
	struct page *p;
	bool lru = false;

	if (order > m->max_order || !z || pfn & (size - 1) || pfn + size > z->end)
		return -EINVAL;
	if (z->nr_foreign_pages < size)
		return -EBUSY;
	for (bs_pfn q = pfn; q < pfn + size; q++) {
		bs_pfn head;
		unsigned int o;

		if (bs_page_lookup(m, q, &head, &o) != BS_PAGE_RESERVED)
			return -EBUSY;
		lru |= m->mem_map[q].flags & PG_LRU;
	}
	p = bs_page(m, pfn, order);
	if (order < m->pbo) {
		m->pb[pfn >> m->pbo].fine = true;
		p->flags |= (uint8_t)(PG_ALLOCATED | (lru ? PG_HAS_LRU : 0));
	} else {
		/* Above pageblock order a block is movable as a whole. */
		for (bs_pfn q = pfn; lru && q < pfn + size; q++)
			m->mem_map[q].flags &= (uint8_t)~PG_LRU;
		p->flags = (uint8_t)(PG_ALLOCATED | (lru ? PG_LRU : 0));
	}
	p->order = (uint8_t)order;
	p->zone = z->index;
	p->word = 0;
	z->nr_foreign_pages -= size;
	return 0;
}
