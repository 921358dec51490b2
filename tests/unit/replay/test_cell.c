// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cell.c: what a run means, on traces of a few events whose figures can be worked
 * out by hand (MEANING.md, time and blocks and identity).
 */
#include "bs_test.h"

#include "bs_run_test.h"

#define MS BS_NS_PER_MS
#define SEC BS_NS_PER_S

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/*
 * used      4 MiB |########|        |     40 MiB x s
 * resident  4 MiB |########|########|     none gives nothing back: 40 MiB x s beyond used
 *                 0       10       20 s
 */
static void test_integrals(void **state)
{
	static const struct bs_trace_event ev[] = {
		{.kind = BS_EV_ALLOC, .order = 10},
		{.time = 10 * SEC, .kind = BS_EV_FREE, .order = 10, .arg = 1},
	};
	struct bs_run run;

	(void)state;
	bs_run_setup(&run, "none", ev, COUNT(ev));
	run.cfg.window.tail = 10 * SEC;
	bs_run_go(&run);
	assert_int_equal(bs_run_metric(&run, "used_mib_s"), 40);
	assert_int_equal(bs_run_metric(&run, "held_mib_s"), 40);
	assert_int_equal(bs_run_metric(&run, "peak_resident_bytes"), 4 << 20);
	bs_result_free(run.r);
}

/* A round starts where the last event of the one before plus the gap is; nothing stays in use
 * between rounds: the block that the trace never frees is freed and taken again. */
static void test_rounds(void **state)
{
	static const struct bs_trace_event ev[] = {
		{.kind = BS_EV_PRE, .order = 9},
		{.time = 1 * SEC, .kind = BS_EV_ALLOC, .order = 10},
		{.time = 2 * SEC, .kind = BS_EV_MARK},
	};
	struct bs_run run;

	(void)state;
	bs_run_setup(&run, "none", ev, COUNT(ev) - 1);
	run.cfg.window.repeat = 3;
	run.cfg.window.gap = 4 * SEC;
	run.cfg.window.tail = 1 * SEC;
	bs_run_go(&run);
	/* 2 MiB throughout; 4 MiB from 1 to 5, 6 to 10, 11 to 12: the window is 3 x 1 + 2 x 4 + 1 */
	assert_int_equal(bs_run_metric(&run, "used_mib_s"), 2 * 12 + 4 * (4 + 4 + 1));
	assert_int_equal(bs_run_metric(&run, "alloc_failed"), 0);
	assert_int_equal(bs_run_metric(&run, "unusable_frees"), 0);
	bs_result_free(run.r);
}

/*
 * A block of 2 MiB is freed in three parts, the middle first.
 *
 *   |AAAA AAAA|   |AAff AAAA|   |ffff AAAA|   |ffff ffff|
 */
static void test_parts_of_a_block_are_freed(void **state)
{
	static const struct bs_trace_event ev[] = {
		{.kind = BS_EV_ALLOC, .order = 9},
		{.time = 1 * SEC, .kind = BS_EV_FREE, .order = 7, .arg = 1, .offset = 128},
		{.time = 2 * SEC, .kind = BS_EV_FREE, .order = 7, .arg = 1},
		{.time = 3 * SEC, .kind = BS_EV_FREE, .order = 8, .arg = 1, .offset = 256},
		{.time = 4 * SEC, .kind = BS_EV_ALLOC, .order = 9},
		{.time = 5 * SEC, .kind = BS_EV_FREE, .order = 9, .arg = 1},
	};
	struct bs_run run;

	(void)state;
	bs_run_setup(&run, "none", ev, COUNT(ev));
	bs_run_go(&run);
	assert_int_equal(bs_run_metric(&run, "unusable_frees"), 0);
	assert_int_equal(bs_run_metric(&run, "skipped_frees"), 0);
	/* 2 + 1.5 + 1 + 0 + 2 MiB, a second each */
	assert_int_equal(bs_run_metric(&run, "used_mib_s"), 6);
	bs_result_free(run.r);
}

