/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pageblock.h - the free blocks of a pageblock, counted and moved. */
#ifndef BS_MM_PAGEBLOCK_H
#define BS_MM_PAGEBLOCK_H

#include "zone.h"

/* -1: refused, it reaches over the zone's edge. Else pages moved; @movable, if not NULL, counts LRU
 * pages on the way. */
int mm_move_block(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int mt,
		  enum bs_why why, unsigned int *movable);
/* The same figures with nothing moved; false: it reaches over the zone's edge. */
bool mm_count_block(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int *free,
		    unsigned int *movable);

#endif
