// SPDX-License-Identifier: GPL-2.0-or-later
/* cell.c: figures of time, by hand: what blocks a CPU, how late that makes it, and what is cut off. */
#include "bs_run_test.h"

#define MS BS_NS_PER_MS
#define SEC BS_NS_PER_S
#define MIB (UINT64_C(1) << 20)
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const char *const causes[] = {"first_touch", "refault", "host_zero", "request", "install",
				     "zero",	    "poison",  "client",    "wait",    "swap",
				     "restore",	    "reclaim", "refill",    "compact"};

/* The causes add up; nothing else than @cause is among them. */
static void assert_stall(const struct bs_run *run, const char *cause, bs_ns ns)
{
	bs_ns sum = 0;
	char key[64];

	for (size_t i = 0; i < COUNT(causes); i++) {
		snprintf(key, sizeof(key), "guest_stall_ns.%s", causes[i]);
		sum += bs_run_metric(run, key);
		if (strcmp(causes[i], cause))
			assert_int_equal(bs_run_metric(run, key), 0);
		else
			assert_int_equal(bs_run_metric(run, key), ns);
	}
	assert_int_equal(bs_run_metric(run, "guest_stall_ns.total"), sum);
}

/*
 * The host stands still from 1 s on, for 1000 s. CPU 0 makes its call at 2 s and is blocked for good;
 * CPU 1 goes on. The window ends at 3 + 7 s.
 *
 *   CPU 0   free at 2 |== until 1001 s, counted until 10 ...
 *   CPU 1               alloc at 3, on time
 */
static void test_a_device_that_hangs(void **state)
{
	static const struct bs_trace_event ev[] = {
		{.kind = BS_EV_PRE, .order = 9},
		{.time = 2 * SEC, .kind = BS_EV_FREE, .order = 9, .arg = 1},
		{.time = 2 * SEC + 1, .kind = BS_EV_ALLOC, .order = 0},
		{.time = 2 * SEC + 2, .kind = BS_EV_FREE, .order = 0, .arg = 1},
		{.time = 3 * SEC, .kind = BS_EV_ALLOC, .order = 0, .cpu = 1},
	};
	struct bs_run run;
	uint64_t v;

	(void)state;
	bs_run_setup(&run, "hypercall", ev, COUNT(ev));
	run.cfg.host.device.params = "stall_at=1s,stall_for=1000s";
	run.cfg.window.tail = 7 * SEC;
	bs_run_go(&run);
	assert_int_equal(bs_run_metric(&run, "finished"), 0);
	assert_int_equal(bs_run_metric(&run, "unfinished_events"), 2);
	assert_stall(&run, "request", 8 * SEC);
	assert_int_equal(bs_run_metric(&run, "stall_per_minute"), 8 * 20 * SEC); /* 3 s of load */
	assert_int_equal(bs_run_metric(&run, "alloc_delay_ns.nonzero"),
			 0); /* of those that happened */
	assert_int_equal(bs_run_metric(&run, "host_ns"), 0); /* it does nothing */
	assert_int_not_equal(bs_result_metric(run.r, 0, "late_end_ns", &v), 0);
	bs_result_free(run.r);

	/* A worker that hangs blocks nobody. */
	bs_run_setup(&run, "rotation", ev, COUNT(ev));
	run.cfg.host.device.params = "stall_at=1s,stall_for=1000s";
	run.cfg.window.tail = 7 * SEC;
	bs_run_go(&run);
	assert_int_equal(bs_run_metric(&run, "finished"), 1);
	assert_int_equal(bs_run_metric(&run, "late_end_ns"), 0);
	assert_stall(&run, "request", 0);
	bs_result_free(run.r);
}

/*
 * Requests of 50 ms, and 10 ms per MiB that is not there. CPU 0 frees two blocks of 2 MiB 1 ms apart and
 * takes one again; CPU 1 takes a page that nobody had, 10/256 ms.
 *
 *   CPU 0   free 0 |== 50 ==|== 50 ==| alloc, recorded at 2 ms, at 100 |= refault 20 =|
 *           free 1 recorded at 1 ms, happens at 50
 */
static void test_calls_of_50_ms(void **state)
{
	static const struct bs_trace_event ev[] = {
		{.kind = BS_EV_PRE, .order = 9},
		{.kind = BS_EV_PRE, .order = 9},
		{.kind = BS_EV_FREE, .order = 9, .arg = 2},
		{.time = 1 * MS, .kind = BS_EV_FREE, .order = 9, .arg = 1},
		{.time = 2 * MS, .kind = BS_EV_ALLOC, .order = 9},
	};
	struct bs_run run;

	(void)state;
	bs_run_setup(&run, "hypercall", ev, COUNT(ev));
	run.costs = (struct bs_device_costs){.per_request = 50 * MS, .refault_per_mib = 10 * MS};
	run.cfg.window.tail = 10 * SEC;
	bs_run_go(&run);
	assert_int_equal(bs_run_metric(&run, "finished"), 1);
	assert_int_equal(bs_run_metric(&run, "calls"), 2);
	assert_int_equal(bs_run_metric(&run, "guest_stall_ns.request"), 100 * MS);
	assert_int_equal(bs_run_metric(&run, "guest_stall_ns.refault") +
				 bs_run_metric(&run, "guest_stall_ns.first_touch"),
			 20 * MS);
	assert_int_equal(bs_run_metric(&run, "guest_stall_ns.total"), 120 * MS);
	assert_int_equal(bs_run_metric(&run, "late_end_ns"), 98 * MS);
	assert_int_equal(bs_run_metric(&run, "alloc_delay_ns.max"), 118 * MS);
	assert_int_equal(bs_run_metric(&run, "alloc_delay_ns.p50"), 118 * MS); /* the only one */
	assert_int_equal(bs_run_metric(&run, "host_ns"), 100 * MS);
	/* held: what was freed, until its call; rounded up */
	assert_in_range(bs_run_metric(&run, "cost_ns"), 220 * MS, 221 * MS);
	bs_result_free(run.r);
}