/* What cannot be allocated is counted, and its free is skipped, never forced. */
static void test_failed_allocations(void **state)
{
	struct bs_trace_event ev[200];
	struct bs_run run;
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < 100; i++)
		ev[n++] = (struct bs_trace_event){.kind = BS_EV_ALLOC, .order = 10};
	for (size_t i = 0; i < 100; i++)
		ev[n++] = (struct bs_trace_event){
			.time = SEC, .kind = BS_EV_FREE, .order = 10, .arg = (uint32_t)(100 - i)};
	bs_run_setup(&run, "none", ev, n);
	bs_run_go(&run);
	assert_true(bs_run_metric(&run, "alloc_failed") >= 36); /* 400 MiB do not fit into 256 */
	assert_int_equal(bs_run_metric(&run, "skipped_frees"), bs_run_metric(&run, "alloc_failed"));
	assert_int_equal(bs_run_metric(&run, "false_oom"), 0);
	bs_result_free(run.r);
}

/*
 * hypercall: the CPU that frees makes the call, here 10 ms. Its next event waits, the other CPU's
 * does not.
 *
 *   CPU 0  free at 0 |== call ==| alloc recorded at 4 ms happens at 10 ms: 6 ms late
 *   CPU 1             alloc at 5 ms happens at 5 ms
 */
static void test_a_call_blocks_its_cpu_only(void **state)
{
	static const struct bs_trace_event ev[] = {
		{.kind = BS_EV_PRE, .order = 9},
		{.time = 1, .kind = BS_EV_FREE, .order = 9, .arg = 1},
		{.time = 4 * MS + 1, .kind = BS_EV_ALLOC, .order = 0},
		{.time = 5 * MS + 1, .kind = BS_EV_ALLOC, .order = 0, .cpu = 1},
		{.time = 20 * MS, .kind = BS_EV_ALLOC, .order = 0},
	};
	struct bs_run run;

	(void)state;
	bs_run_setup(&run, "hypercall", ev, COUNT(ev));
	run.costs.per_request = 10 * MS;
	bs_run_go(&run);
	assert_int_equal(bs_run_metric(&run, "calls"), 1);
	assert_int_equal(bs_run_metric(&run, "guest_stall_ns.request"), 10 * MS);
	assert_int_equal(bs_run_metric(&run, "guest_stall_ns.total"), 10 * MS);
	assert_int_equal(bs_run_metric(&run, "stall_per_minute"), 3 * 10 * SEC); /* in 20 ms */
	assert_int_equal(bs_run_metric(&run, "host_ns"), 10 * MS);
	/* one of three allocations */
	assert_int_equal(bs_run_metric(&run, "alloc_delay_ns.nonzero"), 1);
	assert_int_equal(bs_run_metric(&run, "alloc_delay_ns.p50"), 0);
	assert_int_equal(bs_run_metric(&run, "alloc_delay_ns.p90"), 6 * MS);
	assert_int_equal(bs_run_metric(&run, "alloc_delay_ns.max"), 6 * MS);
	assert_int_equal(bs_run_metric(&run, "late_end_ns"), 0);
	bs_result_free(run.r);
}

/* The block that CPU 0 still has to allocate is freed by CPU 1: the free comes after it, wherever
 * it was recorded, and nothing is lost. */
static void test_a_free_follows_its_late_allocation(void **state)
{
	static const struct bs_trace_event ev[] = {
		{.kind = BS_EV_PRE, .order = 9},
		{.time = 1, .kind = BS_EV_FREE, .order = 9, .arg = 1},
		{.time = 2 * MS, .kind = BS_EV_ALLOC, .order = 3},
		{.time = 3 * MS, .kind = BS_EV_FREE, .order = 3, .cpu = 1, .arg = 1},
		{.time = 4 * MS, .kind = BS_EV_ALLOC, .order = 2, .cpu = 1},
		{.time = 30 * MS, .kind = BS_EV_FREE, .order = 2, .cpu = 0, .arg = 1},
	};
	struct bs_run run;

	(void)state;
	bs_run_setup(&run, "hypercall", ev, COUNT(ev));
	run.costs.per_request = 10 * MS;
	bs_run_go(&run);
	assert_int_equal(bs_run_metric(&run, "skipped_frees"), 0);
	assert_int_equal(bs_run_metric(&run, "unusable_frees"), 0);
	assert_int_equal(bs_run_metric(&run, "alloc_failed"), 0);
	bs_result_free(run.r);
}

