// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * page_alloc.c - what callers ask for: the passes of a request, and giving a block back. Above the
 * per-cpu lists, the fallbacks and the buddy, which know nothing of requests.
 */
#include "page_alloc.h"

#include "alloc_flags.h"
#include "buddy.h"
#include "explain.h"
#include "fallback.h"
#include "free_area.h"
#include "pcp.h"
#include "policy_ask.h"
#include "watermark.h"
#include "zonelist.h"

/* ---- Freeing --------------------------------------------------------------------------------- */

/* LRU is a page's property: every page of a block smaller than a pageblock loses its own. */
static __attribute__((noinline, cold)) void clear_lru(struct bs_machine *m, bs_pfn pfn,
						      unsigned int order)
{
	if (order >= m->pbo)
		return;
	for (bs_pfn q = pfn; q < pfn + ((bs_pfn)1 << order); q++)
		m->mem_map[q].flags &= (uint8_t)~PG_LRU;
}

static __attribute__((noinline, cold)) void tell_freeing(struct bs_machine *m, struct zone *z,
							 bs_pfn pfn, unsigned int order)
{
	const struct bs_block b = mm_describe(m, z, pfn, order, pageblock_type(m, pfn));

	m->hooks->freeing(m->hook_arg, &b);
}

/* Whatever is not plain. */
static __attribute__((noinline)) void free_other(struct bs_machine *m, unsigned int cpu, bs_pfn pfn,
						 unsigned int order)
{
	struct page *p = bs_page(m, pfn, order);
	struct zone *z = &m->zones[p->zone];

	bs_hot_assert((p->flags & PG_ALLOCATED) && p->order == order);
	m->cpu = cpu;
	if (unlikely(order && (p->flags & PG_HAS_LRU)))
		clear_lru(m, pfn, order);
	p->flags = 0;
	z->frees[order]++;
	if (hook_wanted(z, BS_HOOK_FREEING, order))
		tell_freeing(m, z, pfn, order);
	if (m->pcp_orders >> order & 1)
		mm_pcp_free(m, z, pfn, order);
	else
		mm_free_block(m, z, pfn, order, FPI_NONE, BS_FREE);
}

/* A block of an ordinary pageblock goes to its per-cpu list: what mm_pcp_free() does, in its order, but for
 * looking whether there are too many now. */
static inline struct per_cpu_pages *free_to_list(struct bs_machine *m, unsigned int cpu,
						 struct zone *z, struct page *p, bs_pfn pfn,
						 unsigned int order, unsigned int index,
						 unsigned int mt)
{
	struct per_cpu_pages *pcp = &z->pcp[cpu];

	m->cpu = cpu;
	z->frees[order]++;
	/* Of a page that is on no free list nobody reads the first; both are one byte. */
	p->list_type = p->cached_type = mt & 0xf;
	pcp_push_head(m, pcp, index, pfn, order);
	return pcp;
}

/* Larger blocks, if they are all plain, and pages of the tuned rule. */
static __attribute__((noinline)) void free_larger(struct bs_machine *m, unsigned int cpu,
						  bs_pfn pfn, unsigned int order)
{
	struct page *p = bs_page(m, pfn, order);
	struct zone *z = &m->zones[p->zone];
	const unsigned int mt = pageblock_type(m, pfn);
	struct per_cpu_pages *pcp;
	unsigned int index;

	if (unlikely(!m->short_free || mt >= BS_PCPTYPES || z->hook_mask & BS_HOOK_FREEING ||
		     (order && p->flags & PG_HAS_LRU))) {
		free_other(m, cpu, pfn, order);
		return;
	}
	bs_hot_assert((p->flags & PG_ALLOCATED) && p->order == order);
	if (m->pcp_orders >> order & 1) {
		index = pcp_index(m, order, mt);
		pcp = free_to_list(m, cpu, z, p, pfn, order, index, mt);
		if (m->km.pcp_free_rule == KM_FREE_AUTO)
			pcp->alloc_factor >>= 1;
		else if (likely(pcp->count < pcp->high && !pcp->free_factor &&
				!(z->flags & ZONE_RECLAIM_ACTIVE)))
			return;
		mm_pcp_trim(m, z, pcp, order, index);
		return;
	}
	m->cpu = cpu;
	p->flags = 0;
	z->frees[order]++;
	mm_free_block(m, z, pfn, order, FPI_NONE, BS_FREE);
}

