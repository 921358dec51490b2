// SPDX-License-Identifier: GPL-2.0-or-later
/* axis.c: linear or logarithmic as the values need, 0 where it can be seen. */
#include "bs_test.h"

#include <math.h>

#include "axis.h"

static struct bs_axis fit(double a, double b, double c)
{
	const double v[] = {a, b, c};
	struct bs_axis axis;

	bs_axis_fit(&axis, v, 3);
	for (int i = 0; i < 3; i++) {
		assert_true(bs_axis_at(&axis, v[i]) >= (axis.is_log ? 0 : BS_AXIS_ZERO - 1e-9));
		assert_true(bs_axis_at(&axis, v[i]) <= 1);
		for (int k = 0; k < 3; k++)
			assert_true(!(v[i] < v[k]) ||
				    bs_axis_at(&axis, v[i]) < bs_axis_at(&axis, v[k]));
	}
	return axis;
}

static void test_near_values_are_linear_from_zero(void **state)
{
	const struct bs_axis a = fit(10, 30, 400);

	(void)state;
	assert_false(a.is_log);
	assert_true(fabs(bs_axis_at(&a, 0) - BS_AXIS_ZERO) < 1e-9);
	/* Twice as much is twice as far from 0. */
	assert_true(fabs(bs_axis_at(&a, 20) - BS_AXIS_ZERO -
			 2 * (bs_axis_at(&a, 10) - BS_AXIS_ZERO)) < 1e-9);
}

static void test_far_values_are_logarithmic(void **state)
{
	const struct bs_axis a = fit(1, 10, 100);

	(void)state;
	assert_true(a.is_log);
	assert_false(a.has_zero);
	/* Ten times as much is always as far. */
	assert_true(fabs(bs_axis_at(&a, 100) - 2 * bs_axis_at(&a, 10) + bs_axis_at(&a, 1)) < 1e-9);
}

static void test_zero_stands_apart_on_a_logarithmic_axis(void **state)
{
	const struct bs_axis a = fit(0, 3, 3000);
	double ticks[40];

	(void)state;
	assert_true(a.is_log && a.has_zero);
	assert_true(bs_axis_at(&a, 0) == BS_AXIS_ZERO);
	assert_true(bs_axis_at(&a, 3) > BS_AXIS_GAP);
	assert_true(bs_axis_ticks(&a, ticks, 40) > 3);
	assert_true(ticks[0] == 0);
}

static void test_nothing_but_zero(void **state)
{
	const struct bs_axis a = fit(0, 0, 0);
	double ticks[40];

	(void)state;
	assert_false(a.is_log);
	assert_true(bs_axis_ticks(&a, ticks, 40) > 1);
}

static void test_ticks_are_round_in_order_and_on_it(void **state)
{
	static const double least[] = {0.3, 7, 100, 12345, 0};

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		for (double most = 1; most < 1e12; most *= 3.7) {
			const double low = fmin(least[i], most);
			const struct bs_axis a = fit(low, low, most);
			double ticks[40];
			const size_t n = bs_axis_ticks(&a, ticks, 40);

			assert_true(n >= 2);
			assert_true(n < 20);
			for (size_t k = 0; k < n; k++) {
				const double at = bs_axis_at(&a, ticks[k]);

				assert_true(at >= 0 && at <= 1);
				assert_true(!k || ticks[k] > ticks[k - 1]);
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_near_values_are_linear_from_zero),
		cmocka_unit_test(test_far_values_are_logarithmic),
		cmocka_unit_test(test_zero_stands_apart_on_a_logarithmic_axis),
		cmocka_unit_test(test_nothing_but_zero),
		cmocka_unit_test(test_ticks_are_round_in_order_and_on_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
