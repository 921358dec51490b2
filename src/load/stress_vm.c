// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stress_vm.c - workers that allocate and write memory for a while, as `stress --vm N --vm-bytes SIZE` does:
 * each gives it back and takes it again in every round, or keeps it and writes it again.
 */
#include "anon.h"

enum { WORKERS = BS_LOAD_OWN, SIZE, ORDER, TIME, HANG, KEEP, TOUCH, ANON };

static const struct bs_param params[] = {
	BS_LOAD_COMMON,
	[WORKERS] = {"workers", BS_PARAM_UINT, 4, 1, BS_LOAD_TASKS_MAX, NULL, "workers", false},
	[SIZE] = {"size", BS_PARAM_SIZE, UINT64_C(256) << 20, BS_UNIT_SIZE, BS_LOAD_SIZE_MAX, NULL,
		  "memory of each worker, rounded up to whole blocks", false},
	[ORDER] = {"order", BS_PARAM_ORDER, 9, 0, BS_LOAD_MAX_ORDER, NULL,
		   "order of each allocation: 9 = huge pages, 0 = base pages", false},
	[TIME] = BS_LOAD_UNTIL_PARAM(30 * BS_NS_PER_S),
	[HANG] = {"hang", BS_PARAM_TIME, 0, 0, BS_LOAD_TIME_MAX, NULL,
		  "sleep of a worker that has written its memory", false},
	[KEEP] = {"keep", BS_PARAM_BOOL, 0, 0, 1, NULL,
		  "it is written again in place of being freed and taken again", false},
	[TOUCH] = BS_LOAD_TOUCH_PARAM,
	BS_ANON_PARAMS(ANON, BS_ANON_OFF, "; off: blocks of the order above, and no process"),
	{0},
};

enum phase { FILLS, HANGS, REWRITES, FREES };

struct worker {
	enum phase phase;
	uint64_t at;
	struct bs_anon anon;
};

static int check(const uint64_t *v, struct bs_error *err)
{
	return bs_anon_check("stress-vm", &params[ANON], &v[ANON], v[ORDER], params[ORDER].def,
			     err);
}

static uint64_t nr_blocks(const uint64_t *v)
{
	return bs_load_blocks(v[SIZE], (unsigned int)v[ORDER]);
}

static uint64_t peak_bytes(const uint64_t *v)
{
	if (bs_anon_is_process(&v[ANON]))
		return v[WORKERS] * bs_anon_peak(v[SIZE]);
	return v[WORKERS] * nr_blocks(v) * (BS_UNIT_SIZE << v[ORDER]);
}

static bs_ns length(const uint64_t *v)
{
	return v[TIME];
}

static unsigned int nr_tasks(const uint64_t *v)
{
	return (unsigned int)v[WORKERS] + bs_anon_khugepaged(&v[ANON]);
}

static bool fill_some(struct bs_task *t, struct worker *w, unsigned int order)
{
	if (!bs_anon_is_process(&t->v[ANON]))
		return bs_load_fill_some(t, nr_blocks(t->v), order, t->v[TOUCH]);
	if (!w->anon.space && !bs_anon_begin(t, &w->anon, &t->v[ANON], BS_ANON_AT, t->v[SIZE]))
		return false;
	return bs_anon_fill_some(t, &w->anon, t->v[TOUCH]);
}

static void fills(struct bs_task *t, struct worker *w, unsigned int order)
{
	if (!t->nr_blocks && !w->anon.at)
		bs_task_cycle_begins(t);
	if (!fill_some(t, w, order))
		return;
	bs_task_sleep(t, t->v[HANG]);
	w->phase = HANGS;
}

/* A round is over: what comes next. */
static void hangs(struct bs_task *t, struct worker *w)
{
	const bool up = bs_load_time_is_up(t, t->v[TIME]);

	w->phase = t->v[KEEP] && !up ? REWRITES : FREES;
	if (t->v[KEEP])
		bs_task_cycle_done(t);
}

static void rewrites(struct bs_task *t, struct worker *w)
{
	const bool process = bs_anon_is_process(&t->v[ANON]);

	bs_task_cycle_begins(t);
	bs_task_work(t, bs_load_write_ns(process ? bs_anon_pages(t->v[SIZE]) : t->nr_blocks,
					 process ? 0 : (unsigned int)t->v[ORDER]));
	bs_task_sleep(t, t->v[HANG]);
	w->phase = HANGS;
}

static void frees(struct bs_task *t, struct worker *w, unsigned int order)
{
	if (bs_anon_is_process(&t->v[ANON]))
		bs_anon_unmap(t, &w->anon);
	else if (!bs_load_free_some(t, &w->at, order))
		return;
	w->phase = FILLS;
	if (!t->v[KEEP])
		bs_task_cycle_done(t);
	if (!bs_load_time_is_up(t, t->v[TIME]))
		return;
	bs_anon_exit(&w->anon);
	bs_task_over(t);
}

static void step(struct bs_task *t)
{
	const unsigned int order = (unsigned int)t->v[ORDER];
	struct worker *w = t->state;

	if (t->number == t->v[WORKERS]) {
		bs_anon_khugepaged_step(t, &t->v[ANON]);
		return;
	}
	switch (w->phase) {
	case FILLS:
		fills(t, w, order);
		return;
	case HANGS:
		hangs(t, w);
		return;
	case REWRITES:
		rewrites(t, w);
		return;
	case FREES:
		frees(t, w, order);
	}
}

const struct bs_load_kind bs_load_kind_stress_vm = {
	.name = "stress-vm",
	.summary =
		"workers write memory, free it and take it again, or write it again (stress --vm)",
	.params = params,
	.state_size = sizeof(struct worker),
	.check = check,
	.peak_bytes = peak_bytes,
	.length = length,
	.nr_tasks = nr_tasks,
	.step = step,
};
