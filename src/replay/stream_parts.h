/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stream_parts.h - a trace that is being replayed on a guest: where it is, which block is where, what
 * waits for its CPU. stream.c takes it through the trace, event.c lets one event happen.
 */
#ifndef BS_STREAM_PARTS_H
#define BS_STREAM_PARTS_H

#include <buddysim/sim.h>
#include <buddysim/trace.h>

#include "guest_memory.h"
#include "histogram.h"
#include "ledger.h"
#include "ring.h"

/*
 * How a recorded kernel beside the guest is followed, or a guest that reclaims gets in between. Every
 * function's first argument is @arg of the stream; numbers are the blocks'. All but @alloc and @end may be
 * NULL.
 * @alloc: in place of bs_alloc_pages(): the page that the block gets, or BS_NO_PFN
 * @is_placed_later: is it memory in use of which it is not known yet where it is? NULL: never
 * @place: it is about to be freed: it has been allocated at some time before. False, or NULL: it was not
 * @failed: a request that failed in the kernel
 * @begin: what is in use at t0 has been allocated; what else is resident then?
 * @end: the trace has been replayed once. 0, or negative with @err
 */
struct bs_follow_ops {
	bs_pfn (*alloc)(void *arg, uint32_t number, unsigned int cpu, unsigned int gfp,
			unsigned int order);
	bool (*is_placed_later)(const void *arg, uint32_t number);
	bool (*place)(void *arg, uint32_t number, unsigned int cpu, unsigned int order);
	void (*failed)(void *arg, uint32_t number, unsigned int cpu, unsigned int gfp,
		       unsigned int order);
	void (*begin)(void *arg);
	int (*end)(void *arg, struct bs_error *err);
};

/* In bs_stream.block_pfn: the allocation waits in the ring of that CPU. */
#define BS_PENDING_PFN UINT32_C(0xfffffe00)
static inline bool bs_is_pending(bs_pfn pfn)
{
	return pfn >= BS_PENDING_PFN && pfn < BS_PENDING_PFN + BS_MAX_CPUS;
}

/* What a stream counts. */
struct bs_stream_figures {
	uint64_t events;
	uint64_t allocations; /* that the trace asked for and the traced kernel had */
	uint64_t refused; /* of these, in the replay */
	uint64_t skipped_frees, unusable_frees;
	uint64_t gone_frees; /* of what had been given back by then, for lack of memory */
	uint64_t paused_raw_bytes;
	uint64_t unfinished; /* events that wait for a CPU when the window closes */
	/* What waited for a CPU: allocations, and how often a CPU came to have any event waiting. */
	uint64_t late_alloc_bytes, late_periods;
	bs_ns last_late; /* when an event that had waited happened last */
	bs_ns late_end; /* BS_NO_TIME: the last event never happened */
};

struct bs_stream {
	struct bs_load load;
	struct bs_guest *g;
	struct bs_clock *clock; /* the guest's */
	const struct bs_sim_config *cfg;
	void (*heard)(void *arg); /* a chunk is over; may be NULL */
	void *heard_arg;
	void (*over)(void *arg); /* the last event has happened */
	void *over_arg;
	const struct bs_follow_ops *follow; /* NULL: no recorded kernel beside this guest */
	void *follow_arg;

	struct bs_trace *trace;
	const struct bs_trace_info *info;
	struct bs_trace_chunk chunk;
	uint32_t *numbers; /* of each event of the chunk: the block it is about */
	bool numbered; /* ... are known, from @i on */
	struct bs_ledger *ledger; /* whose meter is the guest's own; may be NULL */
	unsigned int i, round;
	bs_ns base; /* virtual time at which this round's t0 lies */
	bool end, round_pending;
	uint32_t number; /* allocation numbers taken in this round */
	uint32_t *block_pfn;
	uint8_t *
		cut; /* a bit for each block of which a part was freed: the rest is not found elsewhere */
	uint8_t *gone; /* of each block: not 0 once it was given back; NULL: nothing ever is */
	size_t block_bytes;
	uint32_t untouched_below; /* blocks with a lower number were never shown to the device */
	struct bs_gfp_use use[256]; /* by number of the gfp set */
	struct bs_ring *waiting; /* of each CPU */
	uint64_t next_check;
	struct bs_stream_figures f;
	struct bs_histogram delays; /* of allocations, in ns; zeroes are added at the end */
};

#endif
