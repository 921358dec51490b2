// SPDX-License-Identifier: GPL-2.0-or-later
/* util/named: things that are asked for by name, with parameters of their own. */
#include "bs_test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "named.h"

static const struct bs_param params[] = {
	{"every", BS_PARAM_TIME, 60 * BS_NS_PER_S, 1, 3600 * BS_NS_PER_S, NULL, "how often", false},
	{"share", BS_PARAM_UINT, 5, 0, 100, NULL, "how much", false},
	{0},
};

static const struct bs_named things[] = {
	{"none", "does nothing", NULL},
	{"timer", "does it again and again", params},
};

static const struct bs_named *thing_at(unsigned int index)
{
	return index < 2 ? &things[index] : NULL;
}

static const struct bs_named_list list = {"--thing", "thing", thing_at};

static void test_found_by_the_whole_name(void **state)
{
	struct bs_error err;

	(void)state;
	assert_int_equal(bs_named_find(&list, "none", &err), 0);
	assert_int_equal(bs_named_find(&list, "timer:every=1s", &err), 1);
	assert_int_equal(bs_named_find(&list, "time", &err), -EINVAL);
	assert_string_equal(err.text, "no thing \"time\"");
	assert_string_equal(err.where, "--thing");
	assert_string_equal(err.advice, "did you mean \"timer\"? there are none, timer");
	assert_int_equal(bs_named_find(&list, "timers:every=1s", NULL), -EINVAL);
	assert_int_equal(bs_named_find(&list, "", NULL), -EINVAL);
}

static void test_values_are_given_or_the_defaults(void **state)
{
	struct bs_error err;
	uint64_t *values;

	(void)state;
	assert_int_equal(bs_named_parse(&list, "timer:share=7", &values, &err), 1);
	assert_int_equal(values[0], 60 * BS_NS_PER_S);
	assert_int_equal(values[1], 7);
	free(values);
	assert_int_equal(bs_named_parse(&list, "none", &values, &err), 0);
	free(values);
}

static void test_nothing_is_left_of_what_is_refused(void **state)
{
	struct bs_error err;
	uint64_t *values = (uint64_t *)(void *)&err;

	(void)state;
	assert_int_equal(bs_named_parse(&list, "timer:share=101", &values, &err), -EINVAL);
	assert_null(values);
	assert_string_equal(err.where, "thing timer");
	values = (uint64_t *)(void *)&err;
	assert_int_equal(bs_named_parse(&list, "tinder", &values, &err), -EINVAL);
	assert_null(values);
	assert_int_equal(bs_named_check(&list, "none:share=1", &err), -EINVAL);
	assert_int_equal(bs_named_check(&list, "timer", &err), 0);
}

static void test_written_with_all_parameters(void **state)
{
	char *text = bs_named_text(&list, "timer:share=7");

	(void)state;
	assert_string_equal(text, "timer:every=1min,share=7");
	free(text);
	text = bs_named_text(&list, "none");
	assert_string_equal(text, "none");
	free(text);
	assert_null(bs_named_text(&list, "timer:share=x"));
}

static void test_told_by_number(void **state)
{
	const char *name, *summary;
	const struct bs_param *p;

	(void)state;
	assert_true(bs_named_tell(&list, 1, &name, &summary, &p));
	assert_string_equal(name, "timer");
	assert_string_equal(summary, "does it again and again");
	assert_ptr_equal(p, params);
	assert_true(bs_named_tell(&list, 0, &name, NULL, NULL));
	assert_string_equal(name, "none");
	assert_false(bs_named_tell(&list, 2, &name, NULL, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found_by_the_whole_name),
		cmocka_unit_test(test_values_are_given_or_the_defaults),
		cmocka_unit_test(test_nothing_is_left_of_what_is_refused),
		cmocka_unit_test(test_written_with_all_parameters),
		cmocka_unit_test(test_told_by_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
