/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mm_compact.h - what the allocator offers to those who compact and reclaim, and to a verifier that
 * looks on: the triggers, the steps as the kernel's tracepoints tell them, and what compaction
 * remembers from run to run (RULES.md, compaction).
 *
 * Nothing here costs a guest anything that does not use it: the first call makes the state.
 */
#ifndef BS_MM_COMPACT_H
#define BS_MM_COMPACT_H

#include <buddysim/machine.h>

/* ---- Steps ----------------------------------------------------------------------------------- */

/* What a step is, and its numbers in @v, in the order of a log's line. Zones are those of the guest. */
enum bs_mm_step_kind {
	BS_MM_DIRECT, /* order, gfp, priority: a request compacts */
	BS_MM_SUITABLE, /* zone, order, verdict */
	BS_MM_BEGIN, /* zone, order, mode, type, migrate, free, start, end, whole, ignore skip bits,
		      * ignore block types, direct, proactive: a run begins */
	BS_MM_SOURCES, /* start, end, scanned, taken */
	BS_MM_TARGETS, /* start, end, scanned, taken */
	BS_MM_SEARCH, /* min, free, scanned, taken: the fast search of free blocks */
	BS_MM_TARGET, /* source, target or BS_NO_PFN */
	BS_MM_MOVED, /* pages in the batch, moved */
	BS_MM_FINISHED, /* zone, order, verdict */
	BS_MM_END, /* zone, verdict, migrate, free, scanned sources, scanned targets */
	BS_MM_DEFERRED, /* zone, order: not now */
	BS_MM_DEFER, /* zone, order: not for some time */
	BS_MM_RESET, /* zone, order: from now on again */
	BS_MM_FREES, /* pfn, order: freed */
	BS_MM_FREES_LATE, /* pfn: a page of a batch that was freed reaches its list */
	BS_MM_EVICTED, /* node, looked at, evicted, priority, kind: a chunk of the LRU */
	BS_MM_NR_STEPS,
};

#define BS_MM_STEP_VALUES 13
struct bs_mm_step {
	uint8_t kind, n;
	uint64_t v[BS_MM_STEP_VALUES];
};

/*
 * Who looks on. Each may be NULL. @step is called before what it tells changes anything, at points
 * at which the kernel holds no lock: the guest may be used from inside.
 * @reclaimed: pages that reclaim frees which is not modelled; @unseen: ... was there any without a
 *             sign, so that the second attempt does not come?
 * @woken: kswapd may come in now, before a request scans
 * @left:  an async run ends before the next zone, because another task waits for the CPU. @silent: the
 *         next zone, @zone, passes without a step
 * @moved: a block of @order in use is another one now; its word has gone with it. The old one is freed next
 * @stays: nobody can follow the block at @pfn: it is no source
 */
struct bs_mm_watch {
	void *arg;
	void (*step)(void *arg, const struct bs_mm_step *s);
	uint64_t (*reclaimed)(void *arg);
	bool (*unseen)(void *arg);
	void (*woken)(void *arg);
	bool (*left)(void *arg, unsigned int zone, bool silent);
	void (*moved)(void *arg, bs_pfn from, bs_pfn to, unsigned int order);
	bool (*stays)(void *arg, bs_pfn pfn, unsigned int order);
};

/* What compaction remembers is there from now on. 0 or -ENOMEM. */
int bs_mm_compact_begin(struct bs_machine *m);
/* 0 or -ENOMEM. @watch NULL: nobody. */
int bs_mm_compact_watch(struct bs_machine *m, const struct bs_mm_watch *watch);

/* ---- Triggers -------------------------------------------------------------------------------- */

/* vm.compact_memory: every zone, as a whole. 0 or -ENOMEM. */
int bs_mm_compact_memory(struct bs_machine *m, unsigned int cpu);

/*
 * A request that may wait: reclaims and compacts where bs_alloc_pages() fails. The guest has been
 * watched, or compacted, before.
 */
bs_pfn bs_mm_alloc_waiting(struct bs_machine *m, unsigned int cpu, unsigned int gfp,
			   unsigned int order);
/* A request of somebody who does not wait, as a log shows it: the fast pass, and slow ones; @twice: the last
 * once more. */
bs_pfn bs_mm_alloc_passing(struct bs_machine *m, unsigned int cpu, unsigned int gfp,
			   unsigned int order, bool twice);

/* One run over a zone as kcompactd makes it. @order -1: proactive, the zone as a whole. */
struct bs_mm_run {
	unsigned int zone, mode, mt, hz, flags;
	int order;
	bool whole, ignore_skip, ignore_types, proactive;
	/* What one block of kcompactd's inherits from the zone before: bs_mm_run_zone() fills it. */
	int search;
	unsigned int search_failed;
	bool became_whole, inherits;
};
unsigned int bs_mm_run_zone(struct bs_machine *m, unsigned int cpu, struct bs_mm_run *run);
/* Is there anything to do for kcompactd; deferring, and the end of it: each tells its step. */
void bs_mm_suitable(struct bs_machine *m, unsigned int zone, unsigned int order, unsigned int hz);
void bs_mm_defer(struct bs_machine *m, unsigned int zone, unsigned int order);
void bs_mm_defer_over(struct bs_machine *m, unsigned int zone, unsigned int order);

/* The node's clean page cache is given back until one zone up to @hz is above its high mark: what
 * kswapd does for single pages. */
