// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fallback.c - when a migratetype has no block left: taking another's, and with it perhaps its
 * whole pageblock (RULES.md, fallback, pageblock claim, highatomic).
 */
#include "fallback.h"

#include "alloc_flags.h"
#include "buddy.h"
#include "explain.h"
#include "free_area.h"
#include "pageblock.h"
#include "policy_ask.h"

/* Donors in order of preference. HIGHATOMIC and ISOLATE never give. */
static const uint8_t donors[BS_PCPTYPES][2] = {
	[BS_MIGRATE_UNMOVABLE] = {BS_MIGRATE_RECLAIMABLE, BS_MIGRATE_MOVABLE},
	[BS_MIGRATE_MOVABLE] = {BS_MIGRATE_RECLAIMABLE, BS_MIGRATE_UNMOVABLE},
	[BS_MIGRATE_RECLAIMABLE] = {BS_MIGRATE_UNMOVABLE, BS_MIGRATE_MOVABLE},
};

/* First donor with a block of exactly @order; -1 if there is none. */
static int find_donor(const struct zone *z, unsigned int order, unsigned int mt)
{
	for (unsigned int i = 0; i < 2; i++)
		if (z->nonempty[donors[mt][i]] >> order & 1)
			return donors[mt][i];
	return -1;
}

static bool may_claim(const struct bs_machine *m, unsigned int order, unsigned int mt)
{
	return order >= m->pbo / 2 || mt != BS_MIGRATE_MOVABLE || !m->grouping;
}

static bool boost_watermark(struct bs_machine *m, struct zone *z)
{
	const uint64_t pbn = UINT64_C(1) << m->pbo, high = z->mark[WMARK_HIGH];
	uint64_t max;

	if (!m->boost_factor)
		return false;
	if (!m->km.boost_small_zone && pbn * 4 > z->managed)
		return false;
	max = high / 10000 * (uint64_t)m->boost_factor +
	      high % 10000 * (uint64_t)m->boost_factor / 10000;
	if (!max)
		return false;
	if (max < pbn)
		max = pbn;
	z->boost = z->boost + pbn < max ? z->boost + pbn : max;
	return true;
}

/* Pages in use that suit @mt, as far as can be told from outside. */
static unsigned int alike_pages(const struct bs_machine *m, unsigned int mt, unsigned int old,
				unsigned int free, unsigned int movable)
{
	if (mt == BS_MIGRATE_MOVABLE)
		return movable;
	if (old != BS_MIGRATE_MOVABLE)
		return 0;
	return (1u << m->pbo) - (free + movable);
}

/* ---- Relabel and try again ------------------------------------------------------------------- */

static void steal(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int order,
		  unsigned int mt, unsigned int flags, bool whole)
{
	const unsigned int old = pageblock_type(m, pfn);
	unsigned int movable;
	bool boosted;
	int free;

	if (old == BS_MIGRATE_HIGHATOMIC)
		goto single;
	if (order >= m->pbo) {
		set_pageblock_types(m, pfn, order, mt);
		m->counters.pageblocks_stolen++;
		goto single;
	}
	boosted = boost_watermark(m, z);
	if ((flags & ALLOC_KSWAPD) && (boosted || m->km.boost_flag_always))
		z->flags |= ZONE_BOOSTED;
	if (!whole)
		goto single;
	free = mm_move_block(m, z, pfn, mt, BS_STEAL, &movable);
	if (!free)
		goto single;
	if ((unsigned int)free + alike_pages(m, mt, old, (unsigned int)free, movable) >=
		    1u << (m->pbo - 1) ||
	    !m->grouping) {
		set_pageblock_type(m, pfn, mt);
		m->counters.pageblocks_stolen++;
	}
	mm_explain(m, "stole the free pages of pageblock %u: %d free, %u movable, type %u", pfn,
		   free, movable, pageblock_type(m, pfn));
	return;
single:
	mm_move_to_free_list(m, z, pfn, order, mt, BS_STEAL);
	mm_explain(m, "stole block %u of order %u only", pfn, order);
}

static bool relabel(struct bs_machine *m, struct zone *z, unsigned int order, unsigned int mt,
		    unsigned int flags)
{
	unsigned int min = order;

	if ((flags & ALLOC_NOFRAGMENT) && (!m->km.nofrag_below_pbo || order < m->pbo))
		min = m->pbo;
	for (int k = (int)m->max_order; k >= (int)min; k--) {
		unsigned int o = (unsigned int)k;
		int donor = find_donor(z, o, mt);
		bool can;

		if (donor < 0)
			continue;
		can = may_claim(m, o, mt);
		/* Movable memory leaves others' large blocks alone: rather the smallest. */
		if (!can && mt == BS_MIGRATE_MOVABLE && o > order) {
			for (o = order; (donor = find_donor(z, o, mt)) < 0; o++)
				;
			can = may_claim(m, o, mt);
		}
		m->counters.fallbacks++;
		steal(m, z, z->area[o][donor].first, o, mt, flags, can);
		return true;
	}
	return false;
}

