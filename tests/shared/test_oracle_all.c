// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Everything that is beside the checkout in ../shared: dumps of the live kernels, vectors of three
 * models, state dumps of the traces. Skipped (exit status 77) where it is absent.
 */
#include "bs_test.h"

#include <stdio.h>

#include "bs_verify_test.h"

#define SHARED BS_SHARED_DIR

static void test_every_dump(void **state)
{
	struct bs_verified sum = {0};

	(void)state;
	bs_verify_glob(SHARED "/oracle/linux-6.1/*.txt.gz", &sum);
	bs_verify_glob(SHARED "/oracle/linux-6.12/*.txt.gz", &sum);
	bs_verify_glob(SHARED "/oracle/linux-7.2/*.txt.gz", &sum);
	bs_verify_glob(SHARED "/oracle/linux-7.3/*.txt.gz", &sum);
	assert_true(sum.pfns >= 2380347);
	assert_true(sum.results - sum.without_operations >= 77);
	print_message("%llu operations, %llu pfns\n", (unsigned long long)sum.operations,
		      (unsigned long long)sum.pfns);
}

/* Isolation, several CPUs and nodes, idle time. One log is not of what happened: a task was switched out
 * between the announcement of a free and the free itself, and the order of the lines is not the kernel's. */
static void test_isolation_cpus_nodes(void **state)
{
	static const char *const kinds[] = {
		"linux-6.1/x_*",	"linux-6.12/x_*",	"linux-7.3/x_[chin]*",
		"linux-7.3/x_decay_m*", "linux-7.3/x_decay_o*", "linux-7.3/x_decay_nodes",
	};
	struct bs_verified sum = {0};
	char pattern[512];

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		snprintf(pattern, sizeof(pattern), "%s/oracle/isolation-cpus-nodes/%s.txt.gz",
			 SHARED, kinds[i]);
		bs_verify_glob(pattern, &sum);
	}
	assert_int_equal(sum.results, 83);
	assert_true(sum.pfns >= 515000);
	print_message("%llu operations, %llu pfns\n", (unsigned long long)sum.operations,
		      (unsigned long long)sum.pfns);
}

/* A balloon, free page hinting, virtio-mem. The three that are left out end in reclaim (FIDELITY.md, devices). */
static void test_devices(void **state)
{
	static const char *const kinds[] = {
		"linux-6.1/b_[dim][!o]*",  "linux-6.1/b_doom_[adirs]*",
		"linux-6.1/b_short*",	   "linux-6.1/h_*",
		"linux-6.12/b_[dim][!o]*", "linux-6.12/b_doom_[adirs]*",
		"linux-6.12/b_short_all",  "linux-6.12/h_*",
		"linux-7.3/b_*",	   "linux-6.1/m_*",
		"linux-6.12/m_*",
	};
	struct bs_verified sum = {0};
	char pattern[512];

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		snprintf(pattern, sizeof(pattern), "%s/oracle/devices/%s.txt.gz", SHARED, kinds[i]);
		bs_verify_glob(pattern, &sum);
	}
	assert_int_equal(sum.results, 52);
	assert_true(sum.pfns >= 400000);
	print_message("%llu operations, %llu pfns\n", (unsigned long long)sum.operations,
		      (unsigned long long)sum.pfns);
}

/* Compaction and reclaim. Of the five that are left out FIDELITY.md says why they are not followed to their end. */
static void test_compaction(void **state)
{
	static const char *const kinds[] = {
		"linux-6.1/c_*",	 "linux-6.1/r_drop*", "linux-6.1/r_press_k*",
		"linux-6.12/c_*",	 "linux-6.12/r_d*",   "linux-6.12/r_k*",
		"linux-6.12/r_press_k*", "linux-7.3/c_[!r]*", "linux-7.3/c_restart*",
		"linux-7.3/[d]_*",	 "linux-7.3/r_[dk]*",
	};
	struct bs_verified sum = {0};
	char pattern[512];

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		snprintf(pattern, sizeof(pattern), "%s/oracle/compaction/%s.txt.gz", SHARED,
			 kinds[i]);
		bs_verify_glob(pattern, &sum);
	}
	assert_int_equal(sum.results, 162);
	assert_true(sum.operations >= 1600000);
	print_message("%llu operations, %llu pfns\n", (unsigned long long)sum.operations,
		      (unsigned long long)sum.pfns);
}

static void test_every_vector(void **state)
{
	struct bs_verified sum = {0};

	(void)state;
	bs_verify_glob(SHARED "/spec/vectors/*.ops", &sum);
	bs_verify_glob(SHARED "/spec/vectors/*.ops.gz", &sum);
	assert_true(sum.results >= 101);
}

static void test_state_dumps_of_the_traces(void **state)
{
	struct bs_verified sum = {0};

	(void)state;
	bs_verify_glob(SHARED "/traces/*.state.txt.gz", &sum);
	assert_int_equal(sum.results, sum.without_operations);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_dump),
		cmocka_unit_test(test_isolation_cpus_nodes),
		cmocka_unit_test(test_devices),
		cmocka_unit_test(test_compaction),
		cmocka_unit_test(test_every_vector),
		cmocka_unit_test(test_state_dumps_of_the_traces),
	};

	if (!SHARED[0])
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
