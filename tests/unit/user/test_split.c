// SPDX-License-Identifier: GPL-2.0-or-later
/* What the shrinker makes of partly freed huge pages, and of those that hold little but zeros. */
#include "bs_test.h"

#include "bs_user_test.h"

#define AT (UINT64_C(1) << 40)

static struct bs_space *two_huge(struct bs_user_test *t, const char *kernel)
{
	struct bs_space *s;

	bs_user_test_begin(t, kernel);
	s = bs_space_create(t->u);
	bs_space_map(s, AT, 4 * MIB);
	for (unsigned int i = 0; i < 2; i++) {
		bs_space_fault(s, AT + i * 2 * MIB, true);
		bs_space_all_written(s, AT + i * 2 * MIB);
	}
	t->text[0] = '\0';
	return s;
}

/* The newest first: in 6.1 by when a part was lost, in 6.12 by the fault. The third, the first page is late. */
static void test_order(void **state)
{
	static const struct {
		const char *kernel, *gives;
	} cases[] = {
		{"linux-6.1", " 5120 5121 5123 5122 5632 5633 5635 5634"},
		{"linux-6.12", " 5633 5634 5635 5632 5121 5122 5123 5120"},
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct bs_user_test t;
		struct bs_space *s = two_huge(&t, cases[i].kernel);

		bs_space_dontneed(s, AT + 2 * MIB, 16 * KIB);
		bs_space_dontneed(s, AT, 16 * KIB);
		t.text[0] = '\0';
		assert_int_equal(bs_user_shrink(t.u), 8);
		bs_user_test_is(&t, cases[i].gives);
		assert_int_equal(bs_user_counts(t.u)->split_page, 2);
		assert_int_equal(bs_user_shrink(t.u), 0);
		bs_user_test_end(&t);
	}
}

/* 6.12 also frees what is mapped and holds only zeros; 6.1 never looks. */
static void test_zeros(void **state)
{
	struct bs_user_test t;
	struct bs_space *s;

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		bs_user_test_begin(&t, i ? "linux-6.12" : "linux-6.1");
		s = bs_space_create(t.u);
		bs_space_map(s, AT, 2 * MIB);
		bs_space_fault(s, AT, true);
		bs_space_written(s, AT);
		bs_space_dontneed(s, AT + MIB, MIB);
		assert_int_equal(bs_user_shrink(t.u), i ? 511 : 256);
		assert_int_equal(bs_user_counts(t.u)->pages, i ? 1 : 256);
		bs_user_test_end(&t);
	}
}

/* More zeros than max_ptes_none: split. Not so: it is not looked at again. */
static void test_underused(void **state)
{
	struct bs_user_test t;
	struct bs_space *s;

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		bs_user_test_begin(&t, "linux-6.12");
		bs_user_settings(t.u)->max_ptes_none = 500;
		s = bs_space_create(t.u);
		bs_space_map(s, AT, 2 * MIB);
		bs_space_fault(s, AT, true);
		for (unsigned int p = 0; p < 11 + i; p++)
			bs_space_written(s, AT + p * 4 * KIB);
		assert_int_equal(bs_user_shrink(t.u), i ? 0 : 501);
		bs_user_settings(t.u)->max_ptes_none = 0;
		assert_int_equal(bs_user_shrink(t.u), 0);
		bs_user_test_end(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_zeros),
		cmocka_unit_test(test_underused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
