// SPDX-License-Identifier: GPL-2.0-or-later
#include "choice.h"

#include <stdlib.h>
#include <string.h>

bs_ns bs_point_cost(const struct bs_point *p, unsigned int halves)
{
	return p->f.worth / 2 * halves + p->f.worth % 2 * halves / 2 + p->f.stall + p->f.host;
}

bool bs_point_counts(const struct bs_point *p, const struct bs_limits *l)
{
	return p->f.ran && p->f.whole && (!l->stock || p->f.stock);
}

static bool is_nameable(const struct bs_point *p, const struct bs_limits *l)
{
	return bs_point_counts(p, l) && !p->f.late;
}

bool bs_point_allowed(const struct bs_point *p, const struct bs_limits *l)
{
	return is_nameable(p, l) && p->f.stall_per_minute <= l->stall_per_minute &&
	       p->f.held_bytes <= l->held_bytes;
}

bool bs_costs_tie(bs_ns a, bs_ns b)
{
	return b <= a || b - a <= a / 100 * BS_TIE_PERCENT;
}

/* ---- Which one ------------------------------------------------------------------------------- */

/* Of two that cost the same: is @a easier to have? */
static bool is_easier(const struct bs_point *a, const struct bs_point *b, unsigned int halves)
{
	if (a->f.stock != b->f.stock)
		return a->f.stock;
	if (a->changed != b->changed)
		return a->changed < b->changed;
	return bs_point_cost(a, halves) < bs_point_cost(b, halves);
}

static bs_ns least_cost(const struct bs_points *all, const struct bs_limits *l, unsigned int halves)
{
	bs_ns least = BS_NO_TIME;

	for (unsigned int i = 0; i < all->nr; i++) {
		const bs_ns cost = bs_point_cost(&all->p[i], halves);

		if (bs_point_allowed(&all->p[i], l) && cost < least)
			least = cost;
	}
	return least;
}

unsigned int bs_front_choose(const struct bs_points *all, const struct bs_limits *l,
			     unsigned int halves)
{
	const bs_ns least = least_cost(all, l, halves);
	unsigned int best = BS_NO_POINT;

	for (unsigned int i = 0; i < all->nr; i++) {
		const struct bs_point *p = &all->p[i];

		if (!bs_point_allowed(p, l) || !bs_costs_tie(least, bs_point_cost(p, halves)))
			continue;
		if (best == BS_NO_POINT || is_easier(p, &all->p[best], halves))
			best = i;
	}
	return best;
}

struct bs_ties bs_front_ties(const struct bs_points *all, const struct bs_limits *l,
			     unsigned int of)
{
	const struct bs_point *p = &all->p[of];
	const bs_ns cost = bs_point_cost(p, BS_OWN_WEIGHT);
	struct bs_ties ties = {0};

	for (unsigned int i = 0; i < all->nr; i++) {
		const struct bs_point *q = &all->p[i];
		const bs_ns other = bs_point_cost(q, BS_OWN_WEIGHT);

		if (i == of || !bs_point_allowed(q, l) || !bs_costs_tie(cost, other) ||
		    !bs_costs_tie(other, cost))
			continue;
		ties.nr++;
		ties.patched += p->f.stock && !q->f.stock;
		ties.changed += q->changed > p->changed;
	}
	return ties;
}

static double excess(uint64_t value, uint64_t limit)
{
	return value <= limit ? 0 : ((double)value + 1) / ((double)limit + 1);
}

static double excess_of(const struct bs_point *p, const struct bs_limits *l)
{
	const double stall = excess(p->f.stall_per_minute, l->stall_per_minute);
	const double held = excess(p->f.held_bytes, l->held_bytes);

	return stall > held ? stall : held;
}

unsigned int bs_front_closest(const struct bs_points *all, const struct bs_limits *l)
{
	unsigned int best = BS_NO_POINT;

	for (unsigned int i = 0; i < all->nr; i++) {
		const struct bs_point *p = &all->p[i];
		double mine, least;

		if (!is_nameable(p, l))
			continue;
		if (best == BS_NO_POINT) {
			best = i;
			continue;
		}
		mine = excess_of(p, l);
		least = excess_of(&all->p[best], l);
		if (mine < least || (mine == least && is_easier(p, &all->p[best], BS_OWN_WEIGHT)))
			best = i;
	}
	return best;
}

unsigned int bs_front_base(const struct bs_points *all)
{
	for (unsigned int i = 0; i < all->nr; i++)
		if (all->p[i].f.ran && all->p[i].f.idle)
			return i;
	return BS_NO_POINT;
}

/* ---- The front ------------------------------------------------------------------------------- */

static bool is_beaten_by(const struct bs_point *p, const struct bs_point *q)
{
	if (q->f.worth > p->f.worth || q->f.stall > p->f.stall)
		return false;
	if (q->f.worth < p->f.worth || q->f.stall < p->f.stall)
		return true;
	/* Equal in both: one of them stands for both. */
	if (is_easier(q, p, BS_OWN_WEIGHT))
		return true;
	return !is_easier(p, q, BS_OWN_WEIGHT) && q < p;
}

unsigned int bs_front_list(const struct bs_points *all, const struct bs_limits *l,
			   unsigned int *list)
{
	unsigned int nr = 0;

	for (unsigned int i = 0; i < all->nr; i++) {
		const struct bs_point *p = &all->p[i];
		bool beaten = !bs_point_counts(p, l);
		unsigned int at = nr;

		for (unsigned int k = 0; k < all->nr && !beaten; k++)
			beaten = k != i && bs_point_counts(&all->p[k], l) &&
				 is_beaten_by(p, &all->p[k]);
		if (beaten)
			continue;
		for (; at && all->p[list[at - 1]].f.worth > p->f.worth; at--)
			list[at] = list[at - 1];
		list[at] = i;
		nr++;
	}
	return nr;
}

static void leave_out(unsigned int *list, unsigned int *nr, unsigned int at)
{
	memmove(list + at, list + at + 1, (--*nr - at) * sizeof(*list));
}

static bool is_near(uint64_t a, uint64_t b)
{
	return bs_costs_tie(a, b) && bs_costs_tie(b, a);
}

/* How far, of the way between its neighbours, the front bends at @at: 0 on a straight line. */
static double bend(const struct bs_points *all, const unsigned int *list, unsigned int at)
{
	const struct bs_found *a = &all->p[list[at - 1]].f, *b = &all->p[list[at]].f,
			      *c = &all->p[list[at + 1]].f;
	const double wide = (double)(c->worth - a->worth), high = (double)(a->stall - c->stall);
	const double x = (double)(b->worth - a->worth) / wide;
	const double y = (double)(a->stall - b->stall) / high;

	return (x > y ? x - y : y - x) * wide * high;
}

unsigned int bs_front_thin(const struct bs_points *all, unsigned int *list, unsigned int nr,
			   unsigned int most, unsigned int keep)
{
	for (unsigned int i = 1; i + 1 < nr;) {
		const struct bs_found *a = &all->p[list[i - 1]].f, *b = &all->p[list[i]].f;

		if (list[i] != keep && is_near(a->worth, b->worth) && is_near(a->stall, b->stall))
			leave_out(list, &nr, i);
		else
			i++;
	}
	while (nr > most && nr > 2) {
		unsigned int least = 0;

		for (unsigned int i = 1; i + 1 < nr; i++)
			if (list[i] != keep &&
			    (!least || bend(all, list, i) < bend(all, list, least)))
				least = i;
		if (!least)
			break;
		leave_out(list, &nr, least);
	}
	return nr;
}
