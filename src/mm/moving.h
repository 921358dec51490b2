/* SPDX-License-Identifier: GPL-2.0-or-later */
/* moving.h - what is in use at one place goes to another: page by page, and all of a range. */
#ifndef BS_MM_MOVING_H
#define BS_MM_MOVING_H

#include "zone.h"

/* May the block of @order at @pfn not be moved, though it counts as movable? */
bool mm_stays(const struct bs_machine *m, bs_pfn pfn, unsigned int order);
/* What the block in use at @old is, @new is now: a block of the same order that has been taken for it. Whoever
 * looks on has followed; @old is to be freed. */
void mm_migrated(struct bs_machine *m, bs_pfn old, bs_pfn new, unsigned int order);
/* What is movable in [start, end) goes elsewhere, if somebody looks on who follows it. 0, also if something stays;
 * -EBUSY: there is no place to go to. */
int mm_empty_range(struct bs_machine *m, unsigned int cpu, bs_pfn start, bs_pfn end);

#endif
