// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * churn.c - each task allocates, touches and frees the same amount, again and again: who takes memory
 * from it in between makes it fault that in again.
 */
#include "task.h"

enum { TIME = BS_LOAD_OF_TASKS, HOLD, PAUSE, TOUCH };

static const struct bs_param params[] = {
	BS_LOAD_COMMON,
	[BS_LOAD_SIZE] = {"size", BS_PARAM_SIZE, UINT64_C(512) << 20, BS_UNIT_SIZE,
			  BS_LOAD_SIZE_MAX, NULL, "memory of each task, rounded up to whole blocks",
			  false},
	[BS_LOAD_TASKS] = {"tasks", BS_PARAM_UINT, 1, 1, BS_LOAD_TASKS_MAX, NULL, "tasks", false},
	[BS_LOAD_ORDER] = {"order", BS_PARAM_ORDER, 9, 0, BS_LOAD_MAX_ORDER, NULL,
			   "order of each allocation: 9 = huge pages, 0 = base pages", false},
	[TIME] = BS_LOAD_UNTIL_PARAM(30 * BS_NS_PER_S),
	[HOLD] = {"hold", BS_PARAM_TIME, 0, 0, BS_LOAD_TIME_MAX, NULL,
		  "how long it keeps the memory", false},
	[PAUSE] = {"pause", BS_PARAM_TIME, 0, 0, BS_LOAD_TIME_MAX, NULL,
		   "time between a free and the next allocation", false},
	[TOUCH] = BS_LOAD_TOUCH_PARAM,
	{0},
};

enum phase { FILLS, FREES, PAUSES };

struct churn {
	enum phase phase;
	uint64_t at;
};

static bs_ns length(const uint64_t *v)
{
	return v[TIME];
}

static void fills(struct bs_task *t, struct churn *c, unsigned int order)
{
	if (!t->nr_blocks && bs_load_time_is_up(t, t->v[TIME])) {
		bs_task_over(t);
		return;
	}
	if (!t->nr_blocks)
		bs_task_cycle_begins(t);
	if (!bs_load_fill_some(t, bs_load_tasks_blocks(t->v), order, t->v[TOUCH]))
		return;
	bs_task_sleep(t, t->v[HOLD]);
	c->phase = FREES;
}

static void step(struct bs_task *t)
{
	const unsigned int order = (unsigned int)t->v[BS_LOAD_ORDER];
	struct churn *c = t->state;

	if (c->phase == FILLS) {
		fills(t, c, order);
	} else if (c->phase == FREES) {
		if (bs_load_free_some(t, &c->at, order))
			c->phase = PAUSES;
	} else {
		bs_task_cycle_done(t);
		bs_task_sleep(t, t->v[PAUSE]);
		c->phase = FILLS;
	}
}

const struct bs_load_kind bs_load_kind_churn = {
	.name = "churn",
	.summary = "tasks allocate, touch and free the same amount, again and again",
	.params = params,
	.state_size = sizeof(struct churn),
	.peak_bytes = bs_load_tasks_peak,
	.length = length,
	.nr_tasks = bs_load_tasks_number,
	.step = step,
};
