// SPDX-License-Identifier: GPL-2.0-or-later
/* view.c: what somebody sees who looks on, when, and that nobody notices him. */
#include "bs_run_test.h"

#include <stdlib.h>
#include <unistd.h>

#include "bs_trace_test.h"

#define SEC BS_NS_PER_S
#define MIB (UINT64_C(1) << 20)
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* 8 MiB are in use from the start; of these 4 are freed, and taken again. */
static const struct bs_trace_event some[] = {
	{.kind = BS_EV_PRE, .order = 10},
	{.kind = BS_EV_PRE, .order = 10},
	{.time = 1 * SEC, .kind = BS_EV_FREE, .order = 10, .arg = 1},
	{.time = 9 * SEC, .kind = BS_EV_ALLOC, .order = 10},
};

static struct {
	struct bs_view view[4000];
	struct bs_view_row row[4];
	unsigned int nr, nr_rows;
	bs_ns every; /* 0: whenever something happens */
	unsigned int wants;
	volatile int stop;
	unsigned int stop_at;
} seen;

static bs_ns look(void *arg, const struct bs_view *v)
{
	uint64_t parts = v->used + v->pcp + v->below + v->raw + v->hands + v->told + v->nobody,
		 why = 0;

	assert_ptr_equal(arg, &seen);
	assert_true(v->now <= v->until && v->until <= v->end);
	assert_int_equal(parts, v->memory);
	for (unsigned int i = 0; i < BS_NR_VIEW_HELD; i++)
		why += v->why[i];
	assert_int_equal(why, v->held);
	assert_true(seen.nr < COUNT(seen.view));
	seen.view[seen.nr++] = *v;
	seen.stop |= seen.nr == seen.stop_at;
	if (seen.every == BS_NO_TIME)
		return BS_NO_TIME;
	return seen.every ? v->until + seen.every : 0;
}

static void row(void *arg, const struct bs_view_row *r)
{
	assert_ptr_equal(arg, &seen);
	assert_true(seen.nr_rows < COUNT(seen.row));
	seen.row[seen.nr_rows++] = *r;
}

static const struct bs_viewer viewer = {
	.arg = &seen, .wants = &seen.wants, .look = look, .row = row};

static void setup(struct bs_run *run, const char *strategy)
{
	memset(&seen, 0, sizeof(seen));
	bs_run_setup(run, strategy, some, COUNT(some));
	run->cfg.window.tail = 2 * SEC;
	run->costs.per_request = BS_NS_PER_MS;
	run->cfg.output.viewer = &viewer;
}

static const struct bs_view *at(bs_ns t)
{
	for (unsigned int i = 0; i < seen.nr; i++)
		if (seen.view[i].now <= t && t < seen.view[i].until)
			return &seen.view[i];
	fail_msg("not looked at");
	return NULL;
}

/* Idle, then waiting for its 2 s, then at the device for 1 ms with what is free, then idle again. */
static void test_reporter(void **state)
{
	struct bs_run run;
	const struct bs_view *v;

	(void)state;
	setup(&run, "rotation:order=10,delay=2s");
	bs_run_go(&run);
	v = at(SEC / 2);
	assert_int_equal(v->does, BS_REPORTER_WAITING);
	assert_int_equal(v->wake_at, 2 * SEC);
	assert_int_equal(v->pass_at, BS_NO_TIME);
	assert_int_equal(v->used, 8 * MIB);
	assert_int_equal(v->told, 0);
	v = at(2 * SEC + BS_NS_PER_MS / 2);
	assert_int_equal(v->does, BS_REPORTER_AT_DEVICE);
	assert_int_equal(v->in_flight, 1);
	assert_int_equal(v->pass_at, 2 * SEC);
	assert_true(v->hands > 0);
	assert_int_equal(v->why[BS_VIEW_HELD_IN_FLIGHT] + v->why[BS_VIEW_HELD_RAW], 4 * MIB);
	v = at(8 * SEC);
	assert_int_equal(v->does, BS_REPORTER_IDLE);
	assert_int_equal(v->used, 4 * MIB);
	assert_int_equal(v->held, 0);
	assert_true(v->pass_requests > 0);
	assert_int_equal(v->pass_ns % BS_NS_PER_MS, 0);
	assert_int_equal(v->told, v->told_bytes[10]);
	bs_result_free(run.r);
}

