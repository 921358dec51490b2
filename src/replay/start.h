/* SPDX-License-Identifier: GPL-2.0-or-later */
/* start.h - the dumped state that the guests of a comparison start from, and those they end in. */
#ifndef BS_START_H
#define BS_START_H

#include <buddysim/sim.h>
#include <buddysim/state.h>

#include "outcome.h"
#include "outfile.h"

/* A comparison's dumps, in and out. */
struct bs_start {
	struct bs_state *first, *end; /* end: NULL if the file has no dump "trace_end" */
	struct bs_outfile out;
	bool writing;
	unsigned int written; /* dumps */
};

/* Read what @plan asks for and set its guest, state and end_state by it; open the output. */
int bs_start_open(struct bs_start *s, struct bs_plan *plan, struct bs_error *err);
/* The state of @m, named after its cell, if it is to be written: the caller's; else NULL. Any thread's. */
int bs_start_take(const struct bs_start *s, const struct bs_machine *m, const char *label,
		  struct bs_state **out, struct bs_error *err);
/* Append it. */
void bs_start_write(struct bs_start *s, const struct bs_state *state);
/* @keep: the output appears. Returns 0, or negative with @err. */
int bs_start_close(struct bs_start *s, bool keep, struct bs_error *err);

/* When the worker that folds per-cpu counters ran is in no trace: make what it has folded and what
 * not one figure. */
void bs_state_fold(struct bs_state *s);

#endif
