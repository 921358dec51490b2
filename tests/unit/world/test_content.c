// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * content.c, request.c: what the host's side of memory costs the guest's CPUs, on traces of a few
 * events whose figures can be worked out by hand.
 */
#include "bs_test.h"

#include <string.h>

#include <buddysim/gfp.h>

#include "bs_run_test.h"
#include "bs_world_test.h"
#include "content.h"
#include "reporter.h"

#define MS BS_NS_PER_MS
#define SEC BS_NS_PER_S
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/*
 * The host evicts all that is free at its tick at 5 s. CPU 0 then takes 4 MiB: two frames are
 * installed, 5 ms per MiB, so that its next event, recorded at 6.004 s, happens at 6.020 s. CPU 1's
 * is on time.
 *
 *   CPU 0   |== install 2 x 2 MiB ==| alloc, 16 ms late
 *   CPU 1      alloc
 */
static void test_an_install_blocks_who_allocates(void **state)
{
	static const struct bs_trace_event ev[] = {
		{.kind = BS_EV_ALLOC, .order = 10},
		{.time = 1 * SEC, .kind = BS_EV_FREE, .order = 10, .arg = 1},
		{.time = 6 * SEC, .kind = BS_EV_ALLOC, .order = 10},
		{.time = 6 * SEC + 3 * MS, .kind = BS_EV_FREE, .order = 10, .cpu = 1, .arg = 1},
		{.time = 6 * SEC + 4 * MS, .kind = BS_EV_ALLOC, .order = 10},
	};
	struct bs_run run;

	(void)state;
	for (int real = 0; real <= 1; real++) {
		bs_run_setup(&run, "shared-state", ev, COUNT(ev));
		run.cfg.window.tail = 1 * SEC;
		run.costs.install_per_mib = 5 * MS;
		run.costs.refault_per_mib = 1; /* not the fault's price */
		if (real)
			run.cfg.host.device.kind = "madvise";
		bs_run_go(&run);
		assert_int_equal(bs_run_metric(&run, "late_end_ns"), 16 * MS);
		assert_int_equal(bs_run_metric(&run, "guest_stall_ns.install"), 20 * MS);
		/* 4 MiB are touched for the first time; what was installed is there */
		assert_int_equal(bs_run_metric(&run, "guest_stall_ns.first_touch"), 4);
		assert_int_equal(bs_run_metric(&run, "guest_stall_ns.total"), 20 * MS + 4);
		assert_int_equal(bs_run_metric(&run, "alloc_delay_ns.max"), 20 * MS);
		assert_int_equal(bs_run_metric(&run, "installs"), 2);
		assert_int_equal(bs_run_metric(&run, "install_bytes"), 4 << 20);
		/* needed again, so that the bound's law stands */
		assert_int_equal(bs_run_metric(&run, "refault_bytes.total"), 4 << 20);
		assert_int_equal(bs_run_metric(&run, "discarded_bytes"), 4 << 20);
		bs_result_free(run.r);
	}
}

/* 4 MiB come back in 20 ms, of which the host zeroes for 8. The guest zeroes them for 4 each time, whoever did before;
 * first touches are not divided. */
static void test_who_zeroes(void **state)
{
	static const struct bs_trace_event ev[] = {
		{.kind = BS_EV_ALLOC, .order = 10, .gfp = BS_GFP_TRANSHUGE},
		{.time = 1 * SEC, .kind = BS_EV_FREE, .order = 10, .arg = 1},
		{.time = 2 * SEC, .kind = BS_EV_ALLOC, .order = 10, .gfp = BS_GFP_TRANSHUGE},
	};
	struct bs_run run;

	(void)state;
	bs_run_setup(&run, "hypercall", ev, COUNT(ev));
	run.cfg.window.tail = 1 * SEC;
	run.costs.refault_per_mib = 5 * MS;
	run.costs.host_zero_per_mib = 2 * MS;
	run.costs.zero_per_mib = 1 * MS;
	bs_run_go(&run);
	assert_int_equal(bs_run_metric(&run, "guest_stall_ns.first_touch"), 20 * MS);
	assert_int_equal(bs_run_metric(&run, "guest_stall_ns.refault"), 12 * MS);
	assert_int_equal(bs_run_metric(&run, "guest_stall_ns.host_zero"), 8 * MS);
	assert_int_equal(bs_run_metric(&run, "guest_stall_ns.zero"), 8 * MS);
	bs_result_free(run.r);
}

