/* SPDX-License-Identifier: GPL-2.0-or-later */
/* progress.h - how far the cells of a comparison are, gathered from their threads. */
#ifndef BS_PROGRESS_H
#define BS_PROGRESS_H

#include "cell_parts.h"

/* @end: of the window. NULL: nobody wants to know, or there is no memory to tell him. */
struct bs_progress_of *bs_progress_create(const struct bs_plan *plan,
					  const struct bs_trace_info *info, bs_ns end);
void bs_progress_destroy(struct bs_progress_of *p);
/* That a cell tells of itself, be it one of several guests. */
static inline struct bs_progress_of *bs_progress_of_cell(const struct bs_cell *c)
{
	return c->plan->of ? c->plan->of->progress : c->plan->progress;
}
/* @more events have happened in @cell, where it is @now. @p may be NULL, here and below. */
void bs_progress_hear(struct bs_progress_of *p, unsigned int cell, uint64_t more, bs_ns now);
void bs_progress_done(struct bs_progress_of *p, unsigned int cell);

/* The trace is gone through before the first cell. */
struct bs_reading_of {
	struct bs_ear ear;
	const struct bs_output_config *out;
	unsigned int cells;
	uint64_t last; /* bytes that were behind it when it was told last */
};
/* @t: NULL: there is none. @r is there until the end. */
void bs_reading_begin(struct bs_reading_of *r, const struct bs_plan *plan, struct bs_trace *t);
void bs_reading_end(struct bs_trace *t);

#endif
