/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trace_print.h - what a trace says of itself, as text or JSON on stdout. */
#ifndef BS_TRACE_PRINT_H
#define BS_TRACE_PRINT_H

#include <buddysim/buddysim.h>

void trace_print(const struct bs_trace_info *info, const char *path, enum bs_format format);
/* One line with the verdict, or the same JSON object as trace_print(). */
void trace_print_verdict(const struct bs_trace_info *info, const char *path, enum bs_format format);

#endif
