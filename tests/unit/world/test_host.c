// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * host.c: when the modelled host looks at its guest and what it says, seen by a strategy that
 * reports only under pressure and by a balloon; and requests that overtake each other on the way
 * through the world.
 */
#include "bs_test.h"

#include <stdio.h>
#include <string.h>

#include "bs_run_test.h"
#include "host.h"

#define MIB (UINT64_C(1) << 20)
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* 40 MiB in use from 0 to 0.5 s. */
static const struct bs_trace_event forty[] = {
	{.kind = BS_EV_ALLOC, .order = 10},
	{.kind = BS_EV_ALLOC, .order = 10},
	{.kind = BS_EV_ALLOC, .order = 10},
	{.kind = BS_EV_ALLOC, .order = 10},
	{.kind = BS_EV_ALLOC, .order = 10},
	{.kind = BS_EV_ALLOC, .order = 10},
	{.kind = BS_EV_ALLOC, .order = 10},
	{.kind = BS_EV_ALLOC, .order = 10},
	{.kind = BS_EV_ALLOC, .order = 10},
	{.kind = BS_EV_ALLOC, .order = 10},
	{.time = BS_NS_PER_S / 2, .kind = BS_EV_FREE, .order = 10, .arg = 10},
	{.time = BS_NS_PER_S / 2, .kind = BS_EV_FREE, .order = 10, .arg = 9},
	{.time = BS_NS_PER_S / 2, .kind = BS_EV_FREE, .order = 10, .arg = 8},
	{.time = BS_NS_PER_S / 2, .kind = BS_EV_FREE, .order = 10, .arg = 7},
	{.time = BS_NS_PER_S / 2, .kind = BS_EV_FREE, .order = 10, .arg = 6},
	{.time = BS_NS_PER_S / 2, .kind = BS_EV_FREE, .order = 10, .arg = 5},
	{.time = BS_NS_PER_S / 2, .kind = BS_EV_FREE, .order = 10, .arg = 4},
	{.time = BS_NS_PER_S / 2, .kind = BS_EV_FREE, .order = 10, .arg = 3},
	{.time = BS_NS_PER_S / 2, .kind = BS_EV_FREE, .order = 10, .arg = 2},
	{.time = BS_NS_PER_S / 2, .kind = BS_EV_FREE, .order = 10, .arg = 1},
};

static void setup(struct bs_run *run, const char *strategy)
{
	bs_run_setup(run, strategy, forty, COUNT(forty));
	run->cfg.window.tail = 10 * BS_NS_PER_S;
}

static void setup_asked(struct bs_run *run, const char *strategy, const struct bs_host_event *asked,
			size_t n)
{
	setup(run, strategy);
	run->cfg.host.events = asked;
	run->cfg.host.nr_events = (unsigned int)n;
}

static uint64_t held(struct bs_run *run)
{
	uint64_t v;

	bs_run_go(run);
	v = bs_run_metric(run, "held_mib_s");
	bs_result_free(run->r);
	return v;
}

static void test_percent(void **state)
{
	(void)state;
	assert_int_equal(bs_host_percent(0, 80 * MIB), 0);
	assert_int_equal(bs_host_percent(40 * MIB, 80 * MIB), 50);
	assert_int_equal(bs_host_percent(40 * MIB - 1, 80 * MIB), 49);
	assert_int_equal(bs_host_percent(80 * MIB, 80 * MIB), 100);
	assert_int_equal(bs_host_percent(400 * MIB, 80 * MIB), 100);
	assert_int_equal(bs_host_percent(UINT64_C(1) << 49, UINT64_C(1) << 50), 50);
}

/*
 * 40 MiB of 80 are held: 50 %. The gate opens at the first look after 0 s, the pass comes half a
 * second later; until then 40 MiB are held too much.
 *
 *   poll 1 s   looks at 0 s (nothing yet), 1 s; discarded at 1.5 s:   40 MiB x 1 s
 *   poll 3 s   looks at 0 s, 3 s;               discarded at 3.5 s:   40 MiB x 3 s
 *   gate 51    never: 40 MiB x 10 s, as without any host
 */
static void test_when_the_host_looks(void **state)
{
	struct bs_run run;

	(void)state;
	setup(&run, "rotation:delay=500ms,gate=50");
	run.cfg.host.memory_bytes = 80 * MIB;
	assert_int_equal(held(&run), 40);
	setup(&run, "rotation:delay=500ms,gate=50");
	run.cfg.host.memory_bytes = 80 * MIB;
	run.cfg.host.poll = 3 * BS_NS_PER_S;
	assert_int_equal(held(&run), 120);
	setup(&run, "rotation:delay=500ms,gate=51");
	run.cfg.host.memory_bytes = 80 * MIB;
	assert_int_equal(held(&run), 400);
	setup(&run, "rotation:delay=500ms,gate=1");
	assert_int_equal(held(&run), 400);
}

/* The first look is at the beginning: what the guest holds before t0 opens the gate at once. */
static void test_the_first_look(void **state)
{
	static const struct bs_trace_event ev[] = {
		{.kind = BS_EV_PRE, .order = 10},
		{.time = BS_NS_PER_S / 4, .kind = BS_EV_FREE, .order = 10, .arg = 1},
	};
	struct bs_run run;

	(void)state;
	bs_run_setup(&run, "rotation:delay=500ms,gate=50", ev, COUNT(ev));
	run.cfg.window.tail = 10 * BS_NS_PER_S;
	run.cfg.host.memory_bytes = 8 * MIB;
	/* freed at 0.25 s, discarded at 0.5 s */
	assert_int_equal(held(&run), 1);
}

