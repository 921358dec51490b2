// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * scatterlist.c - unused page reporting, Alexander Duyck's v6 (STRATEGIES.md, scatterlist).
 *
 * As in bubble, 32 raw blocks of one order request their zone, and a boundary per list parts what
 * was reported, behind it, from what was not. New are the scatterlist of 16, counters per zone, and
 * that a reported block survives a move between lists while its zone is worked on: it becomes the
 * boundary of the list it comes to. Blocks are taken without any watermark test: what is out may
 * make an allocation fail that need not have (false OOM).
 */
#include "boundary_slots.h"

#include "strategies.h"

static const struct bs_param params[] = {
	BS_HWM_PARAMS(16),
	{.name = NULL},
};

/* Smaller blocks are listened to for their moves alone: the series moves every block to a tail. */
static bool is_reportable(const struct bs_report_ctx *rc, const struct bs_block *b)
{
	return b->order >= bs_param_get(rc, BS_HWM_ORDER);
}

static int start(struct bs_report_ctx *rc)
{
	bs_listen(rc, UINT32_MAX, 0);
	return bs_boundary_start(rc);
}

/* ---- A block comes to its list --------------------------------------------------------------- */

/* The word of a marked block is the type whose boundary it may be. */
static void set_boundary(struct bs_report_ctx *rc, const struct bs_block *b, unsigned int mt)
{
	struct bs_boundary *s = bs_state(rc);

	bs_set_word(rc, b->pfn, b->order, mt);
	if (mt != BS_MIGRATE_ISOLATE && is_reportable(rc, b))
		s->slot[bs_boundary_slot(bs_state(rc), b->order, mt)] = b->pfn;
}

/* A returned block is never news, even if it merged: there is no more raw memory than before. */
static void block_in(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why,
		     bool merged)
{
	if (is_reportable(rc, b) && bs_hwm_block_in(rc, b, why == BS_RETURN, merged))
		set_boundary(rc, b, b->list_mt);
}

/* ---- The worker ------------------------------------------------------------------------------ */

/* The coldest raw block stands right before the boundary. A marked one there is an island: the raw
 * ones, if any, are then at the head. */
static bs_pfn get_unreported(struct bs_report_ctx *rc, unsigned int zone, unsigned int order,
			     unsigned int mt)
{
	struct bs_boundary *s = bs_state(rc);
	bs_pfn p = bs_boundary_last(rc, zone, order, mt);

	if (p != BS_NO_PFN && bs_is_marked(rc, p, order)) {
		p = bs_first(rc, zone, order, mt);
		if (bs_is_marked(rc, p, order)) {
			/* Both ends are reported: done with this list. */
			s->slot[bs_boundary_slot(bs_state(rc), order, mt)] = p;
			return BS_NO_PFN;
		}
	}
	if (p != BS_NO_PFN)
		bs_pull(rc, p, order);
	return p;
}

static unsigned int fill(struct bs_report_ctx *rc, unsigned int zone)
{
	bs_boundary_activate(rc, zone);
	return bs_hwm_fill(rc, zone, BS_MIGRATE_ISOLATE, get_unreported);
}

static int pass(struct bs_report_ctx *rc, int cpu)
{
	static const struct bs_hwm_rounds rounds = {fill, bs_hwm_to_tail};

	(void)cpu;
	return bs_hwm_run(rc, &rounds);
}

/* ---- A block leaves its list, or moves ------------------------------------------------------- */

/* The boundary steps from a block that goes away to the next one towards the tail. */
static void pull_boundary_off(struct bs_report_ctx *rc, const struct bs_block *b)
{
	bs_boundary_pull_off(
		rc, b, bs_boundary_slot(bs_state(rc), b->order, bs_word(rc, b->pfn, b->order)));
}

static void block_out(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why)
{
	struct bs_hwm_zone *z = bs_zone_state(rc, b->zone);

	(void)why;
	if (!b->reported)
		return;
	pull_boundary_off(rc, b);
	bs_hwm_count(z, b->order, -1);
}

/* Every moved block goes to the unreported tail of its new list. A marked one becomes the boundary
 * there; while nobody works on the zone it is cheaper to report it again than to search around it,
 * unless it goes to an ISOLATE list, which is not searched. */
static bool block_move(struct bs_report_ctx *rc, const struct bs_block *b, unsigned int to_mt,
		       enum bs_why why, struct bs_spot *at)
{
	struct bs_hwm_zone *z = bs_zone_state(rc, b->zone);

	(void)why;
	at->tail = true;
	if (b->reported)
		pull_boundary_off(rc, b);
	at->before = bs_boundary_tail(rc, b->zone, b->order, to_mt);
	if (!b->reported)
		return true;
	if (!z->active && to_mt != BS_MIGRATE_ISOLATE) {
		bs_hwm_count(z, b->order, -1);
		return false;
	}
	if (z->active)
		set_boundary(rc, b, to_mt);
	return true;
}

static const struct bs_strategy_memory series = {
	.page = "flag + mt",
	.zone = "16 B, 2 bits",
	.rest = "per zone 8 B of pointer more; 96 B of boundaries; 16 x 32 B",
	.note = "the kernel keeps the 2 bits in the zone's flags, here they take 8 bytes with padding; a boundary is a PFN of 4 bytes, an entry of the list 8 bytes",
};

const struct bs_strategy bs_strategy_scatterlist = {
	.name = "scatterlist",
	.summary = "32 raw blocks start a worker; 16 per request, no watermark test",
	.origin = "Alexander Duyck, mm / virtio: Provide support for unused page reporting v6, "
		  "2019-08-21",
	.abi = BS_STRATEGY_ABI,
	.state_size = sizeof(struct bs_boundary),
	.zone_state_size = sizeof(struct bs_hwm_zone),
	.params = params,
	.start = start,
	.stop = bs_boundary_stop,
	.place = bs_boundary_place,
	.block_in = block_in,
	.pass = pass,
	.block_out = block_out,
	.block_move = block_move,
	.zone_gone = bs_hwm_zone_gone,
	.may_leave = bs_hwm_may_leave,
	.print_state = bs_boundary_print_state,
	.zones_have_state = true,
	.series = &series,
};
