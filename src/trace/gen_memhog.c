// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gen_memhog.c - a process touches memory, keeps it for a while, exits; again, several times. The
 * load that Nitesh Lal's series was measured with, and the simplest that profits from reporting.
 */
#include "gen_kit.h"

#include <stdlib.h>

enum { SIZE, ORDER, CYCLES, HOLD, PAUSE, FILL, EXIT, SHUFFLE, MEMORY };

static const struct bs_param params[] = {
	[SIZE] = {"size", BS_PARAM_SIZE, UINT64_C(1) << 30, BS_UNIT_SIZE, BS_GEN_SIZE_MAX, NULL,
		  "memory the process touches, rounded up to whole blocks", false},
	[ORDER] = {"order", BS_PARAM_ORDER, 9, 0, BS_TRACE_MAX_ORDER, NULL,
		   "order of each allocation: 9 = huge pages, 0 = base pages", false},
	[CYCLES] = {"cycles", BS_PARAM_UINT, 3, 1, 1000000, NULL, "how often it runs", false},
	[HOLD] = {"hold", BS_PARAM_TIME, 10 * BS_NS_PER_S, 0, BS_GEN_TIME_MAX, NULL,
		  "how long it keeps the memory", false},
	[PAUSE] = {"pause", BS_PARAM_TIME, 20 * BS_NS_PER_S, 0, BS_GEN_TIME_MAX, NULL,
		   "time between its exit and the next start", false},
	[FILL] = {"fill", BS_PARAM_TIME, 500 * BS_NS_PER_MS, 0, BS_GEN_TIME_MAX, NULL,
		  "how long touching takes, evenly", false},
	[EXIT] = {"exit", BS_PARAM_TIME, 50 * BS_NS_PER_MS, 0, BS_GEN_TIME_MAX, NULL,
		  "how long freeing takes, evenly", false},
	[SHUFFLE] = {"shuffle", BS_PARAM_BOOL, 0, 0, 1, NULL,
		     "free in random order instead of allocation order", false},
	[MEMORY] = BS_GEN_MEMORY_PARAM,
	{0},
};

static const char *const names[] = {"fill", "hold", "exit", "pause", NULL};

static uint64_t nr_blocks(const uint64_t *v)
{
	return bs_gen_blocks(v[SIZE], (unsigned int)v[ORDER]);
}

static uint64_t peak_bytes(const uint64_t *v)
{
	return nr_blocks(v) * (BS_UNIT_SIZE << v[ORDER]);
}

static int check(const uint64_t *v, struct bs_error *err)
{
	return bs_gen_check_time("memhog", v[CYCLES], v[FILL] + v[HOLD] + v[EXIT] + v[PAUSE],
				 "lower cycles, hold or pause", err);
}

static int cycle(const uint64_t *v, const uint32_t *seq, struct bs_gen *g)
{
	const uint64_t n = nr_blocks(v), first = g->numbers;
	const unsigned int order = (unsigned int)v[ORDER];
	/* Base pages leave a process as page lists. */
	const unsigned int flags = order ? 0 : BS_EVF_BATCHED;
	int ret = bs_gen_fill_and_hold(g, n, order, v[FILL], v[HOLD]);
	const bs_ns start = g->now;

	for (uint64_t i = 0; i < n && !ret; i++) {
		g->now = start + bs_gen_spread(v[EXIT], i, n);
		ret = bs_gen_free(g, first + seq[i], 0, order, flags, 0);
	}
	g->now = start + v[EXIT];
	if (!ret)
		ret = bs_gen_mark(g, 3);
	g->now += v[PAUSE];
	return ret;
}

static int run(const uint64_t *v, uint64_t seed,
	       int (*emit)(void *arg, const struct bs_trace_event *ev), void *arg,
	       struct bs_error *err)
{
	struct bs_gen g = {.emit = emit, .arg = arg};
	uint32_t *seq = bs_gen_sequence(nr_blocks(v), v[SHUFFLE], seed, err);
	int ret = seq ? 0 : -1;

	for (uint64_t i = 0; i < v[CYCLES] && !ret; i++)
		ret = cycle(v, seq, &g);
	free(seq);
	return ret;
}

const struct bs_generator bs_gen_memhog = {
	.name = "memhog",
	.summary = "a process touches memory, keeps it, exits; again, several times",
	.params = params,
	.names = names,
	.check = check,
	.peak_bytes = peak_bytes,
	.run = run,
};
