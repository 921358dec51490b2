// SPDX-License-Identifier: GPL-2.0-or-later
/* pause.c: a guest stands still, is written down, and goes on from that. */
#include "bs_world_test.h"

#include <buddysim/gfp.h>

#include "bs_run_test.h"
#include "guest_memory.h"
#include "histogram.h"
#include "loads.h"
#include "pause.h"
#include "program.h"
#include "reporter.h"

#define MIB (UINT64_C(1) << 20)
#define SEC BS_NS_PER_S
#define MS BS_NS_PER_MS
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void begin(struct bs_world_test *t)
{
	bs_world_test_init(t);
	t->device.contents = true;
}

static struct bs_guest *add(struct bs_world_test *t, const char *strategy)
{
	struct bs_guest *g = bs_world_test_add(t, strategy);
	struct bs_error err;

	assert_ok(bs_device_may_restore(g->dev, &err), &err);
	assert_ok(bs_reporter_start(g, &err), &err);
	for (unsigned int i = 0; i < g->nr_cpus; i++)
		g->cpus[i].counted_until = BS_NO_TIME;
	return g;
}

static bs_pfn take(struct bs_guest *g, unsigned int order)
{
	bs_pfn pfn =
		bs_guest_alloc(g, 0, BS_GFP_HIGHUSER_MOVABLE, order, 1, (struct bs_gfp_use){0});

	assert_true(pfn != BS_NO_PFN);
	return pfn;
}

/* ---- Pause ----------------------------------------------------------------------------------- */

/*
 *   fill      |--------------|                        32 ms
 *   pause          10 ms: 1 s, at 500 ms: 1 s more from there, at 600 ms: nothing that the others do not say
 *   over at   32 + 1490 ms; the cycle took 32 ms of the guest's time
 */
static void test_a_load_goes_on_where_it_was(void **state)
{
	struct bs_program_setup setup = {.seed = 1};
	struct bs_load_spec spec;
	struct bs_world_test t;
	struct bs_program *p;
	struct bs_error err;
	struct bs_guest *g;

	(void)state;
	begin(&t);
	g = add(&t, "none");
	assert_ok(bs_load_parse("memhog:size=64MiB,cycles=1,hold=0,exit=0,fill=32ms", &spec, &err),
		  &err);
	setup.spec = &spec;
	assert_ok(bs_program_create(g, &setup, &p, &err), &err);
	assert_ok(bs_program_begin(p, 100 * SEC, &err), &err);
	bs_clock_run(&t.w.clock, 10 * MS);
	bs_guest_pause(g, SEC);
	const uint64_t steps = p->f.steps;

	bs_clock_run(&t.w.clock, 500 * MS);
	bs_guest_pause(g, SEC);
	bs_clock_run(&t.w.clock, 600 * MS);
	bs_guest_pause(g, 100 * MS);
	bs_clock_run(&t.w.clock, 1499 * MS);
	assert_int_equal(p->f.steps, steps);
	assert_true(g->saved.stands);
	bs_clock_run(&t.w.clock, 10 * SEC);
	assert_false(g->saved.stands);
	assert_int_equal(p->f.over_at, (32 + 1490) * MS);
	assert_int_equal(p->cycle_ns.max, 32 * MS);
	assert_int_equal(p->f.stood, 1490 * MS);
	assert_int_equal(g->saved.stood_ns, 1490 * MS);
	bs_program_destroy(p);
	bs_load_spec_free(&spec);
	bs_world_test_free(&t);
}

/*
 * A trace of 1 s, 4 MiB in use from 0 to 1 s, with a pause of 2 s at 0.5 s, and a rotation that comes 1 s
 * after the free: what it has ahead comes 2 s later, and so do the window's end and its worker.
 *
 *   without   used 0..1 s, held 1..2 s
 *   with      used 0..3 s, held 3..4 s
 */
static void test_a_trace_goes_on_where_it_was(void **state)
{
	static const struct bs_trace_event ev[] = {
		{.kind = BS_EV_ALLOC, .order = 10},
		{.time = SEC, .kind = BS_EV_FREE, .order = 10, .arg = 1},
	};
	static const struct bs_host_event asked = {
		.time = SEC / 2, .ask = BS_HOST_PAUSE, .value = 2 * SEC};
	struct bs_run run;

	(void)state;
	for (unsigned int with = 0; with < 2; with++) {
		bs_run_setup(&run, "rotation:delay=1s", ev, COUNT(ev));
		run.cfg.window.tail = 10 * SEC;
		run.cfg.host.events = &asked;
		run.cfg.host.nr_events = with;
		bs_run_go(&run);
		assert_int_equal(bs_run_metric(&run, "used_mib_s"), with ? 12 : 4);
		assert_int_equal(bs_run_metric(&run, "held_mib_s"), 4);
		assert_int_equal(bs_run_metric(&run, "late_end_ns"), 0);
		assert_int_equal(bs_run_metric(&run, "unfinished_events"), 0);
		assert_int_equal(bs_run_metric(&run, "stood_ns"), with ? 2 * SEC : 0);
		assert_int_equal(bs_run_metric(&run, "settle_ns.t90"), SEC);
		bs_result_free(run.r);
	}
}

