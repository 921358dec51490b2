// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * compaction_run.c - a run: two scanners walk a zone towards each other, one takes pages in use from below,
 * the other free ones from above; the pages are moved, until a verdict ends it (RULES.md,
 * compaction).
 */
#include "compaction.h"

#include <errno.h>

#include "moving.h"
#include "page_alloc.h"
#include "pcp.h"

void mm_compact_run_init(struct compact_run *r, struct bs_machine *m, struct zone *z, int order)
{
	*r = (struct compact_run){
		.z = z,
		.cz = &m->compaction->zone[z->index],
		.order = order,
		.search = order,
		.sources = {BS_NO_PFN, BS_NO_PFN},
	};
	for (unsigned int o = 0; o < BS_NR_ORDERS; o++)
		r->taken[o] = (struct page_list){BS_NO_PFN, BS_NO_PFN};
}

/* ---- Moving (RULES.md, compaction moves) ----------------------------------------------------- */

/* What a page in use is goes where its content goes. */
static void move_page(struct bs_machine *m, struct compact_run *r, bs_pfn old, bs_pfn new)
{
	const uint8_t keep = m->mem_map[old].flags & (PG_ALLOCATED | PG_HAS_LRU);
	struct page *to = &m->mem_map[new];

	mm_compact_mark(m, BS_MM_IN_HAND, new, false);
	to->order = 0;
	to->zone = r->z->index;
	m->pb[new >> m->pbo].fine = true;
	mm_hand_out(m, new, 0, BS_MIGRATE_MOVABLE);
	to->flags = keep;
	mm_migrated(m, old, new, 0);
}

static void drop_source(struct bs_machine *m, struct compact_run *r, bs_pfn pfn)
{
	m->compaction->scans.moved++;
	mm_compact_tell(m, BS_MM_FREES, pfn, 0);
	mm_compact_free(m, r->z, pfn, 0);
}

/* One page after the other: a target, and at once it is moved there. */
static uint64_t move_one_by_one(struct bs_machine *m, struct compact_run *r)
{
	uint64_t moved = 0;
	bs_pfn pfn;

	while ((pfn = r->sources.first) != BS_NO_PFN) {
		const bs_pfn target = mm_compact_target(m, r, pfn);
		bool mapped;

		if (target == BS_NO_PFN)
			break;
		mm_list_del(m, &r->sources, pfn, 0);
		mapped = is_marked(m, BS_MM_MAPPED, pfn);
		move_page(m, r, pfn, target);
		mm_lru_add(m, target);
		if (mapped)
			mm_lru_drain(m);
		drop_source(m, r, pfn);
		moved++;
	}
	return moved;
}

/* Targets for a batch, then the moves in the same order. */
static uint64_t move_batches(struct bs_machine *m, struct compact_run *r)
{
	bs_pfn targets[MAX_MOVED_AT_ONCE], pfn;
	uint64_t moved = 0;
	bool short_of_targets = false;

	while (r->sources.first != BS_NO_PFN && !short_of_targets) {
		unsigned int n = 0;

		for (pfn = r->sources.first; pfn != BS_NO_PFN && n < MAX_MOVED_AT_ONCE;
		     pfn = m->mem_map[pfn].next, n++) {
			targets[n] = mm_compact_target(m, r, pfn);
			if (targets[n] != BS_NO_PFN)
				continue;
			short_of_targets = true;
			break;
		}
		for (unsigned int i = 0; i < n; i++, moved++) {
			pfn = r->sources.first;
			mm_list_del(m, &r->sources, pfn, 0);
			move_page(m, r, pfn, targets[i]);
			mm_lru_add(m, targets[i]);
			drop_source(m, r, pfn);
		}
	}
	return moved;
}

/* ---- A run ----------------------------------------------------------------------------------- */

static bs_pfn last_block(const struct bs_machine *m, const struct zone *z)
{
	return block_start(m, z->end - 1);
}

