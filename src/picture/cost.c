// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cost.c - what is held though unused against the time that the guest's CPUs are blocked for it: one point per
 * row, those that none is better than in both joined, and beside them the bound with all that costs as much
 * as it.
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

#define SAME 7 /* pixels: points nearer than that have one label */
#define LABEL_SIZE 15
#define LABEL_WIDTH 330

struct dot {
	double held, stall; /* MiB x s; ns per minute */
	double x, y; /* pixels */
	const struct bs_row *row; /* NULL: the bound */
	size_t same; /* the first dot at this place */
};

#define STEPS 200 /* of the curve of equal cost */

struct cost {
	const struct bs_cast *f;
	struct dot *dots; /* those in front first */
	size_t nr;
	struct bs_axis x, y;
	double weight, minutes; /* ns per MiB x s; of load */
	struct bs_xy *front, *equal; /* lines, from 0 to 1 */
	size_t nr_front, nr_equal;
};

/* ---- The points ------------------------------------------------------------------------------ */

static void add_row(struct cost *c, const struct bs_row *r)
{
	const struct dot d = {.held = bs_row_figure(r, "held_mib_s"),
			      .stall = bs_row_figure(r, "stall_per_minute"),
			      .row = r};

	if (!isnan(d.held) && !isnan(d.stall))
		c->dots[c->nr++] = d;
}

/* What the bound takes back costs what it pays for that; first touches, which all have, come on top as they
 * do in the row that reports nothing. */
static void add_bound(struct cost *c)
{
	const json_t *bound = json_object_get(c->f->in->root, "bound");
	const double first =
		c->f->none ? bs_row_figure(c->f->none, "guest_stall_ns.first_touch") : NAN;
	const double total = c->f->none ? bs_row_figure(c->f->none, "guest_stall_ns.total") : NAN;
	const double per_minute = c->f->none ? bs_row_figure(c->f->none, "stall_per_minute") : NAN;
	uint64_t held, bytes, refault, weight;

	if (!json_is_object(bound) || bs_json_uint_at(bound, "held_mib_s", &held) ||
	    bs_json_uint_at(bound, "refault_bytes", &bytes) ||
	    bs_json_uint_at(bound, "refault_ns_per_mib", &refault) ||
	    bs_json_uint_at(bound, "weight_ns_per_mib_s", &weight) || !(total > 0) ||
	    !(per_minute > 0) || isnan(first))
		return;
	c->minutes = total / per_minute;
	c->weight = (double)weight;
	c->dots[c->nr++] = (struct dot){
		.held = (double)held,
		.stall = ((double)bytes / (1 << 20) * (double)refault + first) / c->minutes,
	};
}

static void take_dots(struct cost *c)
{
	for (size_t i = 0; i < c->f->nr; i++)
		add_row(c, c->f->front[i]);
	add_bound(c);
	for (size_t i = 0; i < c->f->nr_rows; i++)
		if (!c->f->rows[i].in_front)
			add_row(c, &c->f->rows[i]);
}

static void fit_axes(struct cost *c, const struct bs_sheet *s)
{
	double *v = calloc(c->nr + 1, sizeof(*v));

	if (!v)
		return;
	for (size_t i = 0; i < c->nr; i++)
		v[i] = c->dots[i].held;
	bs_axis_fit(&c->x, v, c->nr);
	for (size_t i = 0; i < c->nr; i++)
		v[i] = c->dots[i].stall;
	bs_axis_fit(&c->y, v, c->nr);
	free(v);
	for (size_t i = 0; i < c->nr; i++) {
		struct dot *d = &c->dots[i];

		d->x = s->left + (s->right - s->left) * bs_axis_at(&c->x, d->held);
		d->y = s->bottom + (s->top - s->bottom) * bs_axis_at(&c->y, d->stall);
		for (d->same = 0; d->same < i; d->same++) {
			const struct dot *o = &c->dots[d->same];

			if (o->same == d->same && o->row && d->row && fabs(o->x - d->x) < SAME &&
			    fabs(o->y - d->y) < SAME)
				break;
		}
	}
}

/* ---- The lines between ----------------------------------------------------------------------- */

