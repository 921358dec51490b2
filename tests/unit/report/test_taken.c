// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of taken blocks against an array that is obviously right: one flag per block number.
 */
#include "bs_test.h"

#include <string.h>

#include "rng.h"
#include "taken.h"

#define BLOCKS 2048

static struct bs_taken block(bs_pfn pfn)
{
	return (struct bs_taken){.pfn = pfn, .order = 9, .zone = pfn & 3, .in_flight = false};
}

static void check_all(const struct bs_taken_set *set, const bool *in, uint32_t count)
{
	assert_int_equal(set->used, count);
	for (bs_pfn i = 0; i < BLOCKS; i++) {
		const struct bs_taken *t = bs_taken_find(set, i << 9);

		assert_int_equal(t != NULL, in[i]);
		if (t)
			assert_int_equal(t->pfn, i << 9);
	}
}

/* Adds and removals in random order, full and nearly empty, with all the wrap-around there is. */
static void test_random_operations(void **state)
{
	struct bs_taken_set set;
	struct bs_rng rng;
	bool in[BLOCKS] = {false};
	uint32_t count = 0;

	(void)state;
	bs_rng_seed(&rng, 1);
	assert_int_equal(bs_taken_init(&set, 4), 0);
	for (unsigned int step = 0; step < 40000; step++) {
		bs_pfn i = (bs_pfn)bs_rng_below(&rng, BLOCKS);
		/* phases: mostly in, then mostly out */
		bool want_in = bs_rng_below(&rng, 8) < ((step / 5000) & 1 ? 2u : 6u);

		if (want_in && !in[i]) {
			struct bs_taken t = block(i << 9);

			assert_int_equal(bs_taken_reserve(&set), 0);
			bs_taken_add(&set, &t);
			in[i] = true;
			count++;
		} else if (!want_in && in[i]) {
			bs_taken_remove(&set, bs_taken_find(&set, i << 9));
			in[i] = false;
			count--;
		}
		if (step % 997 == 0)
			check_all(&set, in, count);
	}
	check_all(&set, in, count);
	bs_taken_free(&set);
}

/* Once it has seen the most it will ever hold, it is not allocated again. */
static void test_no_allocation_after_growth(void **state)
{
	struct bs_taken_set set;
	const struct bs_taken *slots;

	(void)state;
	assert_int_equal(bs_taken_init(&set, 1), 0);
	for (unsigned int round = 0; round < 3; round++) {
		slots = set.slot;
		for (bs_pfn i = 0; i < 512; i++) {
			struct bs_taken t = block(i << 10);

			assert_int_equal(bs_taken_reserve(&set), 0);
			bs_taken_add(&set, &t);
		}
		if (round)
			assert_ptr_equal(set.slot, slots);
		for (bs_pfn i = 0; i < 512; i++)
			bs_taken_remove(&set, bs_taken_find(&set, i << 10));
	}
	assert_null(bs_taken_find(&set, 0));
	assert_null(bs_taken_find(&set, BS_NO_PFN));
	bs_taken_free(&set);
}

/* Blocks of random orders, none over another: by page it is plain which begin where and which page
 * is whose. Ranges are asked for that are smaller and larger than the table. */
static void test_blocks_by_page(void **state)
{
	static struct {
		bs_pfn owner[4096];
	} pages;
	struct bs_taken_set set;
	struct bs_rng rng;

	(void)state;
	bs_rng_seed(&rng, 2);
	memset(&pages, 0xff, sizeof(pages));
	assert_int_equal(bs_taken_init(&set, 4), 0);
	assert_null(bs_taken_inside(&set, 0, 10));
	assert_null(bs_taken_around(&set, 7));
	for (bs_pfn pfn = 0; pfn < 4096;) {
		const unsigned int order = (unsigned int)bs_rng_below(&rng, 11);
		const bs_pfn end = pfn + (1u << order);

		if (pfn & (end - pfn - 1) || bs_rng_below(&rng, 4)) {
			pfn++;
			continue;
		}
		assert_int_equal(bs_taken_reserve(&set), 0);
		bs_taken_add(&set, &(struct bs_taken){.pfn = pfn, .order = (uint8_t)order});
		for (bs_pfn p = pfn; p < end && p < 4096; p++)
			pages.owner[p] = pfn;
		pfn = end;
	}
	assert_true(set.used > 100);
	for (bs_pfn p = 0; p < 4096; p++) {
		const struct bs_taken *t = bs_taken_around(&set, p);

		assert_int_equal(t ? t->pfn : BS_NO_PFN, pages.owner[p]);
	}
	for (unsigned int order = 0; order < 11; order++)
		for (bs_pfn first = 0; first < 4096; first += 1u << order) {
			const struct bs_taken *t = bs_taken_inside(&set, first, order);
			bool any = false;

			for (bs_pfn p = first; p < first + (1u << order); p++)
				any |= pages.owner[p] == p;
			assert_int_equal(t != NULL, any);
			if (t)
				assert_true(t->pfn >= first && t->pfn < first + (1u << order));
		}
	bs_taken_free(&set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_operations),
		cmocka_unit_test(test_blocks_by_page),
		cmocka_unit_test(test_no_allocation_after_growth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
