/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parts.h - what a guest of a world consists of: its allocator, the memory behind it, its CPUs, what
 * reports its memory, and who looks on. Everybody in this room works on it; guest.h makes it.
 */
#ifndef BS_PARTS_H
#define BS_PARTS_H

#include <buddysim/device.h>
#include <buddysim/machine.h>
#include <buddysim/report.h>

#include "clock.h"
#include "compiler.h"
#include "cpu.h"
#include "watch.h"

#define BS_NO_CPU UINT32_MAX

struct bs_histogram;
struct bs_host_memory;
struct bs_page_cache;
struct bs_service;

/* What a strategy that knows the future is told (report.h). */
struct bs_foresight {
	void *arg;
	bs_ns (*next_use)(void *arg, bs_pfn pfn, unsigned int order);
	bs_ns break_even;
};

/* A request in flight, or complete and not yet waited for. */
struct bs_call {
	bool used, done;
	int ticket; /* the device's; or request.c's, if it is not there */
	int result;
};

/* Who moves pages that are in use (migrate.h). */
enum bs_mover {
	BS_MOVER_RANGE, /* a driver takes a range of memory */
	BS_MOVER_ASKED, /* somebody asked for compaction */
	BS_MOVER_REQUEST, /* a request compacts for itself */
	BS_MOVER_DAEMON, /* kcompactd */
	BS_NR_MOVERS,
};

struct bs_reporter {
	bs_ns wake_latency, wake_at;
	bool wake_armed, wake_waiting, pass_running;
	int wake_generation; /* a wake of an older one is cancelled */
	int pass_cpu; /* the CPU that runs the pass, -1: the worker */
	bool cpu_waiting; /* a CPU's pass waits for the one that is running */
	bool stop_waiting; /* switched off when the pass that is running ends */
	bool paused, paused_wake; /* a wake stood still at the pause ... */
	bs_ns paused_left; /* ... so long before it was due */
	uint64_t busy_asked, busy_told; /* whether the host is; how often it was */
	unsigned int pressure; /* of the host, percent, as last told */
	unsigned int capacity; /* ranges per request */
	struct bs_foresight future;
	bs_ns moved_ns; /* it had to move what was in its way, and has not waited for that yet */
	enum bs_mover mover_before; /* while it does */
	unsigned int mover_cpu;
	struct bs_call *calls; /* a strategy's ticket is the index */
	unsigned int nr_calls;
};

/* What the host's pauses, snapshots and restores did to it (pause.h). */
struct bs_saved {
	bool waits; /* a snapshot, for its reporter */
	bool stands, goes; /* the one or the other: goes is what others wait for */
	bool worker_stands; /* ... by the host's will */
	bs_ns stands_until, stood_ns; /* stood_ns: all its pauses */
	uint64_t paused_raw_bytes;
	unsigned int snapshots;
	uint64_t carried_bytes, free_bytes; /* by all of them; of that without an owner */
	bs_ns restored_at; /* the last time */
	uint64_t restored_bytes; /* content at each restore */
	uint64_t came_before; /* what had come out of snapshots by the last one */
	uint32_t next_unit; /* of which what is in use comes back next */
	struct bs_histogram
		*back; /* from the restore until a page in use was there; NULL: there was none */
};

/*
 * What was asked of its kernel at run time, and what came of it (guest_ask.h). In pages: @moved, and @scanned for that, by
 * compaction; @dropped, @reclaimed: of page cache. @gained: huge pages' worth of free blocks more than before it
 */
struct bs_acts {
	uint64_t compactions, drops, reclaims;
	uint64_t moved, scanned, gained, dropped, reclaimed;
};

struct bs_moves {
	bool follows; /* memory may be moved */
	enum bs_mover who;
	unsigned int
		cpu; /* that waits for it; BS_NO_CPU: a thread of the kernel does it by itself */
	bs_ns alone_ns; /* what that took, and nobody has waited for yet */
	uint64_t pages[BS_NR_MOVERS];
	bs_ns ns[BS_NR_MOVERS]; /* it took: copying, and what had to be faulted in */
};

struct bs_contention;
struct bs_page_cache;
struct bs_pressure;

struct bs_guest {
	struct bs_clock *clock;
	struct bs_machine *m;
	struct bs_device *dev;
	struct bs_report_ctx *rc;
	const struct bs_strategy *strategy;
	struct bs_cpu *cpus;
	unsigned int nr_cpus;
	struct bs_watch watch;
	struct bs_reporter reporter;

	bs_ns vmstat_busy, vmstat_idle; /* between two rounds of the vmstat work of a CPU */
	unsigned int page_shift; /* a page has 2^page_shift bytes */
	uint64_t used_bytes; /* of memory that has an owner */
	uint64_t process_bytes,
		huge_bytes; /* in processes, as its load says; of that in huge pages */
	uint64_t alloc_failed, false_oom;
	struct bs_pressure *pressure; /* memory is reclaimed (pressure.h); NULL: it is not */
	struct bs_page_cache *cache; /* of its files; NULL: nothing was read */
	uint64_t cache_pages, cache_dirty; /* that it has; of them those that no disk has yet */
	uint64_t rescued; /* allocations that a driver gave pages back for: nothing was left */
	bs_ns fault_ns; /* spent on backing memory again that had been given away */
	bool touch; /* owners write into what they get */
	bool follows; /* a recorded kernel, whose times hold the first touches: they delay nobody */
	bool client_works; /* for an allocation that found nothing ... */
	unsigned int client_cpu; /* ... on this CPU */
	struct bs_contention *contention; /* locks take time (locks.h); NULL: they do not */
	bool zeroes; /* zeroing is accounted for */
	struct bs_range known_zero; /* just allocated, and not to be zeroed; or BS_NO_PFN */
	enum bs_poison poison; /* when a free writes the pattern */
	bool ended; /* its window is closed: nothing is reported any more */
	struct bs_host_memory *host_memory; /* that it has a part of; NULL: nobody counts */
	uint64_t held_counted, swapped_counted; /* that part, as last counted */
	struct bs_service *service; /* who serves its requests */
	struct bs_load *load; /* what happens in it; NULL: nothing yet */
	struct bs_saved saved;
	struct bs_acts acts;
	struct bs_moves moves;
	bool running,
		killed; /* the host counts it as a guest; it was short of memory, and it had to go */
	bs_ns killed_at;
	struct bs_guest *after; /* the world's next one */
};

static inline uint64_t bs_guest_bytes(const struct bs_guest *g, unsigned int order)
{
	return UINT64_C(1) << (g->page_shift + order);
}

/* Order of the blocks that hold all of what a device looks at at once: 2 MiB. */
static inline unsigned int bs_guest_big(const struct bs_guest *g)
{
	return 21 - g->page_shift;
}

/* These pages have an owner from now on, or no longer. */
static inline void bs_guest_note_owned(struct bs_guest *g, bs_pfn pfn, unsigned int order,
				       bool owned)
{
	if (unlikely(g->watch.owned))
		g->watch.owned(g->watch.arg, pfn, order, owned);
}

#endif
