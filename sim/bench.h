/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bench.h - what the benchmarks share. */
#ifndef BS_BENCH_H
#define BS_BENCH_H

#include "cli.h"
#include "progress.h"

/* Generate a trace into a new file below TMPDIR (/tmp), whose name ends in @ending: its path, for bench_trace_remove(), or NULL and
 * the exit status; stderr has been told what went wrong. */
char *bench_trace(const char *generator, const char *params, const char *ending, int *status);
void bench_trace_remove(char *path);

/* Memory that each strategy of @c needs on its kernel, beside what its series took: to stdout. No clock
 * is read: the same output on every machine. Returns the exit status. */
int bench_memory(const struct bs_sim_config *c, enum bs_format format, struct progress *progress);

/* Read a generated trace of so many events, each way @runs times (up to 64). Returns the exit status. */
int bench_decode(const char *events, unsigned int runs, struct progress *progress);

/* Prints the median of @n values and their spread. */
typedef void bench_spread_fn(const char *what, double *v, unsigned int n, const char *unit);
/* Import text of @bytes, of each form @runs times (up to 64): MB per second of CPU time. */
int bench_import(uint64_t bytes, unsigned int runs, bench_spread_fn *print,
		 struct progress *progress);

#endif
