// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * open.c - a load written down as a trace: each step when it would happen if nothing made it wait. Replayed, its
 * events keep these times whatever the guest does.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <buddysim/trace.h>

#include "loads.h"
#include "tasks.h"

/* @numbers: allocations so far; the next one's number. @ret: what writing said first */
struct sink {
	struct bs_trace_writer *w;
	bs_ns now;
	uint64_t numbers;
	int ret;
	struct bs_error *err;
	struct page_of
		*pages; /* of processes, by numbers that are made up for them; none is used again */
	size_t nr_pages, room;
};

struct page_of {
	uint32_t number; /* of the allocation */
	uint32_t first;
};

static void put(struct sink *s, const struct bs_trace_event *ev)
{
	if (!s->ret)
		s->ret = bs_trace_write(s->w, ev, s->err);
}

static uint32_t put_alloc(struct sink *s, enum bs_ev kind, unsigned int cpu, unsigned int gfp,
			  unsigned int order)
{
	put(s, &(struct bs_trace_event){.time = s->now,
					.kind = kind,
					.order = (uint8_t)order,
					.cpu = (uint8_t)cpu,
					.gfp = gfp,
					.pfn = BS_NO_PFN});
	return (uint32_t)s->numbers++;
}

static void put_free(struct sink *s, unsigned int cpu, uint32_t number, unsigned int offset,
		     unsigned int order)
{
	put(s, &(struct bs_trace_event){.time = s->now,
					.kind = BS_EV_FREE,
					.order = (uint8_t)order,
					.cpu = (uint8_t)cpu,
					/* Base pages leave a process as page lists. */
					.flags = order ? 0 : BS_EVF_BATCHED,
					.arg = (uint32_t)(s->numbers - number),
					.offset = offset,
					.pfn = BS_NO_PFN});
}

/* ---- What a task does ------------------------------------------------------------------------ */

static bs_ns now(const void *arg)
{
	return ((const struct sink *)arg)->now;
}

static bool alloc(void *arg, const struct bs_task *t, unsigned int gfp, struct bs_task_block *b)
{
	b->at = put_alloc(arg, BS_EV_ALLOC, t->cpu, gfp, b->order);
	return true;
}

static void give(void *arg, const struct bs_task *t, const struct bs_task_block *b,
		 unsigned int offset, unsigned int order)
{
	put_free(arg, t->cpu, b->at, offset, order);
}

static void failed(void *arg);

static bs_pfn page(void *arg, const struct bs_task *t, unsigned int order, unsigned int gfp)
{
	struct sink *s = arg;
	const size_t n = (size_t)1 << order, first = (s->nr_pages + n - 1) & ~(n - 1);
	const uint32_t number = put_alloc(s, BS_EV_ALLOC, t->cpu, gfp, order);

	if (first + n > s->room) {
		const size_t room = 2 * (first + n);
		struct page_of *more = realloc(s->pages, room * sizeof(*more));

		if (!more) {
			failed(s);
			return BS_NO_PFN;
		}
		s->pages = more;
		s->room = room;
	}
	for (size_t i = first; i < first + n; i++)
		s->pages[i] = (struct page_of){number, (uint32_t)first};
	s->nr_pages = first + n;
	return (bs_pfn)first;
}

static void unpage(void *arg, const struct bs_task *t, bs_pfn pfn, unsigned int order)
{
	struct sink *s = arg;

	put_free(s, t->cpu, s->pages[pfn].number, pfn - s->pages[pfn].first, order);
}

static void mark(void *arg, unsigned int name)
{
	struct sink *s = arg;

	put(s, &(struct bs_trace_event){
		       .time = s->now, .kind = BS_EV_MARK, .arg = name, .pfn = BS_NO_PFN});
}

static void failed(void *arg)
{
	struct sink *s = arg;

	if (!s->ret)
		s->ret = bs_error_set(s->err, BS_RESOURCE, ENOMEM, "load", NULL, "tasks");
}

