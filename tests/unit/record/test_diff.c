// SPDX-License-Identifier: GPL-2.0-or-later
/* diff.c and its thresholds: numbers of any size exactly, and a limit is crossed from just above it. */
#include "bs_test.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "diff.h"

static char dir[64], path[2][96];

static int make_scratch(void **state)
{
	(void)state;
	snprintf(dir, sizeof(dir), "/tmp/bs-diff-XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	for (int i = 0; i < 2; i++)
		snprintf(path[i], sizeof(path[i]), "%s/%c.json", dir, "ab"[i]);
	return 0;
}

static int remove_scratch(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++)
		unlink(path[i]);
	return rmdir(dir);
}

/* One cell each, with these members behind its label and what every cell has. */
static struct bs_diff *diff_of(const char *a, const char *b)
{
	const char *members[] = {a, b};
	struct bs_error err;
	struct bs_diff *d;

	for (int i = 0; i < 2; i++) {
		FILE *f = fopen(path[i], "w");

		assert_non_null(f);
		fprintf(f, "{\"schema\":\"%s\",\"cells\":[{\"label\":\"x\",\"held_mib_s\":0,%s}]}",
			BS_RECORD_SCHEMA, members[i]);
		assert_int_equal(fclose(f), 0);
	}
	if (bs_diff_records(path[0], path[1], NULL, &d, &err))
		fail_msg("%s: %s", err.where, err.text);
	return d;
}

static json_t *figures_of(const struct bs_diff *d)
{
	return json_object_get(json_array_get(json_object_get(d->root, "cells"), 0), "figures");
}

static const char *word(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

/* Above 2^63 - 1 a record has digits in a string, and so has what differs. */
static void test_numbers_of_any_size(void **state)
{
	struct bs_diff *d = diff_of("\"calls\":\"18446744073709551615\",\"ranges\":1",
				    "\"calls\":0,\"ranges\":\"18446744073709551615\"");
	const json_t *calls = json_array_get(figures_of(d), 0);
	const json_t *ranges = json_array_get(figures_of(d), 1);

	(void)state;
	assert_int_equal(json_array_size(figures_of(d)), 2);
	assert_string_equal(word(calls, "difference"), "-18446744073709551615");
	assert_string_equal(word(ranges, "difference"), "18446744073709551614");
	assert_string_equal(word(ranges, "unit"), "ranges");
	bs_diff_free(d);
}

/* The same number in either form is no difference; null, empty and missing are one. */
static void test_what_is_no_difference(void **state)
{
	struct bs_diff *d =
		diff_of("\"calls\":\"7\",\"agreement\":null,\"cost_ns\":null,\"ranges\":3",
			"\"calls\":7,\"agreement\":{},\"settle_ns\":{\"t50\":null}");

	(void)state;
	/* B's schema does not know ranges. */
	assert_int_equal(json_array_size(figures_of(d)), 0);
	bs_diff_free(d);
}

static void test_absent_is_a_difference_without_a_number(void **state)
{
	struct bs_diff *d = diff_of("\"cost_ns\":null", "\"cost_ns\":5");
	const json_t *cost = json_array_get(figures_of(d), 0);

	(void)state;
	assert_string_equal(word(cost, "key"), "cost_ns");
	assert_true(json_is_null(json_object_get(cost, "a")));
	assert_null(json_object_get(cost, "difference"));
	assert_int_equal(bs_diff_threshold(d, "cost_ns:5%", NULL), -EINVAL);
	bs_diff_free(d);
}

static void assert_crossed(const char *a, const char *b, const char *expression, int want)
{
	struct bs_diff *d = diff_of(a, b);
	const int got = bs_diff_threshold(d, expression, NULL);

	if (got != want)
		fail_msg("%s, %s, %s: %d, not %d", a, b, expression, got, want);
	assert_int_equal(bs_diff_crossed(d, 0) != NULL, want == 1);
	bs_diff_free(d);
}

static void test_limits_to_the_last_unit(void **state)
{
	(void)state;
	assert_crossed("\"calls\":1000", "\"calls\":1020", "calls:2%", 0);
	assert_crossed("\"calls\":1000", "\"calls\":1021", "calls:2%", 1);
	assert_crossed("\"calls\":1000", "\"calls\":980", "calls:2%", 0);
	assert_crossed("\"calls\":1000", "\"calls\":979", "calls:2%", 1);
	assert_crossed("\"calls\":1000", "\"calls\":979", "calls:+2%", 0);
	assert_crossed("\"calls\":1000", "\"calls\":1021", "calls:-2%", 0);
	assert_crossed("\"calls\":1000", "\"calls\":1007", "calls:0.7%", 0);
	assert_crossed("\"calls\":1000", "\"calls\":1008", "x/calls:0.7%", 1);
	assert_crossed("\"calls\":1000", "\"calls\":1021", "calls:21", 0);
	assert_crossed("\"calls\":1000", "\"calls\":1022", "calls:21", 1);
	assert_crossed("\"cost_ns\":0", "\"cost_ns\":5000001", "cost_ns:5ms", 1);
	assert_crossed("\"cost_ns\":0", "\"cost_ns\":5000000", "cost_ns:5ms", 0);
	/* From nothing, no share is enough. */
	assert_crossed("\"calls\":0", "\"calls\":1", "calls:1000%", 1);
	assert_crossed("\"calls\":0", "\"calls\":0", "calls:0%", 0);
	/* 2^63 and one more: a double would not see it. */
	assert_crossed("\"calls\":\"9223372036854775808\"", "\"calls\":\"9223372036854775809\"",
		       "calls:0", 1);
	assert_crossed("\"calls\":\"9223372036854775808\"", "\"calls\":\"18446744073709551615\"",
		       "calls:100%", 0);
}

static void test_limits_that_make_no_sense(void **state)
{
	static const char *const bad[] = {
		"calls",	"calls:",	":2%",	      "calls:%",    "calls:2 %",
		"calls:2.1.1%", "calls:-",	"calls:+-2%", "calls:2.5",  "calls:.5%",
		"cost_ns:5",	"cost_ns:5MiB", "y/calls:2%", "nr_free:2%", "calls:0.0000001%"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct bs_diff *d =
			diff_of("\"calls\":5,\"cost_ns\":5", "\"calls\":5,\"cost_ns\":5");
		struct bs_error err = {0};

		if (bs_diff_threshold(d, bad[i], &err) >= 0)
			fail_msg("\"%s\" is taken for a limit", bad[i]);
		assert_int_equal(err.status, BS_USAGE);
		assert_true(*err.text);
		bs_diff_free(d);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers_of_any_size),
		cmocka_unit_test(test_what_is_no_difference),
		cmocka_unit_test(test_absent_is_a_difference_without_a_number),
		cmocka_unit_test(test_limits_to_the_last_unit),
		cmocka_unit_test(test_limits_that_make_no_sense),
	};

	return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
