/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmstat.h - when the vmstat work of a guest's CPUs runs (MEANING.md, idle work). What a round
 * does is the allocator's (mm_vmstat.h).
 *
 * It costs nothing while a CPU works: an event asks whether anything happened on its CPU since the last
 * round, and only the first one after it says so.
 */
#ifndef BS_VMSTAT_H
#define BS_VMSTAT_H

#include "parts.h"

/* From now on, unless @busy is 0 or the guest's kernel has no such work. */
void bs_vmstat_start(struct bs_guest *g, bs_ns busy, bs_ns idle);
/* The first thing that happens on @cpu since the last round. */
void bs_vmstat_wake(struct bs_guest *g, unsigned int cpu);

/* Something happens on @cpu. */
static inline void bs_vmstat_note(struct bs_guest *g, unsigned int cpu)
{
	if (unlikely(g->cpus[cpu].vmstat_quiet))
		bs_vmstat_wake(g, cpu);
}

#endif