/* ---- Claim a pageblock, or steal one block --------------------------------------------------- */

static bs_pfn claim_block(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int k,
			  unsigned int order, unsigned int mt, unsigned int flags)
{
	const bool reported = mm_is_reported(m, pfn, k);
	const unsigned int old = pageblock_type(m, pfn);
	unsigned int free, movable;

	if (k >= m->pbo) {
		mm_del_from_free_list(m, z, pfn, k, BS_ALLOC);
		mm_account(m, z, -(INT64_C(1) << k), old);
		set_pageblock_types(m, pfn, k, mt);
		pfn = mm_split(m, z, pfn, order, k, mt, reported);
		mm_account(m, z, (INT64_C(1) << k) - (INT64_C(1) << order), mt);
		mm_removed(m, z, pfn, order, mt);
		m->counters.pageblocks_stolen++;
		return pfn;
	}
	if (boost_watermark(m, z) && (flags & ALLOC_KSWAPD))
		z->flags |= ZONE_BOOSTED;
	if (!mm_count_block(m, z, pfn, &free, &movable))
		return BS_NO_PFN;
	mm_explain(m, "pageblock of %u: %u free, %u movable", pfn, free, movable);
	if (free + alike_pages(m, mt, old, free, movable) < 1u << (m->pbo - 1) && m->grouping)
		return BS_NO_PFN;
	mm_move_block(m, z, pfn, mt, BS_STEAL, NULL);
	m->counters.pageblocks_stolen++;
	return mm_rmqueue_smallest(m, z, order, mt);
}

static bs_pfn claim(struct bs_machine *m, struct zone *z, unsigned int order, unsigned int mt,
		    unsigned int flags)
{
	const unsigned int min = (flags & ALLOC_NOFRAGMENT) && order < m->pbo ? m->pbo : order;

	for (int k = (int)m->max_order; k >= (int)min; k--) {
		const int donor = find_donor(z, (unsigned int)k, mt);
		bs_pfn pfn;

		if (donor < 0)
			continue;
		if (!may_claim(m, (unsigned int)k, mt))
			break;
		pfn = claim_block(m, z, z->area[k][donor].first, (unsigned int)k, order, mt, flags);
		if (pfn != BS_NO_PFN)
			return pfn;
	}
	return BS_NO_PFN;
}

static bs_pfn steal_one(struct bs_machine *m, struct zone *z, unsigned int order, unsigned int mt)
{
	for (unsigned int k = order; k <= m->max_order; k++) {
		const int donor = find_donor(z, k, mt);
		bool reported;
		bs_pfn pfn;

		if (donor < 0)
			continue;
		pfn = z->area[k][donor].first;
		reported = mm_is_reported(m, pfn, k);
		mm_del_from_free_list(m, z, pfn, k, BS_ALLOC);
		pfn = mm_split(m, z, pfn, order, k, (unsigned int)donor, reported);
		mm_account(m, z, -(INT64_C(1) << order), (unsigned int)donor);
		mm_removed(m, z, pfn, order, mt);
		mm_explain(m, "took block %u of order %u from type %d", pfn, k, donor);
		return pfn;
	}
	return BS_NO_PFN;
}

static bs_pfn claim_or_steal(struct bs_machine *m, struct zone *z, unsigned int order,
			     unsigned int mt, unsigned int flags, enum rmqueue_mode *mode)
{
	bs_pfn pfn;

	if (*mode == RMQUEUE_NORMAL) {
		pfn = mm_rmqueue_smallest(m, z, order, mt);
		if (pfn != BS_NO_PFN)
			return pfn;
		m->counters.fallbacks++;
		pfn = claim(m, z, order, mt, flags);
		if (pfn != BS_NO_PFN)
			return pfn;
	}
	if (flags & ALLOC_NOFRAGMENT)
		return BS_NO_PFN;
	pfn = steal_one(m, z, order, mt);
	if (pfn != BS_NO_PFN)
		*mode = RMQUEUE_STEAL;
	return pfn;
}

bs_pfn mm_rmqueue_buddy(struct bs_machine *m, struct zone *z, unsigned int order, unsigned int mt,
			unsigned int flags, enum rmqueue_mode *mode)
{
	bs_pfn pfn;

	if (m->km.fallback == KM_CLAIM_STEAL)
		return claim_or_steal(m, z, order, mt, flags, mode);
	for (;;) {
		pfn = mm_rmqueue_smallest(m, z, order, mt);
		if (likely(pfn != BS_NO_PFN) || !relabel(m, z, order, mt, flags))
			return pfn;
	}
}

