/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guests.h - several guests in a cell: what each of them is and runs, and the others of a cell beside its
 * first (cell_parts.h).
 */
#ifndef BS_GUESTS_H
#define BS_GUESTS_H

#include "cell_parts.h"

/* Several guests have one host: it counts, and one thread of it serves them unless more are asked for. */
void bs_guests_share(struct bs_sim_config *cfg);
/* Has each what it runs? Then there is no trace or load for all of them: what that would say of itself. */
bool bs_guests_differ(const struct bs_sim_config *cfg);
void bs_guests_stand_in(struct bs_plan *plan);
/* Each guest's own plan, from the scenario's or as many times the only one; @t: the trace of all, or NULL.
 * 0, or negative with @err. */
int bs_guests_make(struct bs_plan *plan, struct bs_trace *t, struct bs_error *err);
/* The comparison is known, and the sink has begun. */
void bs_guests_begun(struct bs_plan *plan);
void bs_guests_free(struct bs_plan *plan);

#endif
