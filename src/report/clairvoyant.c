// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * clairvoyant.c - a real strategy that knows the trace; it is shown beside the bound
 * (STRATEGIES.md, clairvoyant).
 *
 * The engine runs the trace twice; in the first run nothing is reported, and when each unit is next
 * needed is written down. In the second, when a unit becomes free as a whole, that is known: it is
 * reported at once if it will be left alone for longer than a refault is worth, and never if not.
 * Waiting can change neither answer for the better, as what is left of the gap only shrinks.
 *
 * It acts from the host's side, on free memory where it stands: no list changes, so the guest
 * places its memory as it did in the first run, and what was seen there comes true. (CPUs that wait
 * for a refault can make several CPUs' requests change places; then it is wrong now and then.)
 */
#include <errno.h>

#include "strategies.h"

enum { ORDER, GAP };

static const struct bs_param params[] = {
	{.name = "order",
	 .role = BS_ROLE_ORDER,
	 .type = BS_PARAM_ORDER,
	 .def = 9,
	 .max = BS_MAX_ORDER,
	 .help = "unit that is decided on; neighbours are reported as one range"},
	{.name = "gap",
	 .type = BS_PARAM_TIME,
	 .def = 0,
	 .max = 24 * 3600 * BS_NS_PER_S,
	 .help = "report what is left alone for longer than this; 0: the bound's own gap"},
	{.name = NULL},
};

struct clairvoyant {
	/* One bit per unit. settled: decided on since the guest last had a page of it, so that
	 * nothing is decided, or reported, twice. pending: decided on, to be reported. */
	uint64_t *settled, *pending;
	uint64_t *busy; /* one bit per word of pending that is not 0 */
	unsigned int order; /* that they were made for */
	bs_pfn end;
	struct bs_range *batch;
	bool on;
};

static bool get(const uint64_t *bits, bs_pfn i)
{
	return bits[i / 64] >> (i & 63) & 1;
}

static void put(uint64_t *bits, bs_pfn i, bool on)
{
	const uint64_t bit = UINT64_C(1) << (i & 63);

	bits[i / 64] = on ? bits[i / 64] | bit : bits[i / 64] & ~bit;
}

static void set_pending(struct clairvoyant *s, bs_pfn unit, bool on)
{
	put(s->pending, unit, on);
	put(s->busy, unit / 64, s->pending[unit / 64] != 0);
}

/* The lowest unit that is pending; BS_NO_PFN: none is. */
static bs_pfn first_pending(const struct clairvoyant *s)
{
	const bs_pfn words = (s->end >> s->order) / 64 + 1;

	for (bs_pfn i = 0; i <= words / 64; i++) {
		bs_pfn word;

		if (!s->busy[i])
			continue;
		word = i * 64 + (bs_pfn)__builtin_ctzll(s->busy[i]);
		return word * 64 + (bs_pfn)__builtin_ctzll(s->pending[word]);
	}
	return BS_NO_PFN;
}

/* ---- A unit becomes free --------------------------------------------------------------------- */

static bool pays(struct bs_report_ctx *rc, bs_pfn pfn, unsigned int order)
{
	const bs_ns gap = bs_param_get(rc, GAP) ? bs_param_get(rc, GAP) : bs_break_even(rc);
	const bs_ns next = bs_next_use(rc, pfn, order);

	return next == BS_NO_TIME || next - bs_now(rc) > gap;
}

static void decide(struct bs_report_ctx *rc, bs_pfn pfn, unsigned int order)
{
	struct clairvoyant *s = bs_state(rc);
	const bs_pfn end = (pfn + ((bs_pfn)1 << order)) >> s->order;
	bool any = false;

	for (bs_pfn unit = pfn >> s->order; unit < end; unit++) {
		if (get(s->settled, unit))
			continue;
		put(s->settled, unit, true);
		if (!pays(rc, unit << s->order, s->order))
			continue;
		set_pending(s, unit, true);
		any = true;
	}
	if (any)
		bs_wake(rc, 0);
}

/* Merged or not: what it absorbed is settled. A block that is being isolated is somebody else's; it
 * is decided on when it comes back. */
static void block_in(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why,
		     bool merged)
{
	(void)why;
	(void)merged;
	if (b->list_mt != BS_MIGRATE_ISOLATE)
		decide(rc, b->pfn, b->order);
}

static bool block_move(struct bs_report_ctx *rc, const struct bs_block *b, unsigned int to_mt,
		       enum bs_why why, struct bs_spot *at)
{
	const struct clairvoyant *s = bs_state(rc);

	(void)why;
	(void)at;
	if (s->on && to_mt != BS_MIGRATE_ISOLATE)
		decide(rc, b->pfn, b->order);
	return true;
}

/* ---- The guest allocates --------------------------------------------------------------------- */

static void forget(struct clairvoyant *s, bs_pfn pfn, unsigned int order)
{
	const bs_pfn end = (pfn + ((bs_pfn)1 << order)) >> s->order;

	for (bs_pfn unit = pfn >> s->order; unit < end; unit++) {
		put(s->settled, unit, false);
		set_pending(s, unit, false);
	}
}

/* An allocation takes the lower end of a block, one of several units is heard by allocated(). While
 * it is off that is not heard: then all of the block counts as taken. */
static void block_out(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why)
{
	struct clairvoyant *s = bs_state(rc);

	if (s->settled && (why == BS_ALLOC || why == BS_OFFLINE))
		forget(s, b->pfn, why == BS_ALLOC && s->on ? s->order : b->order);
}

static void allocated(struct bs_report_ctx *rc, const struct bs_block *b)
{
	struct clairvoyant *s = bs_state(rc);

	if (b->order > s->order)
		forget(s, b->pfn, b->order);
}

/* ---- Reporting ------------------------------------------------------------------------------- */

static bool all_pending(const struct clairvoyant *s, bs_pfn pfn, unsigned int order)
{
	const bs_pfn end = (pfn + ((bs_pfn)1 << order)) >> s->order;
	bs_pfn unit = pfn >> s->order;

	while (unit < end && get(s->pending, unit))
		unit++;
	return unit == end;
}

/* The widest range of pending units that begins with this one, or fewer if they are not all in one
 * free block. What cannot be claimed at all is being isolated: it is decided on again when that is
 * over. */
static bool take(struct bs_report_ctx *rc, bs_pfn unit, struct bs_range *r)
{
	struct clairvoyant *s = bs_state(rc);
	const bs_pfn pfn = unit << s->order;
	unsigned int order = s->order;

	while (order < bs_top_order(rc) && !(pfn >> order & 1) &&
	       all_pending(s, pfn + ((bs_pfn)1 << order), order))
		order++;
	while (!bs_claim(rc, pfn, order)) {
		if (order-- > s->order)
			continue;
		forget(s, pfn, s->order);
		return false;
	}
	*r = (struct bs_range){pfn, (uint8_t)order};
	for (bs_pfn u = unit; u < unit + (1u << (order - s->order)); u++)
		set_pending(s, u, false);
	return true;
}

static unsigned int fill(struct bs_report_ctx *rc)
{
	struct clairvoyant *s = bs_state(rc);
	unsigned int n = 0, zone;
	bs_pfn unit;

	while (n < bs_capacity(rc) && (unit = first_pending(s)) != BS_NO_PFN) {
		if (!bs_pfn_online(rc, unit << s->order, &zone)) {
			forget(s, unit << s->order, s->order);
			continue;
		}
		bs_zone_lock(rc, zone);
		n += take(rc, unit, &s->batch[n]);
		bs_zone_unlock(rc, zone);
	}
	return n;
}

/* What a request failed for stays settled: it is decided on when it is free the next time. */
static int pass(struct bs_report_ctx *rc, int cpu)
{
	struct clairvoyant *s = bs_state(rc);
	unsigned int n;
	int err = 0;

	(void)cpu;
	while (!err && (n = fill(rc)) > 0) {
		err = bs_submit(rc, s->batch, n);
		for (unsigned int i = 0; i < n; i++)
			bs_unclaim(rc, s->batch[i].pfn, s->batch[i].order);
	}
	if (err && first_pending(s) != BS_NO_PFN)
		bs_wake(rc, 0);
	return err;
}

/* ---- On and off ------------------------------------------------------------------------------ */

static void look_at_zone(struct bs_report_ctx *rc, unsigned int zone)
{
	const struct clairvoyant *s = bs_state(rc);

	bs_zone_lock(rc, zone);
	for (unsigned int o = s->order; o <= bs_top_order(rc); o++)
		for (unsigned int mt = 0; mt < BS_MIGRATE_TYPES; mt++) {
			if (mt == BS_MIGRATE_ISOLATE)
				continue;
			for (bs_pfn p = bs_first(rc, zone, o, mt); p != BS_NO_PFN;
			     p = bs_next(rc, o, p))
				decide(rc, p, o);
		}
	bs_zone_unlock(rc, zone);
}

static int make_bits(struct bs_report_ctx *rc)
{
	struct clairvoyant *s = bs_state(rc);
	size_t words;

	for (unsigned int i = 0; i < bs_zones(rc); i++) {
		struct bs_report_zone rz;

		bs_report_zone(rc, i, &rz);
		if (rz.start + rz.spanned > s->end)
			s->end = rz.start + rz.spanned;
	}
	words = (s->end >> s->order) / 64 + 1;
	s->settled = bs_alloc(rc, BS_SCOPE_PAGE, words * sizeof(*s->settled));
	s->pending = bs_alloc(rc, BS_SCOPE_PAGE, words * sizeof(*s->pending));
	s->busy = bs_alloc(rc, BS_SCOPE_PAGE, (words / 64 + 1) * sizeof(*s->busy));
	s->batch = bs_alloc(rc, BS_SCOPE_GLOBAL, bs_capacity(rc) * sizeof(*s->batch));
	return s->settled && s->pending && s->busy && s->batch ? 0 : -ENOMEM;
}

static void drop_bits(struct bs_report_ctx *rc)
{
	struct clairvoyant *s = bs_state(rc);

	bs_release(rc, s->settled);
	bs_release(rc, s->pending);
	bs_release(rc, s->busy);
	bs_release(rc, s->batch);
	*s = (struct clairvoyant){0};
}

/* What is free already is decided on, but for what was so when it was on the last time. */
static int start(struct bs_report_ctx *rc)
{
	struct clairvoyant *s = bs_state(rc);
	const unsigned int order = (unsigned int)bs_param_get(rc, ORDER);

	if (s->settled && s->order != order)
		drop_bits(rc);
	s->order = order;
	if (!s->settled && make_bits(rc)) {
		drop_bits(rc);
		return -ENOMEM;
	}
	s->on = true;
	for (unsigned int i = 0; i < bs_zones(rc); i++)
		look_at_zone(rc, i);
	return 0;
}

/* What was not reported yet is decided on anew by the next start(): time passes. */
static void stop(struct bs_report_ctx *rc)
{
	struct clairvoyant *s = bs_state(rc);
	bs_pfn unit;

	s->on = false;
	while ((unit = first_pending(s)) != BS_NO_PFN)
		forget(s, unit << s->order, s->order);
}

const struct bs_strategy bs_strategy_clairvoyant = {
	.name = "clairvoyant",
	.summary = "knows the trace: reports at once what is left alone for long enough to pay",
	.origin = "this project: a strategy to set beside the bound; no series",
	.abi = BS_STRATEGY_ABI,
	.caps = BS_CAP_HOST_SIDE | BS_CAP_KNOWS_FUTURE,
	.state_size = sizeof(struct clairvoyant),
	.params = params,
	.start = start,
	.stop = stop,
	.block_in = block_in,
	.block_out = block_out,
	.block_move = block_move,
	.pass = pass,
	.allocated = allocated,
};