/*
 * hypercall hints at the free, 3 ms; poisoning 2 MiB takes 2 x 1 ms, faulting it in again 2 x 5 ms. What is
 * next on CPU 0 waits for all of it, recorded 1 ms after the free.
 *
 *   off            |hint 3|                               next: 2 ms late
 *   before         |poison 2|hint 3|                      4 ms; nothing is dropped
 *   before, 0      |poison 2|hint 3|                      4 ms; dropped
 *   after, 0       |hint 3|refault 10|poison 2|           14 ms; dropped, and back again
 *   host           |hint 3|                               2 ms
 */
static void test_who_poisons_when(void **state)
{
	static const struct bs_trace_event ev[] = {
		{.kind = BS_EV_PRE, .order = 9},
		{.time = 1, .kind = BS_EV_FREE, .order = 9, .arg = 1},
		{.time = 1 * MS + 1, .kind = BS_EV_ALLOC, .order = 0},
		{.time = 50 * MS, .kind = BS_EV_ALLOC, .order = 0, .cpu = 1},
	};
	static const struct {
		const char *params;
		uint64_t late_ms, poison_ms, skipped, refaulted, poisoned;
	} cases[] = {
		{"poison=off", 2, 0, 0, 0, 0},
		{"poison=before", 4, 2, 1, 0, 1},
		{"poison=before,poison_byte=0", 4, 2, 0, 0, 1},
		{"poison=after", 4, 2, 1, 0, 1},
		{"poison=after,poison_byte=0", 14, 12, 0, 1, 1},
		{"poison=host", 2, 0, 0, 0, 1},
	};
	struct bs_run run;

	(void)state;
	for (size_t i = 0; i < 2 * COUNT(cases); i++) {
		const size_t k = i / 2;

		bs_run_setup(&run, "hypercall", ev, COUNT(ev));
		run.costs.per_request = 3 * MS;
		run.costs.refault_per_mib = 5 * MS;
		run.costs.poison_per_mib = 1 * MS;
		run.cfg.host.device.params = cases[k].params;
		run.cfg.host.device.kind = i & 1 ? "madvise" : "model";
		bs_run_go(&run);
		assert_int_equal(bs_run_metric(&run, "calls"), 1);
		assert_int_equal(bs_run_metric(&run, "guest_stall_ns.request"), 3 * MS);
		assert_int_equal(bs_run_metric(&run, "guest_stall_ns.poison"),
				 cases[k].poison_ms * MS);
		/* and it faults itself, if the page is gone or new: 1/256 MiB */
		assert_in_range(bs_run_metric(&run, "alloc_delay_ns.max"), cases[k].late_ms * MS,
				cases[k].late_ms * MS + 6 * MS / 256);
		assert_int_equal(bs_run_metric(&run, "discarded_bytes"),
				 cases[k].skipped ? 0 : 2 << 20);
		assert_int_equal(bs_run_metric(&run, "refault_bytes.total"),
				 cases[k].refaulted << 21);
		/* the host's: when the block is first touched, before t0 */
		assert_int_equal(bs_run_metric(&run, "poison_bytes"), cases[k].poisoned << 21);
		bs_result_free(run.r);
	}
}

/* A guest that leaves its memory alone writes no pattern either; and what was free of stamps before
 * t0 (--resident-at-start none) is not poisoned when it is freed. */
