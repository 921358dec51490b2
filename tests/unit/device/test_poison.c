// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A pattern over free memory: who pays for it, what the host makes of it, and that it is still there
 * when the memory comes back (MEANING.md, touching and residency).
 */
#include "bs_test.h"

#include <sys/mman.h>

#include <errno.h>
#include <string.h>

#include "bs_device_test.h"
#include "device_state.h"
#include "poison.h"
#include "rng.h"

/* 1 ns per page to poison, 10 to fault in again, 100 to install. */
static const struct bs_device_costs costs = {.per_request = 5000,
					     .per_mib = 7,
					     .thp_per_mib = 7,
					     .refault_per_mib = 10 << 8,
					     .refault_thp_per_mib = 10 << 8,
					     .install_per_mib = 100 << 8,
					     .poison_per_mib = 1 << 8};

static struct bs_device *device(const char *kind, enum bs_thp thp, const char *params)
{
	return bs_dev_create((struct bs_device_config){.kind = kind,
						       .touch = BS_TOUCH_PAGE,
						       .thp = thp,
						       .verify = BS_VERIFY_EACH,
						       .costs = &costs,
						       .params = params});
}

static bs_ns poison(struct bs_device *d, bs_pfn pfn, unsigned int order)
{
	struct bs_error err;
	bs_ns cost;

	assert_ok(bs_device_poison(d, pfn, order, 0, &cost, &err), &err);
	return cost;
}

static uint8_t byte_at(const struct bs_device *d, bs_pfn pfn, size_t offset)
{
	return (uint8_t)bs_arena_page(&d->arena, pfn)[offset];
}

static const char *const both[] = {"model", "madvise"};

/* A byte of the guest's that is not 0: requests complete, at the price of the call, and nothing goes;
 * the pattern is there when the memory comes back. */
static void test_the_guest_s_pattern_keeps_the_host_off(void **state)
{
	static const char *const modes[] = {"poison=before", "poison=after",
					    "poison=after,poison_byte=0x5a"};
	struct bs_device_stats s;

	(void)state;
	for (size_t i = 0; i < 12; i++) {
		const uint8_t byte = i / 4 == 2 ? 0x5a : 0xaa;
		struct bs_device *d =
			device(both[i % 2], i & 2 ? BS_THP_ALWAYS : BS_THP_NEVER, modes[i / 4]);

		assert_int_equal(bs_dev_alloc(d, 512, 9), 0);
		bs_dev_free(d, 512, 9);
		assert_int_equal(poison(d, 512, 9), 512);
		assert_int_equal(bs_dev_report(d, 512, 9), 5000);
		assert_int_equal(bs_device_held(d), 2 << 20);
		if (d->arena.base) {
			assert_int_equal(byte_at(d, 512, 0), byte);
			assert_int_equal(byte_at(d, 1023, 4095), byte);
		}
		bs_assert_agrees_with_kernel(d);
		assert_int_equal(bs_dev_alloc(d, 512, 9), 0);
		bs_dev_free(d, 512, 9);
		bs_device_stats(d, &s);
		assert_int_equal(s.skipped_bytes, 2 << 20);
		assert_int_equal(s.discarded_bytes, 0);
		assert_int_equal(s.failed_requests, 0);
		assert_int_equal(s.poison_bytes, 2 << 20);
		assert_int_equal(s.content_loss, 0);
		bs_device_destroy(d);
	}
}

/* init_on_free: zeroes are what dropped memory comes back with, so the host may drop it. */
static void test_zeroes_may_be_dropped(void **state)
{
	struct bs_device_stats s;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct bs_device *d = device(both[i % 2], i & 2 ? BS_THP_ALWAYS : BS_THP_NEVER,
					     "poison=before,poison_byte=0");

		bs_dev_alloc(d, 512, 9);
		bs_dev_free(d, 512, 9);
		assert_int_equal(poison(d, 512, 9), 512);
		assert_int_equal(bs_dev_report(d, 512, 9), 5000 + 2 * 7);
		assert_int_equal(bs_device_held(d), 0);
		assert_int_equal(bs_dev_alloc(d, 512, 9), 512 * 10);
		bs_dev_free(d, 512, 9);
		bs_assert_agrees_with_kernel(d);
		bs_device_stats(d, &s);
		assert_int_equal(s.discarded_bytes, 2 << 20);
		assert_int_equal(s.content_loss, 0);
		bs_device_destroy(d);
	}
}

/* Written behind the hint: what was given back is faulted in again, only to be overwritten. */
static void test_poison_behind_a_hint_undoes_it(void **state)
{
	struct bs_device_stats s;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct bs_device *d = device(both[i % 2], i & 2 ? BS_THP_ALWAYS : BS_THP_NEVER,
					     "poison=after,poison_byte=0");

		bs_dev_alloc(d, 512, 9);
		bs_dev_free(d, 512, 9);
		bs_dev_report(d, 512, 9);
		assert_int_equal(bs_device_held(d), 0);
		assert_int_equal(poison(d, 512, 9), 512 * 10 + 512);
		assert_int_equal(bs_device_held(d), 2 << 20);
		bs_assert_agrees_with_kernel(d);
		bs_device_stats(d, &s);
		assert_int_equal(s.refault_bytes, 2 << 20);
		assert_int_equal(bs_dev_alloc(d, 512, 9), 0);
		bs_device_destroy(d);
	}
}

