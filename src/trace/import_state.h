/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * import_state.h - what a state says of the memory before the trace: what was free, and where memory is. All
 * else in it was in use.
 */
#ifndef BS_TRACE_IMPORT_STATE_H
#define BS_TRACE_IMPORT_STATE_H

#include <buddysim/state.h>

#include "import_notes.h"

/** The memory before the trace, and what events were found to say of it. */
struct bs_import_start {
	const struct bs_state *state; /* NULL: nothing is known */
	bool exact; /* of one moment, as only a kernel can dump it; else a contradiction is no fault */
	uint64_t was_used, was_free, taken;
};

/* False: it says nothing of where the trace's pages were: they are drawn, or those of its end. */
bool bs_import_start_from(struct bs_import_start *st, const struct bs_state *s);
/* Is a free of what was free a fault of the trace? */
static inline bool bs_import_start_is_fault(const struct bs_import_start *st)
{
	return st->exact;
}
/* An event allocates @pfn, which no event named and which was not free. True: it was in use. */
bool bs_import_start_takes(struct bs_import_start *st, bs_pfn pfn);
/* An event frees what no event allocated. */
void bs_import_start_known(struct bs_import_start *st, bs_pfn pfn, bool was_free);
void bs_import_start_note(const struct bs_import_start *st, struct bs_import_notes *notes);

typedef int bs_import_block_fn(void *arg, bs_pfn pfn, unsigned int order);
/* All that is free, on the lists of a CPU too. Stops at the first that is not 0, and returns it. */
int bs_import_state_free(const struct bs_state *s, bs_import_block_fn *free_block, void *arg);

#endif