static int by_held(const void *a, const void *b)
{
	const struct dot *x = *(const struct dot *const *)a, *y = *(const struct dot *const *)b;

	if (x->held != y->held)
		return x->held < y->held ? -1 : 1;
	return x->stall < y->stall ? -1 : x->stall > y->stall;
}

static struct bs_xy place_of(const struct cost *c, double held, double stall)
{
	return (struct bs_xy){bs_axis_at(&c->x, held), bs_axis_at(&c->y, stall)};
}

/* From the one that holds least on, each that stalls less than all before. Only of rows that one could have
 * and that did their work. */
static void make_front(struct cost *c)
{
	const struct dot **order = calloc(c->nr + 1, sizeof(*order));
	double least = HUGE_VAL;
	size_t n = 0;

	c->front = calloc(2 * c->nr + 1, sizeof(*c->front));
	for (size_t i = 0; i < c->nr && order; i++) {
		const struct bs_row *r = c->dots[i].row;

		if (r && r->finished && !r->knows_future)
			order[n++] = &c->dots[i];
	}
	if (order)
		qsort(order, n, sizeof(*order), by_held);
	for (size_t i = 0; i < n && c->front; i++) {
		if (order[i]->stall >= least)
			continue;
		if (c->nr_front)
			c->front[c->nr_front++] = place_of(c, order[i]->held, least);
		least = order[i]->stall;
		c->front[c->nr_front++] = place_of(c, order[i]->held, least);
	}
	free(order);
}

/* All that costs what the bound costs. */
static void make_equal(struct cost *c)
{
	const struct dot *bound = NULL;
	double cost, most;

	for (size_t i = 0; i < c->nr; i++)
		if (!c->dots[i].row)
			bound = &c->dots[i];
	c->equal = calloc(STEPS + 1, sizeof(*c->equal));
	if (!bound || !c->equal)
		return;
	cost = bound->held * c->weight + bound->stall * c->minutes;
	/* To where all of it is held, or the axis ends. */
	most = c->weight > 0 ? fmin(c->x.high, cost / c->weight) : c->x.high;
	for (int i = 0; i <= STEPS && most > c->x.low; i++) {
		/* Evenly along the axis, whatever kind it is. */
		const double share = (double)i / STEPS;
		const double held =
			c->x.is_log ? c->x.low * pow(most / c->x.low, share) : most * share;
		const double stall = fmax(0, (cost - held * c->weight) / c->minutes);

		if (stall >= (c->y.is_log ? c->y.low : 0) && stall <= c->y.high)
			c->equal[c->nr_equal++] = place_of(c, held, stall);
	}
}

static void put_path(FILE *out, const struct bs_xy *p, size_t n)
{
	fputs("NaN\tNaN\n", out);
	for (size_t i = 0; i < n; i++)
		fprintf(out, "%.5f\t%.5f\n", p[i].x, p[i].y);
}

/* A path as boxes that labels keep clear of. */
static size_t add_walls(const struct bs_sheet *s, const struct bs_xy *p, size_t n,
			struct bs_box *walls)
{
	const double w = s->right - s->left, h = s->top - s->bottom;

	for (size_t i = 0; i + 1 < n; i++)
		walls[i] = (struct bs_box){s->left + w * fmin(p[i].x, p[i + 1].x) - 2,
					   s->left + w * fmax(p[i].x, p[i + 1].x) + 2,
					   s->bottom + h * fmin(p[i].y, p[i + 1].y) - 2,
					   s->bottom + h * fmax(p[i].y, p[i + 1].y) + 2};
	return n ? n - 1 : 0;
}

/* ---- Labels ---------------------------------------------------------------------------------- */

/* All who are at one place, in one label: a line for each that is in front, then the others. */
struct label {
	char *line[BS_HIGHLIGHTS + 1];
	uint32_t colour[BS_HIGHLIGHTS + 1];
	unsigned int nr;
};

static void add_line(struct label *l, char *text, uint32_t colour, bool bold)
{
	char *wrapped = text ? bs_sheet_wrap(text, LABEL_WIDTH, LABEL_SIZE, bold) : NULL;

	free(text);
	if (!wrapped)
		return;
	l->line[l->nr] = wrapped;
	l->colour[l->nr++] = colour;
}