/* The host fills what it faults in, on top of the fault; the guest writes nothing, the host drops
 * what it is told to. With huge pages the neighbours are filled as well, and found so. */
static void test_the_host_fills_what_it_faults_in(void **state)
{
	struct bs_device_stats s;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		const bool thp = i & 2;
		struct bs_device *d =
			device(both[i % 2], thp ? BS_THP_ALWAYS : BS_THP_NEVER, "poison=host");

		/* touched first: the pattern is part of that fault, too */
		assert_int_equal(bs_dev_touch(d, 512, 9).first_touch, 512 * 11);
		bs_dev_free(d, 512, 9);
		assert_int_equal(poison(d, 512, 9), 0); /* not the guest's business */
		assert_int_equal(bs_dev_report(d, 512, 9), 5000 + 2 * 7);
		assert_int_equal(bs_device_held(d), 0);
		assert_int_equal(bs_dev_alloc(d, 512, 3), thp ? 512 * 11 : 8 * 11);
		if (d->arena.base) {
			assert_int_equal(byte_at(d, 515, 8), 0xaa); /* behind the stamp */
			assert_int_equal(byte_at(d, 515, 4095), 0xaa);
		}
		bs_device_stats(d, &s);
		assert_int_equal(s.poison_bytes, (512 + (thp ? 512 : 8)) * BS_UNIT_SIZE);
		assert_int_equal(bs_dev_alloc(d, 520, 3), thp ? 0 : 8 * 11);
		bs_assert_agrees_with_kernel(d);
		bs_device_destroy(d);
	}
}

/* What is installed is filled, and looked at when its pages are handed out. */
static void test_the_host_fills_what_it_installs(void **state)
{
	struct bs_device *d = device("madvise", BS_THP_NEVER, "poison=host");
	struct bs_fault_cost fault;
	struct bs_error err;
	bs_ns cost;

	(void)state;
	assert_ok(bs_device_install(d, 512, 9, 0, &cost, &err), &err);
	assert_int_equal(cost, 512 * 101);
	assert_int_equal(byte_at(d, 700, 99), 0xaa);
	bs_assert_agrees_with_kernel(d);
	bs_dev_alloc(d, 512, 3);
	bs_arena_page(&d->arena, 700)[99] ^= 1;
	assert_int_equal(bs_device_alloc(d, 512 + 128, 7, 1, 0, &fault, &err), -EUCLEAN);
	assert_non_null(strstr(err.text, "page 700: poison lost while it was free"));
	bs_device_destroy(d);
}

/* ---- What must be found, and what must not be touched ---------------------------------------- */

/* Dropped behind everybody's back, or written to while it was free: the next owner notices. */
static void test_lost_poison_is_found(void **state)
{
	struct bs_device *d = device("madvise", BS_THP_NEVER, "poison=before");
	struct bs_device_stats s;
	struct bs_fault_cost fault;
	struct bs_error err;

	(void)state;
	bs_dev_alloc(d, 512, 9);
	bs_dev_free(d, 512, 9);
	poison(d, 512, 9);
	assert_int_equal(madvise(bs_arena_page(&d->arena, 600), BS_UNIT_SIZE, MADV_DONTNEED), 0);
	bs_arena_page(&d->arena, 601)[4095] = 0;
	assert_int_equal(bs_device_alloc(d, 512, 9, 1, 0, &fault, &err), -EUCLEAN);
	assert_int_equal(err.status, BS_INVARIANT);
	assert_non_null(strstr(err.text, "page 600: poison lost while it was free"));
	bs_device_stats(d, &s);
	assert_int_equal(s.content_loss, 2);
	/* Once: it is the owner's now, whatever he writes. */
	bs_dev_free(d, 512, 9);
	bs_dev_alloc(d, 512, 9);
	bs_device_destroy(d);
}

/* Where the model has no page there is nothing to read: reading would map one. */
static void test_the_check_maps_nothing(void **state)
{
	struct bs_device *d = device("madvise", BS_THP_NEVER, "poison=before,poison_byte=0");
	bs_pfn first;

	(void)state;
	bs_dev_alloc(d, 512, 9);
	bs_dev_free(d, 512, 9);
	poison(d, 512, 9);
	bs_dev_report(d, 512, 9);
	assert_int_equal(bs_poison_damaged(d, 512, 9, &first), 0);
	assert_int_equal(bs_device_real_rss(d), 0);
	bs_assert_agrees_with_kernel(d);
	bs_device_destroy(d);
}

