// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * memhog.c - a process touches memory, keeps it for a while, exits; again, several times. The
 * load that Nitesh Lal's series was measured with, and the simplest that profits from reporting.
 */
#include "anon.h"

#include <stdlib.h>

enum { SIZE = BS_LOAD_OWN, ORDER, CYCLES, HOLD, PAUSE, FILL, EXIT, SHUFFLE, ANON };

static const struct bs_param params[] = {
	BS_LOAD_COMMON,
	[SIZE] = {"size", BS_PARAM_SIZE, UINT64_C(1) << 30, BS_UNIT_SIZE, BS_LOAD_SIZE_MAX, NULL,
		  "memory the process touches, rounded up to whole blocks", false},
	[ORDER] = {"order", BS_PARAM_ORDER, 9, 0, BS_LOAD_MAX_ORDER, NULL,
		   "order of each allocation: 9 = huge pages, 0 = base pages", false},
	[CYCLES] = {"cycles", BS_PARAM_UINT, 3, 1, 1000000, NULL, "how often it runs", false},
	[HOLD] = {"hold", BS_PARAM_TIME, 10 * BS_NS_PER_S, 0, BS_LOAD_TIME_MAX, NULL,
		  "how long it keeps the memory", false},
	[PAUSE] = {"pause", BS_PARAM_TIME, 20 * BS_NS_PER_S, 0, BS_LOAD_TIME_MAX, NULL,
		   "time between its exit and the next start", false},
	[FILL] = {"fill", BS_PARAM_TIME, 500 * BS_NS_PER_MS, 0, BS_LOAD_TIME_MAX, NULL,
		  "how long touching takes, evenly, where the host has the memory", false},
	[EXIT] = {"exit", BS_PARAM_TIME, 50 * BS_NS_PER_MS, 0, BS_LOAD_TIME_MAX, NULL,
		  "how long freeing takes, evenly", false},
	[SHUFFLE] = {"shuffle", BS_PARAM_BOOL, 0, 0, 1, NULL,
		     "free in random order instead of allocation order", false},
	BS_ANON_PARAMS(ANON, BS_ANON_OFF, "; off: blocks of the order above, and no process"),
	{0},
};

static const char *const names[] = {"fill", "hold", "exit", "pause", NULL};
enum { PHASE_FILL, PHASE_HOLD, PHASE_EXIT, PHASE_PAUSE };

/* @at: of the block that is next in this phase */
struct memhog {
	uint32_t *seq;
	struct bs_anon anon;
	unsigned int phase;
	uint64_t at, cycle;
};

static uint64_t nr_blocks(const uint64_t *v)
{
	return bs_load_blocks(v[SIZE], (unsigned int)v[ORDER]);
}

static unsigned int nr_tasks(const uint64_t *v)
{
	return 1u + bs_anon_khugepaged(&v[ANON]);
}

static uint64_t peak_bytes(const uint64_t *v)
{
	if (bs_anon_is_process(&v[ANON]))
		return bs_anon_peak(v[SIZE]);
	return nr_blocks(v) * (BS_UNIT_SIZE << v[ORDER]);
}

/* It ends with its last exit. */
static bs_ns length(const uint64_t *v)
{
	return v[CYCLES] * (v[FILL] + v[HOLD] + v[EXIT] + v[PAUSE]) - v[PAUSE];
}

static int check(const uint64_t *v, struct bs_error *err)
{
	const int ret =
		bs_anon_check("memhog", &params[ANON], &v[ANON], v[ORDER], params[ORDER].def, err);

	if (ret)
		return ret;
	if (bs_anon_is_process(&v[ANON]) && v[SHUFFLE])
		return bs_error_set(err, BS_USAGE, 0, "load memhog", "leave shuffle out",
				    "a process is freed by its addresses");
	return bs_load_check_time("memhog", v[CYCLES], v[FILL] + v[HOLD] + v[EXIT] + v[PAUSE],
				  "lower cycles, hold or pause", err);
}

