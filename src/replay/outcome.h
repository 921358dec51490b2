/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * outcome.h - what a comparison tells whoever listens: its effective configuration first, then each
 * cell as soon as it has run, the bound, and what the user ought to know. The record is made from
 * this and from nothing else.
 */
#ifndef BS_OUTCOME_H
#define BS_OUTCOME_H

#include <buddysim/report.h>
#include <buddysim/sim.h>

#include <stdio.h>

#include "follow.h"
#include "load_spec.h"

struct bs_histogram;
struct bs_memory_map;
struct bs_spec;
struct bs_progress_of;

/* Time that CPUs were blocked, by cause: enum bs_cause (cpu.h), which is none of a listener's business. */
struct bs_stall {
	bs_ns first_touch, refault, host_zero, request, install, zero, poison, client, wait, swap,
		restore, reclaim, refill, compact, writeback, guest_swap, total;
};

/* Pages in use that the guest's kernel moved, by who did; world/migrate.h. */
struct bs_move_figures {
	uint64_t range, asked, request, daemon;
	bs_ns ns;
};

/* Why memory is held; MEANING.md, why it is held. */
struct bs_held_why {
	uint64_t pcp, below, by_order[BS_NR_ORDERS], raw, in_flight, kept, huge_rest, other;
};

/* From a request to its memory being usable. */
struct bs_delays {
	bs_ns p50, p90, p99, p999, max;
	uint64_t nonzero;
};

/* What CPUs waited for each other; locks.h has it for the world. */
struct bs_locks {
	bool modelled;
	uint64_t taken, waited;
	bs_ns hold, longest_hold, longest_wait;
	uint64_t worker_taken;
	bs_ns worker_hold, worker_wait;
};

/* What a load did; a trace has no cycles. */
struct bs_cycles {
	bool counted;
	uint64_t done;
	bs_ns each; /* from the first step on, for each that was done; BS_NO_TIME: none was */
	bs_ns p50, p90, p99, max; /* from its begin to its end */
};

/* Huge pages of a load's processes. @share: of all that they had over time, in 1/1000; BS_NO_TIME: they had nothing. */
struct bs_huge_figures {
	bool counted; /* the load has processes */
	uint64_t alloc, failed, collapsed, collapse_failed, split, tables, share;
};

/* Of what a load's tasks read of files. */
struct bs_cache_figures {
	bool counted;
	uint64_t read, again, reclaimed, by_kswapd, peak, end; /* pages */
};

/* What was asked of its kernel while it ran (--guest-event); pages, and @gained: huge pages' worth of free blocks. */
struct bs_asked_figures {
	bool any;
	uint64_t compactions, moved, scanned, gained, drops, dropped, reclaims, reclaimed;
};

/* What a guest did about its memory when that was short; in pages where nothing else is said. */
struct bs_short_figures {
	bool modelled;
	uint64_t waited; /* requests */
	uint64_t direct, by_kswapd, asked, kswapd_runs;
	bs_ns kswapd_ns, kcompactd_ns, flusher_ns;
	uint64_t kcompactd_runs, proactive_runs, scanned, moved, huge_blocks;
	uint64_t dirty_end, written, swapped_out, swapped_in, swap_peak;
	uint64_t gone_frees; /* events of a trace */
	uint64_t oom_kills;
};

/* What all snapshots of the guest carried, and what of that had no owner. */
struct bs_snapshot_figures {
	uint64_t taken, carried_bytes, free_bytes;
};

/* @content_bytes: in the snapshots that it went on from; @back_bytes: touched since; times from the restore until
 * so much of what was in use then was there; BS_NO_TIME: nothing was. */
struct bs_restore_figures {
	bool is; /* it went on from one */
	uint64_t content_bytes, back_bytes;
	bs_ns t50, t90, t99;
};

