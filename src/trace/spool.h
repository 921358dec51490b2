/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * spool.h - imported events on their way to a trace. What was allocated before the trace is known
 * only at its end but stands at its beginning, so all events wait in an unlinked file that is
 * mapped: memory is the page cache's, and an event can be changed when a later line explains it.
 */
#ifndef BS_TRACE_SPOOL_H
#define BS_TRACE_SPOOL_H

#include <buddysim/trace.h>

struct bs_spooled {
	bs_ns time;
	uint64_t number; /* FREE: of the block; with @of_pre: which PRE */
	uint32_t gfp, offset;
	bs_pfn pfn;
	uint8_t kind, order, cpu, flags;
	bool of_pre;
	bool more; /* FREE: the same source event goes on in the next one */
	bool dropped; /* happened later after all: there is a copy */
};

struct bs_spool {
	int fd;
	struct bs_spooled *ev;
	uint64_t nr, cap;
};

/* In the folder of @near if it can be, else where temporary files go. */
int bs_spool_open(struct bs_spool *s, const char *near, struct bs_error *err);
void bs_spool_close(struct bs_spool *s);
/* Append a copy; may move s->ev. 0, or negative with @err: no room. */
int bs_spool_add(struct bs_spool *s, const struct bs_spooled *ev, struct bs_error *err);

#endif
