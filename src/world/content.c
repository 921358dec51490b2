// SPDX-License-Identifier: GPL-2.0-or-later
#include "content.h"

#include "fail.h"

void bs_guest_poison(struct bs_guest *g, unsigned int cpu, bs_pfn pfn, unsigned int order)
{
	struct bs_error err;
	bs_ns cost;

	if (bs_device_poison(g->dev, pfn, order, g->clock->now, &cost, &err))
		bs_guest_fail(g, &err);
	bs_cpu_block(&g->cpus[cpu], g->clock->now, cost, BS_CAUSE_POISON);
}

void bs_guest_zero(struct bs_guest *g, unsigned int cpu, bs_pfn pfn, unsigned int order, bool user)
{
	const bool known = g->known_zero.pfn == pfn && g->known_zero.order == order;

	g->known_zero.pfn = BS_NO_PFN;
	if (user)
		bs_cpu_block(&g->cpus[cpu], g->clock->now,
			     bs_device_zero(g->dev, pfn, order, known), BS_CAUSE_ZERO);
}
