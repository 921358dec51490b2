// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * buddy.c - the buddy itself: a freed block merges with its buddies and finds its place on a list;
 * a block that is taken leaves its right halves there.
 */
#include "buddy.h"

#include "explain.h"
#include "free_area.h"
#include "shuffle.h"

/* ---- Freeing (RULES.md, merge) --------------------------------------------------------------- */

/* May a block of type @mt swallow its buddy of @order at @buddy? Only asked at pageblock order and
 * above; below it types never stop a merge. */
static bool merge_allowed(const struct bs_machine *m, const struct zone *z, bs_pfn buddy,
			  unsigned int mt)
{
	const unsigned int t = pageblock_type(m, buddy);

	if (t == mt)
		return true;
	if (m->km.merge_guard == KM_GUARD_ISOLATE)
		return !z->nr_isolate_pageblock ||
		       (t != BS_MIGRATE_ISOLATE && mt != BS_MIGRATE_ISOLATE);
	return t < BS_PCPTYPES && mt < BS_PCPTYPES;
}

static void tell_merged(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int order,
			unsigned int mt)
{
	const struct bs_block b = mm_describe(m, z, pfn, order, mt);
	const bool was_locked = z->locked;

	mm_explain(m, "merged to order %u at %u", order, pfn);
	if (!hook_wanted(z, BS_HOOK_MERGED, order))
		return;
	z->locked = true;
	m->hooks->merged(m->hook_arg, &b);
	z->locked = was_locked;
}

/* Head or tail? A block whose parent's buddy is free as one block is likely to merge
 * soon: it goes last, so that it is not handed out before. */
static bool place_at_tail(struct bs_machine *m, const struct zone *z, bs_pfn pfn,
			  unsigned int order, unsigned int fpi)
{
	bs_pfn parent;

	if (fpi & FPI_TO_TAIL)
		return true;
	if (unlikely(m->shuffle) && order >= m->max_order)
		return mm_shuffle_pick_tail(m);
	if (order >= m->max_order - 1)
		return false;
	parent = pfn & ~((bs_pfn)1 << order);
	/* The zone compared is the parent's; the zone's edge may lie between them. */
	if (unlikely(parent < z->start)) {
		z = pfn_zone(m, parent);
		if (!z)
			return false;
	}
	return is_buddy(m, z, parent ^ ((bs_pfn)2 << order), order + 1);
}

unsigned int mm_free_one(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int order,
			 unsigned int mt, unsigned int fpi, enum bs_why why, bs_pfn *final)
{
	const unsigned int first_order = order;
	bool tail;

	mm_account(m, z, INT64_C(1) << order, mt);
	m->counters.moved++;
	while (order < m->max_order) {
		const bs_pfn buddy = pfn ^ ((bs_pfn)1 << order);

		if (!is_buddy(m, z, buddy, order))
			break;
		if (order >= m->pbo && !merge_allowed(m, z, buddy, mt))
			break;
		mm_del_from_free_list(m, z, buddy, order, BS_MERGE);
		if (order >= m->pbo && m->km.merge_guard == KM_GUARD_RETYPE &&
		    pageblock_type(m, buddy) != mt)
			set_pageblock_types(m, buddy, order, mt);
		pfn &= buddy;
		order++;
		m->counters.merges++;
		if (unlikely((z->hook_mask & BS_HOOK_MERGED) || m->explain))
			tell_merged(m, z, pfn, order, mt);
	}
	tail = place_at_tail(m, z, pfn, order, fpi);
	mm_explain(m, "%u goes to the %s of the order-%u %c list", pfn, tail ? "tail" : "head",
		   order, "UMRHI"[mt]);
	mm_place_free(m, z, pfn, order, mt, tail, why, order != first_order);
	if (final)
		*final = pfn;
	return order;
}

void mm_free_block(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int order,
		   unsigned int fpi, enum bs_why why)
{
	if (m->km.free_big_per_pageblock && order > m->pbo) {
		for (unsigned int i = 0; i < 1u << (order - m->pbo); i++) {
			const bs_pfn q = pfn + ((bs_pfn)i << m->pbo);

			mm_free_one(m, z, q, m->pbo, pageblock_type(m, q), fpi, why, NULL);
		}
		return;
	}
	mm_free_one(m, z, pfn, order, pageblock_type(m, pfn), fpi, why, NULL);
}

/* ---- Taking (RULES.md, split) ---------------------------------------------------------------- */

/* It was split off a block that had the mark; who counts marks hears of it. */
static void keep_mark(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int order,
		      unsigned int mt)
{
	const struct bs_block b = mm_describe(m, z, pfn, order, mt);
	const bool was_locked = z->locked;

	if (!(z->hook_mask & BS_HOOK_SPLIT))
		return;
	z->locked = true;
	if (m->hooks->split(m->hook_arg, &b))
		bs_page(m, pfn, order)->flags |= PG_REPORTED;
	z->locked = was_locked;
}

void mm_expand(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int low,
	       unsigned int high, unsigned int mt, bool keeps_mark)
{
	m->counters.splits += high - low;
	while (high > low) {
		high--;
		mm_add_to_free_list(m, z, pfn + ((bs_pfn)1 << high), high, mt, false);
		if (unlikely(keeps_mark))
			keep_mark(m, z, pfn + ((bs_pfn)1 << high), high, mt);
	}
}

bs_pfn mm_rmqueue_smallest(struct bs_machine *m, struct zone *z, unsigned int order,
			   unsigned int mt)
{
	const unsigned int orders = z->nonempty[mt] >> order << order;
	unsigned int high;
	bool keeps_mark;
	bs_pfn pfn;

	if (!orders)
		return BS_NO_PFN;
	high = (unsigned int)__builtin_ctz(orders);
	pfn = z->area[high][mt].first;
	keeps_mark = mm_keeps_mark(m, pfn, high);
	mm_del_from_free_list(m, z, pfn, high, BS_ALLOC);
	mm_expand(m, z, pfn, order, high, mt, keeps_mark);
	mm_explain(m, "first of the order-%u %c list: %u%s", high, "UMRHI"[mt], pfn,
		   high > order ? ", its right halves go to the lists below" : "");
	if (m->km.stat_per_removal)
		mm_account(m, z, -(INT64_C(1) << order), mt);
	mm_removed(m, z, pfn, order, mt);
	return pfn;
}
