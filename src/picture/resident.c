// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * resident.c - what the host holds over time: the area is what the guest uses, and what a curve has above
 * it is held though unused. Above the plot stands what the load does meanwhile.
 */
#include "picture_kinds.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "curve.h"
#include "json.h"
#include "sheet.h"
#include "words.h"

#define BUDGET 5500 /* points of the curves in front, and as many behind: 300 KB of SVG */
#define MIB 1048576.0

struct resident {
	const struct bs_cast *f;
	struct bs_curve used, bound;
	struct bs_curve *row; /* one per row */
	double top, unit, end; /* MiB; MiB per unit; s */
};

/* ---- The curves ------------------------------------------------------------------------------ */

static bool make_curve(struct bs_curve *c, size_t n)
{
	c->p = calloc(n + 1, sizeof(*c->p));
	c->n = n;
	return c->p;
}

static double seconds(const json_t *times, size_t i)
{
	return (double)bs_stored_number(times, i) / BS_NS_PER_S;
}

static bool take_row(struct resident *r, size_t index)
{
	const struct bs_series *s = &r->f->in->series[index];
	struct bs_curve *c = &r->row[index];

	if (!make_curve(c, s->nr))
		return false;
	for (size_t i = 0; i < s->nr; i++) {
		c->p[i].x = seconds(s->time, i);
		c->p[i].y = (double)(bs_stored_number(s->resident, i) +
				     bs_stored_number(s->unmapped, i)) /
			    MIB;
		r->top = fmax(r->top, c->p[i].y);
	}
	r->end = fmax(r->end, c->p[s->nr - 1].x);
	return true;
}

/* The load is the same for all; where it is late somewhere, the row that reports nothing has it as it was. */
static bool take_used(struct resident *r)
{
	const struct bs_series *s = &r->f->in->series[r->f->none ? r->f->none->index : 0];

	if (!make_curve(&r->used, s->nr))
		return false;
	for (size_t i = 0; i < s->nr; i++) {
		r->used.p[i].x = seconds(s->time, i);
		r->used.p[i].y = (double)bs_stored_number(s->used, i) / MIB;
		r->top = fmax(r->top, r->used.p[i].y);
	}
	return true;
}

static bool take_bound(struct resident *r)
{
	const json_t *bound = json_object_get(r->f->in->root, "bound");
	uint64_t refault, weight;

	if (!r->f->bound || bs_json_uint_at(bound, "refault_ns_per_mib", &refault) ||
	    bs_json_uint_at(bound, "weight_ns_per_mib_s", &weight))
		return true;
	if (!make_curve(&r->bound, r->used.n))
		return false;
	bs_curve_close_gaps(&r->used, weight ? (double)refault / (double)weight : 0, &r->bound);
	return true;
}

static void thin(struct resident *r, size_t columns)
{
	struct bs_curve *back = calloc(r->f->nr_rows + 1, sizeof(*back));
	struct bs_curve front[BS_HIGHLIGHTS + 2];
	size_t nr_front = 0, nr_back = 0, k;

	front[nr_front++] = r->used;
	front[nr_front++] = r->bound;
	for (size_t i = 0; i < r->f->nr_rows && back; i++) {
		if (r->f->rows[i].in_front)
			front[nr_front++] = r->row[i];
		else
			back[nr_back++] = r->row[i];
	}
	bs_curve_thin_all(front, nr_front, columns, BUDGET);
	bs_curve_thin_all(back, nr_back, columns / 2, BUDGET);
	r->used = front[0];
	r->bound = front[1];
	nr_front = 2;
	for (size_t i = k = 0; i < r->f->nr_rows && back; i++)
		r->row[i] = r->f->rows[i].in_front ? front[nr_front++] : back[k++];
	free(back);
}

