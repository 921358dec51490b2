/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * strategy_state.h - the inner state of a strategy in the notation of the golden vectors. Here and
 * not in the strategies: nothing in them prints.
 */
#ifndef BS_STRATEGY_STATE_H
#define BS_STRATEGY_STATE_H

#include <buddysim/report.h>

#include <stdio.h>

struct bs_strategy_dump {
	unsigned int per_zone; /* 1: a line per zone, 0: one line */
	void (*write)(struct bs_report_ctx *rc, unsigned int zone, bool on, FILE *out);
};

/* For a strategy without such a notation: one line with "on=" alone. */
struct bs_strategy_dump bs_strategy_dump_of(const char *strategy);

#endif
