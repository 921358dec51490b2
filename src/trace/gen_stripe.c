// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gen_stripe.c - memory is allocated, then every other stripe of it is freed while the rest stays
 * in use. Blocks larger than a stripe are allocated and freed in part: that makes the stripes
 * contiguous and aligned wherever the guest's allocator puts the blocks.
 *
 *   stripe=1MiB, order 9   |ffffffff########|ffffffff########| ...   f: freed, #: stays in use
 */
#include "gen_kit.h"

#include <stdlib.h>

enum { SIZE, STRIPE, ORDER, FILL, HOLD, FREE, SHUFFLE, MEMORY };

static const struct bs_param params[] = {
	[SIZE] = {"size", BS_PARAM_SIZE, UINT64_C(600) << 20, BS_UNIT_SIZE, BS_GEN_SIZE_MAX, NULL,
		  "memory allocated, rounded up to whole blocks; half of it is freed", false},
	[STRIPE] = {"stripe", BS_PARAM_SIZE, UINT64_C(1) << 20, BS_UNIT_SIZE,
		    BS_UNIT_SIZE << (BS_TRACE_MAX_ORDER - 1), NULL,
		    "size of a stripe: a power of two, at most half a block", false},
	[ORDER] = {"order", BS_PARAM_ORDER, 9, 1, BS_TRACE_MAX_ORDER, NULL,
		   "order of the allocations that the stripes are cut from", false},
	[FILL] = {"fill", BS_PARAM_TIME, 500 * BS_NS_PER_MS, 0, BS_GEN_TIME_MAX, NULL,
		  "how long allocating takes, evenly", false},
	[HOLD] = {"hold", BS_PARAM_TIME, 5 * BS_NS_PER_S, 0, BS_GEN_TIME_MAX, NULL,
		  "time before the stripes are freed", false},
	[FREE] = {"free", BS_PARAM_TIME, 10 * BS_NS_PER_MS, 0, BS_GEN_TIME_MAX, NULL,
		  "how long freeing takes, evenly", false},
	[SHUFFLE] = {"shuffle", BS_PARAM_BOOL, 0, 0, 1, NULL, "free the stripes in random order",
		     false},
	[MEMORY] = BS_GEN_MEMORY_PARAM,
	{0},
};

static const char *const names[] = {"fill", "hold", "free stripes", "striped", NULL};

static uint64_t block_bytes(const uint64_t *v)
{
	return BS_UNIT_SIZE << v[ORDER];
}

static uint64_t nr_blocks(const uint64_t *v)
{
	return bs_gen_blocks(v[SIZE], (unsigned int)v[ORDER]);
}

static uint64_t peak_bytes(const uint64_t *v)
{
	return nr_blocks(v) * block_bytes(v);
}

static int check(const uint64_t *v, struct bs_error *err)
{
	if (v[STRIPE] & (v[STRIPE] - 1) || v[STRIPE] * 2 > block_bytes(v))
		return bs_error_set(err, BS_USAGE, 0, "generator stripe",
				    "use a stripe of 4KiB, 8KiB, ... up to half a block, or raise "
				    "order",
				    "a stripe must be a power of two and at most half a block");
	return 0;
}

static int emit_all(const uint64_t *v, const uint32_t *seq, struct bs_gen *g)
{
	const uint64_t n = nr_blocks(v), per_block = block_bytes(v) / v[STRIPE] / 2;
	const unsigned int pages = (unsigned int)(v[STRIPE] / BS_UNIT_SIZE);
	const unsigned int stripe_order = (unsigned int)__builtin_ctz(pages);
	int ret = bs_gen_fill_and_hold(g, n, (unsigned int)v[ORDER], v[FILL], v[HOLD]);
	const bs_ns start = g->now;

	for (uint64_t i = 0; i < n * per_block && !ret; i++) {
		unsigned int offset = (unsigned int)(seq[i] % per_block) * 2 * pages;

		g->now = start + bs_gen_spread(v[FREE], i, n * per_block);
		ret = bs_gen_free(g, seq[i] / per_block, offset, stripe_order, 0, 0);
	}
	g->now = start + v[FREE];
	return ret ? ret : bs_gen_mark(g, 3);
}

static int run(const uint64_t *v, uint64_t seed,
	       int (*emit)(void *arg, const struct bs_trace_event *ev), void *arg,
	       struct bs_error *err)
{
	struct bs_gen g = {.emit = emit, .arg = arg};
	uint32_t *seq = bs_gen_sequence(nr_blocks(v) * (block_bytes(v) / v[STRIPE] / 2), v[SHUFFLE],
					seed, err);
	int ret = seq ? emit_all(v, seq, &g) : -1;

	free(seq);
	return ret;
}

const struct bs_generator bs_gen_stripe = {
	.name = "stripe",
	.summary = "allocate all, then free every other stripe; the rest stays in use",
	.params = params,
	.names = names,
	.check = check,
	.peak_bytes = peak_bytes,
	.run = run,
};
