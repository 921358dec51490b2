// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * page_fault.c - will-it-scale's page_fault1: each task maps memory, touches every page of it and unmaps
 * it, again and again. As processes they share nothing but the allocator; as threads an address space, too.
 */
#include "task.h"

enum { THREADS = BS_LOAD_OF_TASKS, TIME, TOUCH };

static const struct bs_param params[] = {
	BS_LOAD_COMMON,
	[BS_LOAD_SIZE] = {"size", BS_PARAM_SIZE, UINT64_C(128) << 20, BS_UNIT_SIZE,
			  BS_LOAD_SIZE_MAX, NULL,
			  "memory that each task maps, rounded up to whole blocks", false},
	[BS_LOAD_TASKS] = {"tasks", BS_PARAM_UINT, 1, 1, BS_LOAD_TASKS_MAX, NULL,
			   "processes or threads", false},
	[BS_LOAD_ORDER] = {"order", BS_PARAM_ORDER, 0, 0, BS_LOAD_MAX_ORDER, NULL,
			   "order of each allocation: 9 = huge pages, 0 = base pages", false},
	[THREADS] = {"threads", BS_PARAM_BOOL, 0, 0, 1, NULL,
		     "tasks share an address space, whose lock they wait for, too "
		     "(--contention model)",
		     false},
	[TIME] = BS_LOAD_UNTIL_PARAM(15 * BS_NS_PER_S),
	[TOUCH] = BS_LOAD_TOUCH_PARAM,
	{0},
};

enum phase { TOUCHES, UNMAPS, DONE };

struct page_fault {
	enum phase phase;
	uint64_t at;
};

static bs_ns length(const uint64_t *v)
{
	return v[TIME];
}

static void touches(struct bs_task *t, struct page_fault *p, unsigned int order)
{
	const size_t before = t->nr_blocks;

	if (!before) {
		bs_task_cycle_begins(t);
		if (t->v[THREADS])
			bs_task_space(t);
	}
	if (bs_load_fill_some(t, bs_load_tasks_blocks(t->v), order, t->v[TOUCH]))
		p->phase = UNMAPS;
	for (size_t i = before; t->v[THREADS] && i < t->nr_blocks; i++)
		bs_task_space(t);
}

static void unmaps(struct bs_task *t, struct page_fault *p, unsigned int order)
{
	if (!p->at && t->v[THREADS])
		bs_task_space(t);
	if (bs_load_free_some(t, &p->at, order))
		p->phase = DONE;
}

static void step(struct bs_task *t)
{
	const unsigned int order = (unsigned int)t->v[BS_LOAD_ORDER];
	struct page_fault *p = t->state;

	if (p->phase == TOUCHES) {
		touches(t, p, order);
	} else if (p->phase == UNMAPS) {
		unmaps(t, p, order);
	} else {
		bs_task_cycle_done(t);
		p->phase = TOUCHES;
		if (bs_load_time_is_up(t, t->v[TIME]))
			bs_task_over(t);
	}
}

const struct bs_load_kind bs_load_kind_page_fault = {
	.name = "page-fault",
	.summary = "tasks map memory, touch every page and unmap it (will-it-scale's page_fault1)",
	.params = params,
	.state_size = sizeof(struct page_fault),
	.peak_bytes = bs_load_tasks_peak,
	.length = length,
	.nr_tasks = bs_load_tasks_number,
	.step = step,
};
