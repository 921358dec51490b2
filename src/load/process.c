// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * process.c - processes as their kernel sees them: page tables beside the pages, huge pages by fault and by
 * khugepaged, parts that are given back and free nothing, splits when memory is short, and an exit that gives
 * all back in the kernel's order.
 */
#include "task.h"

#include "user.h"

enum {
	SIZE = BS_LOAD_OWN,
	TASKS,
	CYCLES,
	HOLD,
	PAUSE,
	THP,
	DEFRAG,
	ADVISED,
	GIVE_BACK,
	SHORT,
	KHUGEPAGED,
	COLLAPSE,
};

static const char *const thp_words[] = {"never", "madvise", "always", NULL};
static const char *const defrag_words[] = {"always",  "defer", "defer+madvise",
					   "madvise", "never", NULL};

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
	[THP] = {"thp", BS_PARAM_ENUM, BS_HUGE_ALWAYS, 0, 0, thp_words,
		 "transparent_hugepage/enabled", false},
	[DEFRAG] = {"defrag", BS_PARAM_ENUM, BS_HUGE_DEFRAG_MADVISE, 0, 0, defrag_words,
		    "transparent_hugepage/defrag", false},
	[ADVISED] = {"advised", BS_PARAM_BOOL, 0, 0, 1, NULL,
		     "processes ask for huge pages (MADV_HUGEPAGE)", false},
	[GIVE_BACK] = {"give-back", BS_PARAM_UINT, 0, 0, 100, NULL,
		       "percent of each 2 MiB that a process gives back once it has written all "
		       "(MADV_DONTNEED)",
		       false},
	[SHORT] =
		{"short", BS_PARAM_TIME, 0, 0, BS_LOAD_TIME_MAX, NULL,
		 "how long into the hold memory is short: partly freed huge pages are split then; "
		 "0: it never is",
		 false},
	[KHUGEPAGED] =
		{"khugepaged", BS_PARAM_TIME, 0, 0, BS_LOAD_TIME_MAX, NULL,
		 "time between two passes of khugepaged, of 8 ranges each, on the last CPU; 0: it "
		 "is off (Linux: 10 s)",
		 false},
	[COLLAPSE] = {"collapse", BS_PARAM_TIME, 300 * BS_NS_PER_US, 0, BS_NS_PER_S, NULL,
		      "how long khugepaged works for a range that it collapses", false},
	{0},
};

#define AT (UINT64_C(1) << 40)
#define HUGE ((uint64_t)1 << BS_USER_HUGE_SHIFT)
#define PAGE ((uint64_t)1 << BS_USER_PAGE_SHIFT)
#define PAGES_AT_ONCE 16
#define RANGES_A_PASS 8 /* 4096 pages, which is what it looks at */

enum phase { STARTS, FILLS, GIVES_BACK, HOLDS, SHRINKS, EXITS };

struct process {
	enum phase phase;
	struct bs_space *space;
	uint64_t at, cycle;
};

static uint64_t bytes(const uint64_t *v)
{
	return (v[SIZE] + PAGE - 1) & ~(PAGE - 1);
}

/* With its tables, and with what khugepaged makes of its holes. */
static uint64_t peak_bytes(const uint64_t *v)
{
	const uint64_t ranges = bytes(v) / HUGE + 1;

	return v[TASKS] * (ranges * HUGE + (2 * ranges + 32) * PAGE) + HUGE;
}

static bs_ns length(const uint64_t *v)
{
	const bs_ns fill = bytes(v) / PAGE * bs_load_touch_ns(0, 0);

	return v[CYCLES] * (v[HOLD] + v[PAUSE]) - v[PAUSE] +
	       (v[THP] == BS_HUGE_ALWAYS ? v[CYCLES] * fill / 3 : v[CYCLES] * fill);
}

static unsigned int nr_tasks(const uint64_t *v)
{
	return (unsigned int)v[TASKS] + (v[KHUGEPAGED] ? 1 : 0);
}

