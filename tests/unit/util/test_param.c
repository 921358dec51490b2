// SPDX-License-Identifier: GPL-2.0-or-later
/* util/param: parameters as data. */
#include "bs_test.h"

#include <errno.h>
#include <string.h>

static const char *const ends[] = {"head", "tail", NULL};
static const char *const bugs[] = {"stale", "lost", "hang", NULL};
static const char *const bug_codes[] = {"D1", "D2", "D3", NULL};
static const struct bs_param table[] = {
	{.name = "order", .type = BS_PARAM_ORDER, .def = 9, .max = 10, .help = "lowest order"},
	{.name = "delay", .type = BS_PARAM_TIME, .def = 2000000000, .max = 60000000000},
	{.name = "from", .type = BS_PARAM_ENUM, .names = ends},
	{.name = "defects", .type = BS_PARAM_FLAGS, .names = bugs, .aliases = bug_codes},
	{.name = "warm", .type = BS_PARAM_BOOL, .def = 1},
	{.name = "pages", .type = BS_PARAM_UINT, .def = 1, .max = 9, .needs = "warm"},
	{0},
};

static void test_parameters_are_read_and_printed(void **state)
{
	uint64_t v[6];
	struct bs_error err;
	char buf[64];

	(void)state;
	bs_param_defaults(table, v);
	assert_int_equal(v[0], 9);
	assert_ok(bs_param_parse(table, "strategy x",
				 "order=5,delay=250ms,from=tail,defects=stale+D3,warm=off", v,
				 &err),
		  &err);
	assert_int_equal(v[0], 5);
	assert_int_equal(v[1], 250000000);
	assert_int_equal(v[2], 1);
	assert_int_equal(v[3], 5);
	assert_int_equal(v[4], 0);
	bs_param_format(&table[3], 5, buf, sizeof(buf));
	assert_string_equal(buf, "stale+hang"); /* an alias is read, never written */
	bs_param_format(&table[1], v[1], buf, sizeof(buf));
	assert_string_equal(buf, "250ms");
	assert_ok(bs_param_parse(table, "strategy x", "", v, &err), &err);
	assert_ok(bs_param_parse(table, "strategy x", NULL, v, &err), &err);
}

static void assert_refused(const char *text, const char *in_text, const char *in_advice)
{
	uint64_t v[6];
	struct bs_error err;

	bs_param_defaults(table, v);
	assert_int_equal(bs_param_parse(table, "strategy x", text, v, &err), -EINVAL);
	assert_int_equal(err.status, BS_USAGE);
	assert_string_equal(err.where, "strategy x");
	assert_non_null(strstr(err.text, in_text));
	assert_non_null(strstr(err.advice, in_advice));
}

static void test_bad_parameters_say_what_would_be_good(void **state)
{
	(void)state;
	assert_refused("colour=red", "colour", "order, delay, from, defects, warm");
	assert_refused("order=11", "order", "0 to 10");
	assert_refused("order=", "order", "0 to 10");
	assert_refused("delay=soon", "delay", "0ns to 1min");
	assert_refused("from=middle", "from", "head, tail");
	assert_refused("defects=D1+D9", "defects", "stale, lost, hang");
	assert_refused("order", "no value", "name=value");
	assert_refused("frm=head", "frm", "did you mean \"from\"? known: order, delay");
	assert_refused("from=hed", "from", "did you mean \"head\"? use one of: head, tail");
	assert_refused("delay=2", "delay", "say 2s or 2ns");
	assert_refused("order=1,delay=1s,order=1", "order is given twice", "only one can count");
	assert_refused("warm=off,pages=3", "pages has no effect without warm", "say warm=..., too");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parameters_are_read_and_printed),
		cmocka_unit_test(test_bad_parameters_say_what_would_be_good),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