void bs_free_pages(struct bs_machine *m, unsigned int cpu, bs_pfn pfn, unsigned int order)
{
	if (likely(!order && m->short_free == SHORT_FREE_PAGE)) {
		struct page *p = &m->mem_map[pfn];
		struct zone *z = &m->zones[p->zone];
		const unsigned int mt = pageblock_type(m, pfn);

		bs_hot_assert((p->flags & PG_ALLOCATED) && !p->order);
		if (likely(mt < BS_PCPTYPES && !(z->hook_mask & BS_HOOK_FREEING) &&
			   !(z->flags & ZONE_RECLAIM_ACTIVE))) {
			const struct per_cpu_pages *pcp =
				free_to_list(m, cpu, z, p, pfn, 0, mt, mt);

			if (unlikely(pcp->count >= pcp->high))
				mm_pcp_trim(m, z, &z->pcp[cpu], 0, mt);
			return;
		}
	}
	free_larger(m, cpu, pfn, order);
}

/* ---- Allocating (RULES.md, rmqueue) ---------------------------------------------------------- */

/* Does a block that just came off the buddy lists make a HIGHATOMIC reserve at once? */
static bool reserves_from_buddy(const struct bs_machine *m, unsigned int flags)
{
	switch (m->km.highatomic_reserve) {
	case KM_RESERVE_BUDDY:
		return true;
	case KM_RESERVE_BUDDY_AT_MIN:
		return (flags & ALLOC_WMARK_MASK) == WMARK_MIN;
	default:
		return false;
	}
}

/* In all of this @asks: the machine has a policy. Known where it is called, so that who has none pays nothing. */
static inline __attribute__((always_inline)) bs_pfn
rmqueue_buddy(struct bs_machine *m, struct zone *z, unsigned int order, unsigned int mt,
	      unsigned int flags, bool asks)
{
	enum rmqueue_mode mode = RMQUEUE_NORMAL;
	bs_pfn pfn = BS_NO_PFN;

	/* linux-5.4's HARDER is the NON_BLOCK bit here; it, too, tries the reserve first. */
	if (m->km.reserve_flags == KM_HARDER ? order && (flags & ALLOC_NON_BLOCK)
					     : flags & ALLOC_HIGHATOMIC)
		pfn = mm_rmqueue_smallest(m, z, order, BS_MIGRATE_HIGHATOMIC);
	if (pfn == BS_NO_PFN)
		pfn = asks ? mm_rmqueue_asking(m, z, order, mt, flags, &mode)
			   : mm_rmqueue_buddy(m, z, order, mt, flags, &mode);
	if (pfn == BS_NO_PFN && m->km.highatomic_last_resort &&
	    (flags & (ALLOC_OOM | ALLOC_NON_BLOCK)))
		pfn = mm_rmqueue_smallest(m, z, order, BS_MIGRATE_HIGHATOMIC);
	if (pfn != BS_NO_PFN && !m->km.stat_per_removal)
		mm_mod_free_pages(m, z, -(INT64_C(1) << order));
	if (unlikely(flags & ALLOC_HIGHATOMIC) && pfn != BS_NO_PFN && reserves_from_buddy(m, flags))
		mm_reserve_highatomic(m, z, pfn, order);
	return pfn;
}

