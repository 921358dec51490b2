// SPDX-License-Identifier: GPL-2.0-or-later
#include "bs_watch_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bitmap.h"
#include "boundary_slots.h"
#include "rotation_state.h"

static const char *const families[] = {
	[BUBBLE] = "bubble",	   [SCATTERLIST] = "scatterlist", [BOUNDARY] = "boundary",
	[LIST_WALK] = "list-walk", [ROTATION] = "rotation",	  [BITMAP] = "bitmap",
};

static enum family family_of(const struct bs_strategy *s)
{
	for (unsigned int f = BUBBLE; f <= BITMAP; f++)
		if (!strcmp(families[f], s->name))
			return (enum family)f;
	return NO_FAMILY;
}

bool bs_watch_applies(const struct bs_strategy *s, unsigned int law)
{
	const enum family f = family_of(s);

	switch (law) {
	case BS_LAW_COUNT:
	case BS_LAW_ACTIVE:
		return f >= BUBBLE && f <= LIST_WALK;
	case BS_LAW_BOUNDARY:
	case BS_LAW_BEHIND:
		return f >= BUBBLE && f <= BOUNDARY;
	case BS_LAW_FRONT:
		return f == BOUNDARY;
	case BS_LAW_CALLS:
	case BS_LAW_REQUESTED:
	case BS_LAW_UNASKED:
		return f == ROTATION;
	case BS_LAW_ORDER:
		/* rotation's law; the others that have a pass, clients excepted, do not rotate
		 * either. */
		return !(s->caps & (BS_CAP_CLIENT | BS_CAP_NO_WORKER));
	case BS_LAW_BITMAP:
		return f == BITMAP;
	default:
		return true;
	}
}

void bs_watch_begin(struct bs_guest *g)
{
	g->watch = calloc(1, sizeof(*g->watch));
	assert_non_null(g->watch);
	g->watch->family = family_of(g->sc->s);
}

void bs_watch_end(struct bs_guest *g)
{
	free(g->watch);
	g->watch = NULL;
}

/* ---- Lists ----------------------------------------------------------------------------------- */

void bs_watch_list(struct bs_guest *g, unsigned int zone, unsigned int order, unsigned int mt,
		   struct list *l)
{
	l->n = (unsigned int)bs_list_blocks(g->m, zone, order, mt, l->pfn, l->marked, MAX_BLOCKS);
	assert_true(l->n <= MAX_BLOCKS);
}

int bs_watch_index(const struct list *l, bs_pfn pfn)
{
	for (unsigned int i = 0; i < l->n; i++)
		if (l->pfn[i] == pfn)
			return (int)i;
	return -1;
}

/* What is isolated keeps its list: it may be sent only after several words. */
static void forget_where(struct bs_guest *g)
{
	for (unsigned int i = 0; i < g->pages >> LOWEST; i++)
		for (unsigned int o = 0; o < NR_FOLLOWED; o++)
			if (bs_page_state(g->m, i << LOWEST) != BS_PAGE_ISOLATED)
				g->watch->came_from[o][i] = UINT8_MAX;
}

static void remember_list(struct bs_guest *g, unsigned int zone, unsigned int order,
			  unsigned int mt)
{
	struct bs_watch *p = g->watch;
	struct list *l = &p->lists[zone][order - LOWEST][mt];

	bs_watch_list(g, zone, order, mt, l);
	for (unsigned int i = 0; i < l->n; i++)
		p->came_from[order - LOWEST][l->pfn[i] >> LOWEST] = (uint8_t)mt;
}

static void remember_lists(struct bs_guest *g)
{
	struct bs_watch *p = g->watch;

	g->was_busy = false;
	forget_where(g);
	for (unsigned int z = 0; z < bs_nr_zones(g->m); z++) {
		struct bs_zone_info zi;

		bs_zone_info(g->m, z, &zi);
		for (unsigned int o = 0; o < NR_FOLLOWED; o++) {
			const uint64_t n = zi.nr_free[LOWEST + o];

			for (unsigned int mt = 0; mt < BS_MIGRATE_TYPES; mt++)
				remember_list(g, z, LOWEST + o, mt);
			p->most_free[z][o] = p->most_free[z][o] > n ? p->most_free[z][o] : n;
		}
	}
}

/*
 * 28: what stayed on a list stands in the same order as before, up to a rotation, which only
 * rotation makes. Blocks that were put back meanwhile are not looked at: they were on no list
 * before.
 */