/* ---- As a policy says ------------------------------------------------------------------------ */

#define MOST_QUESTIONS 4 /* whose answers led to nothing */

/* The pageblocks of a free block, and what is free in them, are the request's from now on. */
static bool claim_named(struct bs_machine *m, struct zone *z, const struct bs_block *b,
			unsigned int mt, unsigned int flags)
{
	if (b->order >= m->pbo) {
		set_pageblock_types(m, b->pfn, b->order, mt);
		mm_move_to_free_list(m, z, b->pfn, b->order, mt, BS_STEAL);
	} else {
		if (boost_watermark(m, z) && (flags & ALLOC_KSWAPD))
			z->flags |= ZONE_BOOSTED;
		if (mm_move_block(m, z, b->pfn, mt, BS_STEAL, NULL) <= 0)
			return false;
		set_pageblock_type(m, b->pfn, mt);
	}
	m->counters.pageblocks_stolen++;
	return true;
}

static bs_pfn take_named(struct bs_machine *m, struct zone *z, const struct bs_block *b,
			 unsigned int order, unsigned int mt)
{
	const bool reported = mm_is_reported(m, b->pfn, b->order);
	bs_pfn pfn;

	mm_del_from_free_list(m, z, b->pfn, b->order, BS_ALLOC);
	pfn = mm_split(m, z, b->pfn, order, b->order, b->list_mt, reported);
	if (m->km.stat_per_removal)
		mm_account(m, z, -(INT64_C(1) << order), b->list_mt);
	mm_removed(m, z, pfn, order, mt);
	return pfn;
}

bs_pfn mm_rmqueue_asking(struct bs_machine *m, struct zone *z, unsigned int order, unsigned int mt,
			 unsigned int flags, enum rmqueue_mode *mode)
{
	enum bs_policy_answer answer = BS_POLICY_AGAIN;
	struct bs_block b;

	for (unsigned int i = 0; i < MOST_QUESTIONS && answer != BS_POLICY_KERNEL; i++) {
		const bs_pfn pfn = mm_rmqueue_smallest(m, z, order, mt);

		if (pfn != BS_NO_PFN)
			return pfn;
		answer = mm_policy_fallback(m, z, order, mt, flags & ALLOC_NOFRAGMENT, &b);
		if (answer == BS_POLICY_NONE)
			return BS_NO_PFN;
		m->counters.fallbacks += answer == BS_POLICY_CLAIM || answer == BS_POLICY_TAKE;
		if (answer == BS_POLICY_TAKE)
			return take_named(m, z, &b, order, mt);
		if (answer == BS_POLICY_CLAIM && !claim_named(m, z, &b, mt, flags))
			answer = BS_POLICY_KERNEL;
	}
	return mm_rmqueue_buddy(m, z, order, mt, flags, mode);
}

/* ---- HIGHATOMIC ------------------------------------------------------------------------------ */

void mm_reserve_highatomic(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int order)
{
	const int64_t pbn = INT64_C(1) << m->pbo, share = (int64_t)z->managed / 100;

	if (m->km.highatomic_limit == KM_HIGHATOMIC_ROUNDED) {
		if (share < pbn || z->nr_reserved_highatomic >= (share + pbn - 1) / pbn * pbn)
			return;
	} else if (z->nr_reserved_highatomic >= share + pbn) {
		return;
	}
	if (pageblock_type(m, pfn) >= BS_PCPTYPES)
		return;
	if (m->km.highatomic_limit == KM_HIGHATOMIC_ROUNDED && order >= m->pbo) {
		set_pageblock_types(m, pfn, order, BS_MIGRATE_HIGHATOMIC);
		z->nr_reserved_highatomic += INT64_C(1) << order;
	} else if (m->km.highatomic_limit == KM_HIGHATOMIC_ROUNDED) {
		if (mm_move_block(m, z, pfn, BS_MIGRATE_HIGHATOMIC, BS_STEAL, NULL) < 0)
			return;
		z->nr_reserved_highatomic += pbn;
	} else {
		z->nr_reserved_highatomic += pbn;
		set_pageblock_type(m, pfn, BS_MIGRATE_HIGHATOMIC);
		mm_move_block(m, z, pfn, BS_MIGRATE_HIGHATOMIC, BS_STEAL, NULL);
	}
	m->counters.highatomic_reserved++;
	mm_explain(m, "pageblock of %u joins the HIGHATOMIC reserve", pfn);
}
