/* SPDX-License-Identifier: GPL-2.0-or-later */
/* watch_shown.h - all that the live view of a run shows. */
#ifndef BS_SIM_WATCH_SHOWN_H
#define BS_SIM_WATCH_SHOWN_H

#include <buddysim/sim.h>

#include "watch_rates.h"

/* A cell that is over. */
struct watch_row {
	char label[64];
	uint64_t held_mib_s;
	bs_ns cost; /* BS_NO_TIME: it has none */
	bool failed;
};

/* WATCH_STEPS: a step is not over; behind it, it stands. */
enum watch_mode { WATCH_RUNS, WATCH_STANDS, WATCH_STEPS, WATCH_SKIPS, WATCH_STOPS };

/*
 * @seen: a cell has been looked at: @view is valid
 * @now: virtual time, from the view's now to its until
 * @speed: virtual seconds per real second; 0: as fast as it goes
 * @progress: of all cells; .cells 0: nothing is known
 */
struct watch_shown {
	const char *verb, *trace;
	bool seen, help;
	struct bs_view view;
	bs_ns now;
	enum watch_mode mode;
	double speed;
	struct watch_rates rates;
	struct bs_progress progress;
	const struct watch_row *rows;
	unsigned int nr_rows;
};

/* Somebody goes through it step by step. */
static inline bool watch_by_steps(const struct watch_shown *s)
{
	return s->mode == WATCH_STANDS || s->mode == WATCH_STEPS;
}

#endif
