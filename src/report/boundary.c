// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * boundary.c - reported_boundary, Alexander Duyck's v12 (STRATEGIES.md, boundary).
 *
 * A free of order >= 9 that leaves 32 raw blocks of its order in its zone requests the zone; 100 ms
 * later the worker reports all raw blocks of the zone, highest order first, each list from its
 * tail. Reported blocks return to the tail with a mark. While a zone is worked on, a boundary per
 * list keeps what is reported behind it: whatever else goes to the tail goes in front of the
 * boundary, so one backward sweep of each list is enough. The boundary moves lazily: it steps over
 * marked blocks when the next scan meets them.
 */
#include "boundary_slots.h"

#include "strategies.h"

static const struct bs_param params[] = {
	BS_HWM_PARAMS(32),
	{.name = NULL},
};

/* ---- A block comes to its list --------------------------------------------------------------- */

/* (ISOLATE lists have no boundary: v12 leaves those slots NULL and would fall over them.) */

/* A returned block is marked if it comes back as it went; the boundary finds it later. */
static void block_in(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why,
		     bool merged)
{
	if (bs_hwm_block_in(rc, b, why == BS_RETURN, merged))
		bs_set_word(rc, b->pfn, b->order, 0);
}

/* ---- The worker ------------------------------------------------------------------------------ */

/* The raw block nearest to the tail, isolated; BS_NO_PFN if there is none or it is refused. */
static bs_pfn get_unreported(struct bs_report_ctx *rc, unsigned int zone, unsigned int order,
			     unsigned int mt)
{
	struct bs_boundary *s = bs_state(rc);
	const unsigned int slot = bs_boundary_slot(bs_state(rc), order, mt);
	bs_pfn boundary = s->slot[slot], p = bs_boundary_last(rc, zone, order, mt);

	while (p != BS_NO_PFN && bs_is_marked(rc, p, order)) {
		bs_set_word(rc, p, order, slot);
		boundary = p;
		p = bs_prev(rc, order, p);
	}
	if (p != BS_NO_PFN && !bs_isolate(rc, p, order))
		p = BS_NO_PFN;
	s->slot[slot] = boundary;
	return p;
}

static unsigned int fill(struct bs_report_ctx *rc, unsigned int zone)
{
	const struct bs_boundary *s = bs_state(rc);
	struct bs_hwm_zone *z = bs_zone_state(rc, zone);
	unsigned int n;

	/* Only at the start of a cycle: boundaries persist from batch to batch. */
	bs_boundary_activate(rc, zone);
	n = bs_hwm_fill(rc, zone, BS_MIGRATE_ISOLATE, get_unreported);
	/* Before the last request, not after it: what is freed during the call counts for the
	 * next one, and this batch is drained to the real tail. */
	if (n < s->hwm.capacity)
		z->active = false;
	return n;
}

static int pass(struct bs_report_ctx *rc, int cpu)
{
	static const struct bs_hwm_rounds rounds = {fill, bs_hwm_to_tail};

	(void)cpu;
	return bs_hwm_run(rc, &rounds);
}

/* ---- A block leaves its list, or moves ------------------------------------------------------- */

/* The word of a marked block is the slot of the list in which a scan met it, 0 before one did. */
static void pull_boundary_off(struct bs_report_ctx *rc, const struct bs_block *b)
{
	bs_boundary_pull_off(rc, b, bs_word(rc, b->pfn, b->order));
}

static void block_out(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why)
{
	(void)why;
	if (!b->reported)
		return;
	pull_boundary_off(rc, b);
	bs_hwm_count(bs_zone_state(rc, b->zone), b->order, -1);
}

/* To the head, where the next scan finds it and gives it its new slot; the mark stays. */
static bool block_move(struct bs_report_ctx *rc, const struct bs_block *b, unsigned int to_mt,
		       enum bs_why why, struct bs_spot *at)
{
	(void)to_mt;
	(void)why;
	if (b->reported)
		pull_boundary_off(rc, b);
	at->tail = false;
	at->before = BS_NO_PFN;
	return true;
}

/* Somebody rotated the list: what is behind the boundary is no longer known. */
static void reordered(struct bs_report_ctx *rc, unsigned int zone, unsigned int order,
		      unsigned int mt)
{
	struct bs_boundary *s = bs_state(rc);
	const struct bs_hwm_zone *z = bs_zone_state(rc, zone);

	if (z->active)
		s->slot[bs_boundary_slot(bs_state(rc), order, mt)] = BS_NO_PFN;
}

static const struct bs_strategy_memory series = {
	.page = "flag + index",
	.zone = "16 B, 2 bits",
	.rest = "per zone 8 B of pointer more; 96 B of boundaries; 32 x 32 B",
	.note = "as scatterlist",
};

const struct bs_strategy bs_strategy_boundary = {
	.name = "boundary",
	.summary = "32 raw blocks start a worker; a boundary per list parts reported from raw",
	.origin = "Alexander Duyck, mm / virtio: Provide support for unused page reporting v12, "
		  "2019-10-22",
	.abi = BS_STRATEGY_ABI,
	.state_size = sizeof(struct bs_boundary),
	.zone_state_size = sizeof(struct bs_hwm_zone),
	.params = params,
	.start = bs_boundary_start,
	.stop = bs_boundary_stop,
	.place = bs_boundary_place,
	.block_in = block_in,
	.pass = pass,
	.block_out = block_out,
	.block_move = block_move,
	.reordered = reordered,
	.zone_gone = bs_hwm_zone_gone,
	.may_leave = bs_hwm_may_leave,
	.print_state = bs_boundary_print_state,
	.zones_have_state = true,
	.series = &series,
};
