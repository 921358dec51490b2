// SPDX-License-Identifier: GPL-2.0-or-later
/* two_runs.c: what comes of a clairvoyant cell's first run in its second, on traces whose gaps are known
 * (MEANING.md, the bound). */
#include "bs_test.h"

#include <stdlib.h>
#include <string.h>

#include "bs_trace_test.h"
#include "two_runs.h"

#define MS BS_NS_PER_MS
#define SEC BS_NS_PER_S
#define MIB4 (UINT64_C(4) << 20)
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct run {
	struct bs_sim_config cfg;
	struct bs_device_costs costs;
	const char *strategy;
	struct bs_result *r;
};

/* Linux 5.4, where 4 MiB come from the head of their list and go back there: what is freed is what
 * is allocated next. A MiB costs 100 us, which is what holding it for 1 s is worth. */
static void setup(struct run *run, const char *strategy, const struct bs_trace_event *ev, size_t n)
{
	const struct bs_trace_info info = {
		.source = "test", .memory_bytes = UINT64_C(256) << 20, .nr_cpus = 1};
	struct bs_trace_event *all = calloc(n, sizeof(*all));

	assert_non_null(all);
	memcpy(all, ev, n * sizeof(*all));
	for (size_t i = 0; i < n; i++) {
		all[i].pfn = BS_NO_PFN;
		all[i].order = 10;
		if (all[i].kind == BS_EV_ALLOC)
			all[i].gfp = BS_GFP_HIGHUSER_MOVABLE;
	}
	memset(run, 0, sizeof(*run));
	bs_sim_defaults(&run->cfg);
	run->strategy = strategy;
	run->cfg.trace_path = bs_test_path("future.cborseq");
	bs_test_write_trace(run->cfg.trace_path, &info, all, n);
	free(all);
	run->costs.refault_per_mib = 100 * BS_NS_PER_US;
	run->costs.install_per_mib = 100 * BS_NS_PER_US;
	run->cfg.strategies = &run->strategy;
	run->cfg.nr_strategies = 1;
	run->cfg.guest.machine.kernel = "linux-5.4";
	run->cfg.host.device.kind = "model";
	run->cfg.host.device.costs = &run->costs;
	run->cfg.host.device.thp = BS_THP_NEVER;
	run->cfg.window.tail = 10 * SEC;
	run->cfg.window.check_every = 1;
}

static uint64_t metric(const struct run *run, const char *key)
{
	uint64_t v = 0;

	assert_int_equal(bs_result_metric(run->r, 0, key, &v), 0);
	return v;
}

static void go(struct run *run)
{
	struct bs_error err;

	assert_ok(bs_compare(&run->cfg, &run->r, &err), &err);
}

/*
 * One block of 4 MiB and its gaps; a MiB left alone for more than 1 s pays.
 *
 *   used   |####|    |####|     |####|       |####|
 *          0    1    2    3     4+1ns 5      8    9 s
 *   gap          1 s       1 s + 1 ns   3 s       for ever
 *   done         held      reported     reported  reported
 */
static const struct bs_trace_event gaps[] = {
	{.kind = BS_EV_ALLOC},
	{.time = 1 * SEC, .kind = BS_EV_FREE, .arg = 1},
	{.time = 2 * SEC, .kind = BS_EV_ALLOC},
	{.time = 3 * SEC, .kind = BS_EV_FREE, .arg = 1},
	{.time = 4 * SEC + 1, .kind = BS_EV_ALLOC},
	{.time = 5 * SEC, .kind = BS_EV_FREE, .arg = 1},
	{.time = 8 * SEC, .kind = BS_EV_ALLOC},
	{.time = 9 * SEC, .kind = BS_EV_FREE, .arg = 1},
};

static void test_the_gaps_that_pay_are_reported(void **state)
{
	struct run run;

	(void)state;
	setup(&run, "clairvoyant", gaps, COUNT(gaps));
	go(&run);
	assert_int_equal(metric(&run, "returned_bytes"), 3 * MIB4);
	assert_int_equal(metric(&run, "refault_bytes.total"), 2 * MIB4);
	assert_int_equal(metric(&run, "held_mib_s"),
			 4); /* and 20 us, three times, until it wakes */
	/* the first touch, the first gap, and two refaults: 100 us for each MiB or MiB x s; and
	 * 3 x 20 us x 4 */
	assert_in_range(metric(&run, "cost_ns"), 16 * 100 * BS_NS_PER_US,
			16 * 100 * BS_NS_PER_US + 30);
	bs_result_free(run.r);

	/* Where holding is worth half as much, 2 s are held. */
	setup(&run, "clairvoyant", gaps, COUNT(gaps));
	run.cfg.host.weight_ns_per_mib_s = 50 * BS_NS_PER_US;
	go(&run);
	assert_int_equal(metric(&run, "refault_bytes.total"), 1 * MIB4);
	bs_result_free(run.r);

	/* Of huge pages their price decides: here it is nothing, and any gap pays. */
	setup(&run, "clairvoyant", gaps, COUNT(gaps));
	run.cfg.host.device.thp = BS_THP_ALWAYS;
	go(&run);
	assert_int_equal(metric(&run, "refault_bytes.total"), 3 * MIB4);
	bs_result_free(run.r);
}

