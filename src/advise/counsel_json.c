// SPDX-License-Identifier: GPL-2.0-or-later
/* counsel_json.c - all of it as one value, and every setting that was tried as a row. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "advised.h"
#include "csv.h"
#include "json.h"

/* ---- A setting ----------------------------------------------------------------------------------- */

static json_t *cell_json(const struct bs_counsel *a, const struct bs_point *p)
{
	const struct bs_space *s = &a->s.tried.spaces[p->space];
	json_t *o = json_object();

	bs_json_put_text(o, "label", p->label);
	bs_json_put_text(o, "strategy", s->spec.s->name);
	bs_json_put_text(o, "params", p->params);
	bs_json_put_bool(o, "stock", p->f.stock);
	bs_json_put_bool(o, "finished", p->f.whole);
	bs_json_put_bool(o, "delay_too_long", p->f.late);
	bs_json_put_bool(o, "allowed", bs_point_allowed(p, &a->s.limits));
	bs_json_put_uint(o, "held_mib_s", p->f.held_mib_s);
	bs_json_put_uint(o, "mean_held_bytes", p->f.held_bytes);
	bs_json_put_uint(o, "peak_resident_bytes", p->f.peak_bytes);
	bs_json_put_time(o, "t50_ns", p->f.t50);
	bs_json_put_time(o, "t90_ns", p->f.t90);
	bs_json_put_uint(o, "stall_ns", p->f.stall);
	bs_json_put_time(o, "stall_per_minute", p->f.stall_per_minute);
	bs_json_put_uint(o, "alloc_delay_p99_ns", p->f.delay_p99);
	bs_json_put_uint(o, "alloc_delay_max_ns", p->f.delay_max);
	bs_json_put_uint(o, "host_ns", p->f.host);
	bs_json_put_uint(o, "cost_ns", bs_point_cost(p, BS_OWN_WEIGHT));
	bs_json_put_uint(o, "calls", p->f.calls);
	bs_json_put_uint(o, "refault_bytes", p->f.refault_bytes);
	bs_json_put_uint(o, "alloc_failed", p->f.alloc_failed);
	bs_json_put_uint(o, "failed_calls", p->f.failed_calls);
	bs_json_put_uint(o, "skipped_ranges", p->f.skipped_ranges);
	bs_json_put_uint(o, "host_errors", p->f.host_errors);
	bs_json_put_uint(o, "unfinished_events", p->f.unfinished);
	return o;
}

static json_t *label_json(const struct bs_counsel *a, unsigned int point)
{
	return point == BS_NO_POINT ? json_null() : bs_json_text(bs_counsel_point(a, point)->label);
}

/* What is typed, by where. */
static json_t *setting_json(const struct bs_counsel *a, unsigned int point)
{
	struct bs_stock_setting s;
	json_t *o;

	if (point == BS_NO_POINT || !bs_search_setting(&a->s, point, &s))
		return json_null();
	o = json_object();
	if (*s.host)
		bs_json_put_text(o, "host", s.host);
	if (*s.monitor)
		bs_json_put_text(o, "monitor", s.monitor);
	if (*s.boot)
		bs_json_put_text(o, "boot", s.boot);
	if (*s.running)
		bs_json_put_text(o, "running", s.running);
	return o;
}

/* ---- The parts ----------------------------------------------------------------------------------- */

static json_t *limits_json(const struct bs_limits *l)
{
	json_t *o = json_object();

	bs_json_put_bool(o, "stock", l->stock);
	if (l->stall_per_minute != BS_NO_TIME)
		bs_json_put_uint(o, "max_stall_per_minute", l->stall_per_minute);
	if (l->held_bytes != UINT64_MAX)
		bs_json_put_uint(o, "max_held_bytes", l->held_bytes);
	return o;
}

static json_t *weight_json(const struct bs_counsel *a, unsigned int point, unsigned int halves)
{
	json_t *o = json_object();

	bs_json_put_uint(o, "weight_ns_per_mib_s", a->s.weight * halves / 2);
	json_object_set_new(o, "choice", label_json(a, point));
	bs_json_put_bool(o, "same", point == a->choice);
	bs_json_put_uint(o, "cost_ns", bs_point_cost(bs_counsel_point(a, point), halves));
	bs_json_put_uint(o, "cost_of_choice_ns",
			 bs_point_cost(bs_counsel_point(a, a->choice), halves));
	return o;
}

static json_t *seed_json(const struct bs_counsel *a)
{
	json_t *o = json_object();

	bs_json_put_uint(o, "seed", a->seed);
	bs_json_put_uint(o, "settings", a->retried);
	json_object_set_new(o, "choice", label_json(a, a->again));
	bs_json_put_bool(o, "same", a->again == a->choice);
	bs_json_put_bool(o, "tie", a->again_tie);
	return o;
}

/* Delays of which five do not fit. */
static json_t *short_json(const struct bs_counsel *a)
{
	json_t *list = json_array();
	bs_ns last = a->s.length / 5;

	for (;;) {
		bs_ns next = BS_NO_TIME;

		for (unsigned int i = 0; i < a->s.tried.points.nr; i++) {
			const bs_ns delay = bs_counsel_point(a, i)->delay;

			if (delay > last && delay < next)
				next = delay;
		}
		if (next == BS_NO_TIME)
			return list;
		json_array_append_new(list, bs_json_uint(next));
		last = next;
	}
}

