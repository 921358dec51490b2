// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * build.c - many short-lived processes, as a parallel build has them: each allocates blocks in small runs,
 * interleaved with the others, and gives all of them back when it exits. In the end all exit, so that
 * the tail shows what comes back.
 */
#include "anon.h"

#include <buddysim/gfp.h>

enum { EVENTS = BS_LOAD_OWN, LIVE, PROCESS, ORDER0, HUGE_SHARE, KERNEL, GAP, FILES, ANON };

#define RUN_MAX 16 /* blocks a process allocates before another one runs */
#define HUGE_ORDER 9

static const struct bs_param params[] = {
	BS_LOAD_COMMON_ON(1),
	[EVENTS] = {"events", BS_PARAM_UINT, 1000000, 2, UINT64_C(4000000000), NULL,
		    "allocations and frees together, at most", false},
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
		 "time that a CPU is busy from one of them to the next, on average", false},
	[FILES] = {"files", BS_PARAM_SIZE, 0, 0, UINT64_C(1) << 40, NULL,
		   "sources and libraries: with each allocation a process reads a page of them, "
		   "from somewhere on, through the page cache",
		   false},
	BS_ANON_PARAMS(ANON, BS_ANON_OFF, "; off: blocks, and no processes"),
	{0},
};

/* @left: allocations and frees that this place of a process has left, for all processes that run in it */
struct process {
	bool begun, exits;
	uint64_t left, target, run, freed, made;
	struct bs_anon heap; /* thp: what its blocks are; huge ones are areas of their own */
	uint64_t areas;
	uint64_t at; /* page of the files that is next */
};

#define HEAP_STEP (UINT64_C(128) << 10) /* as malloc() has it grow */
#define AREAS (UINT64_C(1) << 44)

static uint64_t nr_processes(const uint64_t *v)
{
	/* A large process is met more often than a small one: 2/3 of the mean size is live. */
	uint64_t n = (3 * v[LIVE] / 2 + v[PROCESS] - 1) / v[PROCESS];

	/* Each allocates and frees once, at least. */
	if (n > v[EVENTS] / 2)
		n = v[EVENTS] / 2;
	return n ? n : 1;
}

static unsigned int nr_tasks(const uint64_t *v)
{
	return (unsigned int)nr_processes(v) + bs_anon_khugepaged(&v[ANON]);
}

static uint64_t peak_bytes(const uint64_t *v)
{
	/* Percent of others, in pages: at most order 3 or 9; and twice the average live blocks. */
	uint64_t other = (100 - v[ORDER0]) * (8 * (1000 - v[HUGE_SHARE]) + 512 * v[HUGE_SHARE]);
	uint64_t per_block = (v[ORDER0] * 1000 + other) * BS_UNIT_SIZE / 100000;
	uint64_t blocks = 2 * v[LIVE] + 2 * v[PROCESS];

	/* Of its tables each process has a few, whatever it has. */
	return (blocks < v[EVENTS] ? blocks : v[EVENTS]) * per_block +
	       bs_load_blocks(v[FILES], 0) * BS_UNIT_SIZE +
	       (bs_anon_is_process(&v[ANON]) ? nr_processes(v) * (8 * BS_ANON_PAGE + HEAP_STEP)
					     : 0);
}

static uint64_t nr_cpus(const uint64_t *v)
{
	const uint64_t asked = v[BS_LOAD_CPUS], processes = nr_processes(v);

	return asked && asked < processes ? asked : processes;
}

static bs_ns length(const uint64_t *v)
{
	return v[EVENTS] / nr_cpus(v) * v[GAP];
}

static int check(const uint64_t *v, struct bs_error *err)
{
	const int ret = bs_anon_check("build", &params[ANON], &v[ANON], 0, 0, err);

	if (ret)
		return ret;
	/* A gap is at most twice the average. */
	return bs_load_check_time("build", v[EVENTS], 2 * v[GAP], "lower events or gap", err);
}

static unsigned int draw_order(struct bs_task *t)
{
	const uint64_t dice = bs_rng_next(&t->rng);

	if (dice % 100 < t->v[ORDER0])
		return 0;
	if (dice / 100 % 1000 < t->v[HUGE_SHARE])
		return HUGE_ORDER;
	/* 1/2, 1/4, 1/4: page tables and stacks, small slabs, larger slabs. */
	return dice >> 63 ? 1 : dice >> 62 & 1 ? 2 : 3;
}

