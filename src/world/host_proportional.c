// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * host_proportional.c - while the host is nearly full each guest may have a share of its memory as large as the
 * guest is among all that run, and its balloon takes the rest; reporters are told how full the host is.
 */
#include "host_view.h"

enum { HIGH = BS_HOST_OWN };

static const struct bs_param params[] = {
	BS_HOST_COMMON,
	[HIGH] = {"high", BS_PARAM_UINT, 90, 1, 100, NULL,
		  "percent of the host's memory above which guests get less", false},
	{0},
};

static uint64_t share(uint64_t of, uint64_t part, uint64_t all)
{
	return all ? (uint64_t)((unsigned __int128)of * part / all) : 0;
}

static void tick(struct bs_host_look *l)
{
	const uint64_t want = l->held + l->swapped;
	const bool full = l->memory && want * 100 > l->memory * l->values[HIGH];
	const uint64_t percent = l->memory ? want * 100 / l->memory : 0;
	uint64_t all = 0;

	for (unsigned int i = 0; i < l->nr; i++)
		all += l->guests[i].running ? l->guests[i].size : 0;
	for (unsigned int i = 0; i < l->nr; i++) {
		struct bs_host_guest *g = &l->guests[i];
		const uint64_t may = share(share(l->memory, l->values[HIGH], 100), g->size, all);

		g->gate = percent < 100 ? (unsigned int)percent : 100;
		g->target = full && g->running && may < g->size ? g->size - may : 0;
	}
}

const struct bs_host_policy bs_host_policy_proportional = {
	.is.name = "proportional",
	.is.summary =
		"when it is nearly full, each guest may have a share as large as the guest is",
	.is.params = params,
	.tick = tick,
};
