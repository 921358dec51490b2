// SPDX-License-Identifier: GPL-2.0-or-later
/* request.c: what a request costs whom, in which order completions come, and who may meddle. */
#include "bs_world_test.h"

#include <errno.h>
#include <stdio.h>

#include "reporter.h"
#include "request.h"

#define MS BS_NS_PER_MS

struct seen {
	struct bs_world_test t;
	struct bs_guest *g;
	/* of who looks on */
	int keep;
	bs_ns extra, until;
	bool waits;
	unsigned int sending, sent, served;
};

static int sending(void *arg, bs_ns *extra)
{
	struct seen *s = arg;

	s->sending++;
	*extra = s->extra;
	return s->keep;
}

static void sent(void *arg, bs_ns until, bool waits)
{
	struct seen *s = arg;

	s->sent++;
	s->until = until;
	s->waits = waits;
}

static void served(void *arg)
{
	((struct seen *)arg)->served++;
}

/* 3 ms for each request. */
static void begin(struct seen *s, const char *strategy)
{
	memset(s, 0, sizeof(*s));
	bs_world_test_init(&s->t);
	s->t.costs.per_request = 3 * MS;
	s->g = bs_world_test_add(&s->t, strategy);
	s->g->watch =
		(struct bs_watch){.arg = s, .sending = sending, .sent = sent, .served = served};
}

static const struct bs_range one = {512, 9}, two = {1024, 9};

static void test_time_passes_while_it_waits(void **state)
{
	struct seen s;

	(void)state;
	begin(&s, "none");
	assert_int_equal(bs_request_submit(s.g, &one, 1), 0);
	assert_int_equal(s.t.w.clock.now, 3 * MS);
	assert_int_equal(s.g->cpus[0].busy_until, 0); /* the worker waits, no CPU does */
	assert_int_equal(s.until, 3 * MS);
	assert_false(s.waits);
	assert_int_equal(s.served, 1);
	bs_world_test_free(&s.t);
}

/* Two are out at once; each is waited for by its own ticket, once. */
static void test_tickets_are_waited_for_in_any_order(void **state)
{
	struct seen s;
	int a, b;

	(void)state;
	begin(&s, "none");
	a = bs_request_submit_async(s.g, &one, 1);
	b = bs_request_submit_async(s.g, &two, 1);
	assert_true(a >= 0 && b >= 0 && a != b);
	assert_int_equal(s.t.w.clock.now, 0);
	assert_int_equal(bs_request_wait(s.g, b), 0);
	assert_int_equal(bs_request_wait(s.g, a), 0);
	assert_int_equal(bs_request_wait(s.g, a), -ENOENT);
	assert_int_equal(bs_request_wait(s.g, 9999), -ENOENT);
	bs_world_test_free(&s.t);
}

/* The CPU that frees waits for it, nobody else: the host has done it by then. */
static void test_a_call_blocks_its_cpu_alone(void **state)
{
	struct seen s;

	(void)state;
	begin(&s, "hypercall");
	assert_int_equal(bs_request_call(s.g, &one, 1, 1), 0);
	assert_int_equal(s.t.w.clock.now, 0);
	assert_int_equal(s.g->cpus[1].busy_until, 3 * MS);
	assert_int_equal(s.g->cpus[1].blocked_ns[BS_CAUSE_REQUEST], 3 * MS);
	assert_int_equal(s.g->cpus[0].busy_until, 0);
	assert_int_equal(s.served, 1);
	assert_true(s.waits);
	assert_int_equal(s.until, 3 * MS);
	bs_world_test_free(&s.t);
}

/* There and back is nobody's work: a request through a queue takes it, a driver has allocated what it tells before,
 * and a hypercall waits for no other thread. */
