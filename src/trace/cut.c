// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cut.c - a window of a trace as a trace of its own. Blocks live at its start become PRE blocks, a
 * partly freed one as one PRE per aligned piece; later frees find their piece by number and offset.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "livetab.h"
#include "reader.h"
#include "result.h"
#include "units.h"

/** A block live at the cut: its number there, and that of its first piece in the new trace. */
struct kept {
	uint64_t number, first_piece;
};

struct cut {
	struct bs_trace *t;
	struct bs_trace_writer *w;
	bs_ns from, to;
	struct bs_livetab live; /* as it is at @from; not changed afterwards */
	struct kept *kept;
	uint64_t nr_kept, cap_kept;
	uint64_t old_numbers; /* numbers taken before @from */
	uint64_t pres; /* of the new trace */
	uint64_t old_pres; /* of the old one: the lowest numbers */
	uint64_t taken; /* numbers taken so far in the old trace, while writing */
	uint64_t from_pre; /* frees of the old trace's PRE blocks within the window */
	uint64_t boot;
	uint64_t written;
	int mark; /* phase in force at @from; -1: none */
	bool paused;
	struct bs_error *err;
};

static int out_of_memory(struct cut *c)
{
	return bs_error_set(c->err, BS_RESOURCE, ENOMEM, c->t->path, NULL, "cutting a trace");
}

static bool is_before(const struct cut *c, const struct bs_trace_chunk *k, unsigned int i)
{
	return k->kind[i] == BS_EV_PRE || k->time[i] < c->from;
}

/* ---- First pass: what is live at @from ------------------------------------------------------ */

static int see_before(struct cut *c, const struct bs_trace_chunk *k, unsigned int i)
{
	const char *why = NULL;
	int ret = 0;

	if (k->kind[i] == BS_EV_MARK)
		c->mark = (int)k->arg[i];
	if (k->kind[i] == BS_EV_PAUSE || k->kind[i] == BS_EV_RESUME)
		c->paused = k->kind[i] == BS_EV_PAUSE;
	if (bs_ev_takes_number(k->kind[i]))
		ret = bs_livetab_add(&c->live, k->order[i], k->kind[i] != BS_EV_FAILED);
	else if (k->kind[i] == BS_EV_FREE && k->arg[i] > c->live.nr)
		why = "frees an allocation that was not made";
	else if (k->kind[i] == BS_EV_FREE)
		why = bs_livetab_release(&c->live, c->live.nr - k->arg[i],
					 k->offset ? k->offset[i] : 0, k->order[i], &ret);
	if (ret)
		return out_of_memory(c);
	if (why)
		return bs_error_set(c->err, BS_INPUT, 0, c->t->path, "see: buddysim trace validate",
				    "event %" PRIu64 " %s", k->first + i, why);
	c->old_pres += k->kind[i] == BS_EV_PRE;
	return 0;
}

static int find_live(struct cut *c)
{
	struct bs_trace_chunk k;
	int ret = bs_trace_rewind(c->t, c->err);

	if (ret)
		return ret;
	while ((ret = bs_trace_next(c->t, &k, c->err)) == 1) {
		for (unsigned int i = 0; i < k.n; i++) {
			if (!is_before(c, &k, i)) {
				c->old_numbers = c->live.nr;
				return 0;
			}
			ret = see_before(c, &k, i);
			if (ret)
				return ret;
		}
	}
	c->old_numbers = c->live.nr;
	return ret;
}

/* ---- Second pass: out ----------------------------------------------------------------------- */

static int keep(struct cut *c, uint64_t number)
{
	if (c->nr_kept == c->cap_kept) {
		uint64_t cap = c->cap_kept ? c->cap_kept * 2 : 1024;
		struct kept *bigger = realloc(c->kept, cap * sizeof(*bigger));

		if (!bigger)
			return out_of_memory(c);
		c->kept = bigger;
		c->cap_kept = cap;
	}
	c->kept[c->nr_kept++] = (struct kept){number, c->pres};
	return 0;
}

static struct bs_trace_event event_of(const struct cut *c, const struct bs_trace_chunk *k,
				      unsigned int i)
{
	struct bs_trace_event ev = bs_trace_event_of(c->t, k, i);

	ev.time -= c->from;
	return ev;
}

static int write_pres(struct cut *c, const struct bs_trace_chunk *k, unsigned int i,
		      uint64_t number)
{
	struct bs_trace_event ev = event_of(c, k, i);
	const bs_pfn pfn = ev.pfn;
	unsigned int at = 0, order;
	int ret = 0;

	if (!bs_livetab_piece(&c->live, number, &at, &order))
		return 0;
	ret = keep(c, number);
	ev.kind = BS_EV_PRE;
	ev.time = 0;
	while (!ret && bs_livetab_piece(&c->live, number, &at, &order)) {
		ev.order = (uint8_t)order;
		ev.pfn = pfn == BS_NO_PFN ? pfn : pfn + at;
		c->pres++;
		ret = bs_trace_write(c->w, &ev, c->err);
		at += 1u << order;
	}
	return ret;
}

