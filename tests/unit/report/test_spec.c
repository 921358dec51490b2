// SPDX-License-Identifier: GPL-2.0-or-later
/* spec.c: what a user asks for is read once, whole, and known by roles. */
#include "bs_test.h"

#include <stdlib.h>
#include <string.h>

#include "spec.h"

static void test_a_spec_is_read_once(void **state)
{
	struct bs_spec spec;
	struct bs_error err;
	char *text;

	(void)state;
	assert_ok(bs_spec_parse("rotation:order=7,delay=250ms,gate=30", NULL, &spec, &err), &err);
	assert_string_equal(spec.s->name, "rotation");
	assert_string_equal(spec.label, "rotation:order=7,delay=250ms,gate=30");
	assert_int_equal(bs_spec_value_of_role(&spec, BS_ROLE_ORDER, 9), 7);
	assert_int_equal(bs_spec_value_of_role(&spec, BS_ROLE_DELAY, 0), 250 * BS_NS_PER_MS);
	assert_int_equal(bs_spec_value_of_role(&spec, BS_ROLE_GATE, 0), 30);
	assert_int_equal(bs_spec_value_of_role(&spec, BS_ROLE_ZERO_ONCE, 1), 0);
	text = bs_spec_params_text(&spec);
	assert_non_null(strstr(text, "rev=6.1,order=7,capacity=32,delay=250ms"));
	free(text);
	bs_spec_free(&spec);
	bs_spec_free(&spec); /* twice does no harm */
}

static void test_what_has_no_such_role_falls_back(void **state)
{
	struct bs_spec spec;
	struct bs_error err;
	char *text;

	(void)state;
	assert_ok(bs_spec_parse("none", NULL, &spec, &err), &err);
	assert_false(bs_spec_has_role(&spec, BS_ROLE_ORDER));
	assert_int_equal(bs_spec_value_of_role(&spec, BS_ROLE_ORDER, 9), 9);
	assert_int_equal(bs_spec_value_of_role(&spec, BS_ROLE_ZERO_ONCE, 1), 1);
	text = bs_spec_params_text(&spec);
	assert_string_equal(text, "");
	free(text);
	bs_spec_free(&spec);
}

/* The first 127, or 255, bytes of these are the same. */
static void test_labels_and_parameters_have_any_length(void **state)
{
	static const char *const last[] = {"gate=1", "gate=2"};
	char text[2][4096], *params[2];
	struct bs_spec spec[2];
	struct bs_error err;

	(void)state;
	for (int i = 0; i < 2; i++) {
		strcpy(text[i], "rotation:delay=");
		for (int k = 0; k < 400; k++)
			strcat(text[i], "0");
		strcat(text[i], "2s,");
		strcat(text[i], last[i]);
		assert_ok(bs_spec_parse(text[i], NULL, &spec[i], &err), &err);
		assert_string_equal(spec[i].label, text[i]);
		params[i] = bs_spec_params_text(&spec[i]);
	}
	assert_string_not_equal(spec[0].label, spec[1].label);
	assert_string_not_equal(params[0], params[1]);
	for (int i = 0; i < 2; i++) {
		free(params[i]);
		bs_spec_free(&spec[i]);
	}
}

static void assert_refused(const char *text, const char *in_text, const char *in_advice)
{
	struct bs_spec spec;
	struct bs_error err;

	assert_int_equal(bs_spec_parse(text, NULL, &spec, &err), -22);
	assert_int_equal(err.status, BS_USAGE);
	assert_non_null(strstr(err.text, in_text));
	assert_non_null(strstr(err.advice, in_advice));
	assert_null(spec.label);
	bs_spec_free(&spec);
}

static void test_a_bad_spec_is_refused(void **state)
{
	(void)state;
	assert_refused("", "no strategy is named", "known: none");
	assert_refused(":order=9", "no strategy is named", "known: none");
	assert_refused("rotations", "unknown", "did you mean \"rotation\"");
	assert_refused("rotation:speed=9", "speed", "known: rev, order");
	assert_refused("rotation:ordr=9", "ordr", "did you mean \"order\"?");
	assert_refused("rotation:order=11", "order", "0 to 10");
	assert_refused("rotation:order=9,order=8", "order is given twice", "only one");
	assert_refused("boundary:order=9,budget=4", "\"budget\"", "budget belongs to rotation:");
}

/* Of those that have it, the ones that are compared with it count. */
static void test_whose_parameter_it_is(void **state)
{
	static const char *const with[] = {"bitmap:keep_raw=4", "rotation", "rotation:order=8",
					   "none"};
	struct bs_spec spec;
	struct bs_error err;

	(void)state;
	assert_int_equal(bs_spec_parse_one(with, 4, 0, NULL, &spec, &err), -22);
	assert_non_null(strstr(err.advice, "keep_raw belongs to rotation:"));
	assert_int_equal(bs_spec_parse(with[0], NULL, &spec, &err), -22);
	assert_non_null(strstr(err.advice, "belongs to bubble, scatterlist, boundary, list-walk, "
					   "rotation:"));
}

/* Only the role counts: a parameter that is merely called "order", "delay" or "gate" is its
 * owner's. */
static void test_names_mean_nothing(void **state)
{
	static const struct bs_param named[] = {
		{.name = "order", .type = BS_PARAM_ORDER, .def = 3, .max = 10, .help = ""},
		{.name = "delay", .type = BS_PARAM_TIME, .def = 5, .max = 10, .help = ""},
		{.name = "gate", .type = BS_PARAM_UINT, .def = 50, .max = 100, .help = ""},
		{.name = "smallest",
		 .type = BS_PARAM_ORDER,
		 .def = 8,
		 .max = 10,
		 .help = "",
		 .role = BS_ROLE_ORDER},
		{.name = NULL},
	};
	const struct bs_strategy s = {.name = "named", .params = named};
	struct bs_spec spec;
	struct bs_error err;

	(void)state;
	assert_ok(bs_spec_of(&s, NULL, NULL, &spec, &err), &err);
	assert_int_equal(bs_spec_value_of_role(&spec, BS_ROLE_ORDER, 9), 8);
	assert_int_equal(bs_spec_value_of_role(&spec, BS_ROLE_DELAY, 0), 0);
	assert_int_equal(bs_spec_value_of_role(&spec, BS_ROLE_GATE, 0), 0);
	bs_spec_free(&spec);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_spec_is_read_once),
		cmocka_unit_test(test_what_has_no_such_role_falls_back),
		cmocka_unit_test(test_labels_and_parameters_have_any_length),
		cmocka_unit_test(test_a_bad_spec_is_refused),
		cmocka_unit_test(test_whose_parameter_it_is),
		cmocka_unit_test(test_names_mean_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
