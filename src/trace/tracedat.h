/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tracedat.h - trace.dat, the binary file of trace-cmd, as ftrace text: libtracecmd reads it, where this
 * was built with it, in a process of its own, for it does not survive every damaged file.
 */
#ifndef BS_TRACE_TRACEDAT_H
#define BS_TRACE_TRACEDAT_H

#include <stdbool.h>
#include <sys/types.h>

#include <buddysim/types.h>

/* Is it one, and can it be read? */
bool bs_is_tracedat(const char *first, size_t len);
/* The text comes from *@fd, which has to be closed before bs_tracedat_end(*@reader). 0, or negative. */
int bs_tracedat_begin(const char *path, int *fd, pid_t *reader, struct bs_error *err);
/* How it went: 0, or negative with @err. */
int bs_tracedat_end(const char *path, pid_t reader, struct bs_error *err);

#endif
