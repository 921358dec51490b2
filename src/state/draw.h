/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * draw.h - a placement of free blocks in a zone that has exactly the counts asked for, drawn.
 *
 * What is possible is decided first and exactly. Free blocks below the largest order may not have a
 * free buddy of their order, or the allocator would have merged the two. Call what is wholly in the
 * zone and not one free block an open node, of each order. Every open node has two halves, of which at
 * most one may be a free block; the other, or both, are open. So with f open nodes of an order, n free
 * blocks of the order below are possible if n <= f, and leave 2 f - n open: how many there are does
 * not depend on which are chosen. Halves of what is only partly in the zone come on top. A type is
 * such a chain of its own, below the pageblocks that it gets.
 */
#ifndef BS_DRAW_H
#define BS_DRAW_H

#include <buddysim/state.h>

#include "rng.h"

/**
 * @z: start, spanned and the holes among its pageblocks are set; gets lists, types, nr_free
 * @n: free blocks by type and order
 * @blocks: pageblocks of each type, 0: as many as it needs; MOVABLE gets what is left
 * @moved: out: pageblocks by which a type got more or fewer than @blocks, because of @n
 * @mixed: out: there are too few pageblocks for each type to have its own: they share them
 */
struct bs_draw {
	struct bs_state_zone *z;
	unsigned int pageblock_order, max_order;
	uint64_t n[BS_MIGRATE_TYPES][BS_NR_ORDERS];
	uint64_t blocks[BS_MIGRATE_TYPES];
	uint64_t moved;
	bool mixed;
	const char *name; /* of the zone, for messages */
};

/* 0; -EINVAL with @err saying which count is not possible; -ENOMEM. */
int bs_draw_zone(struct bs_draw *d, struct bs_rng *rng, struct bs_error *err);
/* Put a list into an order drawn at random. */
void bs_draw_order(struct bs_state_list *l, struct bs_rng *rng);

#endif
