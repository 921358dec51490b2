/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cell_parts.h - one cell of a comparison: a world with a guest, the trace that it is taken through, who
 * looks on, and the figures that come out. Where a cell has several guests each is a cell of this kind, and
 * all are in the world of the first.
 */
#ifndef BS_CELL_PARTS_H
#define BS_CELL_PARTS_H

#include "agent_tick.h"
#include "follow_known.h"
#include "future.h"
#include "outcome.h"
#include "outfile.h"
#include "program.h"
#include "stream_parts.h"
#include "world.h"

struct bs_inherit;
struct bs_trace_lru;

/* Somebody looks on: a meter of the guest's clock. */
struct bs_viewing {
	struct bs_meter meter;
	bs_ns next; /* look */
	bs_ns pass_at, pass_ns; /* of the latest pass; BS_NO_TIME: none yet */
	uint64_t pass_bytes,
		pass_requests; /* counted when it began; what it did, when it is over */
};

struct bs_cell {
	const struct bs_plan *plan;
	unsigned int index; /* of the cell in its comparison */
	const struct bs_spec *spec; /* the caller's */
	const char *label, *kernel, *policy; /* the caller's, but for own_label */
	const struct bs_spec
		*row_spec; /* the caller's: of all guests that have none of their own */
	const char *row_label; /* the caller's: of all guests */
	char *row_params;
	char *own_label;
	char *params, *agent_words; /* agent_words: NULL where nobody looks after its memory */
	struct bs_world *world,
		own; /* own: unless it is another cell's, in whose company the guest is */
	struct bs_cell *first,
		*next; /* of several guests in one world; first: NULL in the first one itself */
	const struct bs_guest_plan *guest; /* which of them it is; NULL: there is only this one */
	struct bs_trace *reader; /* of its own trace, where there are several */
	struct bs_guest *g; /* NULL once it is gone */
	struct bs_ledger ledger;
	struct bs_viewing viewing;
	struct bs_stream
		stream; /* of a trace; of a load what it counts is copied into its figures */
	struct bs_agent_run *agent;
	struct bs_program *program; /* the load that it runs, NULL: a trace */
	struct bs_follow *follow; /* NULL unless the guest starts from a dumped state */
	struct bs_inherit *inherit; /* NULL unless it starts from a made one */
	struct bs_trace_lru *lru; /* NULL unless memory of its trace is reclaimed */
	struct bs_future *future; /* NULL unless the strategy knows it; the caller's */
	bs_ns end; /* of the window */
	bs_ns cut; /* time that CPUs would have been blocked for behind it, or behind a round */
	struct bs_outfile violation; /* while it is written */
	bool violation_has_request;
	uint64_t heard_events; /* of progress */
	struct bs_meter hearing; /* of a load, for who wants to know how far it is */
	unsigned int unheard; /* calls of it since then */
	struct bs_figures f;
	struct bs_figures sum; /* of all guests, in the first one */
	bool closed; /* the window is */
	bool at_rest; /* the guest is gone */
	struct bs_outcome outcome; /* ... of a cell at rest; its texts are the cell's own */
	struct bs_outcome *told; /* of each guest, where there are several */
};

#endif
