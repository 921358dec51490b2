/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * axis.h - an axis that fits its values: linear from 0, or logarithmic where they differ by so much that
 * the small ones could not be told apart. 0 has a place of its own then, left of a gap, for it is on no
 * logarithmic axis.
 */
#ifndef BS_AXIS_H
#define BS_AXIS_H

#include <stdbool.h>
#include <stddef.h>

#define BS_AXIS_ZERO 0.03 /* where 0 is, of 1 */
#define BS_AXIS_GAP 0.07 /* and where the logarithmic part begins */

struct bs_axis {
	double low, high; /* of the part that is not 0's */
	bool is_log, has_zero;
};

/* @v: what has to be on it, none negative. */
void bs_axis_fit(struct bs_axis *a, const double *v, size_t n);
/* From 0, left or below, to 1. */
double bs_axis_at(const struct bs_axis *a, double v);
/* Round values that are on it, in order, 0 included: at most @most. Returns how many. */
size_t bs_axis_ticks(const struct bs_axis *a, double *ticks, size_t most);

#endif
