/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ctx_base.h - the reporting context, for the files that make it up. No strategy includes this.
 *
 *   ctx_base.c    what everything else stands on: state, parameters, time, memory
 *   ctx_list.c    zones, locks, lists, marks
 *   ctx_take.c    taking blocks and giving them back
 *   ctx_figures.c what was counted
 *   ctx_held.c    what memory without an owner is to the strategy
 *   ctx_submit.c  requests
 *   ctx_hooks.c   from the allocator's hooks to the strategy's
 *   ctx.c         its life: create, start, pass, stop, destroy
 */
#ifndef BS_REPORT_CTX_BASE_H
#define BS_REPORT_CTX_BASE_H

#include <buddysim/report.h>

#include "mm_report.h"
#include "taken.h"

#define BS_NO_ZONE (-1)

/* Memory a strategy asked for; the payload follows, aligned for anything. */
struct bs_chunk {
	struct bs_chunk *next, **link;
	size_t bytes;
	enum bs_scope scope;
	max_align_t payload[];
};

/* A request that bs_wait() has not collected yet. */
struct bs_ticket {
	struct bs_ticket *next;
	int number;
	bool waiting;
	unsigned int n, room;
	struct bs_range *r;
};

struct bs_report_ctx {
	struct bs_machine *m;
	const struct bs_strategy *s;
	struct bs_env env;
	struct bs_hooks hooks;
	struct bs_param *params; /* as they are on this machine */
	uint64_t *values;
	int order_param; /* which of them is the smallest order that is reported; -1: none */
	void *state, *cpu_state, *zone_state;
	unsigned int nr_cpus, nr_zones;
	struct bs_chunk *chunks;

	bool started, in_pass, wake_pending;
	bs_ns wake_due; /* of the pending wake, as it was asked for */
	uint32_t listen_mask;
	unsigned int lowest_order;

	/* The zone whose lock the code now running holds, or BS_NO_ZONE; and the block whose hook
	 * is running, with the hook, for the calls that only some hooks may make. */
	int locked;
	enum bs_hook in_hook;
	const struct bs_block *hook_block;
	struct bs_range *deferred; /* bs_defer(): nothing of them is an owner's yet */
	unsigned int nr_deferred, deferred_room;

	struct bs_taken_set taken;
	struct bs_ticket *tickets;
	uint64_t isolated_pages[BS_MAX_ZONES];
	uint32_t isolated_blocks[BS_MAX_ZONES][BS_NR_ORDERS];

	/* For a strategy without marks: one bit per 2^told_order pages, "reported since it was last
	 * given to somebody". An instrument of ours, not a cost of the strategy's. */
	uint64_t *told;
	unsigned int told_order;

	/* Of a client's blocks, a bit for each page of those that the host has answered for. */
	uint64_t *given;
	size_t given_words;
	uint64_t given_pages;

	struct bs_report_stats stats;
};

/* Records a broken law and returns @holds, so that the caller can also refuse to go on. */
static inline bool bs_law(const struct bs_report_ctx *rc, bool holds, const char *law, bs_pfn pfn)
{
	if (__builtin_expect(!holds, 0))
		rc->env.violated(rc->env.arg, law, pfn);
	return holds;
}

/* The strategy's own memory has grown: is it the most ever? */
void bs_ctx_note_peak(struct bs_report_ctx *rc);

#endif
