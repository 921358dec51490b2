// SPDX-License-Identifier: GPL-2.0-or-later
/* Words and numbers of a line: what is no number is not taken for 0, and nothing wraps. */
#include "bs_test.h"

#include <string.h>

#include "opsline.h"

static void test_words(void **state)
{
	struct bs_ops_line l;
	char text[600];

	(void)state;
	assert_true(bs_ops_split("  alloc 0\t1  2 3264\r", &l));
	assert_int_equal(l.n, 5);
	assert_string_equal(l.word[0], "alloc");
	assert_string_equal(l.word[4], "3264");
	assert_true(bs_ops_split("# alloc 0", &l));
	assert_int_equal(l.n, 0);
	assert_true(bs_ops_split("", &l));
	assert_int_equal(l.n, 0);

	memset(text, 'x', sizeof(text));
	text[511] = '\0';
	assert_true(bs_ops_split(text, &l));
	text[511] = 'x';
	text[512] = '\0';
	assert_false(bs_ops_split(text, &l));
	for (unsigned int i = 0; i < 2 * BS_OPS_MAX_ARGS; i++)
		text[i] = i & 1 ? ' ' : 'x';
	text[2 * BS_OPS_MAX_ARGS] = '\0';
	assert_true(bs_ops_split(text, &l));
	strcat(text, "x");
	assert_false(bs_ops_split(text, &l));
}

static void test_numbers(void **state)
{
	struct bs_ops_line l;

	(void)state;
	assert_true(bs_ops_split("x 0 42 -1 +1 1k 18446744073709551616 0x10", &l));
	assert_int_equal(bs_ops_number(&l, 1), 0);
	assert_int_equal(bs_ops_number(&l, 2), 42);
	for (unsigned int i = 3; i < l.n; i++)
		assert_true(bs_ops_number(&l, i) == UINT64_MAX);
	assert_int_equal(bs_ops_number(&l, 99), 0);
	assert_false(bs_ops_all_numbers(&l));
	assert_true(bs_ops_split("x 0 42", &l));
	assert_true(bs_ops_all_numbers(&l));
}

static void test_a_bad_line_says_how_it_should_read(void **state)
{
	struct bs_error err;

	(void)state;
	assert_true(bs_ops_malformed(&err, "a.ops:7", "free PFN ORDER", "bad free") < 0);
	assert_int_equal(err.status, BS_INPUT);
	assert_string_equal(err.where, "a.ops:7");
	assert_string_equal(err.text, "bad free");
	assert_string_equal(err.advice, "write: free PFN ORDER");
	bs_ops_malformed(&err, "a.ops:7", NULL, "unknown");
	assert_non_null(strstr(err.advice, "VECTORS.md"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_a_bad_line_says_how_it_should_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
