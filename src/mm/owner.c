// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * owner.c - what a caller may do with the blocks that are its own: ask their order, keep a word in
 * them, say which pages count as movable, split them.
 */
#include <assert.h>
#include <errno.h>

#include "zone.h"

/* Descriptor of the allocated block that starts at @pfn; NULL if none does. */
static struct page *allocated_page(const struct bs_machine *m, bs_pfn pfn)
{
	struct page *p = &m->side[pfn >> m->pbo];

	if (!(pfn & (((bs_pfn)1 << m->pbo) - 1)) && (p->flags & PG_ALLOCATED))
		return p;
	p = &m->mem_map[pfn];
	return m->pb[pfn >> m->pbo].fine && (p->flags & PG_ALLOCATED) ? p : NULL;
}

int bs_allocated_order(const struct bs_machine *m, bs_pfn pfn)
{
	const struct page *p = pfn < m->max_pfn ? allocated_page(m, pfn) : NULL;

	return p ? p->order : -1;
}

uint32_t bs_page_word(const struct bs_machine *m, bs_pfn pfn)
{
	const struct page *p = allocated_page(m, pfn);

	assert(p);
	return p->word;
}

void bs_page_set_word(struct bs_machine *m, bs_pfn pfn, uint32_t word)
{
	struct page *p = allocated_page(m, pfn);

	assert(p);
	p->word = word;
}

static void set_flag(struct page *p, uint8_t flag, bool on)
{
	p->flags = (uint8_t)(on ? p->flags | flag : p->flags & ~flag);
}

void bs_page_set_lru(struct bs_machine *m, bs_pfn pfn, unsigned int order, bool lru)
{
	struct page *p = bs_page(m, pfn, order);
	unsigned int have;
	bs_pfn head;

	/* Nearly every call: one page that has just been handed out. */
	if (likely(!order && (p->flags & PG_ALLOCATED) && !p->order)) {
		set_flag(p, PG_LRU, lru);
		return;
	}
	if (bs_page_lookup(m, pfn, &head, &have) == BS_PAGE_ALLOCATED) {
		/* A block described by one entry is movable as a whole or not at all. */
		if (have >= m->pbo) {
			assert(have == order);
			set_flag(bs_page(m, head, have), PG_LRU, lru);
			return;
		}
		/* Stays set when a part loses its bits: it only says that some page may have one. */
		if (lru)
			set_flag(&m->mem_map[head], PG_HAS_LRU, true);
	}
	m->pb[pfn >> m->pbo].fine = true;
	for (bs_pfn q = pfn; q < pfn + ((bs_pfn)1 << order); q++)
		set_flag(&m->mem_map[q], PG_LRU, lru);
}

/* Write the descriptor of an allocated block at its (new) place. */
static void set_allocated(struct bs_machine *m, bs_pfn pfn, unsigned int order,
			  const struct page *like, bool lru)
{
	struct page *p = bs_page(m, pfn, order);
	const uint8_t keep = order < m->pbo ? p->flags & PG_LRU : 0;

	*p = *like;
	p->order = (uint8_t)order;
	p->flags = PG_ALLOCATED | keep;
	if (order < m->pbo) {
		m->pb[pfn >> m->pbo].fine = true;
		if (lru)
			p->flags |= PG_HAS_LRU;
	} else if (lru) {
		p->flags |= PG_LRU;
	}
}

int bs_split_allocated(struct bs_machine *m, bs_pfn pfn, unsigned int order)
{
	unsigned int have;
	struct page like;
	bs_pfn head;
	bool lru;

	if (bs_page_lookup(m, pfn, &head, &have) != BS_PAGE_ALLOCATED || have < order ||
	    pfn & (((bs_pfn)1 << order) - 1))
		return -ENOENT;
	like = *bs_page(m, head, have);
	lru = like.flags & (PG_LRU | PG_HAS_LRU);
	while (have > order) {
		const bs_pfn half = (bs_pfn)1 << (have - 1);

		/* From one descriptor for all pages to one per page: LRU becomes theirs. */
		if (have == m->pbo) {
			bs_page(m, head, have)->flags = 0;
			for (bs_pfn q = head; lru && q < head + 2 * half; q++)
				m->mem_map[q].flags = PG_LRU;
		}
		have--;
		set_allocated(m, head, have, &like, lru);
		set_allocated(m, head + half, have, &like, lru);
		if (pfn >= head + half)
			head += half;
	}
	return 0;
}
