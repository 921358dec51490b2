// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Inputs in the form in which people have recordings, as they lie beside the checkout in
 * ../shared/field/import: what is right for each stands in its .expect. Skipped where they are absent.
 */
#include "bs_test.h"
#include "bs_trace_test.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct {
	const char *name;
	int status;
	uint64_t allocs, frees, lost;
	unsigned int trust, cpus;
} cases[] = {
	{"01-perf-callchain-short-address", 0, 1, 1, 0, 10000, 2},
	{"03-ftrace-stack-trace", 0, 1, 1, 0, 10000, 2},
	{"05-tracecmd-kernel-stack", 0, 1, 1, 0, 10000, 2},
	{"06-time-goes-back-per-cpu-files", 0, 3, 2, 0, 10000, 2},
	{"08-tracecmd-latency-format-cpu", 0, 2, 1, 0, 10000, 2},
	{"10-gfp-number-of-old-kernels", 0, 4, 0, 0, 10000, 1},
	{"11-gfp-name-unknown", 0, 1, 0, 0, 5000, 1},
	{"13-event-without-colon-function-tracer", 0, 1, 1, 0, 10000, 1},
	{"15-perf-records-between-samples", 0, 1, 1, 0, 10000, 2},
	{"16-lost-events-not-shown", 0, 1, 1, 131074, 0, 2},
	{"17-nothing-usable", 0, 1, 0, 0, 3333, 1},
	{"18-binary-or-unknown-compression", 3, 0, 0, 0, 0, 0},
	{"19-ftrace-latency-format", 0, 1, 1, 0, 10000, 2},
	{"21-tracecmd-several-buffers", 0, 1, 1, 0, 10000, 2},
	{"23-trace-clock-without-seconds", 3, 0, 0, 0, 0, 0},
	{"24-utf8-bom", 0, 1, 0, 0, 10000, 2},
	{"25-atrace-and-systrace", 0, 1, 1, 0, 10000, 4},
	{"26-function-graph", 0, 1, 1, 0, 10000, 2},
	{"27-lttng-babeltrace", 0, 1, 1, 0, 10000, 3},
	{"28-lost-in-another-events-text", 0, 1, 1, 0, 10000, 2},
	{"30-same-page-freed-again-and-again", 0, 0, 1, 0, 2500, 1},
	{"31-last-line-cut", 0, 1, 1, 0, 10000, 1},
	{"32-flight-recorder", 0, 2, 2, 0, 10000, 1},
	{"33-migratetype-before-4.4", 0, 2, 0, 0, 10000, 1},
	{"34-gfp-thisnode-before-4.6", 0, 1, 0, 0, 10000, 1},
};

static void test_what_people_have(void **state)
{
	const struct bs_import_config config = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bs_trace_info info = {0};
		struct bs_error err = {0};
		char path[512];
		int status;

		snprintf(path, sizeof(path), "%s/field/import/%s.txt", BS_SHARED_DIR,
			 cases[i].name);
		status =
			bs_trace_import(path, bs_test_path("out.cborseq"), &config, &info, &err) < 0
				? err.status
				: 0;
		if (status != cases[i].status)
			fail_msg("%s: %d: %s", cases[i].name, status, err.text);
		if (status)
			continue;
		if (info.allocs != cases[i].allocs || info.frees != cases[i].frees ||
		    info.lost_events != cases[i].lost || bs_trace_trust(&info) != cases[i].trust ||
		    info.nr_cpus != cases[i].cpus || info.unknown_lines)
			fail_msg("%s: %d allocations, %d frees, %d lost, trust %u, %u CPUs",
				 cases[i].name, (int)info.allocs, (int)info.frees,
				 (int)info.lost_events, bs_trace_trust(&info), info.nr_cpus);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_people_have),
	};

	if (!*BS_SHARED_DIR || access(BS_SHARED_DIR "/field/import", R_OK))
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
