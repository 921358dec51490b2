/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bench.h - what the benchmarks share. */
#ifndef BS_BENCH_H
#define BS_BENCH_H

#include "cli.h"

/* Generate a trace into a new file below TMPDIR (/tmp): its path, for bench_trace_remove(), or NULL and
 * the exit status; stderr has been told what went wrong. */
char *bench_trace(const char *generator, const char *params, int *status);
void bench_trace_remove(char *path);

/* Memory that each strategy of @c needs on its kernel, beside what its series took: to stdout. No clock
 * is read: the same output on every machine. Returns the exit status. */
int bench_memory(const struct bs_sim_config *c, enum bs_format format);

#endif
