// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * guests.c - what several guests hold of one host over time: one upon the other, so that the topmost edge is what
 * the host holds for all of them; above that what it has swapped out; a line for its memory. A panel for each row in
 * front, all of them at one scale.
 */
#include "picture_kinds.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "curve.h"
#include "json.h"
#include "sheet.h"
#include "words.h"

#define BUDGET 9000 /* points: 300 KB of SVG */
#define PANELS 3
#define NAMED 11 /* guests that have an area of their own; what is more is one together */
#define MIB 1048576.0

/* Tol's "muted" and "light": neighbours are told apart by all eyes. The last one is of all others. */
static const uint32_t shades[NAMED + 1] = {0x88CCEE, 0xEE8866, 0x44AA99, 0xDDCC77,
					   0x8877BB, 0xFFAABB, 0x117733, 0xBBCC33,
					   0xCC6677, 0x77AADD, 0x999933, 0xC4C4C4};
#define SWAP 0x5A5A5A
#define KILLED 0xB00020
#define KILLS_TOLD 4

/* Areas of a panel from below: guests, what is in swap on top. */
struct hosts {
	const struct bs_cast *f;
	const struct bs_row *row[PANELS];
	struct bs_curve curve[PANELS * (NAMED + 2)]; /* MiB over seconds: upper edges */
	unsigned int nr, areas; /* of panels; in each, without swap */
	size_t guests;
	double end, top, unit; /* s; MiB; MiB per unit */
	uint64_t memory; /* of the host; 0: without a limit */
};

/* ---- The curves ------------------------------------------------------------------------------ */

static const struct bs_series *series_of(const struct hosts *h, unsigned int panel)
{
	return &h->f->in->series[h->row[panel]->index];
}

static struct bs_curve *curve_of(struct hosts *h, unsigned int panel, unsigned int area)
{
	return &h->curve[panel * (h->areas + 1) + area];
}

static unsigned int area_of(const struct hosts *h, size_t guest)
{
	return guest < h->areas - 1 ? (unsigned int)guest : h->areas - 1;
}

/* What guest @g holds, where it holds it: on top of the area below. */
static void add_guest(struct hosts *h, unsigned int panel, const struct bs_guest_series *g,
		      unsigned int area)
{
	const struct bs_series *s = series_of(h, panel);
	size_t at = 0;

	for (size_t i = 0; i < s->nr; i++) {
		const json_int_t now = bs_stored_number(s->time, i);
		double held;

		while (at + 1 < g->nr && bs_stored_number(g->time, at + 1) <= now)
			at++;
		held = (double)(bs_stored_number(g->resident, at) +
				bs_stored_number(g->unmapped, at)) /
		       MIB;
		for (unsigned int k = area; k <= h->areas; k++)
			curve_of(h, panel, k)->p[i].y += held;
	}
}

static bool take_row(struct hosts *h, unsigned int panel)
{
	const struct bs_series *s = series_of(h, panel);

	for (unsigned int k = 0; k <= h->areas; k++) {
		struct bs_curve *c = curve_of(h, panel, k);

		c->p = calloc(s->nr, sizeof(*c->p));
		if (!c->p)
			return false;
		c->n = s->nr;
		for (size_t i = 0; i < s->nr; i++)
			c->p[i].x = (double)bs_stored_number(s->time, i) / BS_NS_PER_S;
	}
	for (size_t g = 0; g < s->nr_guests; g++)
		add_guest(h, panel, &s->guests[g], area_of(h, g));
	for (size_t i = 0; i < s->nr; i++) {
		struct bs_xy *p = &curve_of(h, panel, h->areas)->p[i];

		p->y += (double)bs_stored_number(s->host_swapped, i) / MIB;
		h->top = fmax(h->top, p->y);
	}
	h->end = fmax(h->end, (double)bs_stored_number(s->time, s->nr - 1) / BS_NS_PER_S);
	return true;
}

/* ---- A panel --------------------------------------------------------------------------------- */