static inline __attribute__((always_inline)) bs_pfn rmqueue(struct bs_machine *m, struct zone *z,
							    unsigned int order, unsigned int mt,
							    unsigned int flags, bool asks)
{
	bs_pfn pfn = BS_NO_PFN;
	const bool pcp = m->pcp_orders >> order & 1;

	if (pcp)
		pfn = asks ? mm_pcp_alloc_asking(m, z, order, mt, flags)
			   : mm_pcp_alloc(m, z, order, mt, flags);
	if (pfn == BS_NO_PFN && (!pcp || m->km.pcp_miss_falls_through))
		pfn = rmqueue_buddy(m, z, order, mt, flags, asks);
	/* The kernel wakes kswapd here; only the flag is visible in a sequential run. */
	if (unlikely(z->flags & ZONE_BOOSTED) &&
	    (!m->km.boost_clear_kswapd || (flags & ALLOC_KSWAPD))) {
		if (m->km.avoids_awake_nodes && m->nr_nodes > 1)
			mm_wake_kswapd(m, z->node, 0, z->type);
		z->flags &= (uint32_t)~ZONE_BOOSTED;
		m->kswapd_wakes++;
	}
	return pfn;
}

static __attribute__((noinline, cold)) void tell_watermark(struct bs_machine *m,
							   const struct zone *z, unsigned int order,
							   unsigned int hz, unsigned int mark,
							   bool ok)
{
	static const char *const names[NR_WMARK] = {"min", "low", "high"};
	unsigned int blocks = 0;

	for (unsigned int mt = 0; mt < BS_PCPTYPES; mt++)
		blocks |= z->nonempty[mt] >> order;
	mm_explain(m,
		   "zone %u, order %u: free %lld against %s mark %llu + boost %llu + reserve for "
		   "lower zones %llu; HIGHATOMIC %lld reserved, %lld free; %s block large enough: "
		   "%s",
		   z->type, order, (long long)z->nr_free_pages, names[mark],
		   (unsigned long long)z->mark[mark], (unsigned long long)z->boost,
		   (unsigned long long)z->lowmem_reserve[hz], (long long)z->nr_reserved_highatomic,
		   (long long)z->nr_free_highatomic, blocks ? "a" : "no",
		   ok ? "passes" : "refused");
}

static bool zone_passes(struct bs_machine *m, struct zone *z, unsigned int order, unsigned int hz,
			unsigned int flags)
{
	const uint64_t mark = z->mark[flags & ALLOC_WMARK_MASK] + z->boost;

	bool ok;

	if (m->km.below_high && !(z->flags & ZONE_BELOW_HIGH)) {
		ok = mm_fast_watermark(m, z, order, z->mark[WMARK_HIGH] + z->boost, hz, flags);
		if (unlikely(m->explain))
			tell_watermark(m, z, order, hz, WMARK_HIGH, ok);
		if (ok)
			return true;
		z->flags |= ZONE_BELOW_HIGH;
	}
	ok = mm_fast_watermark(m, z, order, mark, hz, flags);
	if (unlikely(m->explain))
		tell_watermark(m, z, order, hz, flags & ALLOC_WMARK_MASK, ok);
	return ok || (flags & ALLOC_NO_WATERMARKS);
}

/* No zone passes without a block that is large enough. */
static void look_again(struct bs_machine *m, struct zone *z, unsigned int order, unsigned int mt,
		       unsigned int flags)
{
	const unsigned int orders = z->nonempty[BS_MIGRATE_UNMOVABLE] |
				    z->nonempty[BS_MIGRATE_MOVABLE] |
				    z->nonempty[BS_MIGRATE_RECLAIMABLE];

	mm_settle(m);
	if (!(orders >> order) && mm_policy_short_of(m, z, order, mt, flags & ALLOC_NOFRAGMENT))
		mm_settle(m);
}

static bs_pfn walk_asking(struct bs_machine *m, const struct zonelist *zl, unsigned int order,
			  unsigned int mt, unsigned int hz, unsigned int flags);

