// SPDX-License-Identifier: GPL-2.0-or-later
/* khugepaged: which ranges, and the groups in which the old pages go. */
#include "bs_test.h"

#include "bs_user_test.h"

#define AT (UINT64_C(1) << 40)

static struct bs_space *pages(struct bs_user_test *t, const char *kernel, unsigned int n)
{
	struct bs_space *s;

	bs_user_test_begin(t, kernel);
	bs_user_settings(t->u)->thp = BS_HUGE_MADVISE;
	s = bs_space_create(t->u);
	bs_space_map(s, AT, 3 * MIB);
	for (unsigned int i = 0; i < n; i++)
		bs_space_fault(s, AT + i * 4 * KIB, true);
	bs_space_fault(s, AT + 2 * MIB, true); /* of a range that does not fill 2 MiB */
	bs_space_advise(s, AT, 3 * MIB, true);
	t->text[0] = '\0';
	return s;
}

/* Tables 1, 2, 3, then pages 4 and on: 14 of a batch and the one that filled it; the rest at the end. */
static void test_groups(void **state)
{
	static const struct {
		const char *kernel, *does;
	} cases[] = {
		{"linux-6.1", " +5120o9:1c24ca ( 17..4 ) 18 ( 32..19 ) 33 ( 43..34 )"},
		{"linux-6.12", " +5120o9:1c24ca ( 4..33 ) 34 ( 35..43 )"},
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct bs_user_test t;
		struct bs_space *s = pages(&t, cases[i].kernel, 40);

		assert_int_equal(bs_space_next_collapse(s, 0), AT);
		assert_int_equal(bs_space_collapsible(s, AT, false), 40);
		assert_true(bs_space_collapse(s, AT, true, 0));
		bs_user_test_is(&t, cases[i].does);
		assert_true(bs_space_next_collapse(s, 0) == UINT64_MAX);
		/* The table is deposited; no other one is asked for. */
		bs_space_unmap(s, AT, 2 * MIB);
		assert_non_null(strstr(t.text, " 3 "));
		bs_user_test_end(&t);
	}
}

static void test_which(void **state)
{
	struct bs_user_test t;
	struct bs_space *s = pages(&t, "linux-6.12", 3);

	(void)state;
	bs_user_settings(t.u)->max_ptes_none = 508;
	assert_int_equal(bs_space_collapsible(s, AT, false), 0);
	bs_user_settings(t.u)->max_ptes_none = 509;
	assert_int_equal(bs_space_collapsible(s, AT, false), 3);
	t.no_huge = 1;
	assert_false(bs_space_collapse(s, AT, false, 0));
	bs_user_test_is(&t, " -o9:1c20ca");
	assert_int_equal(bs_user_counts(t.u)->collapse_failed, 1);
	bs_user_test_end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_which),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
