/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * draw_used.h - what memory in use is: on per-cpu lists, on the LRU, or somebody's. Only how much of
 * it there is is known, so it is drawn; pageblock by pageblock, for memory of a kind lies together.
 */
#ifndef BS_DRAW_USED_H
#define BS_DRAW_USED_H

#include <buddysim/snapshot.h>

#include "rng.h"

/**
 * @sizes: pages on the LRU and on each CPU's lists; NULL: all that is in use in movable pageblocks is
 *         on the LRU
 * @may: may page @pfn be on a list of a CPU? NULL: any that is not free. The LRU is then known, too, and
 *       not drawn
 * The state's per-cpu lists are there, and empty: pages go to the lists of order 0 and type MOVABLE.
 * 0 or -ENOMEM.
 */
int bs_draw_used(struct bs_state_zone *z, unsigned int pageblock_order,
		 const struct bs_snapshot_sizes *sizes, bool (*may)(const void *arg, int64_t pfn),
		 const void *arg, struct bs_rng *rng);

#endif
