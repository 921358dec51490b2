/* SPDX-License-Identifier: GPL-2.0-or-later */
/* page_alloc.h - requests, for those who make them without the public interface. */
#ifndef BS_MM_PAGE_ALLOC_H
#define BS_MM_PAGE_ALLOC_H

#include "zone.h"

/* Flags of the slow pass. */
unsigned int mm_slowpath_flags(const struct bs_machine *m, unsigned int order, unsigned int gfp);
/*
 * One request of @cpu, which looks at the zones of @node first. @passes: 2 = fast and slow pass only (the vectors' harness), 3 = with the kernel's
 * second slow pass.
 */
bs_pfn mm_alloc(struct bs_machine *m, unsigned int cpu, unsigned int node, unsigned int order,
		unsigned int mt, unsigned int highest, unsigned int gfp, unsigned int passes);

/* One pass of a request over the zones of @zl, and what it found given to its owner. */
bs_pfn mm_get_page(struct bs_machine *m, const struct zonelist *zl, unsigned int order,
		   unsigned int mt, unsigned int hz, unsigned int flags);
bs_pfn mm_hand_out(struct bs_machine *m, bs_pfn pfn, unsigned int order, unsigned int mt);

#endif
