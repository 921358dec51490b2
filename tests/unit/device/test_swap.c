// SPDX-License-Identifier: GPL-2.0-or-later
/* swap.c: what a host that is short of memory takes first, and what it costs to have it back. */
#include "bs_test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bs_device_test.h"
#include "residency.h"
#include "rng.h"

#define UNIT (UINT64_C(2) << 20)

static struct bs_device *device(enum bs_thp thp, enum bs_advice advice)
{
	struct bs_device *d = bs_dev_create((struct bs_device_config){
		.kind = "model",
		.thp = thp,
		.advice = advice,
		.touch = BS_TOUCH_PAGE,
		.params =
			"swap_out_per_mib=10ns,swap_in_per_mib=100ns,refault_per_mib=0,refault_thp_per_mib=0",
	});
	struct bs_error err;

	assert_ok(bs_device_may_swap(d, &err), &err);
	return d;
}

static bs_ns alloc_at(struct bs_device *d, bs_pfn pfn, unsigned int order, bs_ns now)
{
	struct bs_fault_cost cost;
	struct bs_error err;

	assert_ok(bs_device_alloc(d, pfn, order, 1, now, &cost, &err), &err);
	return cost.swap;
}

/*
 *   units    0      1      2           touched at 1, 2, 3; 0 again at 4: 1 is the coldest
 *   out      1                         20 ns for 2 MiB; back when its owner touches it: 200 ns
 */
static void test_the_coldest_unit_goes_and_comes_back(void **state)
{
	(void)state;
	for (int thp = 0; thp <= 1; thp++) {
		struct bs_device *d =
			device(thp ? BS_THP_ALWAYS : BS_THP_NEVER, BS_ADVICE_DONTNEED);
		struct bs_fault_cost cost;
		bs_ns out;

		for (bs_pfn i = 0; i < 3; i++)
			assert_int_equal(alloc_at(d, i * 512, 9, i + 1), 0);
		bs_device_touch(d, 0, 0, 4, &cost);
		assert_int_equal(cost.swap, 0);
		assert_int_equal(bs_device_coldest(d), 2);
		assert_int_equal(bs_device_swap_out(d, &out), UNIT);
		assert_int_equal(out, 20);
		assert_int_equal(bs_device_held(d), 2 * UNIT);
		assert_int_equal(bs_device_swapped(d), UNIT);
		assert_false(bs_device_is_resident(d, 512));
		/* One page of it is touched: all of it comes. */
		bs_device_touch(d, 700, 0, 5, &cost);
		assert_int_equal(cost.swap, 200);
		assert_int_equal(cost.refault + cost.first_touch, 0);
		assert_int_equal(bs_device_held(d), 3 * UNIT);
		assert_int_equal(bs_device_swapped(d), 0);
		assert_int_equal(bs_device_coldest(d), 3);
		bs_device_destroy(d);
	}
}

/* Free memory that nobody reported is swapped out like any other, and comes back to be overwritten. */
static void test_free_memory_is_swapped_too(void **state)
{
	struct bs_device *d = device(BS_THP_ALWAYS, BS_ADVICE_DONTNEED);
	bs_ns out;

	(void)state;
	alloc_at(d, 0, 9, 1);
	bs_dev_free(d, 0, 9);
	assert_int_equal(bs_device_swap_out(d, &out), UNIT);
	assert_int_equal(alloc_at(d, 0, 9, 9), 200);
	bs_device_destroy(d);
}

/* Reported while it is in swap: the slots are free, and the next touch is a fault on nothing. */
static void test_what_is_discarded_in_swap_does_not_come_back(void **state)
{
	struct bs_device *d = device(BS_THP_NEVER, BS_ADVICE_DONTNEED);
	struct bs_device_stats s;
	bs_ns out;

	(void)state;
	alloc_at(d, 0, 9, 1);
	bs_dev_free(d, 0, 9);
	bs_device_swap_out(d, &out);
	bs_dev_report(d, 0, 8);
	assert_int_equal(bs_device_swapped(d), UNIT / 2);
	bs_dev_report(d, 256, 8);
	assert_int_equal(bs_device_swapped(d), 0);
	assert_int_equal(alloc_at(d, 0, 9, 2), 0);
	bs_device_stats(d, &s);
	assert_int_equal(s.discarded_bytes, UNIT);
	assert_int_equal(s.redundant_bytes, 0);
	assert_int_equal(s.refault_bytes, UNIT);
	assert_int_equal(s.swapped_in_bytes, 0);
	bs_device_destroy(d);
}

/*
 *   unit 0  |dddddddd........|  half of a huge page dropped: 2 MiB held, 1 MiB of it for nothing
 *   out      what is left goes, and with it what was held for nothing
 */
static void test_a_huge_page_dropped_in_part_goes_whole(void **state)
{
	struct bs_device *d = device(BS_THP_ALWAYS, BS_ADVICE_DONTNEED);
	struct bs_device_stats s;
	bs_ns out;

	(void)state;
	alloc_at(d, 0, 9, 1);
	bs_dev_free(d, 0, 9);
	bs_dev_report(d, 0, 8);
	assert_int_equal(bs_device_held(d), UNIT);
	assert_int_equal(bs_device_swap_out(d, &out), UNIT / 2);
	assert_int_equal(bs_device_held(d), 0);
	assert_int_equal(alloc_at(d, 0, 9, 2), 100);
	assert_int_equal(bs_device_held(d), UNIT);
	bs_device_stats(d, &s);
	assert_int_equal(s.returned_bytes, UNIT / 2);
	bs_device_destroy(d);
}

