// SPDX-License-Identifier: GPL-2.0-or-later
/* locks.c, lock_costs.c: who comes to a lock that another CPU has waits for what that one does. */
#include "bs_world_test.h"

#include "bs_trace_test.h"

#include <errno.h>
#include <string.h>

#include <buddysim/gfp.h>

#include "guest_memory.h"
#include "locks.h"
#include "reporter.h"

/* Easy to tell apart. */
static const struct bs_lock_costs costs = {.hold = 1000000,
					   .handoff = 200000,
					   .block = 30000,
					   .split = 4000,
					   .merge = 500,
					   .node = 60,
					   .hook = 0,
					   .space = 7};
static const struct bs_gfp_use user = {.user = true};

static struct bs_guest *guest(struct bs_world_test *t, bool charges)
{
	struct bs_guest *g;

	bs_world_test_init(t);
	t->machine.kernel = "linux-5.4"; /* huge pages are on no per-cpu list */
	g = bs_world_test_add(t, "none");
	assert_int_equal(bs_contention_begin(g, &costs, charges), 0);
	return g;
}

static bs_pfn take(struct bs_guest *g, unsigned int cpu, unsigned int order)
{
	return bs_guest_alloc(g, cpu, BS_GFP_TRANSHUGE, order, 7, user);
}

/* The largest block is on its list: no split, one block that leaves. */
#define TAKES_10 (costs.hold + costs.block)

static void test_the_second_waits(void **state)
{
	struct bs_world_test t;
	struct bs_guest *g = guest(&t, false);
	const struct bs_lock_figures *f = &g->contention->f;

	(void)state;
	take(g, 0, 10);
	assert_int_equal(g->cpus[0].blocked_ns[BS_CAUSE_WAIT], 0);
	assert_int_equal(g->cpus[0].busy_until, 0); /* a trace has that in its times */
	take(g, 1, 10);
	assert_int_equal(g->cpus[1].blocked_ns[BS_CAUSE_WAIT], TAKES_10);
	assert_int_equal(g->cpus[1].busy_until, TAKES_10);
	assert_int_equal(f->taken, 2);
	assert_int_equal(f->waited, 1);
	assert_int_equal(f->wait_ns, TAKES_10);
	assert_int_equal(f->longest_wait_ns, TAKES_10);
	assert_int_equal(f->hold_ns, 2 * TAKES_10 + costs.handoff);
	/* ... and who comes when it is free does not */
	bs_clock_run(&t.w.clock, 10 * BS_NS_PER_MS);
	take(g, 0, 10);
	assert_int_equal(f->waited, 1);
	bs_world_test_free(&t);
}

/* Its own hold is nothing that a CPU waits for; in a closed loop it takes its time. */
static void test_a_closed_loop_pays_for_holding(void **state)
{
	struct bs_world_test t;
	struct bs_guest *g = guest(&t, true);

	(void)state;
	take(g, 0, 10);
	assert_int_equal(g->cpus[0].busy_until, TAKES_10);
	take(g, 0, 10);
	assert_int_equal(g->cpus[0].busy_until, 2 * TAKES_10);
	assert_int_equal(g->cpus[0].blocked_ns[BS_CAUSE_WAIT], 0);
	bs_world_test_free(&t);
}

static void test_splits_and_merges_cost(void **state)
{
	struct bs_world_test t;
	struct bs_guest *g = guest(&t, true);
	bs_pfn pfn;

	(void)state;
	pfn = take(g, 0, 8);
	assert_int_equal(g->contention->f.hold_ns, TAKES_10 + 2 * costs.split);
	bs_clock_run(&t.w.clock, 10 * BS_NS_PER_MS);
	bs_guest_free(g, 0, pfn, 8, 7);
	assert_int_equal(g->contention->f.hold_ns,
			 2 * TAKES_10 + 2 * costs.split + 2 * costs.merge);
	bs_world_test_free(&t);
}

