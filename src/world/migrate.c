// SPDX-License-Identifier: GPL-2.0-or-later
#include "migrate.h"

#include "content.h"
#include "fail.h"
#include "host_memory.h"

static bs_ns sum_of(struct bs_fault_cost c)
{
	return c.first_touch + c.refault + c.host_zero + c.swap + c.restore;
}

/* Whoever waits for the move waits for the faults, too, each by its own cause. */
static void charge(struct bs_guest *g, bs_ns copy, struct bs_fault_cost faults)
{
	struct bs_moves *v = &g->moves;

	v->ns[v->who] += copy + sum_of(faults);
	if (v->cpu == BS_NO_CPU) {
		v->alone_ns += copy + sum_of(faults);
		return;
	}
	bs_cpu_block(&g->cpus[v->cpu], g->clock->now, copy, BS_CAUSE_COMPACT);
	bs_guest_faulted(g, v->cpu, faults);
}

/* The old page is freed next, and a kernel that overwrites what it frees does so. */
static void poison(struct bs_guest *g, bs_pfn pfn, unsigned int order)
{
	struct bs_error err;
	bs_ns cost;

	if (!g->touch || (g->poison != BS_POISON_BEFORE && g->poison != BS_POISON_AFTER))
		return;
	if (bs_device_poison(g->dev, pfn, order, g->clock->now, &cost, &err))
		bs_guest_fail(g, &err);
	g->moves.ns[g->moves.who] += cost;
	if (g->moves.cpu == BS_NO_CPU)
		g->moves.alone_ns += cost;
	else
		bs_cpu_block(&g->cpus[g->moves.cpu], g->clock->now, cost, BS_CAUSE_POISON);
}

static void moved(void *arg, bs_pfn from, bs_pfn to, unsigned int order)
{
	struct bs_guest *g = arg;
	struct bs_fault_cost faults = {0};
	struct bs_error err;
	bs_ns copy = 0;

	g->moves.pages[g->moves.who] += UINT64_C(1) << order;
	if (bs_device_move(g->dev, from, to, order, g->clock->now, &copy, &faults, &err))
		bs_guest_fail(g, &err);
	charge(g, copy, faults);
	if (g->load->moved(g->load->arg, from, to, order)) {
		bs_guest_note_owned(g, from, order, false);
		bs_guest_note_owned(g, to, order, true);
	}
	poison(g, from, order);
	bs_host_memory_changed(g, g->moves.cpu);
}

static bool stays(void *arg, bs_pfn pfn, unsigned int order)
{
	const struct bs_guest *g = arg;

	return !g->load || !g->load->moved || g->killed || bs_report_has(g->rc, pfn) ||
	       g->load->stays(g->load->arg, pfn, order);
}

int bs_guest_may_move(struct bs_guest *g, const struct bs_mm_watch *watch)
{
	struct bs_mm_watch w = watch ? *watch : (struct bs_mm_watch){0};

	w.arg = g;
	w.moved = moved;
	w.stays = stays;
	g->moves.follows = true;
	g->moves.cpu = BS_NO_CPU;
	return bs_mm_compact_watch(g->m, &w);
}

void bs_guest_mover(struct bs_guest *g, enum bs_mover who, unsigned int cpu)
{
	g->moves.who = who;
	g->moves.cpu = cpu;
}

bs_ns bs_guest_moved_alone(struct bs_guest *g)
{
	const bs_ns ns = g->moves.alone_ns;

	g->moves.alone_ns = 0;
	return ns;
}
