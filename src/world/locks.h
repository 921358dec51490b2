/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * locks.h - a zone's lock as a resource in virtual time (MEANING.md, contention).
 *
 * Whoever did something under the lock of a zone says so when it is done: what it did is in the counters
 * of the allocator and of the strategy's services, since somebody said so last. A guest without the model
 * has no struct bs_contention, and asks that.
 */
#ifndef BS_LOCKS_H
#define BS_LOCKS_H

#include <buddysim/contention.h>

#include "parts.h"

struct bs_lock {
	bs_ns free_at;
	int holder; /* the CPU that had it last, or one of those below */
};
#define BS_HOLDER_NOBODY (-1)
#define BS_HOLDER_WORKER (-2)

/* In the window: what lies behind counts no more than time blocked does. */
struct bs_lock_figures {
	uint64_t taken, waited; /* by CPUs, and how often one had to wait */
	bs_ns hold_ns, wait_ns, longest_hold_ns, longest_wait_ns;
	uint64_t worker_taken; /* by a strategy's worker, which blocks nobody by waiting */
	bs_ns worker_hold_ns, worker_wait_ns;
	uint64_t space_taken;
	bs_ns space_wait_ns;
};

struct bs_contention {
	struct bs_lock_costs costs;
	bool charges; /* a closed loop: holding it takes the CPU's time, which a trace has in its times */
	struct bs_lock zones[BS_MAX_ZONES], space;
	uint64_t moved, splits, merges, bulks, nodes, hooks; /* as last looked at */
	struct bs_lock_figures f;
};

/* From now on. 0 or -ENOMEM. */
int bs_contention_begin(struct bs_guest *g, const struct bs_lock_costs *costs, bool charges);
/* What was done since then is nobody's. */
void bs_contention_skip(struct bs_guest *g);
/* @cpu has allocated or freed at @pfn. */
void bs_contention_did(struct bs_guest *g, unsigned int cpu, bs_pfn pfn);
/* A pass has taken the lock of @zone, or is about to let go of it. */
void bs_contention_pass(struct bs_guest *g, unsigned int zone, bool taken);
/* A task on @cpu takes the lock of an address space that others have, too. */
void bs_contention_space(struct bs_guest *g, unsigned int cpu);

#endif
