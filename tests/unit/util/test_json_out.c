// SPDX-License-Identifier: GPL-2.0-or-later
/* json_out.c: to the byte what the library prints, and values as json.c makes them. */
#include "bs_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "json_out.h"
#include "rng.h"

#define FORM (JSON_INDENT(1) | JSON_ENSURE_ASCII | JSON_ENCODE_ANY)

static void assert_printed_alike(const json_t *v)
{
	char *expected = json_dumps(v, FORM), *text;
	struct bs_json_out o;
	size_t len;
	FILE *f;

	bs_json_out_begin(&o, NULL, 0);
	bs_json_out_value(&o, v, NULL, NULL);
	assert_int_equal(bs_json_out_end(&o), 0);
	assert_string_equal(o.buf, expected);
	free(o.buf);
	f = open_memstream(&text, &len);
	bs_json_out_begin(&o, f, 0);
	bs_json_out_value(&o, v, NULL, NULL);
	assert_int_equal(bs_json_out_end(&o), 0);
	fclose(f);
	assert_string_equal(text, expected);
	free(text);
	free(expected);
}

static json_t *some_text(struct bs_rng *rng)
{
	static const char *const texts[] = {
		"",	"plain",   "a \"quote\" and a \\", "\n\t\r\b\f\x01\x1f", "caf\xc3\xa9",
		"\x7f", "/slash/", "\xf0\x9f\x98\x80",
	};

	return json_string(texts[bs_rng_below(rng, sizeof(texts) / sizeof(texts[0]))]);
}

static json_t *random_value(struct bs_rng *rng, unsigned int depth)
{
	char key[24];
	json_t *v;

	switch (bs_rng_below(rng, depth ? 9 : 7)) {
	case 0:
		return json_integer((json_int_t)bs_rng_next(rng));
	case 1:
		return json_integer((json_int_t)bs_rng_below(rng, 100));
	case 2:
		return json_real(0.1 * (double)bs_rng_below(rng, 1000));
	case 3:
		return json_null();
	case 4:
		return json_boolean(bs_rng_below(rng, 2));
	case 5:
	case 6:
		return some_text(rng);
	case 7:
		v = json_array();
		for (uint64_t n = bs_rng_below(rng, 5); n; n--)
			json_array_append_new(v, random_value(rng, depth - 1));
		return v;
	default:
		v = json_object();
		for (uint64_t n = bs_rng_below(rng, 5); n; n--) {
			snprintf(key, sizeof(key), "k%u\xc3\xa9\"",
				 (unsigned int)bs_rng_below(rng, 100));
			json_object_set_new(v, key + (n & 1) * 2, random_value(rng, depth - 1));
		}
		return v;
	}
}

static void test_as_the_library_prints(void **state)
{
	struct bs_rng rng;
	json_t *v;

	(void)state;
	bs_rng_seed(&rng, 1);
	for (int i = 0; i < 2000; i++) {
		v = random_value(&rng, 5);
		assert_printed_alike(v);
		json_decref(v);
	}
	/* More than goes into a file at once. */
	v = json_array();
	for (int i = 0; i < 30000; i++)
		json_array_append_new(v, json_integer((json_int_t)bs_rng_next(&rng)));
	assert_printed_alike(v);
	json_decref(v);
}

/* Values one by one are what json.c would build of them. */
static void test_value_by_value(void **state)
{
	static const uint64_t edges[] = {0, 9, 10, INT64_MAX, (uint64_t)INT64_MAX + 1, UINT64_MAX};
	const size_t nr = sizeof(edges) / sizeof(edges[0]);
	json_t *v = json_object();
	struct bs_json_out o;
	char *expected;

	(void)state;
	json_object_set_new(v, "none", json_array());
	json_object_set_new(v, "numbers", bs_json_uints(edges, nr));
	bs_json_put_text(v, "text", "no UTF-8: \xff, but \xc3\xa9");
	bs_json_put_bool(v, "yes", true);
	bs_json_put_bool(v, "no", false);
	json_object_set_new(v, "null", json_null());
	bs_json_put_uint(v, "large", UINT64_MAX);
	expected = json_dumps(v, FORM);

	bs_json_out_begin(&o, NULL, 0);
	bs_json_out_open(&o, '{');
	bs_json_out_key(&o, "none");
	bs_json_out_uints(&o, NULL, 0);
	bs_json_out_key(&o, "numbers");
	bs_json_out_uints(&o, edges, nr);
	bs_json_out_key(&o, "text");
	bs_json_out_text(&o, "no UTF-8: \xff, but \xc3\xa9");
	bs_json_out_key(&o, "yes");
	bs_json_out_bool(&o, true);
	bs_json_out_key(&o, "no");
	bs_json_out_bool(&o, false);
	bs_json_out_key(&o, "null");
	bs_json_out_null(&o);
	bs_json_out_key(&o, "large");
	bs_json_out_uint(&o, UINT64_MAX);
	bs_json_out_close(&o, '}');
	assert_int_equal(bs_json_out_end(&o), 0);
	assert_string_equal(o.buf, expected);
	free(o.buf);
	free(expected);
	json_decref(v);
}

static const char *in_its_place(const void *stand_in, const json_t *v)
{
	return v == stand_in ? "[\n   1\n  ]" : NULL;
}

/* Text that was made before stands where a value has it, with the commas of that. */
static void test_text_in_place_of_a_value(void **state)
{
	json_t *v = json_object(), *a = json_array(), *stand_in = json_object();
	struct bs_json_out o;

	(void)state;
	json_array_append_new(a, json_integer(0));
	json_array_append(a, stand_in);
	json_array_append_new(a, json_object());
	json_object_set_new(v, "a", a);
	bs_json_out_begin(&o, NULL, 0);
	bs_json_out_value(&o, v, in_its_place, stand_in);
	assert_int_equal(bs_json_out_end(&o), 0);
	assert_string_equal(o.buf, "{\n \"a\": [\n  0,\n  [\n   1\n  ],\n  {}\n ]\n}");
	free(o.buf);
	/* As it is made: for a place within others. */
	bs_json_out_begin(&o, NULL, 2);
	bs_json_out_uints(&o, (const uint64_t[]){1}, 1);
	assert_int_equal(bs_json_out_end(&o), 0);
	assert_string_equal(o.buf, "[\n   1\n  ]");
	free(o.buf);
	json_decref(stand_in);
	json_decref(v);
}

static void test_a_full_disk_is_noticed(void **state)
{
	FILE *f = fopen("/dev/full", "w");
	struct bs_json_out o;

	(void)state;
	assert_non_null(f);
	setbuf(f, NULL);
	bs_json_out_begin(&o, f, 0);
	bs_json_out_uint(&o, 1);
	assert_true(bs_json_out_end(&o) < 0);
	fclose(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_the_library_prints),
		cmocka_unit_test(test_value_by_value),
		cmocka_unit_test(test_text_in_place_of_a_value),
		cmocka_unit_test(test_a_full_disk_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
