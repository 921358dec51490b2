// SPDX-License-Identifier: GPL-2.0-or-later
#include "labels.h"

#include <math.h>
#include <stdlib.h>

#define TURNS 32 /* directions from a point in which its label may stand */
#define ROUNDS 12 /* in which labels look for a better place */

/* ---- One column ------------------------------------------------------------------------------ */

struct block { /* of labels that touch each other */
	size_t first, end; /* in the order of the wishes */
	double height, start; /* where its lower end wants to be, on average */
};

static double clamp(double v, double low, double high)
{
	return v > high ? (high < low ? low : high) : v < low ? low : v;
}

static void sort_wishes(const double *at, size_t *order, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t k = i;

		for (; k && at[order[k - 1]] > at[i]; k--)
			order[k] = order[k - 1];
		order[k] = i;
	}
}

/* Where the lower end of order[first..end) goes if each of them is to be as near its wish as possible. */
static void wish(struct block *b, const size_t *order, const double *at, const double *height)
{
	double sum = 0;

	b->height = 0;
	for (size_t i = b->first; i < b->end; i++) {
		sum += at[order[i]] - height[order[i]] / 2 - b->height;
		b->height += height[order[i]];
	}
	b->start = sum / (double)(b->end - b->first);
}

void bs_place_column(double *at, const double *height, size_t n, double low, double high)
{
	size_t *order = calloc(n + 1, sizeof(*order)), nr = 0;
	struct block *b = calloc(n + 1, sizeof(*b));

	if (!order || !b)
		goto out; /* they stay where they wanted to be */
	sort_wishes(at, order, n);
	for (size_t i = 0; i < n; i++) {
		b[nr] = (struct block){.first = i, .end = i + 1};
		wish(&b[nr], order, at, height);
		b[nr].start = clamp(b[nr].start, low, high - b[nr].height);
		/* Who meets the block below becomes a part of it, and both look for a new place. */
		while (nr && b[nr - 1].start + b[nr - 1].height > b[nr].start) {
			nr--;
			b[nr].end = i + 1;
			wish(&b[nr], order, at, height);
			b[nr].start = clamp(b[nr].start, low, high - b[nr].height);
		}
		nr++;
	}
	for (size_t i = 0; i < nr; i++) {
		/* More than there is room for: evenly, over each other. */
		const double shrink = b[i].height > high - low ? (high - low) / b[i].height : 1.0;
		double start = b[i].start;

		for (size_t k = b[i].first; k < b[i].end; k++) {
			at[order[k]] = start + height[order[k]] * shrink / 2;
			start += height[order[k]] * shrink;
		}
	}
out:
	free(order);
	free(b);
}

/* ---- Flags ----------------------------------------------------------------------------------- */

size_t bs_place_flags(const double *x, const double *width, size_t n, size_t *row)
{
	size_t *order = calloc(n + 1, sizeof(*order)), rows = 0;

	for (size_t i = 0; i < n; i++)
		row[i] = i;
	if (!order)
		return n;
	sort_wishes(x, order, n);
	/* From the right: a pole to the right of a flag's own must not go through the flag, so that this one
	 * is above all flags whose poles it covers. */
	for (size_t i = n; i--;) {
		const size_t me = order[i];

		row[me] = 0;
		for (size_t k = i + 1; k < n; k++)
			if (x[order[k]] < x[me] + width[me] && row[order[k]] >= row[me])
				row[me] = row[order[k]] + 1;
		rows = row[me] + 1 > rows ? row[me] + 1 : rows;
	}
	free(order);
	return rows;
}

/* ---- A field --------------------------------------------------------------------------------- */

struct field {
	const struct bs_box *all, *walls;
	size_t nr_walls;
};

static double overlap(struct bs_box a, struct bs_box b)
{
	const double w = fmin(a.right, b.right) - fmax(a.left, b.left);
	const double h = fmin(a.top, b.top) - fmax(a.bottom, b.bottom);

	return w > 0 && h > 0 ? w * h : 0;
}

static struct bs_box label_box(const struct bs_tag *s)
{
	return (struct bs_box){s->left, s->left + s->w, s->middle - s->h / 2, s->middle + s->h / 2};
}

/* Lines may pass a point by, but not go through its middle. */
static struct bs_box core_box(const struct bs_tag *s)
{
	const double r = s->r * 0.4;

