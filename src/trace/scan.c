// SPDX-License-Identifier: GPL-2.0-or-later
/* scan.c - the full pass: what a chunk's checksum cannot know, and the figures of a whole trace. */
#include "reader.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>

#include "compiler.h"
#include "digest.h"
#include "livetab.h"
#include "used.h"

struct scan {
	struct bs_livetab live;
	struct bs_trace_info sum; /* counters and figures of what was read */
	bool past_pres;
	bs_ns width; /* of a part of sum.shape, which covers all that was read so far */
	unsigned int part; /* the one that is being filled */
	bs_ns end; /* of that */
	uint64_t most; /* pages live at a time in that */
	struct bs_used_steps used;
	unsigned int page_shift;
	bs_ns last; /* time of the event before */
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

/* Before an event of a later time: what is live now was live since the last one. */
static void time_goes_on(struct scan *s, bs_ns time)
{
	if (bs_used_is_step(&s->used, s->live.pages))
		bs_used_steps_add(&s->used, s->last, s->live.pages, s->page_shift);
	if (time >= s->end)
		next_part(s, time);
}

/* One event, whatever it is: NULL, or what makes it impossible. *@ret: -ENOMEM. */
static const char *scan_event(struct scan *s, const struct bs_trace_chunk *c, unsigned int i,
			      int *ret)
{
	const unsigned int kind = c->kind[i], order = c->order[i];
	const char *why = NULL;

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
	return why;
}

/* What changes with nearly every event, apart from @state, into which bytes are written. */
struct plain {
	uint64_t nr, pages, most;
	uint64_t above, below; /* as in struct bs_used_steps */
	bs_ns last, end;
};

static struct plain begin_plain(const struct scan *s)
{
	return (struct plain){.nr = s->live.nr,
			      .pages = s->live.pages,
			      .most = s->most,
			      .above = s->used.above,
			      .below = s->used.below,
			      .last = s->last,
			      .end = s->end};
}

static void end_plain(struct scan *s, const struct plain *p, unsigned int events)
{
	const uint64_t allocs = p->nr - s->live.nr;

	s->live.nr = p->nr;
	s->live.pages = p->pages;
	s->most = p->most;
	s->last = p->last;
	s->sum.allocs += allocs;
	s->sum.frees += events - allocs;
	s->past_pres |= events > 0;
}

/* By value, so that it is in registers for as long as this is not called. */
static struct plain __attribute__((noinline))
look_at_time(struct scan *s, struct plain p, bs_ns time)
{
	s->live.pages = p.pages;
	s->most = p.most;
	s->last = p.last;
	time_goes_on(s, time);
	p.most = s->most;
	p.above = s->used.above;
	p.below = s->used.below;
	p.end = s->end;
	return p;
}

/*
 * Allocations, and frees of whole blocks, from @i on, up to one that is neither or that cannot be: its index.
 * Which of the two an event is nobody can predict, so it is no branch.
 */
#define AHEAD 32

static unsigned int __attribute__((noinline))
scan_plain(struct scan *s, const struct bs_trace_chunk *c, unsigned int i)
{
	const uint8_t *restrict kind = c->kind, *restrict order = c->order;
	const uint32_t *restrict arg = c->arg, *restrict offset = c->offset;
	const bs_ns *restrict time = c->time;
	uint8_t *restrict state = s->live.state;
	struct plain p = begin_plain(s);
	const unsigned int first = i, n = c->n;

	for (; i < n; i++) {
		const uint64_t alloc = kind[i] == BS_EV_ALLOC;
		/* The age of what takes a number is 0. */
		const uint64_t number = p.nr - arg[i];
		const unsigned int live = BS_LIVE | order[i];

		/* Near enough, for it is not known how many of those in between take a number. Outside of
		 * the table, too: an address that wraps is a number, an index that does is undefined. */
		__builtin_prefetch((const void *)((uintptr_t)state + p.nr + AHEAD / 2 -
						  arg[i + AHEAD < n ? i + AHEAD : i]),
				   1);

		if (time[i] != p.last) {
			if (unlikely(p.pages <= p.above || p.pages >= p.below || time[i] >= p.end))
				p = look_at_time(s, p, time[i]);
			p.last = time[i];
		}
		if (unlikely(kind[i] > BS_EV_FREE || number > p.nr))
			break;
		if (unlikely((state[number] ^ live) & (alloc - 1)) || unlikely(offset && offset[i]))
			break;
		state[number] = (uint8_t)(order[i] | alloc * BS_LIVE);
		/* More of them, or less. */
		p.pages += (2 * alloc - 1) << order[i];
		p.nr += alloc;
		p.most = p.pages > p.most ? p.pages : p.most;
	}
	end_plain(s, &p, i - first);
	return i;
}

static void find_max_pfn(struct scan *s, const struct bs_trace_chunk *c)
{
	bs_pfn most = s->sum.max_pfn;

	for (unsigned int i = 0; i < c->n; i++) {
		const bs_pfn end = c->pfn[i] + (1u << c->order[i]);

		if (c->pfn[i] < BS_MAX_PFN && c->kind[i] <= BS_EV_PRE && end > most)
			most = end;
	}
	s->sum.max_pfn = most;
}

static int impossible(const struct bs_trace *t, uint64_t event, const char *why,
		      struct bs_error *err)
{
	char where[320];