struct place {
	double left, right, bottom, top;
};

static double x_of(const struct hosts *h, const struct place *at, double t)
{
	return at->left + (at->right - at->left) * t / h->end;
}

static double y_of(const struct hosts *h, const struct place *at, double mib)
{
	return at->bottom + (at->top - at->bottom) * mib / h->top;
}

static void put_area(struct bs_sheet *s, struct hosts *h, unsigned int panel, unsigned int area,
		     const struct place *at)
{
	const struct bs_curve *c = curve_of(h, panel, area);
	char name[24];
	FILE *out;

	snprintf(name, sizeof(name), "area%u", panel * (h->areas + 1) + area + 1);
	out = bs_sheet_block(s, name);
	for (size_t i = 0; i < c->n; i++) {
		const double x = x_of(h, at, c->p[i].x);

		if (i)
			fprintf(out, "%.1f\t%.1f\n", x, y_of(h, at, c->p[i - 1].y));
		fprintf(out, "%.1f\t%.1f\n", x, y_of(h, at, c->p[i].y));
	}
}

/* 1, 2 or 5 times a power of ten, such that there are at most @most of them. */
static double step_of(double all, unsigned int most)
{
	const double rough = all / most, power = pow(10, floor(log10(rough)));

	return power * (rough / power <= 1   ? 1
			: rough / power <= 2 ? 2
			: rough / power <= 5 ? 5
					     : 10);
}

static void put_axes(struct bs_sheet *s, const struct hosts *h, const struct place *at, bool last)
{
	const double times = step_of(h->end, 10), levels = step_of(h->top / h->unit, 5);
	char word[BS_WORD];

	for (double v = 0; v * h->unit <= h->top; v += levels) {
		const double y = y_of(h, at, v * h->unit);

		bs_sheet_line(s, at->left - 6, y, at->left, y, 0x404040, 1);
		bs_sheet_text(s, at->left - 12, y, BS_RIGHT, 14, false, BS_INK, "%s",
			      bs_picture_number(v, word));
	}
	for (double t = 0; t <= h->end; t += times) {
		const double x = x_of(h, at, t);

		bs_sheet_line(s, x, at->bottom, x, at->bottom - 6, 0x404040, 1);
		if (last)
			bs_sheet_text(s, x, at->bottom - 20, BS_CENTRE, 14, false, BS_INK, "%s",
				      bs_picture_number(t, word));
	}
	bs_sheet_line(s, at->left, at->bottom, at->right, at->bottom, 0x404040, 1.5);
	bs_sheet_line(s, at->left, at->bottom, at->left, at->top, 0x404040, 1.5);
}

/* "killed: batch 1 at 5.1 s, and 3 more". NULL: nobody was. */
static char *kills_of(const struct bs_row *r)
{
	const json_t *guests = json_object_get(r->cell, "guests"), *g;
	char *text = NULL, word[BS_WORD];
	unsigned int n = 0;
	uint64_t killed;
	size_t i, size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	json_array_foreach(guests, i, g)
	{
		const char *label = json_string_value(json_object_get(g, "label"));

		if (!label || bs_json_uint_at(g, "killed_at_ns", &killed))
			continue;
		if (n < KILLS_TOLD)
			fprintf(out, "%s%s at %s", n ? ", " : "killed: ", label,
				bs_picture_time((double)killed, word));
		n++;
	}
	if (n > KILLS_TOLD)
		fprintf(out, ", and %u more", n - KILLS_TOLD);
	if (!fclose(out) && n)
		return text;
	free(text);
	return NULL;
}

static void put_panel(struct bs_sheet *s, struct hosts *h, unsigned int panel,
		      const struct place *at)
{
	const struct bs_row *r = h->row[panel];
	char *kills = kills_of(r);

	bs_sheet_text(s, at->left, at->top + 13, BS_LEFT, 17, true, r->colour, "%s", r->label);
	put_axes(s, h, at, panel + 1 == h->nr);
	if (kills)
		bs_sheet_text(s, at->right, at->top + 13, BS_RIGHT, 14, false, KILLED, "%s", kills);
	free(kills);
}

