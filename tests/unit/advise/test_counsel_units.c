// SPDX-License-Identifier: GPL-2.0-or-later
/* counsel_units.c: three digits that count, in the unit that suits. */
#include "bs_test.h"

#include "counsel_units.h"

static void test_times(void **state)
{
	char buf[BS_WORD];

	(void)state;
	assert_string_equal(bs_word_time(0, buf), "0");
	assert_string_equal(bs_word_time(999, buf), "999 ns");
	assert_string_equal(bs_word_time(1000, buf), "1.00 us");
	assert_string_equal(bs_word_time(94200000, buf), "94.2 ms");
	assert_string_equal(bs_word_time(9999000, buf), "10.0 ms");
	assert_string_equal(bs_word_time(561465328, buf), "561 ms");
	assert_string_equal(bs_word_time(2636942929, buf), "2.64 s");
	assert_string_equal(bs_word_time(BS_NO_TIME, buf), "never");
}

static void test_sizes(void **state)
{
	char buf[BS_WORD];

	(void)state;
	assert_string_equal(bs_word_size(0, buf), "0.00 MiB");
	assert_string_equal(bs_word_size(48339354, buf), "46.1 MiB");
	assert_string_equal(bs_word_size(UINT64_C(1) << 30, buf), "1.00 GiB");
	assert_string_equal(bs_word_size(UINT64_C(5) << 39, buf), "2.50 TiB");
}

static void test_shares_and_changes(void **state)
{
	char buf[BS_WORD];

	(void)state;
	assert_string_equal(bs_word_share(72, 1000, buf), "7.2 %");
	assert_string_equal(bs_word_share(996, 10000, buf), "10 %");
	assert_string_equal(bs_word_share(1, 0, buf), "-");
	assert_string_equal(bs_word_change(1000, 1004, buf), "+0.4 %");
	assert_string_equal(bs_word_change(1000, 620, buf), "-38 %");
	assert_string_equal(bs_word_change(10000, 10004, buf), "the same");
	assert_string_equal(bs_word_change(100, 482, buf), "+382 %");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_shares_and_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
