/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * page_cache.h - what a guest keeps of files that it has read: clean pages in the order of their age, given back
 * when a request finds no memory, or by kswapd when there is little (MEANING.md, loads).
 */
#ifndef BS_PAGE_CACHE_H
#define BS_PAGE_CACHE_H

#include "guest_memory.h"

struct bs_page_cache;

/* @again, @reclaimed: time for a page that is read again; that is given back for a request */
struct bs_page_cache_setup {
	uint64_t pages; /* of all files */
	bs_ns again, reclaimed;
};

/* @read: pages that came from a file, @again: of them those that had been there; @reclaimed: given back for lack of
 * memory, @by_kswapd of them before a request failed */
struct bs_page_cache_figures {
	uint64_t read, again, reclaimed, by_kswapd, pages, peak;
};

enum bs_cache_read { BS_CACHE_HIT, BS_CACHE_READ, BS_CACHE_AGAIN, BS_CACHE_NONE };

/* Of @g, whose requests it gives way to from now on. NULL: no memory. */
struct bs_page_cache *bs_page_cache_create(struct bs_guest *g,
					   const struct bs_page_cache_setup *setup);
/* Behind the guest's last request. */
void bs_page_cache_destroy(struct bs_page_cache *c);
/* @cpu reads page @page of the files, stamped with @id where it is new. AGAIN: the CPU is blocked for it;
 * NONE: there is no memory to keep it in. */
enum bs_cache_read bs_page_cache_read(struct bs_page_cache *c, unsigned int cpu, uint64_t page,
				      unsigned int gfp, uint32_t id, struct bs_gfp_use use);
/* Is the page one of it? Then it may be moved, and is at @to. */
bool bs_page_cache_has(struct bs_page_cache *c, bs_pfn pfn);
void bs_page_cache_moved(struct bs_page_cache *c, bs_pfn from, bs_pfn to);
/* The oldest @pages go, in whole chunks, and @cpu waits for that: how many did. */
uint64_t bs_page_cache_reclaim(struct bs_page_cache *c, unsigned int cpu, uint64_t pages);
/* All of it goes, by ascending place in the files. */
void bs_page_cache_drop(struct bs_page_cache *c, unsigned int cpu);
const struct bs_page_cache_figures *bs_page_cache_figures(const struct bs_page_cache *c);

#endif