static void add_front(struct label *l, const struct bs_row *r)
{
	char *text;

	if (asprintf(&text, "%s%s%s%s", r->label, *r->role ? " (" : "", r->role,
		     *r->role ? ")" : "") < 0)
		text = NULL;
	add_line(l, text, r->colour, true);
}

static void make_label(struct label *l, const struct cost *c, size_t first)
{
	char *text = NULL;
	size_t size, nr = 0;
	FILE *out = open_memstream(&text, &size);

	if (!c->dots[first].row)
		add_line(l, strdup("bound"), 0, true);
	for (size_t i = first; i < c->nr && out; i++) {
		const struct bs_row *r = c->dots[i].row;

		if (!r || c->dots[i].same != first)
			continue;
		if (r->in_front)
			add_front(l, r);
		else
			fprintf(out, "%s%s%s", nr++ ? ", " : "", r->label,
				r->finished ? "" : " (unfinished)");
	}
	if (out && !fclose(out) && nr)
		add_line(l, text, BS_PALE, false);
	else
		free(text);
}

static unsigned int lines_of(const char *text)
{
	unsigned int n = 1;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

static void size_of(const struct label *l, struct bs_tag *tag)
{
	unsigned int lines = 0;

	for (unsigned int i = 0; i < l->nr; i++) {
		for (const char *p = l->line[i]; *p;
		     p += strcspn(p, "\n") + !!p[strcspn(p, "\n")]) {
			char *line = strndup(p, strcspn(p, "\n"));

			if (line)
				tag->w = fmax(tag->w, bs_sheet_text_width(line, LABEL_SIZE,
									  l->colour[i] != BS_PALE));
			free(line);
		}
		lines += lines_of(l->line[i]);
	}
	tag->h = 1.25 * LABEL_SIZE * lines + 2;
}

static void put_label(struct bs_sheet *s, const struct label *l, const struct bs_tag *tag)
{
	const double to_x = fmax(tag->left, fmin(tag->left + tag->w, tag->x));
	const double to_y = fmax(tag->middle - tag->h / 2, fmin(tag->middle + tag->h / 2, tag->y));
	double y = tag->middle + tag->h / 2 - 0.7 * LABEL_SIZE;

	for (unsigned int i = 0; i < l->nr; i++) {
		bs_sheet_text(s, tag->left, y, BS_LEFT, LABEL_SIZE, l->colour[i] != BS_PALE,
			      l->colour[i], "%s", l->line[i]);
		y -= 1.25 * LABEL_SIZE * lines_of(l->line[i]);
	}
	if (tag->apart && l->nr)
		bs_sheet_line(s, tag->x, tag->y, to_x, to_y, l->colour[0], 1);
}

static void put_labels(struct bs_sheet *s, const struct cost *c)
{
	const struct bs_box field = {s->left + 6, BS_SHEET_WIDTH - 20, s->bottom + 6, s->top};
	struct bs_box *walls = calloc(c->nr_front + c->nr_equal + 1, sizeof(*walls));
	size_t nr_walls = 0;
	struct bs_tag *tags = calloc(c->nr + 1, sizeof(*tags));
	struct label *labels = calloc(c->nr + 1, sizeof(*labels));
	size_t n = 0;

	for (size_t i = 0; i < c->nr && tags && labels; i++) {
		if (c->dots[i].same != i)
			continue;
		make_label(&labels[n], c, i);
		tags[n] = (struct bs_tag){.x = c->dots[i].x, .y = c->dots[i].y, .r = 9};
		size_of(&labels[n], &tags[n]);
		n++;
	}
	if (walls) {
		nr_walls = add_walls(s, c->front, c->nr_front, walls);
		nr_walls += add_walls(s, c->equal, c->nr_equal, walls + nr_walls);
	}
	bs_place_tags(tags, n, &field, walls, nr_walls);
	for (size_t i = 0; i < n; i++) {
		put_label(s, &labels[i], &tags[i]);
		for (unsigned int k = 0; k < labels[i].nr; k++)
			free(labels[i].line[k]);
	}
	free(walls);
	free(tags);
	free(labels);
}

/* ---- The picture ----------------------------------------------------------------------------- */

static char *make_title(const struct cost *c)
{
	const struct bs_cast *f = c->f;
	char *text = NULL, held[BS_WORD], stall[BS_WORD];
	const struct bs_row *rows[2] = {f->best, f->stock != f->best ? f->stock : NULL};
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	if (!f->best)
		fputs("What is held against what it costs the guest: lower left is better", out);
	else if (bs_cast_is_tie(f))
		fputs("No strategy is cheaper than none by as much as 1 %", out);
	for (int i = 0; i < 2 && rows[i] && !bs_cast_is_tie(f); i++) {
		fprintf(out, "%s %s: %s MiB·s held, CPUs blocked for %s a minute",
			i ? "; of stock kernels" : "Cheapest is", rows[i]->label,
			bs_picture_number(bs_row_figure(rows[i], "held_mib_s"), held),
			bs_picture_time(bs_row_figure(rows[i], "stall_per_minute"), stall));
	}
	if (!fclose(out))
		return text;
	free(text);
	return NULL;
}

static void put_ticks(FILE *out, const struct bs_axis *a, bool is_time)
{
	double ticks[40];
	const size_t n = bs_axis_ticks(a, ticks, 40);
	char word[BS_WORD];

	for (size_t i = 0; i < n; i++)
		fprintf(out, "%.5f\t%s\n", bs_axis_at(a, ticks[i]),
			is_time ? bs_picture_time(ticks[i], word)
				: bs_picture_number(ticks[i], word));
}

static void put_dots(const struct cost *c, FILE *out)
{
	/* Background first, so that those in front lie on it. */
	for (size_t i = c->nr; i--;) {
		const struct dot *d = &c->dots[i];
		const struct bs_row *r = d->row;

		fprintf(out, "%.5f\t%.5f\t%u\t%d\n", bs_axis_at(&c->x, d->held),
			bs_axis_at(&c->y, d->stall),
			!r	      ? 0
			: r->in_front ? r->colour
				      : 0x9A9A9A,
			!r	       ? 3
			: !r->finished ? 2
			: r->in_front  ? 7
				       : 6);
	}
}

static void draw(struct bs_sheet *s, struct cost *c)
{
	char *title = make_title(c), *subject = bs_words_subject(c->f);

	if (title && subject)
		bs_sheet_head(s, title, subject);
	free(title);
	free(subject);
	s->left = 150;
	s->right = BS_SHEET_WIDTH - 260;
	fit_axes(c, s);
	make_front(c);
	make_equal(c);
	put_labels(s, c);
	put_ticks(bs_sheet_block(s, "xticks"), &c->x, false);
	put_ticks(bs_sheet_block(s, "yticks"), &c->y, true);
	put_path(bs_sheet_block(s, "pareto"), c->front, c->nr_front);
	put_path(bs_sheet_block(s, "equal"), c->equal, c->nr_equal);
	put_dots(c, bs_sheet_block(s, "dots"));
	bs_sheet_set(s, "xgap", c->x.is_log && c->x.has_zero);
	bs_sheet_set(s, "ygap", c->y.is_log && c->y.has_zero);
	bs_sheet_text(s, BS_SHEET_WIDTH - 250, 26, BS_LEFT, 13, false, BS_PALE,
		      "line: no other row is better in both\ndotted: costs as much as the bound");
}

int bs_picture_cost(const struct bs_cast *f, const char *dir, const char *name,
		    struct bs_error *err)
{
	struct cost c = {.f = f};
	struct bs_sheet s;
	int ret;

	c.dots = calloc(f->nr_rows + 1, sizeof(*c.dots));
	if (!c.dots)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, name, NULL, "cannot be drawn");
	take_dots(&c);
	ret = c.nr ? bs_sheet_open(&s, dir, name, err)
		   : bs_words_lack(f, "figure stall_per_minute", "run the comparison again", err);
	if (!ret) {
		draw(&s, &c);
		ret = bs_sheet_commit(&s, err);
	}
	free(c.front);
	free(c.equal);
	free(c.dots);
	return ret;
}
