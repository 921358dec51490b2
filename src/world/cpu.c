// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * blocked.c - CPUs that stand still: what the trace has for them meanwhile waits in a ring each, in
 * order, and happens when they go on (semantics.md 1).
 */
#include <errno.h>
#include <stdlib.h>

#include "cell.h"

void bs_cell_block_cpu(struct bs_cell *c, unsigned int cpu, bs_ns cost)
{
	struct bs_cell_cpu *k = &c->cpus[cpu];

	k->busy_until = (k->busy_until > c->now ? k->busy_until : c->now) + cost;
}

static int grow_ring(struct bs_cell_cpu *k)
{
	uint32_t cap = k->cap ? k->cap * 2 : 1024;
	struct bs_deferred *ring = malloc(cap * sizeof(*ring));

	if (!ring)
		return -ENOMEM;
	for (uint32_t i = 0; i < k->n; i++)
		ring[i] = k->ring[(k->head + i) & (k->cap - 1)];
	free(k->ring);
	k->ring = ring;
	k->head = 0;
	k->cap = cap;
	return 0;
}

void bs_cell_defer(struct bs_cell *c, unsigned int queue, const struct bs_deferred *d)
{
	struct bs_cell_cpu *k = &c->cpus[queue];

	if (k->n == k->cap && grow_ring(k)) {
		bs_cell_fail_memory(c);
		return;
	}
	k->ring[(k->head + k->n++) & (k->cap - 1)] = *d;
	if (k->n == 1) /* the first to wait arms the release */
		bs_cell_push(c, k->busy_until, BS_DUE_RELEASE, (int)queue);
}

void bs_cell_release_cpu(struct bs_cell *c, unsigned int cpu)
{
	struct bs_cell_cpu *k = &c->cpus[cpu];

	while (k->n && k->busy_until <= c->now && !c->failed) {
		struct bs_deferred d;

		/* The pass that it asked for comes before what it does next. */
		if (k->wake_on && !c->pass_running) {
			bs_cell_push(c, c->now, BS_DUE_RELEASE, (int)cpu);
			return;
		}
		d = k->ring[k->head];
		k->head = (k->head + 1) & (k->cap - 1);
		k->n--;
		if (d.cpu == cpu)
			c->f.cpu_lag_ns += c->now - d.time;
		bs_cell_event(c, &d);
	}
	if (k->n && !c->failed)
		bs_cell_push(c, k->busy_until, BS_DUE_RELEASE, (int)cpu);
}

void bs_cell_drain(struct bs_cell *c)
{
	bool again = true;

	while (again && !c->failed) {
		again = false;
		for (unsigned int cpu = 0; cpu < c->nr_cpus; cpu++) {
			c->cpus[cpu].busy_until = c->now;
			c->cpus[cpu].wake_on = false;
			if (!c->cpus[cpu].n)
				continue;
			bs_cell_release_cpu(c, cpu);
			again = true;
		}
	}
}
