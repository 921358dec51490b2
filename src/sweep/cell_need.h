/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cell_need.h - what a cell takes of the machine that runs it, as far as that is known before. */
#ifndef BS_CELL_NEED_H
#define BS_CELL_NEED_H

#include "group.h"

struct bs_need {
	double seconds; /* of one core, on the safe side */
	uint64_t bytes; /* most memory at a time */
	bool arena; /* much of that is memory of the device's own */
};

struct bs_need bs_cell_need(const struct bs_sim_config *c, const struct bs_sweep_trace *t);

#endif