/*
 * rotation waits 2 s after a free. The guest is paused 1 s into that, for 60 s: the timer stands
 * still, the pass comes 1 s after the resume. (The first pass, 2 s after the start, finds it all.)
 */
static void test_a_timer_stands_still_while_the_guest_is_paused(void **state)
{
	struct bs_trace_event ev[] = {
		{.kind = BS_EV_PRE, .order = 10},
		{.kind = BS_EV_PRE, .order = 10},
		{.time = 10 * SEC, .kind = BS_EV_FREE, .order = 10, .arg = 1},
		{.time = 10 * SEC, .kind = BS_EV_FREE, .order = 10, .arg = 2},
		{.time = 11 * SEC, .kind = BS_EV_PAUSE},
		{.time = 71 * SEC, .kind = BS_EV_RESUME},
	};
	struct bs_run run;

	(void)state;
	bs_run_setup(&run, "rotation", ev, COUNT(ev));
	run.cfg.window.tail = 10 * SEC;
	bs_run_go(&run);
	assert_int_equal(bs_run_metric(&run, "settle_ns.t99"), 1 * SEC);
	/* What was never touched is raw, too, and nothing that a pause would carry. */
	assert_int_equal(bs_run_metric(&run, "paused_raw_bytes"), 8 << 20);
	assert_true(bs_run_metric(&run, "left_raw_bytes") > 8 << 20);
	assert_int_equal(bs_run_metric(&run, "returned_bytes"), 8 << 20);
	bs_result_free(run.r);

	/* Without the pause the same pass comes 2 s after the free. */
	bs_run_setup(&run, "rotation", ev, 4);
	run.cfg.window.tail = 10 * SEC;
	bs_run_go(&run);
	assert_int_equal(bs_run_metric(&run, "settle_ns.t99"), 2 * SEC);
	bs_result_free(run.r);
}

/* While the worker waits for the device, the guest goes on: the block at the device is not given
 * out, the others are. */
static void test_the_world_runs_on_during_a_call(void **state)
{
	struct bs_trace_event ev[80];
	struct bs_run run;
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < 20; i++)
		ev[n++] = (struct bs_trace_event){.kind = BS_EV_PRE, .order = 10};
	for (size_t i = 0; i < 20; i++)
		ev[n++] = (struct bs_trace_event){.time = 10 * SEC,
						  .kind = BS_EV_FREE,
						  .order = 10,
						  .arg = (uint32_t)(20 - i)};
	/* the pass starts at 12 s and its calls take 5 s each */
	for (size_t i = 0; i < 10; i++)
		ev[n++] = (struct bs_trace_event){
			.time = 13 * SEC + i, .kind = BS_EV_ALLOC, .order = 10};
	bs_run_setup(&run, "rotation", ev, n);
	run.costs.per_request = 5 * SEC;
	run.cfg.window.tail = 60 * SEC;
	bs_run_go(&run);
	assert_int_equal(bs_run_metric(&run, "alloc_failed"), 0);
	assert_int_equal(bs_run_metric(&run, "guest_stall_ns.total"),
			 0); /* nobody waits for a worker */
	assert_true(bs_run_metric(&run, "calls") > 0);
	bs_result_free(run.r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_integrals),
		cmocka_unit_test(test_rounds),
		cmocka_unit_test(test_parts_of_a_block_are_freed),
		cmocka_unit_test(test_failed_allocations),
		cmocka_unit_test(test_a_call_blocks_its_cpu_only),
		cmocka_unit_test(test_a_free_follows_its_late_allocation),
		cmocka_unit_test(test_a_timer_stands_still_while_the_guest_is_paused),
		cmocka_unit_test(test_the_world_runs_on_during_a_call),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