static void check_order(struct bs_guest *g, const struct list *before, const struct list *now)
{
	unsigned int stayed[MAX_BLOCKS], n = 0, drops = 0;

	for (unsigned int i = 0; i < now->n; i++) {
		const int at = bs_watch_index(before, now->pfn[i]);

		if (at >= 0)
			stayed[n++] = (unsigned int)at;
	}
	for (unsigned int i = 0; i + 1 < n; i++)
		drops += stayed[i] > stayed[i + 1];
	bs_guest_saw(g, BS_LAW_ORDER, n > 1);
	if (drops && (g->watch->family != ROTATION || drops > 1 || stayed[0] < stayed[n - 1]))
		bs_guest_broke(g, BS_LAW_ORDER, "a list was reordered", now->pfn[0]);
}

static void check_orders(struct bs_guest *g)
{
	struct list now;

	/* Put back because the host was busy: taken and returned in between. */
	if (g->was_busy)
		return;
	for (unsigned int z = 0; z < bs_nr_zones(g->m); z++)
		for (unsigned int o = 0; o < NR_FOLLOWED; o++)
			for (unsigned int mt = 0; mt < BS_MIGRATE_TYPES; mt++) {
				bs_watch_list(g, z, LOWEST + o, mt, &now);
				check_order(g, &g->watch->lists[z][o][mt], &now);
			}
}

/* ---- bubble to list-walk: requests, counters, boundaries (11 to 18) -------------------------- */

/* 11, 12: blocks that carry the mark, by order, ISOLATE lists included. */
static void check_counters(struct bs_guest *g, unsigned int zone)
{
	const struct bs_hwm_zone *z = bs_zone_state(g->rc, zone);
	struct bs_zone_info zi;
	struct list l;

	bs_zone_info(g->m, zone, &zi);
	for (unsigned int o = LOWEST; o <= bs_guest_top(g); o++) {
		uint64_t marked = 0;

		for (unsigned int mt = 0; mt < BS_MIGRATE_TYPES; mt++) {
			bs_watch_list(g, zone, o, mt, &l);
			for (unsigned int i = 0; i < l.n; i++)
				marked += l.marked[i];
		}
		bs_guest_saw(g, BS_LAW_COUNT, marked != 0);
		if (bs_hwm_reported(z, o) > zi.nr_free[o])
			bs_guest_broke(g, BS_LAW_MARKS, "more reported than free", BS_NO_PFN);
		if (bs_hwm_reported(z, o) != marked)
			bs_guest_broke(g, BS_LAW_COUNT, "reported blocks are not those counted",
				       BS_NO_PFN);
	}
}

/* 17, 18. */
static void check_requests(struct bs_guest *g)
{
	const struct bs_hwm *s = bs_state(g->rc);
	unsigned int active = 0, requested = 0;

	for (unsigned int i = 0; i < bs_nr_zones(g->m); i++) {
		const struct bs_hwm_zone *z = bs_zone_state(g->rc, i);

		active += z->active;
		requested += z->requested;
	}
	bs_guest_saw(g, BS_LAW_ACTIVE, active || requested);
	if (active > 1 || (active && !g->in_pass))
		bs_guest_broke(g, BS_LAW_ACTIVE, "active in two zones, or asleep", BS_NO_PFN);
	if (g->off)
		return;
	if (requested > s->refcount || s->refcount > bs_nr_zones(g->m) + 1)
		bs_guest_broke(g, BS_LAW_ACTIVE, "a zone is requested and not counted", BS_NO_PFN);
	if (requested && !g->in_pass && !g->wake_armed)
		bs_guest_broke(g, BS_LAW_ACTIVE, "a zone is requested and no work due", BS_NO_PFN);
}

/* 14, 16: from the boundary to the tail all is reported. bubble, scatterlist: but for what was
 * raw before the zone was active, and for what a foreign rotation put there, which only boundary
 * hears of (reordered()). */
static void check_behind(struct bs_guest *g, unsigned int zone, unsigned int order, unsigned int mt,
			 const struct list *l, unsigned int from)
{
	const struct bs_watch *p = g->watch;

	bs_guest_saw(g, BS_LAW_BEHIND, l->n - from);
	for (unsigned int i = from; i < l->n; i++) {
		if (!l->marked[i]) {
			if (p->family == BOUNDARY ||
			    (!p->reordered &&
			     bs_watch_index(&p->raw[zone][order - LOWEST], l->pfn[i]) < 0))
				bs_guest_broke(g, BS_LAW_BEHIND, "raw behind the boundary",
					       l->pfn[i]);
			continue;
		}
		/* 15 */
		if (p->family == BOUNDARY && bs_word(g->rc, l->pfn[i], order) !=
						     bs_boundary_slot(bs_state(g->rc), order, mt))
			bs_guest_broke(g, BS_LAW_BEHIND, "behind a boundary that is not its own",
				       l->pfn[i]);
	}
}

