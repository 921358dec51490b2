// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * compaction_direct.c - a request that may wait: it compacts, reclaims and tries again (RULES.md, requests
 * that wait).
 */
#include "compaction.h"

#include "alloc_flags.h"
#include "page_alloc.h"
#include "pcp.h"
#include "zonelist.h"

#define RETRIES_WITHOUT_PROGRESS 16
#define RETRIES_OF_COMPACTION 16
#define RETRIES_COSTLY 4

/* 2: without waiting; 1: with; 0: whatever skip bits and types say. */
enum priority { PRIORITY_FULL, PRIORITY_LIGHT, PRIORITY_ASYNC };

/* @order: what is wanted; @big: what is reclaimed and compacted for, larger while memory must not be
 * fragmented (defrag_mode). */
struct request {
	const struct zonelist *zl;
	unsigned int order, big, mt, hz, gfp, flags;
	unsigned int tries, without_progress;
	enum priority priority;
	enum compact_verdict result;
	bool progress;
};

static bs_pfn attempt(struct bs_machine *m, const struct request *q)
{
	return mm_get_page(m, q->zl, q->order, q->mt, q->hz, q->flags);
}

/* ---- Compaction for a request ---------------------------------------------------------------- */

static enum compact_verdict compact_zone_for(struct bs_machine *m, const struct request *q,
					     struct zone *z, bs_pfn *captured)
{
	struct mm_capture capture = {z, q->order, q->mt, BS_NO_PFN}, *const before = m->capture;
	struct compact_run r;
	enum compact_verdict v;

	mm_compact_run_init(&r, m, z, (int)q->big);
	r.mode = q->priority == PRIORITY_ASYNC ? MODE_ASYNC : MODE_LIGHT;
	r.mt = q->mt;
	r.hz = q->hz;
	r.flags = q->flags;
	r.direct = true;
	r.whole = r.ignore_skip = r.ignore_types = q->priority == PRIORITY_FULL;
	m->capture = &capture;
	v = mm_compact_run(m, &r, false);
	m->capture = before;
	*captured = capture.pfn;
	return capture.pfn != BS_NO_PFN ? COMPACT_SUCCESS : v;
}

/* Does an async run end here, because somebody waits for the CPU? */
static bool is_left(struct bs_machine *m, const struct request *q, unsigned int next)
{
	const struct bs_mm_watch *w = &m->compaction->watch;
	const struct zone *z;

	if (q->priority != PRIORITY_ASYNC || next >= q->zl->n || !w->left)
		return false;
	z = &m->zones[q->zl->zone[next]];
	return w->left(w->arg, z->index,
		       mm_compact_passes_silently(m, z, q->big, q->hz, q->flags, q->mt));
}

static enum compact_verdict compact_zones(struct bs_machine *m, const struct request *q,
					  bs_pfn *captured)
{
	enum compact_verdict best = COMPACT_SKIPPED, v;

	for (unsigned int i = 0; i < q->zl->n; i++) {
		struct zone *z = &m->zones[q->zl->zone[i]];

		if (q->priority > PRIORITY_FULL && mm_compact_deferred(m, z, q->big)) {
			best = best > COMPACT_DEFERRED ? best : COMPACT_DEFERRED;
			continue;
		}
		v = compact_zone_for(m, q, z, captured);
		best = best > v ? best : v;
		if (v == COMPACT_SUCCESS) {
			mm_compact_defer_over(m, z, q->big, false);
			break;
		}
		if (q->priority != PRIORITY_ASYNC &&
		    (v == COMPACT_COMPLETE || v == COMPACT_PARTIAL))
			mm_compact_defer(m, z, q->big);
		if (is_left(m, q, i + 1))
			break;
	}
	return best;
}

static bs_pfn compact_for(struct bs_machine *m, struct request *q)
{
	bs_pfn pfn = BS_NO_PFN;
	struct zone *z;

	if (!q->big) {
		q->result = (enum compact_verdict)m->compaction->last_result;
		return BS_NO_PFN;
	}
	mm_compact_tell(m, BS_MM_DIRECT, q->big, q->gfp, q->priority);
	q->result = compact_zones(m, q, &pfn);
	if (q->result == COMPACT_SKIPPED ||
	    (q->result == COMPACT_DEFERRED && m->km.compact_deferred_fails))
		return BS_NO_PFN;
	if (pfn == BS_NO_PFN)
		pfn = attempt(m, q);
	else
		m->zones[pfn_zone(m, pfn)->index].allocs[q->order]++;
	if (pfn == BS_NO_PFN)
		return pfn;
	z = pfn_zone(m, pfn);
	m->compaction->zone[z->index].at.blockskip_flush = false;
	mm_compact_defer_over(m, z, q->big, true);
	return pfn;
}

