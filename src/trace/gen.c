// SPDX-License-Identifier: GPL-2.0-or-later
#include "gen.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <buddysim/gfp.h>

#include "result.h"

static const struct bs_generator *const generators[] = {
	&bs_gen_memhog,
	&bs_gen_churn,
	&bs_gen_stripe,
	&bs_gen_burst,
};

#define NR_GENERATORS (sizeof(generators) / sizeof(generators[0]))
#define PARAMS_MAX 16
#define MEMORY_STEP (UINT64_C(128) << 20)
#define MEMORY_SPARE (UINT64_C(256) << 20)

/* ---- What generators call ------------------------------------------------------------------- */

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

/* ---- The registry --------------------------------------------------------------------------- */

const struct bs_generator *bs_generator_at(unsigned int index)
{
	return index < NR_GENERATORS ? generators[index] : NULL;
}

const struct bs_generator *bs_generator_find(const char *name, struct bs_error *err)
{
	char known[128];
	size_t used = 0;

	for (size_t i = 0; i < NR_GENERATORS; i++) {
		if (!strcmp(generators[i]->name, name))
			return generators[i];
		used += (size_t)snprintf(known + used, sizeof(known) - used, "%s%s",
					 used ? ", " : "known: ", generators[i]->name);
	}
	bs_error_set(err, BS_USAGE, 0, "trace gen", known, "no generator \"%s\"", name);
	return NULL;
}

/* ---- Into a file ---------------------------------------------------------------------------- */

static uint64_t value_of(const struct bs_generator *g, const uint64_t *values, const char *name,
			 uint64_t otherwise)
{
	for (unsigned int i = 0; g->params[i].name; i++)
		if (!strcmp(g->params[i].name, name))
			return values[i];
	return otherwise;
}

/* A guest in which the load fits with room for the kernel's own use and watermarks. */
static uint64_t fitting_memory(uint64_t peak)
{
	uint64_t want = peak + peak / 8 + MEMORY_SPARE;

	return (want + MEMORY_STEP - 1) / MEMORY_STEP * MEMORY_STEP;
}

static void describe(struct bs_trace_info *info, const struct bs_generator *g,
		     const uint64_t *values, uint64_t seed)
{
	size_t used = (size_t)snprintf(info->comment, sizeof(info->comment), "%s:", g->name);

	snprintf(info->source, sizeof(info->source), "gen %s", g->name);
	for (unsigned int i = 0; g->params[i].name && used < sizeof(info->comment); i++) {
		char text[64];

		bs_param_format(&g->params[i], values[i], text, sizeof(text));
		used += (size_t)snprintf(info->comment + used, sizeof(info->comment) - used,
					 "%s=%s,", g->params[i].name, text);
	}
	if (used < sizeof(info->comment))
		snprintf(info->comment + used, sizeof(info->comment) - used, "seed=%" PRIu64, seed);
	info->memory_bytes = value_of(g, values, "memory", 0);
	if (!info->memory_bytes)
		info->memory_bytes = fitting_memory(g->peak_bytes(values));
	info->nr_cpus = (unsigned int)value_of(g, values, "cpus", 1);
	info->names = g->names;
	while (g->names && g->names[info->nr_names])
		info->nr_names++;
}

struct sink {
	struct bs_trace_writer *w;
	struct bs_error *err;
};

static int to_writer(void *arg, const struct bs_trace_event *ev)
{
	struct sink *s = arg;

	return bs_trace_write(s->w, ev, s->err);
}

int bs_trace_generate(const struct bs_generator *g, const char *params, uint64_t seed,
		      const char *out_path, struct bs_trace_info *result, struct bs_error *err)
{
	uint64_t values[PARAMS_MAX];
	struct bs_trace_info info = {0};
	struct sink sink = {NULL, err};
	char owner[64];
	int ret;

	snprintf(owner, sizeof(owner), "generator %s", g->name);
	bs_param_defaults(g->params, values);
	ret = bs_param_parse(g->params, owner, params, values, err);
	if (ret)
		return ret;
	describe(&info, g, values, seed);
	ret = bs_trace_create(out_path, &info, &sink.w, err);
	if (ret)
		return ret;
	ret = g->run(values, seed, to_writer, &sink, err);
	if (ret) {
		bs_trace_abandon(sink.w);
		return ret;
	}
	ret = bs_trace_finish(sink.w, &info, err);
	return ret ? ret : bs_trace_result(out_path, result, err);
}
