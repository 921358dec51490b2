// SPDX-License-Identifier: GPL-2.0-or-later
/* Huge pages of processes in a guest whose free memory lies in small pieces: what a fault, and khugepaged, may do for one. */
#include "bs_world_test.h"

#include <string.h>

#include "guest_memory.h"
#include "loads.h"
#include "pressure.h"
#include "program.h"
#include "user.h"

#define MIB (UINT64_C(1) << 20)

struct run {
	struct bs_world_test t;
	struct bs_guest *g;
	struct bs_load_spec spec;
	struct bs_program *p;
};

/* 64 MiB, of which 48 are free but for every 16th page; a process of 24 MiB. */
static void begin(struct run *r, const char *kernel, const char *rest)
{
	struct bs_program_setup setup = {.spec = &r->spec, .seed = 1};
	struct bs_reclaim_costs costs;
	struct bs_error err;
	char load[256];

	*r = (struct run){.p = NULL};
	snprintf(load, sizeof(load),
		 "process:size=24MiB,cycles=1,hold=10s,base=3MiB,spread=16,lead=1s,%s", rest);
	bs_world_test_init(&r->t);
	r->t.machine.kernel = kernel;
	r->t.machine.memory_bytes = 64 * MIB;
	r->g = bs_world_test_add(&r->t, "none");
	for (unsigned int i = 0; i < r->g->nr_cpus; i++)
		r->g->cpus[i].counted_until = 100 * BS_NS_PER_S;
	bs_reclaim_costs_default(&costs);
	assert_int_equal(bs_pressure_begin(r->g, &costs, 0), 0);
	bs_mm_set_proactiveness(r->g->m, 0);
	assert_ok(bs_load_parse(load, &r->spec, &err), &err);
	assert_ok(bs_program_create(r->g, &setup, &r->p, &err), &err);
	assert_ok(bs_program_begin(r->p, 100 * BS_NS_PER_S, &err), &err);
}

static void end(struct run *r)
{
	struct bs_error err;

	assert_false(r->t.w.clock.failed);
	assert_ok(bs_machine_check(r->g->m, &err), &err);
	bs_program_destroy(r->p);
	bs_load_spec_free(&r->spec);
	bs_world_test_free(&r->t);
}

struct did {
	uint64_t alloc, failed, collapsed, waited, kswapd, kcompactd;
};

static struct did until(struct run *r, bs_ns at)
{
	const struct bs_pressure_figures *f = &r->g->pressure->f;
	struct bs_user_counts n;

	bs_clock_run(&r->t.w.clock, at);
	memset(&n, 0, sizeof(n));
	bs_tasks_user_counts(&r->p->tasks, &n);
	return (struct did){n.thp_alloc, n.thp_failed,	 n.collapse_alloc,
			    f->waited,	 f->kswapd_runs, f->kcompactd_runs};
}

/* How often somebody was asked for when a huge page is not to be had. */
static uint64_t wakes(struct run *r, unsigned int gfp)
{
	const uint64_t before = bs_mm_kswapd_asked(r->g->m);

	assert_int_equal(bs_guest_try(r->g, 0, gfp, 9, 0, (struct bs_gfp_use){.user = true}),
			 BS_NO_PFN);
	return bs_mm_kswapd_asked(r->g->m) - before;
}

/* defrag=madvise, not advised, and never: no block, no attempt, and nobody is woken. */
static void test_nothing(void **state)
{
	static const char *const cases[] = {"defrag=madvise,scan_sleep=0",
					    "defrag=never,advised=on,scan_sleep=0"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct run r;
		struct did d;

		begin(&r, "linux-6.12", cases[i]);
		d = until(&r, 5 * BS_NS_PER_S);
		assert_true(d.failed > 0);
		assert_int_equal(d.alloc + d.failed, 12);
		assert_int_equal(d.waited, 0);
		assert_int_equal(r.g->alloc_failed, 0);
		/* kswapd ran for pageblocks that were mixed, and for no huge page. */
		assert_int_equal(wakes(&r, 0x3d20ca), 0);
		assert_int_equal(wakes(&r, 0x3d28ca), 1);
		end(&r);
	}
}