static int begin(struct bs_task *t, struct bs_error *err)
{
	struct memhog *m = t->state;

	if (bs_anon_is_process(&t->v[ANON]))
		return 0;
	m->seq = bs_load_sequence(nr_blocks(t->v), t->v[SHUFFLE], &t->rng, err);
	return m->seq ? 0 : -1;
}

static void fill(struct bs_task *t, struct memhog *m, uint64_t n)
{
	const unsigned int order = (unsigned int)t->v[ORDER];

	if (!m->at) {
		bs_task_cycle_begins(t);
		bs_task_mark(t, PHASE_FILL);
	}
	bs_task_alloc(t, order, bs_load_user_gfp(order));
	bs_task_work(t, bs_load_share(t->v[FILL], m->at, n));
	if (++m->at == n)
		m->phase = PHASE_HOLD;
}

static void leave(struct bs_task *t, struct memhog *m, uint64_t n)
{
	if (m->at == n) {
		bs_task_mark(t, PHASE_EXIT);
		m->at = 0;
	}
	bs_task_free(t, m->seq[m->at]);
	bs_task_work(t, bs_load_share(t->v[EXIT], m->at, n));
	if (++m->at == n)
		m->phase = PHASE_PAUSE;
}

/* The same as a process: touching takes as long, and its exit is one. */
static void fill_process(struct bs_task *t, struct memhog *m)
{
	const uint64_t n = bs_anon_pages(t->v[SIZE]);
	uint64_t before;

	if (!m->anon.space) {
		bs_task_cycle_begins(t);
		bs_task_mark(t, PHASE_FILL);
		if (!bs_anon_begin(t, &m->anon, &t->v[ANON], BS_ANON_AT, t->v[SIZE]))
			return;
	}
	before = m->anon.at / BS_ANON_PAGE;
	bs_anon_touch(&m->anon);
	bs_task_work(t, bs_load_spread(t->v[FILL], m->anon.at / BS_ANON_PAGE, n) -
				bs_load_spread(t->v[FILL], before, n));
	if (m->anon.at >= m->anon.bytes)
		m->phase = PHASE_HOLD;
}

static void leave_process(struct bs_task *t, struct memhog *m)
{
	bs_task_mark(t, PHASE_EXIT);
	bs_anon_exit(&m->anon);
	bs_task_work(t, t->v[EXIT]);
	m->phase = PHASE_PAUSE;
}

static void pause_or_end(struct bs_task *t, struct memhog *m)
{
	bs_task_mark(t, PHASE_PAUSE);
	bs_task_cycle_done(t);
	bs_task_forget(t);
	m->at = 0;
	m->phase = PHASE_FILL;
	if (++m->cycle == t->v[CYCLES])
		bs_task_over(t);
	else
		bs_task_sleep(t, t->v[PAUSE]);
}

static void step(struct bs_task *t)
{
	struct memhog *m = t->state;
	const uint64_t n = nr_blocks(t->v);
	const bool process = bs_anon_is_process(&t->v[ANON]);

	if (t->number) {
		bs_anon_khugepaged_step(t, &t->v[ANON]);
		return;
	}
	switch (m->phase) {
	case PHASE_FILL:
		if (process)
			fill_process(t, m);
		else
			fill(t, m, n);
		return;
	case PHASE_HOLD:
		bs_task_mark(t, PHASE_HOLD);
		bs_task_sleep(t, t->v[HOLD]);
		m->phase = PHASE_EXIT;
		return;
	case PHASE_EXIT:
		if (process)
			leave_process(t, m);
		else
			leave(t, m, n);
		return;
	default:
		pause_or_end(t, m);
	}
}

static void end(struct bs_task *t)
{
	free(((struct memhog *)t->state)->seq);
}

const struct bs_load_kind bs_load_kind_memhog = {
	.name = "memhog",
	.summary = "a process touches memory, keeps it, exits; again, several times",
	.params = params,
	.names = names,
	.state_size = sizeof(struct memhog),
	.check = check,
	.peak_bytes = peak_bytes,
	.length = length,
	.nr_tasks = nr_tasks,
	.begin = begin,
	.step = step,
	.end = end,
};
