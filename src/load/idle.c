// SPDX-License-Identifier: GPL-2.0-or-later
/* idle.c - nothing happens: what becomes of a guest's memory by itself. */
#include "task.h"

enum { TIME = BS_LOAD_OWN };

static const struct bs_param params[] = {
	BS_LOAD_COMMON,
	[TIME] = {"time", BS_PARAM_TIME, 60 * BS_NS_PER_S, BS_NS_PER_MS, BS_LOAD_TIME_MAX, NULL,
		  "how long", false},
	{0},
};

struct idle {
	bool slept;
};

static uint64_t peak_bytes(const uint64_t *v)
{
	(void)v;
	return 0;
}

static bs_ns length(const uint64_t *v)
{
	return v[TIME];
}

static void step(struct bs_task *t)
{
	struct idle *i = t->state;

	if (i->slept)
		bs_task_over(t);
	else
		bs_task_sleep(t, t->v[TIME]);
	i->slept = true;
}

const struct bs_load_kind bs_load_kind_idle = {
	.name = "idle",
	.summary = "nothing happens",
	.params = params,
	.state_size = sizeof(struct idle),
	.peak_bytes = peak_bytes,
	.length = length,
	.step = step,
};