static const struct bs_task_ops ops = {.now = now,
				       .alloc = alloc,
				       .free = give,
				       .page = page,
				       .unpage = unpage,
				       .mark = mark,
				       .failed = failed};

/* ---- Before it begins ------------------------------------------------------------------------ */

#define HUGE_ORDER 9

/* As program.c takes it. What lies between its pages is given back at t0. */
static void put_base(struct sink *s, const uint64_t *v)
{
	const uint64_t apart = v[BS_LOAD_SPREAD];
	const uint64_t pages = ((v[BS_LOAD_BASE] + BS_UNIT_SIZE - 1) >> BS_UNIT_SHIFT) * apart;

	for (uint64_t left = pages; left && !s->ret;) {
		const unsigned int order = apart == 1 && left >> HUGE_ORDER ? HUGE_ORDER : 0;

		put_alloc(s, BS_EV_PRE, 0, bs_load_user_gfp(order), order);
		left -= UINT64_C(1) << order;
	}
	for (uint64_t i = pages; apart > 1 && i-- && !s->ret;)
		if (i % apart)
			put_free(s, 0, (uint32_t)i, 0, 0);
}

static int run(const struct bs_load_spec *spec, uint64_t seed, struct sink *s,
	       const volatile int *stop, struct bs_error *err)
{
	struct bs_tasks tasks;
	unsigned int cpu;
	int ret;

	put_base(s, spec->values);
	ret = bs_tasks_init(&tasks, spec, seed, spec->values[BS_LOAD_LEAD], &ops, s, err);
	while (!ret && !s->ret) {
		const bs_ns at = bs_tasks_next(&tasks, &cpu);

		if (at == BS_NO_TIME)
			break;
		if (stop && *stop)
			ret = bs_error_set(err, BS_INTERRUPTED, EINTR, NULL, NULL, "stopped");
		s->now = at;
		bs_tasks_step(&tasks, cpu);
	}
	bs_tasks_free(&tasks);
	free(s->pages);
	return ret ? ret : s->ret;
}

/* ---- Into a file ----------------------------------------------------------------------------- */

static void describe(struct bs_trace_info *info, const struct bs_load_spec *spec, uint64_t seed)
{
	char *text = bs_load_spec_text(spec);

	snprintf(info->source, sizeof(info->source), "load %s", spec->kind->name);
	snprintf(info->comment, sizeof(info->comment), "%s; seed %llu", text ? text : spec->label,
		 (unsigned long long)seed);
	free(text);
	info->nr_cpus = bs_load_nr_cpus(spec);
	info->names = spec->kind->names;
	while (info->names && info->names[info->nr_names])
		info->nr_names++;
}

static int read_back(const char *path, struct bs_trace_info *result, struct bs_error *err)
{
	struct bs_trace *t;
	int ret = bs_trace_open(path, &t, err);

	if (ret)
		return ret;
	ret = bs_trace_scan(t, false, err);
	*result = *bs_trace_info(t);
	result->gfp = NULL;
	result->names = NULL;
	result->nr_gfp = result->nr_names = 0;
	bs_trace_close(t);
	return ret;
}

int bs_load_to_trace(const char *text, uint64_t seed, const char *out_path,
		     const volatile int *stop, struct bs_trace_info *result, struct bs_error *err)
{
	struct bs_trace_info info = {0};
	struct bs_load_spec spec;
	struct sink s = {.err = err};
	int ret = bs_load_parse(text, &spec, err);

	if (ret)
		return ret;
	describe(&info, &spec, seed);
	ret = bs_trace_create(out_path, &info, &s.w, err);
	if (!ret) {
		ret = run(&spec, seed, &s, stop, err);
		if (ret)
			bs_trace_abandon(s.w);
		else
			ret = bs_trace_finish(s.w, &info, err);
	}
	bs_load_spec_free(&spec);
	return ret ? ret : read_back(out_path, result, err);
}
