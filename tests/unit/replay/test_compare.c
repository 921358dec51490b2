// SPDX-License-Identifier: GPL-2.0-or-later
/* compare.c, tell.c: what the sink is told, in which order, when all goes well and when not. */
#include "bs_run_test.h"

#include <stdio.h>
#include <unistd.h>

#include "outcome.h"

#define SEC BS_NS_PER_S
#define MIB (UINT64_C(1) << 20)
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct bs_trace_event some[] = {
	{.kind = BS_EV_PRE, .order = 10},
	{.time = 1 * SEC, .kind = BS_EV_FREE, .order = 10, .arg = 1},
	{.time = 2 * SEC, .kind = BS_EV_ALLOC, .order = 10},
};

static struct {
	char text[2000];
	volatile int stop;
	bool stop_at_begin, stop_at_bound;
} told;

static void note(const char *what, const char *of)
{
	const size_t used = strlen(told.text);

	snprintf(told.text + used, sizeof(told.text) - used, "%s:%s\n", what, of);
}

static int begin(void *arg, const struct bs_sim_config *cfg, const struct bs_trace_info *info)
{
	(void)arg;
	(void)info;
	note("begin", cfg->guest.machine.kernel);
	told.stop = told.stop_at_begin;
	return 0;
}

static void bound(void *arg, const struct bs_bound *b, bs_ns refault, bs_ns weight)
{
	(void)arg;
	(void)b;
	(void)refault;
	(void)weight;
	note("bound", "");
	told.stop = told.stop_at_bound;
}

static int cell(void *arg, const struct bs_outcome *o)
{
	(void)arg;
	note("cell", o->label);
	return 0;
}

static void failed(void *arg, const char *label, const struct bs_error *err)
{
	(void)arg;
	assert_true(err->text[0]);
	note("failed", label);
}

static void warn(void *arg, const char *label, const char *text)
{
	char line[512];

	(void)arg;
	snprintf(line, sizeof(line), "%s%s%s", label ? label : "", label ? ": " : "", text);
	note("warn", line);
}

static const struct bs_sink sink = {
	.begin = begin, .bound = bound, .cell = cell, .failed = failed, .warn = warn};

static int compare(struct bs_run *run, const char *const *strategies, unsigned int n,
		   struct bs_error *err)
{
	int ret;

	memset(&told, 0, sizeof(told.text));
	run->cfg.strategies = strategies;
	run->cfg.nr_strategies = n;
	run->cfg.output.stop = &told.stop;
	ret = bs_replay_compare(&run->cfg, &sink, err);
	told.stop = 0;
	unlink(run->path);
	return ret;
}

static void test_in_order(void **state)
{
	static const char *const two[] = {"none", "boundary"};
	struct bs_error err;
	struct bs_run run;

	(void)state;
	bs_run_setup(&run, "none", some, COUNT(some));
	assert_int_equal(compare(&run, two, 2, &err), 0);
	assert_string_equal(told.text, "begin:linux-6.1\nbound:\ncell:none\ncell:boundary\n");
}

/* One that cannot start loses nobody's row, and is told with its reason; so is the whole. */
static void test_a_failing_cell_loses_nobody(void **state)
{
	static const char *const three[] = {"none", "rotation", "boundary"};
	struct bs_error err;
	struct bs_run run;

	(void)state;
	bs_run_setup(&run, "none", some, COUNT(some));
	run.cfg.window.tail = 30 * SEC;
	run.cfg.host.device.capacity = 1;
	assert_true(compare(&run, three, 3, &err) < 0);
	assert_int_equal(err.status, BS_RESOURCE);
	assert_string_equal(err.where, "rotation");
	assert_says(told.text, "cell:none\n");
	assert_says(told.text, "failed:rotation\ncell:boundary\n");
}

/* What is wrong with the comparison as a whole is found before anything runs. */
static void test_nothing_begins_that_cannot_be(void **state)
{
	static const char *const good[] = {"none"}, *const bad[] = {"none", "nosuch"},
				 *const worse[] = {"none", "rotation:order=12"};
	struct bs_error err;
	struct bs_run run;

	(void)state;
	bs_run_setup(&run, "none", some, COUNT(some));
	assert_true(compare(&run, bad, 2, &err) < 0);
	assert_int_equal(err.status, BS_USAGE);
	assert_string_equal(told.text, "");
	bs_run_setup(&run, "none", some, COUNT(some));
	assert_true(compare(&run, worse, 2, &err) < 0);
	assert_int_equal(err.status, BS_USAGE);
	assert_string_equal(told.text, "");
	/* 20 rounds with 30 years between them each, and a bit: beyond 2^63 ns */
	bs_run_setup(&run, "none", some, COUNT(some));
	run.cfg.window.repeat = 20;
	run.cfg.window.gap = UINT64_C(1000000000) * SEC;
	assert_true(compare(&run, good, 1, &err) < 0);
	assert_int_equal(err.status, BS_USAGE);
	assert_says(err.text, "2^63");
	assert_string_equal(told.text, "");
	bs_run_setup(&run, "none", some, COUNT(some));
	run.cfg.window.tail = UINT64_MAX;
	assert_true(compare(&run, good, 1, &err) < 0);
	assert_int_equal(err.status, BS_USAGE);
}

/* Ctrl-C while nothing but the tail, or a pass, is left: it does not wait for the window's end; nor is
 * the bound computed to its end. */
