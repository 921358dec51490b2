/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trace_export.h - traces for other programs (`buddysim trace export`), and those of others. */
#ifndef BS_SIM_TRACE_EXPORT_H
#define BS_SIM_TRACE_EXPORT_H

#include <stddef.h>

int trace_export(int argc, char **argv);
/* @path itself or, of what is no text, the name of a file that has it as text, in @buf. Where that cannot be, the
 * program ends. */
const char *trace_as_text(const char *path, char *buf, size_t size);

#endif
