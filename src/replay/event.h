/* SPDX-License-Identifier: GPL-2.0-or-later */
/* event.h - one allocation or free of a trace happens, or waits until its CPU is free. */
#ifndef BS_EVENT_H
#define BS_EVENT_H

#include "mm_follow.h"
#include "stream_parts.h"

/* Now. */
void bs_stream_event(struct bs_stream *s, const struct bs_deferred *d);
/* When CPU number @queue is free, behind what waits for it already. */
void bs_stream_defer(struct bs_stream *s, unsigned int queue, const struct bs_deferred *d);
/* What still waits for a CPU happens at once, in CPU order: the round is over. */
void bs_stream_drain(struct bs_stream *s);
/* Events that wait for a CPU; @allocs: how many of them ask for memory of the trace's own. */
uint64_t bs_stream_waiting(const struct bs_stream *s, uint64_t *allocs);
/* An allocation has happened that was recorded at @time, and its memory is usable when its CPU is free:
 * that is counted if it is later. */
void bs_stream_delayed(struct bs_stream *s, uint32_t number, unsigned int cpu, bs_ns time);

/* Nothing was found for the block. */
void bs_stream_refused(struct bs_stream *s, uint32_t number, unsigned int mask, unsigned int order);
/* The block has no page to free: true if it turns out that it has one. */
bool bs_stream_place(struct bs_stream *s, uint32_t number, unsigned int cpu, unsigned int order);
/* The block's piece at @pfn is @order, or is made so. False: it is not the block's to free. */
bool bs_stream_piece(struct bs_stream *s, bs_pfn pfn, unsigned int order, uint32_t number);

static inline void bs_event_alloc(struct bs_stream *s, uint32_t number, unsigned int cpu,
				  unsigned int order, unsigned int gfp)
{
	struct bs_guest *g = s->g;
	const unsigned int mask = s->info->gfp[gfp];
	const struct bs_follow_ops *follow = s->follow;
	bs_pfn pfn = unlikely(follow) ? follow->alloc(s->follow_arg, number, cpu, mask, order)
				      : bs_alloc_pages(g->m, cpu, mask, order);

	if (unlikely(pfn == BS_NO_PFN) && !follow)
		pfn = bs_guest_alloc_late(g, cpu, mask, order);
	s->block_pfn[number] = pfn;
	if (unlikely(pfn == BS_NO_PFN)) {
		bs_stream_refused(s, number, mask, order);
		return;
	}
	bs_mm_set_owner(g->m, pfn, order, number,
			s->use[gfp].lru && !(unlikely(follow) && number < s->info->pres));
	bs_guest_own(g, cpu, pfn, order, number, s->use[gfp].user);
}

static inline void bs_event_free(struct bs_stream *s, uint32_t number, unsigned int cpu,
				 uint32_t offset, unsigned int order)
{
	struct bs_guest *g = s->g;
	bs_pfn pfn = s->block_pfn[number];

	if (unlikely(pfn == BS_NO_PFN)) {
		if (!bs_stream_place(s, number, cpu, order))
			return;
		pfn = s->block_pfn[number];
	}
	pfn += offset;
	/* The table is not cleared: a page's word says whose it is, so freeing twice is noticed. */
	if (unlikely(!bs_mm_owns(g->m, pfn, order, number)) &&
	    !bs_stream_piece(s, pfn, order, number)) {
		s->f.unusable_frees++;
		return;
	}
	bs_guest_disown(g, cpu, pfn, order, number, number >= s->untouched_below);
}

#endif
