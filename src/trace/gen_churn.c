// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gen_churn.c - many short-lived processes, as a parallel build has them: each allocates blocks in
 * small runs, interleaved with the others, and gives all of them back when it exits. In the end
 * all exit, so that the trace's tail shows what comes back.
 */
#include "gen_kit.h"

#include <errno.h>
#include <stdlib.h>

#include <buddysim/gfp.h>

enum { EVENTS, LIVE, PROCESS, ORDER0, HUGE_SHARE, KERNEL, GAP, CPUS, MEMORY };

#define RUN_MAX 16 /* blocks a process allocates before another one runs */

static const struct bs_param params[] = {
	[EVENTS] = {"events", BS_PARAM_UINT, 1000000, 2, UINT64_C(4000000000), NULL,
		    "allocations and frees together", false},
	[LIVE] = {"live", BS_PARAM_UINT, 50000, 1, 50000000, NULL,
		  "blocks that are live on average, once the load is up", false},
	[PROCESS] = {"process", BS_PARAM_UINT, 400, 1, 1000000, NULL,
		     "blocks a process allocates, on average", false},
	[ORDER0] = {"order0", BS_PARAM_UINT, 97, 0, 100, NULL,
		    "percent of the allocations that are single pages; the others are mostly "
		    "order 1 to 3",
		    false},
	[HUGE_SHARE] = {"huge", BS_PARAM_UINT, 0, 0, 1000, NULL,
			"of a thousand other allocations, how many are huge pages (order 9)",
			false},
	[KERNEL] = {"kernel", BS_PARAM_UINT, 10, 0, 100, NULL,
		    "percent of the allocations that are the kernel's own, unmovable or "
		    "reclaimable",
		    false},
	[GAP] = {"gap", BS_PARAM_TIME, 1 * BS_NS_PER_US, 0, BS_NS_PER_S, NULL,
		 "time between two events, on average", false},
	[CPUS] = {"cpus", BS_PARAM_UINT, 1, 1, BS_MAX_CPUS, NULL, "CPUs the processes run on",
		  false},
	[MEMORY] = BS_GEN_MEMORY_PARAM,
	{0},
};

/** A process: its blocks, number << 4 | order each. */
struct process {
	uint64_t *block;
	uint32_t nr, cap, target;
	uint8_t cpu;
};

struct churn {
	const uint64_t *v;
	struct bs_gen g;
	struct bs_rng rng;
	struct process *process;
	uint64_t nr_processes, emitted, live;
};

static uint64_t nr_processes(const uint64_t *v)
{
	/* A large process is met more often than a small one: 2/3 of the mean size is live. */
	uint64_t n = (3 * v[LIVE] / 2 + v[PROCESS] - 1) / v[PROCESS];

	return n ? n : 1;
}

static uint64_t peak_bytes(const uint64_t *v)
{
	/* Percent of others, in pages: at most order 3 or 9; and twice the average live blocks. */
	uint64_t other = (100 - v[ORDER0]) * (8 * (1000 - v[HUGE_SHARE]) + 512 * v[HUGE_SHARE]);
	uint64_t per_block = (v[ORDER0] * 1000 + other) * BS_UNIT_SIZE / 100000;
	uint64_t blocks = 2 * v[LIVE] + 2 * v[PROCESS];

	return (blocks < v[EVENTS] ? blocks : v[EVENTS]) * per_block;
}

static int check(const uint64_t *v, struct bs_error *err)
{
	/* A gap is at most twice the average. */
	return bs_gen_check_time("churn", v[EVENTS], 2 * v[GAP], "lower events or gap", err);
}

static unsigned int draw_order(struct churn *c)
{
	const uint64_t dice = bs_rng_next(&c->rng);

	if (dice % 100 < c->v[ORDER0])
		return 0;
	if (dice / 100 % 1000 < c->v[HUGE_SHARE])
		return 9;
	/* 1/2, 1/4, 1/4: page tables and stacks, small slabs, larger slabs. */
	return dice >> 63 ? 1 : dice >> 62 & 1 ? 2 : 3;
}

