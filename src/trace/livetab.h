/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * livetab.h - which allocations of a trace are live, and which part of them: one byte per
 * allocation number, and a bitmap for each block that was freed in part and is not yet gone.
 */
#ifndef BS_TRACE_LIVETAB_H
#define BS_TRACE_LIVETAB_H

#include "format.h"

struct bs_partial {
	uint64_t number;
	uint64_t live[(1u << BS_TRACE_MAX_ORDER) / 64]; /* bit per page */
	uint32_t slot_next; /* of the hash chain, or of the free list; index + 1 */
};

/* In the state of a number, beside its order. */
#define BS_LIVE 0x10 /* all of it, unless BS_PARTIAL */
#define BS_PARTIAL 0x20

struct bs_livetab {
	uint8_t *state; /* of each number: order, BS_LIVE, BS_PARTIAL */
	uint64_t nr, cap;
	struct bs_partial *partial;
	uint32_t *bucket; /* index + 1 */
	uint32_t nr_partial, cap_partial, nr_buckets, used_partial, free_partial;
	uint64_t pages; /* live ones */
};

void bs_livetab_free(struct bs_livetab *t);
/* Room for @n more numbers: 0 or -ENOMEM. */
int bs_livetab_reserve(struct bs_livetab *t, unsigned int n);
/* The next number; @live: false for a failed allocation. 0 or -ENOMEM. */
int bs_livetab_add(struct bs_livetab *t, unsigned int order, bool live);
/* Free [offset, offset + 2^order) of block @number: NULL, or why it cannot be. *@ret: -ENOMEM. */
const char *bs_livetab_release(struct bs_livetab *t, uint64_t number, unsigned int offset,
			       unsigned int order, int *ret);
/* The live part of @number at or behind page *@offset, the largest aligned piece: true, *@offset
 * and *@order; false when there is none. */
bool bs_livetab_piece(const struct bs_livetab *t, uint64_t number, unsigned int *offset,
		      unsigned int *order);
unsigned int bs_livetab_order(const struct bs_livetab *t, uint64_t number);

#endif
