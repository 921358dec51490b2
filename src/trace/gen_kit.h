/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gen_kit.h - what the generators share: a clock, allocation numbers, and a place to send events to.
 * A generator is one file, gen_NAME.c, that includes this and defines bs_gen_NAME, and one line in
 * generators.def.
 */
#ifndef BS_TRACE_GEN_KIT_H
#define BS_TRACE_GEN_KIT_H

#include <buddysim/trace.h>

#include "format.h"
#include "rng.h"

struct bs_gen {
	int (*emit)(void *arg, const struct bs_trace_event *ev);
	void *arg;
	bs_ns now;
	uint64_t numbers; /* allocations so far; the next one's number */
};

/* Each passes on what emit returned: 0 to go on. */
int bs_gen_alloc(struct bs_gen *g, unsigned int order, uint32_t gfp, unsigned int cpu);
int bs_gen_free(struct bs_gen *g, uint64_t number, unsigned int offset, unsigned int order,
		unsigned int flags, unsigned int cpu);
int bs_gen_mark(struct bs_gen *g, unsigned int name);
/* The gfp mask that user memory of this order is allocated with. */
uint32_t bs_gen_user_gfp(unsigned int order);
/* Whole blocks of @order that hold @bytes. */
static inline uint64_t bs_gen_blocks(uint64_t bytes, unsigned int order)
{
	const uint64_t block = BS_UNIT_SIZE << order;

	return (bytes + block - 1) / block;
}
/* Marks 0 to 2 and what is between them: @n blocks of user memory, spread evenly over @fill, then
 * @hold in which nothing happens. */
int bs_gen_fill_and_hold(struct bs_gen *g, uint64_t n, unsigned int order, bs_ns fill, bs_ns hold);
/* 0 .. n-1, in order or shuffled; the caller frees it. NULL: out of memory, @err filled. */
uint32_t *bs_gen_sequence(uint64_t n, bool shuffle, uint64_t seed, struct bs_error *err);
/* Time of step @i of @n when they are spread evenly over @span. */
static inline bs_ns bs_gen_spread(bs_ns span, uint64_t i, uint64_t n)
{
	return (bs_ns)((unsigned __int128)span * i / n);
}
/* @n times @each is a time that a trace can hold: 0, or BS_USAGE with @advice, before anything is
 * written. */
int bs_gen_check_time(const char *generator, uint64_t n, bs_ns each, const char *advice,
		      struct bs_error *err);

#define BS_GEN_MEMORY_PARAM                                                          \
	{                                                                            \
		"memory", BS_PARAM_SIZE, 0, 0, UINT64_C(1) << 41, NULL,              \
			"size of the guest, noted in the trace; 0: what fits", false \
	}
#define BS_GEN_SIZE_MAX (UINT64_C(1) << 41)
#define BS_GEN_TIME_MAX (UINT64_C(86400) * BS_NS_PER_S)

#endif
