// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * boundary.c - S5: reported_boundary, Alexander Duyck's v12 (spec reporting.md 7).
 *
 * A free of order >= 9 that leaves 32 raw blocks of its order in its zone requests the zone; 100 ms
 * later the worker reports all raw blocks of the zone, highest order first, each list from its
 * tail. Reported blocks return to the tail with a mark. While a zone is worked on, a boundary per
 * list keeps what is reported behind it: whatever else goes to the tail goes in front of the
 * boundary, so one backward sweep of each list is enough. The boundary moves lazily: it steps over
 * marked blocks when the next scan meets them.
 */
#include "boundary.h"

#include <errno.h>

#include "strategies.h"

static const struct bs_param params[] = {
	BS_HWM_PARAMS(32),
	{.name = NULL},
};

/* ---- On and off ------------------------------------------------------------------------------ */

int bs_boundary_start(struct bs_report_ctx *rc)
{
	const unsigned int orders = BS_NR_ORDERS - (unsigned int)bs_param_get(rc, BS_HWM_ORDER);
	struct bs_boundary *s = bs_state(rc);

	s->nr_slots = orders * BS_MIGRATE_TYPES;
	s->slot = bs_alloc(rc, BS_SCOPE_GLOBAL, s->nr_slots * sizeof(*s->slot));
	return s->slot ? bs_hwm_start(rc) : -ENOMEM;
}

void bs_boundary_stop(struct bs_report_ctx *rc)
{
	struct bs_boundary *s = bs_state(rc);

	bs_hwm_stop(rc);
	bs_release(rc, s->slot);
	s->slot = NULL;
	s->nr_slots = 0;
}

/* ---- A block comes to its list --------------------------------------------------------------- */

/* H3, H4: what was reported goes to the tail, and while the zone is worked on the tail of a list is
 * its boundary. For ISOLATE lists that is always the list's own end: v12 leaves those slots NULL and
 * would fall over them (spec 7, latent defect). */
static void place(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why,
		  struct bs_spot *at)
{
	const struct bs_boundary *s = bs_state(rc);
	const struct bs_hwm_zone *z = bs_zone_state(rc, b->zone);

	if (why == BS_RETURN)
		at->tail = true;
	if (at->tail && z->active)
		at->before = s->slot[bs_boundary_slot(b->order, b->list_mt)];
}

/* H5: a returned block is marked if it comes back as it went; the boundary finds it later. */
static void block_in(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why,
		     bool merged)
{
	struct bs_hwm_zone *z = bs_zone_state(rc, b->zone);

	if (why != BS_RETURN) {
		bs_hwm_notify(rc, b->zone, b->order);
	} else if (!merged) {
		bs_set_word(rc, b->pfn, b->order, 0);
		bs_mark(rc, b->pfn, b->order);
		bs_hwm_count(z, b->order, 1);
	}
}

/* ---- The worker ------------------------------------------------------------------------------ */

/* The raw block nearest to the tail, isolated; BS_NO_PFN if there is none or it is refused. */
static bs_pfn get_unreported(struct bs_report_ctx *rc, unsigned int zone, unsigned int order,
			     unsigned int mt)
{
	struct bs_boundary *s = bs_state(rc);
	const unsigned int slot = bs_boundary_slot(order, mt);
	bs_pfn boundary = s->slot[slot], p;

	p = boundary == BS_NO_PFN ? bs_last(rc, zone, order, mt) : bs_prev(rc, order, boundary);
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
	struct bs_boundary *s = bs_state(rc);
	struct bs_hwm_zone *z = bs_zone_state(rc, zone);
	unsigned int n;

	/* Only at the start of a cycle: boundaries persist from batch to batch. */
	if (!z->active) {
		bs_boundary_reset(s);
		z->active = true;
	}
	n = bs_hwm_fill(rc, zone, BS_MIGRATE_ISOLATE, get_unreported);
	if (n == s->hwm.capacity)
		return n;
	/* Before the last request, not after it: what is freed during the call counts for the
	 * next one, and this batch is drained to the real tail. */
	z->active = false;
	bs_hwm_underflow(rc, zone);
	return n;
}

static void drain(struct bs_report_ctx *rc, unsigned int n)
{
	const struct bs_boundary *s = bs_state(rc);

	for (unsigned int i = 0; i < n; i++)
		bs_put_back(rc, s->hwm.batch[i].pfn, s->hwm.batch[i].order, BS_MT_NOW, BS_PUT_TAIL);
}

static void cycle(struct bs_report_ctx *rc, unsigned int zone)
{
	struct bs_boundary *s = bs_state(rc);
	const struct bs_hwm_zone *z = bs_zone_state(rc, zone);

	bs_zone_lock(rc, zone);
	do {
		unsigned int n = fill(rc, zone);

		if (!n)
			break;
		bs_zone_unlock(rc, zone);
		/* v12 warns about an error and marks the pages all the same (spec 12.1). */
		bs_submit(rc, s->hwm.batch, n);
		bs_zone_lock(rc, zone);
		drain(rc, n);
	} while (z->requested);
	bs_zone_unlock(rc, zone);
}

static int pass(struct bs_report_ctx *rc, int cpu)
{
	(void)cpu;
	return bs_hwm_run(rc, cycle);
}

/* ---- A block leaves its list, or moves ------------------------------------------------------- */

void bs_boundary_pull_off(struct bs_report_ctx *rc, const struct bs_block *b, unsigned int slot)
{
	struct bs_boundary *s = bs_state(rc);
	const struct bs_hwm_zone *z = bs_zone_state(rc, b->zone);

	if (z->active && bs_boundary_is(s, slot, b->pfn))
		s->slot[slot] = bs_next(rc, b->order, b->pfn);
}

/* The word of a marked block is the slot of the list in which a scan met it, 0 before one did. */
static void pull_boundary_off(struct bs_report_ctx *rc, const struct bs_block *b)
{
	bs_boundary_pull_off(rc, b, bs_word(rc, b->pfn, b->order));
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

/* H7: to the head, where the next scan finds it and gives it its new slot; the mark stays. */
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

/* H8: somebody rotated the list: what is behind the boundary is no longer known. */
static void reordered(struct bs_report_ctx *rc, unsigned int zone, unsigned int order,
		      unsigned int mt)
{
	struct bs_boundary *s = bs_state(rc);
	const struct bs_hwm_zone *z = bs_zone_state(rc, zone);

	if (z->active)
		s->slot[bs_boundary_slot(order, mt)] = BS_NO_PFN;
}

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
	.place = place,
	.block_in = block_in,
	.pass = pass,
	.block_out = block_out,
	.block_move = block_move,
	.reordered = reordered,
	.zone_gone = bs_hwm_zone_gone,
};
