/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * experiment_lab.h - one guest of one zone with one strategy, a host and a clock, for experiments
 * that bring their own load. Order of events as in a replay (semantics.md 1): completion, then
 * wake, then the load.
 */
#ifndef BS_EXPERIMENT_LAB_H
#define BS_EXPERIMENT_LAB_H

#include <buddysim/device.h>
#include <buddysim/machine.h>
#include <buddysim/report.h>
#include <buddysim/stats.h>

#include "due.h"

#define BS_LAB_MAX_CALLS 64
#define BS_LAB_CAPACITY 32 /* ranges per request */
#define BS_LAB_WAKE_LATENCY (20 * BS_NS_PER_US)

/* What goes wrong with the device, and when. Calls are counted from bs_lab_arm() on. */
struct bs_lab_faults {
	unsigned int stall_call; /* this one takes stall longer; 0 = none */
	bs_ns stall;
	unsigned int error_every; /* every so many calls fails and discards nothing; 0 = none */
};

struct bs_lab {
	const char *label;
	struct bs_machine *m;
	struct bs_device *dev;
	struct bs_report_ctx *rc;
	struct bs_timeline *tl;
	struct bs_error err; /* of the first law that broke */
	bool failed;

	bs_ns now;
	struct bs_due_queue due;
	bool wake_armed, wake_waiting, pass_running;
	int wake_generation;
	bool cpu_pass; /* the CPU that frees is to run the pass itself (bs_wake_on) */
	bool stop_waiting; /* switched off when the pass that is running ends */
	bs_ns stopped_at;

	/* One event of the load; returns the time to the next, BS_NO_TIME: that was the last. */
	bs_ns (*load)(struct bs_lab *lab);
	void *load_arg;
	bs_ns load_end; /* when the latest load was over */
	bs_ns lag; /* the CPU of the load made calls itself, of this length */

	struct bs_lab_faults faults;
	unsigned int fault_calls; /* since they were armed */
	bs_ns stall_end;
	void (*during)(struct bs_lab *lab, unsigned int call); /* while that call is out */
	void *during_arg;

	struct bs_lab_call {
		bool used, done;
		int ticket; /* of the device; -1: it never got there */
		int result;
	} calls[BS_LAB_MAX_CALLS];

	/* figures */
	uint64_t used_bytes;
	bs_ns last_discard, fault_ns;
	uint64_t nodes_at_call, longest_walk; /* nodes between two calls */
	uint64_t alloc_failed, false_oom;
	/* of the host, taken from time to time for a picture */
	void (*moved)(struct bs_lab *lab); /* called before time goes on */
	void *moved_arg;
};

struct bs_lab_config {
	const char *kernel, *strategy; /* "rotation:order=9" */
	uint64_t bytes;
	uint64_t seed;
	bs_ns window; /* expected length, for the timeline */
};

int bs_lab_create(const struct bs_lab_config *config, struct bs_lab **out, struct bs_error *err);
void bs_lab_destroy(struct bs_lab *lab);
/* Switch the strategy on; 0 or negative with @err. */
int bs_lab_start(struct bs_lab *lab, struct bs_error *err);
/* Switch it off as the kernel does: at once, or when the pass that is running has ended. */
void bs_lab_stop(struct bs_lab *lab);

/* Run everything that is due up to @until, which then is now (unless a call took longer). */
void bs_lab_run(struct bs_lab *lab, bs_ns until);
/* The load begins now. */
void bs_lab_begin_load(struct bs_lab *lab, bs_ns (*load)(struct bs_lab *lab), void *arg);
void bs_lab_arm(struct bs_lab *lab, const struct bs_lab_faults *faults);

/* Allocate and touch; BS_NO_PFN: counted, with whether isolation is to blame. */
bs_pfn bs_lab_alloc(struct bs_lab *lab, unsigned int gfp, unsigned int order);
void bs_lab_free(struct bs_lab *lab, bs_pfn pfn, unsigned int order);
/* What vmstat does with the per-cpu lists of a CPU that has been idle for a second or two. */
void bs_lab_drain(struct bs_lab *lab);

/*
 * A load that frees what a guest owns, in a given order, as one process that exits does: one block
 * every @step ns. Cutting it short is allowed.
 */
struct bs_lab_release {
	bs_pfn *pfn;
	size_t n, next;
	unsigned int order;
	bs_ns step;
};
bs_ns bs_lab_release_one(struct bs_lab *lab);
/* Allocate @bytes in blocks of @order, for bs_lab_release_one(); 0 or -ENOMEM with @err. */
int bs_lab_fill(struct bs_lab *lab, struct bs_lab_release *r, uint64_t bytes, unsigned int order,
		struct bs_error *err);
/* Time from one free to the next of a process that exits: 1 us for a huge page, 50 ns for a base
 * page. An assumption, the same for every strategy; recorded as free_ns. */
bs_ns bs_lab_free_ns(unsigned int order);

/* Bytes the host holds for memory that the guest does not use. */
uint64_t bs_lab_excess(const struct bs_lab *lab);
/* Every law that can be looked up: the allocator's invariants, nothing out of place. Returns what
 * broke first, as 0 or negative with @err. */
int bs_lab_check(struct bs_lab *lab, struct bs_error *err);

#endif
