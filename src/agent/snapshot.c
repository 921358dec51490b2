// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * snapshot.c - before a guest is saved: page cache is dropped, what is in use moves together, the reporter has a while, and
 * then the host writes the guest down and has it stand still.
 */
#include "agent.h"

enum { AT = BS_AGENT_OWN, DROP, COMPACT, SETTLE, PAUSE };

static const struct bs_param params[] = {
	[BS_AGENT_TICK] = {"tick", BS_PARAM_TIME, BS_NS_PER_S, BS_NS_PER_MS,
			   UINT64_C(86400) * BS_NS_PER_S, NULL, "from one look to the next", false},
	[AT] = {"at", BS_PARAM_TIME, 60 * BS_NS_PER_S, 0, UINT64_C(86400) * BS_NS_PER_S, NULL,
		"when it begins, from when the guest does", false},
	[DROP] = {"drop", BS_PARAM_BOOL, 1, 0, 1, NULL, "drop the page cache", false},
	[COMPACT] = {"compact", BS_PARAM_BOOL, 1, 0, 1, NULL, "compact, behind that", false},
	[SETTLE] = {"settle", BS_PARAM_TIME, 10 * BS_NS_PER_S, 0, UINT64_C(86400) * BS_NS_PER_S,
		    NULL, "from then on until the snapshot: the reporter's time", false},
	[PAUSE] = {"pause", BS_PARAM_TIME, BS_NS_PER_S, 0, UINT64_C(86400) * BS_NS_PER_S, NULL,
		   "so long the guest stands still behind it", false},
	{0},
};

struct saving {
	bool prepared, saved;
	bs_ns since;
};

static void tick(struct bs_agent_look *l)
{
	struct saving *s = l->state;

	if (s->saved || l->age < l->values[AT])
		return;
	if (!s->prepared) {
		if (l->values[DROP])
			l->ask(l->arg, BS_GUEST_DROP_CACHES, 0);
		if (l->values[COMPACT])
			l->ask(l->arg, BS_GUEST_COMPACT, 0);
		s->prepared = true;
		s->since = l->now;
	}
	if (l->now - s->since < l->values[SETTLE])
		return;
	s->saved = true;
	l->ask_host(l->arg, BS_HOST_SNAPSHOT, 0);
	if (l->values[PAUSE])
		l->ask_host(l->arg, BS_HOST_PAUSE, l->values[PAUSE]);
}

const struct bs_agent bs_agent_snapshot = {
	.is.name = "snapshot",
	.is.summary =
		"drops the page cache, compacts, lets the reporter work, and has the host save the guest",
	.is.params = params,
	.state_size = sizeof(struct saving),
	.tick = tick,
	.saves = true,
};
