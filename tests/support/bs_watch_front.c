// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bs_watch_front.c - law 14, second half (STRATEGIES.md, boundary): which reported blocks may stand
 * in front of boundary's boundary.
 *
 *   head | ... R  m  m  R | d  d | B  m  m  m | tail        R raw, m d reported, B the boundary
 *          not come to yet   drained  swept
 *
 * The law names those drained since the last scan of the list and those moved in. A scan goes on
 * only to the first raw block, so what stands beyond that one it has not come to; and at the start
 * of a cycle, and when somebody rotates the list (reordered()), all of it is still to come. A
 * reported block in front is therefore one of
 *   - those that stood in front of the raw block at which the last scan ended;
 *   - those drained since: the request that brought them back was the last one, and the list was
 *     not scanned for the next;
 *   - those that stood on another list when last looked at (block_move(): to the head).
 * A scan ends at the last block that it took from the list, or, if it took none, at the first raw
 * block from the tail, which the watermark refused. Lists are scanned in their order: 10
 * before 9, types from the highest down; those behind the one that filled the batch were not.
 */
#include "bs_watch_int.h"

#include <string.h>

#include "boundary_slots.h"

static frames frame_of(bs_pfn pfn)
{
	return UINT64_C(1) << (pfn >> LOWEST);
}

static frames *may_front(struct bs_guest *g, unsigned int zone, unsigned int order, unsigned int mt)
{
	return &g->watch->may_front[zone][order - LOWEST][mt];
}

/* Reported blocks of @l before its element @end. */
static frames marked_before(const struct list *l, unsigned int end)
{
	frames f = 0;

	for (unsigned int i = 0; i < end; i++)
		f |= l->marked[i] ? frame_of(l->pfn[i]) : 0;
	return f;
}

/* Where the boundary stands; behind the last block: at the list's end. */
static unsigned int boundary_at(struct bs_guest *g, const struct list *l, unsigned int order,
				unsigned int mt)
{
	const struct bs_boundary *s = bs_state(g->rc);
	const int i = bs_watch_index(l, s->slot[bs_boundary_slot(s, order, mt)]);

	return i < 0 ? l->n : (unsigned int)i;
}

static void check_list(struct bs_guest *g, unsigned int zone, unsigned int order, unsigned int mt)
{
	frames *may = may_front(g, zone, order, mt);
	struct list l;
	unsigned int end;

	bs_watch_list(g, zone, order, mt, &l);
	end = boundary_at(g, &l, order, mt);
	for (unsigned int i = 0; i < end; i++) {
		const uint8_t was_on = g->watch->on_list[l.pfn[i] >> LOWEST];

		if (!l.marked[i])
			continue;
		if (was_on != mt && was_on != UINT8_MAX)
			*may |= frame_of(l.pfn[i]);
		bs_guest_saw(g, BS_LAW_FRONT, ~*may != 0);
		if (!(*may & frame_of(l.pfn[i])))
			bs_guest_broke(g, BS_LAW_FRONT, "swept, and in front of the boundary",
				       l.pfn[i]);
	}
}

static void remember_places(struct bs_guest *g, unsigned int zone)
{
	struct list l;

	for (unsigned int o = LOWEST; o <= bs_guest_top(g); o++)
		for (unsigned int mt = 0; mt < BS_MIGRATE_TYPES; mt++) {
			bs_watch_list(g, zone, o, mt, &l);
			for (unsigned int i = 0; i < l.n; i++)
				g->watch->on_list[l.pfn[i] >> LOWEST] = (uint8_t)mt;
		}
}

static void look_at_zone(struct bs_guest *g, unsigned int zone)
{
	const struct bs_hwm_zone *z = bs_zone_state(g->rc, zone);

	for (unsigned int o = LOWEST; o <= bs_guest_top(g); o++)
		for (unsigned int mt = 0; mt < BS_MIGRATE_ISOLATE; mt++)
			if (z->active)
				check_list(g, zone, o, mt);
			else
				*may_front(g, zone, o, mt) = ~(frames)0;
}

