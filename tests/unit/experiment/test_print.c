// SPDX-License-Identifier: GPL-2.0-or-later
/* print.c, kind.c: rows as table, CSV and record, whatever stands in them. */
#include "bs_test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bs_trace_test.h"
#include "json.h"
#include "kind.h"

static const struct bs_column columns[] = {
	{"strategy", "strategy", BS_COLUMN_TEXT, false},
	{"bytes", "MiB", BS_COLUMN_BYTES, false},
	{"time_ns", "s", BS_COLUMN_NS, false},
	{"short_ns", "us", BS_COLUMN_NS_SHORT, false},
	{"milli", "each", BS_COLUMN_MILLI, false},
	{"count", "count", BS_COLUMN_COUNT, false},
	{"wall_ns", "wall", BS_COLUMN_NS, true},
	{NULL, NULL, BS_COLUMN_TEXT, false},
};
static const struct bs_experiment_kind kind = {
	.name = "test", .question = "what comes out", .columns = columns};

/* A name of 300 letters, with what a field of a table must not have. */
static char name[320];

static void make(struct bs_experiment *x)
{
	json_t *row;

	memset(name, 'x', 300);
	memcpy(name, "a\"b,c", 5);
	*x = (struct bs_experiment){.kind = &kind,
				    .cfg = {.kernel = "linux-6.1", .seed = 1},
				    .device = "model",
				    .record = json_object(),
				    .rows = json_array(),
				    .series = json_array(),
				    .measured = json_object(),
				    .measured_rows = json_array()};
	json_object_set_new(x->record, "rows", x->rows);
	json_object_set_new(x->record, "series", x->series);
	json_object_set_new(x->measured, "rows", x->measured_rows);
	row = bs_experiment_row(x, name);
	bs_json_put_uint(row, "bytes", UINT64_C(3) << 20);
	bs_json_put_uint(row, "time_ns", UINT64_C(1234560000));
	bs_json_put_uint(row, "short_ns", 12345);
	bs_json_put_uint(row, "milli", 2500);
	bs_json_put_uint(row, "count", UINT64_MAX);
	row = bs_experiment_row(x, "none");
	bs_json_put_time(row, "time_ns", BS_NO_TIME);
	bs_experiment_answers(x, "test: %s", name);
	bs_experiment_setting(x, "%s again", name);
}

static void drop(struct bs_experiment *x)
{
	json_decref(x->record);
	json_decref(x->measured);
	free(x->answer);
	free(x->measured_answer);
	free(x->text);
}

static char *written(const struct bs_experiment *x, enum bs_format format, bool measured)
{
	const char *path = bs_test_path("experiment.out");
	struct bs_error err;
	unsigned char *text;
	size_t len;

	assert_ok(bs_experiment_write(x, format, measured, path, &err), &err);
	text = bs_test_read_file(path, &len);
	text = realloc(text, len + 1);
	assert_non_null(text);
	text[len] = '\0';
	unlink(path);
	return (char *)text;
}

static void test_the_table_cuts_nothing(void **state)
{
	struct bs_experiment x;
	char *text;

	(void)state;
	make(&x);
	text = written(&x, BS_FORMAT_TEXT, false);
	assert_int_equal(strncmp(text, "test: a\"b,c", 11), 0);
	assert_says(text, name);
	assert_says(text, " again; linux-6.1, model device; seed 1\n");
	assert_says(text, "    3  1.2345  12.34  2.50  18446744073709551615\n");
	assert_says(text, "    -       -      -     -                     -\n");
	assert_null(strstr(text, "wall"));
	free(text);
	text = written(&x, BS_FORMAT_TEXT, true);
	assert_says(text, "wall");
	free(text);
	drop(&x);
}

static void test_the_csv_is_quoted(void **state)
{
	struct bs_experiment x;
	char *text;

	(void)state;
	make(&x);
	text = written(&x, BS_FORMAT_CSV, false);
	assert_int_equal(strncmp(text, "strategy,bytes,time_ns,short_ns,milli,count\r\n", 45), 0);
	assert_says(text, "\"a\"\"b,cxxx");
	assert_says(text, "xxx\",3145728,1234560000,12345,2500,18446744073709551615\r\n");
	assert_says(text, "none,,,,,\r\n");
	free(text);
	drop(&x);
}

static void test_the_record_has_all(void **state)
{
	struct bs_experiment x;
	uint64_t v = 0;
	char *text;
	json_t *o;

	(void)state;
	make(&x);
	bs_experiment_measured_answer(&x, "so much here");
	text = written(&x, BS_FORMAT_JSON, true);
	o = json_loads(text, 0, NULL);
	assert_non_null(o);
	assert_int_equal(bs_json_uint_at(o, "rows.0.count", &v), 0);
	assert_true(v == UINT64_MAX);
	assert_says(json_string_value(bs_json_at(o, "measured.answer")), "; so much here");
	assert_says(bs_experiment_answer(&x, true), "so much here");
	assert_null(strstr(bs_experiment_answer(&x, false), "so much here"));
	assert_int_equal(bs_row_get(json_array_get(x.rows, 0), "milli"), 2500);
	assert_string_equal(bs_row_word(json_array_get(x.rows, 1), "strategy"), "none");
	json_decref(o);
	free(text);
	drop(&x);
}

/* A disk that is full is why it failed. */
static void test_a_full_disk_says_so(void **state)
{
	struct bs_experiment x;
	struct bs_error err;

	(void)state;
	if (access("/dev/full", W_OK))
		skip();
	make(&x);
	for (int format = BS_FORMAT_TEXT; format <= BS_FORMAT_CSV; format++) {
		const int saved = dup(STDOUT_FILENO);

		fflush(stdout);
		assert_non_null(freopen("/dev/full", "w", stdout));
		assert_true(bs_experiment_write(&x, (enum bs_format)format, false, "-", &err) < 0);
		clearerr(stdout);
		dup2(saved, STDOUT_FILENO);
		close(saved);
		assert_int_equal(err.status, BS_RESOURCE);
		assert_int_equal(err.sys_errno, ENOSPC);
	}
	drop(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_table_cuts_nothing),
		cmocka_unit_test(test_the_csv_is_quoted),
		cmocka_unit_test(test_the_record_has_all),
		cmocka_unit_test(test_a_full_disk_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
