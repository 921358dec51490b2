/* SPDX-License-Identifier: GPL-2.0-or-later */
/* result.h - the figures of a trace just written. */
#ifndef BS_TRACE_RESULT_H
#define BS_TRACE_RESULT_H

#include <buddysim/trace.h>

/* Reads the file back, every event of it: what is handed on was seen to be readable. A pipe or
 * device gives no figures, and is no error. @result may be NULL; its pointers are cleared. */
int bs_trace_result(const char *path, struct bs_trace_info *result, struct bs_error *err);

#endif
