// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * orders.c - free memory by the size of its blocks, over time: a strip for each order, at a scale of its own, for
 * a few blocks that hinder everything else are lost beside gigabytes. Of one row; or of two side by side, at
 * the same scales, and then what the second one has more or less of.
 */
#include "picture_kinds.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "curve.h"
#include "sheet.h"
#include "words.h"

#define BUDGET 9000 /* points: 300 KB of SVG */
#define PANELS 3
#define MIB 1048576.0

struct strips {
	const struct bs_cast *f;
	const struct bs_row *row[2]; /* the second may be NULL */
	struct bs_curve
		curve[PANELS * BS_NR_ORDERS]; /* MiB over seconds, a panel behind the other */
	double most[PANELS][BS_NR_ORDERS];
	double end;
	unsigned int nr, orders; /* of panels; in each */
};

/* ---- The curves ------------------------------------------------------------------------------ */

static struct bs_curve *curve_of(struct strips *p, unsigned int panel, unsigned int order)
{
	return &p->curve[panel * p->orders + order];
}

static double time_at(const struct bs_series *s, size_t i)
{
	return (double)bs_stored_number(s->time, i) / BS_NS_PER_S;
}

static double free_at(const struct strips *p, const struct bs_series *s, size_t i,
		      unsigned int order)
{
	return (double)bs_stored_number(json_array_get(s->nr_free, i), order) *
	       (double)(p->f->in->page_bytes << order) / MIB;
}

static bool take_row(struct strips *p, unsigned int panel)
{
	const struct bs_series *s = &p->f->in->series[p->row[panel]->index];

	for (unsigned int k = 0; k < p->orders; k++) {
		struct bs_curve *c = curve_of(p, panel, k);

		c->p = calloc(s->nr, sizeof(*c->p));
		if (!c->p)
			return false;
		c->n = s->nr;
		for (size_t i = 0; i < s->nr; i++)
			c->p[i] = (struct bs_xy){time_at(s, i), free_at(p, s, i, k)};
	}
	p->end = fmax(p->end, time_at(s, s->nr - 1));
	return true;
}

/* The second less the first, at every time at which either changes. */
static bool subtract(const struct bs_curve *a, const struct bs_curve *b, struct bs_curve *out)
{
	size_t i = 0, k = 0;

	out->p = calloc(a->n + b->n, sizeof(*out->p));
	if (!out->p)
		return false;
	while (i + 1 < a->n || k + 1 < b->n) {
		out->p[out->n++] =
			(struct bs_xy){fmax(a->p[i].x, b->p[k].x), b->p[k].y - a->p[i].y};
		if (k + 1 == b->n || (i + 1 < a->n && a->p[i + 1].x < b->p[k + 1].x)) {
			i++;
		} else {
			if (i + 1 < a->n && a->p[i + 1].x == b->p[k + 1].x)
				i++;
			k++;
		}
	}
	out->p[out->n++] = (struct bs_xy){fmax(a->p[i].x, b->p[k].x), b->p[k].y - a->p[i].y};
	return true;
}

static bool take_all(struct strips *p)
{
	bool ok = take_row(p, 0) && (!p->row[1] || take_row(p, 1));

	p->nr = p->row[1] ? PANELS : 1;
	for (unsigned int k = 0; k < p->orders && ok && p->row[1]; k++)
		ok = subtract(curve_of(p, 0, k), curve_of(p, 1, k), curve_of(p, 2, k));
	return ok;
}

static double most_of(const struct bs_curve *c)
{
	double most = 0;

	for (size_t i = 0; i < c->n; i++)
		most = fmax(most, fabs(c->p[i].y));
	return most;
}

static void scale(struct strips *p)
{
	for (unsigned int k = 0; k < p->orders; k++) {
		const double most = fmax(most_of(curve_of(p, 0, k)), most_of(curve_of(p, 1, k)));

		p->most[0][k] = p->most[1][k] = most;
		p->most[2][k] = most_of(curve_of(p, 2, k));
	}
}

