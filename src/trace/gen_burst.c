// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gen_burst.c - N MiB are released at once, in blocks that merge as far as they can, or in blocks
 * whose buddies stay in use: what a strategy needs to drain it follows from its rules alone.
 *
 *   fragmentation=none        |ffffffffffffffff|ffffffffffffffff|
 *   fragmentation=alternate   |ffffffff########|ffffffff########|   allocated one order higher,
 *                                                                   freed by halves
 */
#include "gen_kit.h"

#include <stdlib.h>

enum { SIZE, ORDER, FRAGMENTATION, FILL, HOLD, RELEASE, SHUFFLE, MEMORY };
enum { NONE, ALTERNATE };

static const char *const fragmentations[] = {"none", "alternate", NULL};

static const struct bs_param params[] = {
	[SIZE] = {"size", BS_PARAM_SIZE, UINT64_C(6) << 30, BS_UNIT_SIZE, BS_GEN_SIZE_MAX, NULL,
		  "memory released, rounded up to whole blocks", false},
	[ORDER] = {"order", BS_PARAM_ORDER, BS_TRACE_MAX_ORDER, 0, BS_TRACE_MAX_ORDER, NULL,
		   "order of the released blocks", false},
	[FRAGMENTATION] = {"fragmentation", BS_PARAM_ENUM, NONE, 0, 0, fragmentations,
			   "none: released blocks merge; alternate: each one's buddy stays in use",
			   false},
	[FILL] = {"fill", BS_PARAM_TIME, 500 * BS_NS_PER_MS, 0, BS_GEN_TIME_MAX, NULL,
		  "how long allocating takes, evenly", false},
	[HOLD] = {"hold", BS_PARAM_TIME, 5 * BS_NS_PER_S, 0, BS_GEN_TIME_MAX, NULL,
		  "time before the release", false},
	[RELEASE] = {"release", BS_PARAM_TIME, 0, 0, BS_GEN_TIME_MAX, NULL,
		     "how long the release takes, evenly; 0: all at one instant", false},
	[SHUFFLE] = {"shuffle", BS_PARAM_BOOL, 0, 0, 1, NULL, "release in random order", false},
	[MEMORY] = BS_GEN_MEMORY_PARAM,
	{0},
};

static const char *const names[] = {"fill", "hold", "release", "released", NULL};

static uint64_t nr_blocks(const uint64_t *v)
{
	return bs_gen_blocks(v[SIZE], (unsigned int)v[ORDER]);
}

/* Order of the allocations: with busy buddies, each holds the released block and its buddy. */
static unsigned int alloc_order(const uint64_t *v)
{
	return (unsigned int)v[ORDER] + (v[FRAGMENTATION] == ALTERNATE);
}

static uint64_t peak_bytes(const uint64_t *v)
{
	return nr_blocks(v) * (BS_UNIT_SIZE << alloc_order(v));
}

static int check(const uint64_t *v, struct bs_error *err)
{
	if (alloc_order(v) > BS_TRACE_MAX_ORDER)
		return bs_error_set(err, BS_USAGE, 0, "generator burst",
				    "use fragmentation=none, or an order below 10",
				    "blocks of order 10 never merge: no buddy can hinder them");
	return 0;
}

static int emit_all(const uint64_t *v, const uint32_t *seq, struct bs_gen *g)
{
	const uint64_t n = nr_blocks(v);
	int ret = bs_gen_fill_and_hold(g, n, alloc_order(v), v[FILL], v[HOLD]);
	const bs_ns start = g->now;

	for (uint64_t i = 0; i < n && !ret; i++) {
		g->now = start + bs_gen_spread(v[RELEASE], i, n);
		ret = bs_gen_free(g, seq[i], 0, (unsigned int)v[ORDER], 0, 0);
	}
	g->now = start + v[RELEASE];
	return ret ? ret : bs_gen_mark(g, 3);
}

static int run(const uint64_t *v, uint64_t seed,
	       int (*emit)(void *arg, const struct bs_trace_event *ev), void *arg,
	       struct bs_error *err)
{
	struct bs_gen g = {.emit = emit, .arg = arg};
	uint32_t *seq = bs_gen_sequence(nr_blocks(v), v[SHUFFLE], seed, err);
	int ret = seq ? emit_all(v, seq, &g) : -1;

	free(seq);
	return ret;
}

const struct bs_generator bs_gen_burst = {
	.name = "burst",
	.summary = "release much memory at once, merging or between blocks in use",
	.params = params,
	.names = names,
	.check = check,
	.peak_bytes = peak_bytes,
	.run = run,
};
