/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bound_run.h - the bound of a comparison, from its trace alone, and the prices of all rows. */
#ifndef BS_BOUND_RUN_H
#define BS_BOUND_RUN_H

#include <buddysim/sim.h>

/* What a strategy can expect to pay for taking memory back: ns to fault 1 MiB in, with huge pages behind
 * the guests or without. 0, or -EINVAL with @err. */
int bs_refault_price(const struct bs_sim_config *cfg, bs_ns *per_mib, struct bs_error *err);
/* The bound, the caller's; @refault: the least that any strategy can pay for taking 1 MiB back. 0, or negative with @err. */
int bs_bound_run(const struct bs_sim_config *cfg, struct bs_trace *t, struct bs_bound **out,
		 bs_ns *refault, struct bs_error *err);

#endif
