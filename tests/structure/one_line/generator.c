// SPDX-License-Identifier: GPL-2.0-or-later
// file: src/trace/gen_example.c
// line: src/trace/generators.def: BS_GENERATOR(example)
/* One block after another, each freed before the next comes. */
#include "gen_kit.h"

enum { BLOCKS, ORDER };

static const struct bs_param params[] = {
	[BLOCKS] = {"blocks", BS_PARAM_UINT, 100, 1, 1000000, NULL, "how many", false},
	[ORDER] = {"order", BS_PARAM_ORDER, 9, 0, BS_MAX_ORDER, NULL, "how large", false},
	{0},
};

static const char *const names[] = {"begin", NULL};

static uint64_t peak_bytes(const uint64_t *v)
{
	return BS_UNIT_SIZE << v[ORDER];
}

static int run(const uint64_t *v, uint64_t seed,
	       int (*emit)(void *arg, const struct bs_trace_event *ev), void *arg,
	       struct bs_error *err)
{
	const unsigned int order = (unsigned int)v[ORDER];
	struct bs_gen g = {.emit = emit, .arg = arg};
	int ret = bs_gen_mark(&g, 0);

	(void)seed;
	(void)err;
	for (uint64_t i = 0; i < v[BLOCKS] && !ret; i++) {
		ret = bs_gen_alloc(&g, order, bs_gen_user_gfp(order), 0);
		g.now += BS_NS_PER_MS;
		if (!ret)
			ret = bs_gen_free(&g, i, 0, order, 0, 0);
		g.now += BS_NS_PER_MS;
	}
	return ret;
}

const struct bs_generator bs_gen_example = {
	.name = "example",
	.summary = "one block at a time",
	.params = params,
	.names = names,
	.peak_bytes = peak_bytes,
	.run = run,
};