/* The figures of a cell, taken at the end of the window. */
struct bs_figures {
	struct bs_report_stats report;
	struct bs_device_stats device;
	struct bs_machine_counters machine;
	bool host_counts; /* what follows: the host's memory is limited, or it has several guests */
	struct bs_host_figures host;
	bs_ns killed_at; /* BS_NO_TIME: the guest was not */
	uint64_t held_mib_s, used_mib_s, peak_resident_bytes;
	uint64_t cache_mib_s, cache_end_bytes; /* page cache that is held, and in use */
	struct bs_held_why held, held_end; /* MiB.s; bytes, when the window closes */
	bs_ns settle[3]; /* t50, t90, t99 */
	uint64_t left_raw_bytes, paused_raw_bytes;
	unsigned int nr_orders; /* that the guest has: lists by order are so long */
	uint64_t nr_free[BS_NR_ORDERS];
	uint64_t allocations; /* that the trace asked for and the traced kernel had */
	uint64_t alloc_failed, false_oom, rescued, skipped_frees, unusable_frees;
	uint64_t unfinished_events; /* waited for their CPU when the window closed */
	bs_ns late_end; /* of the last event; BS_NO_TIME: it never happened */
	struct bs_stall stall; /* of all CPUs */
	bs_ns stall_per_minute; /* of load; BS_NO_TIME: the load takes no time */
	struct bs_delays delay; /* of allocations that happened */
	struct bs_cycles cycles;
	struct bs_huge_figures huge;
	struct bs_cache_figures cache;
	struct bs_asked_figures asked;
	struct bs_short_figures pressed;
	struct bs_locks locks;
	struct bs_move_figures moved;
	bs_ns stood; /* still, by the host's will */
	struct bs_snapshot_figures snapshot;
	struct bs_restore_figures restored;
	const char *
		late_fault; /* the device's, which begins behind the window: its parameter; or NULL */
	bool never_busy; /* the strategy asked whether the host is, and was told each time that it is not */
	uint64_t host_errors; /* host calls that failed, over all errnos */
	uint64_t events;
	bool residency_checked, residency_equal;
	char residency_note[256];
	bs_ns cost_ns; /* BS_NO_TIME: no price */
	/* measured, not decided on */
	uint64_t wall_ns, cpu_ns, loop_alloc_bytes;
	unsigned int
		at_once; /* cells that ran side by side: others disturb what is the whole host's */
	uint64_t host_free[3]; /* at t0, at the last event of the trace, at the end of the window */
};

/* A cell that has run, or broke while it ran. All of it belongs to the cell and is gone with it. */
struct bs_outcome {
	const struct bs_sim_config *cfg;
	unsigned int index; /* of the cell in its comparison */
	const char *label, *params, *device_words, *kernel;
	const char *policy; /* of the guest's allocator; NULL: the kernel model's own rules */
	const char *words; /* the strategy as it was asked for */
	const char *agent; /* beside it, with all its parameters; NULL: nobody */
	const struct bs_strategy *strategy;
	bool huge; /* huge pages behind the guest */
	const struct bs_figures *f;
	const struct bs_histogram
		*delays; /* from a request for memory to its being usable; may be NULL */
	const struct bs_timeline *tl;
	const struct bs_shares *shares; /* of what it held; bs_outcome_why() reads them */
	const struct bs_memory_map *map; /* NULL: nobody wanted it */
	bs_ns sample_interval;
	const struct bs_agreement
		*agreement; /* NULL unless the guest started from a dumped state */
	const struct bs_guest_plan
		*guest; /* what is said is of this one of several; NULL: of all */
	const struct bs_outcome
		*guests; /* of each, where there are several; f is then the sum of theirs */
	unsigned int nr_guests;
};

/* held_why.c. Look number @i at why memory is held, in bytes, and when; false behind the last one. */
bool bs_outcome_why(const struct bs_outcome *o, size_t i, bs_ns *time, struct bs_held_why *why);

/* map_told.c. Look number @i at where memory is, and when: a letter for each cell of *cell_bytes, how often
 * it stands there behind it unless once; false behind the last one. */
bool bs_outcome_map(const struct bs_outcome *o, size_t i, bs_ns *time, const char **text,
		    uint64_t *cell_bytes);
