// SPDX-License-Identifier: GPL-2.0-or-later
/* generators.c - the generators, from generators.def, and from one of them to a file. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <buddysim/platform.h>
#include <buddysim/trace.h>

#include "format.h"
#include "repage.h"
#include "result.h"
#include "units.h"

#define MEMORY_STEP (UINT64_C(128) << 20)
#define MEMORY_SPARE (UINT64_C(256) << 20)
/* A guest is at least one block of the largest order; a whole GiB of pfns may be its PCI hole. */
#define MEMORY_MIN (BS_UNIT_SIZE << BS_TRACE_MAX_ORDER)
#define MEMORY_MAX (((uint64_t)BS_MAX_PFN << BS_UNIT_SHIFT) - (UINT64_C(5) << 30))

#define BS_GENERATOR(id) extern const struct bs_generator bs_gen_##id;
#include "generators.def"
#undef BS_GENERATOR

static const struct bs_generator *const generators[] = {
#define BS_GENERATOR(id) &bs_gen_##id,
#include "generators.def"
#undef BS_GENERATOR
};

#define NR_GENERATORS (sizeof(generators) / sizeof(generators[0]))

/* ---- The registry --------------------------------------------------------------------------- */

const struct bs_generator *bs_generator_at(unsigned int index)
{
	return index < NR_GENERATORS ? generators[index] : NULL;
}

static const struct bs_generator *unknown(const char *name, struct bs_error *err)
{
	const char *names[NR_GENERATORS + 1] = {NULL};
	char known[256];

	for (size_t i = 0; i < NR_GENERATORS; i++)
		names[i] = generators[i]->name;
	bs_nearest_advice("known:", names, name, known, sizeof(known));
	bs_error_set(err, BS_USAGE, 0, "trace gen", known, "no generator \"%s\"", name);
	return NULL;
}

