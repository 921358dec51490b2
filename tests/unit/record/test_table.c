// SPDX-License-Identifier: GPL-2.0-or-later
/* table.c: the answer in the first lines, and rows of any width. */
#include "bs_record_test.h"

static void assert_line(struct bs_made_up *m, unsigned int n, const char *part)
{
	char *text = bs_record_print(m, BS_FORMAT_TEXT), *line = bs_line(text, n);

	assert_says(line, part);
	free(line);
	free(text);
}

/* Of the table: 0 is its first line of heads. */
static void assert_row(struct bs_made_up *m, unsigned int n, const char *part)
{
	char *text = bs_record_print(m, BS_FORMAT_TEXT), *heads = strstr(text, "\nstrategy"), *line;

	assert_non_null(heads);
	line = bs_line(heads + 1, n);
	assert_says(line, part);
	free(line);
	free(text);
}

/* The trace's name, then the record's own lines, within 100 columns, what is typed in one piece. */
static void test_the_answer_comes_first(void **state)
{
	struct bs_made_up m;

	(void)state;
	bs_record_begin(&m);
	bs_record_start(&m);
	m.f.cost_ns = 100 * BS_NS_PER_MS;
	bs_record_add(&m, "none", 2000);
	m.f.cost_ns = 5 * BS_NS_PER_MS;
	bs_record_add(&m, "rotation", 30);
	assert_line(&m, 0,
		    "t: rotation, linux-6.1's default, gives back 98.5 % of what none holds, "
		    "with no more stall than");
	assert_line(&m, 1, "  that; half of what");
	assert_line(&m, 2,
		    "Cheapest that a stock linux-6.1 offers, and of all rows: rotation, cost "
		    "5.00 ms, 5.0 % of none's;");
	assert_line(&m, 3, "  QEMU `-device virtio-balloon,free-page-reporting=on`.");
	assert_line(&m, 4, "some/where/t.cborseq: linux-6.1 guest of 1024 MiB");
	bs_result_free(m.r);
}

static void test_markdown_has_it_as_a_list(void **state)
{
	struct bs_made_up m;
	char *text;

	(void)state;
	bs_record_begin(&m);
	bs_record_start(&m);
	m.f.cost_ns = 100 * BS_NS_PER_MS;
	bs_record_add(&m, "none", 2000);
	m.f.cost_ns = 5 * BS_NS_PER_MS;
	m.params = "order=5";
	bs_record_add(&m, "rotation:order=5", 30);
	text = bs_record_print(&m, BS_FORMAT_MARKDOWN);
	assert_says(text, "**t.cborseq**\n\n- Add rotation, ");
	assert_says(text, "\n- Cheapest that");
	/* What is typed is code, and stands there as it is. */
	assert_says(text, "`echo 5 >/sys/module/page_reporting/parameters/page_reporting_order`");
	assert_says(text, ".\n\n| strategy |");
	free(text);
	bs_result_free(m.r);
}

static void test_a_row_that_did_not_run_stands_there_with_why(void **state)
{
	struct bs_error err = {0};
	struct bs_made_up m;

	(void)state;
	bs_record_begin(&m);
	bs_record_start(&m);
	bs_record_add(&m, "none", 2000);
	bs_error_set(&err, BS_RESOURCE, ENOSPC, "rotation", NULL, "needs 32 ranges");
	bs_result_fail(m.r, "rotation:order=9", &err);
	assert_line(&m, 1, "Left out: rotation:order=9 (did not run).");
	assert_row(&m, 4,
		   "rotation:order=9  did not run: rotation: needs 32 ranges: No space left on");
	bs_result_free(m.r);

	bs_record_begin(&m);
	bs_record_start(&m);
	bs_result_fail(m.r, "rotation", &err);
	assert_line(&m, 0, "No row was finished.");
	bs_result_free(m.r);
}

/* A label of any length stands there whole; the figures are in their columns below it. */
static void test_any_width(void **state)
{
	char label[1200] = "./", *text, *line[4];
	struct bs_made_up m;

	(void)state;
	memset(label + 2, 'x', 1100);
	strcpy(label + 1102, ".so:order=9");
	bs_record_begin(&m);
	bs_record_start(&m);
	m.f.report.calls = UINT64_C(123456789012345);
	bs_record_add(&m, label, UINT64_C(98765432109876543));
	label[2] = 'y'; /* differs behind nothing that may be cut off */
	label[1104] = 'y';
	bs_record_add(&m, label, 7);
	text = bs_record_print(&m, BS_FORMAT_TEXT);
	for (int i = 0; i < 4; i++)
		line[i] = bs_line(strstr(text, "\nstrategy") + 1, 3 + (unsigned int)i);
	/* The one that holds less comes first. */
	assert_says(line[0], label);
	assert_true(line[2][2] == 'x' && strlen(line[2]) == strlen(line[0]));
	assert_int_equal(strlen(line[1]), strlen(line[3]));
	assert_true(strlen(line[1]) <= 100);
	assert_says(line[1], "123,500,000,000,000");
	assert_string_equal(bs_result_label(m.r, 1), label);
	for (int i = 0; i < 4; i++)
		free(line[i]);
	free(text);
	bs_result_free(m.r);
}

static void test_headings_say_their_units(void **state)
{
	struct bs_made_up m;

	(void)state;
	bs_record_begin(&m);
	bs_record_start(&m);
	m.f.settle[1] = 1234 * BS_NS_PER_MS;
	m.f.cost_ns = 56 * BS_NS_PER_MS;
	bs_record_add(&m, "rotation", 7);
	assert_line(&m, 1,
		    "t.cborseq: linux-6.1 guest of 1024 MiB, 2 CPUs, model, 32 ranges; 1 round(s)");
	assert_row(&m, 0, " refault  requests  ");
	assert_row(&m, 2, "MiB.s");
	assert_row(&m, 3, "rotation");
	assert_row(&m, 3, "1,234");
	assert_row(&m, 3, "56,000");
	bs_result_free(m.r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_answer_comes_first),
		cmocka_unit_test(test_markdown_has_it_as_a_list),
		cmocka_unit_test(test_a_row_that_did_not_run_stands_there_with_why),
		cmocka_unit_test(test_any_width),
		cmocka_unit_test(test_headings_say_their_units),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
