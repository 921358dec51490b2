// SPDX-License-Identifier: GPL-2.0-or-later
/* curve.c: fewer points, the same pixels; gaps filled as the bound would. */
#include "bs_test.h"

#include <stdlib.h>

#include "curve.h"

#define MANY 6000

static struct bs_xy points[MANY], before[MANY];

static unsigned int seed;

static unsigned int draw(unsigned int below)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 16) % below;
}

/* A walk with long rests and sudden peaks, at times that are not even. */
static void make_walk(unsigned int with, size_t n)
{
	double x = 0, y = 500;

	seed = with;
	for (size_t i = 0; i < n; i++) {
		x += 1 + draw(20);
		if (draw(3))
			y = draw(40) ? y + draw(21) - 10 : draw(1000);
		points[i] = before[i] = (struct bs_xy){x, y};
	}
}

static double value_at(const struct bs_curve *c, double x)
{
	double y = c->p[0].y;

	for (size_t i = 0; i < c->n && c->p[i].x <= x; i++)
		y = c->p[i].y;
	return y;
}

static void extremes(const struct bs_curve *c, double from, double to, double *low, double *high)
{
	*low = *high = value_at(c, from - 1e-6); /* with which it is entered */
	for (size_t i = 0; i < c->n; i++) {
		if (c->p[i].x < from || c->p[i].x >= to)
			continue;
		*low = c->p[i].y < *low ? c->p[i].y : *low;
		*high = c->p[i].y > *high ? c->p[i].y : *high;
	}
}

static bool is_on_edge(double edge)
{
	for (size_t i = 0; i < MANY; i++)
		if (before[i].x > edge - 1e-6 && before[i].x < edge + 1e-6 && i && i + 1 < MANY)
			return true;
	return false;
}

static void test_every_column_keeps_its_extremes_and_its_end(void **state)
{
	(void)state;
	for (unsigned int with = 1; with < 20; with++) {
		const size_t columns = 50 + 13 * with;
		struct bs_curve thin = {points, MANY}, whole = {before, MANY};
		double from, width;

		make_walk(with, MANY);
		bs_curve_thin(&thin, columns);
		assert_true(thin.n <= 3 * columns + 2);
		from = before[0].x;
		width = (before[MANY - 1].x - from) / (double)columns;
		for (size_t i = 0; i < columns; i++) {
			/* The last column has the very end as its own. */
			const double a = from + width * (double)i,
				     b = a + width + (i + 1 == columns);
			double low[2], high[2];

			if (is_on_edge(a) || is_on_edge(b))
				continue; /* it may be counted to either side */
			extremes(&whole, a, b, &low[0], &high[0]);
			extremes(&thin, a, b, &low[1], &high[1]);
			assert_true(low[0] == low[1]);
			assert_true(high[0] == high[1]);
			assert_true(value_at(&whole, b - 1e-6) == value_at(&thin, b - 1e-6));
		}
		assert_true(thin.p[thin.n - 1].x == before[MANY - 1].x);
		assert_true(thin.p[thin.n - 1].y == before[MANY - 1].y);
	}
}

static void test_a_single_peak_stays(void **state)
{
	struct bs_curve c = {points, 1000};

	(void)state;
	for (size_t i = 0; i < c.n; i++)
		points[i] = (struct bs_xy){(double)i, i == 777 ? 9 : 1};
	bs_curve_thin(&c, 10);
	assert_int_equal(c.n, 4); /* begin, peak, back, end */
	assert_true(c.p[1].x == 777 && c.p[1].y == 9);
	assert_true(c.p[2].x == 778 && c.p[2].y == 1);
}

static void test_what_does_not_change_is_two_points(void **state)
{
	struct bs_curve c = {points, 500};

	(void)state;
	for (size_t i = 0; i < c.n; i++)
		points[i] = (struct bs_xy){(double)i, 4};
	bs_curve_thin(&c, 100);
	assert_int_equal(c.n, 2);
	assert_true(c.p[1].x == 499);
	c = (struct bs_curve){points, 0};
	bs_curve_thin(&c, 100);
	assert_int_equal(c.n, 0);
}

static void test_several_stay_within_their_budget(void **state)
{
	struct bs_curve c[3];
	size_t sum = 0;

	(void)state;
	make_walk(3, MANY);
	for (size_t i = 0; i < 3; i++)
		c[i] = (struct bs_curve){points + i * 2000, 2000};
	bs_curve_thin_all(c, 3, 1200, 500);
	for (size_t i = 0; i < 3; i++)
		sum += c[i].n;
	assert_true(sum <= 500);
	assert_true(sum > 100);
	/* The highest of all was not lost. */
	for (size_t i = 0; i < 3; i++) {
		double low[2], high[2];
		struct bs_curve whole = {before + i * 2000, 2000};

		extremes(&whole, 0, 1e9, &low[0], &high[0]);
		extremes(&c[i], 0, 1e9, &low[1], &high[1]);
		assert_true(low[0] == low[1] && high[0] == high[1]);
	}
}

/*
 * used   8   __          __
 *        4  |  |__      |  |      a gap of 2 from 8 to 4, then one of 4 at 0:
 *        0  |     |____|  |___    the longest that is held decides
 *           0  2  4    8  10  12
 */
static void test_gaps_up_to_the_longest_are_filled(void **state)
{
	const struct bs_xy p[] = {{0, 8}, {2, 4}, {4, 0}, {8, 8}, {10, 0}, {12, 0}};
	const struct bs_curve used = {(struct bs_xy *)(uintptr_t)p, 6};
	struct bs_xy q[6];
	struct bs_curve out = {q, 0};
	static const struct {
		double longest, want[6];
	} cases[] = {
		{3, {8, 4, 0, 8, 0, 0}},
		{4, {8, 4, 4, 8, 0, 0}}, /* the gap at level 4 is 4 long, that above is 6 */
		{6, {8, 8, 8, 8, 0, 0}},
		{100, {8, 8, 8, 8, 0, 0}}, /* what is never used again is held by nobody */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bs_curve_close_gaps(&used, cases[i].longest, &out);
		assert_int_equal(out.n, 6);
		for (size_t k = 0; k < 6; k++)
			assert_true(out.p[k].y == cases[i].want[k]);
	}
}

/* Level by level, as the bound's definition has it. */
static void test_gaps_are_those_of_each_level(void **state)
{
	struct bs_xy q[300];
	struct bs_curve used = {points, 300}, out = {q, 0};

	(void)state;
	for (unsigned int with = 1; with < 30; with++) {
		const double longest = 10 * with;

		make_walk(with, 300);
		for (size_t i = 0; i < 300; i++)
			points[i].y = (double)(labs((long)points[i].y) % 7);
		bs_curve_close_gaps(&used, longest, &out);
		for (size_t i = 0; i < 300; i++) {
			double want = 0;

			for (int level = 1; level < 7; level++) {
				size_t a = i, b = i;

				while (a && used.p[a].y < level)
					a--;
				while (b + 1 < 300 && used.p[b].y < level)
					b++;
				if (used.p[a].y >= level && used.p[b].y >= level &&
				    (a == b || used.p[b].x - used.p[a + 1].x <= longest))
					want = level;
			}
			assert_true(out.p[i].y == want);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_column_keeps_its_extremes_and_its_end),
		cmocka_unit_test(test_a_single_peak_stays),
		cmocka_unit_test(test_what_does_not_change_is_two_points),
		cmocka_unit_test(test_several_stay_within_their_budget),
		cmocka_unit_test(test_gaps_up_to_the_longest_are_filled),
		cmocka_unit_test(test_gaps_are_those_of_each_level),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
