/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compaction.h - compaction from the inside: its state, a run's, and who does which part of it.
 *
 *   compaction_run.c      a run over a zone: its positions, its loop, its end, moving a batch
 *   compaction_source.c   the pages that are moved away (migrate scanner)
 *   compaction_target.c   the pages that they are moved to (free scanner)
 *   compaction_take.c     how free blocks are taken off their lists
 *   compaction_search.c   the two fast searches through the free lists
 *   compaction_verdict.c  is there anything to do, is it enough, not now
 *   compaction_state.c    what is remembered; lru.c: the LRU as scanners and reclaim see it
 *   compaction_direct.c   a request that waits; reclaim.c: what it has given back
 *   kswapd.c              the daemons
 */
#ifndef BS_MM_COMPACTION_H
#define BS_MM_COMPACTION_H

#include "free_area.h"
#include "mm_compact.h"
#include "mm_reclaim.h"
#include "zone.h"

/* Verdicts, numbered as the tracepoints do. */
enum compact_verdict {
	COMPACT_NOT_SUITABLE,
	COMPACT_SKIPPED,
	COMPACT_DEFERRED,
	COMPACT_NO_PAGE,
	COMPACT_CONTINUE,
	COMPACT_COMPLETE,
	COMPACT_PARTIAL,
	COMPACT_CONTENDED,
	COMPACT_SUCCESS,
};
enum compact_mode { MODE_ASYNC, MODE_LIGHT, MODE_SYNC };

#define COMPACT_CLUSTER 32 /* pages taken at once, and looked at under one lock */
#define COSTLY_ORDER 3
#define MAX_DEFER_SHIFT 6
#define MAX_MOVED_AT_ONCE 512
#define WHOLE_ZONE (-1)
/* Beyond all pfns: a fast search that was used up. */
#define FAST_USED_UP UINT64_MAX

struct compact_zone {
	struct bs_mm_compact_zone at;
	struct page_list lru
		[BS_MM_NR_LRU]; /* oldest first; of the whole node in the first zone's (node_wide) */
	uint64_t nr[BS_MM_NR_LRU]; /* pages of this zone, huge pages count as one */
};

/* A page that waits for the LRU: as long as it is its owner's. */
struct waiting_page {
	bs_pfn pfn;
	uint32_t word;
};

#define MAX_LRU_BATCH 512
struct compaction {
	struct compact_zone zone[BS_MAX_ZONES];
	uint8_t *marks[BS_MM_NR_MARKS]; /* a bit each; NULL: nowhere */
	struct waiting_page batch[MAX_LRU_BATCH];
	unsigned int nr_batch;
	struct bs_mm_watch watch;
	struct bs_mm_scans scans;
	unsigned int proactiveness;
	bool defrag_mode;
	bool predicts; /* what reclaim frees */
	bool node_wide; /* queues are the node's, and chunks leave youngest first: the classic LRU */
	struct bs_mm_evictor evictor;
	uint64_t other_cache; /* file pages on the node's LRU that are in no queue */
	uint64_t file_pages; /* of the highest zone */
	unsigned int last_result; /* of a request's compaction */
};

/* A run. @search: the order that the search of free blocks begins at; @fast_from: where a fast search
 * of sources found one, 0: nowhere yet. */
struct compact_run {
	struct zone *z;
	struct compact_zone *cz;
	int order, search;
	unsigned int mode, mt, hz, flags, search_failed;
	bool whole, ignore_skip, ignore_types, direct, proactive, finish;
	bs_pfn migrate, free;
	uint64_t fast_from;
	struct page_list sources, taken[BS_NR_ORDERS];
	uint64_t nr_sources, nr_taken, scanned_sources, scanned_targets;
};

/* ---- Places ---------------------------------------------------------------------------------- */

static inline bs_pfn block_start(const struct bs_machine *m, uint64_t pfn)
{
	return (bs_pfn)(pfn & ~((UINT64_C(1) << m->pbo) - 1));
}

static inline bs_pfn block_end(const struct bs_machine *m, bs_pfn pfn)
{
	return block_start(m, pfn) + ((bs_pfn)1 << m->pbo);
}

static inline bool is_block_aligned(const struct bs_machine *m, bs_pfn pfn)
{
	return !(pfn & (((bs_pfn)1 << m->pbo) - 1));
}