static void test_a_per_cpu_list_takes_no_lock(void **state)
{
	struct bs_world_test t;
	struct bs_guest *g = guest(&t, true);
	const struct bs_lock_figures *f = &g->contention->f;
	uint64_t taken;

	(void)state;
	take(g, 0, 0);
	taken = f->taken; /* a refill */
	assert_int_equal(taken, 1);
	take(g, 0, 0);
	take(g, 0, 0);
	assert_int_equal(f->taken, taken);
	bs_world_test_free(&t);
}

static int walks(struct bs_report_ctx *rc, int cpu)
{
	(void)cpu;
	for (unsigned int z = 0; z < bs_zones(rc); z++) {
		bs_zone_lock(rc, z);
		for (bs_pfn p = bs_first(rc, z, 10, BS_MIGRATE_MOVABLE); p != BS_NO_PFN;
		     p = bs_next(rc, 10, p))
			;
		bs_zone_unlock(rc, z);
	}
	return 0;
}

static const struct bs_strategy walker = {.name = "walker",
					  .summary = "walks",
					  .origin = "tests",
					  .abi = BS_STRATEGY_ABI,
					  .pass = walks};

/* A pass has the lock for the nodes that it looks at: who comes then waits, the worker blocks nobody by itself. */
static void test_a_pass_holds_it(void **state)
{
	struct bs_world_test t;
	struct bs_guest *g;
	struct bs_report_stats rs;
	struct bs_error err;

	(void)state;
	bs_world_test_init(&t);
	g = bs_world_test_bind(&t, &walker);
	assert_int_equal(bs_contention_begin(g, &costs, true), 0);
	assert_ok(bs_reporter_start(g, &err), &err);
	bs_report_pass(g->rc, -1);
	bs_report_stats(g->rc, &rs);
	assert_true(rs.nodes_walked > 20);
	assert_int_equal(g->contention->f.worker_hold_ns,
			 bs_zones(g->rc) * costs.hold + rs.nodes_walked * costs.node);
	assert_int_equal(g->cpus[0].busy_until, 0);
	take(g, 0, 10);
	assert_true(g->cpus[0].blocked_ns[BS_CAUSE_WAIT] > costs.hold);
	bs_world_test_free(&t);
}

static void test_an_address_space(void **state)
{
	struct bs_world_test t;
	struct bs_guest *g = guest(&t, true);

	(void)state;
	bs_contention_space(g, 0);
	bs_contention_space(g, 1);
	assert_int_equal(g->cpus[0].busy_until, costs.space);
	assert_int_equal(g->cpus[1].blocked_ns[BS_CAUSE_WAIT], costs.space);
	assert_int_equal(g->contention->f.space_wait_ns, costs.space);
	bs_world_test_free(&t);
}

static void test_costs_as_a_file(void **state)
{
	const char *path = bs_test_path("lock-costs.json");
	struct bs_lock_costs out, shipped;
	struct bs_error err;
	const char *name, *about;
	bool measurable;
	unsigned int n = 0;
	FILE *f;

	(void)state;
	bs_lock_costs_default(&shipped);
	assert_int_equal(shipped.hold, 8);
	assert_ok(bs_lock_costs_write(&costs, path, &err), &err);
	assert_ok(bs_lock_costs_read(path, &out, &err), &err);
	assert_memory_equal(&out, &costs, sizeof(out));
	while (bs_lock_cost_field(&out, n, &name, &about, &measurable))
		n++;
	assert_int_equal(n * sizeof(bs_ns), sizeof(out));
	f = fopen(path, "w");
	fputs("{\"schema\": \"buddysim-lock-costs-1\", \"costs_ns\": {\"hold\": -1}}", f);
	fclose(f);
	assert_true(bs_lock_costs_read(path, &out, &err) < 0);
	assert_int_equal(err.status, BS_INPUT);
	assert_non_null(strstr(err.text, "hold"));
	assert_true(bs_lock_costs_read("/nowhere/at/all", &out, &err) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_second_waits),
		cmocka_unit_test(test_a_closed_loop_pays_for_holding),
		cmocka_unit_test(test_splits_and_merges_cost),
		cmocka_unit_test(test_a_per_cpu_list_takes_no_lock),
		cmocka_unit_test(test_a_pass_holds_it),
		cmocka_unit_test(test_an_address_space),
		cmocka_unit_test(test_costs_as_a_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
