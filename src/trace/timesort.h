/* SPDX-License-Identifier: GPL-2.0-or-later */
/* timesort.h - events of several CPUs, files and buffers in the order in which they happened. */
#ifndef BS_TRACE_TIMESORT_H
#define BS_TRACE_TIMESORT_H

#include "spool.h"

/* Sort raw events by time; those of one time stay in the order in which they came. Memory is bounded:
 * the merging is done from file to file. @s may be another file then. 0, or negative with @err. */
int bs_timesort(struct bs_spool *s, const char *near, struct bs_error *err);

#endif
