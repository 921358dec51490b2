/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mm_reclaim.h - the LRU of a guest whose pages have owners, and who is asked when one is to go
 * (RULES.md, reclaim).
 *
 * Page cache that was used once waits in a queue: of its zone where the kernel has generations, of the
 * node where it has the classic LRU. Memory of processes waits in others, and goes behind it, if there is
 * swap. Nothing here costs a guest anything that does not begin it.
 */
#ifndef BS_MM_RECLAIM_H
#define BS_MM_RECLAIM_H

#include <buddysim/types.h>

struct bs_machine;

enum bs_mm_lru {
	BS_MM_LRU_FILE, /* page cache, clean */
	BS_MM_LRU_USED, /* ... that was used again (classic LRU: the active list) */
	BS_MM_LRU_ANON, /* pages of processes */
	BS_MM_LRU_HUGE, /* huge pages of theirs */
	BS_MM_NR_LRU,
};

/*
 * Who owns what is on the LRU.
 * @evict: the owner lets go of it now; it is freed next. False: it cannot, and the page is young again
 * @swap_room: pages of processes that swap has room for; NULL: there is no swap
 * @shrink: other caches give back what they can, beside each walk of a request; returns pages; may be NULL
 */
struct bs_mm_evictor {
	void *arg;
	bool (*evict)(void *arg, bs_pfn pfn, unsigned int order, bool anon);
	uint64_t (*swap_room)(void *arg);
	uint64_t (*shrink)(void *arg);
};

/* From now on requests that wait reclaim (bs_mm_alloc_waiting()). 0 or -ENOMEM. */
int bs_mm_reclaim_begin(struct bs_machine *m, const struct bs_mm_evictor *e);

/* A page in use, or a huge page, joins as the youngest: @lru is FILE, ANON or HUGE. Its word is set. 0 or
 * -ENOMEM. */
int bs_mm_lru_join(struct bs_machine *m, bs_pfn pfn, enum bs_mm_lru lru);
/* It is about to be freed, split, or is not to be reclaimed any more. Nothing if it never joined. */
void bs_mm_lru_leave(struct bs_machine *m, bs_pfn pfn, unsigned int order);
/* A page of the cache is used again. */
void bs_mm_lru_used(struct bs_machine *m, bs_pfn pfn);
/* Pages that wait together before they are on it. */
unsigned int bs_mm_lru_batch(const struct bs_machine *m);
/* In pages, what waits for the LRU not included. */
uint64_t bs_mm_lru_pages(const struct bs_machine *m, enum bs_mm_lru lru);

/* How often a request did not get what it wanted at once, or a boost asked for kswapd: who has seen another number
 * before has kswapd to wake. */
uint64_t bs_mm_kswapd_asked(const struct bs_machine *m);

/* Is vm.defrag_mode in force? */
bool bs_mm_defrag_mode(const struct bs_machine *m);

/* kswapd's run, a priority at a time. */
struct bs_mm_kswapd {
	unsigned int hz, priority;
	uint64_t wanted, got, boosts[BS_MAX_ZONES];
	uint64_t boosted; /* classic LRU: it begins by giving back this much */
};
void bs_mm_kswapd_starts(struct bs_machine *m, unsigned int hz, struct bs_mm_kswapd *k);
/* False: there was nothing to do any more; bs_mm_kswapd_ends() is next. */
bool bs_mm_kswapd_round(struct bs_machine *m, unsigned int cpu, struct bs_mm_kswapd *k);
/* True: boosts asked for it, and compaction of whole pageblocks is next. */
bool bs_mm_kswapd_ends(struct bs_machine *m, const struct bs_mm_kswapd *k);
/* A zone of those up to @hz is above its high mark. */
bool bs_mm_is_balanced(const struct bs_machine *m, unsigned int hz);

/* The oldest @pages go, whatever the marks say: returns how many did. */
uint64_t bs_mm_reclaim_pages(struct bs_machine *m, unsigned int cpu, uint64_t pages);
/* All clean page cache goes, in chunks as if dropped, oldest first. Returns pages. */
uint64_t bs_mm_drop_all(struct bs_machine *m, unsigned int cpu);

/* What kcompactd does for somebody who wants @order: each zone that is fit. Returns the verdict of the last run as
 * tracepoints number it. */
bool bs_mm_kcompactd_fit(struct bs_machine *m, unsigned int order, unsigned int hz);
void bs_mm_kcompactd(struct bs_machine *m, unsigned int cpu, unsigned int order, unsigned int hz);
/* Proactive compaction: is the node fragmented enough, all zones as far as they need it; and how fragmented it is. */
bool bs_mm_is_fragmented(const struct bs_machine *m);
void bs_mm_compact_proactive(struct bs_machine *m, unsigned int cpu);
uint64_t bs_mm_fragmented_score(const struct bs_machine *m);
/* Free pages in blocks of a pageblock and more, what is isolated not counted, of all zones. */
uint64_t bs_mm_huge_pages_free(const struct bs_machine *m);

#endif
