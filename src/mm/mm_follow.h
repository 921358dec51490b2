/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mm_follow.h - what the allocator offers to a replay that follows a recorded kernel: requests that
 * no event names (alloc_pages_bulk), taking back an answer that was wrong, and taking a page that
 * the recorded kernel has taken (MEANING.md, agreement).
 */
#ifndef BS_MM_FOLLOW_H
#define BS_MM_FOLLOW_H

#include <buddysim/machine.h>

/* A per-cpu list. */
struct bs_mm_pcp_list {
	unsigned int zone, cpu, order, mt;
};

/* Are blocks of @order kept on per-cpu lists at all? */
bool bs_mm_on_pcp(const struct bs_machine *m, unsigned int order);
/* The list's first entry, the next to be handed out; then the one behind @pfn. BS_NO_PFN: none. */
bs_pfn bs_mm_pcp_first(const struct bs_machine *m, const struct bs_mm_pcp_list *l);
bs_pfn bs_mm_pcp_next(const struct bs_machine *m, const struct bs_mm_pcp_list *l, bs_pfn pfn);

/*
 * One page of the bulk allocator: the list's first, after a refill if it is empty. Not a request:
 * no watermark, and free_factor stays what it is (RULES.md, refill).
 */
bs_pfn bs_mm_bulk_alloc(struct bs_machine *m, const struct bs_mm_pcp_list *l);

/*
 * The block that a request has just returned was not the right one: it becomes the first of its
 * per-cpu list again, of which it came, and @l says which that is. What the attempt did beyond
 * taking it (refill, steal, free_factor) stays: the recorded kernel made an attempt too.
 */
void bs_mm_unpop(struct bs_machine *m, bs_pfn pfn, struct bs_mm_pcp_list *l);

/*
 * Make [pfn, 2^order) a caller's block although nobody was given it: pages leave the free lists and
 * per-cpu lists they are on, the rest of their blocks stays there. 0, or -EBUSY with nothing
 * changed: a page of it is a caller's already or in a reporter's hands; -EINVAL: no such memory.
 */
int bs_mm_seize(struct bs_machine *m, bs_pfn pfn, unsigned int order);

/*
 * A refill of which the recorded kernel's first block is known, and is free here. It splits the
 * block that starts there, whatever smaller ones this guest has; what it brings comes before what
 * is left on the list, which the kernel's did not hold, or there would have been no refill. 0,
 * -EBUSY.
 */
int bs_mm_refill_from(struct bs_machine *m, const struct bs_mm_pcp_list *l, bs_pfn pfn);

/* @pfn, on list @l, belongs to the list of @cpu: it becomes the first there. */
void bs_mm_pcp_move(struct bs_machine *m, const struct bs_mm_pcp_list *l, bs_pfn pfn,
		    unsigned int cpu);

/*
 * A page that was in use as far as the dump says, but turns out to have been on a per-cpu list that
 * the dump does not hold: append it there. 0; -EBUSY: it is somebody's or on a list.
 */
int bs_mm_pcp_append(struct bs_machine *m, const struct bs_mm_pcp_list *l, bs_pfn pfn);

/* For a replay that knows what it will free: is [pfn, 2^order) an allocated block whose owner's
 * word is @word; and fetch what freeing @pfn will read. */
bool bs_mm_owns(const struct bs_machine *m, bs_pfn pfn, unsigned int order, uint32_t word);
/* bs_page_set_word() of a block of just that @order, and bs_page_set_lru() if @lru, at once. */
void bs_mm_set_owner(struct bs_machine *m, bs_pfn pfn, unsigned int order, uint32_t word, bool lru);
void bs_mm_prefetch(const struct bs_machine *m, bs_pfn pfn);

#endif
