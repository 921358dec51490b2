// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every load with every strategy, in a closed loop, CPUs contending: no law breaks, content survives, the guest's
 * invariants hold on the way, all of it is given back, and it happens twice in the same way.
 */
#include "bs_result_test.h"

#include <stdlib.h>
#include <string.h>

#include <buddysim/load.h>

static const char *const loads[] = {
	"memhog:size=48MiB,cycles=2,hold=2500ms,pause=2500ms,base=16MiB,spread=4",
	"process:size=16MiB,tasks=2,cycles=2,hold=300ms,pause=300ms,give-back=30,short=200ms,scan_sleep=100ms,lead=300ms",
	"churn:size=16MiB,tasks=3,time=1s,hold=20ms,pause=20ms,lead=300ms",
	"write:size=64MiB,tasks=4,cpus=2,cycles=3,pause=2s",
	"page-fault:size=8MiB,tasks=4,time=60ms,threads=on",
	"page-fault:size=16MiB,tasks=3,order=9,time=300ms",
	"stress-vm:size=16MiB,workers=3,time=500ms",
	"build:events=6000,live=1500,process=80,huge=30,cpus=3,gap=100us",
	"file-read:size=300MiB,tasks=2,cycles=2,pause=500ms,cpus=2",
	"file-write:size=60MiB,tasks=2,cycles=2,pause=500ms,cpus=2",
	"idle:time=3s,base=64MiB,spread=2",
};
#define NR_LOADS (sizeof(loads) / sizeof(loads[0]))

static struct bs_sim_config config_of(const char *load, const char *const *strategy)
{
	struct bs_sim_config cfg;

	bs_sim_defaults(&cfg);
	cfg.load = load;
	cfg.strategies = strategy;
	cfg.nr_strategies = 1;
	cfg.host.device.kind = "madvise"; /* content is there to be looked at */
	cfg.guest.machine.memory_bytes = UINT64_C(256) << 20;
	cfg.guest.contention = "model";
	cfg.window.check_every = 500;
	cfg.window.tail = 5 * BS_NS_PER_S;
	cfg.output.jobs = 1;
	cfg.output.timeline = false;
	return cfg;
}

/* Memory was there for all of it, so that all of it was done: the same work as without reporting, except where
 * it ends at a time. */
static void one(const char *load, const char *strategy)
{
	const char *const list[] = {strategy};
	const struct bs_sim_config cfg = config_of(load, list);
	char *records[2];

	for (unsigned int i = 0; i < 2; i++) {
		struct bs_result *r = NULL;
		struct bs_error err = {0};
		const int ret = bs_compare(&cfg, &r, &err);

		if (ret)
			fail_msg("%s, %s: %s %s", load, strategy, err.where, err.text);
		assert_int_equal(bs_test_figure(r, "content_loss"), 0);
		assert_int_equal(bs_test_figure(r, "unfinished_events"), 0);
		assert_int_equal(bs_test_figure(r, "alloc_failed"), 0);
		assert_int_equal(bs_test_figure(r, "finished"), 1);
		records[i] = bs_test_record(r);
		bs_result_free(r);
	}
	assert_string_equal(records[0], records[1]);
	free(records[0]);
	free(records[1]);
}

static void test_laws_hold_in_a_closed_loop(void **state)
{
	const struct bs_strategy *s;

	(void)state;
	for (unsigned int i = 0; (s = bs_strategy_at(i)); i++)
		for (size_t k = 0; k < NR_LOADS && !(s->caps & BS_CAP_KNOWS_FUTURE); k++)
			one(loads[k], s->name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_laws_hold_in_a_closed_loop)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