	snprintf(where, sizeof(where), "%.250s: chunk %" PRIu64 ", event %" PRIu64, t->path,
		 t->decoder.chunks, event);
	return bs_error_set(err, BS_INPUT, 0, where,
			    "the program that wrote the trace is wrong: make it again",
			    "the event %s", why);
}

static int scan_chunk(struct bs_trace *t, struct scan *s, const struct bs_trace_chunk *c,
		      struct bs_error *err)
{
	/* One more: of what takes a number the place is looked at before it is known what it is. */
	int ret = bs_livetab_reserve(&s->live, c->n + 1);

	for (unsigned int i = 0; !ret; i++) {
		const char *why;

		i = scan_plain(s, c, i);
		if (i == c->n)
			break;
		why = scan_event(s, c, i, &ret);
		if (why && !ret)
			return impossible(t, c->first + i, why, err);
	}
	if (ret)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, t->path, NULL,
				    "the table of live blocks");
	if (c->pfn)
		find_max_pfn(s, c);
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
	bs_used_steps_add(&s->used, s->last, s->live.pages, s->page_shift);
	s->sum.numbers = s->live.nr;
	s->sum.end_pages = s->live.pages;
	/* A file without its end map, scanned before: there is nothing to compare with. */
	if (!ret && t->ended)
		ret = compare_end(t, &s->sum, err);
	return ret;
}

/* The whole file, with pfns; its bytes go into @d. */
static int read_all(struct bs_trace *t, struct scan *s, bool keep_whole, struct bs_digest *d,
		    struct bs_error *err)
{
	const bool no_pfns = t->decoder.no_pfns;
	int ret, rest = 0;

	bs_digest_begin(d);
	bs_bytes_digest(t->in, d);
	t->decoder.no_pfns = false;
	ret = bs_trace_rewind(t, err);
	if (!ret)
		ret = scan_all(t, s, keep_whole, err);
	/* Of a damaged file that is kept the rest was not looked at. */
	if (ret >= 0)
		rest = bs_bytes_drain(t->in, err);
	bs_bytes_digest(t->in, NULL);
	t->decoder.no_pfns = no_pfns;
	return rest < 0 ? rest : ret;
}

int bs_trace_scan(struct bs_trace *t, bool keep_whole, struct bs_error *err)
{
	struct scan s = {.width = 1000, .end = 1000, .page_shift = t->info.page_shift};
	struct bs_digest digest;
	int ret, again;

	t->keep_chunks = UINT64_MAX;
	ret = read_all(t, &s, keep_whole, &digest, err);
	bs_livetab_free(&s.live);
	if (ret < 0) {
		bs_used_steps_free(&s.used);
		return ret;
	}
	take_figures(&t->info, &s.sum);
	stretch(&s, t->info.shape);
	bs_digest_end(&digest, t->info.sha256);
	bs_used_steps_free(&t->used);
	t->used = s.used;
	again = bs_trace_rewind(t, err);
	return again ? again : ret;
}
