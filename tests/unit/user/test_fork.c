// SPDX-License-Identifier: GPL-2.0-or-later
/* A child: tables of its own, no page; a write by either side takes one page, and whoever is last frees. */
#include "bs_test.h"

#include "bs_user_test.h"

#define AT (UINT64_C(1) << 40)

static void test_fork(void **state)
{
	struct bs_user_test t;
	struct bs_space *s, *c;

	(void)state;
	bs_user_test_begin(&t, "linux-6.12");
	s = bs_space_create(t.u);
	bs_space_map(s, AT, 2 * MIB + 8 * KIB);
	bs_space_fault(s, AT, true); /* tables 1, 2, the page, table 3 */
	bs_space_fault(s, AT + 2 * MIB, true); /* table 4, page 5 */
	t.text[0] = '\0';
	c = bs_space_fork(s);
	bs_user_test_is(&t, " +6:440dc0 +7:440dc0 +8:440dc0 +9:440dc0");
	bs_space_fault(c, AT + 4 * KIB, true);
	bs_space_fault(c, AT + 2 * MIB, true);
	bs_user_test_is(&t, " +10:140cca +11:140cca");
	bs_space_exit(s, 0);
	bs_user_test_is(&t, " 3 ( 5 4 2 1 )");
	bs_space_exit(c, 0);
	bs_user_test_is(&t, " +12:2800 ( 10 5120o9 11 8 9 ) ( 7 6 ) 12");
	assert_int_equal(bs_user_counts(t.u)->pages, 0);
	assert_int_equal(bs_user_counts(t.u)->tables, 0);
	bs_user_test_end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fork),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
