// SPDX-License-Identifier: GPL-2.0-or-later
/* trial.c: a load in a closed loop, and a device that misbehaves when it is told to. */
#include "bs_test.h"

#include <errno.h>
#include <stdlib.h>

#include <buddysim/gfp.h>

#include "reporter.h"
#include "trial.h"

#define MS BS_NS_PER_MS

static const struct bs_experiment_kind kind = {.name = "test"};
static struct bs_experiment x;
static volatile int stop;

static void begin(struct bs_trial *t, const char *spec, bool start)
{
	const struct bs_trial_setup setup = {.bytes = 256 * BS_MIB,
					     .wake_latency = BS_TRIAL_WAKE_LATENCY,
					     .window = BS_NS_PER_S};
	struct bs_error err;

	x = (struct bs_experiment){.kind = &kind,
				   .cfg = {.kernel = "linux-6.1", .seed = 1, .stop = &stop},
				   .device = bs_device_for(BS_DEVICE_TIMED)};
	assert_ok(bs_trial_begin(t, &x, spec, &setup, &err), &err);
	if (start)
		assert_ok(bs_reporter_start(t->g, &err), &err);
}

static struct {
	bs_ns at[8];
	unsigned int n;
	bs_ns busy; /* a step blocks its CPU for so long */
	struct bs_pause pause;
} steps;

static struct bs_pause step(struct bs_trial *t)
{
	steps.at[steps.n++] = bs_trial_now(t);
	if (steps.busy)
		bs_cpu_block(&t->g->cpus[0], bs_trial_now(t), steps.busy, BS_CAUSE_REFAULT);
	if (steps.n == 3)
		return (struct bs_pause){.over = true};
	return steps.pause;
}

static void run_steps(bs_ns busy, struct bs_pause pause, bs_ns gap)
{
	struct bs_trial t;

	memset(&steps, 0, sizeof(steps));
	steps.busy = busy;
	steps.pause = pause;
	begin(&t, "none", false);
	bs_trial_run(&t, 7 * MS);
	bs_trial_load(&t, step, NULL);
	bs_trial_run_load(&t);
	assert_int_equal(steps.n, 3);
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(steps.at[i], 7 * MS + i * gap);
	assert_int_equal(t.load_end, steps.at[2]);
	assert_null(t.step);
	bs_trial_end(&t);
}

/* The next step comes when the last one is done: blocked time and work add up. */
static void test_a_step_waits_for_the_last(void **state)
{
	(void)state;
	run_steps(0, (struct bs_pause){0}, 0);
	run_steps(0, (struct bs_pause){.work = 2 * MS}, 2 * MS);
	run_steps(5 * MS, (struct bs_pause){0}, 5 * MS);
	run_steps(5 * MS, (struct bs_pause){.work = 2 * MS}, 7 * MS);
}

/* A phase has its time, and a step that was late is not waited for. */
static void test_not_before(void **state)
{
	struct bs_trial t;

	(void)state;
	memset(&steps, 0, sizeof(steps));
	steps.pause = (struct bs_pause){.not_before = 20 * MS};
	begin(&t, "none", false);
	bs_trial_load(&t, step, NULL);
	bs_trial_run(&t, 19 * MS);
	assert_int_equal(steps.n, 1);
	bs_trial_run(&t, 20 * MS);
	assert_int_equal(steps.n, 3);
	bs_trial_end(&t);
}

/* Each block that a hypercall reports is freed when the request for the one before has come back. */
static void test_a_release_waits_for_its_requests(void **state)
{
	struct bs_trial_release r;
	struct bs_device_costs costs;
	struct bs_error err;
	struct bs_trial t;
	bs_ns begun;

	(void)state;
	begin(&t, "hypercall", true);
	assert_true(bs_cost_preset("default", &costs));
	assert_ok(bs_trial_fill(&t, &r, 16 * BS_MIB, 9, &err), &err);
	assert_int_equal(t.g->used_bytes, 16 * BS_MIB);
	begun = bs_trial_now(&t);
	bs_trial_load(&t, bs_trial_release_one, &r);
	bs_trial_run_load(&t);
	assert_int_equal(t.g->used_bytes, 0);
	assert_int_equal(t.load_end - begun, 7 * (bs_trial_free_ns(9) + costs.per_request +
						  costs.per_range + 2 * costs.thp_per_mib));
	assert_int_equal(t.last_discard, t.load_end);
	assert_int_equal(bs_trial_missed(&t, 0), 0);
	assert_ok(bs_trial_check(&t, &err), &err);
	free(r.pfn);
	bs_trial_end(&t);
}

static unsigned int during_calls;

static void during(struct bs_trial *t, unsigned int call)
{
	(void)t;
	during_calls = during_calls * 10 + call;
}

/* The second request takes longer, every third never gets there. */
static void test_the_device_misbehaves_as_told(void **state)
{
	const struct bs_trial_faults faults = {.stall_call = 2, .stall = 5 * MS, .error_every = 3};
	const struct bs_range r = {512, 9};
	struct bs_env env;
	struct bs_trial t;
	bs_ns took[4];

	(void)state;
	begin(&t, "none", false);
	bs_reporter_env(t.g, &env);
	t.during = during;
	during_calls = 0;
	bs_trial_arm(&t, &faults);
	for (int i = 0; i < 4; i++) {
		const bs_ns begun = bs_trial_now(&t);

		assert_int_equal(env.submit(env.arg, &r, 1), i == 2 ? -EIO : 0);
		took[i] = bs_trial_now(&t) - begun;
	}
	assert_true(took[0] > 0 && took[3] > 0);
	assert_int_equal(took[1], took[0] + 5 * MS);
	assert_int_equal(t.stall_end, took[0] + took[1]);
	assert_int_equal(took[2], 0);
	assert_int_equal(during_calls, 1234);
	bs_trial_end(&t);
}

static void test_what_breaks_is_told_with_its_name(void **state)
{
	struct bs_error err;
	struct bs_trial t;

	(void)state;
	begin(&t, "rotation:delay=1s", true);
	stop = 1;
	bs_trial_run(&t, 100 * MS);
	stop = 0;
	assert_int_equal(bs_trial_check(&t, &err), -EINTR);
	assert_int_equal(err.status, BS_INTERRUPTED);
	assert_string_equal(err.where, "rotation:delay=1s");
	bs_trial_end(&t);
}

/* Who never reports misses nothing; that is no figure. */
static void test_missed(void **state)
{
	struct bs_trial t;

	(void)state;
	begin(&t, "none", false);
	assert_true(bs_trial_missed(&t, BS_MIB) == BS_NO_TIME);
	bs_trial_end(&t);
	begin(&t, "rotation", false);
	assert_int_equal(bs_trial_missed(&t, BS_MIB), BS_MIB);
	bs_trial_end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_step_waits_for_the_last),
		cmocka_unit_test(test_not_before),
		cmocka_unit_test(test_a_release_waits_for_its_requests),
		cmocka_unit_test(test_the_device_misbehaves_as_told),
		cmocka_unit_test(test_what_breaks_is_told_with_its_name),
		cmocka_unit_test(test_missed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
