/* SPDX-License-Identifier: GPL-2.0-or-later */
/* progress.h - how far a comparison is, on one line of a terminal. */
#ifndef BS_SIM_PROGRESS_H
#define BS_SIM_PROGRESS_H

#include <buddysim/sim.h>

/* Zero it, but for @config. */
struct progress {
	const struct bs_sim_config *config;
	uint64_t begin_ns, shown_ns, events;
};

/* The @progress of struct bs_output_config; its argument is a struct progress. */
void progress_show(void *arg, const struct bs_progress *p);

#endif
