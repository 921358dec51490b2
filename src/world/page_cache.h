/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * page_cache.h - what a guest keeps of files: pages that were read, and pages that were written and have to reach the
 * disk before they can go (MEANING.md, memory under pressure).
 *
 * Which page goes when is the LRU's to say (mm_reclaim.h), whose owner the cache is; where nothing is reclaimed all of
 * it stays.
 */
#ifndef BS_PAGE_CACHE_H
#define BS_PAGE_CACHE_H

#include "guest_memory.h"

struct bs_page_cache;

/* @again: time for a page that is read again, 0: as the costs of reclaim say */
struct bs_page_cache_setup {
	uint64_t pages; /* of all files */
	bs_ns again;
};

/* @read: pages that came from a file, @again: of them those that had been there; @reclaimed: given back for lack of
 * memory, @by_kswapd of them ahead of a request; @dropped: because somebody wanted that */
struct bs_page_cache_figures {
	uint64_t read, again, reclaimed, by_kswapd, dropped, pages, peak;
	uint64_t dirty, written; /* now; that reached the disk */
	bs_ns flusher_ns; /* that the flusher wrote for */
};

enum bs_cache_read { BS_CACHE_HIT, BS_CACHE_READ, BS_CACHE_AGAIN, BS_CACHE_NONE };

/* Of @g, whose it is from now on (g->cache), and goes with it. NULL: no memory. */
struct bs_page_cache *bs_page_cache_create(struct bs_guest *g,
					   const struct bs_page_cache_setup *setup);
void bs_page_cache_destroy(struct bs_page_cache *c);
/* @cpu reads page @page of the files, stamped with @id where it is new. AGAIN: the CPU is blocked for it;
 * NONE: there is no memory to keep it in. */
enum bs_cache_read bs_page_cache_read(struct bs_page_cache *c, unsigned int cpu, uint64_t page,
				      unsigned int gfp, uint32_t id, struct bs_gfp_use use);
/* ... writes all of it: nothing is read for that. HIT: it was there. Who is over the limit of dirty pages writes some
 * back first, and is blocked by that. */
enum bs_cache_read bs_page_cache_write(struct bs_page_cache *c, unsigned int cpu, uint64_t page,
				       unsigned int gfp, uint32_t id, struct bs_gfp_use use);
/* All of it goes, by ascending place in the files: they are removed. */
void bs_page_cache_drop(struct bs_page_cache *c, unsigned int cpu);
/* What is clean goes, as drop_caches has it: by ascending place, in the kernel's portions. Returns pages. */
uint64_t bs_page_cache_drop_clean(struct bs_page_cache *c, unsigned int cpu);
/* Is the page one of it? Then it may be moved, and is at @to. */
bool bs_page_cache_has(struct bs_page_cache *c, bs_pfn pfn);
void bs_page_cache_moved(struct bs_page_cache *c, bs_pfn from, bs_pfn to);
void bs_page_cache_figures(const struct bs_page_cache *c, struct bs_page_cache_figures *out);

#endif