/* The gap between two rounds is one like any other. */
static void test_rounds(void **state)
{
	struct run run;

	(void)state;
	setup(&run, "clairvoyant", gaps, COUNT(gaps));
	run.cfg.window.repeat = 3;
	run.cfg.window.gap = 2 * SEC;
	go(&run);
	assert_int_equal(metric(&run, "refault_bytes.total"), (3 * 2 + 2) * MIB4);
	bs_result_free(run.r);

	setup(&run, "clairvoyant", gaps, COUNT(gaps));
	run.cfg.window.repeat = 3;
	run.cfg.window.gap = SEC / 2;
	go(&run);
	assert_int_equal(metric(&run, "refault_bytes.total"), 3 * 2 * MIB4);
	bs_result_free(run.r);
}

static volatile int stop;

/* Asked when a run begins: the first one is the first. */
static uint64_t stop_it(void)
{
	stop = 1;
	return 0;
}

/* An interruption in the first run ends it as one in any run, under the cell's name. */
static void test_the_first_run_can_be_stopped(void **state)
{
	struct bs_error err;
	struct run run;

	(void)state;
	stop = 0;
	setup(&run, "clairvoyant:order=10", gaps, COUNT(gaps));
	run.cfg.output.stop = &stop;
	run.cfg.output.allocated = stop_it;
	assert_true(bs_compare(&run.cfg, &run.r, &err) < 0);
	assert_int_equal(err.status, BS_INTERRUPTED);
	assert_string_equal(err.where, "clairvoyant:order=10");
	assert_int_equal(bs_result_cells(run.r), 0);
	bs_result_free(run.r);
}

/* ---- Placement ------------------------------------------------------------------------------- */

/* The pfn of each allocation of the trace. */
static uint32_t *places(const struct bs_sim_config *cfg, const char *text, struct bs_trace *t,
			uint64_t *refaulted)
{
	const struct bs_plan plan = {.cfg = *cfg};
	const uint64_t n = bs_trace_info(t)->numbers;
	uint32_t *pfn = malloc((n + 1) * sizeof(*pfn));
	struct bs_cell_setup setup = {.label = text};
	struct bs_spec spec;
	struct bs_error err;
	struct bs_cell *c;

	assert_non_null(pfn);
	assert_ok(bs_spec_parse(text, NULL, &spec, &err), &err);
	setup.spec = &spec;
	assert_ok(bs_first_run(&plan, &setup, t, &err), &err);
	assert_int_equal(setup.future != NULL, !strncmp(text, "clairvoyant", 11));
	assert_ok(bs_cell_create(&plan, &setup, t, &c, &err), &err);
	assert_ok(bs_cell_run(c, &err), &err);
	*refaulted = c->f.device.refault_bytes;
	memcpy(pfn, c->stream.block_pfn, n * sizeof(*pfn));
	bs_cell_destroy(c);
	bs_future_destroy(setup.future);
	bs_spec_free(&spec);
	return pfn;
}

/* On one CPU it leaves every allocation where strategy none has it, though there is much to refault:
 * this is why what was seen in the first run is true in the second. */
static void test_nothing_moves(void **state)
{
	static const char *const specs[] = {"clairvoyant", "clairvoyant:order=3"};
	struct bs_sim_config cfg;
	struct bs_error err;
	struct bs_trace *t;
	uint64_t refaulted;
	uint32_t *none;

	(void)state;
	bs_sim_defaults(&cfg);
	assert_ok(bs_trace_open(BS_SOURCE_DIR "/traces/memhog_thp.cborseq.zst", &t, &err), &err);
	assert_ok(bs_trace_scan(t, false, &err), &err);
	cfg.host.device.kind = "model";
	cfg.guest.machine.memory_bytes = bs_trace_info(t)->memory_bytes;
	cfg.guest.machine.nr_cpus = 1;
	none = places(&cfg, "none", t, &refaulted);
	assert_int_equal(refaulted, 0);
	for (size_t i = 0; i < COUNT(specs); i++) {
		uint32_t *pfn = places(&cfg, specs[i], t, &refaulted);

		assert_true(refaulted > UINT64_C(500) << 20);
		assert_memory_equal(pfn, none, bs_trace_info(t)->numbers * sizeof(*pfn));
		free(pfn);
	}
	free(none);
	bs_trace_close(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_gaps_that_pay_are_reported),
		cmocka_unit_test(test_rounds),
		cmocka_unit_test(test_the_first_run_can_be_stopped),
		cmocka_unit_test(test_nothing_moves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
