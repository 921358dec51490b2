/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * repage.h - the same load in larger pages (MEANING.md, other machines): what is at least as large as one
 * of them keeps its size in bytes; of what is smaller, requests of one size and gfp mask share a page, as
 * objects of a slab do, and it lives until the last of them is freed.
 */
#ifndef BS_TRACE_REPAGE_H
#define BS_TRACE_REPAGE_H

#include <buddysim/trace.h>

struct bs_repage;

/* A page becomes 2^-@more of one, 1 to 4; @emit takes what comes out and returns 0, or what stops it. NULL:
 * out of memory. */
struct bs_repage *bs_repage_create(unsigned int more,
				   int (*emit)(void *arg, const struct bs_trace_event *ev),
				   void *arg);
void bs_repage_destroy(struct bs_repage *r);
/* The next event of a trace that is sound. 0, or negative with @err. */
int bs_repage_event(struct bs_repage *r, const struct bs_trace_event *ev, struct bs_error *err);

#endif