/* Lines over the areas: the host's memory, and when a guest was killed. */
static void put_over(struct bs_sheet *s, const struct hosts *h, const struct place *at)
{
	FILE *out = bs_sheet_block(s, "over");

	for (unsigned int i = 0; i < h->nr; i++) {
		const json_t *guests = json_object_get(h->row[i]->cell, "guests"), *g;
		const double y = y_of(h, &at[i], (double)h->memory / MIB);
		uint64_t killed;
		size_t n;

		if (h->memory)
			fprintf(out, "%.1f\t%.1f\t%.1f\t0\t%u\n", at[i].left, y,
				at[i].right - at[i].left, BS_INK);
		json_array_foreach(guests, n, g)
		{
			if (bs_json_uint_at(g, "killed_at_ns", &killed))
				continue;
			fprintf(out, "%.1f\t%.1f\t0\t%.1f\t%u\n",
				x_of(h, &at[i], (double)killed / BS_NS_PER_S), at[i].bottom,
				at[i].top - at[i].bottom, KILLED);
		}
	}
	/* There is one in any case, or gnuplot would miss the block. */
	fputs("-9\t-9\t0\t1\t0\n", out);
}

/* Who is who, in the order in which they lie upon each other. */
static void put_names(struct bs_sheet *s, const struct hosts *h, double left, double top)
{
	const struct bs_series *first = series_of(h, 0);

	if (h->memory) {
		bs_sheet_line(s, left, top + 24, left + 16, top + 24, BS_INK, 2);
		bs_sheet_text(s, left + 24, top + 24, BS_LEFT, 15, false, BS_INK,
			      "the host's memory");
	}
	bs_sheet_set(s, "swatch_left", left);
	bs_sheet_set(s, "swatch_top", top);
	bs_sheet_text(s, left + 24, top, BS_LEFT, 15, false, BS_INK, "in swap");
	for (unsigned int k = h->areas; k-- > 0;) {
		const double y = top - 24 * (h->areas - k);

		if (k == h->areas - 1 && h->guests > h->areas)
			bs_sheet_text(s, left + 24, y, BS_LEFT, 15, false, BS_INK,
				      "%zu other guests", h->guests - k);
		else
			bs_sheet_text(s, left + 24, y, BS_LEFT, 15, false, BS_INK, "%s",
				      first->guests[k].label);
	}
}

/* ---- The picture ----------------------------------------------------------------------------- */

static void put_swap(FILE *out, const struct bs_row *r)
{
	const double kills = bs_row_figure(r, "host.kills");
	const double mib = bs_row_figure(r, "host.swapped_out_bytes") / MIB;
	char word[BS_WORD];

	if (mib > 0)
		fprintf(out, "%s MiB under %s", bs_picture_number(mib, word), r->label);
	else
		fprintf(out, "nothing under %s", r->label);
	if (kills > 0)
		fprintf(out, " (%.0f killed)", kills);
}

static char *make_title(const struct hosts *h)
{
	char *text = NULL, word[BS_WORD];
	double swapped = 0;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	for (unsigned int i = 0; i < h->nr; i++)
		swapped += bs_row_figure(h->row[i], "host.swapped_out_bytes");
	if (!out)
		return NULL;
	fputs(swapped > 0 ? "Swapped out: " : "At most held for all guests: ", out);
	for (unsigned int i = 0; i < h->nr; i++) {
		fputs(i ? ", " : "", out);
		if (swapped > 0)
			put_swap(out, h->row[i]);
		else
			fprintf(out, "%s MiB under %s",
				bs_picture_number(bs_row_figure(h->row[i], "host.peak_bytes") / MIB,
						  word),
				h->row[i]->label);
	}
	if (!fclose(out))
		return text;
	free(text);
	return NULL;
}