/* As a line that goes to the right and then up or down. */
static void put_steps(FILE *out, const struct bs_curve *c, double unit)
{
	for (size_t i = 0; i < c->n; i++) {
		if (i && c->p[i].y != c->p[i - 1].y)
			fprintf(out, "%.6g\t%.6g\n", c->p[i].x, c->p[i - 1].y / unit);
		fprintf(out, "%.6g\t%.6g\n", c->p[i].x, c->p[i].y / unit);
	}
}

/* ---- The phases of the load ------------------------------------------------------------------ */

static double pixel_x(const struct bs_sheet *s, const struct resident *r, double at)
{
	return s->left + (s->right - s->left) * at / r->end;
}

static void put_phase(struct bs_sheet *s, FILE *out, const struct resident *r, double from,
		      double to, const char *name, bool at_rest)
{
	const double x1 = pixel_x(s, r, from), x2 = pixel_x(s, r, fmin(to, r->end));

	fprintf(out, "%.6g\t%.6g\t%d\n", from, fmin(to, r->end), at_rest);
	if (x2 - x1 > bs_sheet_text_width(name, 14, false) + 6)
		bs_sheet_text(s, (x1 + x2) / 2, s->top + 14, BS_CENTRE, 14, false, BS_PALE, "%s",
			      name);
}

static void put_phases(struct bs_sheet *s, FILE *out, const struct resident *r)
{
	const json_t *config = json_object_get(r->f->in->root, "config");
	uint64_t length = 0, rounds = 0, gap = 0;
	char name[BS_WORD];
	double at = 0;

	if (bs_json_uint_at(r->f->in->root, "trace.duration_ns", &length) ||
	    bs_json_uint_at(config, "repeat", &rounds) || bs_json_uint_at(config, "gap_ns", &gap)) {
		put_phase(s, out, r, 0, r->end, "", false);
		return;
	}
	for (uint64_t i = 1; i <= rounds && at < r->end; i++) {
		const double done = at + (double)length / BS_NS_PER_S;

		snprintf(name, sizeof(name), rounds > 1 ? "round %u" : "load", (unsigned int)i);
		put_phase(s, out, r, at, done, name, false);
		at = done + (double)gap / BS_NS_PER_S;
		if (i < rounds && gap)
			put_phase(s, out, r, done, at, "idle", true);
		else if (i == rounds && done < r->end)
			put_phase(s, out, r, done, r->end, "idle after the load", true);
	}
}

/* ---- The picture ----------------------------------------------------------------------------- */

static void put_returned(FILE *out, const struct bs_cast *f, const struct bs_row *r)
{
	const double t90 = bs_row_figure(r, "settle_ns.t90");
	char word[BS_WORD];

	fprintf(out, "%s returns %.0f %%", r->label, bs_cast_returned(f, r));
	if (!isnan(t90))
		fprintf(out, ", 90 %% within %s of the load's end", bs_picture_time(t90, word));
}

static char *make_title(const struct bs_cast *f)
{
	const struct bs_row *first = f->stock_default ? f->stock_default
				     : f->stock	      ? f->stock
						      : f->best;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	if (!first || !f->none || isnan(bs_cast_returned(f, first))) {
		fputs("What the host holds for the guest over time", out);
	} else if (bs_cast_is_tie(f)) {
		fputs("No strategy is cheaper than none by as much as 1 %", out);
	} else {
		fputs("Of what the host holds though unused, ", out);
		put_returned(out, f, first);
		if (f->best && f->best != first)
			fprintf(out, "; %s, the cheapest, %.0f %%", f->best->label,
				bs_cast_returned(f, f->best));
	}
	if (!fclose(out))
		return text;
	free(text);
	return NULL;
}

static struct bs_end end_at(struct bs_end e, const struct bs_sheet *s, const struct resident *r,
			    const struct bs_curve *c)
{
	const double share = c->n ? c->p[c->n - 1].y / r->unit / (r->top * 1.06 / r->unit) : 0;

	e.x = s->right;
	e.y = s->bottom + (s->top - s->bottom) * share;
	return e;
}