static void test_the_way(void **state)
{
	static const struct {
		const char *strategy;
		bs_ns takes;
	} of[] = {{"none", 13 * MS}, {"balloon", 13 * MS + 7}, {"shared-state", 3 * MS}};
	struct bs_device_stats st;
	struct seen s;

	(void)state;
	for (unsigned int i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
		begin(&s, of[i].strategy);
		bs_world_test_free(&s.t);
		bs_world_test_init(&s.t);
		s.t.costs = (struct bs_device_costs){.per_request = 3 * MS,
						     .round_trip = 10 * MS,
						     .take_per_range = 5,
						     .take_per_mib = 1};
		s.g = bs_world_test_add(&s.t, of[i].strategy);
		assert_int_equal(bs_request_submit(s.g, &one, 1), 0);
		assert_int_equal(s.t.w.clock.now, of[i].takes);
		bs_device_stats(s.g->dev, &st);
		assert_int_equal(st.host_ns, 3 * MS);
		bs_world_test_free(&s.t);
	}
	begin(&s, "hypercall");
	bs_world_test_free(&s.t);
	bs_world_test_init(&s.t);
	s.t.costs = (struct bs_device_costs){.per_request = 3 * MS, .round_trip = 10 * MS};
	s.g = bs_world_test_add(&s.t, "hypercall");
	assert_int_equal(bs_request_call(s.g, &one, 1, 1), 0);
	assert_int_equal(s.g->cpus[1].busy_until, 3 * MS);
	bs_world_test_free(&s.t);
}

/* The host hears it in the time of a request and drops nothing. Who tells it waits; for an allocation that found nothing
 * it is the CPU that asked for it. */
static void test_the_host_is_told(void **state)
{
	struct bs_device_stats ds;
	struct seen s;

	(void)state;
	begin(&s, "balloon");
	bs_device_preset_resident(s.g->dev, one.pfn, one.order);
	assert_int_equal(bs_request_tell(s.g, &one, 1), 0);
	assert_int_equal(s.t.w.clock.now, 3 * MS);
	assert_int_equal(s.g->cpus[1].busy_until, 0);
	s.g->client_works = true;
	s.g->client_cpu = 1;
	assert_int_equal(bs_request_tell(s.g, NULL, 0), 0);
	assert_int_equal(s.t.w.clock.now, 3 * MS);
	assert_int_equal(s.g->cpus[1].busy_until, 6 * MS);
	assert_int_equal(s.g->cpus[1].blocked_ns[BS_CAUSE_CLIENT], 3 * MS);
	assert_int_equal(s.served, 0);
	bs_device_stats(s.g->dev, &ds);
	assert_int_equal(ds.requests, 0);
	assert_int_equal(ds.host_ns, 6 * MS);
	assert_true(ds.resident_bytes > 0);
	s.g->ended = true;
	assert_int_equal(bs_request_tell(s.g, NULL, 0), -ESHUTDOWN);
	bs_world_test_free(&s.t);
}

/* A pass that a CPU runs itself blocks that CPU. */
static void test_a_cpus_own_pass_blocks_it(void **state)
{
	struct seen s;

	(void)state;
	begin(&s, "percpu-array");
	s.g->reporter.pass_cpu = 1;
	assert_int_equal(bs_request_submit(s.g, &one, 1), 0);
	assert_int_equal(s.g->cpus[1].busy_until, 3 * MS);
	assert_int_equal(s.g->cpus[0].busy_until, 0);
	bs_world_test_free(&s.t);
}

/* A host that shares the guest's state discards in the instant of the call, and works then. */
static void test_a_host_side_request_is_served_at_once(void **state)
{
	struct seen s;

	(void)state;
	begin(&s, "shared-state");
	assert_int_equal(bs_request_submit(s.g, &one, 1), 0);
	assert_int_equal(s.served, 1);
	assert_int_equal(s.t.w.clock.now, 3 * MS);
	bs_world_test_free(&s.t);
}

