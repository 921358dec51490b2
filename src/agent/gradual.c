// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gradual.c - as WSL's autoMemoryReclaim=gradual does it: once the guest has been idle for a while, a share of the page cache
 * goes each minute, the oldest first, until the guest does something again.
 */
#include "agent.h"

enum { IDLE = BS_AGENT_OWN, BUSY, SHARE, COMPACT };

static const struct bs_param params[] = {
	[BS_AGENT_TICK] = {"tick", BS_PARAM_TIME, 10 * BS_NS_PER_S, BS_NS_PER_MS,
			   UINT64_C(86400) * BS_NS_PER_S, NULL, "from one look to the next", false},
	[IDLE] = {"idle", BS_PARAM_TIME, 60 * BS_NS_PER_S, 0, UINT64_C(86400) * BS_NS_PER_S, NULL,
		  "so long the guest has to be idle first", false},
	[BUSY] = {"busy", BS_PARAM_SIZE, UINT64_C(4) << 20, 0, UINT64_C(1) << 40, NULL,
		  "it is not while it allocates more than that a second", false},
	[SHARE] = {"share", BS_PARAM_UINT, 10, 1, 100, NULL,
		   "percent of what page cache there was at first that goes each minute", false},
	[COMPACT] = {"compact", BS_PARAM_BOOL, 1, 0, 1, NULL,
		     "compact once, when all of it is gone or nothing more of it goes", false},
	{0},
};

/* @quiet: for so long it has been idle; @at_first: page cache when it began to go */
struct gradual {
	bs_ns quiet;
	uint64_t at_first;
	bool compacted;
};

static void tick(struct bs_agent_look *l)
{
	struct gradual *s = l->state;
	const bs_ns tick = l->values[BS_AGENT_TICK];
	const uint64_t per_s = (uint64_t)((unsigned __int128)l->allocated * BS_NS_PER_S / tick);
	uint64_t part;

	if (per_s > l->values[BUSY]) {
		*s = (struct gradual){0};
		return;
	}
	s->quiet += tick;
	if (s->quiet < l->values[IDLE])
		return;
	if (!s->at_first)
		s->at_first = l->cache;
	part = (uint64_t)((unsigned __int128)s->at_first * l->values[SHARE] * tick /
			  (6000 * BS_NS_PER_S));
	if (l->cache && part) {
		l->ask(l->arg, BS_GUEST_RECLAIM, part < l->cache ? part : l->cache);
	} else if (l->values[COMPACT] && !s->compacted) {
		l->ask(l->arg, BS_GUEST_COMPACT, 0);
		s->compacted = true;
	}
}

const struct bs_agent bs_agent_gradual = {
	.is.name = "gradual",
	.is.summary = "gives a share of the page cache back each minute while the guest is idle",
	.is.params = params,
	.state_size = sizeof(struct gradual),
	.tick = tick,
};