const struct bs_generator *bs_generator_find(const char *name, struct bs_error *err)
{
	for (size_t i = 0; i < NR_GENERATORS; i++)
		if (!strcmp(generators[i]->name, name))
			return generators[i];
	return unknown(name, err);
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

/* A guest in which the load fits with room for the kernel's own use and watermarks, if there is
 * one that large. */
static uint64_t fitting_memory(uint64_t peak)
{
	uint64_t want = peak + peak / 8 + MEMORY_SPARE;

	want = (want + MEMORY_STEP - 1) / MEMORY_STEP * MEMORY_STEP;
	return want < MEMORY_MAX ? want : MEMORY_MAX;
}

/* The guest: asked for, else what fits. All that can be wrong is said before a file is opened. */
static int choose_memory(const struct bs_generator *g, const uint64_t *values, const char *owner,
			 uint64_t *bytes, struct bs_error *err)
{
	char least[32], most[32];

	bs_format_size(MEMORY_MIN, least, sizeof(least));
	bs_format_size(MEMORY_MAX, most, sizeof(most));
	*bytes = value_of(g, values, "memory", 0);
	if (*bytes && (*bytes < MEMORY_MIN || *bytes > MEMORY_MAX))
		return bs_error_set(err, BS_USAGE, 0, owner,
				    "leave memory out to have a guest in which the load fits",
				    "no guest has that little or that much memory (%s to %s)",
				    least, most);
	if (!*bytes)
		*bytes = fitting_memory(g->peak_bytes(values));
	return 0;
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
	info->nr_cpus = (unsigned int)value_of(g, values, "cpus", 1);
	info->names = g->names;
	while (g->names && g->names[info->nr_names])
		info->nr_names++;
}

#define TELL_EVERY 0x10000 /* events */

/* @ear: NULL: nobody hears of them, and @of is not known. */
struct sink {
	struct bs_trace_writer *w;
	const struct bs_ear *ear;
	const volatile int *stop;
	uint64_t events, of;
	const struct bs_platform *on; /* NULL: pages of 4 KiB */
	struct bs_repage *repage; /* NULL: the machine's pages are the load's */
	struct bs_error *err;
};

static int to_writer(void *arg, const struct bs_trace_event *ev)
{
	struct sink *s = arg;

	if (s->ear && !(s->events++ % TELL_EVERY))
		s->ear->tell(s->ear->arg, s->events, s->of);
	return bs_trace_write(s->w, ev, s->err);
}

static int to_repage(void *arg, const struct bs_trace_event *ev)
{
	struct sink *s = arg;

	return bs_repage_event(s->repage, ev, s->err);
}

/* A load is made in pages of 4 KiB, whatever its machine's are. */
static int run(const struct bs_generator *g, const uint64_t *values, uint64_t seed, struct sink *s)
{
	const struct bs_platform *on = s->on;
	int ret;

	if (!on || on->page_shift == BS_UNIT_SHIFT)
		return g->run(values, seed, to_writer, s, s->err);
	s->repage = bs_repage_create(on->page_shift - BS_UNIT_SHIFT, to_writer, s);
	ret = s->repage ? g->run(values, seed, to_repage, s, s->err)
			: bs_error_set(s->err, BS_RESOURCE, ENOMEM, g->name, NULL, "generating");
	bs_repage_destroy(s->repage);
	return ret;
}

static int to_nowhere(void *arg, const struct bs_trace_event *ev)
{
	struct sink *s = arg;

	(void)ev;
	return !(++s->of % TELL_EVERY) && s->stop && *s->stop;
}

/* The same seed gives the same events: they can be counted before. Whoever interrupts that is heard of by the
 * writer. */
static void count_events(const struct bs_generator *g, const uint64_t *values, uint64_t seed,
			 struct sink *s)
{
	if (s->ear && g->run(values, seed, to_nowhere, s, NULL))
		s->of = 0;
}

static int write_all(const struct bs_generator *g, const uint64_t *values, uint64_t seed,
		     const char *out_path, const struct bs_trace_info *info, const struct sink *s,
		     struct bs_trace_info *result)
{
	const volatile int *stop = s->stop;
	struct bs_error *err = s->err;
	struct sink sink = *s;
	int ret = bs_trace_create(out_path, info, &sink.w, err);

	if (ret)
		return ret;
	bs_trace_stop_writing_on(sink.w, stop);
	count_events(g, values, seed, &sink);
	ret = run(g, values, seed, &sink);
	if (ret) {
		bs_trace_abandon(sink.w);
		return ret;
	}
	return bs_trace_hand_over(sink.w, info, stop, result, err);
}

int bs_trace_generate_heard(const struct bs_generator *g, const char *params, uint64_t seed,
			    const struct bs_platform *on, const char *out_path,
			    const volatile int *stop, const struct bs_ear *ear,
			    struct bs_trace_info *result, struct bs_error *err)
{
	struct sink sink = {.ear = ear, .stop = stop, .on = on, .err = err};
	uint64_t *values = calloc(bs_param_count(g->params) + 1, sizeof(*values));
	struct bs_trace_info info = {0};
	char owner[64];
	int ret;

	if (!values)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, "trace gen", NULL, "parameters");
	snprintf(owner, sizeof(owner), "generator %s", g->name);
	bs_param_defaults(g->params, values);
	ret = bs_param_parse(g->params, owner, params, values, err);
	if (!ret && g->check)
		ret = g->check(values, err);
	if (!ret)
		ret = choose_memory(g, values, owner, &info.memory_bytes, err);
	if (!ret) {
		describe(&info, g, values, seed);
		info.page_shift = on ? on->page_shift : 0;
		ret = write_all(g, values, seed, out_path, &info, &sink, result);
	}
	free(values);
	return ret;
}

int bs_trace_generate(const struct bs_generator *g, const char *params, uint64_t seed,
		      const struct bs_platform *on, const char *out_path, const volatile int *stop,
		      struct bs_trace_info *result, struct bs_error *err)
{
	return bs_trace_generate_heard(g, params, seed, on, out_path, stop, NULL, result, err);
}