/* ---- Around it ------------------------------------------------------------------------------- */

/* What reclaim freed lies on per-cpu lists as long as nobody empties them. */
static bs_pfn reclaim_for(struct bs_machine *m, struct request *q)
{
	bs_pfn pfn;

	q->progress = mm_reclaim(m, q->zl, q->big, q->hz);
	if (!q->progress)
		return BS_NO_PFN;
	pfn = attempt(m, q);
	if (pfn != BS_NO_PFN)
		return pfn;
	for (unsigned int i = 0; i < m->nr_zones; i++)
		mm_drain_zone_all(m, &m->zones[i]);
	return attempt(m, q);
}

static bool is_costly(const struct request *q)
{
	return q->order > COSTLY_ORDER;
}

/* Could a page be had if all that can be reclaimed were? */
static bool is_within_reach(struct bs_machine *m, struct request *q)
{
	if (q->progress && !is_costly(q) && q->big == q->order)
		q->without_progress = 0;
	else
		q->without_progress++;
	if (q->without_progress > RETRIES_WITHOUT_PROGRESS)
		return false;
	for (unsigned int i = 0; i < q->zl->n; i++) {
		const struct zone *z = &m->zones[q->zl->zone[i]];

		if (mm_watermark_with(m, z, q->order, own_mark(z, WMARK_MIN), q->hz, q->flags,
				      mm_compact_available(m, z)))
			return true;
	}
	return false;
}

static bool may_compact_again(struct bs_machine *m, struct request *q)
{
	if (!q->progress || !q->big)
		return false;
	if (q->result == COMPACT_SKIPPED)
		return q->big == q->order && mm_compact_retry_suits(m, q->zl, q->order, q->hz);
	if (q->result == COMPACT_SUCCESS &&
	    ++q->tries <= (is_costly(q) ? RETRIES_COSTLY : RETRIES_OF_COMPACTION))
		return true;
	if (q->priority <= (is_costly(q) ? PRIORITY_LIGHT : PRIORITY_FULL))
		return false;
	q->priority--;
	q->tries = 0;
	return true;
}

static bool compacts_first(const struct request *q)
{
	return is_costly(q) || (q->order && q->mt != BS_MIGRATE_MOVABLE);
}

static bool gives_up_early(const struct request *q)
{
	return (q->gfp & BS_GFP_NORETRY) || (is_costly(q) && !(q->gfp & BS_GFP_RETRY_MAYFAIL));
}

/* Compaction comes first, outside of the loop. */
static bs_pfn wait_in_steps(struct bs_machine *m, struct request *q)
{
	bs_pfn pfn = attempt(m, q);

	q->big = q->order;
	q->priority = PRIORITY_LIGHT;
	if (pfn == BS_NO_PFN && compacts_first(q)) {
		q->priority = PRIORITY_ASYNC;
		pfn = compact_for(m, q);
		if (pfn == BS_NO_PFN && is_costly(q) && (q->gfp & BS_GFP_NORETRY)) {
			if (q->result == COMPACT_SKIPPED || q->result == COMPACT_DEFERRED)
				return BS_NO_PFN;
		} else {
			q->priority = PRIORITY_LIGHT;
		}
	}
	while (pfn == BS_NO_PFN) {
		pfn = attempt(m, q);
		if (pfn == BS_NO_PFN)
			pfn = reclaim_for(m, q);
		if (pfn == BS_NO_PFN && q->order)
			pfn = compact_for(m, q);
		if (pfn != BS_NO_PFN || gives_up_early(q) ||
		    (!is_within_reach(m, q) && !may_compact_again(m, q)))
			break;
	}
	return pfn;
}

/* Requests of types that fragment memory work for whole pageblocks as long as they must not. */
static unsigned int promoted(const struct bs_machine *m, const struct request *q)
{
	return (q->flags & ALLOC_NOFRAGMENT) && q->mt != BS_MIGRATE_MOVABLE && q->order < m->pbo
		       ? m->pbo
		       : q->order;
}

