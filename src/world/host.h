/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * host.h - a modelled host around a guest: how much of it this guest holds, and what it asks of the
 * guest at points in virtual time (spec reporting.md 11, host_pressure_gate; 10, S8b).
 *
 * It exists only where the configuration asks for it (sim.h); nothing probed from the real host
 * comes in here.
 */
#ifndef BS_HOST_H
#define BS_HOST_H

#include "cell.h"

/* Percent of a host of @size bytes that @held bytes are, rounded down; at most 100. */
unsigned int bs_host_percent(uint64_t held, uint64_t size);
/* Is what is asked of the host possible? 0 or -EINVAL with @err. */
int bs_host_check(const struct bs_sim_config *cfg, struct bs_error *err);
/* The window begins, the strategy is on: the first look at the guest, and all that will be asked. */
void bs_host_start(struct bs_cell *c);
/* BS_DUE_HOST number @what is due. */
void bs_host_due(struct bs_cell *c, int what);

#endif
