// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ctx_hooks.c - from the allocator's hooks to the strategy's.
 *
 * While a hook runs, the lock of its zone counts as held (freeing(), zone_gone() and allocated():
 * none does), whatever the worker, interrupted in the middle of a request, holds itself.
 */
#include "ctx_hooks.h"

#include <stdlib.h>

#include "ctx_figures.h"

struct frame {
	int locked;
	enum bs_hook in_hook;
	const struct bs_block *block;
};

static struct frame enter(struct bs_report_ctx *rc, enum bs_hook hook, int locked,
			  const struct bs_block *b)
{
	struct frame f = {rc->locked, rc->in_hook, rc->hook_block};

	rc->stats.hooks_locked += locked != BS_NO_ZONE;
	rc->locked = locked;
	rc->in_hook = hook;
	rc->hook_block = b;
	return f;
}

static void leave(struct bs_report_ctx *rc, const struct frame *f)
{
	rc->locked = f->locked;
	rc->in_hook = f->in_hook;
	rc->hook_block = f->block;
}

/* While bs_defer() waits for an allocation the allocator also tells of smaller blocks, which are no
 * business of the strategy's. */
static bool too_small(const struct bs_report_ctx *rc, const struct bs_block *b)
{
	return b->order < rc->lowest_order;
}

/* ---- Blocks whose first owner is waited for -------------------------------------------------- */

static bool overlap(const struct bs_range *r, const struct bs_block *b)
{
	const unsigned int order = r->order > b->order ? r->order : b->order;

	return !((r->pfn ^ b->pfn) >> order);
}

static struct bs_range *find_deferred(const struct bs_report_ctx *rc, const struct bs_block *b)
{
	for (unsigned int i = 0; i < rc->nr_deferred; i++)
		if (overlap(&rc->deferred[i], b))
			return &rc->deferred[i];
	return NULL;
}

/* As a whole, alone or as a part of something larger. */
static bool is_deferred(const struct bs_report_ctx *rc, const struct bs_block *b)
{
	for (unsigned int i = 0; i < rc->nr_deferred; i++)
		if (rc->deferred[i].order >= b->order && overlap(&rc->deferred[i], b))
			return true;
	return false;
}

/* The first piece of it is an owner's, or it is whole again. */
static void forget_deferred(struct bs_report_ctx *rc, struct bs_range *r)
{
	*r = rc->deferred[--rc->nr_deferred];
	if (!rc->nr_deferred)
		bs_ctx_apply_listen(rc);
}

void bs_defer(struct bs_report_ctx *rc, const struct bs_block *b)
{
	struct bs_range *more;

	if (is_deferred(rc, b))
		return;
	if (rc->nr_deferred == rc->deferred_room) {
		more = realloc(rc->deferred, 2 * rc->deferred_room * sizeof(*more));
		if (!more)
			return;
		rc->deferred = more;
		rc->deferred_room *= 2;
	}
	rc->deferred[rc->nr_deferred++] = (struct bs_range){b->pfn, b->order};
	if (rc->nr_deferred == 1)
		bs_ctx_apply_listen(rc);
}

/* ---- Hooks ----------------------------------------------------------------------------------- */

static void freeing(void *arg, const struct bs_block *b)
{
	struct bs_report_ctx *rc = arg;
	struct frame f;

	if (too_small(rc, b))
		return;
	f = enter(rc, BS_HOOK_FREEING, BS_NO_ZONE, b);
	rc->s->freeing(rc, b);
	leave(rc, &f);
}

static void merged(void *arg, const struct bs_block *b)
{
	struct bs_report_ctx *rc = arg;
	struct frame f;

	if (too_small(rc, b))
		return;
	f = enter(rc, BS_HOOK_MERGED, b->zone, b);
	rc->s->merged(rc, b);
	leave(rc, &f);
}

