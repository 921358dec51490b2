// SPDX-License-Identifier: GPL-2.0-or-later
// file: src/load/example.c
// line: src/load/loads.def: BS_LOAD(example)
/* One block after another, each freed before the next comes. */
#include "task.h"

enum { BLOCKS = BS_LOAD_OWN, ORDER };

static const struct bs_param params[] = {
	BS_LOAD_COMMON,
	[BLOCKS] = {"blocks", BS_PARAM_UINT, 100, 1, 1000000, NULL, "how many", false},
	[ORDER] = {"order", BS_PARAM_ORDER, 9, 0, BS_MAX_ORDER, NULL, "how large", false},
	{0},
};

static uint64_t peak_bytes(const uint64_t *v)
{
	return BS_UNIT_SIZE << v[ORDER];
}

static bs_ns length(const uint64_t *v)
{
	return v[BLOCKS] * BS_NS_PER_MS;
}

static void step(struct bs_task *t)
{
	const unsigned int order = (unsigned int)t->v[ORDER];

	if (t->cycles == t->v[BLOCKS]) {
		bs_task_over(t);
		return;
	}
	bs_task_cycle_begins(t);
	bs_task_alloc(t, order, bs_load_user_gfp(order));
	bs_task_free(t, 0);
	bs_task_forget(t);
	bs_task_work(t, BS_NS_PER_MS);
	bs_task_cycle_done(t);
}

const struct bs_load_kind bs_load_kind_example = {
	.name = "example",
	.summary = "one block at a time",
	.params = params,
	.peak_bytes = peak_bytes,
	.length = length,
	.step = step,
};
