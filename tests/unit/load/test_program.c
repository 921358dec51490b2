// SPDX-License-Identifier: GPL-2.0-or-later
/* program.c: a load on a guest, in a closed loop. */
#include "bs_world_test.h"

#include "loads.h"
#include "program.h"

#define MS BS_NS_PER_MS
#define MIB (UINT64_C(1) << 20)

struct run {
	struct bs_world_test t;
	struct bs_guest *g;
	struct bs_load_spec spec;
	struct bs_program *p;
	bool over;
};

static void over(void *arg)
{
	((struct run *)arg)->over = true;
}

/* @refault: ns per MiB, also of what was never touched. */
static void begin(struct run *r, const char *load, bs_ns refault)
{
	struct bs_program_setup setup = {.spec = &r->spec, .seed = 1, .over = over, .over_arg = r};
	struct bs_error err;

	*r = (struct run){.over = false};
	bs_world_test_init(&r->t);
	r->t.costs.refault_per_mib = refault;
	r->g = bs_world_test_add(&r->t, "none");
	assert_ok(bs_load_parse(load, &r->spec, &err), &err);
	assert_ok(bs_program_create(r->g, &setup, &r->p, &err), &err);
	assert_ok(bs_program_begin(r->p, 100 * BS_NS_PER_S, &err), &err);
}

static void end(struct run *r)
{
	assert_false(r->t.w.clock.failed);
	bs_program_destroy(r->p);
	bs_load_spec_free(&r->spec);
	bs_world_test_free(&r->t);
}

/* What a fault takes comes on top of the task's own work: the next step is later. */
static void test_faults_make_it_slower(void **state)
{
	struct run free_of_cost, costly;

	(void)state;
	begin(&free_of_cost, "memhog:size=64MiB,cycles=1,hold=0,exit=0,fill=32ms", 0);
	bs_clock_run(&free_of_cost.t.w.clock, 10 * BS_NS_PER_S);
	begin(&costly, "memhog:size=64MiB,cycles=1,hold=0,exit=0,fill=32ms", MS);
	bs_clock_run(&costly.t.w.clock, 10 * BS_NS_PER_S);
	assert_true(free_of_cost.over && costly.over);
	assert_int_equal(free_of_cost.p->f.over_at, 32 * MS);
	assert_int_equal(costly.p->f.over_at, 96 * MS);
	assert_int_equal(costly.p->delays.nonzero, 32);
	assert_int_equal(costly.p->delays.max, 2 * MS);
	assert_int_equal(free_of_cost.p->delays.zeroes, 32);
	assert_int_equal(costly.p->f.cycles, 1);
	assert_int_equal(costly.p->cycle_ns.max, 96 * MS);
	end(&free_of_cost);
	end(&costly);
}

/* The base is there before, costs nobody time, and stays; what lay between its pages is free. */
static void test_base(void **state)
{
	struct run r;
	struct bs_device_stats ds;

	(void)state;
	begin(&r, "idle:time=1s,base=16MiB,spread=4", MS);
	assert_int_equal(r.g->used_bytes, 16 * MIB);
	assert_int_equal(r.g->cpus[0].busy_until, 0);
	bs_device_stats(r.g->dev, &ds);
	/* the pages between them were in use, and the host has them */
	assert_true(ds.resident_bytes >= 64 * MIB);
	bs_clock_run(&r.t.w.clock, 5 * BS_NS_PER_S);
	assert_int_equal(r.p->f.over_at, BS_NS_PER_S);
	assert_int_equal(r.g->used_bytes, 16 * MIB);
	end(&r);
}

static void test_lead_in(void **state)
{
	struct run r;

	(void)state;
	begin(&r, "memhog:size=2MiB,cycles=1,hold=1s,fill=0,exit=0,lead=3s", 0);
	bs_clock_run(&r.t.w.clock, 3 * BS_NS_PER_S - 1);
	assert_int_equal(r.p->f.allocations, 0);
	bs_clock_run(&r.t.w.clock, 10 * BS_NS_PER_S);
	assert_int_equal(r.p->f.over_at, 4 * BS_NS_PER_S);
	end(&r);
}

/* More than there is: what fails is counted, and it goes on. */
static void test_too_large(void **state)
{
	struct run r;

	(void)state;
	begin(&r, "memhog:size=512MiB,cycles=2,hold=0,fill=1ms,exit=1ms,pause=1s", 0);
	bs_clock_run(&r.t.w.clock, 10 * BS_NS_PER_S);
	assert_true(r.over);
	assert_int_equal(r.p->f.allocations, 512);
	assert_true(r.p->f.refused > 200);
	assert_int_equal(r.p->f.refused, r.g->alloc_failed);
	assert_int_equal(r.g->used_bytes, 0);
	end(&r);
}

static void test_what_is_not_over_is_unfinished(void **state)
{
	struct run r;

	(void)state;
	begin(&r, "churn:size=4MiB,tasks=2,time=10s", 0);
	bs_clock_run(&r.t.w.clock, BS_NS_PER_S);
	bs_program_close(r.p);
	assert_int_equal(r.p->f.unfinished, 2);
	assert_int_equal(r.p->f.over_at, BS_NO_TIME);
	end(&r);
}

static void test_more_cpus_than_there_are(void **state)
{
	struct bs_program_setup setup = {.seed = 1};
	struct bs_world_test t;
	struct bs_program *p;
	struct bs_load_spec spec;
	struct bs_error err;

	(void)state;
	bs_world_test_init(&t);
	assert_ok(bs_load_parse("churn:tasks=4", &spec, &err), &err);
	setup.spec = &spec;
	assert_true(bs_program_create(bs_world_test_add(&t, "none"), &setup, &p, &err) < 0);
	assert_int_equal(err.status, BS_USAGE);
	bs_load_spec_free(&spec);
	bs_world_test_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_faults_make_it_slower),
		cmocka_unit_test(test_base),
		cmocka_unit_test(test_lead_in),
		cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_what_is_not_over_is_unfinished),
		cmocka_unit_test(test_more_cpus_than_there_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
