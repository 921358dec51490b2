// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Dumps that nobody had when the models were written: made with traces/capture/oracle, cut short.
 * data/fresh/README.md says how.
 */
#include "bs_test.h"

#include "bs_verify_test.h"

#define FRESH BS_SOURCE_DIR "/tests/oracle/data/fresh/"

static void test_fresh_linux_6_1(void **state)
{
	struct bs_verified sum = {0};

	(void)state;
	bs_verify_glob(FRESH "linux-6.1-*.txt.zst", &sum);
	assert_int_equal(sum.results, 6);
	assert_true(sum.operations > 15000 && sum.pfns > 8000 && sum.failures > 20);
}

static void test_fresh_linux_6_12(void **state)
{
	struct bs_verified sum = {0};

	(void)state;
	bs_verify_glob(FRESH "linux-6.12-*.txt.zst", &sum);
	assert_int_equal(sum.results, 6);
	assert_true(sum.operations > 15000 && sum.pfns > 8000 && sum.failures > 20);
}

/* Nobody had a dump of these kernels when linux-6.18 and what 7.1 is like were written. */
static void test_fresh_newer(void **state)
{
	struct bs_verified sum = {0};

	(void)state;
	bs_verify_glob(FRESH "linux-6.18-*.txt.zst", &sum);
	bs_verify_glob(FRESH "linux-7.1-*.txt.zst", &sum);
	bs_verify_glob(FRESH "linux-7.2-*.txt.zst", &sum);
	assert_int_equal(sum.results, 21);
	assert_true(sum.operations > 20000 && sum.pfns > 12000 && sum.failures > 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fresh_linux_6_1),
		cmocka_unit_test(test_fresh_linux_6_12),
		cmocka_unit_test(test_fresh_newer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
