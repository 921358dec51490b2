// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * psi.c - as memory agents of container guests do it: as long as hardly anybody waits for memory it takes a little page cache,
 * and compacts when what is free lies in small pieces; when somebody does wait it leaves everything alone for a while.
 */
#include "agent.h"

enum { LOW = BS_AGENT_OWN, HIGH, STEP, KEEP, FRAGMENTED, WAIT };

static const struct bs_param params[] = {
	[BS_AGENT_TICK] = {"tick", BS_PARAM_TIME, 5 * BS_NS_PER_S, BS_NS_PER_MS,
			   UINT64_C(86400) * BS_NS_PER_S, NULL, "from one look to the next", false},
	[LOW] = {"low", BS_PARAM_UINT, 10, 0, 10000, NULL,
		 "it does something while some avg10 is no more than that, in 1/100 %", false},
	[HIGH] = {"high", BS_PARAM_UINT, 100, 1, 10000, NULL,
		  "it waits when some avg10 is more than that, in 1/100 %", false},
	[STEP] = {"step", BS_PARAM_SIZE, UINT64_C(64) << 20, BS_UNIT_SIZE, UINT64_C(1) << 40, NULL,
		  "page cache that it takes at a tick", false},
	[KEEP] = {"keep", BS_PARAM_SIZE, UINT64_C(64) << 20, 0, UINT64_C(1) << 40, NULL,
		  "page cache that it leaves alone", false},
	[FRAGMENTED] =
		{"fragmented", BS_PARAM_UINT, 300, 0, 1000, NULL,
		 "it compacts while more than so many thousandths of what is free lie in blocks below 2 MiB",
		 false},
	[WAIT] = {"wait", BS_PARAM_TIME, 60 * BS_NS_PER_S, 0, UINT64_C(86400) * BS_NS_PER_S, NULL,
		  "so long it waits, and behind a compaction that brought nothing", false},
	{0},
};

struct psi {
	bs_ns rests_until, compacts_from;
	unsigned int was; /* fragmented, when it compacted last */
	bool compacted;
};

static void compact(struct bs_agent_look *l, struct psi *s)
{
	const unsigned int now = bs_agent_fragmented(l);

	/* It did not help: what is left cannot be moved, or there is too little free. */
	if (s->compacted && now + 50 >= s->was)
		s->compacts_from = l->now + l->values[WAIT];
	s->compacted = false;
	if (now <= l->values[FRAGMENTED] || l->now < s->compacts_from)
		return;
	s->was = now;
	s->compacted = true;
	l->ask(l->arg, BS_GUEST_COMPACT, 0);
}

static void tick(struct bs_agent_look *l)
{
	struct psi *s = l->state;
	const uint64_t spare = l->cache > l->values[KEEP] ? l->cache - l->values[KEEP] : 0;

	if (l->some.avg10 > l->values[HIGH])
		s->rests_until = l->now + l->values[WAIT];
	if (l->now < s->rests_until || l->some.avg10 > l->values[LOW])
		return;
	if (spare)
		l->ask(l->arg, BS_GUEST_RECLAIM, spare < l->values[STEP] ? spare : l->values[STEP]);
	compact(l, s);
}

const struct bs_agent bs_agent_psi = {
	.is.name = "psi",
	.is.summary = "takes page cache and compacts while hardly anybody waits for memory",
	.is.params = params,
	.state_size = sizeof(struct psi),
	.tick = tick,
};