static void draw(struct bs_sheet *s, struct resident *r)
{
	const struct bs_cast *f = r->f;
	char *title = make_title(f), *subject = bs_words_subject(f), rest[BS_WORD];
	char below[2 * BS_WORD];
	struct bs_end ends[BS_HIGHLIGHTS + 1];
	size_t n = 0;
	FILE *out;

	if (title && subject)
		bs_sheet_head(s, title, subject);
	free(title);
	free(subject);
	s->top -= 22; /* the phases' names */
	for (size_t i = 0; i < f->nr; i++)
		ends[n++] = bs_end_of(f->front[i]);
	if (r->bound.n)
		ends[n++] = bs_end_of_bound();
	s->right = BS_SHEET_WIDTH - bs_ends_width(ends, n);
	thin(r, (size_t)(s->right - s->left));
	for (size_t i = n = 0; i < f->nr; i++, n++)
		ends[n] = end_at(ends[n], s, r, &r->row[f->front[i]->index]);
	if (r->bound.n) {
		ends[n] = end_at(ends[n], s, r, &r->bound);
		n++;
	}
	snprintf(below, sizeof(below), "area: used by the guest\n%s", bs_words_rest(f, rest));
	bs_ends_put(s, ends, n, below);
	put_phases(s, bs_sheet_block(s, "phase"), r);
	put_steps(bs_sheet_block(s, "used"), &r->used, r->unit);
	out = bs_sheet_block(s, "back");
	fputs("NaN\tNaN\n", out);
	for (size_t i = 0; i < f->nr_rows; i++) {
		if (f->rows[i].in_front)
			continue;
		fputc('\n', out);
		put_steps(out, &r->row[i], r->unit);
	}
	for (size_t i = 0; i < n; i++) {
		char name[16];

		snprintf(name, sizeof(name), "front%zu", i + 1);
		put_steps(bs_sheet_block(s, name),
			  i < f->nr ? &r->row[f->front[i]->index] : &r->bound, r->unit);
		snprintf(name, sizeof(name), "colour%zu", i + 1);
		bs_sheet_set(s, name, ends[i].colour);
		snprintf(name, sizeof(name), "dash%zu", i + 1);
		bs_sheet_set(s, name, i < f->nr ? (double)f->front[i]->variant : -1);
	}
	bs_sheet_set(s, "front", (double)n);
	bs_sheet_set(s, "gib", r->unit > 1);
	bs_sheet_set(s, "high", r->top * 1.06 / r->unit);
	bs_sheet_set(s, "end", r->end);
}

int bs_picture_resident(const struct bs_cast *f, const char *dir, const char *name,
			struct bs_error *err)
{
	struct resident r = {.f = f};
	struct bs_sheet s;
	bool ok = true;
	int ret;

	if (!f->in->series)
		return bs_words_lack(f, "timeline",
				     "run the comparison again without --no-timeline", err);
	r.row = calloc(f->nr_rows, sizeof(*r.row));
	ok = r.row;
	for (size_t i = 0; i < f->nr_rows && ok; i++)
		ok = take_row(&r, i);
	ok = ok && take_used(&r) && take_bound(&r);
	r.top = r.top > 0 ? r.top : 1;
	r.end = r.end > 0 ? r.end : 1;
	r.unit = r.top >= 2048 ? 1024 : 1;
	ret = ok ? bs_sheet_open(&s, dir, name, err)
		 : bs_error_set(err, BS_RESOURCE, ENOMEM, name, NULL, "cannot be drawn");
	if (!ret) {
		draw(&s, &r);
		ret = bs_sheet_commit(&s, err);
	}
	for (size_t i = 0; i < f->nr_rows && r.row; i++)
		free(r.row[i].p);
	free(r.row);
	free(r.used.p);
	free(r.bound.p);
	return ret;
}