static inline __attribute__((always_inline)) bs_pfn
walk_zones(struct bs_machine *m, const struct zonelist *zl, unsigned int order, unsigned int mt,
	   unsigned int hz, unsigned int flags, bool asks)
{
	const struct zone *preferred = &m->zones[zl->zone[0]];
	/* Nodes whose kswapd is at work, while others will do. */
	bool reserve, retry, avoided, avoid = true;
	bs_pfn pfn;

	do {
		retry = avoided = false;
		for (unsigned int i = 0; i < zl->n; i++) {
			struct zone *z = &m->zones[zl->zone[i]];

			/* Memory of another node is worse than a little fragmentation. */
			if ((flags & ALLOC_NOFRAGMENT) && m->nr_nodes > 1 &&
			    z->node != preferred->node) {
				retry = true;
				break;
			}
			if (unlikely(m->kswapd_awake)) {
				if (!asks && m->kswapd_awake & WALK_ASKS)
					return walk_asking(m, zl, order, mt, hz, flags);
				if (avoid && m->kswapd_awake >> z->node & 1) {
					avoided = true;
					continue;
				}
			}
			if (asks)
				look_again(m, z, order, mt, flags);
			if (!zone_passes(m, z, order, hz, flags))
				continue;
			pfn = rmqueue(m, z, order, mt, flags, asks);
			if (pfn == BS_NO_PFN)
				continue;
			reserve = m->km.reserve_flags == KM_HARDER
					  ? order && (flags & ALLOC_NON_BLOCK)
					  : flags & ALLOC_HIGHATOMIC;
			if (unlikely(reserve) && m->km.highatomic_reserve == KM_RESERVE_ANY)
				mm_reserve_highatomic(m, z, pfn, order);
			z->allocs[order]++;
			return pfn;
		}
		if (!retry && avoided) {
			retry = true;
			avoid = false;
			mm_explain(m, "again, and now nodes whose kswapd is awake will do");
			continue;
		}
		if ((flags & ALLOC_NOFRAGMENT) && !m->one_walk) {
			retry = true;
			mm_explain(m, "again, and now pageblocks may be mixed");
		}
		flags &= ~(unsigned int)ALLOC_NOFRAGMENT;
	} while (retry);
	return BS_NO_PFN;
}

static bs_pfn get_page_from_freelist(struct bs_machine *m, const struct zonelist *zl,
				     unsigned int order, unsigned int mt, unsigned int hz,
				     unsigned int flags)
{
	return walk_zones(m, zl, order, mt, hz, flags, false);
}

static __attribute__((noinline, cold)) bs_pfn walk_asking(struct bs_machine *m,
							  const struct zonelist *zl,
							  unsigned int order, unsigned int mt,
							  unsigned int hz, unsigned int flags)
{
	return walk_zones(m, zl, order, mt, hz, flags, true);
}

unsigned int mm_slowpath_flags(const struct bs_machine *m, unsigned int order, unsigned int gfp)
{
	unsigned int f = WMARK_MIN;

	if (gfp & BS_GFP_HIGH)
		f |= ALLOC_MIN_RESERVE;
	if (gfp & BS_GFP_KSWAPD_RECLAIM)
		f |= ALLOC_KSWAPD;
	if (m->km.reserve_flags == KM_HARDER) {
		if ((gfp & BS_GFP_ATOMIC_BIT) && !(gfp & BS_GFP_NOMEMALLOC))
			f |= ALLOC_NON_BLOCK;
	} else if (!(gfp & BS_GFP_DIRECT_RECLAIM)) {
		if (!(gfp & BS_GFP_NOMEMALLOC)) {
			f |= ALLOC_NON_BLOCK;
			if (order && (f & ALLOC_MIN_RESERVE))
				f |= ALLOC_HIGHATOMIC;
		}
	}
	return f;
}