/* Pages of a section, of which the memory map is there as a whole or not at all. */
static inline bs_pfn section_pages(const struct bs_machine *m)
{
	return (bs_pfn)(128 << 20 >> m->page_shift);
}

static inline bool has_memory_map(const struct bs_machine *m, bs_pfn pfn)
{
	return pfn < m->max_pfn && m->pb[pfn >> m->pbo].zone != PB_ZONE_NONE;
}

static inline bs_pfn max_pfn(bs_pfn a, bs_pfn b)
{
	return a > b ? a : b;
}

static inline bs_pfn min_pfn(bs_pfn a, bs_pfn b)
{
	return a < b ? a : b;
}

/* ---- What is remembered (compaction_state.c) ------------------------------------------------- */

static inline bool is_marked(const struct bs_machine *m, enum bs_mm_mark mark, bs_pfn pfn)
{
	const uint8_t *bits = m->compaction->marks[mark];
	const size_t i = mark <= BS_MM_HOLE ? pfn >> m->pbo : pfn;

	return bits && bits[i >> 3] >> (i & 7) & 1;
}
/* There is room for it: nothing is forgotten. */
void mm_compact_mark(struct bs_machine *m, enum bs_mm_mark mark, bs_pfn pfn, bool on);
/* A free block that a run has taken is in nobody's list and in nobody's use. */
void mm_compact_in_hand(struct bs_machine *m, bs_pfn pfn, unsigned int order, bool on);
int mm_compact_make(struct bs_machine *m);
void mm_compact_destroy(struct bs_machine *m);

/* Does a scanner look at this pageblock at all? */
static inline bool is_scanned(const struct bs_machine *m, bs_pfn pfn)
{
	return has_memory_map(m, pfn) && !is_marked(m, BS_MM_HOLE, pfn);
}

/* Order of the free block that begins at @pfn, -1: none does. Of the compound page, 0: none does. */
int mm_free_order(const struct bs_machine *m, bs_pfn pfn);
unsigned int mm_compound_order(const struct bs_machine *m, bs_pfn pfn);
/* On the LRU as a page of its own. */
bool mm_is_on_lru(const struct bs_machine *m, bs_pfn pfn);
/* A page joins the LRU: it waits in the batch first. It leaves it. All of the batch joins. */
void mm_lru_add(struct bs_machine *m, bs_pfn pfn);
void mm_lru_take(struct bs_machine *m, bs_pfn pfn);
void mm_lru_drain(struct bs_machine *m);
/* Which queue it is in, if it is on the LRU; BS_MM_NR_LRU: none. */
enum bs_mm_lru mm_lru_of(const struct bs_machine *m, bs_pfn pfn);
struct page_list *mm_lru_list(struct bs_machine *m, unsigned int zone, enum bs_mm_lru lru);
/* Of its queue, or at its young end again. */
void mm_lru_take_from(struct bs_machine *m, bs_pfn pfn, enum bs_mm_lru lru);
void mm_lru_put_into(struct bs_machine *m, bs_pfn pfn, enum bs_mm_lru lru);
/* The queue whose turn it is: page cache as long as there is some. Pages of that kind. */
enum bs_mm_lru mm_lru_next(const struct bs_machine *m);
uint64_t mm_reclaim_evictable(const struct bs_machine *m);
/* Page cache, clean, used once. */
uint64_t mm_lru_file_pages(const struct bs_machine *m);
/* Pages of processes that could leave. */
uint64_t mm_reclaim_anon(const struct bs_machine *m, unsigned int zone);
/* All skip bits anew, if somebody asked for it. */
void mm_compact_reset_skip(struct bs_machine *m, struct zone *z);
/* Free a block that was taken, or a page that was emptied, as its owner would. */
void mm_compact_free(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int order);

/* Tell whoever looks on. */
#define mm_compact_tell(m, step_kind, ...)                                                         \
	do {                                                                                       \
		if ((m)->compaction->watch.step) {                                                 \
			const uint64_t values[] = {__VA_ARGS__};                                   \
			mm_compact_step(m, step_kind, values, sizeof(values) / sizeof(values[0])); \
		}                                                                                  \
	} while (0)
void mm_compact_step(struct bs_machine *m, enum bs_mm_step_kind kind, const uint64_t *v,
		     unsigned int n);

/* ---- A run ----------------------------------------------------------------------------------- */

