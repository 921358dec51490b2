// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * compaction_verdict.c - is there anything to compact, is it enough, and not now (RULES.md,
 * compaction verdicts).
 */
#include "compaction.h"

#include "alloc_flags.h"
#include "pcp.h"
#include "watermark.h"

#define FRAGMENT_THRESHOLD 500 /* vm.extfrag_threshold */
#define PROACTIVE_FLOOR 5
#define PROACTIVE_GAP 10

bool mm_watermark_with(const struct bs_machine *m, const struct zone *z, unsigned int order,
		       uint64_t mark, unsigned int hz, unsigned int flags, int64_t free)
{
	/* The test asks whether what is free is above the mark: what is added here is taken off there. */
	struct zone copy;

	if (free == z->nr_free_pages)
		return mm_watermark_ok(m, z, order, mark, hz, flags);
	copy = *z;
	copy.nr_free_pages = free;
	return mm_watermark_ok(m, &copy, order, mark, hz, flags);
}

uint64_t mm_compact_gap(const struct bs_machine *m, unsigned int order)
{
	const uint64_t gap = UINT64_C(2) << order;

	return m->km.compact_gap_capped && gap > COMPACT_CLUSTER ? COMPACT_CLUSTER : gap;
}

/* Of 1000: how much a failure is due to fragmentation and not to a lack of memory; negative: a block is
 * there. */
static int64_t fragmentation_index(const struct zone *z, unsigned int order)
{
	uint64_t pages = 0, blocks = 0, large = 0;

	for (unsigned int o = 0; o < BS_NR_ORDERS; o++) {
		pages += z->nr_free[o] << o;
		blocks += z->nr_free[o];
		large += o >= order ? z->nr_free[o] : 0;
	}
	if (!blocks)
		return 0;
	if (large)
		return -1000;
	return 1000 - (int64_t)((1000 + (pages * 1000 >> order)) / blocks);
}

/* What must be free for the pages on their way, above the asker's mark. */
static bool has_room(const struct bs_machine *m, const struct zone *z, unsigned int order,
		     unsigned int hz, uint64_t mark, int64_t free)
{
	if (!m->km.compact_own_mark)
		mark = own_mark(z, WMARK_MIN);
	if (order > COSTLY_ORDER)
		mark += z->mark[WMARK_LOW] - z->mark[WMARK_MIN];
	return mm_watermark_with(m, z, 0, mark + mm_compact_gap(m, order), hz, 0, free);
}

static enum compact_verdict room_verdict(const struct bs_machine *m, const struct zone *z,
					 unsigned int order, unsigned int hz, uint64_t mark)
{
	int64_t index;

	if (!has_room(m, z, order, hz, mark, z->nr_free_pages))
		return COMPACT_SKIPPED;
	if (order <= COSTLY_ORDER)
		return COMPACT_CONTINUE;
	index = fragmentation_index(z, order);
	return index >= 0 && index <= FRAGMENT_THRESHOLD ? COMPACT_NOT_SUITABLE : COMPACT_CONTINUE;
}

bool mm_compact_suitable(struct bs_machine *m, struct zone *z, int order, unsigned int hz,
			 uint64_t mark)
{
	const enum compact_verdict v = room_verdict(m, z, (unsigned int)order, hz, mark);

	mm_compact_tell(m, BS_MM_SUITABLE, z->index, (uint64_t)order, v);
	return v == COMPACT_CONTINUE;
}

/* With a step whatever comes out: there is a block already, the zone is wanted as a whole. */
static enum compact_verdict traced_need(struct bs_machine *m, struct zone *z, int order,
					unsigned int hz, unsigned int flags)
{
	enum compact_verdict v = COMPACT_CONTINUE;

	if (order != WHOLE_ZONE &&
	    mm_watermark_ok(m, z, (unsigned int)order, own_mark(z, flags & ALLOC_WMARK_MASK), hz,
			    flags))
		v = COMPACT_SUCCESS;
	else if (order != WHOLE_ZONE)
		v = room_verdict(m, z, (unsigned int)order, hz, own_mark(z, WMARK_MIN));
	mm_compact_tell(m, BS_MM_SUITABLE, z->index, (uint64_t)(int64_t)order, v);
	return v == COMPACT_NOT_SUITABLE ? COMPACT_SKIPPED : v;
}