static bs_pfn slowpath(struct bs_machine *m, const struct zonelist *zl, unsigned int order,
		       unsigned int mt, unsigned int hz, unsigned int gfp, unsigned int passes)
{
	unsigned int flags = mm_slowpath_flags(m, order, gfp);
	bool again = true;
	bs_pfn pfn;

	if (gfp & BS_GFP_ATOMIC_BIT)
		flags |= ALLOC_GFP_ATOMIC;
	mm_explain(m, "slow pass%s%s%s", flags & ALLOC_MIN_RESERVE ? ", may use half of min" : "",
		   flags & ALLOC_NON_BLOCK ? ", cannot wait" : "",
		   flags & ALLOC_HIGHATOMIC ? ", may use and extend the HIGHATOMIC reserve" : "");
	if ((flags & ALLOC_KSWAPD) && m->km.avoids_awake_nodes && m->nr_nodes > 1)
		for (unsigned int i = 0; i < zl->n; i++)
			mm_wake_kswapd(m, m->zones[zl->zone[i]].node, order, hz);
	pfn = get_page_from_freelist(m, zl, order, mt, hz, flags);
	if (pfn != BS_NO_PFN || passes < 3)
		return pfn;
	if (gfp & BS_GFP_MEMALLOC && !(gfp & BS_GFP_NOMEMALLOC))
		flags = ALLOC_NO_WATERMARKS | (flags & ALLOC_KSWAPD);
	else
		again = m->km.slow_twice || ((gfp & BS_GFP_HIGH) && !(gfp & BS_GFP_DIRECT_RECLAIM));
	if (again)
		pfn = get_page_from_freelist(m, zl, order, mt, hz, flags);
	if (pfn != BS_NO_PFN || !(gfp & BS_GFP_NOFAIL))
		return pfn;
	flags |= m->km.reserve_flags == KM_HARDER ? ALLOC_NON_BLOCK : ALLOC_MIN_RESERVE;
	return get_page_from_freelist(m, zl, order, mt, hz, flags);
}

static void note_failure(struct bs_machine *m, const struct zonelist *zl, unsigned int order)
{
	bool below_min = true;

	m->counters.alloc_failed++;
	for (unsigned int i = 0; i < zl->n; i++) {
		const struct zone *z = &m->zones[zl->zone[i]];

		if (z->nr_free_pages - (INT64_C(1) << order) >
		    (int64_t)(z->mark[WMARK_MIN] + z->boost))
			below_min = false;
	}
	if (below_min)
		m->counters.failed_min++;
	else
		m->counters.failed_low++;
}

/* The block is its new owner's. */
static bs_pfn hand_out(struct bs_machine *m, bs_pfn pfn, unsigned int order, unsigned int mt)
{
	struct page *p = bs_page(m, pfn, order);
	struct zone *z = &m->zones[p->zone];

	p->flags = PG_ALLOCATED;
	p->order = (uint8_t)order;
	if (hook_wanted(z, BS_HOOK_ALLOCATED, order)) {
		const struct bs_block b = mm_describe(m, z, pfn, order, mt);

		m->hooks->allocated(m->hook_arg, &b);
	}
	return pfn;
}

bs_pfn mm_get_page(struct bs_machine *m, const struct zonelist *zl, unsigned int order,
		   unsigned int mt, unsigned int hz, unsigned int flags)
{
	return get_page_from_freelist(m, zl, order, m->grouping ? mt : BS_MIGRATE_UNMOVABLE, hz,
				      flags);
}

bs_pfn mm_hand_out(struct bs_machine *m, bs_pfn pfn, unsigned int order, unsigned int mt)
{
	return hand_out(m, pfn, order, mt);
}

/* What the fast pass of any request may do. */
static inline unsigned int fast_flags(const struct zonelist *zl, unsigned int gfp)
{
	return WMARK_LOW | (gfp & BS_GFP_KSWAPD_RECLAIM ? ALLOC_KSWAPD : 0) |
	       (zl->nofragment ? ALLOC_NOFRAGMENT : 0);
}