static void begin(struct bs_machine *m, struct compact_run *r)
{
	struct bs_mm_compact_zone *at = &r->cz->at;
	const struct zone *z = r->z;

	if (r->whole) {
		r->migrate = z->start;
		r->free = last_block(m, z);
	} else {
		if (at->cached_free < z->start || at->cached_free >= z->end)
			at->cached_free = last_block(m, z);
		r->free = (bs_pfn)at->cached_free;
		r->migrate = (bs_pfn)at->cached_migrate[r->mode != MODE_ASYNC];
		if (r->migrate < z->start || r->migrate >= z->end) {
			r->migrate = z->start;
			at->cached_migrate[0] = at->cached_migrate[1] = r->migrate;
		}
		if (r->migrate <= at->init_migrate)
			r->whole = true;
	}
	mm_compact_tell(m, BS_MM_BEGIN, z->index, (uint64_t)(int64_t)r->order, r->mode, r->mt,
			r->migrate, r->free, z->start, z->end, r->whole, r->ignore_skip,
			r->ignore_types, r->direct, r->proactive);
}

/* Free pages that were not needed go back as their owner would free them. */
static void give_back(struct bs_machine *m, struct compact_run *r)
{
	bs_pfn highest = 0;

	if (!r->nr_taken)
		return;
	for (unsigned int o = 0; o < BS_NR_ORDERS; o++) {
		bs_pfn next;

		for (bs_pfn pfn = r->taken[o].first; pfn != BS_NO_PFN; pfn = next) {
			next = bs_page(m, pfn, o)->next;
			highest = max_pfn(highest, pfn);
			mm_compact_tell(m, BS_MM_FREES, pfn, o);
			mm_compact_in_hand(m, pfn, o, false);
			mm_compact_free(m, r->z, pfn, o);
		}
		r->taken[o] = (struct page_list){BS_NO_PFN, BS_NO_PFN};
	}
	highest = block_start(m, highest);
	if (highest > r->cz->at.cached_free)
		r->cz->at.cached_free = highest;
	r->nr_taken = 0;
}

static bool has_captured(const struct bs_machine *m)
{
	return m->capture && m->capture->pfn != BS_NO_PFN;
}

enum next { NEXT_ROUND, NEXT_AGAIN, NEXT_STOP };

/*
 * Some pages of the batch found no target. @last: the pageblock that will be worth a drain once the scanner
 * has left it.
 */
static enum next failed(struct bs_machine *m, struct compact_run *r, bs_pfn *last)
{
	mm_compact_put_back(m, r);
	if (!scanners_met(m, r))
		return NEXT_STOP;
	if (!m->km.compact_finishes_block) {
		if (r->direct && r->mode == MODE_ASYNC) {
			r->migrate = ((r->migrate - 1) | (((bs_pfn)1 << r->order) - 1)) + 1;
			*last = 0;
		}
		return NEXT_ROUND;
	}
	if (is_block_aligned(m, r->migrate) || r->ignore_skip || r->finish || r->mode >= MODE_SYNC)
		return NEXT_ROUND;
	r->finish = true;
	if (r->order == (int)m->pbo)
		*last = 0;
	return NEXT_AGAIN;
}

/* What a run keeps in mind between its rounds. */
struct rounds {
	bs_pfn last; /* the pageblock worked on last, 0: it has been drained */
	bool follow; /* the other scanner position goes with ours */
	bool moved; /* in this round */
};

static enum next one_batch(struct bs_machine *m, struct compact_run *r, struct rounds *k,
			   bs_pfn round_start)
{
	uint64_t total, moved;

	k->moved = mm_compact_sources(m, r);
	if (!k->moved) {
		if (k->follow)
			r->cz->at.cached_migrate[1] = r->cz->at.cached_migrate[0];
		return NEXT_ROUND;
	}
	k->follow = false;
	k->last = m->km.compact_last_behind ? max_pfn(r->z->start, block_start(m, r->migrate - 1))
					    : round_start;
	total = r->nr_sources;
	moved = m->km.compact_batches ? move_batches(m, r) : move_one_by_one(m, r);
	mm_compact_tell(m, BS_MM_MOVED, total, moved);
	r->nr_sources = 0;
	return r->sources.first == BS_NO_PFN ? NEXT_ROUND : failed(m, r, &k->last);
}