static json_t *length_json(const struct bs_counsel *a)
{
	json_t *o = json_object();

	bs_json_put_uint(o, "load_ns", a->s.length);
	bs_json_put_uint(o, "window_ns", a->s.window);
	bs_json_put_uint(o, "longest_delay_told_ns", a->s.length / 5);
	json_object_set_new(o, "delays_too_long_ns", short_json(a));
	return o;
}

static json_t *labels_json(const struct bs_counsel *a, const unsigned int *list, unsigned int nr)
{
	json_t *o = json_array();

	for (unsigned int i = 0; i < nr; i++)
		json_array_append_new(o, label_json(a, list[i]));
	return o;
}

static json_t *lines_json(const struct bs_counsel *a)
{
	json_t *o = json_array();

	for (unsigned int i = 0; i < a->nr_lines; i++)
		json_array_append_new(o, bs_json_text(a->line[i]));
	return o;
}

static json_t *choice_json(const struct bs_counsel *a)
{
	json_t *o = json_object();

	json_object_set_new(o, "label", label_json(a, a->choice));
	bs_json_put_bool(o, "within_limits", a->within);
	bs_json_put_uint(o, "ties", a->ties.nr);
	json_object_set_new(o, "setting", setting_json(a, a->choice));
	json_object_set_new(o, "stock", label_json(a, a->stock));
	json_object_set_new(o, "stock_setting", setting_json(a, a->stock));
	json_object_set_new(o, "compared_with", label_json(a, a->base));
	json_object_set_new(o, "half_weight", weight_json(a, a->half, BS_HALF_WEIGHT));
	json_object_set_new(o, "double_weight", weight_json(a, a->twice, BS_DOUBLE_WEIGHT));
	json_object_set_new(o, "other_seed", seed_json(a));
	return o;
}

static json_t *advice_json(const struct bs_counsel *a)
{
	json_t *o = json_object(), *cells = json_array();

	bs_json_put_text(o, "schema", BS_ADVICE_SCHEMA);
	json_object_set_new(o, "text", lines_json(a));
	bs_json_put_uint(o, "seed", a->s.asked->sim->seed);
	bs_json_put_uint(o, "weight_ns_per_mib_s", a->s.weight);
	json_object_set(o, "config", a->s.config);
	json_object_set(o, "trace", a->s.trace);
	bs_json_put_text(o, "kernel", a->s.kernel);
	bs_json_put_text(o, "device", a->s.device);
	json_object_set_new(o, "limits", limits_json(&a->s.limits));
	json_object_set_new(o, "choice", choice_json(a));
	json_object_set_new(o, "length", length_json(a));
	json_object_set_new(o, "front", labels_json(a, a->front, a->nr_front));
	json_object_set_new(o, "shown", labels_json(a, a->finalist, a->nr_finalists));
	for (unsigned int i = 0; i < a->s.tried.points.nr; i++)
		json_array_append_new(cells, cell_json(a, bs_counsel_point(a, i)));
	json_object_set_new(o, "cells", cells);
	return o;
}

int bs_counsel_json(const struct bs_counsel *a, FILE *f)
{
	json_t *o = advice_json(a);
	int ret = o ? json_dumpf(o, f, JSON_INDENT(1) | JSON_ENSURE_ASCII) : -1;

	json_decref(o);
	return !o ? -ENOMEM : ret || fputc('\n', f) == EOF ? -EIO : 0;
}

/* ---- Rows ---------------------------------------------------------------------------------------- */

static void put_text(const char *text, bool quote, FILE *f)
{
	if (quote)
		bs_csv_put(f, text);
	else
		fputs(text, f);
}

static void put_field(const json_t *v, bool quote, FILE *f)
{
	uint64_t n;

	if (json_is_string(v)) {
		put_text(json_string_value(v), quote, f);
	} else if (bs_json_get_uint(v, &n)) {
		fprintf(f, "%" PRIu64, n);
	}
}

static void put_row(const struct bs_counsel *a, const struct bs_point *p, bool quote,
		    const char *sep, bool heads, FILE *f)
{
	json_t *o = cell_json(a, p);
	const char *key;
	json_t *v;

	if (heads)
		fprintf(f, "trace%skernel", sep);
	else
		put_field(json_object_get(a->s.trace, "name"), quote, f);
	if (!heads) {
		fputs(sep, f);
		put_text(a->s.kernel, quote, f);
	}
	json_object_foreach(o, key, v)
	{
		fputs(sep, f);
		if (heads)
			fputs(key, f);
		else
			put_field(v, quote, f);
	}
	json_decref(o);
}

int bs_counsel_cells(const struct bs_counsel *a, bool quote, const char *sep, const char *end,
		     bool headless, FILE *f)
{
	if (!headless) {
		put_row(a, bs_counsel_point(a, 0), quote, sep, true, f);
		fputs(end, f);
	}
	for (unsigned int i = 0; i < a->s.tried.points.nr; i++) {
		put_row(a, bs_counsel_point(a, i), quote, sep, false, f);
		fputs(end, f);
	}
	return ferror(f) ? -EIO : 0;
}
