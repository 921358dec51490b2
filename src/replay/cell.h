/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cell.h - one cell of a comparison: a guest, its strategy, its device and its clock, and the
 * figures that come out. cell.c builds and ends it, replay.c drives it, blocked.c holds what waits
 * for a CPU, env.c is how the strategy reaches the clock and the device.
 */
#ifndef BS_CELL_H
#define BS_CELL_H

#include <buddysim/report.h>
#include <buddysim/sim.h>

#include "due.h"
#include "outcome.h"

#define BS_LABEL_MAX 128

/* An event that waits for its CPU. number: the block's. */
struct bs_deferred {
	bs_ns time;
	uint32_t number, offset;
	uint8_t kind, order, gfp, cpu;
};

/* A simulated CPU: the trace events that wait for it, oldest first, in a ring. */
struct bs_cell_cpu {
	bs_ns busy_until;
	bool wake_on; /* it has left the allocator and will run a pass */
	struct bs_deferred *ring;
	uint32_t head, n, cap; /* cap is a power of two */
};

/* In bs_cell.block_pfn: the allocation waits in the ring of that CPU. */
#define BS_PENDING_PFN UINT32_C(0xfffffe00)
static inline bool bs_is_pending(bs_pfn pfn)
{
	return pfn >= BS_PENDING_PFN && pfn < BS_PENDING_PFN + BS_MAX_CPUS;
}

struct bs_agree;
struct bs_future;

struct bs_cell {
	const struct bs_plan *plan;
	const struct bs_sim_config *cfg; /* the plan's */
	const struct bs_trace_info *info;
	const struct bs_strategy *strategy;
	unsigned int index; /* of the cell in its comparison */
	char label[BS_LABEL_MAX], params[256];
	struct bs_machine *m;
	struct bs_device *dev;
	struct bs_report_ctx *rc;
	struct bs_timeline *tl;
	struct bs_agree *agree; /* NULL unless the guest starts from a dumped state */
	struct bs_future *future; /* NULL unless the strategy knows it; the caller's */

	/* the clock */
	bs_ns now, next_due, next_sample, sample_interval;
	struct bs_due_queue due;
	bool wake_armed, wake_waiting, pass_running, paused, ended;
	int pass_cpu; /* the CPU that runs the pass, -1: the worker */
	bool cpu_waiting; /* a CPU's pass waits for the one that is running */
	int wake_generation;
	bs_ns wake_at, end;
	bool paused_wake; /* a wake stood still at the pause, paused_left before it was due */
	bs_ns paused_left;
	uint64_t next_check;

	/* the stream of trace events */
	struct bs_trace *trace;
	struct bs_trace_chunk chunk;
	unsigned int i, round;
	bs_ns base; /* virtual time at which this round's t0 lies */
	bool stream_end, round_pending;
	uint32_t number; /* allocation numbers taken in this round */
	uint32_t *block_pfn;
	size_t block_bytes;
	uint32_t untouched_below; /* blocks with a lower number were never shown to the device */
	bool lru[256];

	struct bs_cell_cpu *cpus;
	unsigned int nr_cpus;
	bool touch;
	bool zeroes, user[256]; /* does zeroing matter at all; of which gfp set is it done */
	struct bs_range known_zero; /* just allocated, and not to be zeroed; or BS_NO_PFN */
	enum bs_poison poison; /* when a free writes the pattern */
	unsigned int capacity; /* ranges per request */
	unsigned int host_pressure; /* as last told, percent */
	char violation_path[512]; /* of the file that still lacks the request */

	uint64_t used_bytes;
	struct bs_figures f;
	bool failed;
	struct bs_error err;

	/* requests in flight, or complete and not yet waited for: the device's ticket, and whether
	 * their completion has run, with what result; a strategy's ticket is the index */
	struct bs_call {
		bool used, done;
		int ticket, result;
	} * calls;
	unsigned int nr_calls;
};

/**
 * bs_cell_create - a guest with its memory, device and strategy, ready to run
 * @spec: "rotation:order=9,delay=2s"
 * @trace: scanned; the cell rewinds and reads it while it runs, the caller keeps it
 */
