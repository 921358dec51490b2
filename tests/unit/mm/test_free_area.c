// SPDX-License-Identifier: GPL-2.0-or-later
/* The free counter: exact, or with a part per CPU. */
#include "mm_test.h"

#include "pcp.h"

/*
 * NR_FREE_PAGES with drift: marks read the global part; the per-CPU part is folded only when it
 * exceeds the threshold.
 *
 *   threshold 2, batch 1     alloc: -1, alloc: -2 (kept), alloc: -3 (folded)
 *   what marks read          64        64                 61
 *
 * RULES.md, counters
 */
static void test_counter_drift(void **state)
{
	(void)state;
	for_each_kernel(k)
	{
		const struct bs_zone_range zone = {.type = BS_ZONE_NORMAL, .spanned = 4096};
		struct bs_machine *m;
		struct bs_error err;

		assert_ok(bs_machine_create(&(struct bs_machine_config){.kernel = kernels[k],
									.memory_bytes = 16 << 20,
									.zones = &zone,
									.nr_zones = 1,
									.no_boot = true,
									.counter_drift = true},
					    &m, &err),
			  &err);
		boot_range(m, 0, 64);
		m->zones[0].stat_threshold = 2;
		assert_int_equal(m->zones[0].nr_free_pages, 64);
		alloc(m, M, 0);
		alloc(m, M, 0);
		assert_int_equal(m->zones[0].nr_free_pages, 64);
		assert_int_equal(m->zones[0].stat_diff[0], -2);
		assert_int_equal(nr_free_pages(m, 0), 62);
		alloc(m, M, 0);
		assert_int_equal(m->zones[0].nr_free_pages, 61);
		assert_int_equal(m->zones[0].stat_diff[0], 0);
		/* Upward the same: two are kept. */
		release(m, 0, 0);
		release(m, 1, 0);
		assert_int_equal(m->zones[0].nr_free_pages, 61);
		assert_int_equal(m->zones[0].stat_diff[0], 2);
		assert_ok(bs_machine_check(m, &err), &err);
		bs_machine_destroy(m);
	}
}

/*
 * A refill is one addition in 6.1 and one per page in 6.12: with threshold 2 and a refill of 4,
 * 6.1 folds all four, 6.12 the first three.
 *
 * RULES.md, counters
 */
static void test_drift_of_a_refill(void **state)
{
	(void)state;
	for (unsigned int k = 1; k < 3; k++) {
		struct bs_machine *m = machine_with_pages(kernels[k], 4096);

		boot_range(m, 0, 64);
		bs_zone_set_pcp(m, 0, 64, 4);
		m->drift = true;
		m->zones[0].stat_threshold = 2;
		alloc(m, M, 0);
		assert_int_equal(m->zones[0].nr_free_pages, k == 1 ? 60 : 61);
		assert_int_equal(m->zones[0].stat_diff[0], k == 1 ? 0 : -1);
		bs_machine_destroy(m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counter_drift),
		cmocka_unit_test(test_drift_of_a_refill),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