/* 13: the boundary is the list's end or a reported block of that very list. */
static void check_boundary(struct bs_guest *g, unsigned int zone, unsigned int order,
			   unsigned int mt)
{
	const struct bs_boundary *s = bs_state(g->rc);
	const struct bs_watch *p = g->watch;
	const bs_pfn at = s->slot ? s->slot[bs_boundary_slot(s, order, mt)] : BS_NO_PFN;
	struct list l;
	int i;

	if (at == BS_NO_PFN)
		return;
	bs_guest_saw(g, BS_LAW_BOUNDARY, 1);
	bs_watch_list(g, zone, order, mt, &l);
	i = bs_watch_index(&l, at);
	if (i < 0)
		bs_guest_broke(g, BS_LAW_BOUNDARY, "the boundary is not on its list", at);
	else if (!l.marked[i] && (p->family == BOUNDARY || !p->reordered) &&
		 bs_watch_index(&p->raw[zone][order - LOWEST], at) < 0)
		bs_guest_broke(g, BS_LAW_BOUNDARY, "the boundary is a raw block", at);
	else
		check_behind(g, zone, order, mt, &l, (unsigned int)i);
}

static void remember_raw(struct bs_guest *g, unsigned int zone)
{
	for (unsigned int o = 0; o < NR_FOLLOWED; o++) {
		struct list *raw = &g->watch->raw[zone][o], l;

		raw->n = 0;
		for (unsigned int mt = 0; mt < BS_MIGRATE_TYPES; mt++) {
			bs_watch_list(g, zone, LOWEST + o, mt, &l);
			for (unsigned int i = 0; i < l.n; i++)
				if (!l.marked[i])
					raw->pfn[raw->n++] = l.pfn[i];
		}
	}
}

static void look_at_zone(struct bs_guest *g, unsigned int zone)
{
	const struct bs_hwm_zone *z = bs_zone_state(g->rc, zone);

	check_counters(g, zone);
	if (g->watch->family == LIST_WALK)
		return;
	if (!z->active) {
		remember_raw(g, zone);
		return;
	}
	for (unsigned int o = LOWEST; o <= bs_guest_top(g); o++)
		for (unsigned int mt = 0; mt < BS_MIGRATE_TYPES; mt++)
			check_boundary(g, zone, o, mt);
}

/* ---- rotation (18, 26, 27) ------------------------------------------------------------------- */

static void look_at_rotation(struct bs_guest *g)
{
	const struct bs_rotation *s = bs_state(g->rc);

	if (g->off)
		return;
	bs_guest_saw(g, BS_LAW_REQUESTED, s->state != BS_ROTATION_IDLE || g->wake_armed);
	if (g->in_pass ? s->state == BS_ROTATION_IDLE : s->state == BS_ROTATION_ACTIVE)
		bs_guest_broke(g, BS_LAW_REQUESTED, "active without a pass, or idle in one",
			       BS_NO_PFN);
	if (!g->in_pass && (s->state == BS_ROTATION_REQUESTED) != g->wake_armed)
		bs_guest_broke(g, BS_LAW_REQUESTED, "requested without a timer, or the reverse",
			       BS_NO_PFN);
}

/*
 * 26: a walk of a list makes at most B + 1 full calls, B = ceil(nr_free / (capacity x budget)), and
 * nr_free is read as the walk begins. With several requests in flight that is the same: each send
 * is a call, whether or not it waits, and what is out is not free, so B is only smaller. Between
 * two moments at which the strategy is given the word one request is put back: nr_free as it was
 * then and a capacity more, merged or not, is the most that it can read. A host that is busy, or a
 * gate that closes, ends the pass instead of a call (STRATEGIES.md, variants).
 *
 * Counted by the list that the last block of the request was taken from. That is the list being
 * walked, or an earlier one if the batch was full as its walk ended: one call more.
 */