/* The new number and offset of a page of an old block that is live at the cut. */
static uint64_t piece_of(const struct cut *c, uint64_t number, unsigned int *offset)
{
	uint64_t low = 0, high = c->nr_kept, piece;
	unsigned int at = 0, order = 0;

	while (high - low > 1) {
		uint64_t mid = low + (high - low) / 2;

		if (c->kept[mid].number <= number)
			low = mid;
		else
			high = mid;
	}
	piece = c->kept[low].first_piece;
	while (bs_livetab_piece(&c->live, number, &at, &order) && at + (1u << order) <= *offset) {
		at += 1u << order;
		piece++;
	}
	*offset -= at;
	return piece;
}

static int write_within(struct cut *c, const struct bs_trace_chunk *k, unsigned int i)
{
	struct bs_trace_event ev = event_of(c, k, i);

	if (ev.kind == BS_EV_FREE) {
		uint64_t number = c->taken - ev.arg, now = c->taken - c->old_numbers + c->pres;

		c->from_pre += number < c->old_pres;
		c->boot += (ev.flags & BS_EVF_BOOT) != 0;
		if (number < c->old_numbers)
			number = piece_of(c, number, &ev.offset);
		else
			number = number - c->old_numbers + c->pres;
		ev.arg = (uint32_t)(now - number);
	}
	c->written++;
	return bs_trace_write(c->w, &ev, c->err);
}

/* The phase goes on, and so does a pause. */
static int write_state(struct cut *c)
{
	struct bs_trace_event ev = {.kind = BS_EV_MARK, .pfn = BS_NO_PFN};
	int ret = 0;

	if (c->mark >= 0) {
		ev.arg = (uint32_t)c->mark;
		ret = bs_trace_write(c->w, &ev, c->err);
	}
	ev.kind = BS_EV_PAUSE;
	if (!ret && c->paused)
		ret = bs_trace_write(c->w, &ev, c->err);
	return ret;
}

/* One event of the second pass: 1 when the window is over. */
static int pass_event(struct cut *c, const struct bs_trace_chunk *k, unsigned int i, bool *inside)
{
	const bool number = bs_ev_takes_number(k->kind[i]);
	int ret = 0;

	if (is_before(c, k, i)) {
		if (number)
			ret = write_pres(c, k, i, c->taken);
	} else if (k->time[i] >= c->to) {
		return 1;
	} else {
		if (!*inside)
			ret = write_state(c);
		*inside = true;
		if (!ret)
			ret = write_within(c, k, i);
	}
	c->taken += number;
	return ret;
}

static int write_all(struct cut *c)
{
	struct bs_trace_chunk k;
	bool inside = false;
	int ret = bs_trace_rewind(c->t, c->err), stop = 0;

	if (ret)
		return ret;
	while (!stop && (ret = bs_trace_next(c->t, &k, c->err)) == 1)
		for (unsigned int i = 0; i < k.n && !stop; i++)
			stop = pass_event(c, &k, i, &inside);
	if (ret < 0 || stop < 0)
		return ret < 0 ? ret : stop;
	if (!c->written) {
		char end[32];

		bs_format_time(c->t->info.duration, end, sizeof(end));
		return bs_error_set(c->err, BS_INPUT, 0, c->t->path, NULL,
				    "no event in that window; the trace ends at %s", end);
	}
	return 0;
}

static void describe(const struct cut *c, struct bs_trace_info *info)
{
	const char *of = c->t->info.comment[0] ? c->t->info.comment : c->t->info.source;
	char from[32], to[32];
	char head[80];

	bs_format_time(c->from, from, sizeof(from));
	if (c->to == BS_NO_TIME)
		snprintf(to, sizeof(to), "the end");
	else
		bs_format_time(c->to, to, sizeof(to));
	snprintf(head, sizeof(head), "cut %s to %s of: ", from, to);
	bs_trace_comment_of(info, head, of);
}

/* Unknown frees are counted where they are; of the other doubts nobody knows where they were. */
static void take_counters(const struct cut *c, struct bs_trace_info *info)
{
	if (info->unknown_frees > c->from_pre)
		info->unknown_frees = c->from_pre;
	info->boot_frees = c->boot;
	info->unused_batched_twins = info->other_events = 0;
}

static int cut_into(struct cut *c, const char *out_path, struct bs_trace_info *result)
{
	struct bs_trace_info info;
	int ret = 0;

	if (!c->t->info.events)
		ret = bs_trace_scan(c->t, false, c->err);
	if (!ret)
		ret = find_live(c);
	if (ret)
		return ret;
	info = c->t->info;
	describe(c, &info);
	ret = bs_trace_create(out_path, &info, &c->w, c->err);
	if (ret)
		return ret;
	ret = write_all(c);
	if (ret) {
		bs_trace_abandon(c->w);
		return ret;
	}
	take_counters(c, &info);
	return bs_trace_hand_over(c->w, &info, c->t->stop, result, c->err);
}

int bs_trace_cut(struct bs_trace *t, bs_ns from, bs_ns to, const char *out_path,
		 struct bs_trace_info *result, struct bs_error *err)
{
	struct cut c = {.t = t, .from = from, .to = to, .mark = -1, .err = err};
	int ret;

	if (from >= to)
		return bs_error_set(err, BS_USAGE, 0, "trace cut", "give --from before --to",
				    "the window is empty");
	ret = cut_into(&c, out_path, result);
	bs_livetab_free(&c.live);
	free(c.kept);
	return ret;
}
