/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * used.h - the steps of bs_trace_used(), found while a trace is scanned.
 */
#ifndef BS_TRACE_USED_H
#define BS_TRACE_USED_H

#include <buddysim/trace.h>

struct bs_used_steps {
	struct bs_used_step *step;
	size_t nr, cap;
	uint64_t above, below; /* pages: between these no step is taken */
	bool too_many; /* there is no list; nor is one begun again */
};

void bs_used_steps_free(struct bs_used_steps *u);
/* What was live at @time, behind all that happened in that instant. */
void bs_used_steps_add(struct bs_used_steps *u, bs_ns time, uint64_t pages,
		       unsigned int page_shift);
/* Is @pages a step away from what was added last? */
static inline bool bs_used_is_step(const struct bs_used_steps *u, uint64_t pages)
{
	return pages <= u->above || pages >= u->below;
}

#endif