/* MADV_FREE: held until the host is short; then it goes at once, unless it has an owner again. */
static void test_what_was_advised_free_is_dropped(void **state)
{
	struct bs_device *d = device(BS_THP_ALWAYS, BS_ADVICE_FREE);
	struct bs_device_stats s;
	bs_ns cost;

	(void)state;
	for (bs_pfn i = 0; i < 3; i++) {
		alloc_at(d, i * 512, 9, i);
		bs_dev_free(d, i * 512, 9);
		bs_dev_report(d, i * 512, 9);
	}
	assert_int_equal(bs_device_held(d), 3 * UNIT);
	alloc_at(d, 0, 9, 7);
	assert_int_equal(bs_device_drop_lazy(d, 8, &cost), UNIT);
	assert_int_equal(bs_device_drop_lazy(d, 8, &cost), UNIT);
	assert_true(bs_device_oldest_lazy(d) == BS_NO_TIME);
	assert_int_equal(bs_device_drop_lazy(d, 8, &cost), 0);
	assert_int_equal(bs_device_held(d), UNIT);
	assert_true(bs_device_is_resident(d, 0));
	bs_device_stats(d, &s);
	assert_int_equal(s.lazy_dropped_bytes, 2 * UNIT);
	assert_int_equal(s.swapped_out_bytes, 0);
	bs_device_destroy(d);
}

static void test_let_go(void **state)
{
	struct bs_device *d = device(BS_THP_ALWAYS, BS_ADVICE_DONTNEED);
	bs_ns out;

	(void)state;
	alloc_at(d, 0, 9, 1);
	alloc_at(d, 512, 9, 2);
	bs_device_swap_out(d, &out);
	bs_device_let_go(d);
	assert_int_equal(bs_device_held(d) + bs_device_swapped(d), 0);
	assert_true(bs_device_coldest(d) == BS_NO_TIME);
	bs_device_destroy(d);
}

static void test_an_arena_is_not_swapped(void **state)
{
	struct bs_device *d = bs_dev_create((struct bs_device_config){.kind = "madvise"});
	struct bs_error err;

	(void)state;
	assert_int_equal(bs_device_may_swap(d, &err), -EINVAL);
	assert_non_null(strstr(err.advice, "--device model"));
	bs_device_destroy(d);
}

/*
 * Random operations on 8 units. Each page is somewhere: never touched, resident, in swap or discarded; what
 * a touch makes resident was resident or in swap before, but for what had been discarded or never was.
 */
static void test_nothing_is_lost(void **state)
{
	enum { NOWHERE, HERE, SWAP };
	const unsigned int nr = 8 * 512;

	(void)state;
	for (int thp = 0; thp <= 1; thp++) {
		struct bs_residency r;
		struct bs_error err;
		struct bs_rng rng;
		uint8_t *at = calloc(nr, 1);

		bs_rng_seed(&rng, 11);
		assert_ok(bs_residency_init(&r, nr, thp, &err), &err);
		assert_ok(bs_residency_may_swap(&r, &err), &err);
		for (unsigned int i = 1; i < 4000; i++) {
			const unsigned int order = (unsigned int)bs_rng_below(&rng, 10);
			const bs_pfn pfn = (bs_pfn)(bs_rng_below(&rng, nr) >> order << order);
			const unsigned int unit = pfn / 512;
			struct bs_refault f = {0};
			uint64_t here = 0, swapped = 0;
			bs_ns when;

			switch (bs_rng_below(&rng, 4)) {
			case 0:
				bs_residency_discard(&r, pfn, 1U << order, i);
				memset(&at[pfn], NOWHERE, 1U << order);
				break;
			case 1:
				if (bs_cold_oldest(&r.cold, &when) != BS_NO_REGION) {
					const uint32_t out = bs_cold_oldest(&r.cold, &when);

					bs_residency_swap_out(&r, out);
					for (unsigned int p = out * 512; p < (out + 1) * 512; p++)
						at[p] = at[p] == HERE ? SWAP : at[p];
				}
				break;
			default:
				bs_residency_touch(&r, pfn, 1U << order, i, &f);
				for (unsigned int p = unit * 512; p < (unit + 1) * 512; p++)
					if (at[p] == SWAP ||
					    (p >= pfn && p < pfn + (1U << order)) ||
					    f.first_huge_pages + f.huge_pages)
						at[p] = HERE;
			}
			for (unsigned int p = 0; p < nr; p++) {
				here += at[p] == HERE;
				swapped += at[p] == SWAP;
				assert_int_equal(bs_residency_test(&r, p), at[p] == HERE);
			}
			assert_int_equal(r.resident, here);
			assert_int_equal(r.swapped_out, swapped);
		}
		free(at);
		bs_residency_destroy(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_coldest_unit_goes_and_comes_back),
		cmocka_unit_test(test_free_memory_is_swapped_too),
		cmocka_unit_test(test_what_is_discarded_in_swap_does_not_come_back),
		cmocka_unit_test(test_a_huge_page_dropped_in_part_goes_whole),
		cmocka_unit_test(test_what_was_advised_free_is_dropped),
		cmocka_unit_test(test_let_go),
		cmocka_unit_test(test_an_arena_is_not_swapped),
		cmocka_unit_test(test_nothing_is_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
