/* SPDX-License-Identifier: GPL-2.0-or-later */
/* choice.h - which of the points that were tried matter, and which is to be named. */
#ifndef BS_CHOICE_H
#define BS_CHOICE_H

#include "point.h"

/* Differences below 1 % are none. */
#define BS_TIE_PERCENT 1

/* What a choice must keep. */
struct bs_limits {
	bool stock;
	bs_ns stall_per_minute; /* BS_NO_TIME: any */
	uint64_t held_bytes; /* UINT64_MAX: any */
};

/* What a weight is multiplied by, in halves: the user's own, half and double of it. */
enum { BS_HALF_WEIGHT = 1, BS_OWN_WEIGHT = 2, BS_DOUBLE_WEIGHT = 4 };

/* What it costs if holding is worth @halves / 2 of the weight that it ran with. */
bs_ns bs_point_cost(const struct bs_point *p, unsigned int halves);

/* Did it run, is it whole, and of what an unpatched kernel offers if that is asked for? */
bool bs_point_counts(const struct bs_point *p, const struct bs_limits *l);
/* The same, can the load tell what its delay does, and is it within both limits? */
bool bs_point_allowed(const struct bs_point *p, const struct bs_limits *l);

/* Is @b a tie with @a, or better? */
bool bs_costs_tie(bs_ns a, bs_ns b);

/*
 * The one to be named: of those that are allowed, the cheapest one; of its ties that which an unpatched
 * kernel offers, then that with the fewest parameters changed, then the cheaper one. BS_NO_POINT: none is
 * allowed.
 */
unsigned int bs_front_choose(const struct bs_points *all, const struct bs_limits *l,
			     unsigned int halves);
/*
 * struct bs_ties - allowed settings that cost the same as another, but for a tie
 * @nr: how many, that one not among them
 * @patched, @changed: which of them need a patch, or have more parameters changed, though it does not
 */
struct bs_ties {
	unsigned int nr, patched, changed;
};
struct bs_ties bs_front_ties(const struct bs_points *all, const struct bs_limits *l,
			     unsigned int of);
/* Where none is allowed: that which goes beyond its limits least, by the limit it breaks most. */
unsigned int bs_front_closest(const struct bs_points *all, const struct bs_limits *l);
/* The idle one, or BS_NO_POINT. */
unsigned int bs_front_base(const struct bs_points *all);

/*
 * The Pareto front: of those that count, who is not beaten in what it holds without losing in how long it
 * blocks. By what they hold, the least first; of those that are equal in both the one that would be named.
 * @list has room for all. Return: how many.
 */
unsigned int bs_front_list(const struct bs_points *all, const struct bs_limits *l,
			   unsigned int *list);
/* Leave out of a front who is within 1 % of the one before in both, then whose place on it says least,
 * until @most are left; the ends, and @keep, stay. Return: how many. */
unsigned int bs_front_thin(const struct bs_points *all, unsigned int *list, unsigned int nr,
			   unsigned int most, unsigned int keep);

#endif
