// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * host_psi.c - as memory agents do it: take a little more from each guest as long as it hardly waits for memory,
 * and give twice as much back as soon as it does. Reporters of those that hardly wait may report.
 */
#include "host_view.h"

enum { ABOVE = BS_HOST_OWN, LOW, HIGH, STEP };

static const struct bs_param params[] = {
	BS_HOST_COMMON,
	[ABOVE] = {"above", BS_PARAM_UINT, 75, 0, 100, NULL,
		   "percent of the host's memory below which nobody is asked for anything", false},
	[LOW] = {"low", BS_PARAM_UINT, 1, 0, 1000, NULL,
		 "who waits less than so many thousandths of a CPU's time gives more", false},
	[HIGH] = {"high", BS_PARAM_UINT, 20, 1, 1000, NULL,
		  "who waits more than that gets memory back", false},
	[STEP] = {"step", BS_PARAM_SIZE, UINT64_C(64) << 20, BS_UNIT_SIZE, UINT64_C(1) << 40, NULL,
		  "how much more a balloon takes at a tick", false},
	{0},
};

static void tick(struct bs_host_look *l)
{
	const uint64_t want = l->held + l->swapped;
	const bool full = l->memory && want * 100 > l->memory * l->values[ABOVE];
	const uint64_t step = l->values[STEP];

	for (unsigned int i = 0; i < l->nr; i++) {
		struct bs_host_guest *g = &l->guests[i];
		const bool quiet = g->waited <= l->values[LOW];

		if (!g->running) {
			g->target = 0;
			continue;
		}
		if (g->waited > l->values[HIGH])
			g->target -= g->target < 2 * step ? g->target : 2 * step;
		else if (full && quiet && g->held > step && g->target + step < g->size)
			g->target += step;
		g->gate = full && quiet ? 100 : 0;
	}
}

const struct bs_host_policy bs_host_policy_psi = {
	.is.name = "psi",
	.is.summary = "takes from guests that hardly wait for memory, gives back to those that do",
	.is.params = params,
	.tick = tick,
};
