// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * held_split.c - why memory is held though unused: for each row how much, and beside it what that consists of.
 */
#include "picture_kinds.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "answer_part.h"
#include "sheet.h"
#include "words.h"

#define SPLIT "held_split"
#define MOST_PARTS 16
#define NAME_SIZE 16
#define LEGEND_SIZE 15

/* Tol's "light": text is read on all of them, and neighbours are told apart by all eyes. */
static const uint32_t shades[] = {0x77AADD, 0xEE8866, 0xEEDD88, 0x44BB99,
				  0xFFAABB, 0xBBCC33, 0xDDDDDD};
#define NR_SHADES (sizeof(shades) / sizeof(shades[0]))

struct split {
	const struct bs_cast *f;
	char part[MOST_PARTS][64]; /* keys of those that any row has */
	uint32_t shade[MOST_PARTS];
	size_t nr_parts;
	const struct bs_row **row; /* in the order of the bars, from above */
	size_t nr;
};

/* Page cache is in use, and could go: it is shown behind what is held. */
#define CACHE SPLIT ".cache_mib_s"
#define CACHE_SHADE 0xE8E8E8

static double figure(const struct bs_row *r, const char *key)
{
	const double v = bs_row_figure(r, key);

	return v > 0 ? v : 0;
}

static double held(const struct bs_row *r)
{
	return figure(r, "held_mib_s");
}

static double shown(const struct bs_row *r)
{
	return held(r) + figure(r, CACHE);
}

static double part_of(const struct split *p, const struct bs_row *r, size_t part)
{
	const double v = bs_row_figure(r, p->part[part]);

	return v > 0 ? v : 0;
}

static void find_parts(struct split *p)
{
	json_t *parts = json_object_get(p->f->rows[0].cell, SPLIT), *v;
	const char *key;
	size_t n = 0;

	json_object_foreach(parts, key, v)
	{
		char path[64];
		bool any = false;

		if (!json_is_integer(v))
			continue;
		snprintf(path, sizeof(path), SPLIT ".%s", key);
		for (size_t k = 0; k < p->f->nr_rows; k++)
			any |= bs_row_figure(&p->f->rows[k], path) > 0;
		/* A part has its colour whether or not others are there. */
		if (any && p->nr_parts < MOST_PARTS) {
			memcpy(p->part[p->nr_parts], path, sizeof(path));
			p->shade[p->nr_parts++] =
				strcmp(path, CACHE) ? shades[n % NR_SHADES] : CACHE_SHADE;
		}
		n++;
	}
}

/* As in the table: what reports nothing first, then the cheapest. */
static bool stands_before(const struct split *p, const struct bs_row *a, const struct bs_row *b)
{
	const double x = bs_row_figure(a, "cost_ns"), y = bs_row_figure(b, "cost_ns");

	if ((a == p->f->none) != (b == p->f->none))
		return a == p->f->none;
	if (isnan(x) || isnan(y))
		return held(a) < held(b);
	return x < y;
}

static void sort_rows(struct split *p)
{
	for (size_t i = 0; i < p->f->nr_rows; i++) {
		size_t k = p->nr++;

		for (; k && stands_before(p, &p->f->rows[i], p->row[k - 1]); k--)
			p->row[k] = p->row[k - 1];
		p->row[k] = &p->f->rows[i];
	}
}

/* ---- The picture ----------------------------------------------------------------------------- */

static void put_box(FILE *out, double left, double right, double bottom, double top,
		    uint32_t colour)
{
	fprintf(out, "%.1f\t%.1f\t%.1f\t%.1f\t%.1f\t%.1f\t%u\n", (left + right) / 2,
		(bottom + top) / 2, left, right, bottom, top, colour);
}

/* In the words of the answer; a part that it does not know by its name in the record. */
static const char *words_of(const char *key)
{
	const char *known, *words;

	for (unsigned int i = 0; bs_answer_part(i, &known, &words); i++)
		if (!strcmp(known, key))
			return words;
	return strcmp(key, CACHE) ? key + strlen(SPLIT ".") : "page cache (in use, but could go)";
}

/* Between the head and the bars. */
static void put_legend(struct bs_sheet *s, const struct split *p, FILE *boxes)
{
	double x = 40;

	for (size_t i = 0; i < p->nr_parts; i++) {
		const double width =
			26 + bs_sheet_text_width(words_of(p->part[i]), LEGEND_SIZE, false) + 26;

		if (x > 40 && x + width > BS_SHEET_WIDTH - 30) {
			x = 40;
			s->top -= 1.6 * LEGEND_SIZE;
		}
		put_box(boxes, x, x + 18, s->top - 9, s->top + 9, p->shade[i]);
		bs_sheet_text(s, x + 26, s->top, BS_LEFT, LEGEND_SIZE, false, BS_INK, "%s",
			      words_of(p->part[i]));
		x += width;
	}
	s->top -= 34;
}

struct panel {
	double left, width;
	double most; /* of the values, at the right end; 0: each row fills all of it */
};

