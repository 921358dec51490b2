/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pressure_time.h - how long reclaim and compaction took, by their costs. */
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

#endif
