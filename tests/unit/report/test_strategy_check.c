// SPDX-License-Identifier: GPL-2.0-or-later
/* strategy_check.c: what a strategy must declare; each fault is put in once, and named. */
#include "bs_test.h"

#include <string.h>

#include "bs_probe.h"
#include "strategy_check.h"

static void assert_refused(const struct bs_strategy *s, const char *words)
{
	struct bs_error err;

	assert_int_equal(bs_strategy_check(s, "./mine.so", &err), -22);
	assert_int_equal(err.status, BS_USAGE);
	assert_string_equal(err.where, "./mine.so");
	if (!strstr(err.text, words) && !strstr(err.advice, words))
		fail_msg("\"%s\" is neither in \"%s\" nor in \"%s\"", words, err.text, err.advice);
}

static void test_every_built_in_one_is_sound(void **state)
{
	const struct bs_strategy *s;
	struct bs_error err;

	(void)state;
	for (unsigned int i = 0; (s = bs_strategy_at(i)) != NULL; i++)
		assert_ok(bs_strategy_check(s, s->name, &err), &err);
}

static void test_members_that_are_missing(void **state)
{
	const struct bs_strategy sound = bs_probe_strategy;
	struct bs_strategy s = sound;

	(void)state;
	s.abi = 1;
	assert_refused(&s, "ABI 1");
	s = sound;
	s.name = NULL;
	assert_refused(&s, "\"name\"");
	s = sound;
	s.summary = NULL;
	assert_refused(&s, "\"summary\"");
	s = sound;
	s.origin = NULL;
	assert_refused(&s, "\"origin\"");
	s = sound;
	s.pass = NULL;
	assert_refused(&s, "\"pass\"");
}

static void test_names_that_could_not_be_typed(void **state)
{
	static const char *const bad[] = {"", "a b", "a,b", "a:b", "a=b", "a\nb", "\033[1m"};
	struct bs_strategy s = bs_probe_strategy;

	(void)state;
	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		s.name = bad[i];
		assert_refused(&s, "a strategy's name");
	}
}

static void refuse_param(struct bs_param p, const char *words)
{
	const struct bs_param table[] = {
		{.name = "first", .type = BS_PARAM_ORDER, .max = 10, .role = BS_ROLE_ORDER},
		p,
		{.name = NULL},
	};
	struct bs_strategy s = bs_probe_strategy;

	s.params = table;
	assert_refused(&s, words);
}

/* What the engine computes with must be what it takes it for. */
static void test_parameters_that_are_badly_declared(void **state)
{
	static const char *const words[] = {"one", "two", NULL};

	(void)state;
	refuse_param((struct bs_param){.name = "a=b", .type = BS_PARAM_BOOL}, "a name has no");
	refuse_param((struct bs_param){.name = "p", .type = BS_PARAM_UINT, .def = 9, .max = 8},
		     "outside the range");
	refuse_param(
		(struct bs_param){.name = "p", .type = BS_PARAM_ORDER, .max = BS_MAX_ORDER + 1},
		"outside the range");
	refuse_param((struct bs_param){.name = "p", .type = BS_PARAM_BOOL, .def = 2},
		     "outside the range");
	refuse_param((struct bs_param){.name = "p", .type = BS_PARAM_ENUM}, "needs names");
	refuse_param(
		(struct bs_param){.name = "p", .type = BS_PARAM_ENUM, .def = 2, .names = words},
		"outside the range");
	refuse_param(
		(struct bs_param){.name = "p", .type = BS_PARAM_FLAGS, .def = 4, .names = words},
		"outside the range");
	refuse_param((struct bs_param){.name = "p", .type = BS_PARAM_UINT, .role = BS_ROLE_DELAY},
		     "another type");
	refuse_param((struct bs_param){.name = "p", .type = BS_PARAM_UINT, .role = BS_ROLE_PERIOD},
		     "another type");
	refuse_param((struct bs_param){.name = "p", .type = BS_PARAM_BOOL, .role = BS_ROLE_BUDGET},
		     "another type");
	refuse_param(
		(struct bs_param){
			.name = "p", .type = BS_PARAM_SIZE, .max = 9, .role = BS_ROLE_CAPACITY},
		"another type");
	refuse_param(
		(struct bs_param){
			.name = "p", .type = BS_PARAM_UINT, .max = 101, .role = BS_ROLE_GATE},
		"another type");
	refuse_param(
		(struct bs_param){.name = "p", .type = BS_PARAM_UINT, .role = BS_ROLE_ZERO_ONCE},
		"another type");
	refuse_param(
		(struct bs_param){
			.name = "p", .type = BS_PARAM_ORDER, .max = 10, .role = BS_ROLE_ORDER},
		"the same role");
	refuse_param((struct bs_param){.name = "p", .type = BS_PARAM_UINT, .role = BS_ROLE_TARGET},
		     "another type");
	refuse_param((struct bs_param){.name = "p", .type = BS_PARAM_UINT, .needs = "second"},
		     "one that there is not");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_built_in_one_is_sound),
		cmocka_unit_test(test_members_that_are_missing),
		cmocka_unit_test(test_names_that_could_not_be_typed),
		cmocka_unit_test(test_parameters_that_are_badly_declared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
