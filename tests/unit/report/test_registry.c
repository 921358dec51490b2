// SPDX-License-Identifier: GPL-2.0-or-later
/* The registry: every line of strategies.def is complete, unique and found by its name. */
#include "bs_test.h"

#include <stdlib.h>
#include <string.h>

static void test_every_strategy_is_complete(void **state)
{
	const struct bs_strategy *s;
	unsigned int n = 0;

	(void)state;
	for (; (s = bs_strategy_at(n)) != NULL; n++) {
		struct bs_error err;

		assert_int_equal(s->abi, BS_STRATEGY_ABI);
		assert_true(s->name && *s->name && s->summary && *s->summary && s->origin);
		assert_null(strpbrk(s->name, " ,:=")); /* they separate parameters, cells, values */
		assert_true(s->pass || (s->caps & BS_CAP_NO_WORKER));
		assert_ptr_equal(bs_strategy_find(s->name, &err), s);
	}
	assert_true(n >= 4);
	assert_string_equal(bs_strategy_at(0)->name, "none");
}

static void test_a_strategy_is_known_by_what_it_declares(void **state)
{
	(void)state;
	assert_ptr_equal(bs_strategy_with(BS_CAP_IDLE), bs_strategy_at(0));
	assert_string_equal(bs_strategy_with(BS_CAP_KNOWS_FUTURE)->name, "clairvoyant");
	assert_string_equal(bs_strategy_with(BS_CAP_HOST_SIDE | BS_CAP_DUPLICATES)->name,
			    "shared-state");
	assert_null(bs_strategy_with(BS_CAP_IDLE | BS_CAP_CLIENT));
}

/* Defaults lie in their own range, every parameter is explained, what is printed can be read. */
static void test_every_parameter_is_sound(void **state)
{
	const struct bs_strategy *s;

	(void)state;
	for (unsigned int i = 0; (s = bs_strategy_at(i)) != NULL; i++) {
		unsigned int n = bs_param_count(s->params);
		uint64_t *values = calloc(n + 1, sizeof(*values));

		assert_non_null(values);
		bs_param_defaults(s->params, values);
		for (unsigned int k = 0; k < n; k++) {
			char text[128];
			struct bs_error err;
			uint64_t again = ~values[k];

			assert_true(s->params[k].help && *s->params[k].help);
			assert_null(strpbrk(s->params[k].name, " ,:="));
			bs_param_format(&s->params[k], values[k], text, sizeof(text));
			assert_ok(bs_param_value(&s->params[k], s->name, text, &again, &err), &err);
			assert_int_equal(again, values[k]);
		}
		free(values);
	}
}

static void test_an_unknown_name_gets_help(void **state)
{
	struct bs_error err;

	(void)state;
	assert_null(bs_strategy_find("rotations", &err));
	assert_int_equal(err.status, BS_USAGE);
	assert_non_null(strstr(err.advice, "did you mean \"rotation\""));
	assert_non_null(strstr(err.advice, "bitmap"));
	assert_non_null(strstr(err.advice, "rotation"));
	assert_null(bs_strategy_find("xyzzy", &err));
	assert_null(strstr(err.advice, "did you mean"));
	assert_null(bs_strategy_find("", &err));
}

static void test_nearest(void **state)
{
	static const char *const names[] = {"bitmap", "boundary", "bubble", NULL};

	(void)state;
	assert_string_equal(bs_nearest(names, "bitmap"), "bitmap");
	assert_string_equal(bs_nearest(names, "bitmpa"), "bitmap"); /* two edits of six */
	assert_string_equal(bs_nearest(names, "bubbel"), "bubble");
	assert_null(bs_nearest(names, "bbb"));
	assert_null(bs_nearest(names, "b"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_strategy_is_complete),
		cmocka_unit_test(test_a_strategy_is_known_by_what_it_declares),
		cmocka_unit_test(test_every_parameter_is_sound),
		cmocka_unit_test(test_an_unknown_name_gets_help),
		cmocka_unit_test(test_nearest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