void mm_compact_run_init(struct compact_run *r, struct bs_machine *m, struct zone *z, int order);
/* @resumed: that there is something to do has been found out. */
enum compact_verdict mm_compact_run(struct bs_machine *m, struct compact_run *r, bool resumed);
/* The next pages to be moved; false: none in this pageblock. */
bool mm_compact_sources(struct bs_machine *m, struct compact_run *r);
/* What was taken and not moved is on the LRU again. */
void mm_compact_put_back(struct bs_machine *m, struct compact_run *r);
/* A page to move to; BS_NO_PFN: there is none. */
bs_pfn mm_compact_target(struct bs_machine *m, struct compact_run *r, bs_pfn source);
/* Free blocks of [start, end) are taken, every @stride pages; returns where it stopped. */
bs_pfn mm_compact_take_block(struct bs_machine *m, struct compact_run *r, bs_pfn start, bs_pfn end,
			     bs_pfn stride, uint64_t *total);
/* Take a free block off its list; 0: the mark forbids it. Else its pages. */
uint64_t mm_compact_take(struct bs_machine *m, struct compact_run *r, bs_pfn pfn,
			 unsigned int order);
bool mm_compact_is_target(const struct bs_machine *m, const struct compact_run *r, bs_pfn pfn);
void mm_compact_search_free(struct bs_machine *m, struct compact_run *r);
bs_pfn mm_compact_search_source(struct bs_machine *m, struct compact_run *r);
static inline bool scanners_met(const struct bs_machine *m, const struct compact_run *r)
{
	return r->free >> m->pbo <= r->migrate >> m->pbo;
}

/* ---- Verdicts -------------------------------------------------------------------------------- */

/* Pages that must stay free beside what is moved. */
uint64_t mm_compact_gap(const struct bs_machine *m, unsigned int order);
/* Mark of the flags, with the boost. */
static inline uint64_t own_mark(const struct zone *z, unsigned int wmark)
{
	return z->mark[wmark] + z->boost;
}
/* Is there enough free memory to compact? @mark: the asker's own. */
bool mm_compact_suitable(struct bs_machine *m, struct zone *z, int order, unsigned int hz,
			 uint64_t mark);
/* Is there anything to do: COMPACT_CONTINUE. */
enum compact_verdict mm_compact_needed(struct bs_machine *m, const struct compact_run *r);
/* Would the next zone pass without a step? */
bool mm_compact_passes_silently(const struct bs_machine *m, const struct zone *z,
				unsigned int order, unsigned int hz, unsigned int flags,
				unsigned int mt);
/* Can reclaim leave the zone to compaction? */
bool mm_compact_ready(struct bs_machine *m, struct zone *z, unsigned int order, unsigned int hz);
bool mm_compact_retry_suits(struct bs_machine *m, const struct zonelist *zl, unsigned int order,
			    unsigned int hz);
/* Free pages and what reclaim could free. */
int64_t mm_compact_available(const struct bs_machine *m, const struct zone *z);
/* watermark_ok() of another number of free pages. */
bool mm_watermark_with(const struct bs_machine *m, const struct zone *z, unsigned int order,
		       uint64_t mark, unsigned int hz, unsigned int flags, int64_t free);
enum compact_verdict mm_compact_finished(struct bs_machine *m, struct compact_run *r);
bool mm_compact_deferred(struct bs_machine *m, struct zone *z, unsigned int order);
void mm_compact_defer(struct bs_machine *m, struct zone *z, unsigned int order);
void mm_compact_defer_over(struct bs_machine *m, struct zone *z, unsigned int order, bool won);

/* ---- Reclaim (reclaim.c) --------------------------------------------------------------------- */

#define RECLAIM_LOWEST_PRIORITY 12
#define RECLAIM_CHUNK \
	64 /* of generations; also what kswapd wants all zones to be above their mark at */
#define RECLAIM_CHUNK_CLASSIC 32
#define RECLAIM_ENOUGH 32 /* for direct reclaim; least that kswapd wants of a zone */

/* What somebody wants, and has so far. @daemon: it looks whether zones have enough. */
struct want {
	unsigned int hz;
	uint64_t pages, got;
	bool daemon;
};
/* One priority: its share of what can be reclaimed. Returns the pages that were freed. */
uint64_t mm_reclaim_shrink(struct bs_machine *m, unsigned int priority, struct want *w);
/* Direct reclaim for a request: did it get anywhere? */
bool mm_reclaim(struct bs_machine *m, const struct zonelist *zl, unsigned int order,
		unsigned int hz);

#endif