	return (struct bs_box){s->x - r, s->x + r, s->y - r, s->y + r};
}

static struct bs_box point_box(const struct bs_tag *s)
{
	return (struct bs_box){s->x - s->r, s->x + s->r, s->y - s->r, s->y + s->r};
}

/* How much of the line from the point to its label lies in @b, in steps along it. */
static double crossed(const struct bs_tag *s, struct bs_box b)
{
	const struct bs_box l = label_box(s);
	const double to_x = clamp(s->x, l.left, l.right), to_y = clamp(s->y, l.bottom, l.top);
	double n = 0;

	if (!s->apart)
		return 0;
	for (int i = 1; i < 32; i++) {
		const double x = s->x + (to_x - s->x) * i / 32, y = s->y + (to_y - s->y) * i / 32;

		n += x > b.left && x < b.right && y > b.bottom && y < b.top;
	}
	return n;
}

/* What is wrong with @me's place, given all points and the first @placed labels. 0: nothing. */
static double wrong(const struct bs_tag *s, size_t n, size_t me, size_t placed,
		    const struct field *f)
{
	const struct bs_box mine = label_box(&s[me]);
	double sum = fmax(0, f->all->left - mine.left) + fmax(0, mine.right - f->all->right) +
		     fmax(0, f->all->bottom - mine.bottom) + fmax(0, mine.top - f->all->top);

	sum *= 1000; /* outside of the picture it cannot be read at all */
	for (size_t i = 0; i < n; i++) {
		sum += overlap(mine, point_box(&s[i]));
		if (i != me)
			sum += 10 * crossed(&s[me], core_box(&s[i]));
		if (i != me && i < placed)
			sum += overlap(mine, label_box(&s[i])) +
			       20 * crossed(&s[me], label_box(&s[i])) + 20 * crossed(&s[i], mine);
	}
	for (size_t i = 0; i < f->nr_walls; i++)
		sum += overlap(mine, f->walls[i]);
	return sum;
}

/* The label in direction @turn of TURNS from its point, 0 being to the right, its edge @far away. */
static void stand(struct bs_tag *s, unsigned int turn, double far)
{
	const double angle = 2 * M_PI * turn / TURNS, c = cos(angle), d = sin(angle);
	const double reach = s->r + far;

	/* Its nearest point lies in that direction: the more sideways, the more beside. */
	s->left = s->x + reach * c - s->w * (1 - c) / 2;
	s->middle = s->y + reach * d + s->h * d / 2;
	s->apart = far > 12;
}

/* Number @index of the directions: right, left, up, down, and then what lies between, each time halved. */
static unsigned int turn_at(unsigned int index)
{
	static const unsigned int first[] = {0, TURNS / 2, TURNS / 4, 3 * TURNS / 4};
	unsigned int n = 4;

	if (index < 4)
		return first[index];
	while (index >= 2 * n)
		n *= 2;
	return (2 * (index - n) + 1) * TURNS / (2 * n);
}

/* The nearest place at which nothing is wrong, else the one with the least. Returns what is wrong with it. */
static double settle(struct bs_tag *s, size_t n, size_t me, size_t placed, const struct field *f)
{
	static const double fars[] = {4, 10, 24, 40, 60, 85, 115, 150, 190, 240, 300, 370, 450};
	struct bs_tag best = s[me];
	double least = HUGE_VAL;

	for (size_t i = 0; i < sizeof(fars) / sizeof(fars[0]) && least > 0; i++) {
		for (unsigned int t = 0; t < TURNS && least > 0; t++) {
			double w;

			stand(&s[me], turn_at(t), fars[i]);
			w = wrong(s, n, me, placed, f);
			if (w < least) {
				least = w;
				best = s[me];
			}
		}
	}
	s[me] = best;
	return least;
}

size_t bs_place_tags(struct bs_tag *s, size_t n, const struct bs_box *field,
		     const struct bs_box *walls, size_t nr_walls)
{
	const struct field f = {field, walls, nr_walls};
	size_t bad = n;

	for (size_t me = 0; me < n; me++)
		settle(s, n, me, me, &f);
	/* Who found no place may find one now, and who is in its way may move over. */
	for (int round = 0; round < ROUNDS && bad; round++) {
		bad = 0;
		for (size_t me = n; me--;)
			if (wrong(s, n, me, n, &f) > 0)
				bad += settle(s, n, me, n, &f) > 0;
	}
	return bad;
}
