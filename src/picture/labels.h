/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * labels.h - where labels go so that none covers another: in pixels, x to the right and y upwards. The same
 * input always gives the same places.
 */
#ifndef BS_LABELS_H
#define BS_LABELS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Labels in one column, such as at the ends of curves: @at[i] is where label i would best have its middle,
 * @height[i] how much it takes. Changed to where it stands, in the order of the wishes, as near to them as
 * there is room between @low and @high. Where there is none they stand evenly, over each other if need be.
 */
void bs_place_column(double *at, const double *height, size_t n, double low, double high);

/*
 * Labels that fly like flags over points of one line, left edges at @x[i]: @row[i] is how many rows above the
 * line, such that no flag meets another one or its pole. Returns how many rows there are.
 */
size_t bs_place_flags(const double *x, const double *width, size_t n, size_t *row);

/* A point with its label: @x, @y, @r the point and its radius, @w and @h the label's size; @left and @middle
 * are where the label then stands, @apart says that it needs a line to its point. */
struct bs_tag {
	double x, y, r, w, h;
	double left, middle;
	bool apart;
};

struct bs_box {
	double left, right, bottom, top;
};

/*
 * Labels beside the points of a field; the first ones choose first. Each stays within @field, clear of all
 * points, labels and @walls, and no line to a point crosses another label, as long as there is any such place.
 * Returns how many found none: these stand where they cover least.
 */
size_t bs_place_tags(struct bs_tag *s, size_t n, const struct bs_box *field,
		     const struct bs_box *walls, size_t nr_walls);

#endif