/* A request for memory that CMA cannot give needs its room outside of it. */
static bool lacks_room_outside_cma(const struct bs_machine *m, const struct zone *z,
				   unsigned int order, unsigned int hz, uint64_t mark,
				   unsigned int mt)
{
	return m->km.compact_spares_cma && order > COSTLY_ORDER && mt != BS_MIGRATE_MOVABLE &&
	       !mm_watermark_ok(m, z, 0, mark + mm_compact_gap(m, order), hz, 0);
}

enum compact_verdict mm_compact_needed(struct bs_machine *m, const struct compact_run *r)
{
	struct zone *z = r->z;
	const unsigned int order = (unsigned int)r->order;
	const uint64_t mark = own_mark(z, r->flags & ALLOC_WMARK_MASK);
	int64_t free = z->nr_free_pages;

	if (m->km.compact_need_traced)
		return traced_need(m, z, r->order, r->hz, r->flags);
	if (r->order == WHOLE_ZONE)
		return COMPACT_CONTINUE;
	if (m->compaction->defrag_mode && !r->direct)
		free = (int64_t)bs_mm_block_pages(m, z->index);
	if (mm_watermark_with(m, z, order, mark, r->hz, r->flags, free))
		return COMPACT_SUCCESS;
	if (r->mode == MODE_ASYNC && lacks_room_outside_cma(m, z, order, r->hz, mark, r->mt))
		return COMPACT_SKIPPED;
	return mm_compact_suitable(m, z, r->order, r->hz, mark) ? COMPACT_CONTINUE
								: COMPACT_SKIPPED;
}

bool mm_compact_passes_silently(const struct bs_machine *m, const struct zone *z,
				unsigned int order, unsigned int hz, unsigned int flags,
				unsigned int mt)
{
	const struct bs_mm_compact_zone *at = &m->compaction->zone[z->index].at;
	const uint64_t mark = own_mark(z, flags & ALLOC_WMARK_MASK);

	if (order >= at->order_failed && at->considered + 1 < UINT64_C(1) << at->defer_shift)
		return false;
	return !mm_watermark_ok(m, z, order, mark, hz, flags) &&
	       lacks_room_outside_cma(m, z, order, hz, mark, mt);
}

bool mm_compact_ready(struct bs_machine *m, struct zone *z, unsigned int order, unsigned int hz)
{
	const uint64_t high = own_mark(z, WMARK_HIGH);

	if (m->km.compact_need_traced) {
		const enum compact_verdict v = traced_need(m, z, (int)order, hz, WMARK_MIN);

		return v == COMPACT_SUCCESS ||
		       (v == COMPACT_CONTINUE &&
			mm_watermark_ok(m, z, 0, high + mm_compact_gap(m, order), hz, 0));
	}
	if (mm_watermark_ok(m, z, order, own_mark(z, WMARK_MIN), hz, 0))
		return true;
	return mm_compact_suitable(m, z, (int)order, hz, high) &&
	       (m->km.compact_own_mark ||
		mm_watermark_ok(m, z, 0, high + mm_compact_gap(m, order), hz, 0));
}

/* ---- Before another attempt ------------------------------------------------------------------ */

/* Free pages as a sum over all CPUs has them. */
static int64_t exact_free(const struct bs_machine *m, const struct zone *z)
{
	int64_t free = z->nr_free_pages;

	for (unsigned int c = 0; c < m->nr_cpus; c++)
		free += z->stat_diff[c];
	return free;
}

