// SPDX-License-Identifier: GPL-2.0-or-later
/* timer.c - as cron jobs do it: drop the page cache and compact, whether anybody needs it or not. */
#include "agent.h"

enum { DROP = BS_AGENT_OWN, COMPACT };

static const struct bs_param params[] = {
	[BS_AGENT_TICK] = {"every", BS_PARAM_TIME, 60 * BS_NS_PER_S, BS_NS_PER_MS,
			   UINT64_C(86400) * BS_NS_PER_S, NULL, "from one time to the next", false},
	[DROP] = {"drop", BS_PARAM_BOOL, 1, 0, 1, NULL, "drop the page cache", false},
	[COMPACT] = {"compact", BS_PARAM_BOOL, 1, 0, 1, NULL, "compact, behind that", false},
	{0},
};

static void tick(struct bs_agent_look *l)
{
	if (l->values[DROP])
		l->ask(l->arg, BS_GUEST_DROP_CACHES, 0);
	if (l->values[COMPACT])
		l->ask(l->arg, BS_GUEST_COMPACT, 0);
}

const struct bs_agent bs_agent_timer = {
	.is.name = "timer",
	.is.summary = "drops the page cache and compacts, again and again",
	.is.params = params,
	.tick = tick,
};