/* The share of the free memory that lies in blocks of @order and above, over all time, in percent. */
static double share_above(struct strips *p, unsigned int panel, unsigned int order)
{
	double all = 0, above = 0;

	for (unsigned int k = 0; k < p->orders; k++) {
		const struct bs_curve *c = curve_of(p, panel, k);

		for (size_t i = 0; i + 1 < c->n; i++) {
			const double v = c->p[i].y * (c->p[i + 1].x - c->p[i].x);

			all += v;
			above += k >= order ? v : 0;
		}
	}
	return all > 0 ? 100 * above / all : NAN;
}

/* ---- The picture ----------------------------------------------------------------------------- */

static void size_word(const struct strips *p, unsigned int order, char *buf)
{
	const uint64_t kib = p->f->in->page_bytes >> 10 << order;

	if (kib < 1024)
		snprintf(buf, BS_WORD, "%u KiB", (unsigned int)kib);
	else
		snprintf(buf, BS_WORD, "%u MiB", (unsigned int)(kib >> 10));
}

struct place {
	double left, width; /* of the panel */
	double base, height; /* of the strip: where its 0 is, and what its most reaches */
};

static void put_strip(struct bs_sheet *s, struct strips *p, unsigned int panel, unsigned int order,
		      const struct place *at)
{
	const struct bs_curve *c = curve_of(p, panel, order);
	const double most = p->most[panel][order] > 0 ? p->most[panel][order] : 1;
	char name[24];
	FILE *out;

	snprintf(name, sizeof(name), "strip%u", panel * p->orders + order + 1);
	out = bs_sheet_block(s, name);
	for (size_t i = 0; i < c->n; i++) {
		const double x = at->left + at->width * c->p[i].x / p->end;

		if (i)
			fprintf(out, "%.1f\t%.1f\n", x,
				at->base + at->height * c->p[i - 1].y / most);
		fprintf(out, "%.1f\t%.1f\n", x, at->base + at->height * c->p[i].y / most);
	}
	snprintf(name, sizeof(name), "base%u", panel * p->orders + order + 1);
	bs_sheet_set(s, name, at->base);
	bs_sheet_line(s, at->left, at->base, at->left + at->width, at->base, 0xB8B8B8, 1);
	if (panel == 2 && !(p->most[2][order] > 0))
		bs_sheet_text(s, at->left + at->width / 2, at->base + 9, BS_CENTRE, 13, false,
			      BS_PALE, "no difference");
	else if (!(p->most[panel][order] > 0))
		bs_sheet_text(s, at->left + at->width / 2, at->base + 9, BS_CENTRE, 13, false,
			      BS_PALE, "none");
}

static void put_times(struct bs_sheet *s, const struct strips *p, double left, double width)
{
	const double rough = p->end / (p->nr > 1 ? 4 : 8), power = pow(10, floor(log10(rough)));
	const double step = power * (rough / power <= 1	  ? 1
				     : rough / power <= 2 ? 2
				     : rough / power <= 5 ? 5
							  : 10);
	char word[BS_WORD];

	for (double t = 0; t <= p->end; t += step) {
		const double x = left + width * t / p->end;

		bs_sheet_line(s, x, s->bottom, x, s->bottom - 6, 0x404040, 1);
		bs_sheet_text(s, x, s->bottom - 20, BS_CENTRE, 14, false, BS_INK, "%s",
			      bs_picture_number(t, word));
	}
	bs_sheet_line(s, left, s->bottom, left + width, s->bottom, 0x404040, 1.5);
	bs_sheet_text(s, left + width / 2, s->bottom - 46, BS_CENTRE, 16, false, BS_INK,
		      "virtual time (s)");
}

static void put_scale(struct bs_sheet *s, const struct strips *p, unsigned int order, double left,
		      double right, double middle)
{
	char size[BS_WORD], word[BS_WORD];

	size_word(p, order, size);
	bs_sheet_text(s, left, middle + 9, BS_RIGHT, 15, true, BS_INK, "%s (order %u)", size,
		      order);
	bs_sheet_text(s, left, middle - 11, BS_RIGHT, 13, false, BS_PALE, "at most %s MiB",
		      bs_picture_number(p->most[0][order], word));
	if (p->row[1] && p->most[2][order] > 0)
		bs_sheet_text(s, right, middle, BS_LEFT, 13, false, BS_PALE, "± %s MiB",
			      bs_picture_number(p->most[2][order], word));
}