static void count_call(struct bs_guest *g, const struct bs_range *r, unsigned int n)
{
	struct bs_watch *p = g->watch;
	const uint64_t capacity = bs_guest_param(g, "capacity", 0),
		       budget = bs_guest_param(g, "budget", 0);
	const int zone = bs_pfn_zone(g->m, r[0].pfn);
	const unsigned int o = r[0].order - LOWEST;
	unsigned int mt;
	uint64_t most;

	p->nr_full += n >= capacity;
	if (n < capacity || r[0].order < LOWEST || !budget || zone < 0)
		return;
	mt = p->came_from[o][r[0].pfn >> LOWEST];
	/* One that merged as it was put back, a moment ago, is nobody's. */
	if (mt == UINT8_MAX)
		return;
	most = (p->most_free[zone][o] + capacity + capacity * budget - 1) / (capacity * budget);
	bs_guest_saw(g, BS_LAW_CALLS, 1);
	if (++p->full_calls[zone][o][mt] > most + 2)
		bs_guest_broke(g, BS_LAW_CALLS, "more full requests than a list's share", r[0].pfn);
}

/*
 * 27: the guest did nothing and no budget ran out, so only put-backs could have asked again. One
 * put-back is not of a block that was reported: that of a batch for which the host has no time
 * (STRATEGIES.md, variants: skip_if_busy). It asks, by itself and whatever else happened: nobody
 * else would. A host that says so while requests are in flight is only waited for (it may be busy
 * with those), and then asked once more; with none in flight it decides.
 */
static void check_unasked(struct bs_guest *g)
{
	const struct bs_rotation *s = bs_state(g->rc);
	const struct bs_watch *p = g->watch;
	const bool asked = s->state == BS_ROTATION_REQUESTED;

	if (g->put_off) {
		bs_guest_saw(g, BS_LAW_UNASKED, 1);
		if (!asked)
			bs_guest_broke(g, BS_LAW_UNASKED,
				       "the host was busy, and is not asked again", BS_NO_PFN);
	}
	if (p->nr_full || g->put_off || g->acts != p->acts)
		return;
	bs_guest_saw(g, BS_LAW_UNASKED, g->nr_returned != 0);
	if (asked)
		bs_guest_broke(g, BS_LAW_UNASKED, "a put-back asked for a pass", BS_NO_PFN);
}

/* ---- bitmap --------------------------------------------------------------------------------- */

static void look_at_bitmap(struct bs_guest *g)
{
	const struct bs_bitmap *s = bs_state(g->rc);

	for (unsigned int t = 0; t < BS_NR_ZONE_TYPES; t++) {
		const struct bs_bitmap_zone *z = &s->zone[t];
		unsigned int set = 0;

		if (!z->bits)
			continue;
		for (uint32_t b = 0; b < (z->nbits / 64 + 1) * 64; b++) {
			if (!(z->bits[b / 64] >> (b & 63) & 1))
				continue;
			set++;
			bs_guest_saw(g, BS_LAW_BITMAP, 1);
			if (b >= z->nbits || z->base + (b << 9) >= z->end)
				bs_guest_broke(g, BS_LAW_BITMAP, "a bit outside the span",
					       z->base + (b << 9));
		}
		if (set != z->free_pages)
			bs_guest_broke(g, BS_LAW_BITMAP, "bits set are not those counted", z->base);
	}
}

/* Nothing was freed since the scan began: all bits up to the last block of the request are used
 * up, but for those that fixes= hands on. */
static void check_cursor(struct bs_guest *g, bs_pfn upto)
{
	const struct bs_bitmap *s = bs_state(g->rc);
	struct bs_zone_info zi;
	const struct bs_bitmap_zone *z;

	if (g->acts != g->watch->acts || strstr(g->sc->params, "fixes"))
		return;
	bs_zone_info(g->m, (unsigned int)bs_pfn_zone(g->m, upto), &zi);
	z = &s->zone[zi.type];
	for (bs_pfn pfn = z->base; pfn <= upto; pfn += 512) {
		const uint32_t b = (pfn - z->base) >> 9;

		if (z->bits[b / 64] >> (b & 63) & 1)
			bs_guest_broke(g, BS_LAW_BITMAP, "a bit left behind the scan", pfn);
	}
}

/* ---- Everybody (25), and when to look -------------------------------------------------------- */

