// SPDX-License-Identifier: GPL-2.0-or-later
/* fleet.c, density.c, memhog.c: at their small size, against sums done by hand. */
#include "bs_test.h"

#include <string.h>

#include <buddysim/buddysim.h>

#define MIB (UINT64_C(1) << 20)

static struct bs_experiment *run_ci(const char *name, const char *const *specs, unsigned int n)
{
	const struct bs_experiment_config c = {
		.name = name, .size = BS_EXPERIMENT_CI, .strategies = specs, .nr_strategies = n};
	struct bs_experiment *x;
	struct bs_error err;

	assert_ok(bs_experiment_run(&c, &x, &err), &err);
	return x;
}

static uint64_t value(const struct bs_experiment *x, const char *spec, uint64_t gap,
		      const char *key)
{
	for (unsigned int i = 0; i < bs_experiment_rows(x); i++) {
		uint64_t at, v = 0;

		if (strcmp(bs_experiment_word(x, i, "strategy"), spec) ||
		    bs_experiment_value(x, i, "gap_ns", &at) || at != gap)
			continue;
		assert_int_equal(bs_experiment_value(x, i, key, &v), 0);
		return v;
	}
	fail_msg("no row of %s at %llu ns", spec, (unsigned long long)gap);
	return 0;
}

/*
 * A host of 750 MiB, guests that have 32 MiB in use and write 256 more.
 *
 *   none        each holds 288 for good: two have 576, the third would make that 864, 114 too many
 *   hypercall   each holds 32 when its program has exited: (n - 1) x 32 + 288 is at most 750 with n = 15
 *   rotation    at once it is none's, or little better; after 30 s it is hypercall's, but for what lies on
 *               per-cpu lists
 *
 * Or a host of 960 MiB that needs 70 beside each of them: with none two have 716, and the third misses 114 as well;
 * with hypercall (n - 1) x 102 + 358 is at most 960 with n = 6.
 */
static void test_how_many_fit(void **state)
{
	static const char *const specs[] = {"none", "hypercall", "rotation"};
	struct bs_experiment *x = run_ci("density", specs, 3);

	(void)state;
	for (uint64_t gap = 0; gap <= 60; gap += 30) {
		assert_int_equal(value(x, "none", gap * BS_NS_PER_S, "guests_fit"), 2);
		assert_int_equal(value(x, "none", gap * BS_NS_PER_S, "next_swap_bytes"), 114 * MIB);
		assert_int_equal(value(x, "none", gap * BS_NS_PER_S, "left_bytes"), 288 * MIB);
		assert_int_equal(value(x, "hypercall", gap * BS_NS_PER_S, "guests_fit"), 15);
		assert_int_equal(value(x, "hypercall", gap * BS_NS_PER_S, "left_bytes"), 32 * MIB);
		assert_int_equal(value(x, "none", gap * BS_NS_PER_S, "guests_fit_beside"), 2);
		assert_int_equal(value(x, "hypercall", gap * BS_NS_PER_S, "guests_fit_beside"), 6);
	}
	assert_in_range(value(x, "rotation", 0, "guests_fit"), 2, 3);
	assert_in_range(value(x, "rotation", 30 * BS_NS_PER_S, "guests_fit"), 9, 15);
	bs_experiment_free(x);
}

/*
 * A host of 960 MiB, three guests that have 32 MiB in use and write 384: without reporting they hold 1248, so that
 * 288 have to go, which the third run waits for. With hypercalls nothing does, and all runs are alike.
 */
static void test_the_third_run_waits(void **state)
{
	static const char *const specs[] = {"none", "hypercall"};
	struct bs_experiment *x = run_ci("memhog", specs, 2);
	struct bs_device_costs vm;

	(void)state;
	assert_true(bs_cost_preset("vm", &vm));
	assert_int_equal(value(x, "none", 0, "swapped_out_bytes"), 288 * MIB);
	assert_int_equal(value(x, "none", 0, "second_ns"), value(x, "none", 0, "first_ns"));
	assert_in_range(value(x, "none", 0, "third_ns") - value(x, "none", 0, "first_ns"),
			280 * vm.swap_out_per_mib, 288 * vm.swap_out_per_mib);
	assert_int_equal(value(x, "hypercall", 0, "swapped_out_bytes"), 0);
	assert_int_equal(value(x, "hypercall", 0, "third_of_first"), 1000);
	bs_experiment_free(x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_how_many_fit),
		cmocka_unit_test(test_the_third_run_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
