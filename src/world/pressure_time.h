/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pressure_time.h - how long reclaim and compaction took, by their costs, and what compaction was worth. */
#ifndef BS_PRESSURE_TIME_H
#define BS_PRESSURE_TIME_H

#include "pressure_parts.h"

struct bs_pressure_time {
	bs_ns reclaim, compact, write, swap;
	uint64_t evicted, moved; /* pages */
};
/* What was done since somebody asked last. */
struct bs_pressure_time bs_pressure_took(struct bs_pressure *p);
/* @cpu did it, and waits. */
void bs_pressure_charge(struct bs_pressure *p, unsigned int cpu);
/* It compacted: before that @before pages were in free pageblocks (bs_mm_huge_pages_free()), and @served of what it
 * gained somebody has already. */
void bs_pressure_gained(struct bs_pressure *p, uint64_t before, uint64_t served);

#endif
