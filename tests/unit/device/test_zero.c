// SPDX-License-Identifier: GPL-2.0-or-later
/* What a guest may take for zeroed by the host, and what it would find there (zero_once). */
#include "bs_test.h"

#include <string.h>

#include "bs_device_test.h"
#include "device_state.h"
#include "rng.h"

static const struct bs_device_costs costs = {.zero_per_mib = 3 << 8}; /* 3 ns per page */

static struct bs_device *device(const char *kind, enum bs_thp thp, enum bs_advice advice,
				const char *params)
{
	return bs_dev_create((struct bs_device_config){.kind = kind,
						       .touch = BS_TOUCH_PAGE,
						       .thp = thp,
						       .advice = advice,
						       .costs = &costs,
						       .params = params,
						       .zero_once = true});
}

/* By a host that may fail it: so not bs_dev_report(). */
static void report(struct bs_device *d, bs_pfn pfn, uint8_t order)
{
	const struct bs_range r = {pfn, order};
	struct bs_error err;
	bs_ns cost;
	int ticket = bs_device_request(d, &r, 1, &cost, &err);

	assert_ok(ticket, &err);
	bs_device_complete(d, ticket, 0, &err);
}

/* Pages of it that were taken for zero and are not; the block is the guest's afterwards. */
static uint64_t take_for_zero(struct bs_device *d, bs_pfn pfn, unsigned int order)
{
	struct bs_device_stats before, after;

	bs_device_stats(d, &before);
	assert_int_equal(bs_device_zero(d, pfn, order, true), 0);
	bs_device_stats(d, &after);
	assert_int_equal(after.zeroing_avoided_bytes - before.zeroing_avoided_bytes,
			 BS_UNIT_SIZE << order);
	bs_dev_alloc(d, pfn, order);
	return (after.unzeroed_bytes - before.unzeroed_bytes) / BS_UNIT_SIZE;
}

/* One block's life: used, freed, reported; and how much of it was wrongly taken for zero. */
static uint64_t after_a_report(struct bs_device *d)
{
	uint64_t wrong;

	bs_dev_alloc(d, 512, 9);
	bs_dev_free(d, 512, 9);
	report(d, 512, 9);
	wrong = take_for_zero(d, 512, 9);
	bs_dev_free(d, 512, 9);
	bs_device_destroy(d);
	return wrong;
}

static void test_cost(void **state)
{
	struct bs_device *d = device("model", BS_THP_NEVER, BS_ADVICE_DONTNEED, NULL);
	struct bs_device_stats s;
	struct bs_device_costs preset;

	(void)state;
	assert_int_equal(bs_device_zero(d, 0, 9, false), 512 * 3);
	assert_int_equal(bs_device_zero(d, 0, 0, false), 3);
	assert_int_equal(bs_device_zero(d, 0, 9, true), 0);
	bs_device_stats(d, &s);
	assert_int_equal(s.zeroing_avoided_bytes, 2 << 20);
	assert_int_equal(s.unzeroed_bytes, 0);
	bs_device_destroy(d);
	for (unsigned int i = 0; bs_cost_preset_names()[i]; i++) {
		assert_true(bs_cost_preset(bs_cost_preset_names()[i], &preset));
		assert_int_equal(preset.zero_per_mib, 0);
	}
}

/* Never used: zero. Used: not. Dropped: zero again, but only what was dropped. */
static void test_zero_is_what_was_dropped(void **state)
{
	(void)state;
	for (int thp = 0; thp <= 1; thp++) {
		struct bs_device *d = device("model", thp ? BS_THP_ALWAYS : BS_THP_NEVER,
					     BS_ADVICE_DONTNEED, NULL);

		assert_int_equal(take_for_zero(d, 512, 9), 0);
		bs_dev_free(d, 512, 9);
		assert_int_equal(take_for_zero(d, 512, 9), 512);
		bs_dev_free(d, 512, 9);
		report(d, 512, 8);
		assert_int_equal(take_for_zero(d, 512, 9), 256);
		bs_dev_free(d, 512, 9);
		report(d, 512, 9);
		/* A neighbour comes back with its huge page: nobody wrote to it. */
		assert_int_equal(take_for_zero(d, 512, 0), 0);
		assert_int_equal(take_for_zero(d, 768, 8), 0);
		bs_device_preset_resident(d, 1024, 3); /* somebody's, of before t0 */
		assert_int_equal(take_for_zero(d, 1024, 4), 8);
		bs_device_destroy(d);
	}
}