int bs_cell_create(const struct bs_plan *plan, const char *spec, struct bs_trace *trace,
		   struct bs_cell **out, struct bs_error *err);
/* Replay to the end of the window and take the figures. 0, or negative with @err. */
int bs_cell_run(struct bs_cell *c, struct bs_error *err);
void bs_cell_destroy(struct bs_cell *c);
/* What it has to say; valid as long as the cell is. */
void bs_cell_outcome(const struct bs_cell *c, struct bs_outcome *o);
/* The value a strategy's parameter @name has in @text; @fallback if it has no such parameter. */
uint64_t bs_strategy_value(const struct bs_strategy *s, const char *text, const char *name,
			   uint64_t fallback);

/* ---- between cell.c, replay.c, blocked.c and env.c ---- */

/* Run until @done, or until nothing is left to happen. Nests: a strategy that waits for its
 * device runs the world from inside. */
void bs_cell_advance(struct bs_cell *c, const bool *done);
/* Let virtual time pass to @t: integrals and samples; nothing else happens. */
void bs_cell_set_time(struct bs_cell *c, bs_ns t);
/* One allocation or free, now. */
void bs_cell_event(struct bs_cell *c, const struct bs_deferred *d);
/* content.c: @cpu overwrites the block that it frees (c->poison says when). */
void bs_cell_poison(struct bs_cell *c, uint32_t number, unsigned int cpu, bs_pfn pfn,
		    unsigned int order);
/* ... and zeroes the one that it got, of gfp set number @gfp (where c->zeroes). */
void bs_cell_zero(struct bs_cell *c, unsigned int cpu, bs_pfn pfn, unsigned int order,
		  unsigned int gfp);
/* The trace owns a block from now on, or no longer: for a strategy that knows the future. */
void bs_cell_note_owned(struct bs_cell *c, bs_pfn pfn, unsigned int order, bool owned);
static inline void bs_cell_owned(struct bs_cell *c, bs_pfn pfn, unsigned int order, bool owned)
{
	if (__builtin_expect(!!c->future, 0))
		bs_cell_note_owned(c, pfn, order, owned);
}
void bs_cell_fail(struct bs_cell *c, const struct bs_error *err);
void bs_cell_fail_memory(struct bs_cell *c);
/* violation.c: leave the state behind; changes the advice of c->err. */
void bs_cell_write_violation(struct bs_cell *c);
/* ... and the request that was about to be made, if one was. */
void bs_cell_violation_request(struct bs_cell *c, const struct bs_range *r, unsigned int n);
void bs_cell_push(struct bs_cell *c, bs_ns time, enum bs_due_class class, int what);
void bs_cell_complete(struct bs_cell *c, int number);
/* An allocation failed: what it gives once the strategy, as a client, has let go of pages. */
bs_pfn bs_cell_alloc_again(struct bs_cell *c, unsigned int cpu, unsigned int gfp,
			   unsigned int order);
/* The wake of @cpu is due: is it still wanted, and may its pass run now? */
bool bs_cell_take_wake_on(struct bs_cell *c, unsigned int cpu);
/* A pass has ended: CPUs that waited for that try again. */
void bs_cell_retry_wakes(struct bs_cell *c);
/* The window closes: take the figures. */
void bs_cell_end_window(struct bs_cell *c);
void bs_cell_env(struct bs_cell *c, struct bs_env *env);
/* blocked.c: @cpu works on something of @cost ns from now on; what it does next waits. */
void bs_cell_block_cpu(struct bs_cell *c, unsigned int cpu, bs_ns cost);
/* The event waits until CPU number @queue is free, behind those that wait for it already. */
void bs_cell_defer(struct bs_cell *c, unsigned int queue, const struct bs_deferred *d);
/* @cpu goes on, if it is free by now: what waits for it happens until it is blocked again. */
void bs_cell_release_cpu(struct bs_cell *c, unsigned int cpu);
/* What still waits for a CPU when a round ends happens at once, in CPU order. */
void bs_cell_drain(struct bs_cell *c);

#endif
