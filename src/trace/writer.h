/* SPDX-License-Identifier: GPL-2.0-or-later */
/* writer.h - the two halves of bs_trace_finish(), for who wants to look between them. */
#ifndef BS_TRACE_WRITER_H
#define BS_TRACE_WRITER_H

#include <buddysim/trace.h>

/* All bytes are in the file, which has no name yet. 0, or negative with @err: give up then. */
int bs_trace_seal(struct bs_trace_writer *w, const struct bs_trace_info *info,
		  struct bs_error *err);
/* The sealed file; -1 when it cannot be read: a pipe, a device, standard output. */
int bs_trace_writer_fd(const struct bs_trace_writer *w);
/* It gets its name. The writer is gone in any case. */
int bs_trace_commit(struct bs_trace_writer *w, struct bs_error *err);
const char *bs_trace_writer_path(const struct bs_trace_writer *w);

#endif