static void test_no_poison_where_nothing_is_touched(void **state)
{
	static const struct bs_trace_event ev[] = {
		{.kind = BS_EV_PRE, .order = 9},
		{.time = 1, .kind = BS_EV_FREE, .order = 9, .arg = 1},
		{.time = 1 * MS, .kind = BS_EV_ALLOC, .order = 9, .cpu = 1},
	};
	struct bs_run run;

	(void)state;
	for (int none = 0; none <= 1; none++) {
		bs_run_setup(&run, "none", ev, COUNT(ev));
		run.cfg.host.device.params = "poison=before";
		if (none)
			run.cfg.host.device.touch = BS_TOUCH_NONE;
		else
			run.cfg.guest.resident = BS_RESIDENT_NONE;
		bs_run_go(&run);
		assert_int_equal(bs_run_metric(&run, "poison_bytes"), 0);
		bs_result_free(run.r);
	}
}

/* What the strategy is told of the device is what the device says at that time. */
static void test_the_strategy_hears_that_the_host_is_busy(void **state)
{
	struct bs_world_test t;
	struct bs_env env;

	(void)state;
	bs_world_test_init(&t);
	t.device.params = "stall_at=10ms,stall_for=5ms";
	bs_reporter_env(bs_world_test_add(&t, "none"), &env);
	assert_false(env.busy(env.arg));
	bs_clock_run(&t.w.clock, 12 * MS);
	assert_true(env.busy(env.arg));
	bs_clock_run(&t.w.clock, 15 * MS);
	assert_false(env.busy(env.arg));
	bs_world_test_free(&t);
}

/* User memory is zeroed by the CPU that got it, unless it is known to be zero already; that holds
 * for the block in question and this once. Nobody zeroes for the kernel. */
static void test_known_zero_is_not_zeroed(void **state)
{
	struct bs_device_stats s;
	struct bs_world_test t;
	struct bs_guest *g;
	struct bs_env env;
	bs_ns *busy;

	(void)state;
	bs_world_test_init(&t);
	t.costs.zero_per_mib = 1 * MS;
	g = bs_world_test_add(&t, "shared-state");
	bs_reporter_env(g, &env);
	busy = &g->cpus[1].busy_until;
	bs_guest_zero(g, 1, 512, 9, true);
	assert_int_equal(*busy, 2 * MS);
	env.known_zero(env.arg, 512, 9);
	bs_guest_zero(g, 1, 512, 9, true);
	assert_int_equal(*busy, 2 * MS);
	bs_guest_zero(g, 1, 512, 9, true); /* once */
	assert_int_equal(*busy, 4 * MS);
	env.known_zero(env.arg, 512, 9);
	bs_guest_zero(g, 1, 1024, 9, true); /* another block */
	assert_int_equal(*busy, 6 * MS);
	bs_guest_zero(g, 1, 512, 9, true);
	assert_int_equal(*busy, 8 * MS);
	env.known_zero(env.arg, 512, 9);
	bs_guest_zero(g, 1, 512, 9, false);
	assert_int_equal(*busy, 8 * MS);
	bs_device_stats(g->dev, &s);
	assert_int_equal(s.zeroing_avoided_bytes, 2 << 20);
	assert_int_equal(g->cpus[0].busy_until, 0);
	assert_int_equal(g->cpus[1].blocked_ns[BS_CAUSE_ZERO], 8 * MS);
	bs_world_test_free(&t);
}

/*
 * Zeroing 4 MiB takes the CPU 4 x 1 ms: what it does next, recorded 1 ms later, is 3 ms late. A cost
 * of 0, a kernel's block, or a guest that touches nothing: in time.
 */
