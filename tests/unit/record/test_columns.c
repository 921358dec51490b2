// SPDX-License-Identifier: GPL-2.0-or-later
/* columns.c: which columns, in which unit, with how many digits; and in which order rows stand. */
#include "bs_record_test.h"

#include "columns.h"

static void assert_text(double value, int decimals, const char *want)
{
	const struct bs_shown s = {.per = 1, .decimals = decimals};
	char buf[BS_VALUE];

	assert_string_equal(bs_column_text(&s, true, value, buf), want);
}

static void test_four_digits_that_count(void **state)
{
	const struct bs_shown s = {.per = 1};
	char buf[BS_VALUE];

	(void)state;
	assert_text(0, 3, "0");
	assert_text(1.2344, 3, "1.234");
	assert_text(0.0004, 3, "<0.001");
	assert_text(0.0006, 3, "0.001");
	assert_text(247.06, 1, "247.1");
	assert_text(999, 0, "999");
	assert_text(1000, 0, "1,000");
	assert_text(9999, 0, "9,999");
	assert_text(48376, 0, "48,380");
	assert_text(99996, 0, "100,000");
	assert_text(1234567890, 0, "1,235,000,000");
	assert_text(18446744073709551615.0, 0, "18,450,000,000,000,000,000");
	assert_string_equal(bs_column_text(&s, false, 5, buf), "-");
}

static struct bs_shown column(struct bs_made_up *m, const char *name)
{
	const struct bs_table_form form = {.columns = name};
	struct bs_shown *list, s;
	unsigned int nr;

	bs_result_set_form(m->r, &form);
	list = bs_columns_shown(m->r, false, &nr);
	assert_int_equal(nr, 1);
	s = *list;
	free(list);
	return s;
}

/* One unit for a column: that in which its largest value takes few digits. */
static void test_the_unit_is_the_largest_values(void **state)
{
	static const struct {
		uint64_t cost;
		const char *unit;
		int decimals;
	} cases[] = {{0, "ms", 3},
		     {99 * BS_NS_PER_MS, "us", 0},
		     {999, "us", 3},
		     {100 * BS_NS_PER_MS, "ms", 1},
		     {5000 * BS_NS_PER_MS, "ms", 0},
		     {100 * BS_NS_PER_S, "s", 1},
		     {UINT64_C(400) * 3600 * BS_NS_PER_S, "h", 1}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bs_made_up m;
		struct bs_shown s;

		bs_record_begin(&m);
		bs_record_start(&m);
		m.f.cost_ns = cases[i].cost;
		bs_record_add(&m, "rotation", 1);
		m.f.cost_ns = 0;
		bs_record_add(&m, "rotation", 1);
		s = column(&m, "cost_ns");
		assert_string_equal(s.unit, cases[i].unit);
		assert_int_equal(s.decimals, cases[i].decimals);
		bs_result_free(m.r);
	}
}

/* What is idle, by cost, what has none, who is not whole; and as they were asked for. */
static void test_order_of_rows(void **state)
{
	static const unsigned int want[] = {2, 4, 1, 0, 3};
	static const unsigned int by_held[] = {2, 0, 1, 4, 3};
	struct bs_table_form form = {.sort = "held"};
	unsigned int *order;
	struct bs_made_up m;

	(void)state;
	bs_record_begin(&m);
	bs_record_start(&m);
	m.f.cost_ns = BS_NO_TIME;
	bs_record_add(&m, "bitmap", 10);
	m.f.cost_ns = 7;
	bs_record_add(&m, "rotation", 20);
	m.f.cost_ns = 90;
	bs_record_add(&m, "none", 2000);
	m.f.cost_ns = 1;
	m.f.unfinished_events = 1;
	bs_record_add(&m, "hypercall", 1);
	m.f.unfinished_events = 0;
	m.f.cost_ns = 6;
	bs_record_add(&m, "boundary", 30);
	order = bs_rows_order(m.r, true);
	assert_memory_equal(order, want, sizeof(want));
	free(order);
	bs_result_set_form(m.r, &form);
	order = bs_rows_order(m.r, true);
	assert_memory_equal(order, by_held, sizeof(by_held));
	free(order);
	order = bs_rows_order(m.r, false);
	assert_int_equal(order[3], 3);
	free(order);
	bs_result_free(m.r);
}

static void test_columns_are_found_by_name_and_heading(void **state)
{
	struct bs_table_form form = {.columns = "held,calls,refault,held_share"};
	struct bs_error err = {0};

	(void)state;
	assert_int_equal(bs_table_form_check(&form, &err), 0);
	form.columns = "held,cals";
	assert_int_equal(bs_table_form_check(&form, &err), -EINVAL);
	assert_says(err.text, "did you mean calls?");
	form.columns = "nr_free";
	assert_int_equal(bs_table_form_check(&form, &err), -EINVAL);
	form.columns = "held,";
	assert_int_equal(bs_table_form_check(&form, &err), -EINVAL);
	form = (struct bs_table_form){.sort = "cots_ns"};
	assert_int_equal(bs_table_form_check(&form, &err), -EINVAL);
	assert_says(err.text, "did you mean cost_ns?");
}

/* A group is all figures below a name, in the record's order, also beside others and twice. */
static void test_a_group_of_columns(void **state)
{
	struct bs_table_form form = {.columns = "settle_ns,held,settle_ns"};
	static const char *const want[] = {"settle_ns.t50", "settle_ns.t90", "settle_ns.t99",
					   "held_mib_s",    "settle_ns.t50", "settle_ns.t90",
					   "settle_ns.t99"};
	struct bs_error err = {0};
	struct bs_shown *list;
	struct bs_made_up m;
	unsigned int nr;

	(void)state;
	bs_record_begin(&m);
	bs_record_start(&m);
	bs_record_add(&m, "none", 10);
	assert_int_equal(bs_table_form_check(&form, &err), 0);
	bs_result_set_form(m.r, &form);
	list = bs_columns_shown(m.r, false, &nr);
	assert_int_equal(nr, sizeof(want) / sizeof(want[0]));
	for (unsigned int i = 0; i < nr; i++)
		assert_string_equal(list[i].column.name, want[i]);
	free(list);
	bs_result_free(m.r);
	form.columns = "settle";
	assert_int_equal(bs_table_form_check(&form, &err), -EINVAL);
	form.columns = "settle_ns.";
	assert_int_equal(bs_table_form_check(&form, &err), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_four_digits_that_count),
		cmocka_unit_test(test_the_unit_is_the_largest_values),
		cmocka_unit_test(test_order_of_rows),
		cmocka_unit_test(test_columns_are_found_by_name_and_heading),
		cmocka_unit_test(test_a_group_of_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
