// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bubble.c - bubble hinting, "aeration", Alexander Duyck's v1 (STRATEGIES.md, bubble).
 *
 * A free that leaves 32 raw blocks of one order requests the zone; 100 ms later a worker takes raw
 * blocks from the tail of each list, the highest order and the highest migratetype first, 32 at a
 * time, and puts them back to the tail with a mark. A boundary per list keeps the aerated run at
 * the tail together: raw blocks that go to a tail go in front of it. Blocks are taken without any
 * watermark test, from ISOLATE lists too, whose pages then go missing in the zone's count of free
 * pages, as they did.
 */
#include "boundary_slots.h"

#include "strategies.h"

static const struct bs_param params[] = {
	BS_HWM_PARAMS(32),
	{.name = NULL},
};

/* ---- A block comes to its list --------------------------------------------------------------- */

/* The word of an aerated block is the type of its list: where its boundary would be. */
static void block_in(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why,
		     bool merged)
{
	struct bs_boundary *s = bs_state(rc);

	/* One that merged on its way back is news, as a freed one is. */
	if (!bs_hwm_block_in(rc, b, why == BS_RETURN && !merged, merged))
		return;
	bs_set_word(rc, b->pfn, b->order, b->list_mt);
	s->slot[bs_boundary_slot(bs_state(rc), b->order, b->list_mt)] = b->pfn;
}

/* ---- The worker ------------------------------------------------------------------------------ */

/* The coldest raw block: right before the aerated run, else the first of the list. One that stands
 * between aerated blocks at both ends is not found. */
static bs_pfn get_raw(struct bs_report_ctx *rc, unsigned int zone, unsigned int order,
		      unsigned int mt)
{
	bs_pfn p = bs_boundary_last(rc, zone, order, mt);

	if (p != BS_NO_PFN && bs_is_marked(rc, p, order)) {
		p = bs_first(rc, zone, order, mt);
		if (bs_is_marked(rc, p, order))
			return BS_NO_PFN;
	}
	if (p == BS_NO_PFN)
		return p;
	bs_pull(rc, p, order);
	bs_set_word(rc, p, order, mt);
	return p;
}

/* To the list it came from, unless isolation may have changed that meanwhile. */
static void put_back(struct bs_report_ctx *rc, unsigned int zone, const struct bs_range *r)
{
	unsigned int mt = bs_word(rc, r->pfn, r->order);
	struct bs_report_zone rz;

	bs_report_zone(rc, zone, &rz);
	if (rz.nr_isolate_pageblock || mt == BS_MIGRATE_ISOLATE)
		mt = BS_MT_NOW;
	bs_put_back(rc, r->pfn, r->order, mt, BS_PUT_TAIL);
}

static unsigned int fill(struct bs_report_ctx *rc, unsigned int zone)
{
	return bs_hwm_fill(rc, zone, BS_MIGRATE_TYPES, get_raw);
}

static void drain(struct bs_report_ctx *rc, unsigned int zone, unsigned int n)
{
	const struct bs_boundary *s = bs_state(rc);

	bs_boundary_activate(rc, zone);
	for (unsigned int i = 0; i < n; i++)
		put_back(rc, zone, &s->hwm.batch[i]);
}

/* The worker holds a reference of its own: a request made while it runs arms no timer, and it only
 * ends at the end of a round through the zones. */
static int pass(struct bs_report_ctx *rc, int cpu)
{
	static const struct bs_hwm_rounds rounds = {fill, drain};
	struct bs_boundary *s = bs_state(rc);

	(void)cpu;
	s->hwm.refcount++;
	do {
		for (unsigned int zone = 0; zone < bs_zones(rc); zone++) {
			const struct bs_hwm_zone *z = bs_zone_state(rc, zone);

			if (z->requested)
				bs_hwm_cycle(rc, zone, &rounds);
		}
	} while (s->hwm.refcount > 1);
	s->hwm.refcount = 0;
	return 0;
}

/* ---- A block leaves its list, or moves ------------------------------------------------------- */

/* The mark goes, and the boundary steps to the next node towards the tail. */
static void unmark(struct bs_report_ctx *rc, const struct bs_block *b)
{
	bs_boundary_pull_off(
		rc, b, bs_boundary_slot(bs_state(rc), b->order, bs_word(rc, b->pfn, b->order)));
	bs_hwm_count(bs_zone_state(rc, b->zone), b->order, -1);
}

static void block_out(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why)
{
	(void)why;
	if (b->reported)
		unmark(rc, b);
}

/* Raw again, to the head: a mark would be an island among raw blocks. */
static bool block_move(struct bs_report_ctx *rc, const struct bs_block *b, unsigned int to_mt,
		       enum bs_why why, struct bs_spot *at)
{
	(void)to_mt;
	(void)why;
	if (b->reported)
		unmark(rc, b);
	at->tail = false;
	at->before = BS_NO_PFN;
	return false;
}

/* Its worker scans ISOLATE lists too. */
static void print_state(struct bs_report_ctx *rc, unsigned int zone, FILE *out)
{
	bs_boundary_print(rc, zone, BS_MIGRATE_TYPES, out);
}

static const struct bs_strategy_memory series = {
	.page = "type bit + mt",
	.zone = "8 B x 11",
	.rest = "96 B of boundaries; batch of 32",
	.note = "counters as from v6 on (below), for two orders in place of 11",
};

const struct bs_strategy bs_strategy_bubble = {
	.name = "bubble",
	.summary = "32 raw blocks start a worker; aerated blocks gather at the tail",
	.origin = "Alexander Duyck, mm / virtio: Provide support for paravirtual waste page "
		  "treatment v1, 2019-06-19",
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
	.may_leave = bs_hwm_may_leave,
	.print_state = print_state,
	.zones_have_state = true,
	.series = &series,
};
