// SPDX-License-Identifier: GPL-2.0-or-later
#include "vmstat.h"

#include "locks.h"
#include "mm_vmstat.h"

static void run(void *arg, int number);

static void arm(struct bs_guest *g, unsigned int cpu, bs_ns time)
{
	g->cpus[cpu].vmstat_armed = true;
	bs_clock_push(g->clock, time, BS_DUE_BACKGROUND, run, g, (int)cpu);
}

/* A round. It runs again as long as it has something to do, or its CPU had: an idle CPU is not woken
 * for it, so that it comes later there. */
static void run(void *arg, int number)
{
	struct bs_guest *g = arg;
	const unsigned int cpu = (unsigned int)number;
	struct bs_cpu *k = &g->cpus[cpu];
	const bool busy = !k->vmstat_quiet;
	bool work;

	k->vmstat_armed = false;
	if (g->ended)
		return;
	if (k->busy_until > g->clock->now) {
		arm(g, cpu, k->busy_until);
		return;
	}
	k->vmstat_quiet = true;
	work = bs_mm_vmstat(g->m, cpu, 0, true);
	/* What it gives back it gives back alone: a round takes no time (MEANING.md, idle work). */
	if (unlikely(g->contention))
		bs_contention_skip(g);
	if (work || busy)
		arm(g, cpu, g->clock->now + (busy ? g->vmstat_busy : g->vmstat_idle));
}

void bs_vmstat_wake(struct bs_guest *g, unsigned int cpu)
{
	struct bs_cpu *k = &g->cpus[cpu];

	k->vmstat_quiet = false;
	if (!k->vmstat_armed && !g->ended)
		arm(g, cpu, (g->clock->now / g->vmstat_busy + 1) * g->vmstat_busy);
}

void bs_vmstat_start(struct bs_guest *g, bs_ns busy, bs_ns idle)
{
	if (!busy || !bs_mm_vmstat_works(g->m))
		return;
	g->vmstat_busy = busy;
	g->vmstat_idle = idle > busy ? idle : busy;
	/* What a dump left to do is done, whether its CPU works or not. */
	for (unsigned int cpu = 0; cpu < g->nr_cpus; cpu++)
		bs_vmstat_wake(g, cpu);
}