static void put_bar(struct bs_sheet *s, const struct split *p, FILE *boxes, const struct panel *at,
		    const struct bs_row *r, double bottom, double top)
{
	const double all = shown(r);
	double done = 0;

	for (size_t i = 0; i < p->nr_parts && all > 0; i++) {
		const double v = part_of(p, r, i),
			     scale = at->width / (at->most > 0 ? at->most : all);
		const double left = at->left + done * scale;

		done += v;
		if (v * scale < 0.3)
			continue;
		put_box(boxes, left, left + v * scale, bottom, top, p->shade[i]);
		if (!at->most && v * scale > 44)
			bs_sheet_text(s, left + v * scale / 2, (bottom + top) / 2, BS_CENTRE, 14,
				      false, BS_INK, "%.0f %%", 100 * v / all);
	}
	if (!at->most && !(all > 0))
		bs_sheet_text(s, at->left + 6, (bottom + top) / 2, BS_LEFT, 14, false, BS_PALE,
			      "nothing");
}

static bool any_cache(const struct split *p)
{
	for (size_t i = 0; i < p->nr; i++)
		if (figure(p->row[i], CACHE) > 0)
			return true;
	return false;
}

static void put_number(struct bs_sheet *s, const struct split *p, const struct panel *at,
		       const struct bs_row *r, double middle)
{
	const double x = at->left + at->width * shown(r) / at->most + 8;
	char word[BS_WORD], with[BS_WORD];

	if (any_cache(p))
		bs_sheet_text(s, x, middle, BS_LEFT, 14, r->in_front, BS_INK, "%s of %s",
			      bs_picture_number(held(r), word), bs_picture_number(shown(r), with));
	else
		bs_sheet_text(s, x, middle, BS_LEFT, 14, r->in_front, BS_INK, "%s",
			      bs_picture_number(held(r), word));
}

static double widest_name(const struct split *p)
{
	double most = 0;

	for (size_t i = 0; i < p->nr; i++) {
		most = fmax(most, bs_sheet_text_width(p->row[i]->label, NAME_SIZE, true));
		most = fmax(most, bs_sheet_text_width(p->row[i]->role, 13, false));
	}
	return fmin(most, 420);
}

static char *make_title(const struct split *p)
{
	const struct bs_cast *f = p->f;
	const struct bs_row *r = f->stock_default ? f->stock_default
				 : f->stock	  ? f->stock
						  : f->best;
	size_t best = 0;
	char *text;

	for (size_t i = 1; i < p->nr_parts && r; i++)
		if (strcmp(p->part[i], CACHE) && part_of(p, r, i) > part_of(p, r, best))
			best = i;
	if (!r || !(held(r) > 0) || !p->nr_parts) {
		text = strdup("Why memory is held though unused");
	} else if (asprintf(&text, "Of what %s holds though unused, %.0f %% is %s", r->label,
			    100 * part_of(p, r, best) / held(r), words_of(p->part[best])) < 0) {
		text = NULL;
	}
	return text;
}

static void put_rows(struct bs_sheet *s, const struct split *p, FILE *boxes)
{
	const double names = 40 + widest_name(p) + 16;
	struct panel much = {.left = names, .width = (BS_SHEET_WIDTH - names) * 0.3};
	struct panel share = {.left = much.left + much.width + (any_cache(p) ? 170 : 110)};
	const double step = fmin(74, (s->top - 70) / (double)p->nr);

	share.width = BS_SHEET_WIDTH - 60 - share.left;
	for (size_t i = 0; i < p->nr; i++)
		much.most = fmax(much.most, shown(p->row[i]));
	much.most = much.most > 0 ? much.most : 1;
	bs_sheet_text(s, much.left, s->top + 4, BS_LEFT, 16, false, BS_INK, "%s",
		      any_cache(p) ? "held, of that and page cache (MiB·s)" : "held (MiB·s)");
	bs_sheet_text(s, share.left, s->top + 4, BS_LEFT, 16, false, BS_INK,
		      "what it consists of (%% of it)");
	for (size_t i = 0; i < p->nr; i++) {
		const struct bs_row *r = p->row[i];
		const double top = s->top - 14 - step * (double)i, bottom = top - step * 0.74;
		const double middle = (top + bottom) / 2;
		const bool two = *r->role && step > 44;

		bs_sheet_text(s, names - 16, middle + (two ? 8 : 0), BS_RIGHT, NAME_SIZE,
			      r->in_front, r->in_front ? r->colour : BS_INK, "%s", r->label);
		if (two)
			bs_sheet_text(s, names - 16, middle - 13, BS_RIGHT, 13, false, BS_PALE,
				      "%s", r->role);
		put_bar(s, p, boxes, &much, r, bottom, top);
		put_number(s, p, &much, r, middle);
		put_bar(s, p, boxes, &share, r, bottom, top);
	}
}

static void draw(struct bs_sheet *s, struct split *p)
{
	char *title = make_title(p), *subject = bs_words_subject(p->f);
	FILE *boxes;

	if (title && subject)
		bs_sheet_head(s, title, subject);
	free(title);
	free(subject);
	boxes = bs_sheet_block(s, "boxes");
	put_legend(s, p, boxes);
	put_rows(s, p, boxes);
}

int bs_picture_held_split(const struct bs_cast *f, const char *dir, const char *name,
			  struct bs_error *err)
{
	struct split p = {.f = f};
	struct bs_sheet s;
	int ret;

	find_parts(&p);
	if (!p.nr_parts)
		return bs_words_lack(f, "figures held_split", "run the comparison again", err);
	p.row = calloc(f->nr_rows, sizeof(*p.row));
	if (!p.row)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, name, NULL, "cannot be drawn");
	sort_rows(&p);
	ret = bs_sheet_open(&s, dir, name, err);
	if (!ret) {
		draw(&s, &p);
		ret = bs_sheet_commit(&s, err);
	}
	free(p.row);
	return ret;
}