/*
 * First touches, 10 ms per MiB: both CPUs take 1 MiB at once, and each is blocked for itself. The second
 * round takes the same pages, which are there.
 */
static void test_two_cpus(void **state)
{
	static const struct bs_trace_event ev[] = {
		{.time = 1 * MS, .kind = BS_EV_ALLOC, .order = 8},
		{.time = 1 * MS, .kind = BS_EV_ALLOC, .order = 8, .cpu = 1},
		{.time = 6 * MS, .kind = BS_EV_FREE, .order = 8, .arg = 2},
		{.time = 7 * MS, .kind = BS_EV_FREE, .order = 8, .cpu = 1, .arg = 1},
	};
	struct bs_run run;

	(void)state;
	for (unsigned int rounds = 1; rounds <= 2; rounds++) {
		bs_run_setup(&run, "none", ev, COUNT(ev));
		run.costs.refault_per_mib = 10 * MS;
		run.cfg.window.repeat = rounds;
		run.cfg.window.gap = SEC;
		run.cfg.window.tail = SEC;
		bs_run_go(&run);
		assert_stall(&run, "first_touch", 20 * MS);
		assert_int_equal(bs_run_metric(&run, "alloc_delay_ns.nonzero"), 2);
		assert_int_equal(bs_run_metric(&run, "alloc_delay_ns.max"), 10 * MS);
		/* both frees happen at 11 ms; the last one was recorded at 7 */
		assert_int_equal(bs_run_metric(&run, "late_end_ns"), rounds == 1 ? 4 * MS : 0);
		bs_result_free(run.r);
	}
}

/* A round ends while its CPU is still blocked: the next one finds it free, and the rest is nobody's. */
static void test_a_round_ends_what_blocks(void **state)
{
	static const struct bs_trace_event ev[] = {
		{.time = 1 * MS, .kind = BS_EV_ALLOC, .order = 8},
		{.time = 2 * MS, .kind = BS_EV_ALLOC, .order = 0, .gfp = BS_GFP_KERNEL},
	};
	struct bs_run run;

	(void)state;
	bs_run_setup(&run, "none", ev, COUNT(ev));
	run.costs.refault_per_mib = 10 * MS;
	run.cfg.window.repeat = 2;
	run.cfg.window.gap = 3 * MS;
	run.cfg.window.tail = SEC;
	bs_run_go(&run);
	/* 1 to 5 ms, where the next round begins and what waits happens at once, its fault included */
	assert_stall(&run, "first_touch", 4 * MS);
	assert_int_equal(bs_run_metric(&run, "alloc_delay_ns.nonzero"), 2);
	assert_int_equal(bs_run_metric(&run, "alloc_delay_ns.max"), 4 * MS);
	assert_int_equal(bs_run_metric(&run, "finished"), 1);
	bs_result_free(run.r);
}

/* Requests that fail, ranges that the host leaves alone, and why. */
static void test_requests_that_fail(void **state)
{
	static const struct bs_trace_event ev[] = {
		{.kind = BS_EV_PRE, .order = 9},
		{.kind = BS_EV_PRE, .order = 9},
		{.kind = BS_EV_FREE, .order = 9, .arg = 2},
		{.time = 1 * MS, .kind = BS_EV_FREE, .order = 9, .arg = 1},
	};
	struct bs_run run;

	(void)state;
	bs_run_setup(&run, "hypercall", ev, COUNT(ev));
	run.cfg.host.device.params = "error_every=2";
	bs_run_go(&run);
	assert_int_equal(bs_run_metric(&run, "failed_calls"), 1);
	assert_int_equal(bs_run_metric(&run, "skipped_ranges"), 1);
	assert_int_equal(bs_run_metric(&run, "skipped_bytes"), 2 * MIB);
	assert_int_equal(bs_run_metric(&run, "host_errors"), 1);
	assert_int_equal(bs_run_metric(&run, "alloc_failed"), 0);
	assert_says(bs_result_warning(run.r, 0),
		    "of 2 requests 1 failed, of 2 ranges 1 were skipped");
	bs_result_free(run.r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_device_that_hangs),
		cmocka_unit_test(test_calls_of_50_ms),
		cmocka_unit_test(test_two_cpus),
		cmocka_unit_test(test_a_round_ends_what_blocks),
		cmocka_unit_test(test_requests_that_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