bs_pfn mm_alloc(struct bs_machine *m, unsigned int cpu, unsigned int node, unsigned int order,
		unsigned int mt, unsigned int highest, unsigned int gfp, unsigned int passes)
{
	const struct zonelist *zl =
		gfp & BS_GFP_THISNODE ? &m->thisnode[node][highest] : &m->zonelist[node][highest];
	unsigned int flags = fast_flags(zl, gfp), hz = passes >= 3 ? zl->lowmem_idx : highest;
	bs_pfn pfn;

	if (unlikely(order > m->max_order || !zl->n)) {
		m->counters.alloc_failed++;
		return BS_NO_PFN;
	}
	m->cpu = cpu;
	if (unlikely(!m->grouping))
		mt = BS_MIGRATE_UNMOVABLE;
	if (order && m->km.highatomic_fast && (gfp & BS_GFP_HIGH) &&
	    !(gfp & (BS_GFP_DIRECT_RECLAIM | BS_GFP_NOMEMALLOC)))
		flags |= ALLOC_HIGHATOMIC;
	mm_explain(m, "fast pass%s", zl->nofragment ? ", without mixing pageblocks" : "");
	pfn = get_page_from_freelist(m, zl, order, mt, hz, flags);
	if (unlikely(pfn == BS_NO_PFN)) {
		m->slow_passes += (gfp & BS_GFP_KSWAPD_RECLAIM) != 0;
		pfn = slowpath(m, zl, order, mt, hz, gfp, passes);
		if (pfn == BS_NO_PFN) {
			note_failure(m, zl, order);
			return BS_NO_PFN;
		}
	}
	return hand_out(m, pfn, order, mt);
}

/* What has to be free beside the request and what others keep, for the preferred zone to be taken at the
 * first look. */
static inline int64_t look_mark(const struct bs_machine *m, const struct zone *z,
				const struct first_look *look)
{
	const bool high = m->km.below_high && !(z->flags & ZONE_BELOW_HIGH);

	return (int64_t)(z->mark[high ? WMARK_HIGH : WMARK_LOW] + z->boost +
			 z->lowmem_reserve[look->lowmem_idx]);
}

/*
 * The first steps of a fast pass for one page, where they lead straight to a page on the preferred
 * zone's per-cpu list; BS_NO_PFN, and nothing changed, where they do not. Must decide exactly as
 * get_page_from_freelist() would.
 */
static inline bs_pfn alloc_hit(struct bs_machine *m, const struct first_look *look, unsigned int mt)
{
	struct zone *z = look->zone;
	struct per_cpu_pages *pcp = look->pcp;
	const int64_t usable = z->nr_free_pages - *look->others;
	const bs_pfn pfn = pcp->lists[mt].first;

	if (unlikely(usable <= look_mark(m, z, look)))
		return BS_NO_PFN;
	/* A wake of kswapd is due: the long way. */
	if (unlikely(z->flags & ZONE_BOOSTED) || unlikely(pfn == BS_NO_PFN))
		return BS_NO_PFN;
	pcp->free_factor >>= 1;
	pcp->free_count >>= 1;
	z->allocs[0]++;
	pcp_drop_head(m, pcp, mt, 0, pfn);
	m->mem_map[pfn].flags = PG_ALLOCATED;
	return pfn;
}

/* May a request without claim to reserves have a block of the preferred zone at its first look, by all that
 * mm_fast_watermark() asks? */
static inline bool look_passes(const struct bs_machine *m, const struct zone *z,
			       const struct first_look *look, unsigned int order, int64_t others)
{
	const int64_t usable = z->nr_free_pages - ((INT64_C(1) << order) - 1) - others;

	/* Boosted: a wake of kswapd is due, the long way. */
	return likely(usable > look_mark(m, z, look)) && likely(!(z->flags & ZONE_BOOSTED)) &&
	       likely((z->nonempty[BS_MIGRATE_UNMOVABLE] | z->nonempty[BS_MIGRATE_MOVABLE] |
		       z->nonempty[BS_MIGRATE_RECLAIMABLE]) >>
		      order);
}

static inline bs_pfn hand_out_hit(struct bs_machine *m, struct zone *z, bs_pfn pfn,
				  unsigned int order)
{
	struct page *p = bs_page(m, pfn, order);

	z->allocs[order]++;
	p->flags = PG_ALLOCATED;
	p->order = (uint8_t)order;
	return pfn;
}

