// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * buddy.c - the buddy itself: a freed block merges with its buddies and finds its place on a list;
 * a block that is taken leaves its right halves there.
 */
#include "buddy.h"

#include "explain.h"
#include "free_area.h"
#include "policy_ask.h"
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

/*
 * The merges below @limit with buddies on lists of @mt, of which nobody wants to hear: all descriptors are in
 * mem_map, types never stop one, and what does not change is in registers. Where it stops, the general way
 * goes on.
 */
static inline unsigned int merge_fine(struct bs_machine *m, struct zone *z, bs_pfn *head,
				      unsigned int order, unsigned int limit, unsigned int mt)
{
	const uint32_t asked = 0xffu << HEAD_ORDER | (uint32_t)PG_BUDDY << HEAD_FLAGS |
			       0xfu << HEAD_LIST_TYPE | 0xffu << HEAD_ZONE;
	const uint32_t wanted = (uint32_t)PG_BUDDY << HEAD_FLAGS | mt << HEAD_LIST_TYPE |
				(uint32_t)z->index << HEAD_ZONE;
	struct page *const map = m->mem_map;
	const unsigned int first = order;
	const bs_pfn max_pfn = m->max_pfn;
	bs_pfn pfn = *head;

	for (; order < limit; order++) {
		const bs_pfn buddy = pfn ^ ((bs_pfn)1 << order);
		struct page *p = &map[buddy];
		struct page_list *l;
		bs_pfn next, prev;

		if (unlikely(buddy >= max_pfn))
			break;
		if ((p->head & asked) != (wanted | order << HEAD_ORDER))
			break;
		l = &z->area[order][mt];
		next = p->next;
		prev = p->prev;
		p->flags &= (uint8_t) ~(PG_BUDDY | PG_REPORTED);
		z->nr_free[order]--;
		if (next == BS_NO_PFN)
			l->last = prev;
		else
			map[next].prev = prev;
		if (prev != BS_NO_PFN) {
			map[prev].next = next;
		} else {
			l->first = next;
			if (next == BS_NO_PFN)
				z->nonempty[mt] &= (uint16_t) ~(1u << order);
		}
		pfn &= buddy;
	}
	/* A buddy of each order on the way. */
	z->free_of_type[mt] -= (UINT64_C(1) << order) - (UINT64_C(1) << first);
	m->counters.merges += order - first;
	*head = pfn;
	return order;
}

/* Up to which order nobody hears of merges: below pageblock_order, and a merge into hook_order is told. */
static inline unsigned int silent_merges(const struct bs_machine *m, const struct zone *z)
{
	const unsigned int hooks = BS_HOOK_BLOCK_OUT | BS_HOOK_MERGED;

	if (unlikely(m->explain))
		return 0;
	if (!(z->hook_mask & hooks) || z->hook_order > m->pbo)
		return m->pbo;
	return z->hook_order ? z->hook_order - 1u : 0;
}

/* Is it the block that somebody compacts for? Then it comes on no list. */
static __attribute__((noinline, cold)) bool capture(struct bs_machine *m, struct zone *z,
						    bs_pfn pfn, unsigned int order, unsigned int mt)
{
	struct mm_capture *c = m->capture;

	if (c->zone != z || c->pfn != BS_NO_PFN || order != c->order || mt == BS_MIGRATE_ISOLATE)
		return false;
	/* Movable memory shall not be fragmented by others. */
	if (order < m->pbo && mt == BS_MIGRATE_MOVABLE &&
	    (!m->km.capture_movable || c->mt != BS_MIGRATE_MOVABLE))
		return false;
	c->pfn = pfn;
	mm_account(m, z, -(INT64_C(1) << order), mt);
	mm_removed(m, z, pfn, order, mt);
	if (order < m->pbo)
		m->pb[pfn >> m->pbo].fine = true;
	mm_explain(m, "%u is kept for who compacts", pfn);
	return true;
}

