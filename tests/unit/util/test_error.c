// SPDX-License-Identifier: GPL-2.0-or-later
/* util/error: what, where, what to do, and the value that a call returns. */
#include "bs_test.h"

#include <errno.h>
#include <string.h>

static void test_a_status_has_its_errno(void **state)
{
	static const struct {
		enum bs_status status;
		int ret;
	} cases[] = {
		{BS_USAGE, -EINVAL},	  {BS_INPUT, -EBADMSG},	    {BS_RESOURCE, -ENOMEM},
		{BS_INVARIANT, -EUCLEAN}, {BS_INTERRUPTED, -EINTR},
	};
	struct bs_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(bs_error_set(&err, cases[i].status, 0, NULL, NULL, "x"),
				 cases[i].ret);
		assert_int_equal(err.status, cases[i].status);
		assert_int_equal(bs_error_set(NULL, cases[i].status, 0, NULL, NULL, "x"),
				 cases[i].ret);
	}
}

static void test_a_system_call_says_why(void **state)
{
	struct bs_error err;

	(void)state;
	assert_int_equal(
		bs_error_set(&err, BS_RESOURCE, ENOSPC, "out", "make room", "writing %s", "failed"),
		-ENOSPC);
	assert_string_equal(err.where, "out");
	assert_string_equal(err.advice, "make room");
	assert_string_equal(err.text, "writing failed: No space left on device");
}

/* A message may be longer than its place: cut, never beyond it. */
static void test_a_long_one_is_cut(void **state)
{
	char text[2000];
	struct bs_error err;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	bs_error_set(&err, BS_INPUT, EIO, text, text, "%s", text);
	assert_int_equal(strlen(err.where), sizeof(err.where) - 1);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	assert_int_equal(strlen(err.advice), sizeof(err.advice) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_status_has_its_errno),
		cmocka_unit_test(test_a_system_call_says_why),
		cmocka_unit_test(test_a_long_one_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