/* The last look has what the record has. */
static void test_end(void **state)
{
	static const char *const strategies[] = {"none",      "rotation:order=9,delay=2s",
						 "hypercall", "bitmap",
						 "balloon",   "shared-state"};
	const struct bs_view *v;
	struct bs_run run;

	(void)state;
	for (unsigned int i = 0; i < COUNT(strategies); i++) {
		setup(&run, strategies[i]);
		bs_run_go(&run);
		v = &seen.view[seen.nr - 1];
		assert_true(v->ended);
		assert_int_equal(v->does, BS_REPORTER_ENDED);
		assert_int_equal(v->now, v->end);
		assert_int_equal(v->load_end, 9 * SEC);
		assert_int_equal(v->end, 11 * SEC);
		assert_int_equal(v->events, COUNT(some));
		assert_int_equal(v->held_mib_s, bs_run_metric(&run, "held_mib_s"));
		assert_int_equal(v->cost, bs_run_metric(&run, "cost_ns"));
		assert_int_equal(v->reported, bs_run_metric(&run, "reported_bytes"));
		assert_int_equal(v->requests, bs_run_metric(&run, "calls"));
		assert_int_equal(v->refault_bytes, bs_run_metric(&run, "refault_bytes.total"));
		assert_int_equal(v->stall[BS_VIEW_STALL],
				 bs_run_metric(&run, "guest_stall_ns.total"));
		assert_int_equal(seen.nr_rows, 1);
		assert_int_equal(seen.row[0].held_mib_s, v->held_mib_s);
		assert_int_equal(seen.row[0].cost, v->cost);
		assert_null(seen.row[0].failed);
		bs_result_free(run.r);
	}
}

static char *record(const struct bs_run *run)
{
	const char *path = bs_test_path("watched.json");
	struct bs_error err;
	size_t len;

	assert_ok(bs_result_write(run->r, BS_FORMAT_JSON, false, path, &err), &err);
	return (char *)bs_test_read_file(path, &len);
}

/* Whoever looks, and however often, the record is the same. */
static void test_unnoticed(void **state)
{
	static const char *const strategies[] = {
		"none",	   "rotation:delay=100ms", "boundary",	  "bubble",	 "bitmap",
		"balloon", "shared-state",	   "clairvoyant", "percpu-array"};
	struct bs_run run;

	(void)state;
	for (unsigned int i = 0; i < COUNT(strategies); i++) {
		char *without, *with;

		setup(&run, strategies[i]);
		run.cfg.output.viewer = NULL;
		bs_run_go(&run);
		without = record(&run);
		bs_result_free(run.r);
		setup(&run, strategies[i]);
		seen.wants = BS_VIEW_NOW | BS_VIEW_PASS;
		bs_run_go(&run);
		with = record(&run);
		bs_result_free(run.r);
		assert_string_equal(without, with);
		assert_true(seen.nr > 3);
		free(without);
		free(with);
	}
}

static void run_looking(bs_ns every, unsigned int wants)
{
	struct bs_run run;

	setup(&run, "rotation:order=10,delay=2s");
	seen.every = every;
	seen.wants = wants;
	bs_run_go(&run);
	bs_result_free(run.r);
}

/* As often as it asks for: each second; whenever it wants; at passes; or only at the end. */
static void test_when(void **state)
{
	unsigned int often;

	(void)state;
	run_looking(0, 0);
	often = seen.nr;

	run_looking(SEC, 0);
	assert_in_range(seen.nr, 4, often - 1);
	for (unsigned int i = 1; i + 1 < seen.nr; i++)
		assert_true(seen.view[i].until >= seen.view[i - 1].until + SEC);

	run_looking(BS_NO_TIME, 0);
	assert_int_equal(seen.nr, 2); /* at the beginning, and at the end */

	run_looking(BS_NO_TIME, BS_VIEW_NOW);
	assert_int_equal(seen.nr, often);

	run_looking(BS_NO_TIME, BS_VIEW_PASS);
	for (unsigned int i = 1; i + 1 < seen.nr; i++)
		assert_int_equal(seen.view[i].pass_at, seen.view[i].now);
	assert_int_equal(seen.nr, 2 + seen.view[seen.nr - 1].passes);
}

/* One cell after the other, each seen, the rows in their order; one that does not end has no row. */
static void test_cells(void **state)
{
	static const char *const three[] = {"none", "clairvoyant", "rotation"};
	struct bs_error err;
	struct bs_run run;

	(void)state;
	setup(&run, "none");
	seen.every = SEC;
	run.cfg.strategies = three;
	run.cfg.nr_strategies = 3;
	run.cfg.output.jobs = 3;
	assert_ok(bs_compare(&run.cfg, &run.r, &err), &err);
	assert_int_equal(seen.nr_rows, 3);
	for (unsigned int i = 0, cell = 0; i < seen.nr; i++) {
		assert_int_equal(seen.view[i].cells, 3);
		assert_int_equal(seen.view[i].cell, cell);
		cell += seen.view[i].ended;
	}
	bs_result_free(run.r);

	seen.nr = seen.nr_rows = 0;
	seen.stop_at = 2;
	seen.every = 0;
	run.cfg.output.stop = &seen.stop;
	assert_true(bs_compare(&run.cfg, &run.r, &err) < 0);
	assert_int_equal(err.status, BS_INTERRUPTED);
	assert_in_range(seen.nr, 2, 3);
	assert_int_equal(seen.nr_rows, 0);
	bs_result_free(run.r);
	unlink(run.path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reporter),  cmocka_unit_test(test_end),
		cmocka_unit_test(test_unnoticed), cmocka_unit_test(test_when),
		cmocka_unit_test(test_cells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
