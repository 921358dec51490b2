// SPDX-License-Identifier: GPL-2.0-or-later
#include "warm.h"

#include "histogram.h"

void bs_guest_came_back(struct bs_guest *g, unsigned int cpu, bool used)
{
	struct bs_saved *s = &g->saved;
	const bs_ns busy = g->cpus[cpu].busy_until, now = g->clock->now;
	const uint64_t all = bs_device_came_back(g->dev), came = all - s->back_bytes;

	if (!came)
		return;
	s->back_bytes = all;
	s->warming = true;
	if (used)
		bs_histogram_add_many(s->back, (busy > now ? busy : now) - s->restored_at,
				      came >> BS_UNIT_SHIFT);
}