static void place(void *arg, const struct bs_block *b, enum bs_why why, struct bs_spot *at)
{
	struct bs_report_ctx *rc = arg;
	struct frame f;

	if (too_small(rc, b))
		return;
	f = enter(rc, BS_HOOK_PLACE, b->zone, b);
	rc->s->place(rc, b, why, at);
	leave(rc, &f);
}

static void block_in(void *arg, const struct bs_block *b, enum bs_why why, bool merge)
{
	struct bs_report_ctx *rc = arg;
	struct frame f;

	if (too_small(rc, b))
		return;
	/* Whole again: its pieces came back from the per-cpu lists and nobody had one. */
	for (unsigned int i = rc->nr_deferred; i--;)
		if (rc->deferred[i].order <= b->order && overlap(&rc->deferred[i], b))
			forget_deferred(rc, &rc->deferred[i]);
	f = enter(rc, BS_HOOK_BLOCK_IN, b->zone, b);
	rc->s->block_in(rc, b, why, merge);
	leave(rc, &f);
}

/* What is claimed is the claimant's business only as long as it stays free: all of it goes with the
 * block, wherever in it the guest then takes a piece. Merging leaves it free. */
static void lose_claims(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why)
{
	struct bs_taken *t;

	while (why != BS_MERGE && (t = bs_taken_inside(&rc->taken, b->pfn, b->order)) != NULL)
		bs_taken_remove(&rc->taken, t);
}

/* What is told frame by frame stays told where a split leaves it free: an allocation takes the
 * lower end of a block. One that takes all of it is heard by allocated(). */
static uint8_t told_part(const struct bs_report_ctx *rc, const struct bs_block *b)
{
	return rc->s->caps & BS_CAP_HOST_SIDE ? (uint8_t)rc->told_order : b->order;
}

static void block_out(void *arg, const struct bs_block *b, enum bs_why why)
{
	struct bs_report_ctx *rc = arg;
	struct frame f;

	if (too_small(rc, b))
		return;
	if (b->reported)
		rc->stats.marks_lost++;
	if (rc->s->block_out) {
		f = enter(rc, BS_HOOK_BLOCK_OUT, b->zone, b);
		rc->s->block_out(rc, b, why);
		leave(rc, &f);
	}
	/* What is waited for is told until somebody has it. */
	if (rc->told && ((why == BS_ALLOC && !find_deferred(rc, b)) || why == BS_OFFLINE))
		bs_ctx_told(rc, &(struct bs_range){b->pfn, told_part(rc, b)}, 1, false);
	if (rc->s->caps & BS_CAP_HOST_SIDE)
		lose_claims(rc, b, why);
}

static bool block_move(void *arg, const struct bs_block *b, unsigned int to_mt, enum bs_why why,
		       struct bs_spot *at)
{
	struct bs_report_ctx *rc = arg;
	struct frame f;
	bool keep;

	if (too_small(rc, b))
		return true;
	f = enter(rc, BS_HOOK_BLOCK_MOVE, b->zone, b);
	keep = rc->s->block_move(rc, b, to_mt, why, at);
	leave(rc, &f);
	if (b->reported && !keep)
		rc->stats.marks_lost++;
	return keep;
}

static void reordered(void *arg, unsigned int zone, unsigned int order, unsigned int mt)
{
	struct bs_report_ctx *rc = arg;
	struct frame f = enter(rc, BS_HOOK_REORDERED, (int)zone, NULL);

	rc->s->reordered(rc, zone, order, mt);
	leave(rc, &f);
}

static void zone_gone(void *arg, unsigned int zone)
{
	struct bs_report_ctx *rc = arg;
	struct frame f = enter(rc, BS_HOOK_ZONE_GONE, BS_NO_ZONE, NULL);

	rc->s->zone_gone(rc, zone);
	leave(rc, &f);
}

