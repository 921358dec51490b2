/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * view.h - looking on while a cell runs: what guest, host and reporter are like at an instant.
 *
 * Who looks on changes nothing: same input, options and seed, the same record.
 */
#ifndef BUDDYSIM_VIEW_H
#define BUDDYSIM_VIEW_H

#include <buddysim/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/** What a reporter does at an instant. */
enum bs_reporter_does {
	BS_REPORTER_NOTHING, /* its strategy never reports */
	BS_REPORTER_NO_WORKER, /* it reports where memory is freed, and at no other time */
	BS_REPORTER_IDLE, /* nothing has asked for a pass */
	BS_REPORTER_WAITING, /* for the time of its pass */
	BS_REPORTER_IN_PASS,
	BS_REPORTER_AT_DEVICE, /* the host has requests of it */
	BS_REPORTER_PAUSED, /* the guest stands still, and it with the guest */
	BS_REPORTER_ENDED, /* the window is closed */
};

/** Time that CPUs were blocked, by cause; the last is the sum of the others. */
enum bs_view_stall {
	BS_VIEW_FIRST_TOUCH,
	BS_VIEW_REFAULT,
	BS_VIEW_REQUEST,
	BS_VIEW_INSTALL,
	BS_VIEW_ZERO,
	BS_VIEW_POISON,
	BS_VIEW_CLIENT,
	BS_VIEW_WAIT,
	BS_VIEW_STALL,
	BS_NR_VIEW_STALLS
};

/** Why the host holds memory that nobody in the guest uses (MEANING.md, why it is held). */
enum bs_view_held {
	BS_VIEW_HELD_PCP,
	BS_VIEW_HELD_IN_FLIGHT,
	BS_VIEW_HELD_BELOW,
	BS_VIEW_HELD_RAW,
	BS_VIEW_HELD_KEPT,
	BS_VIEW_HELD_HUGE_REST,
	BS_VIEW_HELD_OTHER,
	BS_NR_VIEW_HELD
};

/**
 * struct bs_view - a cell at an instant; all texts are valid while it is looked at
 * @cell, @cells: which of how many; @guests: in its world, of which the first is looked at; @label: what it is called; @params: its strategy's, as "order=9"
 * @now: virtual time; @until: nothing happens before that
 * @load_end, @end: when the load is over, and the window
 * @ended: the window is closed: this is the last look at the cell
 * @events: of the trace that have happened
 *
 * The guest's memory, each byte in one of these; what is left has never been the allocator's:
 * @memory: all of it
 * @used: it has an owner
 * @pcp: free, on a per-cpu list
 * @below: free, in blocks below @unit
 * @raw: free, large enough, and not reported since
 * @hands: in the reporter's hands, the host has not answered
 * @told: reported; the host has it back, or was told that it may
 * @nobody: free, and being isolated for somebody else
 *
 * @unit: order of the smallest block that is reported; 0: the strategy never reports
 * @free_blocks: on the free lists, by order; @told_bytes: of their memory what is reported
 *
 * @resident: what the host holds; @unmapped: of that unmapped, not returned
 * @held: what the host holds that nobody uses now, in bytes; @held_mib_s: over time, until now
 * @cost: until now, as the record has it at the end; BS_NO_TIME: it has no price
 * @why: what @held consists of
 *
 * @wake_at: of a reporter that waits: when its pass is
 * @pass_at: when the latest pass began; BS_NO_TIME: there was none
 * @pass_ns: how long it took, or has taken until now; @pass_bytes, @pass_requests: what it reported
 * @in_flight: requests that the host has
 */
struct bs_view {
	unsigned int cell, cells, guests;
	const char *label, *strategy, *params, *kernel;
	bs_ns now, until, load_end, end;
	bool ended;
	uint64_t events, allocs, frees;

	uint64_t memory, used, pcp, below, raw, hands, told, nobody;
	unsigned int unit;
	unsigned int nr_orders; /* that the guest has */
	uint64_t page_bytes;
	uint64_t free_blocks[BS_NR_ORDERS], told_bytes[BS_NR_ORDERS];

	uint64_t resident, unmapped, held, held_mib_s;
	bs_ns cost;
	uint64_t why[BS_NR_VIEW_HELD];

	enum bs_reporter_does does;
	bs_ns wake_at, pass_at, pass_ns;
	uint64_t pass_bytes, pass_requests;
	unsigned int in_flight;
	uint64_t passes, aborted_passes, requests, failed_requests, blocks, reported;
	uint64_t refaults, refault_bytes;
	bs_ns stall[BS_NR_VIEW_STALLS], host_ns;
};

/** A cell that is over. @failed: why it has no row, or NULL: it has one. */
struct bs_view_row {
	unsigned int cell;
	const char *label, *failed;
	uint64_t held_mib_s;
	bs_ns cost;
};

/** Bits of bs_viewer.wants. */
enum bs_view_wants {
	BS_VIEW_NOW = 1 << 0, /* look as soon as possible */
	BS_VIEW_PASS = 1 << 1, /* ... and whenever a pass of the reporter has begun */
};

/**
 * struct bs_viewer - who looks on (bs_output_config.viewer); the cells then run one after the other
 * @wants: enum bs_view_wants, looked at whenever time goes on; another thread may change it
 * @look: the cell is like that. It may wait, and all that it watches waits for it. Returns the virtual
 *        time of the next look, BS_NO_TIME: none; it comes no later than at the end of the window
 * @row: a cell is over; in the order of the cells
 *
 * Both are called by the thread that runs the comparison.
 */
struct bs_viewer {
	void *arg;
	const volatile unsigned int *wants;
	bs_ns (*look)(void *arg, const struct bs_view *v);
	void (*row)(void *arg, const struct bs_view_row *r);
};

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
