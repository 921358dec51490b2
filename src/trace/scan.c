// SPDX-License-Identifier: GPL-2.0-or-later
/* scan.c - the full pass: what a chunk's checksum cannot know, and the figures of a whole trace. */
#include "reader.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>

#include "digest.h"
#include "livetab.h"

struct scan {
	struct bs_livetab live;
	struct bs_trace_info sum; /* counters and figures of what was read */
	bool past_pres;
	bs_ns width; /* of a part of sum.shape, which covers all that was read so far */
	unsigned int part; /* the one that is being filled */
	bs_ns end; /* of that */
	uint64_t most; /* pages live at a time in that */
};

/* The trace's length is not known before its end: where the parts are too few, two become one. */
static void widen(struct scan *s)
{
	uint64_t *shape = s->sum.shape;

	for (unsigned int i = 0; i < BS_TRACE_SHAPE / 2; i++)
		shape[i] = shape[2 * i] > shape[2 * i + 1] ? shape[2 * i] : shape[2 * i + 1];
	memset(shape + BS_TRACE_SHAPE / 2, 0, BS_TRACE_SHAPE / 2 * sizeof(*shape));
	s->width *= 2;
	s->part /= 2;
}

/* Before the event at @time: what is live now was live since the one before it. */
static void next_part(struct scan *s, bs_ns time)
{
	uint64_t part;

	s->sum.shape[s->part] = s->most;
	while ((part = time / s->width) >= BS_TRACE_SHAPE)
		widen(s);
	while (s->part < part)
		s->sum.shape[++s->part] = s->live.pages;
	s->end = (part + 1) * s->width;
	s->most = s->sum.shape[s->part];
}

/* No part is left out: the highest one is the trace's peak. */
static void last_part(struct scan *s)
{
	s->sum.shape[s->part] = s->most;
	for (unsigned int i = 0; i <= s->part; i++)
		if (s->sum.shape[i] > s->sum.peak_pages)
			s->sum.peak_pages = s->sum.shape[i];
}

/* Over all of the width that a picture has. */
static void stretch(struct scan *s, uint64_t *shape)
{
	for (unsigned int i = 0; i < BS_TRACE_SHAPE; i++)
		shape[i] = s->sum.shape[i * (s->part + 1) / BS_TRACE_SHAPE];
}

/* One event: NULL, or what makes it impossible. *@ret: -ENOMEM. */
static const char *scan_event(struct scan *s, const struct bs_trace_chunk *c, unsigned int i,
			      int *ret)
{
	const unsigned int kind = c->kind[i], order = c->order[i];
	const char *why = NULL;

	if (c->time[i] >= s->end)
		next_part(s, c->time[i]);
	if (kind == BS_EV_FREE) {
		s->sum.frees++;
		if (c->arg[i] > s->live.nr)
			return "frees an allocation that was not made";
		why = bs_livetab_release(&s->live, s->live.nr - c->arg[i],
					 c->offset ? c->offset[i] : 0, order, ret);
	} else if (bs_ev_takes_number(kind)) {
		s->sum.allocs += kind == BS_EV_ALLOC;
		s->sum.pres += kind == BS_EV_PRE;
		s->sum.failed += kind == BS_EV_FAILED;
		if (kind == BS_EV_PRE && (s->past_pres || c->time[i]))
			return "is memory from before the trace, but not at its beginning";
		*ret = bs_livetab_add(&s->live, order, kind != BS_EV_FAILED);
		if (s->live.pages > s->most)
			s->most = s->live.pages;
	}
	if (kind == BS_EV_PRE)
		s->sum.start_pages = s->live.pages;
	else
		s->past_pres = true;
	if (c->pfn && c->pfn[i] < BS_MAX_PFN && kind <= BS_EV_PRE &&
	    c->pfn[i] + (1u << order) > s->sum.max_pfn)
		s->sum.max_pfn = c->pfn[i] + (1u << order);
	return why;
}

static int scan_chunk(struct bs_trace *t, struct scan *s, const struct bs_trace_chunk *c,
		      struct bs_error *err)
{
	for (unsigned int i = 0; i < c->n; i++) {
		int ret = 0;
		const char *why = scan_event(s, c, i, &ret);
		char where[320];

		if (ret)
			return bs_error_set(err, BS_RESOURCE, ENOMEM, t->path, NULL,
					    "the table of live blocks");
		if (!why)
			continue;
		snprintf(where, sizeof(where), "%.250s: chunk %" PRIu64 ", event %" PRIu64, t->path,
			 t->decoder.chunks, c->first + i);
		return bs_error_set(err, BS_INPUT, 0, where,
				    "the program that wrote the trace is wrong: make it again",
				    "the event %s", why);
	}
	s->sum.events += c->n;
	s->sum.chunks++;
	s->sum.duration = c->time[c->n - 1];
	return 0;
}

/* The end map counts too; it must have counted the same. */
static int compare_end(struct bs_trace *t, const struct bs_trace_info *sum, struct bs_error *err)
{
	const struct bs_trace_info *end = &t->info;

	if (end->allocs == sum->allocs && end->frees == sum->frees && end->pres == sum->pres &&
	    end->failed == sum->failed && end->duration == sum->duration &&
	    end->numbers == sum->numbers)
		return 0;
	return bs_trace_damaged(t, bs_bytes_offset(t->in),
				"the end map's counts differ from the chunks'", err);
}

static void take_figures(struct bs_trace_info *info, const struct bs_trace_info *sum)
{
	info->events = sum->events;
	info->chunks = sum->chunks;
	info->allocs = sum->allocs;
	info->frees = sum->frees;
	info->pres = sum->pres;
	info->failed = sum->failed;
	info->numbers = sum->numbers;
	info->duration = sum->duration;
	info->peak_pages = sum->peak_pages;
	info->start_pages = sum->start_pages;
	info->end_pages = sum->end_pages;
	info->max_pfn = sum->max_pfn;
}

/* All chunks: 0; 1 when the file is damaged behind whole chunks and @keep_whole. */
static int scan_all(struct bs_trace *t, struct scan *s, bool keep_whole, struct bs_error *err)
{
	struct bs_trace_chunk c;
	int ret;

	for (;;) {
		ret = bs_trace_next(t, &c, err);
		if (ret == -EBADMSG && keep_whole && t->decoder.chunks) {
			t->keep_chunks = t->decoder.chunks;
			ret = 1;
			break;
		}
		if (ret <= 0)
			break;
		ret = scan_chunk(t, s, &c, err);
		if (ret)
			return ret;
	}
	last_part(s);
	s->sum.numbers = s->live.nr;
	s->sum.end_pages = s->live.pages;
	/* A file without its end map, scanned before: there is nothing to compare with. */
	if (!ret && t->ended)
		ret = compare_end(t, &s->sum, err);
	return ret;
}

int bs_trace_scan(struct bs_trace *t, bool keep_whole, struct bs_error *err)
{
	struct scan s = {.width = 1000};
	int ret = bs_trace_rewind(t, err), again;

	t->keep_chunks = UINT64_MAX;
	if (ret)
		return ret;
	ret = scan_all(t, &s, keep_whole, err);
	bs_livetab_free(&s.live);
	if (ret < 0)
		return ret;
	take_figures(&t->info, &s.sum);
	stretch(&s, t->info.shape);
	again = bs_file_sha256(t->path, t->info.sha256);
	if (again)
		return bs_error_set(err, BS_INPUT, -again, t->path, NULL, "cannot read");
	again = bs_trace_rewind(t, err);
	return again ? again : ret;
}
