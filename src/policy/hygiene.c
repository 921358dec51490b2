// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * hygiene.c - a free block is on the list of its pageblock's type, always (POLICIES.md, hygiene): what is
 * flushed goes by its pageblock, what merges across pageblocks makes them one type, and who falls back takes
 * a whole pageblock or one block, of which the rest stays where it is. A kernel that does so itself is left
 * alone.
 */
#include <string.h>

#include "policies.h"

struct state {
	bool has_it;
};

/* In order of preference, as the kernel has them. */
static const uint8_t donors[BS_PCPTYPES][2] = {
	[BS_MIGRATE_UNMOVABLE] = {BS_MIGRATE_RECLAIMABLE, BS_MIGRATE_MOVABLE},
	[BS_MIGRATE_MOVABLE] = {BS_MIGRATE_RECLAIMABLE, BS_MIGRATE_UNMOVABLE},
	[BS_MIGRATE_RECLAIMABLE] = {BS_MIGRATE_UNMOVABLE, BS_MIGRATE_MOVABLE},
};

static int begin(struct bs_policy_ctx *c)
{
	const char *kernel = bs_kernel_name(bs_policy_machine(c));
	struct state *s = bs_policy_state(c);
	struct bs_kernel_behaviour b;

	for (unsigned int i = 0; bs_kernel_behaviour(kernel, i, &b); i++)
		if (!strcmp(b.name, "flush_type"))
			s->has_it = !strcmp(b.value, "pageblock");
	return 0;
}

static unsigned int type(struct bs_policy_ctx *c, bs_pfn pfn, unsigned int order, unsigned int mt)
{
	const struct state *s = bs_policy_state(c);

	(void)order;
	return s->has_it ? mt : bs_pageblock_type(bs_policy_machine(c), pfn);
}

static bool merge(struct bs_policy_ctx *c, const struct bs_block *b, const struct bs_block *buddy)
{
	const struct state *s = bs_policy_state(c);

	if (!s->has_it)
		bs_policy_retype(c, buddy, b->list_mt);
	return true;
}

static bool donor(struct bs_policy_ctx *c, const struct bs_policy_want *w, unsigned int order,
		  struct bs_range *block)
{
	for (unsigned int i = 0; i < 2; i++) {
		block->pfn = bs_policy_first(c, w->zone, order, donors[w->mt][i]);
		block->order = (uint8_t)order;
		if (block->pfn != BS_NO_PFN)
			return true;
	}
	return false;
}

/* Is enough of the pageblock free, or in use by what is like the request? */
static bool suits(struct bs_policy_ctx *c, const struct bs_policy_want *w, bs_pfn pfn)
{
	const struct bs_machine *m = bs_policy_machine(c);
	const unsigned int pages = 1u << bs_pageblock_order(m);
	unsigned int free, movable, alike;

	if (!bs_policy_pageblock(c, pfn, &free, &movable))
		return false;
	alike = w->mt == BS_MIGRATE_MOVABLE			  ? movable
		: bs_pageblock_type(m, pfn) == BS_MIGRATE_MOVABLE ? pages - free - movable
								  : 0;
	return free + alike >= pages / 2;
}

static enum bs_policy_answer fallback(struct bs_policy_ctx *c, const struct bs_policy_want *w,
				      struct bs_range *block)
{
	const struct bs_machine *m = bs_policy_machine(c);
	const unsigned int pbo = bs_pageblock_order(m), top = bs_platform_of(m)->max_order;
	const unsigned int least = w->unmixed && w->order < pbo ? pbo : w->order;
	const struct state *s = bs_policy_state(c);

	if (s->has_it)
		return BS_POLICY_KERNEL;
	for (unsigned int k = top + 1; k-- > least;) {
		if (!donor(c, w, k, block))
			continue;
		/* Movable memory leaves others' small remains alone. */
		if (k < pbo / 2 && w->mt == BS_MIGRATE_MOVABLE)
			break;
		if (k >= pbo || suits(c, w, block->pfn))
			return BS_POLICY_CLAIM;
	}
	if (w->unmixed)
		return BS_POLICY_NONE;
	for (unsigned int k = w->order; k <= top; k++)
		if (donor(c, w, k, block))
			return BS_POLICY_TAKE;
	return BS_POLICY_NONE;
}

const struct bs_policy bs_policy_hygiene = {
	.abi = BS_POLICY_ABI,
	.name = "hygiene",
	.summary = "free blocks are always on the list of their pageblock's type",
	.origin =
		"J. Weiner, \"mm: page_alloc: freelist migratetype hygiene\", 2023, in Linux since 6.10",
	.state_bytes = sizeof(struct state),
	.begin = begin,
	.type = type,
	.merge = merge,
	.fallback = fallback,
};
