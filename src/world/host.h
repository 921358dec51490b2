/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * host.h - the modelled host around the guests of a world: how much of it they hold, and what it asks
 * of them at points in virtual time.
 *
 * It exists only where the configuration asks for it (sim.h); nothing probed from the real host
 * comes in here.
 */
#ifndef BS_HOST_H
#define BS_HOST_H

#include <buddysim/sim.h>

#include "host_memory.h"
#include "service.h"

struct bs_host_guest;
struct bs_host_past;
struct bs_host_policy;

/* Zero it: a host that neither looks nor asks. */
struct bs_host {
	struct bs_clock *clock;
	struct bs_guest *const *guests; /* the first one */
	const struct bs_host_config *cfg; /* the caller's */
	bs_ns end; /* it does not look behind that */
	struct bs_host_memory memory;
	struct bs_service service;
	const struct bs_host_policy *policy; /* NULL, or without a tick: it does nothing */
	uint64_t *policy_values;
	struct bs_host_guest *seen; /* by the policy, of each guest */
	struct bs_host_past *past; /* ... at its last tick */
	unsigned int nr_seen;
};

/* Zero but for the first three: its memory and its threads. 0 or -ENOMEM. */
int bs_host_init(struct bs_host *h);
void bs_host_free(struct bs_host *h);
/* The guest, of which nothing is resident yet, is one of its own. 0, or negative with @err. */
int bs_host_take(struct bs_host *h, struct bs_guest *g, struct bs_error *err);
/* What it counted; false: nothing. */
bool bs_host_counted(const struct bs_host *h, struct bs_host_figures *out);
/* Percent of a host of @size bytes that @held bytes are, rounded down; at most 100. */
unsigned int bs_host_percent(uint64_t held, uint64_t size);
/* Is that among what it asks at some time? */
bool bs_host_asks(const struct bs_host_config *cfg, enum bs_host_ask what);
/* Is what is asked of the host possible? 0 or -EINVAL with @err. */
int bs_host_check(const struct bs_host_config *cfg, struct bs_error *err);
/* The window begins, the strategies are on: the first look at the guests, and all that will be asked.
 * The first three members are set. */
void bs_host_start(struct bs_host *h, bs_ns end);

#endif
