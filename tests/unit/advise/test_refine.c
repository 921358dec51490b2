// SPDX-License-Identifier: GPL-2.0-or-later
/* refine.c: coarse first, then finer where it matters, until the best is found; on a made-up landscape. */
#include "bs_test.h"

#include <stdlib.h>

#include "refine.h"

static const struct bs_limits none = {false, BS_NO_TIME, UINT64_MAX};

static struct bs_tried begin(const char *strategy)
{
	struct bs_tried t = {.spaces = calloc(1, sizeof(*t.spaces)), .nr_spaces = 1};

	assert_int_equal(bs_space_open(&t.spaces[0], strategy, false, 32, NULL, NULL), 0);
	return t;
}

static uint64_t off(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

/* The further from order 7 the more is held, the further from step 4 of the delays the more blocks. */
static void run_all(struct bs_tried *t)
{
	for (unsigned int i = 0; i < t->points.nr; i++) {
		struct bs_point *p = &t->points.p[i];

		p->f = (struct bs_found){
			.ran = true,
			.whole = true,
			.worth = 1000 + 900 * off(p->at[0], 7),
			.stall = 1000 + 700 * off(p->at[1], 4),
		};
	}
}

static unsigned int search(struct bs_tried *t, const struct bs_limits *l)
{
	unsigned int rounds = 1;

	bs_refine_first(t);
	run_all(t);
	while (bs_refine_next(t, l)) {
		run_all(t);
		rounds++;
	}
	return rounds;
}

static void test_coarse_steps_first(void **state)
{
	struct bs_tried t = begin("bubble:hwm=32,capacity=32");
	const struct bs_axis *order = &t.spaces[0].axis[0], *delay = &t.spaces[0].axis[1];

	(void)state;
	bs_refine_first(&t);
	assert_int_equal(t.points.nr,
			 __builtin_popcount(order->coarse) * __builtin_popcount(delay->coarse));
	/* as it is by itself, before all others, and once */
	assert_string_equal(t.points.p[0].label, "bubble:hwm=32,capacity=32,order=9,delay=100ms");
	assert_int_equal(t.points.p[0].changed, 0);
	assert_int_equal(t.points.p[0].delay, 100 * BS_NS_PER_MS);
	for (unsigned int i = 1; i < t.points.nr; i++) {
		assert_true(t.points.p[i].changed > 0);
		assert_false(bs_tried_add(&t, 0, t.points.p[i].at));
	}
	bs_tried_free(&t);
}

static void test_the_best_is_found_without_trying_all(void **state)
{
	struct bs_tried t = begin("bubble");
	const struct bs_space *s = &t.spaces[0];
	unsigned int best, all = 1;

	(void)state;
	search(&t, &none);
	best = bs_front_choose(&t.points, &none, BS_OWN_WEIGHT);
	assert_int_equal(t.points.p[best].at[0], 7); /* order 7 is no coarse step */
	assert_int_equal(t.points.p[best].at[1], 4); /* nor is 200 ms */
	/* and how much each of its parameters matters is known */
	for (unsigned int i = 0; i < s->nr_axes; i++) {
		all *= s->axis[i].nr;
		for (unsigned int step = 0; step < s->axis[i].nr; step++)
			assert_int_not_equal(bs_tried_beside(&t, best, i, step), BS_NO_POINT);
	}
	assert_true(t.points.nr < all / 10);
	bs_tried_free(&t);
}

/* What comes closest is looked at as closely as what would be named. */
static void test_where_nothing_is_allowed(void **state)
{
	struct bs_tried t = begin("bubble:hwm=32,capacity=32");
	const struct bs_limits l = {false, BS_NO_TIME, 0};
	unsigned int best;

	(void)state;
	bs_refine_first(&t);
	do {
		run_all(&t);
		for (unsigned int i = 0; i < t.points.nr; i++)
			t.points.p[i].f.held_bytes = t.points.p[i].f.worth;
	} while (bs_refine_next(&t, &l));
	assert_int_equal(bs_front_choose(&t.points, &l, BS_OWN_WEIGHT), BS_NO_POINT);
	best = bs_front_closest(&t.points, &l);
	assert_int_equal(t.points.p[best].at[0], 7);
	for (unsigned int step = 0; step < t.spaces[0].axis[0].nr; step++)
		assert_int_not_equal(bs_tried_beside(&t, best, 0, step), BS_NO_POINT);
	bs_tried_free(&t);
}

static void test_it_has_an_end(void **state)
{
	struct bs_tried t = begin("none");

	(void)state;
	assert_int_equal(search(&t, &none), 1);
	assert_int_equal(t.points.nr, 1);
	assert_true(t.points.p[0].fixed_delay);
	bs_tried_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_coarse_steps_first),
		cmocka_unit_test(test_the_best_is_found_without_trying_all),
		cmocka_unit_test(test_where_nothing_is_allowed),
		cmocka_unit_test(test_it_has_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
