/* SPDX-License-Identifier: GPL-2.0-or-later */
/* batch.h - cells of one group that a worker runs one after the other: the trace is opened, checked and
 * measured against the bound once for all of them. */
#ifndef BS_BATCH_H
#define BS_BATCH_H

#include "group.h"

#define BS_BATCH 16 /* cells at most: what may be lost by a kill is one of them, not all */

/* Beside the record of a cell: what its row is to others (parts.h). */
#define BS_ROW "row"

struct bs_batch {
	uint32_t group;
	unsigned int nr;
	uint64_t cells[BS_BATCH]; /* numbers of those to be run */
};

/*
 * Where results go, from whatever thread: @cell's, as it is kept. Negative: no more can be written, and
 * the batch ends.
 */
struct bs_batch_sink {
	int (*done)(void *arg, uint64_t cell, bool failed, const json_t *result,
		    struct bs_error *err);
	void *arg;
	const volatile int *stop;
};

/* Run it. Each cell is told, whether it succeeded or not, but those that were interrupted. 0, or negative
 * with @err: interrupted, or nothing can be written. */
int bs_batch_run(const struct bs_sweep *s, const struct bs_batch *b,
		 const struct bs_batch_sink *sink, struct bs_error *err);

#endif
