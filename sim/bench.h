/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bench.h - what the benchmarks share. */
#ifndef BS_BENCH_H
#define BS_BENCH_H

#include "cli.h"

/* Room for the name of a trace that bench_trace() makes. */
#define BENCH_TRACE "/tmp/buddysim-bench-XXXXXX.cborseq"

/* Generate a trace into a new file below /tmp, whose name is put into @path (a BENCH_TRACE); the
 * caller removes it. Returns the exit status; says on stderr what went wrong. */
int bench_trace(const char *generator, const char *params, char *path);

/* Memory that each of @strategies needs, beside what the specification says of it: to stdout. No
 * clock is read: the same output on every machine. Returns the exit status. */
int bench_memory(const char *const *strategies, unsigned int nr, const char *kernel,
		 enum bs_format format);

#endif
