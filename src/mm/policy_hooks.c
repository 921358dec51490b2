// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * policy_hooks.c - what an allocator without a policy already tests for, a listener's wish, is how a
 * policy gets in: its hooks stand in front of the listener's, which is told what it wants and no more.
 */
#include "policy_hooks.h"

#include "pcp.h"

uint32_t mm_policy_hook_mask(const struct bs_policy_ctx *c)
{
	const struct bs_policy *p = c->p;
	uint32_t mask = 0;

	mask |= p->place || p->block_in ? BS_HOOK_PLACE | BS_HOOK_BLOCK_IN : 0u;
	mask |= p->block_out ? BS_HOOK_BLOCK_OUT : 0u;
	mask |= p->place ? BS_HOOK_BLOCK_MOVE : 0u;
	mask |= p->flush ? BS_HOOK_FREEING : 0u;
	return mask;
}

static bool is_wanted(const struct bs_policy_ctx *c, enum bs_hook hook, const struct bs_block *b)
{
	return c->mask[b->zone] & hook && b->order >= c->order[b->zone];
}

/* As many as the policy says go to their lists before the freed block comes. */
static void flush(struct bs_policy_ctx *c, unsigned int zone)
{
	struct bs_machine *m = c->m;
	struct zone *z = &m->zones[zone];
	struct per_cpu_pages *pcp = &z->pcp[m->cpu];

	mm_pcp_flush(m, z, pcp, mm_policy_flush(c, zone, pcp->count, c->high[zone]));
}

static void freeing(void *arg, const struct bs_block *b)
{
	struct bs_policy_ctx *c = arg;

	if (c->p->flush)
		flush(c, b->zone);
	if (is_wanted(c, BS_HOOK_FREEING, b))
		c->hooks->freeing(c->hook_arg, b);
}

static void merged(void *arg, const struct bs_block *b)
{
	struct bs_policy_ctx *c = arg;

	if (is_wanted(c, BS_HOOK_MERGED, b))
		c->hooks->merged(c->hook_arg, b);
}

static void place(void *arg, const struct bs_block *b, enum bs_why why, struct bs_spot *at)
{
	struct bs_policy_ctx *c = arg;

	mm_policy_place_block(c, b, why, at);
	if (is_wanted(c, BS_HOOK_PLACE, b))
		c->hooks->place(c->hook_arg, b, why, at);
}

static void block_in(void *arg, const struct bs_block *b, enum bs_why why, bool was_merged)
{
	struct bs_policy_ctx *c = arg;

	if (c->p->block_in)
		c->p->block_in(c, b, why);
	if (is_wanted(c, BS_HOOK_BLOCK_IN, b))
		c->hooks->block_in(c->hook_arg, b, why, was_merged);
}

static void block_out(void *arg, const struct bs_block *b, enum bs_why why)
{
	struct bs_policy_ctx *c = arg;

	if (c->p->block_out)
		c->p->block_out(c, b, why);
	if (is_wanted(c, BS_HOOK_BLOCK_OUT, b))
		c->hooks->block_out(c->hook_arg, b, why);
}

static bool block_move(void *arg, const struct bs_block *b, unsigned int to_mt, enum bs_why why,
		       struct bs_spot *at)
{
	struct bs_policy_ctx *c = arg;
	struct bs_block there = *b;

	there.list_mt = (uint8_t)to_mt;
	mm_policy_place_block(c, &there, why, at);
	return is_wanted(c, BS_HOOK_BLOCK_MOVE, b)
		       ? c->hooks->block_move(c->hook_arg, b, to_mt, why, at)
		       : true;
}

static void reordered(void *arg, unsigned int zone, unsigned int order, unsigned int mt)
{
	struct bs_policy_ctx *c = arg;

	if (c->mask[zone] & BS_HOOK_REORDERED && order >= c->order[zone])
		c->hooks->reordered(c->hook_arg, zone, order, mt);
}

static void zone_gone(void *arg, unsigned int zone)
{
	struct bs_policy_ctx *c = arg;

	if (c->mask[zone] & BS_HOOK_ZONE_GONE)
		c->hooks->zone_gone(c->hook_arg, zone);
}

static void allocated(void *arg, const struct bs_block *b)
{
	struct bs_policy_ctx *c = arg;

	if (is_wanted(c, BS_HOOK_ALLOCATED, b))
		c->hooks->allocated(c->hook_arg, b);
}

static bool split(void *arg, const struct bs_block *b)
{
	struct bs_policy_ctx *c = arg;

	return c->mask[b->zone] & BS_HOOK_SPLIT && c->hooks->split(c->hook_arg, b);
}

const struct bs_hooks mm_policy_hooks = {
	.freeing = freeing,
	.merged = merged,
	.place = place,
	.block_in = block_in,
	.block_out = block_out,
	.block_move = block_move,
	.reordered = reordered,
	.zone_gone = zone_gone,
	.allocated = allocated,
	.split = split,
};
