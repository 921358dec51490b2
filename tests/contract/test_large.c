// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A guest of 64 GiB, every strategy, by the engine: processes come and go (tens of thousands of
 * events, huge pages among them, in and out of use by the gigabyte), on the null device, with the
 * allocator's whole check every 2000 events and at the end. The context's laws are on all the time;
 * any that broke ends the run with status 5. What each strategy must have done by then is compared
 * with none, which does nothing.
 */
#include "bs_test.h"

#include <stdio.h>

#include "bs_trace_test.h"

#define MAX_STRATEGIES 32
#define EVENTS "40000"

static uint64_t metric(const struct bs_result *r, unsigned int cell, const char *key)
{
	uint64_t v = 0;

	assert_int_equal(bs_result_metric(r, cell, key, &v), 0);
	return v;
}

static void generate(const char *path, struct bs_trace_info *info)
{
	struct bs_error err;
	const struct bs_generator *g = bs_generator_find("churn", &err);

	assert_non_null(g);
	/* One block in four is a huge page: 3000 live ones are 1.5 GiB; 40 s of it. */
	assert_ok(bs_trace_generate(g,
				    "events=" EVENTS ",live=3000,process=60,order0=50,huge=500,"
				    "gap=1ms,cpus=4,memory=64GiB",
				    1, NULL, path, NULL, info, &err),
		  &err);
}

static void test_every_strategy_in_a_large_guest(void **state)
{
	const char *path = bs_test_path("large.cborseq");
	const char *names[MAX_STRATEGIES];
	struct bs_trace_info info;
	struct bs_sim_config c;
	struct bs_result *r;
	struct bs_error err;
	unsigned int n = 0;

	(void)state;
	generate(path, &info);
	for (const struct bs_strategy *s; (s = bs_strategy_at(n)) != NULL; n++) {
		assert_true(n < MAX_STRATEGIES);
		names[n] = s->name;
	}
	bs_sim_defaults(&c);
	c.trace_path = path;
	c.strategies = names;
	c.nr_strategies = n;
	c.guest.machine.memory_bytes = UINT64_C(64) << 30;
	c.host.device.kind = "null";
	c.window.check_every = 2000;
	assert_ok(bs_compare(&c, &r, &err), &err);
	assert_int_equal(bs_result_cells(r), n);
	printf("%-14s %10s %10s %14s %14s %10s\n", "strategy", "calls", "ranges", "reported MiB",
	       "left raw MiB", "refused");
	for (unsigned int i = 0; i < n; i++) {
		const uint64_t reported = metric(r, i, "reported_bytes");

		printf("%-14s %10llu %10llu %14llu %14llu %10llu\n", names[i],
		       (unsigned long long)metric(r, i, "calls"),
		       (unsigned long long)metric(r, i, "ranges"),
		       (unsigned long long)(reported >> 20),
		       (unsigned long long)(metric(r, i, "left_raw_bytes") >> 20),
		       (unsigned long long)metric(r, i, "alloc_failed"));
		assert_int_equal(metric(r, i, "alloc_failed"), 0);
		assert_int_equal(metric(r, i, "false_oom"), 0);
		/* The trace's huge pages are freed a hundred times over. */
		if (i)
			assert_true(reported >= UINT64_C(256) << 20);
		else
			assert_int_equal(reported, 0);
	}
	bs_result_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_strategy_in_a_large_guest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
