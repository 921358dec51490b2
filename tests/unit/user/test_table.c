// SPDX-License-Identifier: GPL-2.0-or-later
/* The ring of deposited tables: the newest first, then from the oldest on. */
#include "bs_test.h"

#include "bs_user_test.h"

#define AT (UINT64_C(1) << 40)

static void test_deposits(void **state)
{
	struct bs_user_test t;
	struct bs_space *s;

	(void)state;
	bs_user_test_begin(&t, "linux-6.12");
	s = bs_space_create(t.u);
	bs_space_map(s, AT, 8 * MIB);
	for (unsigned int i = 0; i < 4; i++)
		bs_space_fault(s, AT + i * 2 * MIB, true); /* tables 3, 4, 5, 6 */
	t.text[0] = '\0';
	bs_space_exit(s, 0);
	bs_user_test_is(&t, " 6 3 4 5 ( 5120o9 5632o9 6144o9 6656o9 2 1 )");
	bs_user_test_end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_deposits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
