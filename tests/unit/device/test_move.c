// SPDX-License-Identifier: GPL-2.0-or-later
/* move.c: what is in use is elsewhere, with whose it is and what is in it, and it had to be faulted in there. */
#include "bs_test.h"

#include <string.h>

#include "bs_device_test.h"
#include "device_state.h"
#include "rng.h"

#define MIB (UINT64_C(1) << 20)
#define COSTS "move_per_mib=256ns,refault_per_mib=2560ns,refault_thp_per_mib=2560ns"

static struct bs_device *device(const char *kind, enum bs_touch touch, enum bs_thp thp)
{
	return bs_dev_create((struct bs_device_config){
		.kind = kind, .thp = thp, .touch = touch, .params = COSTS});
}

static int move(struct bs_device *d, bs_pfn from, bs_pfn to, unsigned int order, bs_ns *copy,
		struct bs_fault_cost *cost)
{
	struct bs_error err;
	int ret = bs_device_move(d, from, to, order, 5, copy, cost, &err);

	if (ret)
		assert_int_equal(err.status, BS_INVARIANT);
	return ret;
}

/* Of 16 pages: 1 ns to copy each; the new ones are touched for the first time, or again, at 10 ns each. */
static void test_costs(void **state)
{
	static const char *const kinds[] = {"model", "madvise"};
	struct bs_fault_cost cost;
	bs_ns copy;

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		struct bs_device *d = device(kinds[i], BS_TOUCH_PAGE, BS_THP_NEVER);

		bs_dev_alloc(d, 0, 4);
		assert_int_equal(move(d, 0, 64, 4, &copy, &cost), 0);
		assert_int_equal(copy, 16);
		assert_int_equal(cost.first_touch, 160);
		/* Both are there now, and the old ones are nobody's. */
		assert_true(bs_device_is_resident(d, 0) && bs_device_is_resident(d, 64));
		bs_dev_report(d, 0, 4);
		assert_int_equal(move(d, 64, 0, 4, &copy, &cost), 0);
		assert_int_equal(cost.first_touch, 0);
		assert_int_equal(cost.refault + cost.host_zero, 160);
		bs_dev_free(d, 0, 4);
		bs_assert_agrees_with_kernel(d);
		bs_device_destroy(d);
	}
}

/* What is in use stays where it is, and what the host has on its desk is left alone. */
static void test_laws(void **state)
{
	struct bs_device *d = device("model", BS_TOUCH_PAGE, BS_THP_NEVER);
	const struct bs_range out = {.pfn = 128, .order = 4};
	struct bs_fault_cost cost;
	struct bs_error err;
	bs_ns copy;
	int ticket;

	(void)state;
	bs_dev_alloc(d, 0, 4);
	bs_dev_alloc(d, 64, 0);
	assert_int_not_equal(move(d, 0, 64, 4, &copy, &cost), 0);
	ticket = bs_device_request_at(d, &out, 1, 1, &copy, &err);
	assert_true(ticket >= 0);
	assert_int_not_equal(move(d, 0, 128, 4, &copy, &cost), 0);
	assert_ok(bs_device_complete(d, ticket, 5, &err), &err);
	assert_int_equal(move(d, 0, 128, 4, &copy, &cost), 0);
	bs_dev_free(d, 128, 4);
	bs_device_destroy(d);
}

/* Of what nobody touches nothing is known, and nothing is faulted in. */
static void test_untouched(void **state)
{
	struct bs_device *d = device("madvise", BS_TOUCH_NONE, BS_THP_NEVER);
	struct bs_fault_cost cost;
	bs_ns copy;

	(void)state;
	bs_dev_alloc(d, 0, 4);
	assert_int_equal(move(d, 0, 64, 4, &copy, &cost), 0);
	assert_int_equal(copy, 16);
	assert_int_equal(cost.first_touch, 0);
	assert_false(bs_device_is_resident(d, 64));
	bs_device_destroy(d);
}

/* Content that was lost before stays lost: it is found when its owner frees it. */
static void test_damage_goes_with_it(void **state)
{
	struct bs_fault_cost cost;
	struct bs_error err;
	bs_ns copy;

	(void)state;
	for (enum bs_touch touch = BS_TOUCH_PAGE; touch <= BS_TOUCH_ALL; touch++) {
		struct bs_device *d = device("madvise", touch, BS_THP_NEVER);

		bs_dev_alloc(d, 0, 4);
		memset(bs_arena_page(&d->arena, 3), 0, BS_UNIT_SIZE);
		assert_int_equal(move(d, 0, 64, 4, &copy, &cost), 0);
		bs_assert_broken(bs_device_free(d, 64, 4, 1, &err), &err, "page 67: content lost");
		bs_device_destroy(d);
	}
}

/* Blocks of different owners go anywhere, again and again, while others are reported: each finds its own. */
static void test_content_follows(void **state)
{
	static const struct {
		const char *kind;
		enum bs_thp thp;
		enum bs_touch touch;
	} cases[] = {{"madvise", BS_THP_NEVER, BS_TOUCH_PAGE},
		     {"madvise", BS_THP_ALWAYS, BS_TOUCH_ALL},
		     {"model", BS_THP_ALWAYS, BS_TOUCH_PAGE}};
	struct bs_fault_cost cost;
	bs_ns copy;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bs_device *d = device(cases[i].kind, cases[i].touch, cases[i].thp);
		bs_pfn at[64]; /* of 256, of 16 pages each */
		bool used[256] = {false};
		struct bs_rng rng;

		bs_rng_seed(&rng, 3 + i);
		for (unsigned int k = 0; k < 64; k++) {
			at[k] = 4 * k;
			used[at[k]] = true;
			bs_dev_alloc_for(d, at[k] * 16, 4, 100 + k);
		}
		for (unsigned int n = 0; n < 2000; n++) {
			const unsigned int k = (unsigned int)bs_rng_below(&rng, 64);
			const bs_pfn to = (bs_pfn)bs_rng_below(&rng, 256);

			if (used[to])
				continue;
			if (n % 3) {
				assert_int_equal(move(d, at[k] * 16, to * 16, 4, &copy, &cost), 0);
				used[at[k]] = false;
				used[to] = true;
				at[k] = to;
			} else {
				bs_dev_report(d, to * 16, 4);
			}
		}
		for (unsigned int k = 0; k < 64; k++)
			bs_dev_free_for(d, at[k] * 16, 4, 100 + k);
		bs_assert_agrees_with_kernel(d);
		bs_device_destroy(d);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_costs),		cmocka_unit_test(test_laws),
		cmocka_unit_test(test_untouched),	cmocka_unit_test(test_damage_goes_with_it),
		cmocka_unit_test(test_content_follows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
