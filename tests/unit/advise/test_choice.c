// SPDX-License-Identifier: GPL-2.0-or-later
/* choice.c, on made-up points: who is on the front, who is named, within limits and without. */
#include "bs_test.h"

#include "choice.h"

#define POINT(worth_, stall_, ...)                  \
	{                                           \
		.f = {.ran = true,                  \
		      .whole = true,                \
		      .worth = (worth_),            \
		      .stall = (stall_),            \
		      .stall_per_minute = (stall_), \
		      .held_bytes = (worth_)},      \
		__VA_ARGS__                         \
	}

static const struct bs_limits none = {false, BS_NO_TIME, UINT64_MAX};

static struct bs_points points(struct bs_point *p, unsigned int nr)
{
	return (struct bs_points){.p = p, .nr = nr, .room = nr};
}

/*
 *   stall
 *   4000 | a
 *   3000 |    b     x         x is beaten by b, y by c in one of the two only
 *   1000 |       c  y
 *    500 |             d
 *        +--------------- held
 *         100 200 300 400 500
 */
static void test_the_front_is_who_is_not_beaten(void **state)
{
	struct bs_point p[] = {POINT(500, 500),	 POINT(400, 3000), POINT(100, 4000),
			       POINT(400, 1000), POINT(200, 3000), POINT(300, 1000)};
	const struct bs_points all = points(p, 6);
	unsigned int list[6];

	(void)state;
	assert_int_equal(bs_front_list(&all, &none, list), 4);
	assert_int_equal(list[0], 2);
	assert_int_equal(list[1], 4);
	assert_int_equal(list[2], 5);
	assert_int_equal(list[3], 0);
}

/* Of two that are equal the one that is easier to have stands for both; the first, if neither is. */
static void test_equal_points_are_one_of_the_front(void **state)
{
	struct bs_point p[] = {POINT(100, 100, .changed = 1), POINT(100, 100), POINT(100, 100)};
	const struct bs_points all = points(p, 3);
	unsigned int list[3];

	(void)state;
	assert_int_equal(bs_front_list(&all, &none, list), 1);
	assert_int_equal(list[0], 1);
	p[2].f.stock = true;
	assert_int_equal(bs_front_list(&all, &none, list), 1);
	assert_int_equal(list[0], 2);
}

/* One that did not finish, or did not run, beats nobody and is not named. */
static void test_who_does_not_count(void **state)
{
	struct bs_point p[] = {POINT(1, 1), POINT(2, 2), POINT(300, 300)};
	const struct bs_points all = points(p, 3);
	unsigned int list[3];

	(void)state;
	p[0].f.whole = false;
	p[1].f.ran = false;
	assert_int_equal(bs_front_list(&all, &none, list), 1);
	assert_int_equal(list[0], 2);
	assert_int_equal(bs_front_choose(&all, &none, BS_OWN_WEIGHT), 2);
	p[2].f.whole = false;
	assert_int_equal(bs_front_list(&all, &none, list), 0);
	assert_int_equal(bs_front_choose(&all, &none, BS_OWN_WEIGHT), BS_NO_POINT);
	assert_int_equal(bs_front_closest(&all, &none), BS_NO_POINT);
}

static void test_the_weight_decides(void **state)
{
	struct bs_point p[] = {POINT(1001, 5000), POINT(3000, 3500)};
	const struct bs_points all = points(p, 2);

	(void)state;
	/* 6001 and 6500, 5500 and 5000, 7002 and 9500 */
	assert_int_equal(bs_point_cost(&p[0], BS_OWN_WEIGHT), 6001);
	assert_int_equal(bs_point_cost(&p[0], BS_HALF_WEIGHT), 5500);
	assert_int_equal(bs_point_cost(&p[0], BS_DOUBLE_WEIGHT), 7002);
	assert_int_equal(bs_front_choose(&all, &none, BS_OWN_WEIGHT), 0);
	assert_int_equal(bs_front_choose(&all, &none, BS_HALF_WEIGHT), 1);
	assert_int_equal(bs_front_choose(&all, &none, BS_DOUBLE_WEIGHT), 0);
	/* what the host spends is no part of what is weighed */
	p[0].f.host = 600;
	assert_int_equal(bs_point_cost(&p[0], BS_DOUBLE_WEIGHT), 7602);
	assert_int_equal(bs_front_choose(&all, &none, BS_OWN_WEIGHT), 1);
}

