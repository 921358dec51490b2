// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * page_fault.c - will-it-scale's page_fault1: each task maps memory, touches every page of it and unmaps
 * it, again and again. As processes they share nothing but the allocator; as threads an address space, too.
 */
#include "anon.h"

enum { THREADS = BS_LOAD_OF_TASKS, TIME, TOUCH, ANON };

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
	BS_ANON_PARAMS(ANON, BS_ANON_OFF, "; off: blocks of the order above, and no process"),
	{0},
};

enum phase { TOUCHES, UNMAPS, DONE };

struct page_fault {
	enum phase phase;
	uint64_t at;
	struct bs_anon anon;
};

static int check(const uint64_t *v, struct bs_error *err)
{
	return bs_anon_check("page-fault", &params[ANON], &v[ANON], v[BS_LOAD_ORDER],
			     params[BS_LOAD_ORDER].def, err);
}

static uint64_t peak_bytes(const uint64_t *v)
{
	return bs_anon_is_process(&v[ANON]) ? v[BS_LOAD_TASKS] * bs_anon_peak(v[BS_LOAD_SIZE])
					    : bs_load_tasks_peak(v);
}

static unsigned int nr_tasks(const uint64_t *v)
{
	return bs_load_tasks_number(v) + bs_anon_khugepaged(&v[ANON]);
}

static bs_ns length(const uint64_t *v)
{
	return v[TIME];
}

/* Threads have areas of one address space, huge pages apart. */
static bool begin_process(struct bs_task *t, struct page_fault *p)
{
	const uint64_t size = t->v[BS_LOAD_SIZE], *v = &t->v[ANON];
	const uint64_t apart = (size / BS_ANON_HUGE + 2) * BS_ANON_HUGE;

	if (t->v[THREADS])
		return bs_anon_begin_shared(t, &p->anon, v, BS_ANON_AT + t->number * apart, size);
	return bs_anon_begin(t, &p->anon, v, BS_ANON_AT, size);
}

/* How many faults that were. */
static uint64_t touch_some(struct bs_task *t, struct page_fault *p, unsigned int order)
{
	const uint64_t before = t->nr_blocks + p->anon.at;
	bool all;

	if (bs_anon_is_process(&t->v[ANON])) {
		if (!p->anon.space && !begin_process(t, p))
			return 0;
		all = bs_anon_fill_some(t, &p->anon, t->v[TOUCH]);
	} else {
		all = bs_load_fill_some(t, bs_load_tasks_blocks(t->v), order, t->v[TOUCH]);
	}
	if (all)
		p->phase = UNMAPS;
	return bs_anon_is_process(&t->v[ANON]) ? (p->anon.at - before) / BS_ANON_PAGE
					       : t->nr_blocks - before;
}

static void touches(struct bs_task *t, struct page_fault *p, unsigned int order)
{
	uint64_t faults;

	if (!t->nr_blocks && !p->anon.at) {
		bs_task_cycle_begins(t);
		if (t->v[THREADS])
			bs_task_space(t);
	}
	faults = touch_some(t, p, order);
	/* A huge page is one. */
	if (faults >= BS_USER_HUGE_PAGES)
		faults /= BS_USER_HUGE_PAGES;
	for (uint64_t i = 0; t->v[THREADS] && i < faults; i++)
		bs_task_space(t);
}

static void unmaps(struct bs_task *t, struct page_fault *p, unsigned int order)
{
	if (!p->at && t->v[THREADS])
		bs_task_space(t);
	if (bs_anon_is_process(&t->v[ANON]))
		bs_anon_unmap(t, &p->anon);
	else if (!bs_load_free_some(t, &p->at, order))
		return;
	p->phase = DONE;
}

static void step(struct bs_task *t)
{
	const unsigned int order = (unsigned int)t->v[BS_LOAD_ORDER];
	struct page_fault *p = t->state;

	if (t->number == t->v[BS_LOAD_TASKS]) {
		bs_anon_khugepaged_step(t, &t->v[ANON]);
		return;
	}
	if (p->phase == TOUCHES) {
		touches(t, p, order);
	} else if (p->phase == UNMAPS) {
		unmaps(t, p, order);
	} else {
		bs_task_cycle_done(t);
		p->phase = TOUCHES;
		if (!bs_load_time_is_up(t, t->v[TIME]))
			return;
		if (!t->v[THREADS] || bs_task_is_last(t))
			bs_anon_exit(&p->anon);
		bs_task_over(t);
	}
}

const struct bs_load_kind bs_load_kind_page_fault = {
	.name = "page-fault",
	.summary = "tasks map memory, touch every page and unmap it (will-it-scale's page_fault1)",
	.params = params,
	.state_size = sizeof(struct page_fault),
	.check = check,
	.peak_bytes = peak_bytes,
	.length = length,
	.nr_tasks = nr_tasks,
	.step = step,
};
