// SPDX-License-Identifier: GPL-2.0-or-later
/* util/json: what is written comes back, whatever its size and its bytes. */
#include "bs_test.h"

#include <errno.h>
#include <string.h>

#include "json.h"

static void test_a_number_of_any_size_comes_back(void **state)
{
	static const uint64_t numbers[] = {0, 1, INT64_MAX, UINT64_C(1) << 63, UINT64_MAX};
	uint64_t v;

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		json_t *o = json_object();

		bs_json_put_uint(o, "seed", numbers[i]);
		assert_int_equal(bs_json_uint_at(o, "seed", &v), 0);
		assert_true(v == numbers[i]);
		assert_int_equal(json_is_integer(json_object_get(o, "seed")),
				 numbers[i] <= INT64_MAX);
		json_decref(o);
	}
}

static void test_a_large_number_is_its_digits(void **state)
{
	json_t *v = bs_json_uint(UINT64_MAX);

	(void)state;
	assert_string_equal(json_string_value(v), "18446744073709551615");
	json_decref(v);
}

static void test_a_time_that_never_came_is_null(void **state)
{
	json_t *o = json_object();

	(void)state;
	bs_json_put_time(o, "t90", BS_NO_TIME);
	bs_json_put_time(o, "t50", 5);
	assert_true(json_is_null(json_object_get(o, "t90")));
	assert_int_equal(json_integer_value(json_object_get(o, "t50")), 5);
	json_decref(o);
}

static void test_bytes_that_are_no_text_are_named(void **state)
{
	static const struct {
		const char *text, *written;
	} cases[] = {
		{"plain", "plain"},
		{"gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f"},
		{"gr\xfc\xdf", "gr\\xfc\\xdf"},
		{"\xff/\xe2\x82\xac\xe2\x82", "\\xff/\xe2\x82\xac\\xe2\\x82"}, /* cut off */
		{"\xc0\x80", "\\xc0\\x80"}, /* longer than need be */
		{"\xf0\x9f\x98\x80\x80", "\xf0\x9f\x98\x80\\x80"},
		{"", ""},
		{NULL, ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *s = bs_json_text(cases[i].text);

		assert_non_null(s);
		assert_string_equal(json_string_value(s), cases[i].written);
		json_decref(s);
	}
}

static void test_a_path_leads_into_objects_and_arrays(void **state)
{
	static const uint64_t free[] = {7, 8, 9};
	json_t *o = json_pack("{s:{s:i, s:n, s:s, s:b}}", "settle", "t50", 3, "t90", "note",
			      "not checked", "whole", 1);
	uint64_t v;

	(void)state;
	json_object_set_new(o, "nr_free", bs_json_uints(free, 3));
	assert_int_equal(bs_json_uint_at(o, "settle.t50", &v), 0);
	assert_int_equal(v, 3);
	assert_int_equal(bs_json_uint_at(o, "settle.whole", &v), 0);
	assert_int_equal(v, 1);
	assert_int_equal(bs_json_uint_at(o, "nr_free.2", &v), 0);
	assert_int_equal(v, 9);
	assert_int_equal(bs_json_uint_at(o, "nr_free.3", &v), -ENOENT);
	assert_int_equal(bs_json_uint_at(o, "nr_free.x", &v), -ENOENT);
	assert_int_equal(bs_json_uint_at(o, "settle.t99", &v), -ENOENT);
	assert_int_equal(bs_json_uint_at(o, "settle.t50.x", &v), -ENOENT);
	assert_int_equal(bs_json_uint_at(o, "settle.t90", &v), -ENODATA);
	assert_int_equal(bs_json_uint_at(o, "settle.note", &v), -ENODATA);
	assert_int_equal(bs_json_uint_at(o, "settle", &v), -ENODATA);
	assert_null(bs_json_at(o, ""));
	assert_null(bs_json_at(NULL, "settle"));
	json_decref(o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_number_of_any_size_comes_back),
		cmocka_unit_test(test_a_large_number_is_its_digits),
		cmocka_unit_test(test_a_time_that_never_came_is_null),
		cmocka_unit_test(test_bytes_that_are_no_text_are_named),
		cmocka_unit_test(test_a_path_leads_into_objects_and_arrays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