/* defer: kswapd is woken, and wakes kcompactd; the fault does not wait for them. */
static void test_defer(void **state)
{
	struct run r;
	struct did d;

	(void)state;
	begin(&r, "linux-6.12", "defrag=defer,scan_sleep=0");
	d = until(&r, 5 * BS_NS_PER_S);
	assert_true(d.failed > 0);
	assert_int_equal(d.waited, 0);
	assert_true(d.kswapd > 0 && d.kcompactd > 0);
	assert_int_equal(r.g->cpus[0].blocked_ns[BS_CAUSE_COMPACT], 0);
	end(&r);
}

/* always, or advised: the fault compacts for itself, has all its huge pages, and waits for them. */
static void test_direct(void **state)
{
	static const char *const kernels[] = {"linux-6.1", "linux-6.12", "linux-7.3"};
	static const char *const cases[] = {"defrag=always,scan_sleep=0",
					    "defrag=madvise,advised=on,scan_sleep=0",
					    "defrag=defer+madvise,advised=on,scan_sleep=0"};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct run r;
		struct did d;

		begin(&r, kernels[i], cases[i]);
		d = until(&r, 5 * BS_NS_PER_S);
		assert_true(d.waited > 0);
		assert_true(d.alloc >= 10);
		assert_true(r.g->cpus[0].blocked_ns[BS_CAUSE_COMPACT] > 0);
		end(&r);
	}
}

/* What faults did not get khugepaged makes, as far as it may compact; a pass that finds no block ends. */
static void test_khugepaged(void **state)
{
	struct run r;
	struct did d;

	(void)state;
	begin(&r, "linux-6.12", "scan_sleep=500ms,alloc_sleep=500ms");
	d = until(&r, 9 * BS_NS_PER_S);
	assert_true(d.failed > 0);
	assert_true(d.alloc + d.collapsed >= 11);
	assert_true(d.waited > 0);
	end(&r);
	begin(&r, "linux-6.12", "scan_sleep=500ms,alloc_sleep=500ms,khugepaged_defrag=off");
	d = until(&r, 9 * BS_NS_PER_S);
	assert_int_equal(d.collapsed, 0);
	assert_int_equal(d.waited, 0);
	assert_true(bs_user_counts(r.p->tasks.user)->collapse_failed > 5);
	end(&r);
}

/*
 * A process has given back most of each huge page, which frees nothing; another one, that needs more than is free,
 * has the rest of them: the shrinker splits them.
 */
static void test_deferred_split(void **state)
{
	static const char *const load =
		"process:size=24MiB,tasks=2,cycles=1,hold=10s,give-back=75,scan_sleep=0,cpus=1";
	struct run r = {.p = NULL};
	struct bs_program_setup setup = {.spec = &r.spec, .seed = 1};
	struct bs_reclaim_costs costs;
	struct bs_user_counts n;
	struct bs_error err;

	(void)state;
	bs_world_test_init(&r.t);
	r.t.machine.memory_bytes = 40 * MIB;
	r.g = bs_world_test_add(&r.t, "none");
	bs_reclaim_costs_default(&costs);
	assert_int_equal(bs_pressure_begin(r.g, &costs, 0), 0);
	assert_ok(bs_load_parse(load, &r.spec, &err), &err);
	assert_ok(bs_program_create(r.g, &setup, &r.p, &err), &err);
	assert_ok(bs_program_begin(r.p, 100 * BS_NS_PER_S, &err), &err);
	bs_clock_run(&r.t.w.clock, 5 * BS_NS_PER_S);
	assert_true(bs_tasks_user_counts(&r.p->tasks, &n));
	assert_true(n.split_page > 0);
	assert_true(n.split_freed >= n.split_page * 384);
	assert_int_equal(r.g->pressure->f.oom_kills, 0);
	assert_int_equal(r.g->alloc_failed, 0);
	end(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing),	       cmocka_unit_test(test_defer),
		cmocka_unit_test(test_direct),	       cmocka_unit_test(test_khugepaged),
		cmocka_unit_test(test_deferred_split),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
