/* SPDX-License-Identifier: GPL-2.0-or-later */
/* strategy_run.h - the strategy that an .ops file names, bound to the guest that it describes. */
#ifndef BS_STRATEGY_RUN_H
#define BS_STRATEGY_RUN_H

#include <buddysim/types.h>

#include <stdio.h>

#include "opsline.h"

struct bs_strategy_run;

/* @strategy: the file's strategy line. 0, or negative with @err, which later calls fill too. */
int bs_strategy_run_new(const char *path, const struct bs_ops_line *strategy,
			struct bs_strategy_run **out, struct bs_error *err);
/* Run line number @n of the file, writing what it prints to @out. 0, or negative with the error. */
int bs_strategy_run_line(struct bs_strategy_run *r, const char *path, uint64_t n, const char *text,
			 FILE *out);
uint64_t bs_strategy_run_requests(const struct bs_strategy_run *r);
uint64_t bs_strategy_run_pfns(const struct bs_strategy_run *r);
void bs_strategy_run_free(struct bs_strategy_run *r);

#endif