/* Less than 1 % apart: what an unpatched kernel offers, then what has less changed, then the cheaper. */
static void test_a_tie_goes_to_what_is_easier_to_have(void **state)
{
	struct bs_point p[] = {POINT(0, 100000, .changed = 2), POINT(0, 100900, .changed = 1),
			       POINT(0, 101100), POINT(0, 100950, .changed = 3)};
	const struct bs_points all = points(p, 4);

	(void)state;
	assert_int_equal(bs_front_choose(&all, &none, BS_OWN_WEIGHT), 1);
	assert_int_equal(bs_front_ties(&all, &none, 1).nr, 3); /* p[2] is 0.2 % from it */
	assert_int_equal(bs_front_ties(&all, &none, 1).changed, 2);
	assert_int_equal(bs_front_ties(&all, &none, 1).patched, 0);
	p[3].f.stock = true;
	assert_int_equal(bs_front_choose(&all, &none, BS_OWN_WEIGHT), 3);
	assert_int_equal(bs_front_ties(&all, &none, 3).patched, 3);
	p[2].f.stock = true; /* more than 1 % above the cheapest */
	assert_int_equal(bs_front_choose(&all, &none, BS_OWN_WEIGHT), 3);
	assert_true(bs_costs_tie(100000, 101000));
	assert_false(bs_costs_tie(100000, 101001));
	assert_true(bs_costs_tie(100000, 1));
}

static void test_limits(void **state)
{
	struct bs_point p[] = {POINT(100, 930), POINT(500, 500), POINT(900, 150)};
	const struct bs_points all = points(p, 3);
	struct bs_limits l = none;

	(void)state;
	assert_int_equal(bs_front_choose(&all, &l, BS_OWN_WEIGHT), 1);
	l.stall_per_minute = 500;
	assert_int_equal(bs_front_choose(&all, &l, BS_HALF_WEIGHT), 2);
	l.held_bytes = 500;
	assert_int_equal(bs_front_choose(&all, &l, BS_HALF_WEIGHT), 1);
	l.stall_per_minute = 499;
	assert_int_equal(bs_front_choose(&all, &l, BS_OWN_WEIGHT), BS_NO_POINT);
	/* by 930/499, 500/499, 900/500 */
	assert_int_equal(bs_front_closest(&all, &l), 1);
	l = (struct bs_limits){.stall_per_minute = 150, .held_bytes = 800};
	/* by 6, 3.3, 1.1: the limit that is broken most counts */
	assert_int_equal(bs_front_closest(&all, &l), 2);
	l = (struct bs_limits){.stock = true, .stall_per_minute = 0, .held_bytes = UINT64_MAX};
	assert_int_equal(bs_front_closest(&all, &l), BS_NO_POINT);
	p[0].f.stock = true;
	assert_int_equal(bs_front_closest(&all, &l), 0);
	l.stall_per_minute = BS_NO_TIME;
	assert_int_equal(bs_front_choose(&all, &l, BS_OWN_WEIGHT), 0);
}

/* The load cannot tell what its delay does: it is on the front for who looks, and is not named. */
static void test_a_delay_that_the_load_cannot_tell_is_not_named(void **state)
{
	struct bs_point p[] = {POINT(100, 100), POINT(500, 500)};
	const struct bs_points all = points(p, 2);
	struct bs_limits l = none;
	unsigned int list[2];

	(void)state;
	p[0].f.late = true;
	assert_int_equal(bs_front_choose(&all, &l, BS_OWN_WEIGHT), 1);
	assert_int_equal(bs_front_list(&all, &l, list), 1);
	assert_int_equal(list[0], 0);
	l.held_bytes = 50;
	assert_int_equal(bs_front_closest(&all, &l), 1);
}

static void test_the_one_to_compare_with(void **state)
{
	struct bs_point p[] = {POINT(100, 100), POINT(500, 500)};
	const struct bs_points all = points(p, 2);

	(void)state;
	assert_int_equal(bs_front_base(&all), BS_NO_POINT);
	p[1].f.idle = true;
	assert_int_equal(bs_front_base(&all), 1);
}

/* The ends stay, and who is asked for; of the others those that bend the front most. */
static void test_a_front_is_thinned(void **state)
{
	struct bs_point p[] = {POINT(1000, 10000), POINT(1005, 9950), POINT(2000, 2000),
			       POINT(6000, 1100),  POINT(9000, 500),  POINT(10000, 100)};
	const struct bs_points all = points(p, 6);
	unsigned int list[6], nr = bs_front_list(&all, &none, list);

	(void)state;
	assert_int_equal(nr, 6);
	nr = bs_front_thin(&all, list, nr, 6, BS_NO_POINT);
	assert_int_equal(nr, 5); /* p[1] is within 1 % of p[0] in both */
	assert_int_equal(list[1], 2);
	nr = bs_front_thin(&all, list, nr, 4, 4);
	assert_int_equal(nr, 4);
	assert_int_equal(list[1], 2); /* the knee */
	assert_int_equal(list[2], 4); /* asked for */
	nr = bs_front_thin(&all, list, nr, 1, BS_NO_POINT);
	assert_int_equal(nr, 2);
	assert_int_equal(list[0], 0);
	assert_int_equal(list[1], 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_front_is_who_is_not_beaten),
		cmocka_unit_test(test_equal_points_are_one_of_the_front),
		cmocka_unit_test(test_who_does_not_count),
		cmocka_unit_test(test_the_weight_decides),
		cmocka_unit_test(test_a_tie_goes_to_what_is_easier_to_have),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_a_delay_that_the_load_cannot_tell_is_not_named),
		cmocka_unit_test(test_the_one_to_compare_with),
		cmocka_unit_test(test_a_front_is_thinned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
