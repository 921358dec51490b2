/* SPDX-License-Identifier: GPL-2.0-or-later */
/* two_runs.h - the first of the two runs of a cell whose strategy knows the future. */
#ifndef BS_TWO_RUNS_H
#define BS_TWO_RUNS_H

#include "cell.h"

/*
 * The same guest and trace with a strategy that does nothing, on a device that does nothing. @setup:
 * the cell's, of which @future receives what was written down, for the second run: the caller's, and
 * NULL if the strategy does not ask for it. 0, or negative with @err.
 */
int bs_first_run(const struct bs_plan *plan, struct bs_cell_setup *setup, struct bs_trace *trace,
		 struct bs_error *err);

#endif
