/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * host_view.h - what a host does about its guests by itself, at each tick: it reads what each holds and how
 * much each waits for memory, sets targets of balloons, and lets reporters report or not.
 *
 * A policy is one file, host_NAME.c, that defines struct bs_host_policy bs_host_policy_NAME, and one line in
 * host_policies.def. It sees what a host sees, and not what a guest uses.
 */
#ifndef BS_HOST_VIEW_H
#define BS_HOST_VIEW_H

#include <buddysim/sim.h>

#include "named.h"

/* The first parameter of every policy. */
enum { BS_HOST_TICK, BS_HOST_OWN };
#define BS_HOST_COMMON                                               \
	[BS_HOST_TICK] = {"tick",                                    \
			  BS_PARAM_TIME,                             \
			  BS_NS_PER_S,                               \
			  BS_NS_PER_MS,                              \
			  UINT64_C(86400) * BS_NS_PER_S,             \
			  NULL,                                      \
			  "from one look at the guests to the next", \
			  false}

/*
 * A guest, as the host sees it. What it may change is the last two.
 * @waited: of the time since the last tick, how much its CPUs waited for memory that the host had taken, in
 *          thousandths of one CPU's time; 1000 also where an allocation failed
 * @target: what its balloon shall have, in bytes; told when it changes
 * @gate: what a reporter with a gate is told of the host's memory in use, in percent
 */
struct bs_host_guest {
	uint64_t size, held, swapped;
	unsigned int waited;
	bool running;
	uint64_t target;
	unsigned int gate;
};

/* @values: of its parameters; @memory: 0: as much as is held; @held, @swapped: of all guests */
struct bs_host_look {
	const uint64_t *values;
	bs_ns now;
	uint64_t memory, held, swapped;
	struct bs_host_guest *guests;
	unsigned int nr;
};

struct bs_host_policy {
	struct bs_named is;
	void (*tick)(struct bs_host_look *look); /* NULL: it does nothing, ever */
};

#endif
