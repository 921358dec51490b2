/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bench_parts.h - what the parts of `bench` share, below all of them. */
#ifndef BS_SIM_BENCH_PARTS_H
#define BS_SIM_BENCH_PARTS_H

#include "bench_rows.h"

/* The rows of each part, ended by one without a group. */
extern const struct bench_row bench_allocator_rows[], bench_run_rows[], bench_decode_rows[],
	bench_device_rows[], bench_scale_rows[];

/* CPU time of this process so far, in ns. */
double bench_cpu_ns(void);
/* A trace of @b->events events with 300 thousand live blocks; NULL and the status. */
const char *bench_long_trace(struct bench_setting *b, bool zstd, int *status);
/* @strategy on @path: the CPU time of the cell, per event; of all of it with @ranges, which is how many it
 * reported. */
double bench_cell_ns(const struct bench_setting *b, const char *path, const char *strategy,
		     enum bs_touch touch, uint64_t *ranges, int *status);

/* What a kernel of today does. */
const char *bench_kernels_own(void);

#endif