int64_t mm_compact_available(const struct bs_machine *m, const struct zone *z)
{
	const struct compaction *c = m->compaction;
	const int64_t free = exact_free(m, z);
	const uint64_t *nr = c->zone[z->index].nr;
	uint64_t file = nr[BS_MM_LRU_FILE] + nr[BS_MM_LRU_USED] + mm_reclaim_anon(m, z->index);

	if (!c->predicts)
		file = z == &m->zones[m->nr_zones - 1] ? c->file_pages : 0;
	if (!file && m->km.retry_counts_free_twice)
		return 2 * free;
	return free + (int64_t)file;
}

bool mm_compact_retry_suits(struct bs_machine *m, const struct zonelist *zl, unsigned int order,
			    unsigned int hz)
{
	for (unsigned int i = 0; i < zl->n; i++) {
		const struct zone *z = &m->zones[zl->zone[i]];
		const int64_t free = exact_free(m, z);

		if (has_room(m, z, order, hz, own_mark(z, WMARK_MIN),
			     free + (mm_compact_available(m, z) - free) / (int64_t)order))
			return true;
	}
	return false;
}

/* ---- Is it enough? --------------------------------------------------------------------------- */

/* Of 100: pages that are not in free huge blocks. */
static uint64_t fragmented_share(const struct bs_machine *m, const struct zone *z)
{
	const unsigned int huge = m->platform->pageblock_order;
	uint64_t pages = 0, in_huge = 0;

	for (unsigned int o = 0; o < BS_NR_ORDERS; o++) {
		pages += z->nr_free[o] << o;
		in_huge += o >= huge ? z->nr_free[o] << o : 0;
	}
	return pages ? (pages - in_huge) * 100 / pages : 0;
}

static uint64_t proactive_low(const struct bs_machine *m)
{
	const uint64_t low = 100 - m->compaction->proactiveness;

	return m->km.proactive_floor && low < PROACTIVE_FLOOR ? PROACTIVE_FLOOR : low;
}

uint64_t bs_mm_fragmented_score(const struct bs_machine *m)
{
	uint64_t present = 0, score = 0;

	for (unsigned int i = 0; i < m->nr_zones; i++)
		present += m->zones[i].present;
	for (unsigned int i = 0; i < m->nr_zones; i++)
		score += m->zones[i].present * fragmented_share(m, &m->zones[i]) / (present + 1);
	return score;
}

bool bs_mm_is_fragmented(const struct bs_machine *m)
{
	const uint64_t low = proactive_low(m),
		       most = low / 2 < PROACTIVE_GAP ? low / 2 : PROACTIVE_GAP;
	const uint64_t high = low + (m->km.proactive_floor ? PROACTIVE_GAP : most);

	return m->compaction->proactiveness &&
	       bs_mm_fragmented_score(m) > (high < 100 ? high : 100);
}

/* Would the request find a block, its own or one that it may claim? */
static bool has_block_for(const struct bs_machine *m, const struct zone *z, unsigned int order,
			  unsigned int mt)
{
	unsigned int others = 0;

	if (z->nonempty[mt] >> order)
		return true;
	for (unsigned int i = 0; i < BS_PCPTYPES; i++)
		others |= i != mt ? z->nonempty[i] : 0u;
	if (mt == BS_MIGRATE_MOVABLE && order < m->pbo / 2)
		order = m->pbo / 2;
	return others >> order;
}

static enum compact_verdict verdict(struct bs_machine *m, struct compact_run *r)
{
	struct bs_mm_compact_zone *at = &r->cz->at;
	struct zone *z = r->z;

