// SPDX-License-Identifier: GPL-2.0-or-later
/* result.c: what goes into the record arrives there whole, whatever bytes and size it has. */
#include "bs_record_test.h"

#include "json.h"

static const json_t *cell(const struct bs_made_up *m, unsigned int i)
{
	return json_array_get(json_object_get(m->r->record, "cells"), i);
}

static const char *text_at(const json_t *o, const char *path)
{
	return json_string_value(bs_json_at(o, path));
}

/* 2^64 - 1 is no -1. */
static void test_any_seed(void **state)
{
	struct bs_made_up m;
	uint64_t seed;
	char *text;

	(void)state;
	bs_record_begin(&m);
	m.cfg.seed = UINT64_MAX;
	bs_record_start(&m);
	bs_record_add(&m, "none", 1);
	assert_int_equal(bs_json_uint_at(m.r->record, "seed", &seed), 0);
	assert_true(seed == UINT64_MAX);
	text = bs_record_print(&m, BS_FORMAT_TEXT);
	assert_says(text, "seed 18446744073709551615\n");
	free(text);
	text = bs_record_print(&m, BS_FORMAT_JSON);
	assert_says(text, "\"seed\": \"18446744073709551615\"");
	free(text);
	bs_result_free(m.r);
}

/* A path is bytes; JSON is UTF-8. */
static void test_names_that_are_no_utf8(void **state)
{
	struct bs_made_up m;
	char *text;

	(void)state;
	bs_record_begin(&m);
	m.cfg.trace_path = "x/t\xff.cborseq";
	bs_record_start(&m);
	bs_record_add(&m, "./a\xe4.so:order=9", 1);
	assert_string_equal(text_at(m.r->record, "trace.name"), "t\\xff.cborseq");
	assert_string_equal(text_at(cell(&m, 0), "label"), "./a\\xe4.so:order=9");
	/* who asks for the row asks by the bytes that he gave */
	assert_string_equal(bs_result_label(m.r, 0), "./a\xe4.so:order=9");
	text = bs_record_print(&m, BS_FORMAT_TEXT);
	assert_says(text, "t\\xff: ./a\\xe4.so:order=9, ");
	assert_says(text, "x/t\xff.cborseq: linux-");
	assert_null(strstr(text, "(null)"));
	free(text);
	text = bs_record_print(&m, BS_FORMAT_CSV);
	assert_null(strstr(text, "(null)"));
	free(text);
	bs_result_free(m.r);
}

static void test_rows_that_did_not_run(void **state)
{
	struct bs_made_up m;
	struct bs_error err = {0};
	const char *label, *reason;
	const json_t *failed;

	(void)state;
	bs_record_begin(&m);
	bs_record_start(&m);
	assert_int_equal(json_array_size(json_object_get(m.r->record, "failed")), 0);
	assert_false(bs_result_failed(m.r, 0, &label, &reason));
	bs_record_add(&m, "none", 1);
	bs_error_set(&err, BS_RESOURCE, ENOMEM, "guest", NULL, "no room");
	bs_result_fail(m.r, "rotation", &err);
	bs_error_set(&err, BS_INVARIANT, 0, NULL, NULL, "a law broke");
	bs_result_fail(m.r, "bitmap", &err);
	failed = json_object_get(m.r->record, "failed");
	assert_int_equal(json_array_size(failed), 2);
	assert_string_equal(text_at(failed, "0.label"), "rotation");
	assert_string_equal(text_at(failed, "0.error"), "guest: no room: Cannot allocate memory");
	assert_string_equal(text_at(failed, "1.error"), "a law broke");
	assert_int_equal(bs_result_cells(m.r), 1);
	assert_true(bs_result_failed(m.r, 1, &label, &reason));
	assert_string_equal(label, "bitmap");
	assert_string_equal(reason, "a law broke");
	bs_result_free(m.r);
}

/* What every cell says of all of them is there once; what this machine adds is not in the record. */
static void test_warnings(void **state)
{
	struct bs_made_up m;
	const json_t *list;

	(void)state;
	bs_record_begin(&m);
	bs_record_start(&m);
	bs_result_warn(m.r, NULL, "of %u", 2u);
	bs_result_warn(m.r, "none", "of %u", 2u);
	bs_result_warn(m.r, NULL, "of %u", 2u);
	bs_result_remark(m.r, "a small machine");
	assert_string_equal(bs_result_warning(m.r, 0), "of 2");
	assert_string_equal(bs_result_warning(m.r, 1), "none: of 2");
	assert_string_equal(bs_result_warning(m.r, 2), "a small machine");
	assert_null(bs_result_warning(m.r, 3));
	list = json_object_get(m.r->record, "warnings");
	assert_int_equal(json_array_size(list), 2);
	assert_true(json_is_null(bs_json_at(m.r->record, "warnings.0.label")));
	assert_string_equal(text_at(m.r->record, "warnings.1.label"), "none");
	assert_string_equal(text_at(m.r->record, "warnings.1.text"), "of 2");
	bs_result_free(m.r);
}

static void test_the_record_says_what_it_is(void **state)
{
	struct bs_made_up m;

	(void)state;
	bs_record_begin(&m);
	m.cfg.output.timeline = true;
	bs_record_start(&m);
	bs_record_add(&m, "none", 1);
	assert_string_equal(text_at(m.r->record, "schema"), BS_RECORD_SCHEMA);
	assert_string_equal(text_at(m.r->measured, "cells.0.label"), "none");
	assert_string_equal(text_at(cell(&m, 0), "checks.residency"), "not checked");
	bs_result_free(m.r);
}

/* Samples are text until somebody wants to look at them; what is printed is the same before and after. */
static void test_samples_are_printed_as_they_are(void **state)
{
	char *text[2];
	struct bs_made_up m;

	(void)state;
	bs_record_begin(&m);
	m.cfg.output.timeline = true;
	bs_record_start(&m);
	bs_record_add(&m, "none", 1);
	bs_record_add(&m, "also \"none\"", 2);
	for (int i = 0; i < 2; i++) {
		size_t len;
		FILE *f = open_memstream(&text[i], &len);

		assert_int_equal(bs_result_print(m.r, BS_FORMAT_JSON, false, f), 0);
		fclose(f);
		assert_int_equal(bs_result_build_timeline(m.r), 0);
	}
	assert_string_equal(text[0], text[1]);
	assert_string_equal(text_at(m.r->record, "timeline.cells.0.label"), "none");
	assert_string_equal(text_at(m.r->record, "timeline.cells.1.label"), "also \"none\"");
	assert_int_equal(json_array_size(bs_json_at(m.r->record, "timeline.cells.1.nr_free")), 0);
	free(text[0]);
	free(text[1]);
	bs_result_free(m.r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_seed),
		cmocka_unit_test(test_names_that_are_no_utf8),
		cmocka_unit_test(test_rows_that_did_not_run),
		cmocka_unit_test(test_warnings),
		cmocka_unit_test(test_the_record_says_what_it_is),
		cmocka_unit_test(test_samples_are_printed_as_they_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