void bs_front_look(struct bs_guest *g)
{
	for (unsigned int zone = 0; zone < bs_nr_zones(g->m); zone++)
		look_at_zone(g, zone);
	memset(g->watch->on_list, UINT8_MAX, sizeof(g->watch->on_list));
	for (unsigned int zone = 0; zone < bs_nr_zones(g->m); zone++)
		remember_places(g, zone);
}

void bs_front_reordered(struct bs_guest *g, unsigned int zone, unsigned int order)
{
	*may_front(g, zone, order, BS_MIGRATE_MOVABLE) = ~(frames)0;
}

/* On an ISOLATE list in between, if only for a moment. */
void bs_watch_isolates(struct bs_guest *g, bs_pfn pfn, bs_pfn end)
{
	const unsigned int top = bs_platform_of(g->m)->max_order;

	for (bs_pfn p = pfn >> top << top; p < end; p += 1u << LOWEST)
		if (g->watch->on_list[p >> LOWEST] != UINT8_MAX)
			g->watch->on_list[p >> LOWEST] = BS_MIGRATE_ISOLATE;
}

/* The list was scanned until it had no more to give. */
static void scanned(struct bs_guest *g, unsigned int zone, unsigned int order, unsigned int mt)
{
	struct list now;
	unsigned int i;

	bs_watch_list(g, zone, order, mt, &now);
	for (i = now.n; i && now.marked[i - 1]; i--)
		;
	*may_front(g, zone, order, mt) = marked_before(&now, i);
}

/* The batch was full when it had taken @last from the list: only so far was it scanned. */
static void scanned_to(struct bs_guest *g, unsigned int zone, unsigned int order, unsigned int mt,
		       bs_pfn last)
{
	const struct list *before = &g->watch->lists[zone][order - LOWEST][mt];
	const int i = bs_watch_index(before, last);

	/* (One that merged as it was drained was not there: it tells nothing.) */
	*may_front(g, zone, order, mt) =
		i < 0 ? ~(frames)0 : marked_before(before, (unsigned int)i);
}

/* The list from which @pfn was taken. */
static unsigned int list_of(struct bs_guest *g, unsigned int zone, bs_pfn pfn, unsigned int order)
{
	for (unsigned int mt = 0; mt < BS_MIGRATE_TYPES; mt++)
		if (bs_watch_index(&g->watch->lists[zone][order - LOWEST][mt], pfn) >= 0)
			return mt;
	return bs_pageblock_type(g->m, pfn);
}

void bs_front_request(struct bs_guest *g, const struct bs_range *r, unsigned int n)
{
	const struct bs_range last = r[n - 1];
	const unsigned int zone = (unsigned int)bs_pfn_zone(g->m, last.pfn),
			   mt_last = list_of(g, zone, last.pfn, last.order);
	const struct bs_hwm_zone *z = bs_zone_state(g->rc, zone);
	struct bs_watch *p = g->watch;

	for (unsigned int o = LOWEST; o <= bs_guest_top(g) && z->active; o++)
		for (unsigned int mt = 0; mt < BS_MIGRATE_ISOLATE; mt++)
			/* keep_raw, which v12 has not, leaves lists alone that have few raw. */
			if (bs_guest_param(g, "keep_raw", 0))
				*may_front(g, zone, o, mt) = ~(frames)0;
			else if (o > last.order || (o == last.order && mt > mt_last))
				scanned(g, zone, o, mt);
			else if (o == last.order && mt == mt_last)
				scanned_to(g, zone, o, mt, last.pfn);
			else
				*may_front(g, zone, o, mt) |= p->drained;
	p->drained = 0;
}

void bs_front_completed(struct bs_guest *g)
{
	for (unsigned int i = 0; i < g->nr_returned; i++)
		g->watch->drained |= frame_of(g->returned[i].pfn);
}
