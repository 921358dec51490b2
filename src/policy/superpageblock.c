// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * superpageblock.c - what cannot be moved stays together in as few large areas as can be
 * (POLICIES.md, superpageblock). An area is tainted by any pageblock that is not movable: who needs another
 * one takes it there, and movable memory keeps away while it can.
 */
#include "policies.h"

enum { SIZE, WALK };

static const struct bs_param params[] = {
	{.name = "size",
	 .type = BS_PARAM_SIZE,
	 .def = UINT64_C(1) << 30,
	 .min = UINT64_C(4) << 20,
	 .max = UINT64_C(1) << 40,
	 .help = "of an area"},
	{.name = "walk",
	 .type = BS_PARAM_UINT,
	 .def = 64,
	 .min = 1,
	 .max = 1u << 20,
	 .help = "blocks of each list that are looked at"},
	{.name = NULL},
};

struct state {
	unsigned int shift; /* a pfn's area */
	uint16_t *taint; /* pageblocks of each that are not movable */
	bs_pfn nr;
	bool stale; /* somebody has fallen back since */
};

/* Types change seldom, but not by falling back alone. */
static void look_around(struct bs_policy_ctx *c)
{
	const struct bs_machine *m = bs_policy_machine(c);
	const bs_pfn pages = (bs_pfn)1 << bs_pageblock_order(m);
	struct state *s = bs_policy_state(c);

	s->stale = false;
	for (bs_pfn i = 0; i < s->nr; i++)
		s->taint[i] = 0;
	for (bs_pfn pfn = 0; pfn < bs_max_pfn(m); pfn += pages) {
		const unsigned int mt = bs_pageblock_type(m, pfn);

		if (mt != BS_MIGRATE_MOVABLE && mt != BS_MIGRATE_ISOLATE &&
		    bs_pfn_zone(m, pfn) >= 0 && s->taint[pfn >> s->shift] < UINT16_MAX)
			s->taint[pfn >> s->shift]++;
	}
}

static int begin(struct bs_policy_ctx *c)
{
	const struct bs_machine *m = bs_policy_machine(c);
	uint64_t pages = bs_policy_param(c, SIZE) >> bs_platform_of(m)->page_shift;
	struct state *s = bs_policy_state(c);

	while (pages >>= 1)
		s->shift++;
	if (s->shift < bs_pageblock_order(m))
		s->shift = bs_pageblock_order(m);
	s->nr = (bs_max_pfn(m) >> s->shift) + 1;
	s->taint = bs_policy_alloc(c, s->nr * sizeof(*s->taint));
	if (!s->taint)
		return -1;
	look_around(c);
	return 0;
}

/* The first of a list whose area is tainted, or is not; of several tainted ones the one that is most. */
static bs_pfn find(struct bs_policy_ctx *c, unsigned int zone, unsigned int order, unsigned int mt,
		   bool tainted)
{
	const struct state *s = bs_policy_state(c);
	uint64_t left = bs_policy_param(c, WALK);
	bs_pfn best = BS_NO_PFN;

	for (bs_pfn pfn = bs_policy_first(c, zone, order, mt); pfn != BS_NO_PFN && left--;
	     pfn = bs_policy_next(c, order, pfn)) {
		const unsigned int taint = s->taint[pfn >> s->shift];

		if (!tainted && !taint)
			return pfn;
		if (tainted && taint && (best == BS_NO_PFN || taint > s->taint[best >> s->shift]))
			best = pfn;
	}
	return best;
}

static bool choose(struct bs_policy_ctx *c, const struct bs_policy_want *w, struct bs_range *block)
{
	const unsigned int orders = bs_policy_orders(c, w->zone, w->mt) >> w->order << w->order;
	const struct state *s = bs_policy_state(c);

	if (w->mt != BS_MIGRATE_MOVABLE)
		return false;
	if (s->stale)
		look_around(c);
	block->order = (uint8_t)__builtin_ctz(orders);
	block->pfn = find(c, w->zone, block->order, w->mt, false);
	return block->pfn != BS_NO_PFN;
}

static bool is_half_free(struct bs_policy_ctx *c, bs_pfn pfn)
{
	const unsigned int pages = 1u << bs_pageblock_order(bs_policy_machine(c));
	unsigned int free, movable;

	return bs_policy_pageblock(c, pfn, &free, &movable) &&
	       free + (pages - free - movable) >= pages / 2;
}

/* In tainted areas: a whole pageblock, one that is half free, a single block. */
static enum bs_policy_answer in_tainted(struct bs_policy_ctx *c, const struct bs_policy_want *w,
					unsigned int top, struct bs_range *block)
{
	const unsigned int pbo = bs_pageblock_order(bs_policy_machine(c));
	struct bs_range single = {BS_NO_PFN, 0};

	for (unsigned int k = top + 1; k-- > w->order;) {
		if (k < pbo && w->unmixed)
			break;
		block->order = (uint8_t)k;
		block->pfn = find(c, w->zone, k, BS_MIGRATE_MOVABLE, true);
		if (block->pfn == BS_NO_PFN)
			continue;
		if (k >= pbo || is_half_free(c, block->pfn))
			return BS_POLICY_CLAIM;
		single = *block;
	}
	*block = single;
	return single.pfn == BS_NO_PFN ? BS_POLICY_KERNEL : BS_POLICY_TAKE;
}

static enum bs_policy_answer fallback(struct bs_policy_ctx *c, const struct bs_policy_want *w,
				      struct bs_range *block)
{
	const unsigned int top = bs_platform_of(bs_policy_machine(c))->max_order;
	struct state *s = bs_policy_state(c);

	if (w->mt == BS_MIGRATE_MOVABLE)
		return BS_POLICY_KERNEL;
	look_around(c);
	s->stale = true;
	return in_tainted(c, w, top, block);
}

const struct bs_policy bs_policy_superpageblock = {
	.abi = BS_POLICY_ABI,
	.name = "superpageblock",
	.summary = "unmovable memory gathers in areas that have some already",
	.origin =
		"R. van Riel, \"1GB superpageblock memory allocation\", RFC of 30 April 2026: its cover letter",
	.params = params,
	.state_bytes = sizeof(struct state),
	.begin = begin,
	.choose = choose,
	.fallback = fallback,
};
