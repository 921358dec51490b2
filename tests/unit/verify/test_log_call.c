// SPDX-License-Identifier: GPL-2.0-or-later
/* A log's lines of functions: their names and arguments, and what is no such line. */
#include "bs_test.h"

#include "log_call.h"

static void test_a_call(void **state)
{
	struct bs_log_call c;

	(void)state;
	assert_true(bs_log_call_read("e 12 leak_balloon 0xff10 256", &c));
	assert_true(bs_log_call_is(&c, false, "leak_balloon"));
	assert_false(bs_log_call_is(&c, true, "leak_balloon"));
	assert_false(bs_log_call_is(&c, false, "leak"));
	assert_false(bs_log_call_is(&c, false, "leak_balloon_now"));
	assert_int_equal(bs_log_call_arg(&c, 0), 0xff10);
	assert_int_equal(bs_log_call_arg(&c, 1), 256);
	assert_int_equal(bs_log_call_arg(&c, 2), 0);
	assert_int_equal(bs_log_call_arg(&c, 9), 0);
}

static void test_a_return(void **state)
{
	struct bs_log_call c;

	(void)state;
	assert_true(bs_log_call_read("x 13 tell_host 0", &c));
	assert_true(bs_log_call_is(&c, true, "tell_host"));
	assert_true(bs_log_call_read("e 13 quiet_vmstat", &c));
	assert_true(bs_log_call_is(&c, false, "quiet_vmstat"));
	assert_int_equal(bs_log_call_arg(&c, 0), 0);
	/* Errors are negative: not 0. */
	assert_true(bs_log_call_read("x 13 virtio_mem_fake_offline -16", &c));
	assert_int_not_equal(bs_log_call_arg(&c, 0), 0);
}

static void test_other_lines(void **state)
{
	struct bs_log_call c;

	(void)state;
	assert_false(bs_log_call_read("e 12", &c));
	assert_false(bs_log_call_read("enddump start", &c));
	assert_false(bs_log_call_read("pa 12 0 0x0 1", &c));
	assert_false(bs_log_call_read("", &c));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_call),
		cmocka_unit_test(test_a_return),
		cmocka_unit_test(test_other_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
