// SPDX-License-Identifier: GPL-2.0-or-later
#include "locks.h"

#include <errno.h>
#include <stdlib.h>

#include "ctx_work.h"
#include "mm_report.h"

/* What was done under the lock, since it was last looked at. */
struct work {
	uint64_t moved, splits, merges, bulks, nodes, hooks;
};

static struct work look(struct bs_guest *g)
{
	struct bs_contention *c = g->contention;
	const struct bs_machine_counters *m = bs_mm_counters(g->m);
	const uint64_t bulks = m->pcp_refills + m->pcp_flushes;
	struct work w = {.moved = m->moved - c->moved,
			 .splits = m->splits - c->splits,
			 .merges = m->merges - c->merges,
			 .bulks = bulks - c->bulks};
	uint64_t nodes, hooks;

	bs_report_work(g->rc, &nodes, &hooks);
	w.nodes = nodes - c->nodes;
	w.hooks = hooks - c->hooks;
	c->moved = m->moved;
	c->splits = m->splits;
	c->merges = m->merges;
	c->bulks = bulks;
	c->nodes = nodes;
	c->hooks = hooks;
	return w;
}

static bs_ns hold_of(const struct bs_lock_costs *c, const struct work *w)
{
	return c->hold * (w->bulks ? w->bulks : 1) + c->block * w->moved + c->split * w->splits +
	       c->merge * w->merges + c->node * w->nodes + c->hook * w->hooks;
}

/* Behind whoever has it: how long that takes. *@hold grows by what handing it over costs. */
static bs_ns queue(struct bs_lock *l, bs_ns now, int who, bs_ns *hold,
		   const struct bs_lock_costs *costs)
{
	const bool waits = l->free_at > now && l->holder != who;
	const bs_ns wait = waits ? l->free_at - now : 0;
	const bs_ns from = l->free_at > now ? l->free_at : now;

	if (waits)
		*hold += costs->handoff;
	l->free_at = from + *hold;
	l->holder = who;
	return wait;
}

static void most(bs_ns *longest, bs_ns ns)
{
	if (ns > *longest)
		*longest = ns;
}

/* A CPU waits, and then has the lock for that long. */
static void charge(struct bs_guest *g, unsigned int cpu, bs_ns wait, bs_ns hold)
{
	struct bs_cpu *k = &g->cpus[cpu];
	const bs_ns now = g->clock->now;

	if (wait)
		bs_cpu_block(k, now, wait, BS_CAUSE_WAIT);
	if (g->contention->charges)
		k->busy_until = (k->busy_until > now ? k->busy_until : now) + hold;
}

void bs_contention_did(struct bs_guest *g, unsigned int cpu, bs_pfn pfn)
{
	struct bs_contention *c = g->contention;
	const struct work w = look(g);
	const int zone = bs_pfn_zone(g->m, pfn);
	bs_ns hold, wait;

	/* A per-cpu list served it: no lock. */
	if (!w.moved || zone < 0)
		return;
	hold = hold_of(&c->costs, &w);
	wait = queue(&c->zones[zone], g->clock->now, (int)cpu, &hold, &c->costs);
	c->f.taken++;
	c->f.waited += wait != 0;
	c->f.hold_ns += hold;
	c->f.wait_ns += wait;
	most(&c->f.longest_hold_ns, hold);
	most(&c->f.longest_wait_ns, wait);
	charge(g, cpu, wait, hold);
}

void bs_contention_pass(struct bs_guest *g, unsigned int zone, bool taken)
{
	struct bs_contention *c = g->contention;
	const int cpu = g->reporter.pass_cpu;
	const struct work w = look(g);
	bs_ns hold, wait;

	if (taken || zone >= BS_MAX_ZONES)
		return;
	hold = hold_of(&c->costs, &w);
	wait = queue(&c->zones[zone], g->clock->now, cpu < 0 ? BS_HOLDER_WORKER : cpu, &hold,
		     &c->costs);
	c->f.worker_taken++;
	c->f.worker_hold_ns += hold;
	c->f.worker_wait_ns += wait;
	if (cpu >= 0)
		charge(g, (unsigned int)cpu, wait, hold);
}

void bs_contention_space(struct bs_guest *g, unsigned int cpu)
{
	struct bs_contention *c = g->contention;
	bs_ns hold = c->costs.space, wait;

	wait = queue(&c->space, g->clock->now, (int)cpu, &hold, &c->costs);
	c->f.space_taken++;
	c->f.space_wait_ns += wait;
	charge(g, cpu, wait, hold);
}

void bs_contention_skip(struct bs_guest *g)
{
	look(g);
}

int bs_contention_begin(struct bs_guest *g, const struct bs_lock_costs *costs, bool charges)
{
	g->contention = calloc(1, sizeof(*g->contention));
	if (!g->contention)
		return -ENOMEM;
	g->contention->costs = *costs;
	g->contention->charges = charges;
	g->contention->space.holder = BS_HOLDER_NOBODY;
	for (unsigned int i = 0; i < BS_MAX_ZONES; i++)
		g->contention->zones[i].holder = BS_HOLDER_NOBODY;
	look(g);
	return 0;
}
