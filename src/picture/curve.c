// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * curve.c - step curves made small, and the bound as one.
 *
 *   5  |    _        a column of the picture: at most 5, at least 1, left with 3. What else happens
 *   3  |   | |  ____ in it lies on pixels that these cover already, together with the value that
 *   2  |___| | |     the column before was left with.
 *   1  |     |_|
 */
#include "curve.h"

/* Which points of a column [first, end) stay, in order: at most three. Returns how many. */
static size_t pick(const struct bs_xy *p, size_t first, size_t end, size_t stays[3])
{
	size_t low = first, high = first, n = 0;

	for (size_t i = first + 1; i < end; i++) {
		if (p[i].y < p[low].y)
			low = i;
		if (p[i].y > p[high].y)
			high = i;
	}
	stays[n++] = low < high ? low : high;
	if (low != high)
		stays[n++] = low < high ? high : low;
	if (stays[n - 1] != end - 1)
		stays[n++] = end - 1;
	return n;
}

static size_t column_of(double x, double from, double width, size_t columns)
{
	const double at = width > 0 ? (x - from) / width * (double)columns : 0;

	return at < (double)columns ? (size_t)at : columns - 1;
}

/* Without those that say what the one before says; the last point stays. */
static void drop_repeats(struct bs_curve *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++)
		if (!n || i + 1 == c->n || c->p[i].y != c->p[n - 1].y)
			c->p[n++] = c->p[i];
	c->n = n;
}

void bs_curve_thin(struct bs_curve *c, size_t columns)
{
	/* The first point stays in any case: there the columns begin. */
	size_t n = 1, first = 1, end, stays[3];
	double from, width;

	drop_repeats(c);
	if (c->n < 3 || !columns)
		return;
	from = c->p[0].x;
	width = c->p[c->n - 1].x - from;
	for (; first < c->n; first = end) {
		const size_t column = column_of(c->p[first].x, from, width, columns);
		size_t nr;

		for (end = first + 1; end < c->n; end++)
			if (column_of(c->p[end].x, from, width, columns) != column)
				break;
		nr = pick(c->p, first, end, stays);
		for (size_t i = 0; i < nr; i++)
			c->p[n++] = c->p[stays[i]];
	}
	c->n = n;
	drop_repeats(c);
}

static size_t points_of(const struct bs_curve *c, size_t nr)
{
	size_t sum = 0;

	for (size_t i = 0; i < nr; i++)
		sum += c[i].n;
	return sum;
}

void bs_curve_thin_all(struct bs_curve *c, size_t nr, size_t columns, size_t budget)
{
	do {
		for (size_t i = 0; i < nr; i++)
			bs_curve_thin(&c[i], columns);
		columns /= 2;
	} while (columns >= 16 && points_of(c, nr) > budget);
}

void bs_curve_close_gaps(const struct bs_curve *used, double longest, struct bs_curve *out)
{
	const struct bs_xy *u = used->p;

	out->n = used->n;
	for (size_t i = 0; i < used->n; i++)
		out->p[i] = u[i];
	for (size_t i = 0; i + 1 < used->n; i++) {
		/* A gap behind i begins when i's value ends. Where it ends is where as much is used again, by
		 * k at the latest; whatever lies between is filled up to the lower of its two sides. */
		const double begin = u[i + 1].x;
		size_t k = i + 1;
		double most = 0;

		while (k + 1 < used->n && u[k + 1].x - begin <= longest)
			k++;
		for (; k > i + 1; k--) {
			const double before = out->p[k - 1].y;

			most = u[k].y > most ? u[k].y : most;
			if ((most < u[i].y ? most : u[i].y) > before)
				out->p[k - 1].y = most < u[i].y ? most : u[i].y;
		}
	}
}