/* The same as alloc_hit() of a larger block that per-cpu lists hold. */
static inline bs_pfn alloc_hit_order(struct bs_machine *m, const struct first_look *look,
				     unsigned int order, unsigned int mt)
{
	struct per_cpu_pages *pcp = look->pcp;
	const unsigned int index = pcp_index(m, order, mt);

	if (unlikely(pcp->lists[index].first == BS_NO_PFN))
		return BS_NO_PFN;
	pcp->free_factor >>= 1;
	pcp->free_count >>= 1;
	return pcp_pop_head(m, pcp, index, order);
}

/* The same of a block that they do not hold, and its own type has. */
static inline bs_pfn alloc_hit_buddy(struct bs_machine *m, struct zone *z, unsigned int order,
				     unsigned int mt)
{
	const bs_pfn pfn = mm_rmqueue_smallest(m, z, order, mt);

	if (likely(pfn != BS_NO_PFN) && !m->km.stat_per_removal)
		mm_mod_free_pages(m, z, -(INT64_C(1) << order));
	return pfn;
}

static __attribute__((noinline)) bs_pfn alloc_larger(struct bs_machine *m, unsigned int cpu,
						     unsigned int gfp, unsigned int order)
{
	const unsigned int highest = m->gfp_zone[gfp & 15], mt = bs_gfp_migratetype(gfp);
	const struct first_look *look = &m->first_look[cpu * FIRST_LOOKS + highest];
	struct zone *z = look->zone;

	/* __GFP_HIGH may want the HIGHATOMIC reserve. */
	if (order <= m->max_order && look->larger && !(gfp & (BS_GFP_THISNODE | BS_GFP_HIGH)) &&
	    look_passes(m, z, look, order, *mm_kept_for_others(m, z))) {
		bs_pfn pfn = BS_NO_PFN;

		m->cpu = cpu;
		if (m->pcp_orders >> order & 1)
			pfn = alloc_hit_order(m, look, order, mt);
		else if (look->buddy)
			pfn = alloc_hit_buddy(m, z, order, mt);
		if (likely(pfn != BS_NO_PFN))
			return hand_out_hit(m, z, pfn, order);
	}
	return mm_alloc(m, cpu, m->cpu_node[cpu], order, mt, highest, gfp, 3);
}

/* A page that alloc_hit() did not have: where the per-cpu list has run out, and the free lists of its own type
 * have something to fill it with, the first steps of a fast pass lead to rmqueue(). */
static __attribute__((noinline)) bs_pfn alloc_page(struct bs_machine *m, unsigned int cpu,
						   unsigned int gfp)
{
	const unsigned int highest = m->gfp_zone[gfp & 15], mt = bs_gfp_migratetype(gfp);
	const struct first_look *look = &m->first_look[cpu * FIRST_LOOKS + highest];
	struct zone *z = look->zone;

	if (look->buddy && !(gfp & BS_GFP_THISNODE) && z->nonempty[mt] &&
	    look_passes(m, z, look, 0, *look->others)) {
		const struct zonelist *zl = &m->zonelist[m->cpu_node[cpu]][highest];
		bs_pfn pfn;

		m->cpu = cpu;
		pfn = rmqueue(m, z, 0, mt, fast_flags(zl, gfp), false);
		if (likely(pfn != BS_NO_PFN))
			return hand_out_hit(m, z, pfn, 0);
	}
	return mm_alloc(m, cpu, m->cpu_node[cpu], 0, mt, highest, gfp, 3);
}

bs_pfn bs_alloc_pages(struct bs_machine *m, unsigned int cpu, unsigned int gfp, unsigned int order)
{
	if (likely(!order && !(gfp & BS_GFP_THISNODE))) {
		const struct first_look *look =
			&m->first_look[cpu * FIRST_LOOKS + m->gfp_zone[gfp & 15]];

		if (likely(look->zone)) {
			const bs_pfn pfn = alloc_hit(m, look, bs_gfp_migratetype(gfp));

			if (likely(pfn != BS_NO_PFN))
				return pfn;
		}
	}
	return order ? alloc_larger(m, cpu, gfp, order) : alloc_page(m, cpu, gfp);
}