/*
 * Asked in any order, at the time given; a pressure holds until the next look.
 *
 *   3 s pressure=80   discarded at 3.5 s:  40 MiB x 3 s
 *   the same, with a host that looks at 3.2 s and sees 0 %: the pass at 3.5 s finds the gate shut
 */
static void test_what_the_host_asks(void **state)
{
	static const struct bs_host_event asked[] = {
		{.time = 9 * BS_NS_PER_S, .ask = BS_HOST_PRESSURE, .value = 0},
		{.time = 3 * BS_NS_PER_S, .ask = BS_HOST_PRESSURE, .value = 80},
		{.time = 99 * BS_NS_PER_S, .ask = BS_HOST_PRESSURE, .value = 1},
	};
	struct bs_run run;

	(void)state;
	setup_asked(&run, "rotation:delay=500ms,gate=80", asked, COUNT(asked));
	bs_run_go(&run);
	assert_int_equal(bs_run_metric(&run, "held_mib_s"), 120);
	/* nobody hears the last one */
	assert_non_null(strstr(bs_result_warning(run.r, 1) ? bs_result_warning(run.r, 1)
							   : bs_result_warning(run.r, 0),
			       "99000 ms"));
	bs_result_free(run.r);
	setup_asked(&run, "rotation:delay=500ms,gate=80", asked, COUNT(asked) - 1);
	run.cfg.host.memory_bytes = 8192 * MIB;
	run.cfg.host.poll = 3200 * BS_NS_PER_MS;
	assert_int_equal(held(&run), 400);
}

static void test_the_host_asks_for_a_balloon(void **state)
{
	static const struct bs_host_event asked[] = {
		{.time = 1 * BS_NS_PER_S, .ask = BS_HOST_TARGET, .value = 16 * MIB},
		{.time = 2 * BS_NS_PER_S, .ask = BS_HOST_TARGET, .value = 24 * MIB},
		{.time = 3 * BS_NS_PER_S, .ask = BS_HOST_TARGET, .value = 0},
	};
	struct bs_run run;

	(void)state;
	setup_asked(&run, "balloon:size=64MiB,at=1h", asked, COUNT(asked));
	bs_run_go(&run);
	assert_int_equal(bs_run_metric(&run, "reported_bytes"), 24 * MIB);
	bs_result_free(run.r);
}

/* What cannot be is said before anything runs. */
static void test_impossible_hosts(void **state)
{
	static const struct bs_host_event asked = {.ask = BS_HOST_PRESSURE, .value = 101};
	struct bs_sim_config cfg;
	struct bs_error err;

	(void)state;
	bs_sim_defaults(&cfg);
	assert_int_equal(bs_host_check(&cfg.host, &err), 0);
	cfg.host.events = &asked;
	cfg.host.nr_events = 1;
	assert_true(bs_host_check(&cfg.host, &err) < 0);
	assert_int_equal(err.status, BS_USAGE);
	cfg.host.nr_events = 0;
	cfg.host.memory_bytes = MIB;
	assert_int_equal(bs_host_check(&cfg.host, &err), 0);
	cfg.host.poll = 0;
	assert_true(bs_host_check(&cfg.host, &err) < 0);
}

/* Later requests are complete before the oldest is waited for; each is waited for by its own ticket,
 * whatever the device has done with its number since. */
static void test_requests_overtake_each_other(void **state)
{
	struct bs_run run;

	(void)state;
	setup(&run, "rotation:delay=500ms,capacity=1,depth=5,budget=0");
	run.cfg.host.device.params = "latency=exponential,latency_mean=10ms";
	run.cfg.guest.resident = BS_RESIDENT_ALL;
	bs_run_go(&run);
	assert_int_equal(bs_run_metric(&run, "left_raw_bytes"), 0);
	assert_int_equal(bs_run_metric(&run, "reported_bytes"),
			 bs_run_metric(&run, "discarded_bytes"));
	assert_int_equal(bs_run_metric(&run, "isolated_peak_bytes"), 5 * 4 * MIB);
	bs_result_free(run.r);
}

/*
 * The host stands still from 0.6 s to 4.6 s; the memory is freed at 0.5 s, a pass comes each 0.5 s.
 *
 *   off   the pass at 1 s is stuck in its request until 4.6 s:   40 MiB x 4.1 s
 *   on    those up to 4.5 s go without, the one at 5 s reports:   40 MiB x 4.5 s
 */
static void test_a_host_that_stands_still(void **state)
{
	static const char *const strategy[] = {"rotation:delay=500ms",
					       "rotation:delay=500ms,skip_if_busy=on"};
	static const uint64_t expected[] = {164, 180};

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		struct bs_run run;

		setup(&run, strategy[i]);
		run.cfg.host.device.params = "stall_at=600ms,stall_for=4s";
		assert_int_equal(held(&run), expected[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_percent),
		cmocka_unit_test(test_when_the_host_looks),
		cmocka_unit_test(test_the_first_look),
		cmocka_unit_test(test_what_the_host_asks),
		cmocka_unit_test(test_the_host_asks_for_a_balloon),
		cmocka_unit_test(test_impossible_hosts),
		cmocka_unit_test(test_requests_overtake_each_other),
		cmocka_unit_test(test_a_host_that_stands_still),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
