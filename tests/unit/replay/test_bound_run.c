// SPDX-License-Identifier: GPL-2.0-or-later
/* bound_run.c: the bound of traces whose gaps are known, and what everything is priced with. */
#include "bs_run_test.h"
#include "bs_trace_test.h"

#include <unistd.h>

#include "bound_run.h"

#define SEC BS_NS_PER_S
#define MIB (UINT64_C(1) << 20)
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/*
 * used  4 MiB |###|     |###|          a gap of 10 s, then for good
 *             0   1     11  12
 */
static const struct bs_trace_event gap[] = {
	{.kind = BS_EV_ALLOC, .order = 10},
	{.time = 1 * SEC, .kind = BS_EV_FREE, .order = 10, .arg = 1},
	{.time = 11 * SEC, .kind = BS_EV_ALLOC, .order = 10},
	{.time = 12 * SEC, .kind = BS_EV_FREE, .order = 10, .arg = 1},
};

/* What holding 1 MiB for 1 s is worth, against faulting it in at 1 ms: reported if the gap is worth
 * more. */
static void bound_of(bs_ns weight, unsigned int rounds, uint64_t *held, uint64_t *refaulted)
{
	struct bs_error err;
	struct bs_bound *b;
	struct bs_trace *t;
	struct bs_run run;
	bs_ns price;

	bs_run_setup(&run, "none", gap, COUNT(gap));
	run.costs.refault_per_mib = BS_NS_PER_MS;
	run.costs.install_per_mib = BS_NS_PER_MS;
	run.cfg.host.weight_ns_per_mib_s = weight;
	run.cfg.guest.machine.memory_bytes = 256 * MIB;
	run.cfg.window.repeat = rounds;
	run.cfg.window.gap = 3 * SEC;
	assert_ok(bs_trace_open(run.path, &t, &err), &err);
	assert_ok(bs_trace_scan(t, false, &err), &err);
	assert_ok(bs_bound_run(&run.cfg, t, &b, &price, &err), &err);
	assert_int_equal(price, BS_NS_PER_MS);
	*held = bs_bound_held_mib_s(b);
	*refaulted = bs_bound_refault_bytes(b);
	bs_bound_destroy(b);
	bs_trace_close(t);
	unlink(run.path);
}

static void test_a_gap_is_held_or_reported(void **state)
{
	uint64_t held, refaulted;

	(void)state;
	bound_of(BS_NS_PER_MS / 11, 1, &held, &refaulted); /* 10 s are not worth a fault */
	assert_int_equal(held, 40);
	assert_int_equal(refaulted, 0);
	bound_of(BS_NS_PER_MS / 9, 1, &held, &refaulted);
	assert_int_equal(held, 0);
	assert_int_equal(refaulted, 4 * MIB);
}

/* The gap between two rounds is one, too: 3 s here, and nothing comes back behind the last. */
static void test_rounds_have_a_gap_between_them(void **state)
{
	uint64_t held, refaulted;

	(void)state;
	bound_of(BS_NS_PER_MS / 11, 3, &held, &refaulted);
	assert_int_equal(held, 3 * 40 + 2 * 12);
	assert_int_equal(refaulted, 0);
	bound_of(BS_NS_PER_MS / 9, 3, &held, &refaulted);
	assert_int_equal(held, 2 * 12);
	assert_int_equal(refaulted, 3 * 4 * MIB);
}

/* A reader that kept no steps goes through all events: the bound is the same one. */
static void test_steps_are_as_good_as_events(void **state)
{
	const char *path = bs_test_path("steps.cborseq");
	uint64_t held[2], refaulted[2];
	struct bs_trace *t[2];
	struct bs_error err;
	struct bs_bound *b;
	struct bs_run run;
	bs_ns price;
	size_t nr;

	(void)state;
	for (unsigned int rounds = 1; rounds <= 3; rounds++) {
		bs_run_setup(&run, "none", gap, COUNT(gap));
		unlink(run.path);
		run.costs.refault_per_mib = run.costs.install_per_mib = BS_NS_PER_MS;
		run.cfg.host.weight_ns_per_mib_s = BS_NS_PER_S;
		run.cfg.guest.machine.memory_bytes = 256 * MIB;
		run.cfg.window.repeat = rounds;
		bs_test_generate("churn", "events=60000,live=2000,huge=5,memory=1GiB", rounds,
				 path);
		assert_ok(bs_trace_open(path, &t[0], &err), &err);
		assert_ok(bs_trace_scan(t[0], false, &err), &err);
		assert_ok(bs_trace_open_again(t[0], &t[1], &err), &err);
		assert_non_null(bs_trace_used(t[0], &nr));
		assert_null(bs_trace_used(t[1], &nr));
		for (int i = 0; i < 2; i++) {
			assert_ok(bs_bound_run(&run.cfg, t[i], &b, &price, &err), &err);
			held[i] = bs_bound_cost_ns(b);
			refaulted[i] = bs_bound_refault_bytes(b);
			bs_bound_destroy(b);
		}
		assert_int_equal(held[0], held[1]);
		assert_int_equal(refaulted[0], refaulted[1]);
		assert_true(refaulted[0] > 0 && held[0] > 0);
		bs_trace_close(t[1]);
		bs_trace_close(t[0]);
	}
}

static void test_the_price_goes_by_huge_pages(void **state)
{
	struct bs_device_costs costs = {.refault_per_mib = 5, .refault_thp_per_mib = 2};
	struct bs_sim_config cfg;
	struct bs_error err;
	bs_ns price;

	(void)state;
	bs_sim_defaults(&cfg);
	cfg.host.device.kind = "model";
	cfg.host.device.costs = &costs;
	cfg.host.device.thp = BS_THP_NEVER;
	assert_ok(bs_refault_price(&cfg, &price, &err), &err);
	assert_int_equal(price, 5);
	cfg.host.device.thp = BS_THP_ALWAYS;
	assert_ok(bs_refault_price(&cfg, &price, &err), &err);
	assert_int_equal(price, 2);
	cfg.host.device.params = "nosuch=1";
	assert_true(bs_refault_price(&cfg, &price, &err) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_gap_is_held_or_reported),
		cmocka_unit_test(test_rounds_have_a_gap_between_them),
		cmocka_unit_test(test_steps_are_as_good_as_events),
		cmocka_unit_test(test_the_price_goes_by_huge_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
