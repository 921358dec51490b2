/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bench.h - what the benchmarks share. */
#ifndef BS_BENCH_H
#define BS_BENCH_H

#include "cli.h"
#include "progress.h"

/* Generate a trace into a new file below TMPDIR (/tmp), whose name ends in @ending: its path, for
 * bench_trace_remove(), or NULL and the exit status; stderr has been told what went wrong. */
char *bench_trace(const char *generator, const char *params, const char *ending, int *status);
void bench_trace_remove(char *path);

/* Memory that each strategy of @c needs on its kernel, beside what its series took: to stdout. No clock
 * is read: the same output on every machine. Returns the exit status. */
int bench_memory(const struct bs_sim_config *c, enum bs_format format, struct progress *progress);

/* Import text of @bytes in a form (0 ftrace, 1 perf script, 2 that with call chains), in a process of its own: MB
 * per second of CPU time, the kernel's included, and the memory resident at most. Returns the exit status. */
int bench_import(unsigned int form, uint64_t bytes, double *mb_per_s, double *mib);

#endif
