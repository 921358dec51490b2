// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What real kernels did, as far as it is kept here (README.md says where it is from): every page,
 * every failure, every list, counter and pageblock type.
 */
#include "bs_test.h"

#include "bs_verify_test.h"

#define DATA BS_SOURCE_DIR "/tests/oracle/data/"

static void test_linux_6_1(void **state)
{
	struct bs_verified sum = {0};

	(void)state;
	bs_verify_glob(DATA "linux-6.1-*.txt.zst", &sum);
	assert_true(sum.operations > 20000 && sum.pfns > 10000 && sum.dumps >= 5);
}

static void test_linux_6_12(void **state)
{
	struct bs_verified sum = {0};

	(void)state;
	bs_verify_glob(DATA "linux-6.12-*.txt.zst", &sum);
	assert_true(sum.operations > 20000 && sum.pfns > 10000 && sum.dumps >= 5);
}

static void test_linux_7(void **state)
{
	struct bs_verified two = {0}, three = {0};

	(void)state;
	bs_verify_glob(DATA "linux-7.2-*.txt.zst", &two);
	assert_true(two.operations >= 3000 && two.pfns > 1500);
	bs_verify_glob(DATA "linux-7.3-*.txt.zst", &three);
	assert_true(three.operations >= 4000 && three.pfns > 2500);
}

static void test_devices(void **state)
{
	struct bs_verified sum = {0};

	(void)state;
	bs_verify_glob(DATA "devices/linux-*.txt.zst", &sum);
	assert_int_equal(sum.results, 9);
	assert_true(sum.operations > 25000 && sum.pfns > 20000);
}

/* Each step of each scanner, each page from where to where. */
static void test_compaction(void **state)
{
	struct bs_verified sum = {0};

	(void)state;
	bs_verify_glob(DATA "compaction/linux-*.txt.zst", &sum);
	assert_int_equal(sum.results, 20);
	assert_int_equal(sum.without_operations, 0);
	assert_true(sum.operations > 77000 && sum.pfns > 1300 && sum.dumps >= 20);
}

static void test_vectors_of_three_models(void **state)
{
	struct bs_verified sum = {0};

	(void)state;
	bs_verify_glob(DATA "v*.ops", &sum);
	assert_int_equal(sum.results, 77);
}

static void test_long_traces(void **state)
{
	struct bs_verified sum = {0};

	(void)state;
	bs_verify_glob(DATA "trace-*.ops.gz", &sum);
	assert_true(sum.results >= 4 && sum.operations > 8000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_linux_6_1),
		cmocka_unit_test(test_linux_6_12),
		cmocka_unit_test(test_compaction),
		cmocka_unit_test(test_linux_7),
		cmocka_unit_test(test_devices),
		cmocka_unit_test(test_long_traces),
		cmocka_unit_test(test_vectors_of_three_models),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
