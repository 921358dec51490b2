/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * state_compact.h - what a dump says of compaction and of the LRU: what is remembered from run to run, skip bits,
 * compound pages, holes, who holds a page, and which pages are clean page cache.
 */
#ifndef BS_MM_STATE_COMPACT_H
#define BS_MM_STATE_COMPACT_H

#include <buddysim/state.h>

#include "mm_compact.h"

struct bs_scan;

/* @with: an order, a count, or flags of what is known of a page. */
struct bs_state_pages {
	bs_pfn *pfn;
	uint32_t *with;
	size_t n, cap;
};
enum { BS_STATE_IS_PINNED = 1, BS_STATE_IS_MAPPED = 2 };

/*
 * @zone, @blocks: free pages in whole blocks; both by place in struct bs_state
 * @foreign: LRU pages of which more is known; @fake: none that a scanner takes
 * @cache: clean page cache, the oldest first, from the line in front of the dump
 * @file_pages, @generation_pages: on the LRU; @sources, @targets: scanned since boot
 */
struct bs_state_compact {
	struct bs_mm_compact_zone zone[BS_MAX_ZONES];
	bool has_zone[BS_MAX_ZONES], has_blocks[BS_MAX_ZONES], has_generations;
	int64_t blocks[BS_MAX_ZONES];
	struct bs_state_pages skip, hole, compound, foreign, fake, cache;
	uint64_t file_pages, generation_pages;
	uint64_t sources, targets;
};

/* Take in a record of the dump that is being read: 1; 0: it is none of these, or not of these alone; negative:
 * malformed, or out of memory. */
int bs_state_compact_record(struct bs_state *s, const char *record, struct bs_scan *c);
/* Pages up to the line's end: PFN, or PFN followed by @then and a number, or by what kind of page it is. */
int bs_state_read_pages(struct bs_scan *c, char then, bool kinds, struct bs_state_pages *l);
void bs_state_free_pages(struct bs_state_pages *l);
/* There is one from now on; NULL: no memory. */
struct bs_state_compact *bs_state_compact_make(struct bs_state *s);
void bs_state_compact_free(struct bs_state_compact *k);

#endif
