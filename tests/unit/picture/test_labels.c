// SPDX-License-Identifier: GPL-2.0-or-later
/* labels.c: no label covers another one, wherever the points are. */
#include "bs_test.h"

#include <math.h>

#include "labels.h"

static unsigned int seed;

static double draw(double below)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 8) % 65536 / 65536.0 * below;
}

/* ---- One column ------------------------------------------------------------------------------ */

static void assert_apart(const double *at, const double *height, size_t n, double low, double high)
{
	for (size_t i = 0; i < n; i++) {
		assert_true(at[i] - height[i] / 2 >= low - 1e-6);
		assert_true(at[i] + height[i] / 2 <= high + 1e-6);
		for (size_t k = 0; k < i; k++)
			assert_true(fabs(at[i] - at[k]) >= (height[i] + height[k]) / 2 - 1e-6);
	}
}

static void test_who_has_room_stays(void **state)
{
	double at[] = {100, 10, 50}, height[] = {20, 20, 20};

	(void)state;
	bs_place_column(at, height, 3, 0, 200);
	assert_true(at[0] == 100 && at[1] == 10 && at[2] == 50);
}

static void test_who_wants_the_same_place_share_it_around_it(void **state)
{
	double at[] = {100, 100, 100}, height[] = {20, 20, 20};

	(void)state;
	bs_place_column(at, height, 3, 0, 200);
	assert_apart(at, height, 3, 0, 200);
	assert_true(at[0] == 80 && at[1] == 100 && at[2] == 120);
}

static void test_the_edge_pushes(void **state)
{
	double at[] = {0, 2, 4}, height[] = {20, 30, 20};

	(void)state;
	bs_place_column(at, height, 3, 0, 200);
	assert_true(at[0] == 10 && at[1] == 35 && at[2] == 60);
}

static void test_any_column_is_in_order_and_apart(void **state)
{
	(void)state;
	for (seed = 1; seed < 3000; seed += 7) {
		double at[8], want[8], height[8];
		const size_t n = 1 + seed % 8;
		const unsigned int keep = seed;

		for (size_t i = 0; i < n; i++) {
			at[i] = want[i] = draw(400);
			height[i] = 10 + draw(30);
		}
		seed = keep;
		bs_place_column(at, height, n, 0, 400);
		assert_apart(at, height, n, 0, 400);
		for (size_t i = 0; i < n; i++)
			for (size_t k = 0; k < n; k++)
				assert_true(!(want[i] < want[k]) || at[i] < at[k]);
	}
}

static void test_without_room_they_stand_evenly(void **state)
{
	double at[] = {5, 5, 5}, height[] = {20, 20, 20};

	(void)state;
	bs_place_column(at, height, 3, 0, 30);
	assert_true(at[0] == 5 && at[1] == 15 && at[2] == 25);
}

/* ---- Flags ----------------------------------------------------------------------------------- */

static void test_flags_that_do_not_meet_share_a_row(void **state)
{
	const double x[] = {0, 100, 200}, width[] = {90, 90, 90};
	size_t row[3];

	(void)state;
	assert_int_equal(bs_place_flags(x, width, 3, row), 1);
	assert_int_equal(row[0] + row[1] + row[2], 0);
}

/* The flag of the left pole goes over the others, of which none goes through it. */
static void test_flags_keep_clear_of_poles(void **state)
{
	(void)state;
	for (seed = 1; seed < 3000; seed += 7) {
		const unsigned int keep = seed;
		double x[5], width[5];
		size_t row[5], rows;

		for (size_t i = 0; i < 5; i++) {
			x[i] = floor(draw(6)) * 100;
			width[i] = 50 + draw(300);
		}
		seed = keep;
		rows = bs_place_flags(x, width, 5, row);
		for (size_t i = 0; i < 5; i++) {
			assert_true(row[i] < rows);
			for (size_t k = 0; k < 5; k++) {
				if (i == k || x[k] < x[i] || x[k] >= x[i] + width[i])
					continue;
				/* At the same pole two may not share a row; further right it has to be lower. */
				assert_true(x[k] == x[i] ? row[k] != row[i] : row[k] < row[i]);
			}
		}
	}
}