static void draw(struct bs_sheet *s, struct hosts *h)
{
	char *title = make_title(h), *subject = bs_words_subject(h->f);
	const double left = 100, right = BS_SHEET_WIDTH - 200, gap = 44;
	struct place at[PANELS];
	double high;

	if (title && subject)
		bs_sheet_head(s, title, subject);
	free(title);
	free(subject);
	bs_curve_thin_all(h->curve, (size_t)h->nr * (h->areas + 1), (size_t)(right - left), BUDGET);
	high = (s->top - 20 - s->bottom - gap * (h->nr - 1)) / h->nr;
	for (unsigned int i = 0; i < h->nr; i++) {
		const double bottom = s->bottom + (high + gap) * (h->nr - 1 - i);
		char name[24];

		at[i] = (struct place){left, right, bottom, bottom + high};
		put_panel(s, h, i, &at[i]);
		if (!i)
			put_names(s, h, right + 16, at[i].top - 30);
		snprintf(name, sizeof(name), "base%u", i + 1);
		bs_sheet_set(s, name, bottom);
		for (unsigned int k = 0; k <= h->areas; k++)
			put_area(s, h, i, k, &at[i]);
	}
	put_over(s, h, at);
	bs_sheet_text(s, (left + right) / 2, s->bottom - 46, BS_CENTRE, 16, false, BS_INK,
		      "virtual time (s)");
	bs_sheet_text(s, 32, (s->bottom + s->top) / 2, BS_UPWARDS, 16, false, BS_INK,
		      "held by the host for its guests (%s)", h->unit > 1 ? "GiB" : "MiB");
	bs_sheet_set(s, "panels", h->nr);
	bs_sheet_set(s, "areas", h->areas);
	bs_sheet_set(s, "swap_shade", SWAP);
	for (unsigned int k = 0; k < h->areas; k++) {
		char name[24];

		snprintf(name, sizeof(name), "shade%u", k + 1);
		bs_sheet_set(s, name,
			     shades[k == h->areas - 1 && h->guests > h->areas ? NAMED : k]);
	}
}

static bool choose_rows(struct hosts *h)
{
	const struct bs_cast *f = h->f;

	for (size_t i = 0; i < f->nr && h->nr < PANELS; i++)
		h->row[h->nr++] = f->front[i];
	for (size_t i = 0; i < f->nr_rows && h->nr < PANELS; i++)
		if (!f->rows[i].in_front)
			h->row[h->nr++] = &f->rows[i];
	h->guests = series_of(h, 0)->nr_guests;
	h->areas = h->guests < NAMED + 1 ? (unsigned int)h->guests : NAMED + 1;
	for (unsigned int i = 0; i < h->nr; i++)
		if (series_of(h, i)->nr_guests != h->guests)
			return false;
	return h->guests;
}

int bs_picture_guests(const struct bs_cast *f, const char *dir, const char *name,
		      struct bs_error *err)
{
	struct hosts h = {.f = f};
	struct bs_sheet s;
	bool ok = true;
	int ret;

	if (!f->in->series || !choose_rows(&h))
		return 2;
	bs_json_uint_at(json_object_get(f->in->root, "config"), "host_memory_bytes", &h.memory);
	h.top = (double)h.memory / MIB;
	for (unsigned int i = 0; i < h.nr && ok; i++)
		ok = take_row(&h, i);
	h.top = h.top > 0 ? h.top * 1.04 : 1;
	h.end = h.end > 0 ? h.end : 1;
	h.unit = h.top >= 2048 ? 1024 : 1;
	ret = ok ? bs_sheet_open(&s, dir, name, err)
		 : bs_error_set(err, BS_RESOURCE, ENOMEM, name, NULL, "cannot be drawn");
	if (!ret) {
		draw(&s, &h);
		ret = bs_sheet_commit(&s, err);
	}
	for (size_t i = 0; i < sizeof(h.curve) / sizeof(h.curve[0]); i++)
		free(h.curve[i].p);
	return ret;
}