/*
 * It is freed at 1 s and the worker would come at 2 s: a pause from 1.5 s to 11.5 s has it come at 12 s. 4 MiB
 * are held from 1 to 12 s, and all of them are counted when the pause begins, but nothing that was never touched.
 */
static void test_what_is_raw_at_a_pause(void **state)
{
	static const struct bs_trace_event ev[] = {
		{.kind = BS_EV_ALLOC, .order = 10},
		{.time = SEC, .kind = BS_EV_FREE, .order = 10, .arg = 1},
	};
	static const struct bs_host_event asked = {
		.time = SEC * 3 / 2, .ask = BS_HOST_PAUSE, .value = 10 * SEC};
	struct bs_run run;

	(void)state;
	bs_run_setup(&run, "rotation:delay=1s", ev, COUNT(ev));
	run.cfg.window.tail = 10 * SEC;
	run.cfg.host.events = &asked;
	run.cfg.host.nr_events = 1;
	bs_run_go(&run);
	assert_int_equal(bs_run_metric(&run, "held_mib_s"), 44);
	assert_int_equal(bs_run_metric(&run, "paused_raw_bytes"), 4 * MIB);
	bs_result_free(run.r);
}

struct seen {
	struct bs_guest *g;
	uint64_t calls, held;
};

static void look(void *arg, int unused)
{
	struct seen *seen = arg;
	struct bs_report_stats s;

	(void)unused;
	bs_report_stats(seen->g->rc, &s);
	seen->calls = s.calls;
	seen->held = bs_device_held(seen->g->dev);
}

/*
 * A block a request, 100 ms each, from 1 s on; the guest stands still from 1.05 to 6.05 s. The host answers the
 * first request in that time, and the worker makes its next one when the guest goes on.
 */
static void test_the_worker_hears_of_it_later(void **state)
{
	static const struct bs_host_event asked = {
		.time = SEC + 50 * MS, .ask = BS_HOST_PAUSE, .value = 5 * SEC};
	struct bs_load load = {.arg = NULL};
	struct seen before, in, after;
	struct bs_world_test t;
	struct bs_guest *g;
	bs_pfn pfn;

	(void)state;
	begin(&t);
	t.costs.per_request = 100 * MS;
	t.host.events = &asked;
	t.host.nr_events = 1;
	g = add(&t, "rotation:delay=1s,capacity=1,budget=0");
	g->load = &load;
	pfn = take(g, 10);
	bs_guest_free(g, 0, pfn, 10, 1);
	bs_host_start(&t.w.host, 100 * SEC);
	before.g = in.g = after.g = g;
	bs_clock_push(&t.w.clock, SEC + 40 * MS, BS_DUE_HOST, look, &before, 0);
	bs_clock_push(&t.w.clock, 6 * SEC, BS_DUE_HOST, look, &in, 0);
	bs_clock_push(&t.w.clock, 6 * SEC + 100 * MS, BS_DUE_HOST, look, &after, 0);
	bs_clock_run(&t.w.clock, 60 * SEC);
	assert_int_equal(before.calls, 1);
	assert_int_equal(in.calls, 1);
	assert_int_equal(after.calls, 2);
	assert_int_equal(before.held, 4 * MIB);
	bs_world_test_free(&t);
}

/* ---- Snapshot -------------------------------------------------------------------------------- */

/*
 *   12 MiB are written, 4 of them freed:   12 are carried, 4 for nothing; what was never touched is zero
 *   those are reported:                     8 are carried
 *   and with a host that drops nothing:    12 still
 */