static unsigned int draw_gfp(struct bs_task *t, unsigned int order)
{
	const uint64_t dice = bs_rng_next(&t->rng);

	if (order == HUGE_ORDER || dice % 100 >= t->v[KERNEL])
		return bs_load_user_gfp(order);
	return dice >> 63 ? BS_GFP_KERNEL | BS_GFP_RECLAIMABLE
			  : BS_GFP_KERNEL | BS_GFP_ACCOUNT | BS_GFP_ZERO;
}

/* Uniform over [0, 2 x gap]. */
static void works(struct bs_task *t)
{
	bs_task_work(t, bs_rng_below(&t->rng, 2 * t->v[GAP] + 1));
}

static void is_born(struct bs_task *t, struct process *p)
{
	const uint64_t most = p->left / 2;

	bs_task_forget(t);
	bs_task_cycle_begins(t);
	p->exits = false;
	p->freed = p->made = p->areas = 0;
	p->target = 1 + bs_rng_below(&t->rng, 2 * t->v[PROCESS] - 1);
	if (p->target > most)
		p->target = most;
	p->left -= 2 * p->target;
	if (t->v[FILES])
		p->at = bs_rng_below(&t->rng, bs_load_blocks(t->v[FILES], 0));
	if (!p->target)
		bs_task_over(t);
	else if (bs_anon_is_process(&t->v[ANON]))
		bs_anon_begin(t, &p->heap, &t->v[ANON], BS_ANON_AT, HEAP_STEP);
}

/* Its part of all events; what does not come out even is the first ones'. */
static void begins(struct bs_task *t, struct process *p)
{
	const uint64_t n = nr_processes(t->v), events = t->v[EVENTS];

	p->begun = true;
	p->left = events / n + (t->number < events % n);
	is_born(t, p);
}

/* So much more of its memory is written. */
static void writes(struct process *p, unsigned int order)
{
	if (order == HUGE_ORDER) {
		struct bs_anon area = p->heap;

		area.start = AREAS + BS_ANON_HUGE * p->areas++;
		area.bytes = BS_ANON_HUGE;
		area.at = 0;
		bs_space_map(area.space, area.start, area.bytes);
		while (area.at < area.bytes)
			bs_anon_touch(&area);
		return;
	}
	for (unsigned int i = 0; i < 1u << order; i++) {
		if (p->heap.at >= p->heap.bytes) {
			bs_space_grow(p->heap.space, p->heap.start + p->heap.bytes, HEAP_STEP);
			p->heap.bytes += HEAP_STEP;
		}
		bs_anon_touch(&p->heap);
	}
}

static void reads(struct bs_task *t, struct process *p)
{
	const struct bs_task_files files = {.pages = bs_load_blocks(t->v[FILES], 0)};

	if (!files.pages)
		return;
	bs_task_read(t, &files, p->at);
	p->at = (p->at + 1) % files.pages;
}

/* Some allocations, one each step, then it is another one's turn. */
static void runs(struct bs_task *t, struct process *p)
{
	const unsigned int order = draw_order(t), gfp = draw_gfp(t, order);

	if (!p->run)
		p->run = 1 + bs_rng_below(&t->rng, RUN_MAX);
	if (bs_anon_is_process(&t->v[ANON]) && bs_gfp_is_movable_user(gfp))
		writes(p, order);
	else
		bs_task_alloc(t, order, gfp);
	reads(t, p);
	works(t);
	p->exits = ++p->made >= p->target;
	if (--p->run && !p->exits)
		return;
	p->run = 0;
	bs_task_yield(t);
}

static void exits(struct bs_task *t, struct process *p)
{
	if (p->freed < t->nr_blocks) {
		bs_task_free(t, p->freed++);
		works(t);
		return;
	}
	/* The rest leaves together. */
	bs_task_work(t, (p->made - p->freed) * t->v[GAP]);
	bs_anon_exit(&p->heap);
	bs_task_cycle_done(t);
	is_born(t, p);
}

static void step(struct bs_task *t)
{
	struct process *p = t->state;

	if (t->number == nr_processes(t->v)) {
		bs_anon_khugepaged_step(t, &t->v[ANON]);
		return;
	}
	if (!p->begun)
		begins(t, p);
	else if (p->exits)
		exits(t, p);
	else
		runs(t, p);
}

const struct bs_load_kind bs_load_kind_build = {
	.name = "build",
	.summary = "many short-lived processes allocate in small runs and free all at exit",
	.params = params,
	.state_size = sizeof(struct process),
	.check = check,
	.peak_bytes = peak_bytes,
	.length = length,
	.nr_tasks = nr_tasks,
	.step = step,
};
