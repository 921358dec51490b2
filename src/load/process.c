// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * process.c - processes as their kernel sees them: page tables beside the pages, huge pages by fault and by
 * khugepaged, parts that are given back and free nothing, splits when memory is short, and an exit that gives
 * all back in the kernel's order.
 */
#include "anon.h"

enum {
	SIZE = BS_LOAD_OWN,
	TASKS,
	CYCLES,
	HOLD,
	PAUSE,
	GIVE_BACK,
	SHORT,
	ANON, /* the first of anon.h's */
};

static const struct bs_param params[] = {
	BS_LOAD_COMMON_ON(1),
	[SIZE] = {"size", BS_PARAM_SIZE, UINT64_C(256) << 20, BS_UNIT_SIZE, BS_LOAD_SIZE_MAX, NULL,
		  "memory of each process, all of it written", false},
	[TASKS] = {"tasks", BS_PARAM_UINT, 1, 1, BS_LOAD_TASKS_MAX, NULL, "processes", false},
	[CYCLES] = {"cycles", BS_PARAM_UINT, 3, 1, 1000000, NULL, "how often each one runs", false},
	[HOLD] = {"hold", BS_PARAM_TIME, 10 * BS_NS_PER_S, 0, BS_LOAD_TIME_MAX, NULL,
		  "how long it keeps its memory", false},
	[PAUSE] = {"pause", BS_PARAM_TIME, 10 * BS_NS_PER_S, 0, BS_LOAD_TIME_MAX, NULL,
		   "time between its exit and the next start", false},
	[GIVE_BACK] = {"give-back", BS_PARAM_UINT, 0, 0, 100, NULL,
		       "percent of each 2 MiB that a process gives back once it has written all "
		       "(MADV_DONTNEED)",
		       false},
	[SHORT] =
		{"short", BS_PARAM_TIME, 0, 0, BS_LOAD_TIME_MAX, NULL,
		 "how long into the hold memory is short: partly freed huge pages are split then; "
		 "0: it never is",
		 false},
	BS_ANON_PARAMS(ANON, BS_ANON_ALWAYS, ""),
	{0},
};

enum phase { STARTS, FILLS, GIVES_BACK, HOLDS, SHRINKS, EXITS };

/* @given: what has been looked at for giving back */
struct process {
	enum phase phase;
	struct bs_anon anon;
	uint64_t given, cycle;
};

static uint64_t bytes(const uint64_t *v)
{
	return bs_anon_pages(v[SIZE]) * BS_ANON_PAGE;
}

static uint64_t peak_bytes(const uint64_t *v)
{
	return v[TASKS] * bs_anon_peak(bytes(v)) + BS_ANON_HUGE;
}

static bs_ns length(const uint64_t *v)
{
	const bs_ns fill = bytes(v) / BS_ANON_PAGE * bs_load_touch_ns(0, 0);

	return v[CYCLES] * (v[HOLD] + v[PAUSE]) - v[PAUSE] +
	       (v[ANON + BS_ANON_THP] == BS_ANON_ALWAYS ? v[CYCLES] * fill / 3 : v[CYCLES] * fill);
}

static unsigned int nr_tasks(const uint64_t *v)
{
	return (unsigned int)v[TASKS] + bs_anon_khugepaged(&v[ANON]);
}

static int check(const uint64_t *v, struct bs_error *err)
{
	int ret;

	if (v[SHORT] > v[HOLD])
		return bs_error_set(err, BS_USAGE, 0, "load process", "lower short, or raise hold",
				    "memory is to be short when it is held no more");
	if (!bs_anon_is_process(&v[ANON]))
		return bs_error_set(err, BS_USAGE, 0, "load process", "say thp=never",
				    "its tasks are processes");
	ret = bs_anon_check("process", &params[ANON], &v[ANON], 0, 0, err);
	return ret ? ret
		   : bs_load_check_time("process", v[CYCLES],
					v[HOLD] + v[PAUSE] +
						bytes(v) / BS_ANON_PAGE * bs_load_touch_ns(0, 0),
					"lower cycles, hold or pause", err);
}

static void starts(struct bs_task *t, struct process *p)
{
	bs_task_cycle_begins(t);
	p->given = 0;
	p->phase = FILLS;
	bs_anon_begin(t, &p->anon, &t->v[ANON], BS_ANON_AT, bytes(t->v));
}

static void fills(struct bs_task *t, struct process *p)
{
	if (bs_anon_fill_some(t, &p->anon, 0))
		p->phase = t->v[GIVE_BACK] ? GIVES_BACK : HOLDS;
}

static void gives_back(struct bs_task *t, struct process *p)
{
	const uint64_t part = BS_ANON_HUGE * t->v[GIVE_BACK] / 100 & ~(BS_ANON_PAGE - 1);

	if (part && p->given + part <= bytes(t->v))
		bs_space_dontneed(p->anon.space, BS_ANON_AT + p->given, part);
	bs_task_work(t, part / BS_ANON_PAGE * bs_load_free_ns(0));
	p->given += BS_ANON_HUGE;
	if (p->given >= bytes(t->v))
		p->phase = HOLDS;
}

static void holds(struct bs_task *t, struct process *p)
{
	bs_task_sleep(t, t->v[SHORT] ? t->v[SHORT] : t->v[HOLD]);
	p->phase = t->v[SHORT] ? SHRINKS : EXITS;
}

static void shrinks(struct bs_task *t, struct process *p)
{
	bs_task_work(t, bs_user_shrink(bs_task_user(t)) * bs_load_free_ns(0));
	bs_task_sleep(t, t->v[HOLD] - t->v[SHORT]);
	p->phase = EXITS;
}

static void exits(struct bs_task *t, struct process *p)
{
	bs_anon_exit(&p->anon);
	bs_task_work(t, bytes(t->v) / BS_ANON_PAGE * bs_load_free_ns(0));
	bs_task_cycle_done(t);
	p->phase = STARTS;
	if (++p->cycle == t->v[CYCLES])
		bs_task_over(t);
	else
		bs_task_sleep(t, t->v[PAUSE]);
}

static void step(struct bs_task *t)
{
	static void (*const steps[])(struct bs_task * t, struct process * p) = {
		[STARTS] = starts, [FILLS] = fills,	[GIVES_BACK] = gives_back,
		[HOLDS] = holds,   [SHRINKS] = shrinks, [EXITS] = exits,
	};
	struct process *p = t->state;

	if (t->number == t->v[TASKS])
		bs_anon_khugepaged_step(t, &t->v[ANON]);
	else
		steps[p->phase](t, p);
}

const struct bs_load_kind bs_load_kind_process = {
	.name = "process",
	.summary = "processes with page tables and huge pages: faults, parts given back, "
		   "khugepaged, exit",
	.params = params,
	.state_size = sizeof(struct process),
	.check = check,
	.peak_bytes = peak_bytes,
	.length = length,
	.nr_tasks = nr_tasks,
	.step = step,
};
