// SPDX-License-Identifier: GPL-2.0-or-later
/* The lists as a string. */
#include "mm_test.h"

#include <stdio.h>
#include <string.h>

static void test_drawing(void **state)
{
	struct bs_machine *m = machine_with_pages(LINUX_6_1, 4096);
	char buf[64];

	(void)state;
	assert_int_equal(bs_machine_draw(m, buf, sizeof(buf), 10), 0);
	assert_string_equal(buf, "");
	boot_range(m, 0, 4096);
	assert_lists(m, "o10 M:[0,1024,2048,3072]");
	bs_machine_draw(m, buf, sizeof(buf), 2);
	assert_string_equal(buf, "o10 M:[0,1024,..]");
	/* As snprintf(): cut, and its whole length said. */
	assert_int_equal(bs_machine_draw(m, buf, 8, 2), strlen("o10 M:[0,1024,..]"));
	assert_string_equal(buf, "o10 M:[");
	assert_int_equal(bs_machine_draw(m, NULL, 0, 2), strlen("o10 M:[0,1024,..]"));
	bs_machine_destroy(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_drawing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
