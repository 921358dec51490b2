// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * delay.c - how many of the requests for memory had it how soon. Upwards each step is a tenth of the requests
 * that are left: 90 %, 99 %, 99.9 %, for it is the last few that hurt. Names are flags where their curves end,
 * at the longest delay.
 */
#include "picture_kinds.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "axis.h"
#include "curve.h"
#include "json.h"
#include "labels.h"
#include "sheet.h"
#include "words.h"

#define FLAG 24 /* height of a row of flags */
#define FLAG_SIZE 16

struct delay {
	const struct bs_cast *f;
	struct bs_curve *row; /* x: ns, y: share of the requests that took no longer */
	double most; /* requests of a row */
	struct bs_axis x;
};

/* The pairs of @row's histogram; NULL: the record does not have them, or they are none. */
static const json_t *pairs_of(const struct bs_cast *f, size_t row)
{
	const json_t *cells = json_object_get(json_object_get(f->in->root, "timeline"), "cells");
	const json_t *list = json_object_get(json_array_get(cells, row), "alloc_delays"), *pair;
	uint64_t last = 0, ns, count;
	size_t i;

	json_array_foreach(list, i, pair)
	{
		if (!bs_json_get_uint(json_array_get(pair, 0), &ns) ||
		    !bs_json_get_uint(json_array_get(pair, 1), &count) || (i && ns <= last))
			return NULL;
		last = ns;
	}
	return json_array_size(list) ? list : NULL;
}

static bool take_row(struct delay *d, size_t row)
{
	const json_t *list = pairs_of(d->f, row), *pair;
	struct bs_curve *c = &d->row[row];
	double all = 0, sum = 0;
	uint64_t ns, count;
	size_t i;

	if (!list)
		return true;
	c->p = calloc(json_array_size(list), sizeof(*c->p));
	if (!c->p)
		return false;
	json_array_foreach(list, i, pair)
	{
		bs_json_get_uint(json_array_get(pair, 1), &count);
		all += (double)count;
	}
	json_array_foreach(list, i, pair)
	{
		bs_json_get_uint(json_array_get(pair, 0), &ns);
		bs_json_get_uint(json_array_get(pair, 1), &count);
		sum += (double)count;
		c->p[c->n++] = (struct bs_xy){(double)ns, all > 0 ? sum / all : 1};
	}
	d->most = fmax(d->most, all);
	return true;
}

static size_t points(const struct delay *d)
{
	size_t n = 0;

	for (size_t i = 0; i < d->f->nr_rows; i++)
		n += d->row[i].n;
	return n;
}

static bool fit_axis(struct delay *d)
{
	double *v = calloc(points(d) + 1, sizeof(*v));
	size_t n = 0;

	if (!v)
		return false;
	for (size_t i = 0; i < d->f->nr_rows; i++)
		for (size_t k = 0; k < d->row[i].n; k++)
			v[n++] = d->row[i].p[k].x;
	bs_axis_fit(&d->x, v, n);
	free(v);
	/* Of delays it is the power of ten that matters, however few there are. */
	if (!d->x.is_log && d->x.high > 1) {
		d->x.is_log = true;
		d->x.low = d->x.high / 1000;
		d->x.high *= 1.5;
	}
	return true;
}

/* From 0 to 1: each decade of what is left takes the same height, down to one request of all. */
static double height_of(const struct delay *d, double share)
{
	const double left = fmax(1 - share, 0.5 / d->most);

	return -log10(left) / (log10(d->most / 0.5) * 1.03);
}

static void put_curve(const struct delay *d, FILE *out, const struct bs_curve *c)
{
	double y = 0;

	for (size_t i = 0; i < c->n; i++) {
		const double x = bs_axis_at(&d->x, c->p[i].x);

		fprintf(out, "%.5f\t%.5f\n", x, y);
		y = height_of(d, c->p[i].y);
		fprintf(out, "%.5f\t%.5f\n", x, y);
	}
}

/* ---- Names ----------------------------------------------------------------------------------- */

static char *flag_text(const struct bs_row *r)
{
	char p99[BS_WORD], max[BS_WORD], *text;
	const double at = bs_row_figure(r, "alloc_delay_ns.p99"),
		     most = bs_row_figure(r, "alloc_delay_ns.max");

	if (isnan(at) || isnan(most) ||
	    asprintf(&text, "%s: 99 %% within %s, longest %s%s%s", r->label,
		     bs_picture_time(at, p99), bs_picture_time(most, max), *r->role ? "  ·  " : "",
		     r->role) < 0)
		return strdup(r->label);
	return text;
}

/* The flags of those in front; the plot gets lower for them. */
static void put_flags(struct bs_sheet *s, const struct delay *d)
{
	double x[BS_HIGHLIGHTS] = {0}, width[BS_HIGHLIGHTS] = {0};
	char *text[BS_HIGHLIGHTS] = {NULL};
	size_t row[BS_HIGHLIGHTS] = {0}, who[BS_HIGHLIGHTS] = {0}, n = 0, rows;

	for (size_t i = 0; i < d->f->nr; i++) {
		const struct bs_curve *c = &d->row[d->f->front[i]->index];

		if (!c->n)
			continue;
		text[n] = flag_text(d->f->front[i]);
		x[n] = s->left + (s->right - s->left) * bs_axis_at(&d->x, c->p[c->n - 1].x);
		width[n] = (text[n] ? bs_sheet_text_width(text[n], FLAG_SIZE, true) : 0) + 20;
		who[n++] = i;
	}
	rows = bs_place_flags(x, width, n, row);
	s->top -= FLAG * (double)rows;
	for (size_t i = 0; i < n; i++) {
		const double y = s->top + FLAG * ((double)row[i] + 0.6);
		const bool fits = x[i] + width[i] < BS_SHEET_WIDTH - 10;
		const uint32_t colour = d->f->front[who[i]]->colour;

		bs_sheet_text(s, x[i] + (fits ? 8 : -8), y, fits ? BS_LEFT : BS_RIGHT, FLAG_SIZE,
			      true, colour, "%s", text[i] ? text[i] : "");
		bs_sheet_line(s, x[i], s->bottom + (s->top - s->bottom) / 1.03, x[i], y, colour,
			      1.5);
		free(text[i]);
	}
}

