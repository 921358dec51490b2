// SPDX-License-Identifier: GPL-2.0-or-later
/* program.c: a load on a guest, in a closed loop. */
#include "bs_world_test.h"

#include "loads.h"
#include "migrate.h"
#include "mm_range.h"
#include "program.h"
#include "rng.h"

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

/* Whatever the guest's kernel moves meanwhile, each load frees what it has, and what is in it is what it wrote; the base
 * stays as much as it was. */
static void test_whatever_moves(void **state)
{
	static const char *const loads[] = {
		"churn:size=8MiB,tasks=2,order=0,time=3s,base=4MiB,spread=2",
		"memhog:size=16MiB,order=3,cycles=2,hold=1s,pause=1s",
		("process:size=12MiB,tasks=2,cycles=2,hold=1s,pause=500ms,give-back=25,short=500ms,"
		 "scan_sleep=300ms"),
		"process:size=6MiB,tasks=2,cycles=2,hold=1s,pause=500ms,thp=madvise",
		"file-read:size=16MiB,cycles=2,pause=1s,drop=on",
		"build:live=500,process=50,events=8000,gap=1ms",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(loads) / sizeof(loads[0]); i++) {
		struct bs_program_setup setup = {.seed = 1, .resident = BS_RESIDENT_USED};
		struct bs_rng rng;
		struct bs_error err;
		struct run r = {.over = false};

		bs_rng_seed(&rng, i);
		bs_world_test_init(&r.t);
		r.t.machine.memory_bytes = 96 * MIB;
		r.t.machine.kernel = i % 2 ? "linux-6.12" : "linux-6.1";
		r.t.machine.nr_cpus = 3;
		r.t.device.kind = i == 4 ? "model" : "madvise";
		r.g = bs_world_test_add(&r.t, "none");
		assert_ok(bs_load_parse(loads[i], &r.spec, &err), &err);
		setup.spec = &r.spec;
		assert_ok(bs_program_create(r.g, &setup, &r.p, &err), &err);
		assert_ok(bs_program_begin(r.p, 100 * BS_NS_PER_S, &err), &err);
		assert_int_equal(bs_guest_may_move(r.g, NULL), 0);
		for (unsigned int k = 1; k < 60; k++) {
			const bs_pfn start = (bs_pfn)bs_rng_below(&rng, 48) * 512;

			bs_clock_run(&r.t.w.clock, k * 100 * MS);
			if (k % 10 == 0)
				assert_int_equal(bs_mm_compact_memory(r.g->m, 0), 0);
			else if (!bs_mm_alloc_contig(r.g->m, 0, start, start + 512))
				bs_mm_free_contig(r.g->m, 0, start, start + 512);
		}
		assert_true(r.g->moves.pages[BS_MOVER_RANGE] >= 512);
		bs_clock_run(&r.t.w.clock, 60 * BS_NS_PER_S);
		assert_int_equal(r.p->tasks.left, 0);
		assert_int_equal(r.g->used_bytes, i ? 0 : 4 * MIB);
		assert_int_equal(r.p->f.refused, 0);
		assert_ok(bs_machine_check(r.g->m, &err), &err);
		assert_int_equal(bs_device_check(r.g->dev, &err), 0);
		end(&r);
	}
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
		cmocka_unit_test(test_whatever_moves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
