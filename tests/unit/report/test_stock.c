// SPDX-License-Identifier: GPL-2.0-or-later
/* stock.c: what a user has without changing a kernel, and with which parameters. */
#include "bs_test.h"

#include <buddysim/report.h>

static void assert_stock(const char *name, const char *params, const char *kernel, bool want)
{
	const struct bs_strategy *s = bs_strategy_find(name, NULL);

	assert_non_null(s);
	if (bs_strategy_is_stock(s, params, kernel) != want)
		fail_msg("%s:%s on %s is %sstock", name, params, kernel, want ? "not " : "");
}

static void test_what_kernels_do_by_themselves(void **state)
{
	(void)state;
	assert_stock("none", "", "linux-5.4", true);
	assert_stock("balloon", "size=1GiB,at=1s,until=2s", "linux-5.4", true);
	assert_stock("balloon", "page=huge", "linux-6.1", false);
	assert_stock("rotation", "", "linux-6.1", true);
	assert_stock("rotation", "", "linux-6.12:boot_pos=head", true);
	assert_stock("boundary", "", "linux-6.12", false);
	assert_stock("clairvoyant", "", "linux-6.12", false);
}

/* Free page reporting came with 5.7; a kernel's model can be given it. */
static void test_a_kernel_from_before(void **state)
{
	(void)state;
	assert_stock("rotation", "", "linux-5.4", false);
	assert_stock("rotation", "", "linux-5.4:reports_free_pages=yes", true);
	assert_stock("rotation", "", "linux-6.1:reports_free_pages=no", false);
}

/* Its order can be set; all else is a patch. */
static void test_parameters_that_a_user_can_set(void **state)
{
	(void)state;
	assert_stock("rotation", "order=5", "linux-6.1", true);
	assert_stock("rotation", "order=5,delay=500ms", "linux-6.1", false);
	assert_stock("rotation", "delay=2s,order=9", "linux-6.1", true);
	assert_stock("rotation", "rev=2026", "linux-6.12", false);
	assert_stock("rotation", "keep_raw=1", "linux-6.12", false);
	assert_stock("rotation", "nonsense=1", "linux-6.12", false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_kernels_do_by_themselves),
		cmocka_unit_test(test_a_kernel_from_before),
		cmocka_unit_test(test_parameters_that_a_user_can_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