static void assert_broken(struct bs_device *d, bs_pfn pfn, unsigned int order, const char *says)
{
	struct bs_error err;
	bs_ns cost = 99;

	bs_assert_broken(bs_device_poison(d, pfn, order, 0, &cost, &err), &err, says);
	assert_int_equal(cost, 0);
}

static void test_laws(void **state)
{
	struct bs_device *d = device("null", BS_THP_NEVER, "poison=after");
	const struct bs_range r = {1024, 9};
	struct bs_error err;
	bs_ns cost;

	(void)state;
	assert_int_equal(bs_device_poison_mode(d), BS_POISON_AFTER);
	assert_broken(d, 4096, 0, "no such block");
	assert_broken(d, 3, 2, "no such block");
	bs_dev_alloc(d, 515, 0);
	assert_broken(d, 512, 9, "page 515: poisoned while it is in use");
	assert_int_equal(bs_device_request(d, &r, 1, &cost, &err), 0);
	assert_broken(d, 1024, 10, "page 1024: poisoned while it is at the device");
	bs_device_destroy(d);
}

/* Off, the host's, and a guest that touches nothing: the guest writes no pattern. */
static void test_where_nothing_is_poisoned(void **state)
{
	struct bs_device *d = device("null", BS_THP_NEVER, NULL);
	struct bs_device_stats s;
	struct bs_error err;

	(void)state;
	assert_int_equal(bs_device_poison_mode(d), BS_POISON_OFF);
	assert_int_equal(poison(d, 0, 9), 0);
	assert_int_equal(bs_device_held(d), 0);
	bs_device_destroy(d);

	d = bs_dev_create((struct bs_device_config){.kind = "null", .params = "poison=before"});
	assert_int_equal(poison(d, 0, 9), 0);
	bs_device_stats(d, &s);
	assert_int_equal(s.poison_bytes, 0);
	assert_non_null(strstr(bs_device_words(d), "poison=before"));
	bs_device_destroy(d);

	assert_int_equal(bs_device_check_params("null", "poison=sometimes", &err), -EINVAL);
	assert_int_equal(bs_device_check_params("null", "poison_byte=256", &err), -EINVAL);
}

/* ---- All of it, at random -------------------------------------------------------------------- */

/* Blocks come, go, are poisoned and reported: nothing is lost and the kernel agrees throughout. */
static void random_life(const char *params, enum bs_thp thp, uint64_t seed)
{
	enum { ORDER = 6, BLOCKS = 4096 >> ORDER };
	struct bs_device *d = device("madvise", thp, params);
	const bool after = bs_device_poison_mode(d) == BS_POISON_AFTER;
	bool used[BLOCKS] = {false};
	struct bs_device_stats s;
	struct bs_rng rng;

	bs_rng_seed(&rng, seed);
	for (unsigned int step = 0; step < 600; step++) {
		const unsigned int b = (unsigned int)bs_rng_below(&rng, BLOCKS);
		const bs_pfn pfn = b << ORDER;

		if (used[b]) {
			bs_dev_free(d, pfn, ORDER);
			if (!after)
				poison(d, pfn, ORDER);
			if (bs_rng_below(&rng, 2))
				bs_dev_report(d, pfn, ORDER);
			if (after)
				poison(d, pfn, ORDER);
			used[b] = false;
		} else if (bs_rng_below(&rng, 3)) {
			bs_dev_alloc(d, pfn, ORDER);
			used[b] = true;
		} else {
			bs_dev_report(d, pfn, ORDER);
		}
		if (step % 16 == 0)
			bs_assert_agrees_with_kernel(d);
	}
	bs_assert_agrees_with_kernel(d);
	bs_device_stats(d, &s);
	assert_int_equal(s.content_loss, 0);
	assert_int_equal(s.residency_mismatches, 0);
	assert_true(s.poison_bytes > 0);
	bs_device_destroy(d);
}

static void test_random_life(void **state)
{
	static const char *const params[] = {"poison=before", "poison=before,poison_byte=0",
					     "poison=after",  "poison=after,poison_byte=0",
					     "poison=host",   "poison=host,poison_byte=0"};

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		random_life(params[i], BS_THP_NEVER, i + 1);
		random_life(params[i], BS_THP_ALWAYS, i + 11);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_guest_s_pattern_keeps_the_host_off),
		cmocka_unit_test(test_zeroes_may_be_dropped),
		cmocka_unit_test(test_poison_behind_a_hint_undoes_it),
		cmocka_unit_test(test_the_host_fills_what_it_faults_in),
		cmocka_unit_test(test_the_host_fills_what_it_installs),
		cmocka_unit_test(test_lost_poison_is_found),
		cmocka_unit_test(test_the_check_maps_nothing),
		cmocka_unit_test(test_laws),
		cmocka_unit_test(test_where_nothing_is_poisoned),
		cmocka_unit_test(test_random_life),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
