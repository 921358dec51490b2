/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pressure_parts.h - what a guest's reclaim keeps in mind (pressure.h). */
#ifndef BS_PRESSURE_PARTS_H
#define BS_PRESSURE_PARTS_H

#include <buddysim/reclaim.h>

#include "mm_compact.h"
#include "mm_reclaim.h"
#include "parts.h"

/* @evict: lets go of the block at @pfn, which is freed next; false: it stays. */
struct bs_lru_owner {
	void *arg;
	bool (*evict)(void *arg, bs_pfn pfn, unsigned int order);
};

/* Pages, where nothing else is said. */
struct bs_pressure_figures {
	uint64_t waited; /* requests that did not find memory at once */
	uint64_t direct, by_kswapd,
		asked; /* given back: for them, by kswapd, because somebody asked for that */
	uint64_t kswapd_runs, kcompactd_runs, proactive_runs;
	bs_ns kswapd_ns, kcompactd_ns; /* time of their own */
	uint64_t huge_gained; /* in free pageblocks, by compaction */
	uint64_t swapped_out, swapped_in, swap_peak;
	uint64_t written; /* of dirty page cache, because nothing clean was left */
	uint64_t oom_kills;
};

struct bs_kswapd {
	bool awake, running;
	unsigned int order, cpu; /* the largest that was asked for; who asked first */
	unsigned int failures; /* runs in a row that got nothing */
	struct bs_mm_kswapd run;
};

struct bs_kcompactd {
	bool awake;
	unsigned int order, cpu;
	bs_ns busy_until;
	unsigned int rests; /* looks of proactive compaction that are left out */
};

struct bs_pressure {
	struct bs_guest *g;
	struct bs_reclaim_costs costs;
	uint64_t swap_pages, swapped; /* the guest's swap, and what is in it */
	struct bs_lru_owner file, anon;
	/* Other caches of the guest: partly freed huge pages. Returns pages. */
	uint64_t (*shrink)(void *arg);
	void *shrink_arg;
	/* Dirty pages of files: some are written now, so that they can go. Returns how many, which @cpu or a daemon takes
	 * the time for. */
	uint64_t (*write_back)(void *arg);
	void *write_arg;
	/* Nothing helped: somebody who has much dies. False: nobody has anything. */
	bool (*oom)(void *arg, unsigned int cpu);
	void *oom_arg;
	uint64_t asked; /* for kswapd, as last seen */
	struct bs_mm_scans seen; /* as last counted */
	uint64_t written_seen, out_seen; /* the same of writing and swapping */
	unsigned int cpu; /* on whose behalf something is given back */
	bool in_kswapd; /* ... which is kswapd */
	bool defrag_mode;
	struct bs_kswapd kswapd;
	struct bs_kcompactd kcompactd;
	struct bs_pressure_figures f;
};

#endif
