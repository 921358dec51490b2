/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * page.h - the 16 bytes that describe a page, and where they are kept.
 *
 * Only the head of a block carries state. Blocks below pageblock_order keep it in mem_map, one
 * entry per page; blocks of pageblock_order and above keep it in the side table, one entry per
 * pageblock, so that a large free guest never touches mem_map. The order of a block therefore
 * decides where its descriptor is: bs_page(m, pfn, order).
 */
#ifndef BS_MM_PAGE_H
#define BS_MM_PAGE_H

#include <buddysim/types.h>

enum page_flag {
	PG_BUDDY = 1 << 0, /* head of a block on a free list */
	PG_REPORTED = 1 << 1, /* ... that was reported */
	PG_LRU = 1 << 2, /* counts as movable (per page; in the side table: the whole block) */
	PG_HAS_LRU = 1 << 3, /* head of an allocated block: some page of it carries PG_LRU */
	PG_PCP = 1 << 4, /* head of a block on a per-cpu list */
	PG_ISOLATED = 1 << 5, /* head of a block in a reporter's hands */
	PG_ALLOCATED = 1 << 6, /* head of a caller's block */
	PG_DEFERRED = 1 << 7, /* its next owner is announced: allocated() */
};
#define PG_STATE (PG_BUDDY | PG_PCP | PG_ISOLATED | PG_ALLOCATED)

struct page {
	uint32_t next, prev; /* pfns of the list neighbours, BS_NO_PFN at the ends */
	uint32_t word; /* the state's owner: block number, boundary slot, stash */
	union {
		struct {
			uint8_t order, flags;
			uint8_t list_type : 4; /* migratetype of the list it is on */
			uint8_t cached_type : 4; /* type noted when it entered a per-cpu list */
			uint8_t zone; /* index in the machine */
		};
		uint32_t head; /* all of that, for who asks and writes it at once */
	};
};

/* Where each is in the head. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
enum { HEAD_ORDER = 0, HEAD_FLAGS = 8, HEAD_LIST_TYPE = 16, HEAD_ZONE = 24 };
#else
enum { HEAD_ORDER = 24, HEAD_FLAGS = 16, HEAD_LIST_TYPE = 12, HEAD_ZONE = 0 };
#endif
_Static_assert(sizeof(struct page) == 16, "descriptors are 16 bytes: locality is everything");

#endif
