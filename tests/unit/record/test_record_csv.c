// SPDX-License-Identifier: GPL-2.0-or-later
/* record_csv.c: fields by RFC 4180, one column per figure of a cell, rows of what did not run. */
#include "bs_record_test.h"

static unsigned int fields(const char *line)
{
	unsigned int n = 1;
	bool quoted = false;

	for (; *line; line++) {
		if (*line == '"')
			quoted = !quoted;
		n += *line == ',' && !quoted;
	}
	assert_false(quoted);
	return n;
}

static void assert_row(struct bs_made_up *m, unsigned int n, const char *start, const char *end)
{
	char *text = bs_record_print(m, BS_FORMAT_CSV), *line = bs_line(text, n);
	char *head = bs_line(text, 0);

	assert_int_equal(fields(line), fields(head));
	if (strncmp(line, start, strlen(start)))
		fail_msg("'%s' does not start with '%s'", line, start);
	assert_true(strlen(line) > strlen(end));
	assert_string_equal(line + strlen(line) - strlen(end), end);
	free(head);
	free(line);
	free(text);
}

static void test_one_column_per_figure(void **state)
{
	const struct bs_metric *metric;
	struct bs_made_up m;
	unsigned int n = 5; /* trace, label, strategy, params, error */
	char *text, *head;

	(void)state;
	bs_record_begin(&m);
	bs_record_start(&m);
	m.f.settle[1] = BS_NO_TIME;
	bs_record_add(&m, "rotation:order=9", 30);
	text = bs_record_print(&m, BS_FORMAT_CSV);
	head = bs_line(text, 0);
	for (unsigned int i = 0; (metric = bs_metric_at(i)); i++)
		n += metric->cell;
	assert_int_equal(fields(head), n);
	assert_row(&m, 1, "t.cborseq,rotation:order=9,rotation,,1,30,", ",\r");
	free(head);
	free(text);
	bs_result_free(m.r);
}

static void test_fields_are_quoted_where_they_must_be(void **state)
{
	struct bs_made_up m;

	(void)state;
	bs_record_begin(&m);
	m.cfg.trace_path = "a,\"b\".cborseq";
	bs_record_start(&m);
	m.params = "order=9,delay=2s";
	bs_record_add(&m, "./x\"y.so:a=1,b=2", 1);
	bs_record_add(&m, "./two\nlines.so", 1);
	assert_row(&m, 1,
		   "\"a,\"\"b\"\".cborseq\",\"./x\"\"y.so:a=1,b=2\",rotation,"
		   "\"order=9,delay=2s\",1,",
		   ",\r");
	assert_row(&m, 0, "trace,label,strategy,params,finished,held_mib_s,", ",error\r");
	bs_result_free(m.r);
}

static void test_a_row_that_did_not_run(void **state)
{
	struct bs_error err = {0};
	struct bs_made_up m;

	(void)state;
	bs_record_begin(&m);
	bs_record_start(&m);
	bs_error_set(&err, BS_RESOURCE, 0, NULL, NULL, "no room, none");
	bs_result_fail(m.r, "rotation", &err);
	assert_row(&m, 1, "t.cborseq,rotation,,,,,", ",\"no room, none\"\r");
	bs_result_free(m.r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_column_per_figure),
		cmocka_unit_test(test_fields_are_quoted_where_they_must_be),
		cmocka_unit_test(test_a_row_that_did_not_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
