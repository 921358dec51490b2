/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mm_vmstat.h - what a CPU's vmstat work does to the allocator (RULES.md, background work). When it runs is
 * for whoever has a clock to say: a world, or a log of a live kernel.
 */
#ifndef BS_MM_VMSTAT_H
#define BS_MM_VMSTAT_H

#include <buddysim/machine.h>

/*
 * One round on @cpu. @changed: bit per zone index of those of which another counter than that of free
 * pages has an unfolded part, which no guest here knows. @pagesets: the work itself, which looks after
 * the per-cpu lists too; false: the fold of a CPU that goes idle.
 *
 * Return: something changed, so the work runs again.
 */
bool bs_mm_vmstat(struct bs_machine *m, unsigned int cpu, uint32_t changed, bool pagesets);
/* Can a round ever do anything in this guest? */
bool bs_mm_vmstat_works(const struct bs_machine *m);
/* What rounds that nobody saw did: the unfolded part of @zone's free counter on @cpu is @diff now, its remote list
 * waits for @expire rounds. How many pages are free stays. */
void bs_mm_vmstat_unseen(struct bs_machine *m, unsigned int zone, unsigned int cpu, int64_t diff,
			 unsigned int expire);
/* Rounds until a list of another node loses a batch. */
unsigned int bs_mm_pcp_expire(const struct bs_machine *m, unsigned int zone, unsigned int cpu);

#endif