static void put_percentiles(FILE *out, const struct delay *d)
{
	double left = 0.1;

	fprintf(out, "0\t0 %%\n%.5f\t50 %%\n", height_of(d, 0.5));
	for (int digits = 0; left >= 0.9 / d->most; left /= 10, digits++)
		fprintf(out, "%.5f\t%.*f %%\n", height_of(d, 1 - left), digits > 1 ? digits - 1 : 0,
			100 * (1 - left));
	fprintf(out, "%.5f\tall\n", height_of(d, 1));
}

/* ---- The picture ----------------------------------------------------------------------------- */

static void put_waiting(FILE *out, const struct bs_row *r, bool first)
{
	const double share =
		100 * bs_row_figure(r, "alloc_delay_ns.nonzero") / bs_row_figure(r, "allocations");
	char word[BS_WORD];

	if (isnan(share) || isinf(share))
		return;
	fprintf(out, "%s%.*f %% with %s, ", first ? "" : "; ", share < 10 ? 1 : 0, share, r->label);
	fprintf(out, "%s at most", bs_picture_time(bs_row_figure(r, "alloc_delay_ns.max"), word));
}

static char *make_title(const struct bs_cast *f)
{
	const struct bs_row *rows[] = {f->none, f->stock_default ? f->stock_default : f->stock,
				       f->best};
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	if (!f->none || isnan(bs_row_figure(f->none, "alloc_delay_ns.nonzero"))) {
		fputs("How soon requests for memory have it", out);
	} else {
		fputs("Requests for memory that have to wait: ", out);
		for (int i = 0; i < 3; i++)
			if (rows[i] && (!i || rows[i] != rows[i - 1]) &&
			    (i < 2 || rows[i] != rows[0]))
				put_waiting(out, rows[i], !i);
	}
	if (!fclose(out))
		return text;
	free(text);
	return NULL;
}

static void draw(struct bs_sheet *s, const struct delay *d)
{
	char *title = make_title(d->f), *subject = bs_words_subject(d->f), word[BS_WORD];
	double ticks[40];
	size_t n;
	FILE *out;

	if (title && subject)
		bs_sheet_head(s, title, subject);
	free(title);
	free(subject);
	s->left = 140;
	put_flags(s, d);
	n = bs_axis_ticks(&d->x, ticks, 40);
	out = bs_sheet_block(s, "xticks");
	for (size_t i = 0; i < n; i++)
		fprintf(out, "%.5f\t%s\n", bs_axis_at(&d->x, ticks[i]),
			ticks[i] > 0 ? bs_picture_time(ticks[i], word) : "no wait");
	put_percentiles(bs_sheet_block(s, "yticks"), d);
	out = bs_sheet_block(s, "back");
	fputs("NaN\tNaN\n", out);
	for (size_t i = 0; i < d->f->nr_rows; i++) {
		if (d->f->rows[i].in_front)
			continue;
		fputc('\n', out);
		put_curve(d, out, &d->row[i]);
	}
	for (size_t i = n = 0; i < d->f->nr; i++) {
		const struct bs_row *r = d->f->front[i];
		char name[16];

		if (!d->row[r->index].n)
			continue;
		snprintf(name, sizeof(name), "front%zu", ++n);
		put_curve(d, bs_sheet_block(s, name), &d->row[r->index]);
		snprintf(name, sizeof(name), "colour%zu", n);
		bs_sheet_set(s, name, r->colour);
		snprintf(name, sizeof(name), "dash%zu", n);
		bs_sheet_set(s, name, r->variant);
	}
	bs_sheet_set(s, "front", (double)n);
	bs_sheet_set(s, "xgap", d->x.is_log && d->x.has_zero);
	bs_sheet_text(s, s->right, 26, BS_RIGHT, 14, false, BS_PALE, "%s",
		      bs_words_rest(d->f, word));
}

int bs_picture_delay(const struct bs_cast *f, const char *dir, const char *name,
		     struct bs_error *err)
{
	struct delay d = {.f = f};
	struct bs_sheet s;
	bool ok;
	int ret;

	d.row = calloc(f->nr_rows, sizeof(*d.row));
	ok = d.row;
	for (size_t i = 0; i < f->nr_rows && ok; i++)
		ok = take_row(&d, i);
	ok = ok && fit_axis(&d);
	if (!ok)
		ret = bs_error_set(err, BS_RESOURCE, ENOMEM, name, NULL, "cannot be drawn");
	else if (!points(&d) || d.most < 1)
		ret = bs_words_lack(f, "timeline.alloc_delays",
				    "run the comparison again, without --no-timeline", err);
	else
		ret = bs_sheet_open(&s, dir, name, err);
	if (!ret) {
		draw(&s, &d);
		ret = bs_sheet_commit(&s, err);
	}
	for (size_t i = 0; i < f->nr_rows && d.row; i++)
		free(d.row[i].p);
	free(d.row);
	return ret;
}