static void test_interrupted_in_the_tail(void **state)
{
	static const char *const two[] = {"rotation:delay=1ms", "none"};
	struct bs_error err;
	struct bs_run run;

	(void)state;
	for (int early = 0; early <= 1; early++) {
		bs_run_setup(&run, "none", some, COUNT(some));
		run.cfg.window.tail = UINT64_C(1000000) * SEC;
		told.stop_at_begin = early;
		told.stop_at_bound = !early;
		assert_true(compare(&run, two, 2, &err) < 0);
		told.stop_at_begin = told.stop_at_bound = false;
		assert_int_equal(err.status, BS_INTERRUPTED);
		if (!early)
			assert_string_equal(err.where, two[0]);
		assert_null(strstr(told.text, "cell:"));
		assert_null(strstr(told.text, "failed:"));
	}
}

/* A load that does not fit, and a row that is of less than the whole load, say so. */
static void test_what_falls_short_is_said(void **state)
{
	static const struct bs_trace_event large[] = {
		{.kind = BS_EV_ALLOC, .order = 10}, {.kind = BS_EV_ALLOC, .order = 10},
		{.kind = BS_EV_ALLOC, .order = 10}, {.kind = BS_EV_ALLOC, .order = 10},
		{.kind = BS_EV_ALLOC, .order = 10}, {.kind = BS_EV_ALLOC, .order = 10},
		{.kind = BS_EV_ALLOC, .order = 10}, {.kind = BS_EV_ALLOC, .order = 10},
	};
	static const struct bs_trace_event late[] = {
		{.kind = BS_EV_ALLOC, .order = 9},
		{.time = 1, .kind = BS_EV_FREE, .order = 9, .arg = 1},
		{.time = 2, .kind = BS_EV_ALLOC, .order = 9},
	};
	static const char *const none[] = {"none"}, *const hypercall[] = {"hypercall"};
	struct bs_error err;
	struct bs_run run;

	(void)state;
	bs_run_setup(&run, "none", large, COUNT(large));
	run.cfg.guest.machine.memory_bytes = 16 * MIB;
	run.cfg.guest.machine.machine = BS_MACHINE_FLAT;
	assert_int_equal(compare(&run, none, 1, &err), 0);
	assert_says(told.text, "warn:the trace needs 32 MiB at its peak, the guest has 16");
	assert_says(told.text, "of 8 allocations failed");
	bs_run_setup(&run, "none", late, COUNT(late));
	run.costs.per_request = 100 * SEC;
	run.cfg.window.tail = SEC;
	assert_int_equal(compare(&run, hypercall, 1, &err), 0);
	assert_says(told.text, "warn:hypercall: 1 events had not happened");
}

/* By what a parameter is for, not by its name. */
static void test_warnings_go_by_roles(void **state)
{
	static const char *const late[] = {"rotation:delay=10s"};
	static const char *const gate[] = {"rotation:gate=50", "none"};
	const char *first;
	const struct bs_host_event never = {.time = 100 * SEC, .ask = BS_HOST_TARGET};
	struct bs_error err;
	struct bs_run run;

	(void)state;
	bs_run_setup(&run, "none", some, COUNT(some));
	assert_int_equal(compare(&run, late, 1, &err), 0);
	assert_says(told.text, "less than five times the delay of 10000 ms");
	bs_run_setup(&run, "none", some, COUNT(some));
	run.cfg.host.events = &never;
	run.cfg.host.nr_events = 1;
	assert_int_equal(compare(&run, gate, 2, &err), 0);
	assert_says(told.text, "rotation:gate=50: reports only under the host's pressure");
	/* by each cell, for the others may not be there, and in nobody's name */
	first = strstr(told.text, "warn:the host's event at 100000 ms never comes");
	assert_non_null(first);
	assert_non_null(strstr(first + 1, "warn:the host's event at 100000 ms never comes"));
}

/* A fault that begins behind the window, and a question whose answer is always no. */
static void test_what_never_comes(void **state)
{
	static const struct {
		const char *strategy, *device, *says;
	} cases[] = {
		{"none", "stall_at=100s,stall_for=1s", "the device's stall_at never comes"},
		{"none", "stall_at=1s,stall_for=1s", NULL},
		{"none", "inhibit=assigned,inhibit_at=100s", "the device's inhibit_at never comes"},
		{"none", "inhibit=assigned", NULL},
		{"rotation:delay=0,skip_if_busy=on", NULL,
		 "whether the host is busy, which it never"},
		{"rotation:delay=0,skip_if_busy=on", "busy_every=2s,busy_for=1s", NULL},
		{"rotation:delay=0", NULL, NULL},
	};
	struct bs_error err;
	struct bs_run run;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		bs_run_setup(&run, "none", some, COUNT(some));
		run.cfg.host.device.params = cases[i].device;
		assert_int_equal(compare(&run, &cases[i].strategy, 1, &err), 0);
		if (cases[i].says)
			assert_says(told.text, cases[i].says);
		else
			assert_null(strstr(told.text, "never"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_in_order),
		cmocka_unit_test(test_a_failing_cell_loses_nobody),
		cmocka_unit_test(test_nothing_begins_that_cannot_be),
		cmocka_unit_test(test_interrupted_in_the_tail),
		cmocka_unit_test(test_what_falls_short_is_said),
		cmocka_unit_test(test_warnings_go_by_roles),
		cmocka_unit_test(test_what_never_comes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