/* 25: a mark goes exactly once: those set less those lost are those that are there. */
static void check_marks(struct bs_guest *g)
{
	struct bs_report_stats st;
	uint64_t marked = 0;
	struct list l;

	bs_report_stats(g->rc, &st);
	if (g->order_raised)
		return; /* what is smaller now is no longer listened to (2) */
	for (unsigned int z = 0; z < bs_nr_zones(g->m); z++)
		for (unsigned int o = g->lowest_order; o <= bs_guest_top(g); o++)
			for (unsigned int mt = 0; mt < BS_MIGRATE_TYPES; mt++) {
				bs_watch_list(g, z, o, mt, &l);
				for (unsigned int i = 0; i < l.n; i++)
					marked += l.marked[i];
			}
	bs_guest_saw(g, BS_LAW_MARKS, st.marks_set != 0);
	if (st.marks_set - st.marks_lost != marked)
		bs_guest_broke(g, BS_LAW_MARKS, "marks set less marks lost are not all there are",
			       BS_NO_PFN);
	if (st.isolated_bytes + st.client_bytes > g->pages * BS_UNIT_SIZE)
		bs_guest_broke(g, BS_LAW_MARKS, "a counter went below zero", BS_NO_PFN);
}

void bs_watch_look(struct bs_guest *g)
{
	const struct bs_watch *p = g->watch;

	if (g->over)
		return;
	if (!(g->sc->s->caps & BS_CAP_CLIENT))
		check_marks(g);
	if (p->family >= BUBBLE && p->family <= LIST_WALK) {
		check_requests(g);
		for (unsigned int z = 0; z < bs_nr_zones(g->m); z++)
			look_at_zone(g, z);
		if (p->family == BOUNDARY)
			bs_front_look(g);
	} else if (p->family == ROTATION) {
		look_at_rotation(g);
	} else if (p->family == BITMAP) {
		look_at_bitmap(g);
	}
}

void bs_watch_freed(struct bs_guest *g, bs_pfn pfn)
{
	const unsigned int min =
		g->watch->family == ROTATION ? (unsigned int)bs_guest_param(g, "order", 9) : 9;
	const struct bs_rotation *s = bs_state(g->rc);
	unsigned int order;
	bs_pfn head;

	if (g->over || bs_page_lookup(g->m, pfn, &head, &order) != BS_PAGE_FREE || order < min)
		return;
	if (g->watch->family != ROTATION || g->off || s->pressure < bs_guest_param(g, "gate", 0))
		return;
	bs_guest_saw(g, BS_LAW_REQUESTED, 1);
	if (s->state == BS_ROTATION_IDLE)
		bs_guest_broke(g, BS_LAW_REQUESTED, "freed, and nobody asked for a pass", pfn);
}

void bs_watch_pass(struct bs_guest *g, bool begins)
{
	struct bs_watch *p = g->watch;

	if (g->over || g->sc->s->caps & BS_CAP_CLIENT)
		return;
	if (!begins) {
		check_orders(g);
		if (p->family == ROTATION)
			check_unasked(g);
		return;
	}
	memset(p->full_calls, 0, sizeof(p->full_calls));
	p->nr_full = 0;
	memset(p->most_free, 0, sizeof(p->most_free));
	p->acts = g->acts;
	p->reordered = false;
	p->drained = 0;
	remember_lists(g);
	if (p->family >= BUBBLE && p->family <= BOUNDARY)
		for (unsigned int z = 0; z < bs_nr_zones(g->m); z++)
			remember_raw(g, z);
}

void bs_watch_request(struct bs_guest *g, const struct bs_range *r, unsigned int n)
{
	const struct bs_watch *p = g->watch;

	if (g->over || !g->in_pass || g->sc->s->caps & BS_CAP_CLIENT)
		return;
	check_orders(g);
	if (p->family == BOUNDARY)
		bs_front_request(g, r, n);
	if (p->family == BITMAP)
		check_cursor(g, r[n - 1].pfn);
	bs_watch_look(g);
}

void bs_watch_accepted(struct bs_guest *g, const struct bs_range *r, unsigned int n)
{
	if (!g->over && g->in_pass && g->watch->family == ROTATION)
		count_call(g, r, n);
}

void bs_watch_completed(struct bs_guest *g)
{
	if (g->over || !g->in_pass || g->sc->s->caps & BS_CAP_CLIENT)
		return;
	remember_lists(g);
	if (g->watch->family == BOUNDARY)
		bs_front_completed(g);
}

void bs_watch_reordered(struct bs_guest *g, unsigned int zone, unsigned int order)
{
	g->watch->reordered = true;
	bs_front_reordered(g, zone, order);
}