/* A host that completes without dropping, or drops later or not at all. */
static void test_hosts_that_did_not_drop_it(void **state)
{
	static const char *const lazy[] = {
		"inhibit=assigned", "host_page=4MiB", "madvise_every=1",
		"error_every=1",    "poison=before",
	};

	(void)state;
	assert_int_equal(after_a_report(device("model", BS_THP_NEVER, BS_ADVICE_DONTNEED, NULL)),
			 0);
	for (size_t i = 0; i < sizeof(lazy) / sizeof(lazy[0]); i++)
		assert_int_equal(
			after_a_report(device("model", BS_THP_NEVER, BS_ADVICE_DONTNEED, lazy[i])),
			512);
	for (int advice = BS_ADVICE_FREE; advice <= BS_ADVICE_PAGEOUT; advice++)
		assert_int_equal(
			after_a_report(device("model", BS_THP_NEVER, (enum bs_advice)advice, NULL)),
			512);
}

static void test_poison_is_no_zero(void **state)
{
	struct bs_device *d;
	struct bs_error err;
	bs_ns cost;

	(void)state;
	/* The host fills what it faults in: dropped memory comes back, but not as zeroes. */
	assert_int_equal(
		after_a_report(device("model", BS_THP_NEVER, BS_ADVICE_DONTNEED, "poison=host")),
		512);
	assert_int_equal(after_a_report(device("model", BS_THP_NEVER, BS_ADVICE_DONTNEED,
					       "poison=host,poison_byte=0")),
			 0);
	/* ... the neighbours too, that nobody has had. */
	d = device("model", BS_THP_ALWAYS, BS_ADVICE_DONTNEED, "poison=host");
	bs_dev_alloc(d, 512, 0);
	assert_int_equal(take_for_zero(d, 768, 8), 256);
	bs_device_destroy(d);
	/* init_on_free: zero without any host. */
	for (int zero = 0; zero <= 1; zero++) {
		d = device("model", BS_THP_NEVER, BS_ADVICE_DONTNEED,
			   zero ? "poison=after,poison_byte=0" : "poison=after");
		bs_dev_alloc(d, 512, 9);
		bs_dev_free(d, 512, 9);
		assert_ok(bs_device_poison(d, 512, 9, 0, &cost, &err), &err);
		assert_int_equal(take_for_zero(d, 512, 9), zero ? 0 : 512);
		bs_device_destroy(d);
	}
}

/* Who did not ask for the account gets no figure for what was not zero. */
static void test_without_an_account(void **state)
{
	struct bs_device *d =
		bs_dev_create((struct bs_device_config){.kind = "null", .touch = BS_TOUCH_PAGE});

	(void)state;
	bs_dev_alloc(d, 0, 9);
	bs_dev_free(d, 0, 9);
	assert_int_equal(take_for_zero(d, 0, 9), 0);
	bs_device_destroy(d);
}

/* The account against the arena: a page that it says is zero reads so, at every step. */
static void random_life(enum bs_thp thp, const char *params, uint64_t seed)
{
	enum { ORDER = 5, BLOCKS = 4096 >> ORDER };
	struct bs_device *d = device("madvise", thp, BS_ADVICE_DONTNEED, params);
	bool used[BLOCKS] = {false};
	unsigned int compared = 0;
	struct bs_rng rng;

	bs_rng_seed(&rng, seed);
	for (unsigned int step = 0; step < 1500; step++) {
		const unsigned int b = (unsigned int)bs_rng_below(&rng, BLOCKS);
		const bs_pfn pfn = b << ORDER;

		if (used[b]) {
			bs_dev_free(d, pfn, ORDER);
			used[b] = false;
		} else if (bs_rng_below(&rng, 2)) {
			bs_dev_alloc(d, pfn, ORDER);
			used[b] = true;
		} else {
			report(d, pfn, ORDER);
		}
		for (bs_pfn p = 0; step % 8 == 0 && p < 4096; p++) {
			if (d->dirty[p / 64] >> (p % 64) & 1 || !bs_device_is_resident(d, p))
				continue;
			assert_true(bs_arena_is_filled(&d->arena, p, 0));
			compared++;
		}
	}
	assert_true(thp == BS_THP_NEVER || compared > 0);
	bs_device_destroy(d);
}

static void test_random_life(void **state)
{
	(void)state;
	random_life(BS_THP_NEVER, NULL, 1);
	random_life(BS_THP_ALWAYS, NULL, 2);
	random_life(BS_THP_ALWAYS, "madvise_every=3", 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cost),
		cmocka_unit_test(test_zero_is_what_was_dropped),
		cmocka_unit_test(test_hosts_that_did_not_drop_it),
		cmocka_unit_test(test_poison_is_no_zero),
		cmocka_unit_test(test_without_an_account),
		cmocka_unit_test(test_random_life),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