	if (scanners_met(m, r)) {
		at->cached_migrate[0] = at->cached_migrate[1] = z->start;
		at->cached_free = block_start(m, z->end - 1);
		if (r->direct)
			at->blockskip_flush = true;
		return r->whole ? COMPACT_COMPLETE : COMPACT_PARTIAL;
	}
	if (r->proactive)
		return fragmented_share(m, z) > proactive_low(m) ? COMPACT_CONTINUE
								 : COMPACT_SUCCESS;
	if (r->order == WHOLE_ZONE || !is_block_aligned(m, r->migrate))
		return COMPACT_CONTINUE;
	if (m->compaction->defrag_mode && !r->direct)
		return mm_watermark_with(m, z, (unsigned int)r->order, own_mark(z, WMARK_HIGH),
					 r->hz, r->flags, (int64_t)bs_mm_block_pages(m, z->index))
			       ? COMPACT_SUCCESS
			       : COMPACT_CONTINUE;
	return has_block_for(m, z, (unsigned int)r->order, r->mt) ? COMPACT_SUCCESS
								  : COMPACT_NO_PAGE;
}

enum compact_verdict mm_compact_finished(struct bs_machine *m, struct compact_run *r)
{
	const enum compact_verdict v = verdict(m, r);

	mm_compact_tell(m, BS_MM_FINISHED, r->z->index, (uint64_t)(int64_t)r->order, v);
	return v == COMPACT_NO_PAGE ? COMPACT_CONTINUE : v;
}

uint64_t bs_mm_block_pages(const struct bs_machine *m, unsigned int zone)
{
	const struct zone *z = &m->zones[zone];
	uint64_t pages = 0;

	for (unsigned int o = m->pbo; o <= m->max_order; o++) {
		pages += z->nr_free[o] << o;
		if (!z->nr_isolate_pageblock)
			continue;
		for (bs_pfn pfn = z->area[o][BS_MIGRATE_ISOLATE].first; pfn != BS_NO_PFN;
		     pfn = bs_page(m, pfn, o)->next)
			pages -= UINT64_C(1) << o;
	}
	return pages;
}

/* ---- Not now --------------------------------------------------------------------------------- */

bool mm_compact_deferred(struct bs_machine *m, struct zone *z, unsigned int order)
{
	struct bs_mm_compact_zone *at = &m->compaction->zone[z->index].at;

	if (order < at->order_failed)
		return false;
	if (++at->considered >= UINT64_C(1) << at->defer_shift) {
		at->considered = UINT64_C(1) << at->defer_shift;
		return false;
	}
	mm_compact_tell(m, BS_MM_DEFERRED, z->index, order);
	return true;
}

void mm_compact_defer(struct bs_machine *m, struct zone *z, unsigned int order)
{
	struct bs_mm_compact_zone *at = &m->compaction->zone[z->index].at;

	at->considered = 0;
	if (at->defer_shift < MAX_DEFER_SHIFT)
		at->defer_shift++;
	if (order < at->order_failed)
		at->order_failed = order;
	mm_compact_tell(m, BS_MM_DEFER, z->index, order);
}

void mm_compact_defer_over(struct bs_machine *m, struct zone *z, unsigned int order, bool won)
{
	struct bs_mm_compact_zone *at = &m->compaction->zone[z->index].at;

	if (won)
		at->considered = at->defer_shift = 0;
	if (order >= at->order_failed)
		at->order_failed = order + 1;
	mm_compact_tell(m, BS_MM_RESET, z->index, order);
}

void bs_mm_suitable(struct bs_machine *m, unsigned int zone, unsigned int order, unsigned int hz)
{
	struct zone *z = &m->zones[zone];

	if (m->km.compact_need_traced)
		traced_need(m, z, (int)order, hz, WMARK_MIN);
	else
		mm_compact_suitable(m, z, (int)order, hz, own_mark(z, WMARK_MIN));
}

void bs_mm_defer(struct bs_machine *m, unsigned int zone, unsigned int order)
{
	mm_drain_zone(m, &m->zones[zone], m->cpu);
	mm_compact_defer(m, &m->zones[zone], order);
}

void bs_mm_defer_over(struct bs_machine *m, unsigned int zone, unsigned int order)
{
	mm_compact_defer_over(m, &m->zones[zone], order, false);
}
