/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trial.h - one cell of an experiment: a world with one guest of one zone and one CPU, a load that
 * the experiment brings, and a device that misbehaves when it is told to.
 *
 * The load is a closed loop on that CPU: a step happens when the last one is done, be it that the CPU
 * was blocked meanwhile, by a fault or by a request of its own.
 */
#ifndef BS_TRIAL_H
#define BS_TRIAL_H

#include "guest_memory.h"
#include "kind.h"
#include "world.h"

#define BS_TRIAL_CAPACITY 32 /* ranges per request */
#define BS_TRIAL_WAKE_LATENCY (20 * BS_NS_PER_US)
#define BS_TRIAL_VMSTAT_BUSY BS_NS_PER_S
#define BS_TRIAL_VMSTAT_IDLE (2 * BS_NS_PER_S)

/* What goes wrong with the device, and when. Requests are counted from bs_trial_arm() on. */
struct bs_trial_faults {
	unsigned int stall_call; /* this one takes stall longer; 0 = none */
	bs_ns stall;
	unsigned int error_every; /* every so many fails and discards nothing; 0 = none */
};

/* When a load goes on. Zero: at once. */
struct bs_pause {
	bs_ns work; /* the CPU is busy with something else for so long */
	bs_ns not_before; /* ... and not before that time */
	bool over; /* never: that was the last step */
};

struct bs_trial {
	struct bs_world world;
	struct bs_guest *g;
	struct bs_ledger ledger;
	struct bs_spec spec;

	struct bs_load load;
	struct bs_pause (*step)(struct bs_trial *t); /* NULL: no load */
	void *step_arg;
	struct bs_pause pause; /* before the next step */
	bs_ns stepped; /* when the latest was */
	bs_ns load_end; /* when the latest load was over */

	struct bs_trial_faults faults;
	unsigned int fault_calls; /* since they were armed */
	bs_ns stall_end;
	void (*during)(struct bs_trial *t, unsigned int call); /* while that request is out */
	void *during_arg;

	bs_ns last_discard;
	uint64_t nodes_at_call, longest_walk; /* nodes between two requests */
};

/* @machine: NULL: @bytes of one zone; @instant: the host answers at once and nobody touches memory;
 * @window: expected length; @costs: a preset of the device's, NULL: its own; @advice: what the host does. */
struct bs_trial_setup {
	const struct bs_machine_config *machine;
	uint64_t bytes;
	bool instant;
	bs_ns wake_latency, window;
	const char *costs;
	enum bs_advice advice;
};

/* With the strategy @spec, "rotation:order=9", which is off. 0, or negative with @err. */
int bs_trial_begin(struct bs_trial *t, const struct bs_experiment *x, const char *spec,
		   const struct bs_trial_setup *setup, struct bs_error *err);
void bs_trial_end(struct bs_trial *t);
static inline bs_ns bs_trial_now(const struct bs_trial *t)
{
	return t->world.clock.now;
}

/* Let everything happen up to @until, included. */
void bs_trial_run(struct bs_trial *t, bs_ns until);
/* The load begins now, and is the only one: its steps are told when to come again. */
void bs_trial_load(struct bs_trial *t, struct bs_pause (*step)(struct bs_trial *t), void *arg);
/* Run until it is over. */
void bs_trial_run_load(struct bs_trial *t);
void bs_trial_arm(struct bs_trial *t, const struct bs_trial_faults *faults);
/* Look at how far the strategy has walked since its last request. */
void bs_trial_note_walk(struct bs_trial *t);

/* For user space, and touched; BS_NO_PFN: counted, with whether isolation is to blame. */
bs_pfn bs_trial_alloc(struct bs_trial *t, unsigned int gfp, unsigned int order);
void bs_trial_free(struct bs_trial *t, bs_pfn pfn, unsigned int order);

/*
 * A load that frees what a guest owns, in a given order, as one process that exits does: one block
 * every @step ns. Cutting it short is allowed.
 */
struct bs_trial_release {
	bs_pfn *pfn;
	size_t n, next;
	unsigned int order;
	bs_ns step;
};
struct bs_pause bs_trial_release_one(struct bs_trial *t);
/* Allocate @bytes in blocks of @order, for bs_trial_release_one(); 0 or -ENOMEM with @err. */
int bs_trial_fill(struct bs_trial *t, struct bs_trial_release *r, uint64_t bytes,
		  unsigned int order, struct bs_error *err);
/* Time from one free to the next of a process that exits: 1 us for a huge page, 50 ns for a base
 * page. An assumption, the same for every strategy; recorded as free_ns. */
bs_ns bs_trial_free_ns(unsigned int order);

/* Of what is left raw, what the strategy's own design does not explain; BS_NO_TIME for one that never
 * reports. */
uint64_t bs_trial_missed(const struct bs_trial *t, uint64_t left_raw);
/* Every law that can be looked up: the allocator's invariants, nothing out of place. What broke
 * first, as 0 or negative with @err. */
int bs_trial_check(struct bs_trial *t, struct bs_error *err);

#endif