static void put_panels(struct bs_sheet *s, struct strips *p)
{
	const double left = 200, right = BS_SHEET_WIDTH - (p->nr > 1 ? 130 : 40), gap = 30;
	const double width = (right - left - gap * (p->nr - 1)) / p->nr;
	const double step = (s->top - 24 - s->bottom) / p->orders;

	for (unsigned int i = 0; i < p->nr; i++) {
		const double x = left + (width + gap) * i;

		if (i < 2)
			bs_sheet_text(s, x, s->top, BS_LEFT, 17, true, p->row[i]->colour, "%s",
				      p->row[i]->label);
		else
			bs_sheet_text(s, x, s->top, BS_LEFT, 17, true, BS_INK,
				      "the second less the first (blue: more, red: less)");
		put_times(s, p, x, width);
		for (unsigned int k = 0; k < p->orders; k++) {
			const double bottom = s->bottom + step * k;
			const struct place at = {x, width, i < 2 ? bottom : bottom + step / 2,
						 i < 2 ? step * 0.86 : step * 0.43};

			put_strip(s, p, i, k, &at);
		}
	}
	for (unsigned int k = 0; k < p->orders; k++)
		put_scale(s, p, k, left - 14, right + 8, s->bottom + step * (k + 0.5));
}

/* Of 2 MiB. */
static unsigned int huge_order(const struct strips *p)
{
	unsigned int order = 0;

	while (p->f->in->page_bytes << order < UINT64_C(2) << 20)
		order++;
	return order;
}

static char *make_title(struct strips *p)
{
	const unsigned int order = huge_order(p);
	const double a = share_above(p, 0, order), b = p->row[1] ? share_above(p, 1, order) : NAN;
	char *text = NULL;
	int n;

	if (isnan(a))
		n = asprintf(&text, "Free memory by block size over time");
	else if (isnan(b))
		n = asprintf(&text, "Of free memory, blocks of 2 MiB and more are %.1f %% under %s",
			     a, p->row[0]->label);
	else
		n = asprintf(
			&text,
			"Of free memory, blocks of 2 MiB and more are %.1f %% under %s and %.1f %% under %s",
			a, p->row[0]->label, b, p->row[1]->label);
	return n < 0 ? NULL : text;
}

static void draw(struct bs_sheet *s, struct strips *p)
{
	char *title = make_title(p), *subject = bs_words_subject(p->f);

	if (title && subject)
		bs_sheet_head(s, title, subject);
	free(title);
	free(subject);
	scale(p);
	bs_curve_thin_all(p->curve, (size_t)p->nr * p->orders, p->nr > 1 ? 420 : 1360, BUDGET);
	put_panels(s, p);
	bs_sheet_set(s, "strips", p->nr * p->orders);
}

int bs_picture_orders(const struct bs_cast *f, const char *dir, const char *name,
		      struct bs_error *err)
{
	struct strips p = {.f = f, .orders = (unsigned int)f->in->nr_orders};
	struct bs_sheet s;
	int ret;

	if (!f->in->series)
		return bs_words_lack(f, "timeline",
				     "run the comparison again without --no-timeline", err);
	p.row[0] = f->nr ? f->front[0] : &f->rows[0];
	p.row[1] = f->nr > 1 ? f->front[1] : NULL;
	ret = take_all(&p) ? bs_sheet_open(&s, dir, name, err)
			   : bs_error_set(err, BS_RESOURCE, ENOMEM, name, NULL, "cannot be drawn");
	if (!ret) {
		p.end = p.end > 0 ? p.end : 1;
		draw(&s, &p);
		ret = bs_sheet_commit(&s, err);
	}
	for (unsigned int i = 0; i < PANELS * BS_NR_ORDERS; i++)
		free(p.curve[i].p);
	return ret;
}
