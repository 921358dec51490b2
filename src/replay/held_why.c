// SPDX-License-Identifier: GPL-2.0-or-later
#include "held_why.h"

#include <string.h>

static void name_parts(const uint64_t *part, uint64_t below, struct bs_held_why *w)
{
	*w = (struct bs_held_why){
		.pcp = part[BS_HELD_PCP],
		.below = below,
		.raw = part[BS_HELD_RAW],
		.in_flight = part[BS_HELD_IN_FLIGHT],
		.kept = part[BS_HELD_KEPT],
		.huge_rest = part[BS_HELD_HUGE_REST],
		.other = part[BS_HELD_OTHER],
	};
	memcpy(w->by_order, part + BS_HELD_BELOW, sizeof(w->by_order));
}

static uint64_t sum_of_orders(const uint64_t *part)
{
	uint64_t sum = 0;

	for (unsigned int i = BS_HELD_BELOW; i < BS_NR_HELD; i++)
		sum += part[i];
	return sum;
}

void bs_held_why_take(const struct bs_held_split *h, struct bs_figures *f)
{
	uint64_t part[BS_NR_HELD], below = bs_shares_mib_s(h->shares, part);

	name_parts(part, below, &f->held);
	name_parts(h->end, sum_of_orders(h->end), &f->held_end);
}

uint64_t bs_held_why_now(const struct bs_guest *g, struct bs_held_why *w)
{
	uint64_t part[BS_NR_HELD];
	const uint64_t held = bs_held_split_now(g, part);

	name_parts(part, sum_of_orders(part), w);
	return held;
}

bool bs_outcome_why(const struct bs_outcome *o, size_t i, bs_ns *time, struct bs_held_why *why)
{
	const uint64_t *weights;
	const bs_ns *times;

	if (!o->shares || i >= bs_shares_samples(o->shares, &times, &weights))
		return false;
	*time = times[i];
	weights += i * BS_NR_HELD;
	name_parts(weights, sum_of_orders(weights), why);
	return true;
}
