/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * program.h - a load on a guest, in a closed loop: a step of a task happens when the one before is done
 * and its CPU is free, so that faults, zeroing and waits make the task slower (MEANING.md, loads).
 *
 * This room drives a guest of the room world as a trace does, through struct bs_load of clock.h. It knows
 * no comparison: who runs one creates a program for a guest that is there, begins it, lets the clock run,
 * and closes it when the window closes.
 *
 *   load_spec <- tasks <- program      load_kit, tasks <- files, memhog and the others <- loads
 */
#ifndef BS_PROGRAM_H
#define BS_PROGRAM_H

#include <buddysim/sim.h>

#include "guest_memory.h"
#include "histogram.h"
#include "tasks.h"

/*
 * @spec: outlives the program
 * @seed: of the run
 * @start: when its lead-in begins; its steps begin with the end of that
 * @lru, @resident: as for a trace (sim.h)
 * @check_every: steps from one check of the guest to the next; 0: none
 * @over: the last task is over; may be NULL
 */
struct bs_program_setup {
	const struct bs_load_spec *spec;
	uint64_t seed;
	bs_ns start;
	enum bs_lru lru;
	enum bs_resident resident;
	uint64_t check_every;
	void (*over)(void *arg);
	void *over_arg;
};

/* What a program counts. Times are virtual. */
struct bs_program_figures {
	uint64_t steps, allocations, refused; /* refused: of the allocations */
	uint64_t cycles;
	uint64_t unfinished; /* tasks that were not over when the window closed */
	bs_ns over_at; /* the last task was over; BS_NO_TIME: never */
	bs_ns stood; /* for so long its guest stood still before that */
};

struct bs_program {
	struct bs_load load; /* of the guest's clock */
	struct bs_guest *g;
	struct bs_program_setup setup;
	struct bs_tasks tasks;
	uint32_t id; /* of the next block */
	bool base; /* what is taken is the base */
	uint32_t base_ids; /* those below are the base's, which nobody frees */
	uint64_t next_check;
	bs_ns counted_until; /* what a CPU waits behind that is no longer the window's */
	struct bs_program_figures f;
	struct bs_histogram delays; /* from a request for memory to its being usable, in ns */
	struct bs_histogram cycle_ns;
};

/* 0, or negative with @err. */
int bs_program_create(struct bs_guest *g, const struct bs_program_setup *setup,
		      struct bs_program **out, struct bs_error *err);
/* What is in use before it is there now, and the guest's clock has a load; time blocked counts until
 * @window_end. 0, or negative with @err. */
int bs_program_begin(struct bs_program *p, bs_ns window_end, struct bs_error *err);
/* The window closes: what has not happened by now never does. */
void bs_program_close(struct bs_program *p);
void bs_program_destroy(struct bs_program *p);

#endif
