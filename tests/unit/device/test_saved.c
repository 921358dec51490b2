// SPDX-License-Identifier: GPL-2.0-or-later
/* saved.c: a guest goes on from a snapshot, and nothing is lost on the way. */
#include "bs_test.h"

#include <errno.h>
#include <string.h>

#include "bs_device_test.h"
#include "residency.h"
#include "rng.h"
#include "saved.h"

#define MIB (UINT64_C(1) << 20)
#define PAGES 8192

static struct bs_device *device(enum bs_thp thp, enum bs_advice advice)
{
	struct bs_device *d = bs_dev_create((struct bs_device_config){
		.kind = "model",
		.thp = thp,
		.advice = advice,
		.touch = BS_TOUCH_PAGE,
		.contents = true,
		.nr_pages = PAGES,
		.params =
			"restore_per_mib=100ns,swap_in_per_mib=100ns,refault_per_mib=7ns,refault_thp_per_mib=7ns",
	});
	struct bs_error err;

	assert_ok(bs_device_may_swap(d, &err), &err);
	assert_ok(bs_device_may_restore(d, &err), &err);
	return d;
}

static struct bs_fault_cost alloc(struct bs_device *d, bs_pfn pfn, unsigned int order, bs_ns now)
{
	struct bs_fault_cost cost;
	struct bs_error err;

	assert_ok(bs_device_alloc(d, pfn, order, 1, now, &cost, &err), &err);
	return cost;
}

static void give(struct bs_device *d, bs_pfn pfn, unsigned int order)
{
	struct bs_error err;

	assert_ok(bs_device_free(d, pfn, order, 1, &err), &err);
}

static void report(struct bs_device *d, bs_pfn pfn, unsigned int order)
{
	struct bs_error err;
	bs_ns cost;
	int ticket =
		bs_device_request_at(d, &(struct bs_range){pfn, (uint8_t)order}, 1, 1, &cost, &err);

	assert_true(ticket >= 0);
	assert_ok(bs_device_complete(d, ticket, 1, &err), &err);
}

/*
 * With huge pages: 1 MiB is in use of the first 2 MiB, the second was freed, the third is in swap. After it none is
 * resident and 5 MiB lie in the snapshot; each comes from there as base pages, and what was never written as zeroes.
 */
static void test_it_comes_from_there(void **state)
{
	struct bs_device *d = device(BS_THP_ALWAYS, BS_ADVICE_DONTNEED);
	uint32_t unit = 0;
	bs_ns cost;

	(void)state;
	alloc(d, 0, 8, 2);
	alloc(d, 512, 9, 3);
	alloc(d, 1024, 9, 1);
	give(d, 512, 9);
	bs_device_swap_out(d, &cost);
	assert_int_equal(bs_device_swapped(d), 2 * MIB);
	assert_int_equal(bs_device_content(d), 5 * MIB);
	assert_int_equal(bs_device_content_of(d, 0, 9), MIB);
	bs_device_restore(d);
	assert_int_equal(bs_device_held(d), 0);
	assert_int_equal(bs_device_swapped(d), 0);
	assert_int_equal(bs_device_saved(d), 5 * MIB);
	/* Its neighbours in the huge page were zero, and are a first touch again. */
	assert_int_equal(alloc(d, 256, 0, 5).restore, 0);
	assert_int_equal(bs_device_held(d), 4096);
	/* What was freed is read before it is overwritten. */
	assert_int_equal(alloc(d, 512, 8, 5).restore, 100);
	/* What is in use, of one 2 MiB after the other. */
	assert_int_equal(bs_device_come_back(d, &unit, 6, &cost), MIB);
	assert_int_equal(cost, 100);
	assert_int_equal(bs_device_come_back(d, &unit, 6, &cost), 2 * MIB);
	assert_int_equal(bs_device_come_back(d, &unit, 6, &cost), 0);
	assert_int_equal(bs_device_saved(d), MIB);
	bs_device_destroy(d);
}

/* What is reported then is given up there: it comes back as zeroes, for the price of a refault. */
static void test_it_is_given_up_there(void **state)
{
	struct bs_device *d = device(BS_THP_ALWAYS, BS_ADVICE_DONTNEED);
	struct bs_device_stats s;
	struct bs_fault_cost cost;

	(void)state;
	alloc(d, 512, 9, 1);
	give(d, 512, 9);
	bs_device_restore(d);
	report(d, 512, 9);
	assert_int_equal(bs_device_saved(d), 0);
	assert_int_equal(bs_device_content(d), 0);
	bs_device_stats(d, &s);
	assert_int_equal(s.redundant_bytes, 0);
	assert_int_equal(s.discarded_bytes, 2 * MIB);
	assert_int_equal(s.returned_bytes, 0);
	cost = alloc(d, 512, 9, 2);
	assert_int_equal(cost.restore, 0);
	assert_int_equal(cost.refault + cost.host_zero, 14);
	bs_device_destroy(d);
}

