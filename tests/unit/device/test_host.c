// SPDX-License-Identifier: GPL-2.0-or-later
/* What the host is asked to do with a range (--advice), and when it says that it is busy. */
#include "bs_test.h"

#include <errno.h>
#include <string.h>

#include "bs_device_test.h"
#include "device_state.h"

static const struct bs_device_costs costs = {
	.per_request = 1000, .per_range = 100, .per_mib = 7, .thp_per_mib = 7};

static struct bs_device *device(const char *kind, enum bs_thp thp, enum bs_advice advice,
				const char *params)
{
	return bs_dev_create((struct bs_device_config){.kind = kind,
						       .capacity = 4,
						       .depth = 2,
						       .touch = BS_TOUCH_PAGE,
						       .thp = thp,
						       .advice = advice,
						       .verify = BS_VERIFY_EACH,
						       .costs = &costs,
						       .params = params});
}

static void assert_described(const struct bs_device *d, const char *text)
{
	assert_string_equal(bs_device_words(d), text);
}

/* ---- Advice ---------------------------------------------------------------------------------- */

/* The request completes, costs no dropping, and everything is where it was: contents too. */
static void test_none_drops_nothing(void **state)
{
	static const char *const kinds[] = {"null", "model", "madvise"};
	struct bs_device_stats s;

	(void)state;
	for (int i = 0; i < 6; i++) {
		struct bs_device *d = device(kinds[i / 2], i & 1 ? BS_THP_ALWAYS : BS_THP_NEVER,
					     BS_ADVICE_NONE, NULL);
		char before[64];

		bs_dev_alloc(d, 512, 9);
		bs_dev_free(d, 512, 9);
		if (d->arena.base)
			memcpy(before, bs_arena_page(&d->arena, 700), sizeof(before));
		assert_int_equal(bs_dev_report(d, 512, 9), 1000 + 100);
		assert_int_equal(bs_device_held(d), 2 << 20);
		bs_device_stats(d, &s);
		assert_int_equal(s.skipped_bytes, 2 << 20);
		assert_int_equal(s.discarded_bytes, 0);
		assert_int_equal(s.failed_requests, 0);
		if (d->arena.base) {
			assert_memory_equal(before, bs_arena_page(&d->arena, 700), sizeof(before));
			assert_int_equal(bs_device_real_rss(d), 2 << 20);
		}
		bs_assert_agrees_with_kernel(d);
		bs_dev_alloc(d, 512, 9);
		bs_device_stats(d, &s);
		assert_int_equal(s.refault_bytes, 0);
		bs_device_destroy(d);
	}
}

/* Still compared with the kernel's account: a page that goes all the same is found. */
static void test_none_is_compared(void **state)
{
	struct bs_device *d = device("madvise", BS_THP_NEVER, BS_ADVICE_NONE, NULL);
	struct bs_error err;

	(void)state;
	bs_dev_alloc(d, 512, 9);
	bs_dev_free(d, 512, 9);
	bs_dev_report(d, 512, 9);
	bs_arena_discard(&d->arena, 520, 1); /* MADV_NORMAL */
	bs_assert_agrees_with_kernel(d);
	d->arena.advice = 4; /* MADV_DONTNEED */
	bs_arena_discard(&d->arena, 520, 1);
	assert_int_equal(bs_device_check(d, &err), 1);
	bs_device_destroy(d);
}

/* The model counts the advice, as for MADV_FREE. With swap or without, contents come back. */
static void test_pageout(void **state)
{
	struct bs_device *d = device("madvise", BS_THP_NEVER, BS_ADVICE_PAGEOUT, NULL);
	struct bs_device_stats s;
	char before[64];

	(void)state;
	bs_dev_alloc(d, 512, 9);
	bs_dev_free(d, 512, 9);
	memcpy(before, bs_arena_page(&d->arena, 700), sizeof(before));
	assert_int_equal(bs_dev_report(d, 512, 9), 1000 + 100 + 2 * 7);
	assert_int_equal(bs_device_held(d), 0);
	assert_memory_equal(before, bs_arena_page(&d->arena, 700), sizeof(before));
	bs_assert_agrees_with_kernel(d); /* nothing is compared */
	bs_device_stats(d, &s);
	assert_int_equal(s.residency_checks, 0);
	assert_int_equal(s.discarded_bytes, 2 << 20);
	bs_dev_alloc(d, 512, 9);
	bs_dev_free(d, 512, 9);
	bs_device_destroy(d);
}

/* A kernel that does not know the advice refuses it: the range stays and the request says so. */
static void test_an_advice_the_kernel_lacks(void **state)
{
	struct bs_device *d = device("madvise", BS_THP_NEVER, BS_ADVICE_PAGEOUT, NULL);
	const struct bs_range r = {512, 9};
	struct bs_device_stats s;
	struct bs_error err;
	bs_ns cost;

	(void)state;
	d->arena.advice = 9999;
	bs_dev_alloc(d, 512, 9);
	bs_dev_free(d, 512, 9);
	assert_int_equal(bs_device_request(d, &r, 1, &cost, &err), 0);
	assert_int_equal(bs_device_complete(d, 0, 0, &err), -EIO);
	assert_int_equal(err.sys_errno, EINVAL);
	bs_device_stats(d, &s);
	assert_int_equal(s.skipped_bytes, 2 << 20);
	assert_int_equal(bs_device_held(d), 2 << 20);
	bs_device_destroy(d);
}

