/* SPDX-License-Identifier: GPL-2.0-or-later */
/* progress.h - how far the cells of a comparison are, gathered from their threads. */
#ifndef BS_PROGRESS_H
#define BS_PROGRESS_H

#include "outcome.h"

/* NULL: nobody wants to know, or there is no memory to tell him. */
struct bs_progress_of *bs_progress_create(const struct bs_plan *plan,
					  const struct bs_trace_info *info);
void bs_progress_destroy(struct bs_progress_of *p);
/* @more events have happened in @cell, where it is @now. @p may be NULL, here and below. */
void bs_progress_hear(struct bs_progress_of *p, unsigned int cell, uint64_t more, bs_ns now);
void bs_progress_done(struct bs_progress_of *p, unsigned int cell);

#endif