/* Letter number @i of those and what it stands for; NULL behind the last. */
const char *bs_outcome_map_letter(unsigned int i, char *letter);

/*
 * Who listens; all are called in this order, cell by cell in the order of the cells whichever was done
 * first, from the thread that runs the comparison.
 * @begin: everything is checked, the first cell is about to start. 0 or -ENOMEM
 * @bound: prices in ns
 * @cell: 0 or -ENOMEM
 * @failed: in place of @cell: that cell could not start or broke; the others run. May be NULL
 * @warn: at any time after @begin; @label: of which cell, or NULL: of all of them, perhaps more than once
 * @warn_here: the same of this machine and this moment, which is nothing of the comparison's. May be NULL
 * @again: print the command line that runs the cell once more, for the file of a broken law. False,
 *         and nothing printed: there is none. Called from the cell's own thread. May be NULL
 */
struct bs_sink {
	void *arg;
	int (*begin)(void *arg, const struct bs_sim_config *cfg, const struct bs_trace_info *info);
	void (*bound)(void *arg, const struct bs_bound *b, bs_ns refault, bs_ns weight);
	int (*cell)(void *arg, const struct bs_outcome *o);
	void (*failed)(void *arg, const char *label, const struct bs_error *err);
	void (*warn)(void *arg, const char *label, const char *text);
	void (*warn_here)(void *arg, const char *text);
	bool (*again)(void *arg, FILE *f, const struct bs_outcome *o);
};

/* What one cell of a comparison is. @label: the strategy's; with several kernels or policies with its own in
 * front. @policy: NULL where there is none */
struct bs_cell_name {
	char *kernel, *policy, *label;
	const struct bs_spec *spec;
};

/*
 * One of several guests of a cell.
 * @plan: what it is and what it runs
 * @spec: its own strategy; NULL: that of the row
 * @start: when its load begins
 * @trace: scanned; NULL: it has a load
 */
struct bs_guest_plan {
	struct bs_plan *plan;
	char *name;
	struct bs_spec *spec;
	bs_ns start;
	struct bs_trace *trace;
	bool own_kernel, own_policy; /* it is none of the row's */
};

/* A comparison in force. */
struct bs_plan {
	struct bs_sim_config cfg; /* nothing is left to be taken from the trace */
	bool kernel_asked; /* the kernel is not one that the trace names */
	const struct bs_state *state,
		*end_state; /* the dumps that it starts from and should end in */
	const struct bs_sink *sink; /* NULL: nobody listens */
	struct bs_spec *specs; /* cfg.strategies, parsed */
	struct bs_cell_name
		*cells; /* all strategies on the first kernel and policy, then on the next */
	unsigned int nr_cells;
	struct bs_load_spec load; /* kind NULL: a trace is replayed */
	struct bs_trace_info of_load; /* ... and what else a trace would say of itself */
	const struct bs_trace_info *info; /* the trace's, or that */
	bool reclaims; /* memory is given back when it is short */
	struct bs_reclaim_costs reclaim_costs;
	bool contends; /* a zone's lock takes time */
	struct bs_lock_costs lock_costs;
	struct bs_guest_plan *guests; /* NULL: a cell has one, which is this */
	unsigned int nr_guests;
	const struct bs_plan *of; /* of one guest of several: that of all; NULL: it is that */
	bs_ns longest; /* of several guests, until the last one's load is over; 0: as the trace says */
	unsigned int at_once; /* cells that run side by side */
	struct bs_progress_of *progress; /* NULL: nobody wants to know */
	const struct bs_bound *bound; /* NULL until it is known */
};

/* compare.c. What bs_compare() (sim.h) does, with everything told to @sink: 0, or negative with @err. */
int bs_replay_compare(const struct bs_sim_config *config, const struct bs_sink *sink,
		      struct bs_error *err);
/* Only up to and with @begin. */
int bs_replay_check(const struct bs_sim_config *config, const struct bs_sink *sink,
		    struct bs_error *err);

#endif