static void test_names(void **state)
{
	static const char *const names[] = {"dontneed", "free", "none", "pageout"};
	const char *name, *summary;
	struct bs_device_config c = {.kind = "null", .nr_pages = 1};
	struct bs_device *d;
	struct bs_error err;

	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		assert_true(bs_device_advice(i, &name, &summary));
		assert_string_equal(name, names[i]);
		assert_true(strlen(summary) > 0);
	}
	assert_false(bs_device_advice(4, &name, NULL));
	c.advice = 4;
	assert_int_equal(bs_device_create(&c, &d, &err), -EINVAL);

	d = device("null", BS_THP_NEVER, BS_ADVICE_NONE, NULL);
	assert_described(d, "null, thp=never, no advice, 4 ranges");
	bs_device_destroy(d);
	d = device("null", BS_THP_NEVER, BS_ADVICE_PAGEOUT, NULL);
	assert_described(d, "null, thp=never, 4 ranges");
	bs_device_destroy(d);
	d = device("madvise", BS_THP_NEVER, BS_ADVICE_PAGEOUT, NULL);
	assert_described(d, "madvise, thp=never, MADV_PAGEOUT, 4 ranges");
	bs_device_destroy(d);
}

/* ---- Busy ------------------------------------------------------------------------------------ */

static void test_a_full_queue_is_busy(void **state)
{
	struct bs_device *d = device("null", BS_THP_NEVER, BS_ADVICE_DONTNEED, NULL);
	const struct bs_range r[] = {{0, 9}, {512, 9}};
	struct bs_error err;
	bs_ns cost;

	(void)state;
	assert_false(bs_device_busy(d, 0));
	assert_int_equal(bs_device_request(d, &r[0], 1, &cost, &err), 0);
	assert_false(bs_device_busy(d, 0));
	assert_int_equal(bs_device_request(d, &r[1], 1, &cost, &err), 1);
	assert_true(bs_device_busy(d, 0));
	assert_ok(bs_device_complete(d, 0, 0, &err), &err);
	assert_false(bs_device_busy(d, 0));
	bs_device_destroy(d);
}

/*
 *   stall_at=10us,stall_for=4us,stall_every=20us   10..13, 30..33, ...
 *   busy_every=45us,busy_for=2us                   0..1, 45..46, ...
 */
static void test_a_host_that_stands_still_is_busy(void **state)
{
	struct bs_device *d =
		device("model", BS_THP_NEVER, BS_ADVICE_DONTNEED,
		       "stall_at=10us,stall_for=4us,stall_every=20us,busy_every=45us,busy_for=2us");

	(void)state;
	for (bs_ns us = 0; us < 100; us++) {
		const bool stalled = us >= 10 && (us - 10) % 20 < 4, says = us % 45 < 2;

		assert_int_equal(bs_device_busy(d, us * BS_NS_PER_US), stalled || says);
	}
	assert_true(bs_device_busy(d, 14 * BS_NS_PER_US - 1));
	/* It says so and serves all the same. */
	assert_int_equal(bs_dev_report(d, 0, 9), 1000 + 100 + 2 * 7);
	bs_device_destroy(d);
}

static void test_busy_for_good_is_refused(void **state)
{
	struct bs_error err;

	(void)state;
	assert_int_equal(bs_device_check_params("null", "busy_for=1ms,busy_every=1ms", &err),
			 -EINVAL);
	assert_non_null(strstr(err.text, "busy for good"));
	assert_int_equal(bs_device_check_params("null", "busy_for=1ms,busy_every=2ms", &err), 0);
}

/* ---- 512 ranges ------------------------------------------------------------------------------ */

/* The largest request there is, on the real arena, some of it skipped: each range on its own. */
static void test_a_request_of_512_ranges(void **state)
{
	struct bs_device *d =
		bs_dev_create((struct bs_device_config){.kind = "madvise",
							.capacity = 512,
							.touch = BS_TOUCH_PAGE,
							.thp = BS_THP_NEVER,
							.verify = BS_VERIFY_EACH,
							.params = "madvise_every=64"});
	struct bs_range r[513];
	struct bs_device_stats s;
	struct bs_error err;
	bs_ns cost;

	(void)state;
	for (unsigned int i = 0; i < 513; i++)
		r[i] = (struct bs_range){i * 4, 1};
	for (unsigned int i = 0; i < 4096; i += 1024) {
		bs_dev_alloc(d, i, 10);
		bs_dev_free(d, i, 10);
	}
	assert_int_equal(bs_device_request(d, r, 513, &cost, &err), -EUCLEAN);
	assert_int_equal(bs_device_request(d, r, 512, &cost, &err), 0);
	assert_int_equal(bs_device_complete(d, 0, 0, &err), -EIO);
	bs_device_stats(d, &s);
	assert_int_equal(s.ranges, 512);
	assert_int_equal(s.discarded_bytes, (512 - 8) * 2 * BS_UNIT_SIZE);
	assert_int_equal(s.skipped_bytes, 8 * 2 * BS_UNIT_SIZE);
	for (unsigned int i = 0; i < 512; i++)
		assert_int_equal(bs_device_is_resident(d, i * 4), i % 64 == 63);
	bs_assert_agrees_with_kernel(d);
	bs_device_destroy(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_none_drops_nothing),
		cmocka_unit_test(test_none_is_compared),
		cmocka_unit_test(test_pageout),
		cmocka_unit_test(test_an_advice_the_kernel_lacks),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_a_full_queue_is_busy),
		cmocka_unit_test(test_a_host_that_stands_still_is_busy),
		cmocka_unit_test(test_busy_for_good_is_refused),
		cmocka_unit_test(test_a_request_of_512_ranges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