static uint32_t draw_gfp(struct churn *c, unsigned int order)
{
	const uint64_t dice = bs_rng_next(&c->rng);

	if (order == 9 || dice % 100 >= c->v[KERNEL])
		return bs_gen_user_gfp(order);
	return dice >> 63 ? BS_GFP_KERNEL | BS_GFP_RECLAIMABLE
			  : BS_GFP_KERNEL | BS_GFP_ACCOUNT | BS_GFP_ZERO;
}

/* Uniform over [0, 2 x gap]. */
static void pass_time(struct churn *c)
{
	c->g.now += bs_rng_below(&c->rng, 2 * c->v[GAP] + 1);
}

static int grow(struct process *p, struct bs_error *err)
{
	uint32_t cap = p->cap ? p->cap * 2 : 64;
	uint64_t *bigger;

	if (p->nr < p->cap)
		return 0;
	bigger = realloc(p->block, cap * sizeof(*bigger));
	if (!bigger)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, "generator churn", NULL,
				    "blocks of a process");
	p->block = bigger;
	p->cap = cap;
	return 0;
}

static void born(struct churn *c, struct process *p)
{
	p->nr = 0;
	p->target = 1 + (uint32_t)bs_rng_below(&c->rng, 2 * c->v[PROCESS] - 1);
	p->cpu = (uint8_t)bs_rng_below(&c->rng, c->v[CPUS]);
}

static int exits(struct churn *c, struct process *p)
{
	int ret = 0;

	for (uint32_t i = 0; i < p->nr && !ret; i++) {
		unsigned int order = p->block[i] & 15;

		ret = bs_gen_free(&c->g, p->block[i] >> 4, 0, order, order ? 0 : BS_EVF_BATCHED,
				  p->cpu);
		pass_time(c);
	}
	c->emitted += p->nr;
	c->live -= p->nr;
	born(c, p);
	return ret;
}

/* A process runs: some allocations, or its exit. */
static int runs(struct churn *c, struct process *p, struct bs_error *err)
{
	uint64_t n = 1 + bs_rng_below(&c->rng, RUN_MAX);
	int ret = 0;

	if (p->nr >= p->target)
		return exits(c, p);
	/* Each allocation needs its free within the number of events, too. */
	while (n-- && p->nr < p->target && c->emitted + c->live + 2 <= c->v[EVENTS] && !ret) {
		unsigned int order = draw_order(c);

		ret = grow(p, err);
		if (ret)
			return ret;
		p->block[p->nr++] = c->g.numbers << 4 | order;
		ret = bs_gen_alloc(&c->g, order, draw_gfp(c, order), p->cpu);
		c->emitted++;
		c->live++;
		pass_time(c);
	}
	return ret;
}

static int emit_all(struct churn *c, struct bs_error *err)
{
	int ret = 0;

	for (uint64_t i = 0; i < c->nr_processes; i++)
		born(c, &c->process[i]);
	while (c->emitted + c->live + 2 <= c->v[EVENTS] && !ret)
		ret = runs(c, &c->process[bs_rng_below(&c->rng, c->nr_processes)], err);
	for (uint64_t i = 0; i < c->nr_processes && !ret; i++)
		ret = exits(c, &c->process[i]);
	return ret;
}

static int run(const uint64_t *v, uint64_t seed,
	       int (*emit)(void *arg, const struct bs_trace_event *ev), void *arg,
	       struct bs_error *err)
{
	struct churn c = {
		.v = v,
		.g = {.emit = emit, .arg = arg},
		.nr_processes = nr_processes(v),
	};
	int ret;

	c.process = calloc(c.nr_processes, sizeof(*c.process));
	if (!c.process)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, "generator churn", NULL, "processes");
	bs_rng_seed(&c.rng, seed);
	ret = emit_all(&c, err);
	for (uint64_t i = 0; i < c.nr_processes; i++)
		free(c.process[i].block);
	free(c.process);
	return ret;
}

const struct bs_generator bs_gen_churn = {
	.name = "churn",
	.summary = "many short-lived processes allocate in small runs and free all at exit",
	.params = params,
	.check = check,
	.peak_bytes = peak_bytes,
	.run = run,
};
