/* SPDX-License-Identifier: GPL-2.0-or-later */
/* refine.h - what is to be tried: coarse steps first, then around what matters. */
#ifndef BS_REFINE_H
#define BS_REFINE_H

#include "choice.h"
#include "space.h"

/* No more settings than that are tried for one piece of advice. */
#define BS_MOST_POINTS 2000

struct bs_tried {
	struct bs_space *spaces;
	unsigned int nr_spaces;
	struct bs_points points; /* those that are to be tried next have not run */
	bool no_memory;
};

void bs_tried_free(struct bs_tried *t);
/* One setting, unless it is there. Return: is it new? */
bool bs_tried_add(struct bs_tried *t, unsigned int space, const uint8_t *at);

/* Each strategy as it is by itself, and every combination of its coarse steps. */
void bs_refine_first(struct bs_tried *t);
/*
 * One step to both sides of whatever shapes the front, or would be named at the weight, at half or double of
 * it, or if only what is stock counted. Once that brings nothing new: every step of each parameter of what
 * would be named, so that it is known how much each one matters. Return: how many were added; 0: done.
 */
unsigned int bs_refine_next(struct bs_tried *t, const struct bs_limits *l);

/* The same setting with another step on one axis, or BS_NO_POINT: it was not tried. */
unsigned int bs_tried_beside(const struct bs_tried *t, unsigned int point, unsigned int axis,
			     unsigned int step);

#endif
