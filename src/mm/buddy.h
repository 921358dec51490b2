/* SPDX-License-Identifier: GPL-2.0-or-later */
/* buddy.h - merging, splitting and taking blocks: the rules between two buddies. */
#ifndef BS_MM_BUDDY_H
#define BS_MM_BUDDY_H

#include "zone.h"

/* How a block is put on its list by free_one(). */
enum fpi { FPI_NONE = 0, FPI_TO_TAIL = 1 };

/* Free one block to the lists of @mt. Returns its final order, and its final head in @final. */
unsigned int mm_free_one(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int order,
			 unsigned int mt, unsigned int fpi, enum bs_why why, bs_pfn *final);
/* Free at the type(s) of its pageblock(s), in pieces where the model frees in pieces. */
void mm_free_block(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int order,
		   unsigned int fpi, enum bs_why why);

/* The first block of the smallest sufficient order of @mt; the rest of it goes back. */
bs_pfn mm_rmqueue_smallest(struct bs_machine *m, struct zone *z, unsigned int order,
			   unsigned int mt);
/* Right halves of [pfn, 2^high) down to @low go to the heads of the lists of @mt. */
void mm_expand(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int low,
	       unsigned int high, unsigned int mt);
/* The same where somebody is asked which half stays, where, and whether it stays reported. What is handed on. */
bs_pfn mm_expand_asking(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int low,
			unsigned int high, unsigned int mt, bool reported);
/* Is this free block reported, if that matters to what is split off it? */
static inline bool mm_is_reported(const struct bs_machine *m, bs_pfn pfn, unsigned int order)
{
	return unlikely(m->split_asks) && bs_page(m, pfn, order)->flags & PG_REPORTED;
}
/* A block that has left its list is cut down to @low. @reported: as it was there (mm_is_reported()). */
static inline bs_pfn mm_split(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int low,
			      unsigned int high, unsigned int mt, bool reported)
{
	if (unlikely(m->split_asks))
		return mm_expand_asking(m, z, pfn, low, high, mt, reported);
	mm_expand(m, z, pfn, low, high, mt);
	return pfn;
}
/* The merges that a policy has put off, now. */
void mm_settle(struct bs_machine *m);
/* [pfn, 2^order) has left the lists for its new owner: what its descriptor must say. */
static inline void mm_removed(struct bs_machine *m, const struct zone *z, bs_pfn pfn,
			      unsigned int order, unsigned int mt)
{
	struct page *p = bs_page(m, pfn, order);

	p->zone = z->index;
	p->cached_type = mt & 0xf;
}

#endif