static void test_zeroing_keeps_the_cpu_busy(void **state)
{
	struct bs_trace_event ev[] = {
		{.time = 1, .kind = BS_EV_ALLOC, .order = 10},
		{.time = 1 * MS + 1, .kind = BS_EV_ALLOC, .order = 0, .gfp = BS_GFP_KERNEL},
		{.time = 2 * MS, .kind = BS_EV_ALLOC, .order = 0, .gfp = BS_GFP_KERNEL, .cpu = 1},
	};
	struct bs_run run;

	(void)state;
	for (int i = 0; i < 4; i++) {
		ev[0].gfp = i == 2 ? BS_GFP_KERNEL : BS_GFP_HIGHUSER_MOVABLE;
		bs_run_setup(&run, "none", ev, COUNT(ev));
		run.costs.zero_per_mib = i == 1 ? 0 : 1 * MS;
		if (i == 3)
			run.cfg.host.device.touch = BS_TOUCH_NONE;
		run.cfg.window.tail = 1 * SEC;
		bs_run_go(&run);
		assert_int_equal(bs_run_metric(&run, "guest_stall_ns.zero"), i ? 0 : 4 * MS);
		assert_int_equal(bs_run_metric(&run, "guest_stall_ns.total"), i ? 0 : 4 * MS);
		/* itself 4 ms, and the next one 3 */
		assert_int_equal(bs_run_metric(&run, "alloc_delay_ns.nonzero"), i ? 0 : 2);
		assert_int_equal(bs_run_metric(&run, "alloc_delay_ns.p90"), i ? 0 : 4 * MS);
		assert_int_equal(bs_run_metric(&run, "zeroing_avoided_bytes"), 0);
		assert_int_equal(bs_run_metric(&run, "unzeroed_bytes"), 0);
		bs_result_free(run.r);
	}
}

/*
 * --capacity 512 end to end: 1100 frames of 2 MiB in use, every other one freed. The 550 raw blocks
 * of one list leave in two requests; with 32 ranges each it takes 18.
 */
static void test_requests_of_512_ranges(void **state)
{
	enum { FRAMES = 1100 };
	static struct bs_trace_event ev[FRAMES + FRAMES / 2];
	struct bs_run run;
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < FRAMES; i++)
		ev[n++] = (struct bs_trace_event){.kind = BS_EV_PRE, .order = 9};
	for (size_t i = 0; i < FRAMES; i += 2)
		ev[n++] = (struct bs_trace_event){.time = 10 * SEC,
						  .kind = BS_EV_FREE,
						  .order = 9,
						  .arg = (uint32_t)(FRAMES - i)};
	for (int large = 0; large <= 1; large++) {
		uint64_t calls, ranges;

		bs_run_setup(&run, large ? "rotation:capacity=512" : "rotation", ev, n);
		run.cfg.guest.machine.memory_bytes = UINT64_C(4) << 30;
		run.cfg.guest.machine.machine = BS_MACHINE_FLAT;
		run.cfg.host.device.capacity = large ? 512 : 0;
		run.cfg.guest.resident = BS_RESIDENT_USED;
		run.cfg.window.tail = 10 * SEC;
		bs_run_go(&run);
		calls = bs_run_metric(&run, "calls");
		ranges = bs_run_metric(&run, "ranges");
		/* ... and what never was in use, some 450 blocks of 4 MiB, in one instead of 14. */
		assert_in_range(ranges, FRAMES / 2 + 390, FRAMES / 2 + 480);
		assert_in_range(calls, large ? 3 : 30, large ? 3 : 33);
		bs_result_free(run.r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_install_blocks_who_allocates),
		cmocka_unit_test(test_who_zeroes),
		cmocka_unit_test(test_who_poisons_when),
		cmocka_unit_test(test_no_poison_where_nothing_is_touched),
		cmocka_unit_test(test_the_strategy_hears_that_the_host_is_busy),
		cmocka_unit_test(test_known_zero_is_not_zeroed),
		cmocka_unit_test(test_zeroing_keeps_the_cpu_busy),
		cmocka_unit_test(test_requests_of_512_ranges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
