// SPDX-License-Identifier: GPL-2.0-or-later
/* world.c, guest.c, ledger.c, host.c: several guests on one clock and one host, and what each holds. */
#include "bs_world_test.h"

#include <stdio.h>

#include <buddysim/gfp.h>

#include "guest_memory.h"
#include "reporter.h"
#include "request.h"

#define MS BS_NS_PER_MS
#define SEC BS_NS_PER_S
#define MIB (UINT64_C(1) << 20)

static bs_pfn take(struct bs_guest *g, unsigned int order)
{
	return bs_guest_alloc(g, 0, BS_GFP_HIGHUSER_MOVABLE, order, 0,
			      (struct bs_gfp_use){.user = true});
}

static void test_guests_share_a_clock_and_nothing_else(void **state)
{
	struct bs_world_test t;
	struct bs_guest *a, *b;

	(void)state;
	bs_world_test_init(&t);
	t.costs.per_request = 3 * MS;
	a = bs_world_test_add(&t, "none");
	t.machine.memory_bytes = 128 * MIB;
	t.machine.kernel = "linux-6.12";
	b = bs_world_test_add(&t, "rotation");
	assert_ptr_equal(t.w.guests, a);
	assert_ptr_equal(a->after, b);
	assert_string_equal(bs_kernel_name(b->m), "linux-6.12");
	assert_true(bs_max_pfn(b->m) < bs_max_pfn(a->m));
	take(a, 10);
	assert_int_equal(b->used_bytes, 0);
	assert_int_equal(bs_request_submit(a, &(struct bs_range){2048, 9}, 1), 0);
	assert_int_equal(b->clock->now, 3 * MS);
	assert_int_equal(bs_device_held(b->dev), 0);
	bs_world_test_free(&t);
}

static void test_a_guest_that_cannot_be_leaves_nothing(void **state)
{
	struct bs_guest_setup setup = {.label = "x"};
	struct bs_world_test t;
	struct bs_spec spec;
	struct bs_guest *g;
	struct bs_error err;

	(void)state;
	bs_world_test_init(&t);
	assert_ok(bs_spec_parse("none", NULL, &spec, &err), &err);
	t.machine.kernel = "minix";
	setup.machine = &t.machine;
	setup.device = &t.device;
	setup.spec = &spec;
	assert_true(bs_world_add(&t.w, &setup, &g, &err) < 0);
	t.machine.kernel = "linux-6.1";
	t.device.capacity = 100000;
	assert_true(bs_world_add(&t.w, &setup, &g, &err) < 0);
	assert_int_equal(err.status, BS_USAGE);
	assert_null(t.w.guests);
	bs_spec_free(&spec);
	bs_world_test_free(&t);
}

/* Another strategy takes over: the marks of the first one stay. */
static void test_another_strategy_takes_over(void **state)
{
	struct bs_world_test t;
	struct bs_spec other;
	struct bs_guest *g;
	struct bs_error err;
	uint64_t raw;

	(void)state;
	bs_world_test_init(&t);
	t.wake_latency = 1;
	g = bs_world_test_add(&t, "rotation");
	raw = bs_report_raw_bytes(g->rc);
	assert_ok(bs_reporter_start(g, &err), &err);
	bs_clock_run(&t.w.clock, 600 * SEC);
	assert_true(bs_report_raw_bytes(g->rc) < raw);
	raw = bs_report_raw_bytes(g->rc);
	assert_ok(bs_spec_parse("list-walk", NULL, &other, &err), &err);
	bs_reporter_stop(g);
	assert_ok(bs_guest_bind(g, &other, &err), &err);
	assert_ptr_equal(g->strategy, other.s);
	assert_int_equal(bs_report_raw_bytes(g->rc), raw);
	bs_spec_free(&other);
	bs_world_test_free(&t);
}

/*
 * used   4 MiB |====|        2 s
 * held         |    |====|   what is free and still the host's, 3 s
 */
static void test_the_ledger_integrates(void **state)
{
	struct bs_world_test t;
	struct bs_ledger l;
	struct bs_guest *g;
	bs_pfn pfn;

	(void)state;
	bs_world_test_init(&t);
	g = bs_world_test_add(&t, "none");
	assert_int_equal(bs_ledger_begin(&l, g, 10 * SEC, true), 0);
	pfn = take(g, 10);
	bs_clock_run(&t.w.clock, 2 * SEC);
	assert_int_equal(bs_ledger_excess(g), 0);
	bs_guest_free(g, 0, pfn, 10, 0);
	assert_int_equal(bs_ledger_excess(g), 4 * MIB);
	bs_ledger_load_end(&l);
	bs_ledger_close(&l, 5 * SEC);
	assert_true(g->ended);
	bs_clock_run(&t.w.clock, 9 * SEC); /* the window is closed */
	assert_int_equal(bs_timeline_used_mib_s(l.tl), 8);
	assert_int_equal(bs_timeline_held_mib_s(l.tl), 12);
	assert_true(bs_timeline_settle(l.tl, 50) == BS_NO_TIME);
	bs_ledger_free(&l);
	bs_world_test_free(&t);
}

static unsigned int told[2], targets;
static struct bs_guest *first;

static void event(struct bs_report_ctx *rc, enum bs_event e, uint64_t v)
{
	if (e == BS_EVENT_PRESSURE)
		told[rc != first->rc] = (unsigned int)v;
	else if (e == BS_EVENT_TARGET)
		targets++;
}

static int pass(struct bs_report_ctx *rc, int cpu)
{
	(void)rc;
	(void)cpu;
	return 0;
}

static const struct bs_strategy listener = {
	.name = "listener",
	.summary = "hears what the host asks",
	.origin = "test",
	.abi = BS_STRATEGY_ABI,
	.pass = pass,
	.event = event,
};

/* What all guests hold together is the pressure of each; what is asked, each is asked. */
static void test_one_host_for_all(void **state)
{
	const struct bs_host_event asks = {.time = 3 * SEC, .ask = BS_HOST_TARGET, .value = MIB};
	struct bs_world_test t;
	struct bs_guest *b;
	struct bs_error err;

	(void)state;
	bs_world_test_init(&t);
	t.host = (struct bs_host_config){
		.memory_bytes = 80 * MIB, .poll = SEC, .events = &asks, .nr_events = 1};
	first = bs_world_test_bind(&t, &listener);
	b = bs_world_test_bind(&t, &listener);
	assert_ok(bs_reporter_start(first, &err), &err);
	assert_ok(bs_reporter_start(b, &err), &err);
	bs_host_start(&t.w.host, 10 * SEC);
	for (int i = 0; i < 5; i++)
		take(first, 10);
	bs_clock_run(&t.w.clock, 0);
	assert_int_equal(told[0], 25);
	for (int i = 0; i < 5; i++)
		take(b, 10);
	bs_clock_run(&t.w.clock, 2 * SEC);
	assert_int_equal(told[0], 50);
	assert_int_equal(told[1], 50);
	assert_int_equal(targets, 0);
	bs_clock_run(&t.w.clock, 60 * SEC);
	assert_int_equal(targets, 2);
	assert_true(bs_clock_next(&t.w.clock) == BS_NO_TIME); /* it does not look for ever */
	bs_world_test_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_guests_share_a_clock_and_nothing_else),
		cmocka_unit_test(test_a_guest_that_cannot_be_leaves_nothing),
		cmocka_unit_test(test_another_strategy_takes_over),
		cmocka_unit_test(test_the_ledger_integrates),
		cmocka_unit_test(test_one_host_for_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