/* Compaction without reclaim is the first round of the loop. */
static bs_pfn wait_in_one_loop(struct bs_machine *m, struct request *q)
{
	bool first = compacts_first(q);
	bs_pfn pfn;

	q->priority = first ? PRIORITY_ASYNC : PRIORITY_LIGHT;
	for (;;) {
		pfn = attempt(m, q);
		q->big = promoted(m, q);
		if (pfn == BS_NO_PFN && !first)
			pfn = reclaim_for(m, q);
		if (pfn == BS_NO_PFN)
			pfn = compact_for(m, q);
		if (pfn != BS_NO_PFN)
			return pfn;
		if (first) {
			if (q->gfp & BS_GFP_NORETRY) {
				if (q->gfp & BS_GFP_THISNODE)
					return BS_NO_PFN;
			} else {
				q->priority = PRIORITY_LIGHT;
			}
			first = false;
			continue;
		}
		if (gives_up_early(q))
			return BS_NO_PFN;
		if (is_within_reach(m, q) || may_compact_again(m, q))
			continue;
		if (!(q->flags & ALLOC_NOFRAGMENT))
			return BS_NO_PFN;
		q->flags &= ~(unsigned int)ALLOC_NOFRAGMENT;
		if (q->big != q->order)
			q->without_progress = q->tries = 0;
	}
}

/* ---- Requests -------------------------------------------------------------------------------- */

static void make_request(const struct bs_machine *m, struct request *q, unsigned int cpu,
			 unsigned int gfp, unsigned int order)
{
	const unsigned int node = m->cpu_node[cpu], highest = m->gfp_zone[gfp & 15];

	*q = (struct request){
		.zl = gfp & BS_GFP_THISNODE ? &m->thisnode[node][highest]
					    : &m->zonelist[node][highest],
		.order = order,
		.big = order,
		.mt = bs_gfp_migratetype(gfp),
		.gfp = gfp,
		.result = COMPACT_SKIPPED,
	};
	q->hz = q->zl->lowmem_idx;
}

static bs_pfn fast_pass(struct bs_machine *m, const struct request *q)
{
	unsigned int flags = WMARK_LOW;

	if (q->gfp & BS_GFP_KSWAPD_RECLAIM)
		flags |= ALLOC_KSWAPD;
	if (q->zl->nofragment || m->compaction->defrag_mode)
		flags |= ALLOC_NOFRAGMENT;
	return mm_get_page(m, q->zl, q->order, q->mt, q->hz, flags);
}

bs_pfn bs_mm_alloc_waiting(struct bs_machine *m, unsigned int cpu, unsigned int gfp,
			   unsigned int order)
{
	struct request q;
	bs_pfn pfn;

	m->cpu = cpu;
	make_request(m, &q, cpu, gfp, order);
	if (!q.zl->n || order > m->max_order)
		return BS_NO_PFN;
	pfn = fast_pass(m, &q);
	if (pfn == BS_NO_PFN) {
		m->slow_passes += (gfp & BS_GFP_KSWAPD_RECLAIM) != 0;
		q.flags = mm_slowpath_flags(m, order, gfp);
		if (m->compaction->defrag_mode)
			q.flags |= ALLOC_NOFRAGMENT;
		pfn = m->km.slow_one_loop ? wait_in_one_loop(m, &q) : wait_in_steps(m, &q);
	}
	return pfn == BS_NO_PFN ? pfn : mm_hand_out(m, pfn, order, q.mt);
}

bs_pfn bs_mm_alloc_passing(struct bs_machine *m, unsigned int cpu, unsigned int gfp,
			   unsigned int order, bool twice)
{
	struct request q;
	bs_pfn pfn;

	m->cpu = cpu;
	make_request(m, &q, cpu, gfp, order);
	pfn = fast_pass(m, &q);
	q.flags = mm_slowpath_flags(m, order, gfp);
	if (pfn == BS_NO_PFN && m->compaction->defrag_mode)
		pfn = mm_get_page(m, q.zl, order, q.mt, q.hz, q.flags | ALLOC_NOFRAGMENT);
	for (unsigned int i = 0; i < 1u + twice && pfn == BS_NO_PFN; i++)
		pfn = attempt(m, &q);
	return pfn == BS_NO_PFN ? pfn : mm_hand_out(m, pfn, order, q.mt);
}
