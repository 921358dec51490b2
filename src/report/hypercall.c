// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * hypercall.c - synchronous hypercall hints, Alexander Duyck's RFC (STRATEGIES.md, hypercall).
 *
 * No worker and no memory: the CPU that frees tells the host itself, one block per call, and waits.
 * A block of order >= 9 is told before anything else happens to it (freeing(), no lock); a block
 * that becomes order 9 by merging is told inside the merge loop, with the zone lock dropped around
 * the call (merged()). Reviewed as: tell the final block once, after merging (hint=final).
 */
#include "strategies.h"

enum { HINT, ORDER };
enum { HINT_MERGE, HINT_FINAL };

static const char *const hints[] = {"merge", "final", NULL};

static const struct bs_param params[] = {
	{.name = "hint",
	 .type = BS_PARAM_ENUM,
	 .def = HINT_MERGE,
	 .names = hints,
	 .help = "merge: at free, and when merging reaches the order; final: the block as it ends "
		 "up"},
	{.name = "order",
	 .role = BS_ROLE_ORDER,
	 .type = BS_PARAM_ORDER,
	 .def = 9,
	 .max = BS_MAX_ORDER,
	 .help = "smallest block that is told"},
	{.name = NULL},
};

/* The host's answer is ignored. */
static void freeing(struct bs_report_ctx *rc, const struct bs_block *b)
{
	if (bs_param_get(rc, HINT) == HINT_MERGE)
		bs_call_now(rc, &(struct bs_range){b->pfn, b->order}, b->cpu);
}

static void tell(struct bs_report_ctx *rc, const struct bs_block *b)
{
	bs_call_unlocked(rc, b->zone, &(struct bs_range){b->pfn, b->order}, b->cpu);
}

/* Exactly the order: a 4 MiB block was told as its two halves. */
static void merged(struct bs_report_ctx *rc, const struct bs_block *b)
{
	if (bs_param_get(rc, HINT) == HINT_MERGE && b->order == bs_param_get(rc, ORDER))
		tell(rc, b);
}

/* Merged as far as it will and not yet on a list: nobody else can have it. */
static void place(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why,
		  struct bs_spot *at)
{
	(void)at;
	if (bs_param_get(rc, HINT) == HINT_FINAL && why == BS_FREE)
		tell(rc, b);
}

static const struct bs_strategy_memory series = {
	.page = "0",
	.zone = "0",
	.rest = "one static key; memory cost 0",
	.note = "whether it is on is known to the core, for every strategy",
};

const struct bs_strategy bs_strategy_hypercall = {
	.name = "hypercall",
	.summary = "the freeing CPU tells the host each 2 MiB block and waits",
	.origin = "Alexander Duyck, [RFC] kvm: Report unused guest pages to host, 2019-02-04",
	.abi = BS_STRATEGY_ABI,
	.caps = BS_CAP_NO_WORKER | BS_CAP_DUPLICATES,
	.params = params,
	.freeing = freeing,
	.merged = merged,
	.place = place,
	.series = &series,
};
