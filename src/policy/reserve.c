// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * reserve.c - each CPU takes from a pageblock of its own, one per type, until that is used up
 * (POLICIES.md, reserve). Per-cpu lists stay in front of it, unless they are switched off.
 */
#include "policies.h"

enum { PCP, WALK };

static const struct bs_param params[] = {
	{.name = "pcp",
	 .type = BS_PARAM_BOOL,
	 .def = 1,
	 .help = "per-cpu lists stay in front of it"},
	{.name = "walk",
	 .type = BS_PARAM_UINT,
	 .def = 32,
	 .min = 1,
	 .max = 1u << 20,
	 .help = "blocks of each list that are looked at for a new area"},
	{.name = NULL},
};

struct state {
	uint8_t *taken; /* of each pageblock: it is some CPU's */
};

struct cpu_state {
	struct {
		bool is;
		bs_pfn start, at; /* where the last block was */
	} area[BS_PCPTYPES];
};

static int begin(struct bs_policy_ctx *c)
{
	const struct bs_machine *m = bs_policy_machine(c);
	struct state *s = bs_policy_state(c);

	s->taken = bs_policy_alloc(c, (bs_max_pfn(m) >> bs_pageblock_order(m)) + 1);
	return s->taken ? 0 : -1;
}

/* The first block in [from, to) that serves @w. */
static bool find(struct bs_policy_ctx *c, const struct bs_policy_want *w, bs_pfn from, bs_pfn to,
		 struct bs_range *block)
{
	const bs_pfn step = (bs_pfn)1 << w->order;
	struct bs_block b;

	for (bs_pfn pfn = from & ~(step - 1); pfn < to; pfn += step) {
		if (!bs_policy_block(c, pfn, &b))
			continue;
		if (b.order >= w->order && b.list_mt == w->mt && b.zone == w->zone) {
			*block = (struct bs_range){b.pfn, b.order};
			return true;
		}
		if (b.order > w->order)
			pfn += ((bs_pfn)1 << b.order) - step;
	}
	return false;
}

/* A block whose pageblock is nobody's, of the smallest order there is; BS_NO_PFN: none. */
static bs_pfn find_area(struct bs_policy_ctx *c, const struct bs_policy_want *w)
{
	const unsigned int pbo = bs_pageblock_order(bs_policy_machine(c));
	const struct state *s = bs_policy_state(c);
	unsigned int orders = bs_policy_orders(c, w->zone, w->mt) >> w->order << w->order;

	for (; orders; orders &= orders - 1) {
		const unsigned int k = (unsigned int)__builtin_ctz(orders);
		uint64_t left = bs_policy_param(c, WALK);

		for (bs_pfn pfn = bs_policy_first(c, w->zone, k, w->mt); pfn != BS_NO_PFN && left--;
		     pfn = bs_policy_next(c, k, pfn))
			if (!s->taken[pfn >> pbo])
				return pfn;
	}
	return BS_NO_PFN;
}

static bool choose(struct bs_policy_ctx *c, const struct bs_policy_want *w, struct bs_range *block)
{
	const unsigned int pbo = bs_pageblock_order(bs_policy_machine(c));
	struct cpu_state *cpu = bs_policy_cpu_state(c, w->zone, w->cpu);
	const bs_pfn pages = (bs_pfn)1 << pbo;
	struct state *s = bs_policy_state(c);
	bs_pfn pfn;

	if (w->order >= pbo || w->mt >= BS_PCPTYPES)
		return false;
	for (unsigned int again = 0; again < 2; again++) {
		const bs_pfn start = cpu->area[w->mt].start, at = cpu->area[w->mt].at;

		if (cpu->area[w->mt].is &&
		    (find(c, w, at, start + pages, block) || find(c, w, start, at, block))) {
			cpu->area[w->mt].at = block->pfn < start ? start : block->pfn;
			return true;
		}
		if (cpu->area[w->mt].is)
			s->taken[start >> pbo] = 0;
		pfn = find_area(c, w);
		cpu->area[w->mt].is = pfn != BS_NO_PFN;
		if (pfn == BS_NO_PFN)
			return false;
		cpu->area[w->mt].start = cpu->area[w->mt].at = pfn & ~(pages - 1);
		s->taken[pfn >> pbo] = 1;
	}
	return false;
}

static void pcp_size(struct bs_policy_ctx *c, unsigned int zone, int *high, int *batch)
{
	(void)zone;
	if (bs_policy_param(c, PCP))
		return;
	*high = 0;
	*batch = 1;
}

const struct bs_policy bs_policy_reserve = {
	.abi = BS_POLICY_ABI,
	.name = "reserve",
	.summary = "each CPU takes from a pageblock of its own",
	.origin =
		"L. Wrenger et al., \"LLFree\", USENIX ATC 2023, and \"HyperAlloc\", EuroSys 2025",
	.params = params,
	.state_bytes = sizeof(struct state),
	.cpu_bytes = sizeof(struct cpu_state),
	.begin = begin,
	.choose = choose,
	.pcp_size = pcp_size,
};
