// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * write.c - one program writes much memory with several threads, keeps it, frees all of it, waits, and does it
 * again: the write benchmark that HyperAlloc was measured with.
 */
#include "task.h"

enum { CYCLES = BS_LOAD_OF_TASKS, HOLD, PAUSE, TOUCH };

static const struct bs_param params[] = {
	BS_LOAD_COMMON,
	[BS_LOAD_SIZE] = {"size", BS_PARAM_SIZE, UINT64_C(1) << 30, BS_UNIT_SIZE, BS_LOAD_SIZE_MAX,
			  NULL,
			  "memory that all tasks write together, in equal shares of whole blocks",
			  false},
	[BS_LOAD_TASKS] = {"tasks", BS_PARAM_UINT, 1, 1, BS_LOAD_TASKS_MAX, NULL,
			   "threads, which begin each cycle together", false},
	[BS_LOAD_ORDER] = {"order", BS_PARAM_ORDER, 9, 0, BS_LOAD_MAX_ORDER, NULL,
			   "order of each allocation: 9 = huge pages, 0 = base pages", false},
	[CYCLES] = {"cycles", BS_PARAM_UINT, 5, 1, 1000000, NULL, "how often it is written", false},
	[HOLD] = {"hold", BS_PARAM_TIME, 0, 0, BS_LOAD_TIME_MAX, NULL,
		  "how long it keeps the memory", false},
	[PAUSE] = {"pause", BS_PARAM_TIME, 20 * BS_NS_PER_S, 0, BS_LOAD_TIME_MAX, NULL,
		   "time between a free and the next cycle", false},
	[TOUCH] = BS_LOAD_TOUCH_PARAM,
	{0},
};

enum phase { WRITES, HOLDS, FREES, PAUSES };

struct writer {
	enum phase phase;
	uint64_t at, cycle;
};

static uint64_t nr_blocks(const uint64_t *v)
{
	return bs_load_blocks((v[BS_LOAD_SIZE] + v[BS_LOAD_TASKS] - 1) / v[BS_LOAD_TASKS],
			      (unsigned int)v[BS_LOAD_ORDER]);
}

static uint64_t peak_bytes(const uint64_t *v)
{
	return v[BS_LOAD_TASKS] * nr_blocks(v) * (BS_UNIT_SIZE << v[BS_LOAD_ORDER]);
}

/* A CPU writes the shares of all its tasks, one after the other. */
static bs_ns cycle_ns(const uint64_t *v)
{
	const unsigned int order = (unsigned int)v[BS_LOAD_ORDER];
	const uint64_t asked = v[BS_LOAD_CPUS];
	const uint64_t cpus = asked && asked < v[BS_LOAD_TASKS] ? asked : v[BS_LOAD_TASKS];
	const uint64_t shares = (v[BS_LOAD_TASKS] + cpus - 1) / cpus;
	const bs_ns each = bs_load_touch_ns(v[TOUCH], order) + bs_load_free_ns(order);

	return shares * nr_blocks(v) * each + v[HOLD];
}

static bs_ns length(const uint64_t *v)
{
	return v[CYCLES] * (cycle_ns(v) + v[PAUSE]) - v[PAUSE];
}

static int check(const uint64_t *v, struct bs_error *err)
{
	return bs_load_check_time("write", v[CYCLES], cycle_ns(v) + v[PAUSE],
				  "lower cycles, hold or pause", err);
}

static void writes(struct bs_task *t, struct writer *w, unsigned int order)
{
	if (!t->nr_blocks)
		bs_task_cycle_begins(t);
	if (!bs_load_fill_some(t, nr_blocks(t->v), order, t->v[TOUCH]))
		return;
	/* It is one program's memory: nothing is freed before all of it is written. */
	bs_task_meet(t);
	w->phase = HOLDS;
}

static void step(struct bs_task *t)
{
	const unsigned int order = (unsigned int)t->v[BS_LOAD_ORDER];
	struct writer *w = t->state;

	if (w->phase == WRITES) {
		writes(t, w, order);
	} else if (w->phase == HOLDS) {
		bs_task_sleep(t, t->v[HOLD]);
		w->phase = FREES;
	} else if (w->phase == FREES) {
		if (!bs_load_free_some(t, &w->at, order))
			return;
		bs_task_cycle_done(t);
		bs_task_meet(t);
		w->phase = PAUSES;
	} else if (++w->cycle == t->v[CYCLES]) {
		bs_task_over(t);
	} else {
		bs_task_sleep(t, t->v[PAUSE]);
		w->phase = WRITES;
	}
}

const struct bs_load_kind bs_load_kind_write = {
	.name = "write",
	.summary = "threads write much memory, free all of it, wait, and again",
	.params = params,
	.state_size = sizeof(struct writer),
	.check = check,
	.peak_bytes = peak_bytes,
	.length = length,
	.nr_tasks = bs_load_tasks_number,
	.step = step,
};
