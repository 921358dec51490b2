/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bs_run_test.h - one strategy on a trace of a few events, in a guest of 256 MiB with two CPUs.
 *
 * bs_run_setup() writes the trace and leaves a model device without any costs, base pages, no tail;
 * a test changes what it is about, calls bs_run_go() once and frees run.r.
 */
#ifndef BS_RUN_TEST_H
#define BS_RUN_TEST_H

#include "bs_test.h"

struct bs_run {
	char path[64];
	struct bs_sim_config cfg;
	struct bs_device_costs costs;
	const char *strategy;
	struct bs_result *r;
};

/* Events have no pfn, and those without a gfp are movable user memory. */
void bs_run_setup(struct bs_run *run, const char *strategy, const struct bs_trace_event *ev,
		  size_t n);
void bs_run_go(struct bs_run *run);
/* In place of that: its trace, read once; the file is gone, and the trace to be closed. */
struct bs_trace *bs_run_open(struct bs_run *run);
/* A figure of the one cell: "refault_bytes.total". */
uint64_t bs_run_metric(const struct bs_run *run, const char *key);

#endif
