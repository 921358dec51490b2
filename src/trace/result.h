/* SPDX-License-Identifier: GPL-2.0-or-later */
/* result.h - a trace that was written is read back before it gets its name. */
#ifndef BS_TRACE_RESULT_H
#define BS_TRACE_RESULT_H

#include <buddysim/trace.h>

/*
 * bs_trace_finish(), but every event is read back first: what appears under the file's name was
 * seen to be readable, and what went wrong or was stopped before leaves an older file as it was.
 * @result: its figures, the pointers in it cleared; may be NULL: nothing is read. A pipe, a device and
 * standard output cannot be read back: no figures, no error. The writer is gone in any case.
 */
int bs_trace_hand_over(struct bs_trace_writer *w, const struct bs_trace_info *info,
		       const volatile int *stop, struct bs_trace_info *result,
		       struct bs_error *err);

/* A comment that repeats the old one behind @head, as much of it as there is room for; @of may be that of
 * @info itself. */
void bs_trace_comment_of(struct bs_trace_info *info, const char *head, const char *of);

#endif
