// SPDX-License-Identifier: GPL-2.0-or-later
#include "content.h"

#include "fail.h"
#include "host_memory.h"

void bs_guest_poison(struct bs_guest *g, unsigned int cpu, bs_pfn pfn, unsigned int order)
{
	struct bs_error err;
	bs_ns cost;

	if (bs_device_poison(g->dev, pfn, order, g->clock->now, &cost, &err))
		bs_guest_fail(g, &err);
	bs_cpu_block(&g->cpus[cpu], g->clock->now, cost, BS_CAUSE_POISON);
	if (unlikely(g->host_memory))
		bs_host_memory_changed(g, cpu);
}

void bs_guest_zero(struct bs_guest *g, unsigned int cpu, bs_pfn pfn, unsigned int order, bool user)
{
	const bool known = g->known_zero.pfn == pfn && g->known_zero.order == order;

	g->known_zero.pfn = BS_NO_PFN;
	if (user)
		bs_cpu_block(&g->cpus[cpu], g->clock->now,
			     bs_device_zero(g->dev, pfn, order, known), BS_CAUSE_ZERO);
}

void bs_guest_faulted(struct bs_guest *g, unsigned int cpu, struct bs_fault_cost cost)
{
	struct bs_cpu *k = &g->cpus[cpu];
	const bs_ns now = g->clock->now;

	g->fault_ns += cost.refault + cost.host_zero;
	if (g->follows)
		bs_cpu_count(k, now, cost.first_touch, BS_CAUSE_FIRST_TOUCH);
	else
		bs_cpu_block(k, now, cost.first_touch, BS_CAUSE_FIRST_TOUCH);
	bs_cpu_block(k, now, cost.refault, BS_CAUSE_REFAULT);
	bs_cpu_block(k, now, cost.host_zero, BS_CAUSE_HOST_ZERO);
	bs_cpu_block(k, now, cost.swap, BS_CAUSE_SWAP);
	bs_cpu_block(k, now, cost.restore, BS_CAUSE_RESTORE);
}