static void test_what_a_snapshot_carries(void **state)
{
	(void)state;
	for (unsigned int drops = 0; drops < 2; drops++) {
		struct bs_world_test t;
		struct bs_guest *g;
		bs_pfn pfn;

		begin(&t);
		t.device.advice = drops ? BS_ADVICE_DONTNEED : BS_ADVICE_NONE;
		g = add(&t, "rotation:delay=1s");
		take(g, 10);
		pfn = take(g, 10);
		take(g, 10);
		bs_guest_free(g, 0, pfn, 10, 1);
		bs_guest_snapshot(g);
		assert_int_equal(g->saved.carried_bytes, 12 * MIB);
		assert_int_equal(g->saved.free_bytes, 4 * MIB);
		bs_clock_run(&t.w.clock, 3 * SEC);
		bs_guest_snapshot(g);
		assert_int_equal(g->saved.snapshots, 2);
		assert_int_equal(g->saved.carried_bytes - 12 * MIB, drops ? 8 * MIB : 12 * MIB);
		assert_int_equal(g->saved.free_bytes - 4 * MIB, drops ? 0 : 4 * MIB);
		bs_world_test_free(&t);
	}
}

/*
 * 8 MiB of 12 are in use. A driver that hints is asked first, and what it has told is not carried; one that has its own
 * time is not, nor one whose guest stands still before it has got to it. The next one gets a round of its own.
 */
static void test_a_snapshot_waits_for_hints(void **state)
{
	static const struct {
		const char *strategy;
		bool pause;
		uint64_t carried;
	} cases[] = {{"hint-once:at=9s,hold=1s", false, 12},
		     {"hint-once:start=snapshot,hold=1s", true, 12},
		     {"hint-once:start=snapshot,hold=1s", false, 8}};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bs_load load = {.arg = NULL};
		struct bs_world_test t;
		struct bs_guest *g;
		bs_pfn pfn;

		begin(&t);
		t.wake_latency = MS;
		g = add(&t, cases[i].strategy);
		g->load = &load;
		take(g, 10);
		pfn = take(g, 10);
		take(g, 10);
		bs_guest_free(g, 0, pfn, 10, 1);
		bs_guest_snapshot(g);
		assert_int_equal(g->saved.snapshots, i == 0);
		if (cases[i].pause)
			bs_guest_pause(g, MS);
		bs_clock_run(&t.w.clock, SEC / 2);
		assert_int_equal(g->saved.snapshots, 1);
		assert_int_equal(g->saved.carried_bytes, cases[i].carried * MIB);
		bs_clock_run(&t.w.clock, 3 * SEC);
		bs_guest_snapshot(g);
		bs_clock_run(&t.w.clock, 4 * SEC);
		assert_int_equal(g->saved.snapshots, 2);
		bs_world_test_free(&t);
	}
}

/* With huge pages a page brings its neighbours along, which hold nothing; what is on a per-cpu list does. */
static void test_content_and_residency_are_two_things(void **state)
{
	struct bs_world_test t;
	struct bs_guest *g;
	bs_pfn pfn;

	(void)state;
	begin(&t);
	t.device.thp = BS_THP_ALWAYS;
	g = add(&t, "none");
	pfn = take(g, 0);
	assert_int_equal(bs_device_held(g->dev), 2 * MIB);
	bs_guest_snapshot(g);
	assert_int_equal(g->saved.carried_bytes, 4096);
	assert_int_equal(g->saved.free_bytes, 0);
	bs_guest_free(g, 0, pfn, 0, 1);
	bs_guest_snapshot(g);
	assert_int_equal(g->saved.carried_bytes, 2 * 4096);
	assert_int_equal(g->saved.free_bytes, 4096);
	bs_world_test_free(&t);
}

/* ---- Restore --------------------------------------------------------------------------------- */

/*
 * 8 MiB in use and 4 free come from the snapshot at 1 ms a MiB: two CPUs take back what is in use, 4 ms each. What
 * is free stays there until somebody gets it.
 */
static void test_it_comes_back(void **state)
{
	struct bs_world_test t;
	struct bs_guest *g;
	bs_pfn pfn;

	(void)state;
	begin(&t);
	t.costs.restore_per_mib = MS;
	g = add(&t, "none");
	take(g, 10);
	take(g, 10);
	pfn = take(g, 10);
	bs_guest_free(g, 0, pfn, 10, 1);
	bs_clock_run(&t.w.clock, SEC);
	bs_guest_restore(g);
	assert_int_equal(bs_device_held(g->dev), 0);
	assert_int_equal(bs_device_saved(g->dev), 12 * MIB);
	bs_clock_run(&t.w.clock, SEC + MS);
	assert_int_equal(bs_device_held(g->dev), 4 * MIB);
	bs_clock_run(&t.w.clock, 2 * SEC);
	assert_int_equal(bs_device_held(g->dev), 8 * MIB);
	assert_int_equal(g->cpus[0].blocked_ns[BS_CAUSE_RESTORE], 4 * MS);
	assert_int_equal(g->cpus[1].blocked_ns[BS_CAUSE_RESTORE], 4 * MS);
	assert_int_equal(g->saved.restored_bytes, 12 * MIB);
	assert_int_equal(bs_device_came_back(g->dev), 8 * MIB);
	assert_int_equal(g->saved.back->max, 4 * MS);
	assert_int_equal(take(g, 10), pfn);
	assert_int_equal(bs_device_saved(g->dev), 0);
	assert_int_equal(g->cpus[0].blocked_ns[BS_CAUSE_RESTORE], 8 * MS);
	assert_int_equal(g->cpus[0].blocked_ns[BS_CAUSE_FIRST_TOUCH], 0);
	bs_world_test_free(&t);
}

