// SPDX-License-Identifier: GPL-2.0-or-later
/* util/cost_file: costs by name, and as a file that is believed only if it is one. */
#include "bs_test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bs_trace_test.h"
#include "cost_file.h"

struct costs {
	bs_ns walk, run;
};

static const struct bs_cost_row rows[] = {
	{"walk", "a step", offsetof(struct costs, walk)},
	{"run", "a leap", offsetof(struct costs, run)},
};

#define WORDS                                                                       \
	{                                                                           \
		"steps-1", "no steps", "use some", "other steps", "make them again" \
	}

static const struct bs_cost_list whole = {WORDS, rows, 2, false};
static const struct bs_cost_list partial = {WORDS, rows, 2, true};

static void test_by_number(void **state)
{
	struct costs c = {1, 2};
	const char *name, *about;

	(void)state;
	assert_ptr_equal(bs_cost_at(&whole, &c, 1, &name, &about), &c.run);
	assert_string_equal(name, "run");
	assert_string_equal(about, "a leap");
	assert_ptr_equal(bs_cost_at(&whole, &c, 0, NULL, NULL), &c.walk);
	assert_null(bs_cost_at(&whole, &c, 2, NULL, NULL));
}

static int read_text(const struct bs_cost_list *l, const char *text, struct costs *c,
		     struct bs_error *err)
{
	const char *path = bs_test_path("costs.json");
	FILE *f = fopen(path, "w");

	fputs(text, f);
	fclose(f);
	*c = (struct costs){1, 2};
	return bs_cost_list_read(l, path, c, err);
}

static void test_written_and_read(void **state)
{
	const struct costs written = {0, BS_NS_PER_S};
	const char *path = bs_test_path("costs.json");
	struct costs c = {1, 2};
	struct bs_error err;

	(void)state;
	assert_ok(bs_cost_list_write(&whole, &written, path, &err), &err);
	assert_ok(bs_cost_list_read(&whole, path, &c, &err), &err);
	assert_memory_equal(&c, &written, sizeof(c));
	assert_true(bs_cost_list_write(&whole, &written, "/nowhere/at/all", &err) < 0);
}

static void test_what_is_left_out(void **state)
{
	static const char one[] = "{\"schema\": \"steps-1\", \"costs_ns\": {\"run\": 7}}";
	struct bs_error err;
	struct costs c;

	(void)state;
	assert_ok(read_text(&partial, one, &c, &err), &err);
	assert_int_equal(c.walk, 1);
	assert_int_equal(c.run, 7);
	assert_int_equal(read_text(&whole, one, &c, &err), -EBADMSG);
	assert_string_equal(err.text, "\"walk\" is missing or no number of ns up to 1 s");
}

static void test_what_is_no_cost(void **state)
{
	struct bs_error err;
	struct costs c;

	(void)state;
	assert_int_equal(read_text(&partial,
				   "{\"schema\": \"steps-1\", \"costs_ns\": {\"run\": -1}}", &c,
				   &err),
			 -EBADMSG);
	assert_string_equal(err.text, "\"run\" is no number of ns up to 1 s");
	assert_int_equal(read_text(&partial,
				   "{\"schema\": \"steps-1\", \"costs_ns\": {\"run\": 1000000001}}",
				   &c, &err),
			 -EBADMSG);
	assert_int_equal(read_text(&partial,
				   "{\"schema\": \"steps-1\", \"costs_ns\": {\"rum\": 1}}", &c,
				   &err),
			 -EBADMSG);
	assert_non_null(strstr(err.text, "something that is no cost"));
	assert_int_equal(read_text(&partial, "{\"schema\": \"steps-1\"}", &c, &err), -EBADMSG);
}

static void test_what_is_no_such_file(void **state)
{
	struct bs_error err;
	struct costs c;

	(void)state;
	assert_int_equal(bs_cost_list_read(&whole, "/nowhere/at/all", &c, &err), -EBADMSG);
	assert_int_equal(err.status, BS_INPUT);
	assert_int_equal(strncmp(err.text, "no steps: ", 10), 0);
	assert_string_equal(err.advice, "use some");
	assert_int_equal(read_text(&whole, "{\"schema\": \"steps-2\"}", &c, &err), -EBADMSG);
	assert_string_equal(err.text, "other steps");
	assert_string_equal(err.advice, "make them again");
	assert_int_equal(read_text(&whole, "{\"costs_ns\": {}}", &c, &err), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by_number),
		cmocka_unit_test(test_written_and_read),
		cmocka_unit_test(test_what_is_left_out),
		cmocka_unit_test(test_what_is_no_cost),
		cmocka_unit_test(test_what_is_no_such_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
