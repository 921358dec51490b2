/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pressure.h - a guest whose memory is short has some given back: by requests that wait, by kswapd and
 * kcompactd ahead of them, and at last by the OOM killer (MEANING.md, memory under pressure).
 *
 * A guest without the model has no struct bs_pressure, and asks that. What is on its LRU belongs to
 * somebody, who is asked when it is to go: its page cache, its processes.
 *
 *   pressure_parts <- pressure_time <- daemons <- pressure <- guest_memory <- page_cache <- guest_acts <- guest_ask
 */
#ifndef BS_PRESSURE_H
#define BS_PRESSURE_H

#include "pressure_parts.h"

/* From now on. @swap_pages: of the guest's swap. 0 or -ENOMEM. */
int bs_pressure_begin(struct bs_guest *g, const struct bs_reclaim_costs *costs,
		      uint64_t swap_pages);
void bs_pressure_end(struct bs_guest *g);

/* A request that got @pfn, or BS_NO_PFN, in its first attempt: what it gets in the end. */
bs_pfn bs_pressure_wait(struct bs_guest *g, unsigned int cpu, unsigned int gfp, unsigned int order,
			bs_pfn pfn);
static inline bs_pfn bs_pressure_request(struct bs_guest *g, unsigned int cpu, unsigned int gfp,
					 unsigned int order, bs_pfn pfn)
{
	if (likely(pfn != BS_NO_PFN && bs_mm_kswapd_asked(g->m) == g->pressure->asked))
		return pfn;
	return bs_pressure_wait(g, cpu, gfp, order, pfn);
}
/* Nothing else helped it: as long as somebody can be killed for it, it looks again. */
bs_pfn bs_pressure_oom(struct bs_guest *g, unsigned int cpu, unsigned int gfp, unsigned int order);

/* Pages of processes are in swap no more: @cpu waits for them (@in), or nobody wants them. */
void bs_pressure_unswapped(struct bs_guest *g, unsigned int cpu, uint64_t pages, bool in);

#endif