/* ---- A field --------------------------------------------------------------------------------- */

static bool meet(const struct bs_tag *a, const struct bs_tag *b)
{
	return fmin(a->left + a->w, b->left + b->w) - fmax(a->left, b->left) > 1e-6 &&
	       fmin(a->middle + a->h / 2, b->middle + b->h / 2) -
			       fmax(a->middle - a->h / 2, b->middle - b->h / 2) >
		       1e-6;
}

static bool covers(const struct bs_tag *label, const struct bs_tag *p)
{
	return label->left < p->x && p->x < label->left + label->w &&
	       label->middle - label->h / 2 < p->y && p->y < label->middle + label->h / 2;
}

static void assert_clear(const struct bs_tag *s, size_t n, const struct bs_box *field)
{
	for (size_t i = 0; i < n; i++) {
		assert_true(s[i].left >= field->left && s[i].left + s[i].w <= field->right);
		assert_true(s[i].middle - s[i].h / 2 >= field->bottom);
		assert_true(s[i].middle + s[i].h / 2 <= field->top);
		for (size_t k = 0; k < n; k++) {
			assert_false(k < i && meet(&s[i], &s[k]));
			assert_false(covers(&s[i], &s[k]));
		}
	}
}

static const struct bs_box field = {100, 1500, 80, 760};

static void test_labels_of_any_field_are_clear(void **state)
{
	(void)state;
	for (unsigned int with = 1; with < 60; with++) {
		struct bs_tag s[16] = {0};

		seed = with;
		for (size_t i = 0; i < 16; i++)
			s[i] = (struct bs_tag){.x = 150 + draw(with % 2 ? 1000 : 300),
					       .y = 120 + draw(with % 2 ? 600 : 200),
					       .r = 9,
					       .w = 60 + draw(150),
					       .h = 20};
		/* In a dense crowd a line may have to cross something; no label covers another even there. */
		assert_true(bs_place_tags(s, 16, &field, NULL, 0) <= (with % 2 ? 0 : 2));
		assert_clear(s, 16, &field);
	}
}

static void test_labels_of_one_row_of_points_are_clear(void **state)
{
	struct bs_tag s[14] = {0};

	(void)state;
	for (size_t i = 0; i < 14; i++)
		s[i] = (struct bs_tag){
			.x = 600 + 14 * (double)i, .y = 300, .r = 9, .w = 130, .h = 20};
	bs_place_tags(s, 14, &field, NULL, 0);
	assert_clear(s, 14, &field);
}

static void test_labels_keep_clear_of_walls(void **state)
{
	const struct bs_box wall = {400, 900, 298, 302};
	struct bs_tag s = {.x = 500, .y = 300, .r = 9, .w = 100, .h = 20};

	(void)state;
	assert_int_equal(bs_place_tags(&s, 1, &field, &wall, 1), 0);
	assert_true(s.middle - 10 >= 302 || s.middle + 10 <= 298);
}

static void test_where_there_is_no_place_it_says_so(void **state)
{
	const struct bs_box small = {0, 50, 0, 50};
	struct bs_tag s = {.x = 25, .y = 25, .r = 9, .w = 100, .h = 20};

	(void)state;
	assert_int_equal(bs_place_tags(&s, 1, &small, NULL, 0), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_who_has_room_stays),
		cmocka_unit_test(test_who_wants_the_same_place_share_it_around_it),
		cmocka_unit_test(test_the_edge_pushes),
		cmocka_unit_test(test_any_column_is_in_order_and_apart),
		cmocka_unit_test(test_without_room_they_stand_evenly),
		cmocka_unit_test(test_flags_that_do_not_meet_share_a_row),
		cmocka_unit_test(test_flags_keep_clear_of_poles),
		cmocka_unit_test(test_labels_of_any_field_are_clear),
		cmocka_unit_test(test_labels_of_one_row_of_points_are_clear),
		cmocka_unit_test(test_labels_keep_clear_of_walls),
		cmocka_unit_test(test_where_there_is_no_place_it_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
