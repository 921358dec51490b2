// SPDX-License-Identifier: GPL-2.0-or-later
/* reporter.c: when a strategy's pass runs, and what its guest, its CPUs and its host do to that. */
#include "bs_world_test.h"

#include <errno.h>
#include <stdio.h>

#include "guest_memory.h"
#include "reporter.h"

#define MS BS_NS_PER_MS

static struct {
	struct bs_world_test t;
	struct bs_guest *g;
	char text[400]; /* of each pass "who@ms" */
	bs_ns again; /* ask for another pass from inside, so much later; BS_NO_TIME: no */
	bs_ns work; /* a pass waits for its device for so long */
	bool stop_inside;
	int start;
} probe;

static void note(const char *what)
{
	const size_t used = strlen(probe.text);

	snprintf(probe.text + used, sizeof(probe.text) - used, "%s%s@%llu", used ? " " : "", what,
		 (unsigned long long)(probe.t.w.clock.now / MS));
}

static int pass(struct bs_report_ctx *rc, int cpu)
{
	note(cpu < 0 ? "worker" : cpu ? "cpu1" : "cpu0");
	if (probe.again != BS_NO_TIME)
		bs_wake(rc, probe.again);
	probe.again = BS_NO_TIME;
	if (probe.stop_inside)
		bs_reporter_stop(probe.g);
	if (probe.work)
		bs_clock_run(&probe.t.w.clock, probe.t.w.clock.now + probe.work);
	note("end");
	return 0;
}

static int start(struct bs_report_ctx *rc)
{
	(void)rc;
	return probe.start;
}

static void event(struct bs_report_ctx *rc, enum bs_event e, uint64_t v)
{
	char text[32];

	(void)rc;
	snprintf(text, sizeof(text), "%s%llu",
		 e == BS_EVENT_PAUSE	  ? "pause"
		 : e == BS_EVENT_PRESSURE ? "pressure"
					  : "target",
		 (unsigned long long)v);
	note(text);
}

static const struct bs_strategy strategy = {
	.name = "probe",
	.summary = "says when",
	.origin = "test",
	.abi = BS_STRATEGY_ABI,
	.pass = pass,
	.start = start,
	.event = event,
};

static void begin(bs_ns wake_latency)
{
	struct bs_error err;

	memset(&probe, 0, sizeof(probe));
	probe.again = BS_NO_TIME;
	bs_world_test_init(&probe.t);
	probe.t.wake_latency = wake_latency;
	probe.g = bs_world_test_bind(&probe.t, &strategy);
	assert_ok(bs_reporter_start(probe.g, &err), &err);
}

static void run(bs_ns until)
{
	bs_clock_run(&probe.t.w.clock, until);
}

/* As soon as a worker can run; later, if it is asked for later; one at a time is pending. */
static void test_a_wake_is_due_once(void **state)
{
	(void)state;
	begin(2 * MS);
	bs_wake(probe.g->rc, 0);
	bs_wake(probe.g->rc, 50 * MS);
	run(100 * MS);
	assert_string_equal(probe.text, "worker@2 end@2");
	bs_wake(probe.g->rc, 50 * MS);
	run(200 * MS);
	assert_string_equal(probe.text, "worker@2 end@2 worker@150 end@150");
	bs_world_test_free(&probe.t);
}

/* What falls due during a pass comes when it has ended, not inside. */
static void test_one_pass_at_a_time(void **state)
{
	(void)state;
	begin(1 * MS);
	probe.work = 10 * MS;
	probe.again = 3 * MS;
	bs_wake(probe.g->rc, 0);
	run(100 * MS);
	assert_string_equal(probe.text, "worker@1 end@11 worker@11 end@21");
	bs_world_test_free(&probe.t);
}

/* A CPU runs a pass itself as soon as it may: not inside the worker's, and before the worker's next. */
static void test_a_cpu_waits_for_the_pass_that_runs(void **state)
{
	(void)state;
	begin(1 * MS);
	probe.work = 10 * MS;
	bs_wake(probe.g->rc, 0);
	bs_wake_on(probe.g->rc, 1);
	assert_true(bs_reporter_wants_cpu(probe.g, 1));
	assert_false(bs_reporter_wants_cpu(probe.g, 0));
	run(0);
	/* the CPU's pass began at once; the worker's wake came inside */
	assert_string_equal(probe.text, "cpu1@0 end@10 worker@10 end@20");
	bs_world_test_free(&probe.t);
}

