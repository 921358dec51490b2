// SPDX-License-Identifier: GPL-2.0-or-later
/* Pages of processes move, and their tables follow: whatever is freed later is where it is now. */
#include "bs_test.h"

#include <string.h>

#include "bs_user_test.h"

#define AT (UINT64_C(1) << 40)
#define PAGES 65536u

/* A page that two processes map is at its new place in both; whoever is last frees that. */
static void test_a_page_of_two(void **state)
{
	struct bs_user_test t;
	struct bs_space *s, *c;
	bool huge;

	(void)state;
	bs_user_test_begin(&t, "linux-6.12");
	s = bs_space_create(t.u);
	bs_space_map(s, AT + 2 * MIB, 8 * KIB);
	bs_space_fault(s, AT + 2 * MIB, true); /* tables 1, 2, 3, page 4 */
	c = bs_space_fork(s); /* tables 5, 6, 7 */
	assert_true(bs_user_has(t.u, 4, 0, PAGES));
	assert_false(bs_user_has(t.u, 3, 0, PAGES));
	assert_false(bs_user_has(t.u, 4, 1, PAGES));
	bs_user_moved(t.u, 4, 900, 0);
	assert_int_equal(bs_space_page(s, AT + 2 * MIB, &huge), 900);
	assert_int_equal(bs_space_page(c, AT + 2 * MIB, &huge), 900);
	assert_false(bs_user_has(t.u, 4, 0, PAGES));
	/* Back to where it was, and on: a place is never somebody else's for that. */
	bs_user_moved(t.u, 900, 4, 0);
	bs_user_moved(t.u, 4, 901, 0);
	/* It is still shared: a write takes a page of the writer's own. */
	bs_space_fault(s, AT + 2 * MIB, true);
	assert_int_equal(bs_space_page(s, AT + 2 * MIB, &huge), 8);
	assert_false(bs_space_faults(c, AT + 2 * MIB, true));
	assert_true(bs_user_has(t.u, 8, 0, PAGES));
	bs_space_exit(s, 0);
	t.text[0] = '\0';
	bs_space_exit(c, 0);
	bs_user_test_is(&t, " ( 901 7..5 )");
	bs_user_test_end(&t);
}

/* A huge page moves as a whole, be it mapped as one, or in parts of which some are gone already. */
static void test_a_huge_page(void **state)
{
	struct bs_user_test t;
	struct bs_space *s;
	bool huge;

	(void)state;
	for (unsigned int cut = 0; cut < 2; cut++) {
		bs_user_test_begin(&t, "linux-6.1");
		s = bs_space_create(t.u);
		bs_space_map(s, AT, 2 * MIB);
		bs_space_fault(s, AT, true);
		bs_space_all_written(s, AT);
		if (cut)
			bs_space_dontneed(s, AT, 4 * KIB);
		assert_true(bs_user_has(t.u, 5120, 9, PAGES));
		assert_false(bs_user_has(t.u, 5120, 0, PAGES));
		assert_false(bs_user_has(t.u, 5121, 0, PAGES));
		bs_user_moved(t.u, 5120, 10240, 9);
		assert_int_equal(bs_space_page(s, AT + 8 * KIB, &huge), 10242);
		assert_int_equal(huge, !cut);
		assert_true(bs_user_has(t.u, 10240, 9, PAGES));
		t.text[0] = '\0';
		if (cut) {
			/* What is left of it are pages, and move as such. */
			assert_int_equal(bs_user_shrink(t.u), 1);
			bs_user_test_is(&t, " 10240");
			assert_true(bs_user_has(t.u, 10241, 0, PAGES));
			assert_false(bs_user_has(t.u, 10240, 9, PAGES));
			bs_user_moved(t.u, 10241, 77, 0);
			assert_int_equal(bs_space_page(s, AT + 4 * KIB, &huge), 77);
		}
		bs_space_exit(s, 0);
		assert_int_equal(bs_user_counts(t.u)->pages, 0);
		assert_non_null(strstr(t.text, cut ? "77" : "10240o9"));
		bs_user_test_end(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_page_of_two),
		cmocka_unit_test(test_a_huge_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
