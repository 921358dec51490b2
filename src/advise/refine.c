// SPDX-License-Identifier: GPL-2.0-or-later
#include "refine.h"

#include <stdlib.h>
#include <string.h>

/* ---- Settings -------------------------------------------------------------------------------- */

void bs_tried_free(struct bs_tried *t)
{
	for (unsigned int i = 0; i < t->points.nr; i++) {
		free(t->points.p[i].label);
		free(t->points.p[i].params);
	}
	free(t->points.p);
	for (unsigned int i = 0; i < t->nr_spaces; i++)
		bs_space_close(&t->spaces[i]);
	free(t->spaces);
	*t = (struct bs_tried){0};
}

static unsigned int find(const struct bs_tried *t, unsigned int space, const uint8_t *at)
{
	const unsigned int axes = t->spaces[space].nr_axes;

	for (unsigned int i = 0; i < t->points.nr; i++)
		if (t->points.p[i].space == space && !memcmp(t->points.p[i].at, at, axes))
			return i;
	return BS_NO_POINT;
}

static bool make_room(struct bs_points *all)
{
	const unsigned int room = all->room ? 2 * all->room : 256;
	struct bs_point *more;

	if (all->nr < all->room)
		return true;
	more = realloc(all->p, room * sizeof(*more));
	if (!more)
		return false;
	all->p = more;
	all->room = room;
	return true;
}

bool bs_tried_add(struct bs_tried *t, unsigned int space, const uint8_t *at)
{
	const struct bs_space *s = &t->spaces[space];
	struct bs_point p = {.space = space};

	if (t->points.nr == BS_MOST_POINTS || find(t, space, at) != BS_NO_POINT)
		return false;
	memcpy(p.at, at, s->nr_axes);
	for (unsigned int i = 0; i < s->nr_axes; i++)
		p.changed += at[i] != s->axis[i].own;
	p.fixed_delay =
		!bs_space_has_axis(s, BS_ROLE_DELAY) && !bs_space_has_axis(s, BS_ROLE_PERIOD);
	p.delay = bs_space_value(s, at, BS_ROLE_DELAY, bs_space_value(s, at, BS_ROLE_PERIOD, 0));
	p.label = bs_space_label(s, at);
	if (!p.label || !make_room(&t->points)) {
		free(p.label);
		t->no_memory = true;
		return false;
	}
	t->points.p[t->points.nr++] = p;
	return true;
}

unsigned int bs_tried_beside(const struct bs_tried *t, unsigned int point, unsigned int axis,
			     unsigned int step)
{
	const struct bs_point *p = &t->points.p[point];
	uint8_t at[BS_MAX_AXES];

	memcpy(at, p->at, sizeof(at));
	at[axis] = (uint8_t)step;
	return find(t, p->space, at);
}

/* ---- Coarse ---------------------------------------------------------------------------------- */

static void own_steps(const struct bs_space *s, uint8_t *at)
{
	memset(at, 0, BS_MAX_AXES);
	for (unsigned int i = 0; i < s->nr_axes; i++)
		at[i] = (uint8_t)s->axis[i].own;
}

/* Every combination, from axis @axis on. */
static void add_coarse(struct bs_tried *t, unsigned int space, unsigned int axis, uint8_t *at)
{
	const struct bs_space *s = &t->spaces[space];

	if (axis == s->nr_axes || axis == BS_MAX_AXES) {
		bs_tried_add(t, space, at);
		return;
	}
	for (unsigned int i = 0; i < s->axis[axis].nr; i++) {
		if (!(s->axis[axis].coarse >> i & 1))
			continue;
		at[axis] = (uint8_t)i;
		add_coarse(t, space, axis + 1, at);
	}
}

void bs_refine_first(struct bs_tried *t)
{
	uint8_t at[BS_MAX_AXES];

	for (unsigned int i = 0; i < t->nr_spaces; i++) {
		own_steps(&t->spaces[i], at);
		bs_tried_add(t, i, at);
	}
	for (unsigned int i = 0; i < t->nr_spaces; i++)
		add_coarse(t, i, 0, at);
}

/* ---- Finer ----------------------------------------------------------------------------------- */

static unsigned int add_steps(struct bs_tried *t, unsigned int point, bool all)
{
	const unsigned int space = t->points.p[point].space;
	const struct bs_space *s = &t->spaces[space];
	unsigned int n = 0;
	uint8_t at[BS_MAX_AXES];

	for (unsigned int i = 0; i < s->nr_axes; i++) {
		const unsigned int here = t->points.p[point].at[i];

		memcpy(at, t->points.p[point].at, sizeof(at));
		for (unsigned int step = 0; step < s->axis[i].nr; step++) {
			at[i] = (uint8_t)step;
			if (all || step + 1 == here || step == here + 1)
				n += bs_tried_add(t, space, at);
		}
	}
	return n;
}

#define NR_WANTED 6
#define MOST_OF_FRONT 24 /* it is no use to be finer where it is dense */

/* What would be named, in each way of asking. Return: how many. */
static unsigned int wanted(const struct bs_tried *t, const struct bs_limits *l, unsigned int *list)
{
	static const unsigned int weights[] = {BS_OWN_WEIGHT, BS_HALF_WEIGHT, BS_DOUBLE_WEIGHT};
	struct bs_limits stock = *l;
	unsigned int nr = 0;

	stock.stock = true;
	for (unsigned int i = 0; i < sizeof(weights) / sizeof(weights[0]); i++) {
		list[nr++] = bs_front_choose(&t->points, l, weights[i]);
		list[nr++] = bs_front_choose(&t->points, &stock, weights[i]);
	}
	if (list[0] == BS_NO_POINT)
		list[0] = bs_front_closest(&t->points, l);
	return nr;
}

unsigned int bs_refine_next(struct bs_tried *t, const struct bs_limits *l)
{
	const unsigned int nr = t->points.nr;
	unsigned int *front = calloc(nr + 1, sizeof(*front)), list[NR_WANTED], n, many, added = 0;

	if (!front) {
		t->no_memory = true;
		return 0;
	}
	many = wanted(t, l, list);
	n = bs_front_list(&t->points, l, front);
	n = bs_front_thin(&t->points, front, n, MOST_OF_FRONT, BS_NO_POINT);
	for (unsigned int i = 0; i < n; i++)
		added += add_steps(t, front[i], false);
	for (unsigned int i = 0; i < many; i++)
		if (list[i] != BS_NO_POINT)
			added += add_steps(t, list[i], false);
	for (unsigned int i = 0; i < 2 && !added; i++)
		if (list[i] != BS_NO_POINT)
			added += add_steps(t, list[i], true);
	free(front);
	return added;
}
