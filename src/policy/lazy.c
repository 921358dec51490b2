// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lazy.c - a freed block merges only if more blocks of its order lie unmerged than are in use
 * (POLICIES.md, lazy).
 *
 * The paper's slack of a size, all its blocks less twice the unmerged less the other free ones, is the
 * blocks in use less the unmerged. What is unmerged stands at the head of its list and is taken first.
 */
#include "policies.h"

enum { ORDER, SLACK };

static const struct bs_param params[] = {
	{.name = "order",
	 .type = BS_PARAM_ORDER,
	 .def = 8,
	 .min = 0,
	 .max = BS_MAX_ORDER,
	 .help = "largest order that is left unmerged"},
	{.name = "slack",
	 .type = BS_PARAM_UINT,
	 .def = 2,
	 .min = 1,
	 .max = 1u << 20,
	 .help = "how many more blocks of an order must be in use than lie unmerged for one more"},
	{.name = NULL},
};

struct state {
	uint64_t *local[BS_NR_ORDERS]; /* bit per block: it is free, and has not tried to merge */
	bs_pfn left; /* the block that is being freed, and will be such a one */
};

struct zone_state {
	int64_t used[BS_NR_ORDERS], local[BS_NR_ORDERS]; /* blocks */
};

static bool is_lazy(const struct bs_policy_ctx *c, unsigned int order)
{
	const struct state *s = bs_policy_state(c);

	return s->local[order] && order <= bs_policy_param(c, ORDER);
}

static bool is_local(const struct bs_policy_ctx *c, bs_pfn pfn, unsigned int order)
{
	const struct state *s = bs_policy_state(c);

	return is_lazy(c, order) && s->local[order][pfn >> order >> 6] >> (pfn >> order & 63) & 1;
}

static void set_local(struct bs_policy_ctx *c, unsigned int zone, bs_pfn pfn, unsigned int order,
		      bool on)
{
	struct zone_state *z = bs_policy_zone_state(c, zone);
	struct state *s = bs_policy_state(c);

	if (is_local(c, pfn, order) == on)
		return;
	s->local[order][pfn >> order >> 6] ^= UINT64_C(1) << (pfn >> order & 63);
	z->local[order] += on ? 1 : -1;
}

static int begin(struct bs_policy_ctx *c)
{
	const struct bs_machine *m = bs_policy_machine(c);
	struct state *s = bs_policy_state(c);

	s->left = BS_NO_PFN;
	for (unsigned int k = 0; k < bs_platform_of(m)->max_order; k++) {
		s->local[k] = bs_policy_alloc(c, ((bs_max_pfn(m) >> k >> 6) + 1) * 8);
		if (!s->local[k])
			return -1;
	}
	return 0;
}

/* A block is freed: it is in use no more. */
static unsigned int type(struct bs_policy_ctx *c, bs_pfn pfn, unsigned int order, unsigned int mt)
{
	const int zone = bs_pfn_zone(bs_policy_machine(c), pfn);
	struct zone_state *z = bs_policy_zone_state(c, (unsigned int)(zone < 0 ? 0 : zone));
	struct state *s = bs_policy_state(c);

	if (z->used[order])
		z->used[order]--;
	s->left = BS_NO_PFN;
	return mt;
}

/* One that lies unmerged merges, too. */
static void merge_another(struct bs_policy_ctx *c, unsigned int zone, unsigned int order)
{
	for (unsigned int mt = 0; mt < BS_PCPTYPES; mt++) {
		const bs_pfn pfn = bs_policy_first(c, zone, order, mt);

		if (pfn == BS_NO_PFN || !is_local(c, pfn, order))
			continue;
		bs_policy_merge(c, pfn, order);
		return;
	}
}

static bool merge(struct bs_policy_ctx *c, const struct bs_block *b, const struct bs_block *buddy)
{
	const struct zone_state *z = bs_policy_zone_state(c, b->zone);
	struct state *s = bs_policy_state(c);
	int64_t slack;

	(void)buddy;
	if (!is_lazy(c, b->order))
		return true;
	slack = z->used[b->order] - z->local[b->order] + 1;
	if (slack >= (int64_t)bs_policy_param(c, SLACK)) {
		s->left = b->pfn;
		return false;
	}
	if (slack <= 0)
		merge_another(c, b->zone, b->order);
	return true;
}

static void place(struct bs_policy_ctx *c, const struct bs_block *b, enum bs_why why,
		  struct bs_spot *at)
{
	const struct state *s = bs_policy_state(c);

	(void)why;
	if (is_lazy(c, b->order))
		at->tail = s->left != b->pfn && !is_local(c, b->pfn, b->order);
}

static void block_in(struct bs_policy_ctx *c, const struct bs_block *b, enum bs_why why)
{
	struct zone_state *z = bs_policy_zone_state(c, b->zone);
	struct state *s = bs_policy_state(c);

	if (s->left == b->pfn)
		set_local(c, b->zone, b->pfn, b->order, true);
	s->left = BS_NO_PFN;
	/* What was taken for a request is half as large now. */
	if (why == BS_SPLIT) {
		z->used[b->order + 1]--;
		z->used[b->order]++;
	}
}

static void block_out(struct bs_policy_ctx *c, const struct bs_block *b, enum bs_why why)
{
	struct zone_state *z = bs_policy_zone_state(c, b->zone);

	if (is_lazy(c, b->order))
		set_local(c, b->zone, b->pfn, b->order, false);
	if (why != BS_MERGE)
		z->used[b->order]++;
}

/* All that lies unmerged merges: nothing fails for it. */
static bool short_of(struct bs_policy_ctx *c, const struct bs_policy_want *w)
{
	struct zone_state *z = bs_policy_zone_state(c, w->zone);
	bool any = false;

	for (unsigned int k = 0; k < w->order; k++)
		for (unsigned int mt = 0; mt < BS_PCPTYPES && is_lazy(c, k); mt++) {
			bs_pfn pfn;

			while (z->local[k] &&
			       (pfn = bs_policy_first(c, w->zone, k, mt)) != BS_NO_PFN &&
			       is_local(c, pfn, k)) {
				bs_policy_merge(c, pfn, k);
				any = true;
				if (!is_local(c, pfn, k))
					continue;
				set_local(c, w->zone, pfn, k, false);
				bs_policy_move(c, pfn, k, &(struct bs_spot){true, BS_NO_PFN});
			}
		}
	return any;
}

const struct bs_policy bs_policy_lazy = {
	.abi = BS_POLICY_ABI,
	.name = "lazy",
	.summary = "freed blocks merge only when many of their order lie unmerged",
	.origin =
		"T. P. Lee, R. E. Barkley, \"A watermark-based lazy buddy system for kernel memory "
		"allocation\", USENIX Summer 1989",
	.params = params,
	.state_bytes = sizeof(struct state),
	.zone_bytes = sizeof(struct zone_state),
	.begin = begin,
	.type = type,
	.merge = merge,
	.place = place,
	.block_in = block_in,
	.block_out = block_out,
	.short_of = short_of,
};