static int check(const uint64_t *v, struct bs_error *err)
{
	if (v[SHORT] > v[HOLD])
		return bs_error_set(err, BS_USAGE, 0, "load process", "lower short, or raise hold",
				    "memory is to be short when it is held no more");
	return bs_load_check_time("process", v[CYCLES],
				  v[HOLD] + v[PAUSE] + bytes(v) / PAGE * bs_load_touch_ns(0, 0),
				  "lower cycles, hold or pause", err);
}

static void starts(struct bs_task *t, struct process *p)
{
	struct bs_user *u = bs_task_user(t);
	struct bs_user_settings *set;

	if (!u) {
		bs_task_over(t);
		return;
	}
	set = bs_user_settings(u);
	set->thp = (enum bs_huge)t->v[THP];
	set->defrag = (enum bs_huge_defrag)t->v[DEFRAG];
	bs_task_cycle_begins(t);
	p->space = bs_space_create(u);
	p->at = 0;
	p->phase = FILLS;
	if (!p->space) {
		bs_task_over(t);
		return;
	}
	bs_space_map(p->space, AT, bytes(t->v));
	if (t->v[ADVISED])
		bs_space_advise(p->space, AT, bytes(t->v), true);
}

/* A huge page, or some pages. */
static void fills(struct bs_task *t, struct process *p)
{
	for (unsigned int i = 0; i < PAGES_AT_ONCE && p->at < bytes(t->v); i++) {
		const uint64_t at = AT + p->at;
		const bool missing = bs_space_faults(p->space, at, true);
		bool huge = false;

		if (missing)
			bs_space_fault(p->space, at, true);
		bs_space_page(p->space, at, &huge);
		if (huge && !(p->at & (HUGE - 1))) {
			bs_space_all_written(p->space, at);
			bs_task_work(t, bs_load_touch_ns(0, BS_USER_HUGE_ORDER));
			p->at += HUGE;
			break;
		}
		bs_space_written(p->space, at);
		bs_task_work(t, bs_load_touch_ns(0, 0));
		p->at += PAGE;
	}
	if (p->at < bytes(t->v))
		return;
	p->at = 0;
	p->phase = t->v[GIVE_BACK] ? GIVES_BACK : HOLDS;
}

static void gives_back(struct bs_task *t, struct process *p)
{
	const uint64_t part = HUGE * t->v[GIVE_BACK] / 100 & ~(PAGE - 1);

	if (part && p->at + part <= bytes(t->v))
		bs_space_dontneed(p->space, AT + p->at, part);
	bs_task_work(t, part / PAGE * bs_load_free_ns(0));
	p->at += HUGE;
	if (p->at < bytes(t->v))
		return;
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
	bs_space_exit(p->space, 0);
	p->space = NULL;
	bs_task_work(t, bytes(t->v) / PAGE * bs_load_free_ns(0));
	bs_task_cycle_done(t);
	p->phase = STARTS;
	if (++p->cycle == t->v[CYCLES])
		bs_task_over(t);
	else
		bs_task_sleep(t, t->v[PAUSE]);
}

/* It goes on as long as processes do, and looks no more behind the time that they should be over by. */
static void khugepaged(struct bs_task *t, struct process *p)
{
	struct bs_user *u = bs_task_user(t);
	const bs_ns now = bs_task_now(t), until = t->begin + length(t->v);

	if (!u || now >= until) {
		bs_task_over(t);
		return;
	}
	if (p->at++)
		bs_task_work(t, bs_user_khugepaged(u, RANGES_A_PASS) * t->v[COLLAPSE]);
	bs_task_sleep(t, until - now < t->v[KHUGEPAGED] ? until - now : t->v[KHUGEPAGED]);
}

static void step(struct bs_task *t)
{
	static void (*const steps[])(struct bs_task * t, struct process * p) = {
		[STARTS] = starts, [FILLS] = fills,	[GIVES_BACK] = gives_back,
		[HOLDS] = holds,   [SHRINKS] = shrinks, [EXITS] = exits,
	};
	struct process *p = t->state;

	if (t->number == t->v[TASKS])
		khugepaged(t, p);
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
