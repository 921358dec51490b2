// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What live kernels printed, as it lies beside the checkout in ../shared: every event is counted.
 * Skipped (exit status 77) where it is absent.
 */
#include "bs_test.h"

#include <stdio.h>

#include <buddysim/trace.h>

#include "bs_trace_test.h"

static void check_counts(const char *source, uint64_t allocs, uint64_t frees, uint64_t twins,
			 uint64_t unknown, uint64_t again, uint64_t other)
{
	const struct bs_import_config config = {0};
	struct bs_trace_info info;
	struct bs_error err;
	char path[512];

	snprintf(path, sizeof(path), "%s/traces/%s.txt.zst", BS_SHARED_DIR, source);
	assert_ok(bs_trace_import(path, bs_test_path("out.cborseq"), &config, &info, &err), &err);
	assert_int_equal(info.allocs, allocs);
	assert_int_equal(info.frees, frees);
	assert_int_equal(info.unused_batched_twins, twins);
	assert_int_equal(info.unknown_frees, unknown);
	assert_int_equal(info.freed_again, again);
	assert_int_equal(info.other_events, other);
	assert_int_equal(info.lost_events + info.unusable + info.clamped_times + info.realloc_live,
			 0);
}

/* Counts made with grep and a script of a few lines, independent of the importer. */
static void test_counts_of_the_live_kernels_texts(void **state)
{
	(void)state;
	check_counts("boot.ftrace", 4602, 5431 - 1040, 828, 3275, 1040, 10991 + 11);
	check_counts("memhog_thp.ftrace", 5326, 5324, 2237, 4, 0, 2226 + 3464 + 1);
	check_counts("churn_gcc.ftrace", 25216, 16816, 16451, 16, 0, 8001);
	check_counts("host_gcc.perf.script", 11836, 21396, 0, 9920, 0, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts_of_the_live_kernels_texts),
	};

	if (!*BS_SHARED_DIR)
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