/* What was given back before is not in it, and is no more than a refault. */
static void test_what_was_reported_is_not_there(void **state)
{
	struct bs_world_test t;
	struct bs_guest *g;
	bs_pfn pfn;

	(void)state;
	begin(&t);
	t.costs.restore_per_mib = MS;
	g = add(&t, "rotation:delay=1s");
	take(g, 10);
	pfn = take(g, 10);
	bs_guest_free(g, 0, pfn, 10, 1);
	bs_clock_run(&t.w.clock, 2 * SEC);
	bs_guest_restore(g);
	assert_int_equal(bs_device_saved(g->dev), 4 * MIB);
	bs_clock_run(&t.w.clock, 3 * SEC);
	take(g, 10);
	assert_int_equal(bs_device_came_back(g->dev), 4 * MIB);
	bs_world_test_free(&t);
}

/* Restored while it stands still: it begins when the guest goes on. */
static void test_restored_and_cold(void **state)
{
	struct bs_world_test t;
	struct bs_guest *g;

	(void)state;
	begin(&t);
	t.costs.restore_per_mib = MS;
	g = add(&t, "none");
	take(g, 10);
	bs_guest_pause(g, SEC);
	bs_guest_restore(g);
	bs_clock_run(&t.w.clock, SEC / 2);
	assert_int_equal(bs_device_held(g->dev), 0);
	bs_clock_run(&t.w.clock, 2 * SEC);
	assert_int_equal(bs_device_held(g->dev), 4 * MIB);
	assert_int_equal(g->saved.back->max, 2 * MS);
	bs_world_test_free(&t);
}

/* ---- One of several -------------------------------------------------------------------------- */

static void test_one_guest_is_asked(void **state)
{
	static const struct bs_host_event asked[] = {
		{.time = 1 * SEC, .ask = BS_HOST_PAUSE, .value = SEC, .guest = 2},
		{.time = 1 * SEC, .ask = BS_HOST_SNAPSHOT},
		{.time = 1 * SEC, .ask = BS_HOST_SNAPSHOT, .guest = 1},
	};
	struct bs_load load = {.arg = NULL};
	struct bs_world_test t;
	struct bs_guest *g[3];

	(void)state;
	begin(&t);
	t.host.events = asked;
	t.host.nr_events = COUNT(asked);
	for (unsigned int i = 0; i < 3; i++) {
		g[i] = add(&t, "none");
		take(g[i], 10);
	}
	/* The third one has not begun. */
	g[0]->load = g[1]->load = &load;
	bs_host_start(&t.w.host, 10 * SEC);
	bs_clock_run(&t.w.clock, 3 * SEC);
	assert_int_equal(g[0]->saved.stood_ns, 0);
	assert_int_equal(g[1]->saved.stood_ns, SEC);
	assert_int_equal(g[2]->saved.stood_ns, 0);
	assert_int_equal(g[0]->saved.snapshots, 2);
	assert_int_equal(g[1]->saved.snapshots, 1);
	assert_int_equal(g[2]->saved.snapshots, 0);
	bs_world_test_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_load_goes_on_where_it_was),
		cmocka_unit_test(test_a_trace_goes_on_where_it_was),
		cmocka_unit_test(test_what_is_raw_at_a_pause),
		cmocka_unit_test(test_the_worker_hears_of_it_later),
		cmocka_unit_test(test_what_a_snapshot_carries),
		cmocka_unit_test(test_a_snapshot_waits_for_hints),
		cmocka_unit_test(test_content_and_residency_are_two_things),
		cmocka_unit_test(test_it_comes_back),
		cmocka_unit_test(test_what_was_reported_is_not_there),
		cmocka_unit_test(test_restored_and_cold),
		cmocka_unit_test(test_one_guest_is_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
