// SPDX-License-Identifier: GPL-2.0-or-later
/* config.c: what a comparison takes from its trace. */
#include "bs_test.h"
#include "bs_trace_test.h"

#include <string.h>

#include <buddysim/sim.h>

/* A trace of one allocation, whose header names @kernel. */
static const char *trace_of(const char *kernel)
{
	const struct bs_trace_event ev = {.kind = BS_EV_ALLOC, .pfn = BS_NO_PFN};
	struct bs_trace_info info = {.nr_cpus = 1, .memory_bytes = UINT64_C(64) << 20};
	const char *path = bs_test_path("a.cborseq");

	strcpy(info.kernel, kernel);
	bs_test_write_trace(path, &info, &ev, 1);
	return path;
}

/* The kernel that a comparison of the trace runs on, as its printed configuration says. */
static int kernel_of(const char *trace, const char *asked, char *kernel, struct bs_error *err)
{
	static const char *const none[] = {"none"};
	struct bs_sim_config cfg;
	char text[8192] = "";
	FILE *f = fmemopen(text, sizeof(text) - 1, "w");
	const char *at;
	int ret;

	bs_sim_defaults(&cfg);
	assert_null(cfg.guest.machine.kernel);
	cfg.trace_path = trace;
	cfg.strategies = none;
	cfg.nr_strategies = 1;
	cfg.host.device.kind = "null";
	cfg.guest.machine.kernel = asked;
	ret = bs_sim_print_config(&cfg, f, err);
	fclose(f);
	at = strstr(text, "\"kernel\": \"");
	if (!ret && at)
		sscanf(at, "\"kernel\": \"%63[^\"]", kernel);
	return ret;
}

static void test_kernel_is_the_traces_unless_asked_for(void **state)
{
	static const char *const rows[][3] = {
		/* the trace says, asked for, it is */
		{"linux-5.4", NULL, "linux-5.4"},
		{"linux-5.4", "linux-6.12", "linux-6.12"},
		{"", NULL, "linux-6.1"},
		{"", "linux-5.4", "linux-5.4"},
		{"minix", "linux-5.4", "linux-5.4"},
	};
	struct bs_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char kernel[64] = "?";

		assert_ok(kernel_of(trace_of(rows[i][0]), rows[i][1], kernel, &err), &err);
		assert_string_equal(kernel, rows[i][2]);
	}
}

/* Nobody's kernel is not replayed on another one without a word. */
static void test_unknown_kernel_is_an_error(void **state)
{
	struct bs_error err;
	char kernel[64];

	(void)state;
	assert_true(kernel_of(trace_of("linux-9.9"), NULL, kernel, &err) < 0);
	assert_int_equal(err.status, BS_INPUT);
	assert_non_null(strstr(err.text, "linux-9.9"));
	assert_non_null(strstr(err.advice, "--kernel"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kernel_is_the_traces_unless_asked_for),
		cmocka_unit_test(test_unknown_kernel_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