void bs_mm_kswapd(struct bs_machine *m, unsigned int cpu, unsigned int hz);
/* It begins: these zones are being reclaimed; it is over: boosts that it found are taken back. */
void bs_mm_kswapd_begin(struct bs_machine *m, unsigned int hz, uint64_t boosts[BS_MAX_ZONES]);
void bs_mm_kswapd_end(struct bs_machine *m, unsigned int hz, const uint64_t boosts[BS_MAX_ZONES]);

/* Clean page cache is dropped: @n pages in their order, freed in portions. Returns how many of them
 * the next portion would have. */
unsigned int bs_mm_drop_portion(struct bs_machine *m, unsigned int cpu, const bs_pfn *pages,
				size_t n);
/* Clean page cache that no owner here has, as a dump's, is dropped in the order of its files: *@pages of it. 0 or
 * -ENOMEM. How much there is. */
int bs_mm_drop_foreign(struct bs_machine *m, unsigned int cpu, uint64_t *pages);
uint64_t bs_mm_foreign_cache(const struct bs_machine *m);
/* The oldest @n pages of clean cache up to zone @hz leave their queue, those of @hz first: for
 * whoever frees them. Returns how many there were. */
unsigned int bs_mm_take_oldest(struct bs_machine *m, unsigned int hz, unsigned int n, bs_pfn *out);
/* The batch of pages that wait for the LRU is emptied. */
void bs_mm_lru_drain(struct bs_machine *m);

/* ---- What is remembered ---------------------------------------------------------------------- */

struct bs_mm_compact_zone {
	uint64_t cached_migrate[2], cached_free, init_migrate, init_free;
	uint64_t considered, defer_shift, order_failed, blockskip_flush;
};
void bs_mm_compact_zone(const struct bs_machine *m, unsigned int zone,
			struct bs_mm_compact_zone *out);
void bs_mm_compact_set_zone(struct bs_machine *m, unsigned int zone,
			    const struct bs_mm_compact_zone *z);

/* What a page, or its pageblock, is beyond what the allocator knows. */
enum bs_mm_mark {
	BS_MM_SKIP, /* pageblock: both scanners pass it */
	BS_MM_HOLE, /* pageblock: part of it is no memory */
	BS_MM_COMPOUND, /* head of a compound page: bs_mm_compact_compound() */
	BS_MM_NO_SOURCE, /* counts as movable, but is on no LRU */
	BS_MM_PINNED, /* somebody else holds it */
	BS_MM_MAPPED, /* in a process's tables */
	BS_MM_CACHE, /* clean page cache */
	BS_MM_USED, /* ... that was used again */
	BS_MM_ANON, /* a process's, and on the LRU */
	BS_MM_IN_HAND, /* of a run: a source, a free page taken, or on its way to a list */
	BS_MM_NR_MARKS,
};
/* 0 or -ENOMEM. */
int bs_mm_compact_mark(struct bs_machine *m, enum bs_mm_mark mark, bs_pfn pfn, bool on);
bool bs_mm_compact_marked(const struct bs_machine *m, enum bs_mm_mark mark, bs_pfn pfn);
int bs_mm_compact_compound(struct bs_machine *m, bs_pfn pfn, unsigned int order);

/* On the LRU now, as far as scanners see it (not in a batch). */
bool bs_mm_on_lru(const struct bs_machine *m, bs_pfn pfn);
/* Set the bit of each page that is. */
void bs_mm_lru_bits(const struct bs_machine *m, uint8_t *bits);
/* Queue a page of clean cache behind all of its zone; @others: file pages that are nobody's here. */
void bs_mm_cache_add(struct bs_machine *m, bs_pfn pfn);
/* It is no page cache any more. */
void bs_mm_cache_forget(struct bs_machine *m, bs_pfn pfn);
/* The queues of all zones, oldest first, as far as there is room; how long they are. The oldest page up to
 * zone @hz, BS_NO_PFN: there is none. */
size_t bs_mm_cache(const struct bs_machine *m, bs_pfn *pfns, size_t max);
bs_pfn bs_mm_oldest(const struct bs_machine *m, unsigned int hz);
void bs_mm_cache_others(struct bs_machine *m, uint64_t pages);
/* Is reclaim predicted from now on? Otherwise only what @reclaimed says is freed. */
void bs_mm_cache_predicted(struct bs_machine *m, bool on);

/* vm.watermark_scale_factor: how far the low and the high mark are from the one below, in 1/10000 of the zone. */
void bs_mm_set_watermark_scale(struct bs_machine *m, unsigned int scale);
void bs_mm_set_proactiveness(struct bs_machine *m, unsigned int percent);
void bs_mm_set_defrag_mode(struct bs_machine *m, bool on);
void bs_mm_set_reclaim_active(struct bs_machine *m, unsigned int zone, bool on);
/* File pages of the highest zone, as a retry counts them. */
void bs_mm_set_file_pages(struct bs_machine *m, uint64_t pages);
/* Is the search for free blocks traced? */
bool bs_mm_search_is_traced(const struct bs_machine *m);
/* Free pages in whole blocks that are not isolated. */
uint64_t bs_mm_block_pages(const struct bs_machine *m, unsigned int zone);

struct bs_mm_scans {
	uint64_t sources, targets, moved, evicted;
	uint64_t looked; /* pages of the LRU that reclaim looked at */
};
void bs_mm_scans(const struct bs_machine *m, struct bs_mm_scans *out);

#endif
