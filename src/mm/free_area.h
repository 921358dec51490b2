/* SPDX-License-Identifier: GPL-2.0-or-later */
/* free_area.h - the free lists, and the counter that goes with them. */
#ifndef BS_MM_FREE_AREA_H
#define BS_MM_FREE_AREA_H

#include "zone.h"

void mm_list_add(struct bs_machine *m, struct page_list *l, bs_pfn pfn, unsigned int order,
		 bool tail);
/* In front of @before, which is on the list; BS_NO_PFN = at the end. */
void mm_list_insert(struct bs_machine *m, struct page_list *l, bs_pfn pfn, bs_pfn before,
		    unsigned int order);
void mm_list_del(struct bs_machine *m, struct page_list *l, bs_pfn pfn, unsigned int order);

void mm_add_to_free_list(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int order,
			 unsigned int mt, bool tail);
void mm_add_at(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int order,
	       unsigned int mt, const struct bs_spot *at);
/* The same, but the listener is asked where, place(), and told, block_in(). */
void mm_place_free(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int order,
		   unsigned int mt, bool tail, enum bs_why why, bool merged);
/* Removes and clears Buddy and Reported; tells the listener, block_out(). Returns its list's type. */
unsigned int mm_del_from_free_list(struct bs_machine *m, struct zone *z, bs_pfn pfn,
				   unsigned int order, enum bs_why why);
/* Relink on another migratetype's list where the model puts moved blocks; block_move(). */
void mm_move_to_free_list(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int order,
			  unsigned int mt, enum bs_why why);

/* NR_FREE_PAGES, and what follows it when @pages come to, or leave, a list of @mt. */
void mm_mod_free_pages(struct bs_machine *m, struct zone *z, int64_t pages);
void mm_account(struct bs_machine *m, struct zone *z, int64_t pages, unsigned int mt);

/* A block as a listener sees it. */
struct bs_block mm_describe(const struct bs_machine *m, const struct zone *z, bs_pfn pfn,
			    unsigned int order, unsigned int mt);

static inline bool hook_wanted(const struct zone *z, uint32_t hook, unsigned int order)
{
	return unlikely(z->hook_mask & hook) && order >= z->hook_order;
}

/* Is the block of @order at @pfn a free one of exactly that order in @z? */
static inline bool is_buddy(const struct bs_machine *m, const struct zone *z, bs_pfn pfn,
			    unsigned int order)
{
	const struct page *p;

	if (unlikely(pfn >= m->max_pfn))
		return false;
	p = bs_page(m, pfn, order);
	return (p->flags & PG_BUDDY) && p->order == order && p->zone == z->index;
}

#endif
