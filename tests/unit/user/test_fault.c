// SPDX-License-Identifier: GPL-2.0-or-later
/* What a fault asks for: what is missing of the tables, then the page; of a huge page, that first. */
#include "bs_test.h"

#include "bs_user_test.h"

#define AT (UINT64_C(1) << 40)

static void test_small(void **state)
{
	struct bs_user_test t;
	struct bs_space *s;

	(void)state;
	bs_user_test_begin(&t, "linux-6.1");
	bs_user_settings(t.u)->thp = BS_HUGE_MADVISE;
	s = bs_space_create(t.u);
	bs_space_map(s, AT, 4 * MIB);
	assert_true(bs_space_faults(s, AT, true));
	assert_true(bs_space_fault(s, AT, true));
	assert_false(bs_space_faults(s, AT, true));
	bs_space_fault(s, AT + 4 * KIB, true);
	bs_space_fault(s, AT + 2 * MIB, true);
	bs_user_test_is(&t,
			" +1:400dc0 +2:400dc0 +3:400dc0 +4:140dca +5:140dca +6:400dc0 +7:140dca");
	assert_false(bs_space_fault(s, AT + 4 * MIB, true)); /* nothing is mapped there */
	/* A read maps the page of zeros; a write then gets a page. */
	bs_space_fault(s, AT + 8 * KIB, false);
	bs_user_test_is(&t, "");
	assert_true(bs_space_faults(s, AT + 8 * KIB, true));
	bs_space_fault(s, AT + 8 * KIB, true);
	bs_user_test_is(&t, " +8:140dca");
	bs_user_test_end(&t);
}

static void test_huge(void **state)
{
	struct bs_user_test t;
	struct bs_space *s;

	(void)state;
	bs_user_test_begin(&t, "linux-6.12");
	s = bs_space_create(t.u);
	bs_space_map(s, AT + MIB, 5 * MIB);
	bs_space_fault(s, AT + MIB, true); /* reaches below the mapping: a page */
	bs_space_fault(s, AT + 2 * MIB, true);
	bs_user_test_is(&t, " +1:440dc0 +2:440dc0 +3:440dc0 +4:140dca +5120o9:3d20ca +5:440dc0");
	/* It failed: the range is small from now on. */
	t.no_huge = 1;
	bs_space_fault(s, AT + 4 * MIB, true);
	bs_space_fault(s, AT + 4 * MIB + 4 * KIB, true);
	bs_user_test_is(&t, " -o9:3d20ca +6:440dc0 +7:140dca +8:140dca");
	assert_int_equal(bs_user_counts(t.u)->thp_alloc, 1);
	assert_int_equal(bs_user_counts(t.u)->thp_failed, 1);
	assert_int_equal(bs_user_counts(t.u)->huge_pages, 512);
	bs_user_test_end(&t);
}

/* By the setting and the advice: what the attempts may do. */
static void test_defrag(void **state)
{
	static const struct {
		enum bs_huge_defrag defrag;
		bool advised;
		const char *asks;
	} cases[] = {
		{BS_HUGE_DEFRAG_ALWAYS, false, " -o9:3d24ca -o9:1d24ca"},
		{BS_HUGE_DEFRAG_ALWAYS, true, " -o9:3d24ca -o9:1c24ca"},
		{BS_HUGE_DEFRAG_DEFER, false, " -o9:3d28ca +5120o9"},
		{BS_HUGE_DEFRAG_DEFER, true, " -o9:3d28ca +5120o9"},
		{BS_HUGE_DEFRAG_DEFER_MADVISE, true, " -o9:3d24ca -o9:1c24ca"},
		{BS_HUGE_DEFRAG_MADVISE, false, " -o9:3d20ca +5120o9"},
		{BS_HUGE_DEFRAG_MADVISE, true, " -o9:3d24ca -o9:1c24ca"},
		{BS_HUGE_DEFRAG_NEVER, true, " -o9:3d20ca +5120o9"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bs_user_test t;
		struct bs_space *s;
		char *tables;

		bs_user_test_begin(&t, "linux-6.1");
		bs_user_settings(t.u)->defrag = cases[i].defrag;
		s = bs_space_create(t.u);
		bs_space_map(s, AT, 4 * MIB);
		if (cases[i].advised)
			bs_space_advise(s, AT, 4 * MIB, true);
		t.no_huge = 2;
		bs_space_fault(s, AT, true);
		bs_space_fault(s, AT + 2 * MIB, true);
		tables = strstr(t.text, " -o9");
		assert_non_null(tables);
		assert_true(strncmp(tables, cases[i].asks, strcspn(cases[i].asks, "+")) == 0);
		bs_user_test_end(&t);
	}
}

/* A read: the table first, then one huge page of zeros for all; what a write to it makes. */
static void test_zeros(void **state)
{
	static const struct {
		const char *kernel, *asks;
	} cases[] = {
		{"linux-6.12", " +1:440dc0 +2:440dc0 +3:440dc0 +5120o9:1c25c2 +4:440dc0 +5:140dca"},
		{"linux-7.3",
		 " +1:440dc0 +2:440dc0 +3:440dc0 +5120o9:1c25c2 +4:440dc0 +5632o9:3d20ca"},
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct bs_user_test t;
		struct bs_space *s;

		bs_user_test_begin(&t, cases[i].kernel);
		s = bs_space_create(t.u);
		bs_space_map(s, AT, 4 * MIB);
		bs_space_fault(s, AT, false);
		bs_space_fault(s, AT + 2 * MIB, false);
		bs_space_fault(s, AT + 4 * KIB, true);
		bs_user_test_is(&t, cases[i].asks);
		bs_user_test_end(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_small),
		cmocka_unit_test(test_huge),
		cmocka_unit_test(test_defrag),
		cmocka_unit_test(test_zeros),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
