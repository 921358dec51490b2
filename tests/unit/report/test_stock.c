// SPDX-License-Identifier: GPL-2.0-or-later
/* stock.c: what a user has without changing a kernel, and with which parameters. */
#include "bs_test.h"

#include <buddysim/report.h>

static void assert_stock(const char *name, const char *params, const char *kernel, bool want)
{
	const struct bs_strategy *s = bs_strategy_find(name, NULL);

	assert_non_null(s);
	if (bs_strategy_is_stock(s, params, kernel, NULL) != want)
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
	/* Up to 5.13 nobody could set the order. */
	assert_stock("rotation", "order=5", "linux-5.4:reports_free_pages=yes", false);
	assert_stock("rotation", "order=9", "linux-5.4:reports_free_pages=yes", true);
	assert_stock("rotation", "", "linux-6.1:reports_free_pages=no", false);
	/* A driver is there from a release on, whatever else the model is given. */
	assert_stock("virtio-mem", "", "linux-5.4", false);
	assert_stock("virtio-mem", "", "linux-5.4:reports_free_pages=yes", false);
	assert_stock("virtio-mem", "policy=online_movable", "linux-6.1", true);
	assert_stock("virtio-mem", "", "linux-6.12:boot_pos=head", true);
	assert_stock("virtio-mem", "", "linux-9.9", false);
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

static void test_what_a_kernel_does_by_default(void **state)
{
	const struct bs_strategy *rotation = bs_strategy_find("rotation", NULL);

	(void)state;
	assert_ptr_equal(bs_strategy_of_kernel("linux-6.1"), rotation);
	assert_null(bs_strategy_of_kernel("linux-5.4"));
	assert_true(bs_strategy_is_default(rotation, "", "linux-6.1", NULL));
	assert_true(bs_strategy_is_default(rotation, "order=9,delay=2s", "linux-6.12", NULL));
	assert_false(bs_strategy_is_default(rotation, "order=8", "linux-6.12", NULL));
	assert_false(bs_strategy_is_default(rotation, "delay=1s", "linux-6.12", NULL));
	assert_false(bs_strategy_is_default(rotation, "", "linux-5.4", NULL));
	assert_false(bs_strategy_is_default(bs_strategy_find("none", NULL), "", "linux-5.4", NULL));
}

/* "HOST | MONITOR | BOOT | RUNNING". */
static void assert_setting(const char *name, const char *params, const char *kernel,
			   const char *want)
{
	struct bs_stock_setting s;
	char text[512];

	assert_true(bs_strategy_stock_setting(bs_strategy_find(name, NULL), params, kernel, NULL,
					      UINT64_C(1536) << 20, &s));
	snprintf(text, sizeof(text), "%s | %s | %s | %s", s.host, s.monitor, s.boot, s.running);
	assert_string_equal(text, want);
}

static void test_how_one_gets_it(void **state)
{
	struct bs_stock_setting s;

	(void)state;
	assert_setting("none", "", "linux-5.4",
		       "-device virtio-balloon,free-page-reporting=off |  |  | ");
	assert_setting("rotation", "", "linux-6.1",
		       "-device virtio-balloon,free-page-reporting=on |  |  | ");
	/* The driver of 5.14 to 6.1 sets back what the command line says. */
	assert_setting("rotation", "order=5", "linux-6.1",
		       "-device virtio-balloon,free-page-reporting=on |  |  | echo 5 "
		       ">/sys/module/page_reporting/parameters/page_reporting_order");
	assert_setting("rotation", "order=0", "linux-6.12",
		       "-device virtio-balloon,free-page-reporting=on |  | "
		       "page_reporting.page_reporting_order=0 | echo 0 "
		       ">/sys/module/page_reporting/parameters/page_reporting_order");
	assert_setting("balloon", "size=256MiB", "linux-5.4",
		       "-device virtio-balloon,deflate-on-oom=on | balloon 1280 |  | ");
	assert_setting("balloon", "size=4GiB", "linux-5.4",
		       "-device virtio-balloon,deflate-on-oom=on | balloon 1 |  | ");
	assert_false(bs_strategy_stock_setting(bs_strategy_find("rotation", NULL), "delay=1s",
					       "linux-6.12", NULL, 0, &s));
	assert_false(bs_strategy_stock_setting(bs_strategy_find("boundary", NULL), "", "linux-6.12",
					       NULL, 0, &s));
}

/* Whoever is stock says how. */
static void test_all_say_how(void **state)
{
	const struct bs_strategy *s;

	(void)state;
	for (unsigned int i = 0; (s = bs_strategy_at(i)); i++)
		assert_int_equal(!(s->caps & BS_CAP_STOCK), !s->stock_setting);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_a_kernel_does_by_default),
		cmocka_unit_test(test_how_one_gets_it),
		cmocka_unit_test(test_all_say_how),
		cmocka_unit_test(test_what_kernels_do_by_themselves),
		cmocka_unit_test(test_a_kernel_from_before),
		cmocka_unit_test(test_parameters_that_a_user_can_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
