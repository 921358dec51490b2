// SPDX-License-Identifier: GPL-2.0-or-later
/* Pages of processes leave for swap, come back when they are touched, and are forgotten when nobody wants them. */
#include "bs_test.h"

#include "bs_user_test.h"

#define AT (UINT64_C(1) << 40)
#define PAGES 65536u

/* A page that is one process's own, and nobody else's, nor on its way to the LRU. */
static void test_a_page(void **state)
{
	struct bs_user_test t;
	struct bs_space *s, *c;
	bool huge;

	(void)state;
	bs_user_test_begin(&t, "linux-7.3");
	bs_user_owner(t.u, &t);
	s = bs_space_create(t.u);
	bs_space_map(s, AT + 2 * MIB, 16 * KIB);
	bs_space_fault(s, AT + 2 * MIB, true); /* tables 1, 2, 3, page 4 */
	bs_space_fault(s, AT + 2 * MIB + 4 * KIB, true);
	assert_true(bs_user_has(t.u, 4, 0, PAGES));
	assert_false(bs_user_evict(t.u, 4, 0));
	bs_user_lru_put(t.u, false);
	assert_true(bs_user_evict(t.u, 4, 0));
	assert_false(bs_user_evict(t.u, 4, 0));
	assert_false(bs_user_evict(t.u, 3, 0));
	assert_int_equal(bs_user_pages_of(t.u, &t), 1);
	assert_int_equal(bs_user_counts(t.u)->pages, 1);
	assert_int_equal(bs_space_page(s, AT + 2 * MIB, &huge), BS_NO_PFN);
	/* Read or written, it comes back to a page that is copied into. */
	assert_true(bs_space_faults(s, AT + 2 * MIB, false));
	t.text[0] = '\0';
	assert_true(bs_space_fault(s, AT + 2 * MIB, false));
	bs_user_test_is(&t, " +6:140cca");
	assert_int_equal(t.swapped_in, 1);
	assert_int_equal(bs_space_page(s, AT + 2 * MIB, &huge), 6);
	bs_user_lru_put(t.u, false);
	/* Who shares it keeps it. */
	c = bs_space_fork(s);
	assert_false(bs_user_evict(t.u, 6, 0));
	bs_space_exit(c, 0);
	assert_true(bs_user_evict(t.u, 6, 0));
	assert_true(bs_user_evict(t.u, 5, 0));
	/* Its table stays as long as it says where things are. */
	bs_space_dontneed(s, AT + 2 * MIB, 4 * KIB);
	assert_int_equal(t.swap_gone, 1);
	assert_int_equal(bs_user_counts(t.u)->tables, 1);
	bs_space_exit(s, 0);
	assert_int_equal(t.swap_gone, 2);
	assert_int_equal(t.swapped_in, 1);
	bs_user_test_end(&t);
}

/* A huge page leaves as a whole, and comes back page by page; khugepaged leaves the range alone. */
static void test_a_huge_page(void **state)
{
	struct bs_user_test t;
	struct bs_space *s, *c;
	bool huge;

	(void)state;
	bs_user_test_begin(&t, "linux-6.1");
	s = bs_space_create(t.u);
	bs_space_map(s, AT, 4 * MIB);
	bs_space_fault(s, AT, true);
	bs_space_fault(s, AT + 2 * MIB, true);
	bs_space_all_written(s, AT);
	assert_true(bs_user_has(t.u, 5120, 9, PAGES));
	/* Of one that is mapped in parts some could be elsewhere. */
	bs_space_cut(s, AT + 2 * MIB, 4 * KIB);
	assert_true(bs_user_has(t.u, 5632, 9, PAGES));
	assert_false(bs_user_evict(t.u, 5632, 9));
	assert_true(bs_user_evict(t.u, 5120, 9));
	assert_int_equal(bs_user_pages_of(t.u, NULL), 512);
	assert_int_equal(bs_user_counts(t.u)->huge_pages, 0);
	assert_int_equal(bs_space_collapsible(s, AT, true), 0);
	t.text[0] = '\0';
	assert_true(bs_space_fault(s, AT + 12 * KIB, true));
	bs_user_test_is(&t, " +5:140cca");
	assert_int_equal(bs_space_page(s, AT + 12 * KIB, &huge), 5);
	assert_false(huge);
	assert_int_equal(t.swapped_in, 1);
	/* Nobody's and somebody else's. */
	bs_user_owner(t.u, &t);
	c = bs_space_create(t.u);
	bs_space_map(c, AT, 4 * KIB);
	bs_space_fault(c, AT, true);
	bs_user_exit_of(t.u, &t);
	assert_int_equal(bs_user_pages_of(t.u, NULL), 513);
	bs_user_exit_of(t.u, NULL);
	assert_int_equal(bs_user_counts(t.u)->pages, 0);
	assert_int_equal(t.swap_gone, 511);
	bs_user_test_end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_page),
		cmocka_unit_test(test_a_huge_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