static void test_cancelled_wakes_do_not_come(void **state)
{
	(void)state;
	begin(1 * MS);
	bs_wake(probe.g->rc, 5 * MS);
	bs_wake_on(probe.g->rc, 0);
	bs_reporter_stop(probe.g);
	run(100 * MS);
	assert_string_equal(probe.text, "");
	bs_world_test_free(&probe.t);
}

/* Switched off from within a pass: when that has ended, and nothing comes of the wake. */
static void test_stop_waits_for_the_pass(void **state)
{
	(void)state;
	begin(1 * MS);
	probe.stop_inside = true;
	probe.again = 5 * MS;
	bs_wake(probe.g->rc, 0);
	run(100 * MS);
	assert_string_equal(probe.text, "worker@1 end@1");
	assert_false(probe.g->reporter.stop_waiting);
	assert_int_equal(bs_report_start(probe.g->rc), 0); /* it is off */
	bs_world_test_free(&probe.t);
}

/*
 *   wake in 10  |----7|paused      |---3| pass
 *               0     7            50   53
 */
static void test_a_timer_stands_still_with_its_guest(void **state)
{
	(void)state;
	begin(1 * MS);
	bs_wake(probe.g->rc, 10 * MS);
	run(7 * MS);
	bs_reporter_pause(probe.g);
	bs_reporter_pause(probe.g); /* it is paused */
	run(50 * MS);
	bs_reporter_resume(probe.g);
	bs_reporter_resume(probe.g);
	run(100 * MS);
	assert_string_equal(probe.text, "pause1@7 pause0@50 worker@53 end@53");
	bs_world_test_free(&probe.t);
}

static void test_why_it_cannot_start(void **state)
{
	struct bs_error err;

	(void)state;
	begin(0);
	bs_reporter_stop(probe.g);
	probe.start = -ENOSPC;
	assert_true(bs_reporter_start(probe.g, &err) < 0);
	assert_int_equal(err.status, BS_RESOURCE);
	assert_says(err.text, "32 ranges");
	assert_says(err.advice, "--capacity");
	probe.start = -ENOMEM;
	assert_int_equal(bs_reporter_start(probe.g, &err), -ENOMEM);
	bs_world_test_free(&probe.t);
}

/* A law that breaks in the services ends the run, and who looks on hears of it once. */
static unsigned int heard;

static void broke(void *arg, struct bs_error *err)
{
	(void)arg;
	heard++;
	assert_int_equal(err->status, BS_INVARIANT);
	snprintf(err->advice, sizeof(err->advice), "look there");
}

static void test_a_broken_law_ends_the_run(void **state)
{
	struct bs_env env;

	(void)state;
	begin(0);
	heard = 0;
	probe.g->watch.broke = broke;
	bs_reporter_env(probe.g, &env);
	env.violated(env.arg, "thou shalt not", 42);
	env.violated(env.arg, "again", 43);
	assert_int_equal(heard, 1);
	assert_true(probe.t.w.clock.failed);
	assert_says(probe.t.w.clock.err.text, "pfn 42: thou shalt not");
	assert_string_equal(probe.t.w.clock.err.advice, "look there");
	bs_world_test_free(&probe.t);
}

static void test_pressure_is_told(void **state)
{
	(void)state;
	begin(0);
	bs_reporter_pressure(probe.g, 80);
	assert_string_equal(probe.text, "pressure80@0");
	assert_int_equal(probe.g->reporter.pressure, 80);
	bs_world_test_free(&probe.t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_wake_is_due_once),
		cmocka_unit_test(test_one_pass_at_a_time),
		cmocka_unit_test(test_a_cpu_waits_for_the_pass_that_runs),
		cmocka_unit_test(test_cancelled_wakes_do_not_come),
		cmocka_unit_test(test_stop_waits_for_the_pass),
		cmocka_unit_test(test_a_timer_stands_still_with_its_guest),
		cmocka_unit_test(test_why_it_cannot_start),
		cmocka_unit_test(test_a_broken_law_ends_the_run),
		cmocka_unit_test(test_pressure_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
