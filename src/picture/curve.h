/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * curve.h - a quantity over time as a picture can show it: no more points than its width has columns
 * for, and every extreme still there.
 */
#ifndef BS_CURVE_H
#define BS_CURVE_H

#include <stddef.h>

struct bs_xy {
	double x, y;
};

/* Points in order of x; between two of them the value of the first one holds. */
struct bs_curve {
	struct bs_xy *p;
	size_t n;
};

/*
 * Cut the curve into @columns of one width and keep, of each, the value with which it is entered, the
 * smallest, the largest and the last, at their own times: drawn at that width or less it covers the same
 * pixels. What repeats the value before it goes, too, but the last point stays.
 */
void bs_curve_thin(struct bs_curve *c, size_t columns);
/* The same for several, with the columns halved until all of them together have at most @budget points.
 * A curve never has less than it needs for its own extremes. */
void bs_curve_thin_all(struct bs_curve *c, size_t nr, size_t columns, size_t budget);

/*
 * What of @used the cheapest of all reporters would keep: gaps of at most @longest between two uses are
 * held, longer ones are not (MEANING.md, the bound). @out has @used's times.
 */
void bs_curve_close_gaps(const struct bs_curve *used, double longest, struct bs_curve *out);

#endif
