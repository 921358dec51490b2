// SPDX-License-Identifier: GPL-2.0-or-later
/* histogram.c: which bucket, how wide, and what a percentile says. */
#include "bs_test.h"

#include "histogram.h"

/*
 * 64 .. 127 in steps of 2, 1024 .. 2047 in steps of 32:
 *
 *   value    0   31   63   64   65   66 ...  127   1024 .. 1055   2^64 - 1
 *   bucket   0   31   63   64   64   65       95   192            1919
 */
static void test_buckets(void **state)
{
	static const struct {
		uint64_t value;
		unsigned int bucket;
		uint64_t upper;
	} cases[] = {
		{0, 0, 0},	   {31, 31, 31},      {32, 32, 32},
		{63, 63, 63},	   {64, 64, 65},      {65, 64, 65},
		{66, 65, 67},	   {127, 95, 127},    {1024, 192, 1055},
		{1055, 192, 1055}, {1056, 193, 1087}, {UINT64_MAX, 1919, UINT64_MAX},
	};

	(void)state;
	assert_int_equal(BS_HISTOGRAM_BUCKETS, 1920);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(bs_histogram_bucket(cases[i].value), cases[i].bucket);
		assert_int_equal(bs_histogram_upper(cases[i].bucket), cases[i].upper);
	}
	/* One behind the other, none wider than a 32nd of what it begins with. */
	for (unsigned int b = 1; b < BS_HISTOGRAM_BUCKETS; b++) {
		const uint64_t first = bs_histogram_upper(b - 1) + 1, last = bs_histogram_upper(b);

		assert_int_equal(bs_histogram_bucket(first), b);
		assert_int_equal(bs_histogram_bucket(last), b);
		assert_true((last - first) < (first + 31) / 32);
	}
}

/* 990 zeroes, then 1 .. 10: 99 % are 0, the next thousandth is the first that waits. */
static void test_percentiles(void **state)
{
	struct bs_histogram h = {.zeroes = 990};

	(void)state;
	for (uint64_t v = 1; v <= 10; v++)
		bs_histogram_add(&h, v);
	assert_int_equal(h.nonzero, 10);
	assert_int_equal(bs_histogram_percentile(&h, 500), 0);
	assert_int_equal(bs_histogram_percentile(&h, 990), 0);
	assert_int_equal(bs_histogram_percentile(&h, 991), 1);
	assert_int_equal(bs_histogram_percentile(&h, 999), 9);
	assert_int_equal(bs_histogram_percentile(&h, 1000), 10);
}

/* An upper bound of the bucket; but nothing was ever above the largest. */
static void test_the_largest_is_exact(void **state)
{
	struct bs_histogram h = {0};

	(void)state;
	assert_int_equal(bs_histogram_percentile(&h, 999), 0);
	bs_histogram_add(&h, 1030);
	assert_int_equal(bs_histogram_percentile(&h, 500), 1030);
	bs_histogram_add(&h, 5000);
	assert_int_equal(bs_histogram_percentile(&h, 500), 1055);
	assert_int_equal(bs_histogram_percentile(&h, 501), 5000);
	bs_histogram_add(&h, 0);
	assert_int_equal(h.zeroes, 1);
	assert_int_equal(h.max, 5000);
}

/* Half of three is two of them: the share is covered, never cut short. */
static void test_ranks_are_rounded_up(void **state)
{
	struct bs_histogram h = {.zeroes = 1};

	(void)state;
	bs_histogram_add(&h, 5);
	bs_histogram_add(&h, 9);
	assert_int_equal(bs_histogram_percentile(&h, 333), 0);
	assert_int_equal(bs_histogram_percentile(&h, 334), 5);
	assert_int_equal(bs_histogram_percentile(&h, 500), 5);
	assert_int_equal(bs_histogram_percentile(&h, 667), 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_buckets),
		cmocka_unit_test(test_percentiles),
		cmocka_unit_test(test_the_largest_is_exact),
		cmocka_unit_test(test_ranks_are_rounded_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