/* Smaller than what the strategy looks at: it keeps its mark, and nobody counts it. */
static bool split(void *arg, const struct bs_block *b)
{
	struct bs_report_ctx *rc = arg;
	struct bs_block marked = *b;
	struct frame f;

	if (!(rc->s->caps & BS_CAP_SPLIT_MARKS))
		return false;
	if (too_small(rc, b))
		return true;
	marked.reported = true;
	f = enter(rc, BS_HOOK_SPLIT, b->zone, &marked);
	rc->s->block_in(rc, &marked, BS_SPLIT, false);
	leave(rc, &f);
	return true;
}

static void allocated(void *arg, const struct bs_block *b)
{
	struct bs_report_ctx *rc = arg;
	struct bs_range *awaited = find_deferred(rc, b);
	struct frame f;

	/* Small allocations matter only when they came out of a block that the strategy pointed
	 * at while it left its list. */
	if (too_small(rc, b) && !awaited)
		return;
	for (; awaited; awaited = find_deferred(rc, b)) {
		if (rc->told)
			bs_ctx_told(rc, awaited, 1, false);
		forget_deferred(rc, awaited);
	}
	if (rc->told && b->order >= rc->told_order)
		bs_ctx_told(rc, &(struct bs_range){b->pfn, b->order}, 1, false);
	f = enter(rc, BS_HOOK_ALLOCATED, BS_NO_ZONE, b);
	rc->s->allocated(rc, b);
	leave(rc, &f);
}

static uint32_t default_mask(const struct bs_strategy *s)
{
	uint32_t mask = 0;

	mask |= s->freeing ? BS_HOOK_FREEING : 0;
	mask |= s->merged ? BS_HOOK_MERGED : 0;
	mask |= s->place ? BS_HOOK_PLACE : 0;
	mask |= s->block_in ? BS_HOOK_BLOCK_IN : 0;
	/* Lost marks are counted for everybody who can report at all. */
	mask |= s->block_out || s->pass || s->freeing || s->merged ? BS_HOOK_BLOCK_OUT : 0;
	mask |= s->block_move ? BS_HOOK_BLOCK_MOVE : 0;
	mask |= s->reordered ? BS_HOOK_REORDERED : 0;
	mask |= s->zone_gone ? BS_HOOK_ZONE_GONE : 0;
	mask |= s->allocated ? BS_HOOK_ALLOCATED : 0;
	mask |= s->caps & BS_CAP_SPLIT_MARKS ? BS_HOOK_SPLIT : 0;
	return mask;
}

void bs_ctx_hooks_init(struct bs_report_ctx *rc)
{
	rc->hooks = (struct bs_hooks){
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
	rc->listen_mask = default_mask(rc->s);
	rc->lowest_order = bs_ctx_min_order(rc);
}

/* What a strategy that is off still hears: the removal, move and reorder of blocks that it marked
 * while it was on, so that its counters are true when it is switched on again (marks
 * and counters persist). Frees no longer reach it. */
#define HOOKS_WHILE_OFF                                                                   \
	(BS_HOOK_BLOCK_OUT | BS_HOOK_BLOCK_MOVE | BS_HOOK_REORDERED | BS_HOOK_ZONE_GONE | \
	 BS_HOOK_SPLIT)

void bs_ctx_apply_listen(struct bs_report_ctx *rc)
{
	uint32_t mask = rc->started ? rc->listen_mask : rc->listen_mask & HOOKS_WHILE_OFF;

	for (unsigned int z = 0; z < rc->nr_zones; z++)
		bs_zone_listen(rc->m, z, mask, rc->nr_deferred ? 0 : rc->lowest_order);
}

void bs_listen(struct bs_report_ctx *rc, uint32_t mask, unsigned int lowest_order)
{
	/* Only hooks that exist, and always those by which marks are lost and kept. */
	const uint32_t always = BS_HOOK_BLOCK_OUT | BS_HOOK_SPLIT;

	rc->listen_mask = default_mask(rc->s) & (mask | always);
	rc->lowest_order = lowest_order;
	bs_ctx_apply_listen(rc);
}
