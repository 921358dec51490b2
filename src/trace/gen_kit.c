// SPDX-License-Identifier: GPL-2.0-or-later
#include "gen_kit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <buddysim/gfp.h>

#include "format.h"
#include "units.h"

int bs_gen_alloc(struct bs_gen *g, unsigned int order, uint32_t gfp, unsigned int cpu)
{
	const struct bs_trace_event ev = {
		.time = g->now,
		.kind = BS_EV_ALLOC,
		.order = (uint8_t)order,
		.cpu = (uint8_t)cpu,
		.gfp = gfp,
		.pfn = BS_NO_PFN,
	};

	g->numbers++;
	return g->emit(g->arg, &ev);
}

int bs_gen_free(struct bs_gen *g, uint64_t number, unsigned int offset, unsigned int order,
		unsigned int flags, unsigned int cpu)
{
	const struct bs_trace_event ev = {
		.time = g->now,
		.kind = BS_EV_FREE,
		.order = (uint8_t)order,
		.cpu = (uint8_t)cpu,
		.flags = (uint8_t)flags,
		.arg = (uint32_t)(g->numbers - number),
		.offset = offset,
		.pfn = BS_NO_PFN,
	};

	return g->emit(g->arg, &ev);
}

int bs_gen_mark(struct bs_gen *g, unsigned int name)
{
	const struct bs_trace_event ev = {
		.time = g->now, .kind = BS_EV_MARK, .arg = name, .pfn = BS_NO_PFN};

	return g->emit(g->arg, &ev);
}

uint32_t bs_gen_user_gfp(unsigned int order)
{
	if (order >= 9)
		return BS_GFP_TRANSHUGE;
	return BS_GFP_HIGHUSER_MOVABLE | BS_GFP_COMP | BS_GFP_ZERO;
}

int bs_gen_fill_and_hold(struct bs_gen *g, uint64_t n, unsigned int order, bs_ns fill, bs_ns hold)
{
	const uint32_t gfp = bs_gen_user_gfp(order);
	const bs_ns start = g->now;
	int ret = bs_gen_mark(g, 0);

	for (uint64_t i = 0; i < n && !ret; i++) {
		g->now = start + bs_gen_spread(fill, i, n);
		ret = bs_gen_alloc(g, order, gfp, 0);
	}
	g->now = start + fill;
	if (!ret)
		ret = bs_gen_mark(g, 1);
	g->now += hold;
	return ret ? ret : bs_gen_mark(g, 2);
}

uint32_t *bs_gen_sequence(uint64_t n, bool shuffle, uint64_t seed, struct bs_error *err)
{
	uint32_t *seq = malloc((n ? n : 1) * sizeof(*seq));
	struct bs_rng rng;

	if (!seq) {
		bs_error_set(err, BS_RESOURCE, ENOMEM, NULL, NULL, "generating a trace");
		return NULL;
	}
	for (uint64_t i = 0; i < n; i++)
		seq[i] = (uint32_t)i;
	bs_rng_seed(&rng, seed);
	for (uint64_t i = n; shuffle && i > 1; i--) {
		uint64_t j = bs_rng_below(&rng, i);
		uint32_t tmp = seq[i - 1];

		seq[i - 1] = seq[j];
		seq[j] = tmp;
	}
	return seq;
}

int bs_gen_check_time(const char *generator, uint64_t n, bs_ns each, const char *advice,
		      struct bs_error *err)
{
	char owner[64], limit[32];

	if ((unsigned __int128)n * each < BS_TIME_MAX)
		return 0;
	snprintf(owner, sizeof(owner), "generator %s", generator);
	bs_format_time((BS_TIME_MAX - 1) / BS_NS_PER_S * BS_NS_PER_S, limit, sizeof(limit));
	return bs_error_set(err, BS_USAGE, 0, owner, advice,
			    "the trace could become longer than a trace can be (%s)", limit);
}
