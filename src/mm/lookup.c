// SPDX-License-Identifier: GPL-2.0-or-later
/* lookup.c - what a page is: the block that it belongs to, found from the largest order down. */
#include "zone.h"

bool mm_is_memory(const struct bs_machine *m, bs_pfn pfn)
{
	for (unsigned int i = 0; i < m->nr_ranges; i++)
		if (pfn >= m->ranges[i].start && pfn < m->ranges[i].end)
			return pfn_zone(m, pfn);
	return false;
}

static enum bs_page_state state_of(uint8_t flags)
{
	if (flags & PG_BUDDY)
		return BS_PAGE_FREE;
	if (flags & PG_PCP)
		return BS_PAGE_PCP;
	return flags & PG_ALLOCATED ? BS_PAGE_ALLOCATED : BS_PAGE_ISOLATED;
}

enum bs_page_state bs_page_lookup(const struct bs_machine *m, bs_pfn pfn, bs_pfn *head,
				  unsigned int *order)
{
	*head = pfn;
	*order = 0;
	if (pfn >= m->max_pfn)
		return BS_PAGE_HOLE;
	/* From the largest down: memory in large blocks then never touches mem_map. */
	for (int o = (int)m->max_order; o >= 0; o--) {
		const bs_pfn h = pfn & ~(((bs_pfn)1 << o) - 1);
		const struct page *p = bs_page(m, h, (unsigned int)o);

		if (o == (int)m->pbo - 1 && !m->pb[pfn >> m->pbo].fine)
			break;
		if (!(p->flags & PG_STATE) || p->order != o)
			continue;
		*head = h;
		*order = (unsigned int)o;
		return state_of(p->flags);
	}
	return mm_is_memory(m, pfn) ? BS_PAGE_RESERVED : BS_PAGE_HOLE;
}

enum bs_page_state bs_page_state(const struct bs_machine *m, bs_pfn pfn)
{
	unsigned int order;
	bs_pfn head;

	return bs_page_lookup(m, pfn, &head, &order);
}

/* Descriptor of the block that starts at @pfn, NULL if none does. */
static const struct page *block_at(const struct bs_machine *m, bs_pfn pfn)
{
	const struct page *p = &m->side[pfn >> m->pbo];

	if (!(pfn & (((bs_pfn)1 << m->pbo) - 1)) && (p->flags & PG_STATE))
		return p;
	p = &m->mem_map[pfn];
	return p->flags & PG_STATE ? p : NULL;
}

int bs_machine_walk(const struct bs_machine *m,
		    int (*visit)(void *arg, bs_pfn pfn, unsigned int order,
				 enum bs_page_state state),
		    void *arg)
{
	const bs_pfn pages = (bs_pfn)1 << m->pbo;

	for (bs_pfn pfn = 0; pfn < m->max_pfn;) {
		const struct page *p = &m->side[pfn >> m->pbo];
		int ret;

		if (!(pfn & (pages - 1)) && !(p->flags & PG_STATE) && !m->pb[pfn >> m->pbo].fine) {
			pfn += pages;
			continue;
		}
		p = block_at(m, pfn);
		if (!p) {
			pfn++;
			continue;
		}
		ret = visit(arg, pfn, p->order, state_of(p->flags));
		if (ret)
			return ret;
		pfn += (bs_pfn)1 << p->order;
	}
	return 0;
}
