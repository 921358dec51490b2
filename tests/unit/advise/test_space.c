// SPDX-License-Identifier: GPL-2.0-or-later
/* space.c: the parameters that have a role are tried, but for those that the user has said. */
#include "bs_test.h"

#include <stdlib.h>
#include <string.h>

#include "space.h"

static struct bs_space opened(const char *text, bool stock, unsigned int capacity)
{
	struct bs_space s;

	assert_int_equal(bs_space_open(&s, text, stock, capacity, NULL, NULL), 0);
	return s;
}

static const struct bs_axis *axis_of(const struct bs_space *s, enum bs_param_role role)
{
	for (unsigned int i = 0; i < s->nr_axes; i++)
		if (s->spec.s->params[s->axis[i].param].role == role)
			return &s->axis[i];
	return NULL;
}

static void assert_label(const struct bs_space *s, const uint8_t *at, const char *want)
{
	char *label = bs_space_label(s, at);

	assert_string_equal(label, want);
	free(label);
}

static void test_every_role_has_its_steps(void **state)
{
	struct bs_space s = opened("rotation", false, 32);
	const struct bs_axis *x;

	(void)state;
	assert_int_equal(s.nr_axes, 4);
	x = axis_of(&s, BS_ROLE_ORDER);
	assert_int_equal(x->nr, 11);
	assert_int_equal(x->own, 9);
	for (unsigned int i = 0; i < x->nr; i++)
		assert_int_equal(x->value[i], i);
	/* the even ones, and its own */
	assert_int_equal(x->coarse, 0x755);
	x = axis_of(&s, BS_ROLE_DELAY);
	assert_int_equal(x->value[0], 0);
	assert_int_equal(x->value[x->own], 2 * BS_NS_PER_S);
	assert_int_equal(x->value[x->nr - 1], 10 * BS_NS_PER_S);
	for (unsigned int i = 1; i < x->nr; i++)
		assert_true(x->value[i - 1] < x->value[i]);
	x = axis_of(&s, BS_ROLE_CAPACITY);
	assert_int_equal(x->value[x->nr - 1], 32); /* the device takes no more */
	assert_int_equal(x->coarse, 1U << x->own);
	assert_non_null(axis_of(&s, BS_ROLE_BUDGET));
	bs_space_close(&s);
}

/* An own value between two steps of the ladder is in its place. */
static void test_its_own_value_is_a_step(void **state)
{
	struct bs_space s = opened("rotation:order=3", false, 48);
	const struct bs_axis *x = axis_of(&s, BS_ROLE_DELAY);

	(void)state;
	assert_null(axis_of(&s, BS_ROLE_ORDER));
	assert_int_equal(x->value[x->own], 2 * BS_NS_PER_S);
	bs_space_close(&s);
	s = opened("percpu-array", false, 32);
	x = axis_of(&s, BS_ROLE_ORDER);
	assert_int_equal(x->own, 10);
	x = axis_of(&s, BS_ROLE_THRESHOLD);
	assert_int_equal(x->value[x->own], 128);
	bs_space_close(&s);
}

/* A request of 32 does not fit a device that takes 8: what fits is tried, and said. */
static void test_a_device_that_takes_less(void **state)
{
	struct bs_space s = opened("rotation:order=9,delay=2s,budget=16", false, 8);
	uint8_t at[BS_MAX_AXES] = {0};

	(void)state;
	assert_int_equal(s.nr_axes, 1);
	at[0] = (uint8_t)s.axis[0].own;
	assert_label(&s, at, "rotation:order=9,delay=2s,budget=16,capacity=8");
	bs_space_close(&s);
}

static void test_of_stock_what_can_be_set(void **state)
{
	struct bs_space s = opened("rotation", true, 32);
	uint8_t at[BS_MAX_AXES] = {5};

	(void)state;
	assert_int_equal(s.nr_axes, 1);
	assert_label(&s, at, "rotation:order=5");
	assert_false(bs_space_has_axis(&s, BS_ROLE_DELAY));
	assert_int_equal(bs_space_value(&s, at, BS_ROLE_ORDER, 77), 5);
	assert_int_equal(bs_space_value(&s, at, BS_ROLE_DELAY, 77), 2 * BS_NS_PER_S);
	assert_int_equal(bs_space_value(&s, at, BS_ROLE_PERIOD, 77), 77);
	bs_space_close(&s);
}

/* Order and delay are said always, the others where they are changed: it reads back as the same. */
static void test_a_label_is_what_s_takes(void **state)
{
	struct bs_space s = opened("rotation", false, 32), again;
	uint8_t at[BS_MAX_AXES];
	char *label;

	(void)state;
	for (unsigned int i = 0; i < s.nr_axes; i++)
		at[i] = (uint8_t)s.axis[i].own;
	assert_label(&s, at, "rotation:order=9,delay=2s");
	at[0] = 4;
	at[1] = 0;
	at[3] = 0;
	label = bs_space_label(&s, at);
	assert_string_equal(label, "rotation:order=4,delay=0ns,budget=0");
	again = opened(label, false, 32);
	assert_int_equal(again.nr_axes, 1);
	assert_int_equal(bs_spec_value_of_role(&again.spec, BS_ROLE_BUDGET, 77), 0);
	free(label);
	bs_space_close(&again);
	bs_space_close(&s);
}

static void test_who_has_no_role_has_one_setting(void **state)
{
	struct bs_space s = opened("none", false, 32);
	uint8_t at[BS_MAX_AXES] = {0};
	struct bs_error err;

	(void)state;
	assert_int_equal(s.nr_axes, 0);
	assert_label(&s, at, "none");
	bs_space_close(&s);
	assert_true(bs_space_open(&s, "rotatoin", false, 32, NULL, &err) < 0);
	assert_int_equal(err.status, BS_USAGE);
	bs_space_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_role_has_its_steps),
		cmocka_unit_test(test_its_own_value_is_a_step),
		cmocka_unit_test(test_a_device_that_takes_less),
		cmocka_unit_test(test_of_stock_what_can_be_set),
		cmocka_unit_test(test_a_label_is_what_s_takes),
		cmocka_unit_test(test_who_has_no_role_has_one_setting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