/* Memory that was given up lazily holds what it held, until it is taken: then a snapshot has it no more. */
static void test_lazily_freed(void **state)
{
	struct bs_device *d = device(BS_THP_NEVER, BS_ADVICE_FREE);
	bs_ns cost;

	(void)state;
	alloc(d, 512, 9, 1);
	give(d, 512, 9);
	report(d, 512, 9);
	assert_int_equal(bs_device_content(d), 2 * MIB);
	bs_device_drop_lazy(d, 2, &cost);
	assert_int_equal(bs_device_content(d), 0);
	bs_device_destroy(d);
}

/* The law that a model without stamps is held to: what is in use is somewhere. */
static void test_what_is_lost_is_noticed(void **state)
{
	struct bs_device *d = device(BS_THP_NEVER, BS_ADVICE_DONTNEED);
	struct bs_error err;
	uint64_t lost;

	(void)state;
	alloc(d, 512, 9, 1);
	bs_device_restore(d);
	assert_int_equal(bs_saved_find_lost(&d->res, 512, 512, &lost), BS_NO_PFN);
	d->res.saved[512 / 64 + 1] &= ~UINT64_C(4);
	d->res.saved_pages--;
	assert_int_equal(bs_saved_find_lost(&d->res, 512, 512, &lost), 512 + 64 + 2);
	assert_int_equal(lost, 1);
	assert_int_equal(bs_device_free(d, 512, 9, 1, &err), -EUCLEAN);
	assert_non_null(strstr(err.text, "page 578: content lost"));
	bs_device_destroy(d);
}

/* Whatever comes in whatever order: levels are what the maps say, and no page in use is lost. */
static void test_at_random(void **state)
{
	(void)state;
	for (unsigned int seed = 1; seed <= 8; seed++) {
		struct bs_device *d = device(seed % 2 ? BS_THP_ALWAYS : BS_THP_NEVER,
					     seed % 3 ? BS_ADVICE_DONTNEED : BS_ADVICE_FREE);
		bool used[PAGES / 256] = {false};
		struct bs_rng rng;

		bs_rng_seed(&rng, seed);
		for (bs_ns now = 1; now < 600; now++) {
			const unsigned int i = (unsigned int)bs_rng_below(&rng, PAGES / 256);
			uint64_t resident = 0, saved = 0, swapped = 0, lost;
			uint32_t unit = 0;
			bs_ns cost;

			switch (bs_rng_below(&rng, 12)) {
			case 0:
				bs_device_restore(d);
				break;
			case 1:
				bs_device_swap_out(d, &cost);
				break;
			case 2:
				bs_device_come_back(d, &unit, now, &cost);
				break;
			case 3:
				bs_device_drop_lazy(d, now, &cost);
				break;
			case 4:
			case 5:
				if (!used[i])
					report(d, i * 256, 8);
				break;
			default:
				if (used[i])
					give(d, i * 256, 8);
				else
					alloc(d, i * 256, 8, now);
				used[i] = !used[i];
			}
			for (unsigned int w = 0; w < PAGES / 64; w++) {
				const uint64_t there = d->res.words[w].resident;

				assert_false(d->res.saved[w] & (there | d->res.swapped[w]));
				assert_false(d->dirty[w] &
					     ~(there | d->res.saved[w] | d->res.swapped[w]));
				resident += (unsigned int)__builtin_popcountll(there);
				saved += (unsigned int)__builtin_popcountll(d->res.saved[w]);
				swapped += (unsigned int)__builtin_popcountll(d->res.swapped[w]);
				bs_saved_find_lost(&d->res, w * 64, 64, &lost);
				assert_int_equal(lost, 0);
			}
			assert_int_equal(resident, d->res.resident);
			assert_int_equal(saved << 12, bs_device_saved(d));
			assert_int_equal(swapped << 12, bs_device_swapped(d));
		}
		bs_device_destroy(d);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_it_comes_from_there),
		cmocka_unit_test(test_it_is_given_up_there),
		cmocka_unit_test(test_lazily_freed),
		cmocka_unit_test(test_what_is_lost_is_noticed),
		cmocka_unit_test(test_at_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