/* A block that merges no further goes to its list. */
static inline void put(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int order,
		       unsigned int mt, unsigned int fpi, enum bs_why why, bool merged)
{
	const bool tail = place_at_tail(m, z, pfn, order, fpi);

	mm_explain(m, "%u goes to the %s of the order-%u %c list", pfn, tail ? "tail" : "head",
		   order, "UMRHI"[mt]);
	mm_place_free(m, z, pfn, order, mt, tail, why, merged);
}

/* @wanted: somebody compacts for a block, or a policy is asked. Known where it is called, so that who does not
 * pays nothing. */
static inline __attribute__((always_inline)) unsigned int
free_one(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int order, unsigned int mt,
	 unsigned int fpi, enum bs_why why, bs_pfn *final, bool wanted)
{
	const unsigned int first_order = order;

	mm_account(m, z, INT64_C(1) << order, mt);
	m->counters.moved++;
	if (!wanted)
		order = merge_fine(m, z, &pfn, order, silent_merges(m, z), mt);
	while (order < m->max_order) {
		const bs_pfn buddy = pfn ^ ((bs_pfn)1 << order);

		if (wanted && capture(m, z, pfn, order, mt)) {
			if (final)
				*final = pfn;
			return order;
		}
		if (!is_buddy(m, z, buddy, order))
			break;
		if (order >= m->pbo && !merge_allowed(m, z, buddy, mt))
			break;
		if (wanted && !mm_policy_merges(m, z, pfn, order, mt))
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
	put(m, z, pfn, order, mt, fpi, why, order != first_order);
	if (final)
		*final = pfn;
	return order;
}

static __attribute__((noinline, cold)) unsigned int
free_wanted(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int order, unsigned int mt,
	    unsigned int fpi, enum bs_why why, bs_pfn *final)
{
	mt = mm_policy_type(m, z, pfn, order, mt);
	return free_one(m, z, pfn, order, mt, fpi, why, final, true);
}

unsigned int mm_free_one(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int order,
			 unsigned int mt, unsigned int fpi, enum bs_why why, bs_pfn *final)
{
	if (unlikely(m->capture != NULL)) {
		mm_settle(m);
		return free_wanted(m, z, pfn, order, mt, fpi, why, final);
	}
	return free_one(m, z, pfn, order, mt, fpi, why, final, false);
}

/* Once more a freed block, and this time it may merge. */
static void merge_now(struct bs_machine *m, bs_pfn pfn, unsigned int order)
{
	const struct page *p = bs_page(m, pfn, order);
	struct zone *z = &m->zones[p->zone];
	const bs_pfn buddy = pfn ^ ((bs_pfn)1 << order);
	unsigned int mt;

	if (!is_buddy(m, z, pfn, order) || !is_buddy(m, z, buddy, order) ||
	    (order >= m->pbo && !merge_allowed(m, z, buddy, p->list_type)))
		return;
	mt = mm_del_from_free_list(m, z, pfn, order, BS_MERGE);
	mm_account(m, z, -(INT64_C(1) << order), mt);
	free_wanted(m, z, pfn, order, mt, FPI_NONE, BS_FREE, NULL);
}

void mm_settle(struct bs_machine *m)
{
	struct bs_policy_ctx *c = m->policy;
	struct bs_range r;

	if (!c || c->settling)
		return;
	c->settling = true;
	while (mm_policy_put_off(m, &r))
		merge_now(m, r.pfn, r.order);
	c->settling = false;
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
	if (order == m->max_order && !m->capture) {
		const unsigned int mt = pageblock_type(m, pfn);

		/* There is nothing to merge with. */
		mm_account(m, z, INT64_C(1) << order, mt);
		m->counters.moved++;
		put(m, z, pfn, order, mt, fpi, why, false);
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

/* Within one pageblock: right halves go to the heads of lists in mem_map. */
static inline void expand_fine(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int low,
			       unsigned int high, unsigned int mt)
{
	/* All flags and cached_type. */
	const uint32_t kept = ~(0xffu << HEAD_ORDER | 0xfu << HEAD_LIST_TYPE | 0xffu << HEAD_ZONE);
	const uint32_t is = (uint32_t)PG_BUDDY << HEAD_FLAGS | mt << HEAD_LIST_TYPE |
			    (uint32_t)z->index << HEAD_ZONE;
	struct page *const map = m->mem_map;

	z->nonempty[mt] |= (uint16_t)((1u << high) - (1u << low));
	z->free_of_type[mt] += (UINT64_C(1) << high) - (UINT64_C(1) << low);
	m->pb[pfn >> m->pbo].fine = true;
	while (high > low) {
		const bs_pfn half = pfn + ((bs_pfn)1 << --high);
		struct page_list *l = &z->area[high][mt];
		const bs_pfn first = l->first;
		struct page *p = &map[half];

		p->prev = BS_NO_PFN;
		p->next = first;
		if (first == BS_NO_PFN)
			l->last = half;
		else
			map[first].prev = half;
		l->first = half;
		p->head = (p->head & kept) | is | high << HEAD_ORDER;
		z->nr_free[high]++;
	}
}

void mm_expand(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int low,
	       unsigned int high, unsigned int mt)
{
	m->counters.splits += high - low;
	while (high > low && high > m->pbo) {
		high--;
		mm_add_to_free_list(m, z, pfn + ((bs_pfn)1 << high), high, mt, false);
	}
	if (high > low)
		expand_fine(m, z, pfn, low, high, mt);
}

bs_pfn mm_expand_asking(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int low,
			unsigned int high, unsigned int mt, bool reported)
{
	m->counters.splits += high - low;
	for (; high > low; high--) {
		struct bs_policy_cut cut = {.keep_mark = m->km.split_keeps_mark};
		struct bs_spot at = {.tail = false, .before = BS_NO_PFN};
		const bs_pfn half = (bs_pfn)1 << (high - 1);
		bs_pfn stays = pfn + half;

		mm_policy_cut(m, z, pfn, high, low, mt, reported, &cut);
		if (cut.upper) {
			stays = pfn;
			pfn += half;
		}
		mm_policy_place(m, z, stays, high - 1, mt, BS_SPLIT, &at);
		mm_add_at(m, z, stays, high - 1, mt, &at);
		if (reported && cut.keep_mark)
			keep_mark(m, z, stays, high - 1, mt);
		mm_policy_block_in(m, z, stays, high - 1, mt, BS_SPLIT);
	}
	return pfn;
}

/* Which block, and which part of it: somebody is asked. @pfn, @high: the model's choice. */
static __attribute__((noinline, cold)) bs_pfn rmqueue_asking(struct bs_machine *m, struct zone *z,
							     unsigned int order, unsigned int mt,
							     bs_pfn pfn, unsigned int high)
{
	bool reported;

	mm_policy_choose(m, z, order, mt, &pfn, &high);
	reported = mm_is_reported(m, pfn, high);
	mm_del_from_free_list(m, z, pfn, high, BS_ALLOC);
	mm_explain(m, "of the order-%u %c list: %u%s", high, "UMRHI"[mt], pfn,
		   high > order ? ", its other halves go to the lists below" : "");
	pfn = mm_expand_asking(m, z, pfn, order, high, mt, reported);
	if (m->km.stat_per_removal)
		mm_account(m, z, -(INT64_C(1) << order), mt);
	mm_removed(m, z, pfn, order, mt);
	return pfn;
}

bs_pfn mm_rmqueue_smallest(struct bs_machine *m, struct zone *z, unsigned int order,
			   unsigned int mt)
{
	const unsigned int orders = z->nonempty[mt] >> order << order;
	unsigned int high;
	bs_pfn pfn;

	if (!orders)
		return BS_NO_PFN;
	high = (unsigned int)__builtin_ctz(orders);
	pfn = z->area[high][mt].first;
	if (unlikely(m->split_asks))
		return rmqueue_asking(m, z, order, mt, pfn, high);
	mm_del_from_free_list(m, z, pfn, high, BS_ALLOC);
	if (high > order)
		mm_expand(m, z, pfn, order, high, mt);
	mm_explain(m, "first of the order-%u %c list: %u%s", high, "UMRHI"[mt], pfn,
		   high > order ? ", its right halves go to the lists below" : "");
	if (m->km.stat_per_removal)
		mm_account(m, z, -(INT64_C(1) << order), mt);
	mm_removed(m, z, pfn, order, mt);
	return pfn;
}
