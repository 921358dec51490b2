// SPDX-License-Identifier: GPL-2.0-or-later
/* table.c: the answer in the first line, who is left out of it, and rows of any width. */
#include "bs_record_test.h"

static void assert_line(struct bs_made_up *m, unsigned int n, const char *part)
{
	char *text = bs_record_print(m, BS_FORMAT_TEXT), *line = bs_line(text, n);

	assert_says(line, part);
	free(line);
	free(text);
}

static void assert_nowhere(struct bs_made_up *m, const char *part)
{
	char *text = bs_record_print(m, BS_FORMAT_TEXT);

	if (strstr(text, part))
		fail_msg("'%s' says '%s'", text, part);
	free(text);
}

static void test_who_holds_least_is_the_answer(void **state)
{
	struct bs_made_up m;

	(void)state;
	bs_record_begin(&m);
	bs_record_start(&m);
	bs_record_add(&m, "none", 2000);
	bs_record_add(&m, "rotation:order=9", 30);
	bs_record_add(&m, "rotation", 31);
	assert_line(&m, 0,
		    "some/where/t.cborseq: rotation:order=9 holds least: 30 MiB.s beyond what the "
		    "guest uses, 1.5 % of none's 2000; 0 requests");
	assert_nowhere(&m, "left out");
	bs_result_free(m.r);
}

/* clairvoyant is there to be compared with. */
static void test_who_knows_the_trace_is_not(void **state)
{
	struct bs_made_up m;

	(void)state;
	bs_record_begin(&m);
	bs_record_start(&m);
	bs_record_add(&m, "clairvoyant", 1);
	bs_record_add(&m, "rotation", 31);
	bs_record_add(&m, "clairvoyant", 1);
	assert_line(&m, 0, "rotation holds least");
	bs_result_free(m.r);
}

/* Who refuses the guest its memory holds little. */
static void test_no_crown_where_allocations_failed(void **state)
{
	struct bs_made_up m;

	(void)state;
	bs_record_begin(&m);
	bs_record_start(&m);
	m.f.allocations = 450;
	bs_record_add(&m, "none", 2000);
	bs_record_add(&m, "rotation", 31);
	m.f.alloc_failed = 189;
	bs_record_add(&m, "hint-once", 2);
	assert_line(&m, 0, "rotation holds least: 31");
	assert_line(&m, 1, "left out of the answer: hint-once (189 of 450 allocations failed)");
	bs_result_free(m.r);

	/* In all of them: the trace is larger than its guest. */
	bs_record_begin(&m);
	bs_record_start(&m);
	m.f.allocations = 100;
	m.f.alloc_failed = 88;
	bs_record_add(&m, "none", 2000);
	bs_record_add(&m, "rotation", 31);
	assert_line(&m, 0, "no strategy is the answer: no row did all");
	assert_line(&m, 1, "none (88 of 100 allocations failed), rotation (88 of 100");
	bs_result_free(m.r);
}

/* Who never got to the end of the trace holds little, too. */
static void test_no_crown_for_who_did_not_finish(void **state)
{
	struct bs_made_up m;

	(void)state;
	bs_record_begin(&m);
	bs_record_start(&m);
	bs_record_add(&m, "rotation", 31);
	m.f.unfinished_events = 12;
	bs_record_add(&m, "hypercall", 2);
	assert_line(&m, 0, "rotation holds least: 31");
	assert_line(&m, 1, "left out of the answer: hypercall (not finished: 12 events left)");
	bs_result_free(m.r);
}

/* A share of a row that is no base to compare with would be a lie, too. */
static void test_no_share_of_a_row_that_failed(void **state)
{
	struct bs_made_up m;

	(void)state;
	bs_record_begin(&m);
	bs_record_start(&m);
	m.f.alloc_failed = 1;
	bs_record_add(&m, "none", 2000);
	m.f.alloc_failed = 0;
	bs_record_add(&m, "rotation", 31);
	assert_line(&m, 0, "rotation holds least: 31 MiB.s beyond what the guest uses; 0 requests");
	bs_result_free(m.r);
}

static void test_untouched_memory_answers_nothing(void **state)
{
	struct bs_made_up m;

	(void)state;
	bs_record_begin(&m);
	m.cfg.host.device.touch = BS_TOUCH_NONE;
	bs_record_start(&m);
	bs_record_add(&m, "none", 0);
	assert_line(&m, 0, "not measured");
	assert_line(&m, 0, "--touch none");
	assert_nowhere(&m, "holds least");
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
	assert_line(&m, 0, "none holds 2000");
	assert_line(&m, 1, "rotation:order=9 (did not run)");
	assert_line(&m, 7,
		    "rotation:order=9  did not run: rotation: needs 32 ranges: No space left on");
	bs_result_free(m.r);

	bs_record_begin(&m);
	bs_record_start(&m);
	bs_result_fail(m.r, "rotation", &err);
	assert_line(&m, 0, "no cell was finished");
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
		line[i] = bs_line(text, 5 + (unsigned int)i);
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
	assert_line(&m, 1, "linux-6.1 guest of 1024 MiB, 2 CPUs, model, 32 ranges; 1 round(s)");
	assert_line(&m, 2, "strategy");
	assert_line(&m, 2, " refault  requests  ");
	assert_line(&m, 4, "MiB.s");
	assert_line(&m, 5, "rotation");
	assert_line(&m, 5, "1,234");
	assert_line(&m, 5, "56,000");
	bs_result_free(m.r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_who_holds_least_is_the_answer),
		cmocka_unit_test(test_who_knows_the_trace_is_not),
		cmocka_unit_test(test_no_crown_where_allocations_failed),
		cmocka_unit_test(test_no_crown_for_who_did_not_finish),
		cmocka_unit_test(test_no_share_of_a_row_that_failed),
		cmocka_unit_test(test_untouched_memory_answers_nothing),
		cmocka_unit_test(test_a_row_that_did_not_run_stands_there_with_why),
		cmocka_unit_test(test_any_width),
		cmocka_unit_test(test_headings_say_their_units),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