/* The scanner has left the piece that it emptied: what lies on per-cpu lists may merge. */
static void drain_behind(struct bs_machine *m, struct compact_run *r, struct rounds *k)
{
	if (r->order <= 0 || !k->last || k->last >= (r->migrate & ~(((bs_pfn)1 << r->order) - 1)))
		return;
	mm_lru_drain(m);
	mm_drain_zone(m, r->z, m->cpu);
	k->last = 0;
}

static enum compact_verdict rounds(struct bs_machine *m, struct compact_run *r)
{
	struct rounds k = {.follow = r->mode == MODE_ASYNC &&
				     r->cz->at.cached_migrate[0] == r->cz->at.cached_migrate[1]};
	enum compact_verdict v;

	while ((v = mm_compact_finished(m, r)) == COMPACT_CONTINUE) {
		const bs_pfn start = r->migrate;
		enum next next;

		r->finish = block_start(m, k.last) == block_start(m, start);
		do {
			next = one_batch(m, r, &k, start);
		} while (next == NEXT_AGAIN);
		if (next == NEXT_STOP)
			return COMPACT_CONTENDED;
		if (m->km.compact_capture_first && k.moved && has_captured(m))
			return COMPACT_SUCCESS;
		drain_behind(m, r, &k);
		if (!m->km.compact_capture_first && has_captured(m))
			return COMPACT_SUCCESS;
	}
	return v;
}

enum compact_verdict mm_compact_run(struct bs_machine *m, struct compact_run *r, bool resumed)
{
	struct bs_mm_compact_zone *at = &r->cz->at;
	enum compact_verdict v;

	if (!resumed) {
		v = mm_compact_needed(m, r);
		if (v != COMPACT_CONTINUE)
			return v;
		if (r->order >= 0 && (uint64_t)r->order >= at->order_failed &&
		    at->defer_shift == MAX_DEFER_SHIFT &&
		    at->considered >= UINT64_C(1) << MAX_DEFER_SHIFT)
			mm_compact_reset_skip(m, r->z);
	}
	begin(m, r);
	mm_lru_drain(m);
	v = rounds(m, r);
	give_back(m, r);
	mm_compact_tell(m, BS_MM_END, r->z->index, v, r->migrate, r->free, r->scanned_sources,
			r->scanned_targets);
	m->compaction->scans.sources += r->scanned_sources;
	m->compaction->scans.targets += r->scanned_targets;
	return v;
}

/* ---- Triggers (RULES.md, compaction triggers) ------------------------------------------------ */

int bs_mm_compact_memory(struct bs_machine *m, unsigned int cpu)
{
	struct compact_run r;

	if (mm_compact_make(m))
		return -ENOMEM;
	m->cpu = cpu;
	mm_lru_drain(m);
	for (unsigned int i = 0; i < m->nr_zones; i++) {
		if (!m->zones[i].managed)
			continue;
		mm_compact_run_init(&r, m, &m->zones[i], WHOLE_ZONE);
		r.mode = MODE_SYNC;
		r.whole = r.ignore_skip = true;
		mm_compact_run(m, &r, false);
	}
	return 0;
}

unsigned int bs_mm_run_zone(struct bs_machine *m, unsigned int cpu, struct bs_mm_run *run)
{
	struct compact_run r;
	enum compact_verdict v;

	m->cpu = cpu;
	mm_compact_run_init(&r, m, &m->zones[run->zone], run->order);
	r.mode = run->mode;
	r.mt = run->mt;
	r.hz = run->hz;
	r.flags = run->flags;
	r.whole = run->whole;
	r.ignore_skip = run->ignore_skip;
	r.ignore_types = run->ignore_types;
	r.proactive = run->proactive;
	if (run->inherits) {
		r.search = run->search;
		r.search_failed = run->search_failed;
		r.whole = run->became_whole;
	}
	v = mm_compact_run(m, &r, true);
	run->search = r.search;
	run->search_failed = r.search_failed;
	run->became_whole = r.whole;
	return v;
}