/* Who looks on keeps a request from the host, or makes it longer. */
static void test_who_looks_on_can_meddle(void **state)
{
	struct bs_device_stats ds;
	struct seen s;

	(void)state;
	begin(&s, "none");
	s.keep = -EIO;
	s.extra = 2 * MS;
	assert_int_equal(bs_request_submit(s.g, &one, 1), -EIO);
	assert_int_equal(s.t.w.clock.now, 2 * MS);
	assert_int_equal(bs_request_call(s.g, &one, 1, 0), -EIO);
	assert_int_equal(s.g->cpus[0].busy_until, 4 * MS);
	bs_device_stats(s.g->dev, &ds);
	assert_int_equal(ds.requests, 0);
	assert_int_equal(s.served, 0);
	s.keep = 0;
	assert_int_equal(bs_request_submit(s.g, &one, 1), 0);
	assert_int_equal(s.t.w.clock.now, (2 + 5) * MS);
	assert_int_equal(s.sending, 3);
	assert_int_equal(s.sent, 3);
	bs_world_test_free(&s.t);
}

static unsigned int refusals;

static void refused(void *arg, const struct bs_range *r, unsigned int n)
{
	(void)arg;
	refusals++;
	assert_int_equal(n, 1);
	assert_int_equal(r->pfn, one.pfn);
}

/* Memory in use is no reporter's: the run ends, who looks on sees the request. */
static void test_a_request_for_memory_in_use_ends_the_run(void **state)
{
	struct bs_error err;
	struct seen s;
	struct bs_fault_cost cost;

	(void)state;
	begin(&s, "none");
	refusals = 0;
	s.g->watch.refused = refused;
	assert_ok(bs_device_alloc(s.g->dev, one.pfn, 9, 1, 0, &cost, &err), &err);
	assert_true(bs_request_submit(s.g, &one, 1) < 0);
	assert_true(s.t.w.clock.failed);
	assert_int_equal(s.t.w.clock.err.status, BS_INVARIANT);
	assert_int_equal(refusals, 1);
	/* Behind that nothing reaches the device; it is shown all the same. */
	assert_int_equal(bs_request_submit(s.g, &one, 1), -ESHUTDOWN);
	assert_int_equal(refusals, 2);
	bs_world_test_free(&s.t);
}

static void test_nothing_is_reported_behind_the_window(void **state)
{
	struct seen s;

	(void)state;
	begin(&s, "none");
	s.g->ended = true;
	assert_int_equal(bs_request_submit(s.g, &one, 1), -ESHUTDOWN);
	assert_int_equal(bs_request_call(s.g, &one, 1, 0), -ESHUTDOWN);
	assert_int_equal(bs_request_install(s.g, 512, 9, 0), -ESHUTDOWN);
	assert_int_equal(s.sending, 0);
	bs_world_test_free(&s.t);
}

static void test_installing_blocks_who_allocates(void **state)
{
	struct seen s;

	(void)state;
	memset(&s, 0, sizeof(s));
	bs_world_test_init(&s.t);
	s.t.costs.install_per_mib = 5 * MS;
	s.g = bs_world_test_add(&s.t, "shared-state");
	assert_int_equal(bs_request_install(s.g, 512, 9, 1), 0);
	assert_int_equal(s.g->cpus[1].busy_until, 10 * MS);
	assert_int_equal(s.g->cpus[1].blocked_ns[BS_CAUSE_INSTALL], 10 * MS);
	assert_int_equal(bs_request_install(s.g, 512, 9, 1), 0); /* it is there */
	assert_int_equal(s.g->cpus[1].busy_until, 10 * MS);
	bs_world_test_free(&s.t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_time_passes_while_it_waits),
		cmocka_unit_test(test_tickets_are_waited_for_in_any_order),
		cmocka_unit_test(test_a_call_blocks_its_cpu_alone),
		cmocka_unit_test(test_the_way),
		cmocka_unit_test(test_a_cpus_own_pass_blocks_it),
		cmocka_unit_test(test_the_host_is_told),
		cmocka_unit_test(test_a_host_side_request_is_served_at_once),
		cmocka_unit_test(test_who_looks_on_can_meddle),
		cmocka_unit_test(test_a_request_for_memory_in_use_ends_the_run),
		cmocka_unit_test(test_nothing_is_reported_behind_the_window),
		cmocka_unit_test(test_installing_blocks_who_allocates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
