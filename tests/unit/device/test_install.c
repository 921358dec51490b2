// SPDX-License-Identifier: GPL-2.0-or-later
/* The host backs memory before the guest touches it: model and kernel, what it costs, what counts. */
#include "bs_test.h"

#include <sys/mman.h>

#include <errno.h>
#include <string.h>

#include "bs_device_test.h"
#include "device_state.h"

static struct bs_device *device(const char *kind, enum bs_thp thp, enum bs_touch touch)
{
	const struct bs_device_costs costs = {.refault_per_mib = 1000 << 8,
					      .refault_thp_per_mib = 1000 << 8,
					      .install_per_mib = 7 << 8};
	return bs_dev_create((struct bs_device_config){.kind = kind,
						       .touch = touch,
						       .thp = thp,
						       .verify = BS_VERIFY_EACH,
						       .costs = &costs});
}

static bs_ns install(struct bs_device *d, bs_pfn pfn, unsigned int order, bs_ns now)
{
	struct bs_error err;
	bs_ns cost = 99;

	assert_ok(bs_device_install(d, pfn, order, now, &cost, &err), &err);
	return cost;
}

/* 7 ns per page, of those that were not there; then the guest's touch is free. */
static void test_cost_of_what_was_not_resident(void **state)
{
	struct bs_device_stats s;

	(void)state;
	for (int thp = 0; thp <= 1; thp++) {
		struct bs_device *d =
			device("model", thp ? BS_THP_ALWAYS : BS_THP_NEVER, BS_TOUCH_PAGE);

		bs_dev_alloc(d, 512, 9);
		bs_dev_free(d, 512, 9);
		assert_int_equal(install(d, 512, 9, 0), 0); /* all there */
		bs_dev_report(d, 512, 9);
		assert_int_equal(install(d, 512, 9, 5), 512 * 7);
		assert_int_equal(bs_dev_alloc(d, 512, 9), 0);
		/* Never touched before: it has to be made resident all the same. */
		assert_int_equal(install(d, 1024, 3, 0), thp ? 512 * 7 : 8 * 7);
		assert_int_equal(install(d, 1024, 9, 0), thp ? 0 : 504 * 7);
		bs_device_stats(d, &s);
		assert_int_equal(s.installs, 4);
		assert_int_equal(s.install_bytes, 1024 * BS_UNIT_SIZE);
		/* What had been discarded counts as needed again, the rest as touched first. */
		assert_int_equal(s.refault_bytes, 512 * BS_UNIT_SIZE);
		assert_int_equal(s.refault_bytes_1s, 512 * BS_UNIT_SIZE);
		assert_int_equal(s.first_touch_bytes, 1024 * BS_UNIT_SIZE);
		assert_int_equal(s.peak_resident_bytes, 1024 * BS_UNIT_SIZE);
		bs_device_destroy(d);
	}
}

/* Half of a frame was dropped: only that half is paid for, and a page in use stays as it is. */
static void test_part_of_a_frame(void **state)
{
	(void)state;
	for (int thp = 0; thp <= 1; thp++) {
		struct bs_device *d =
			device("madvise", thp ? BS_THP_ALWAYS : BS_THP_NEVER, BS_TOUCH_PAGE);

		bs_dev_alloc(d, 0, 8);
		bs_dev_alloc(d, 256, 8);
		bs_dev_free(d, 256, 8);
		bs_dev_report(d, 256, 8);
		assert_int_equal(install(d, 0, 9, 0), 256 * 7);
		bs_assert_agrees_with_kernel(d);
		bs_dev_free(d, 0, 8); /* its stamps are whole */
		bs_device_destroy(d);
	}
}

/*
 *   2 MiB and 4 MiB in use, freed, dropped, installed, in use again: the kernel has what the model
 *   says at every step, however it installs.
 */
static void real_life(enum bs_thp thp, enum bs_touch touch, int advice)
{
	struct bs_device *d = device("madvise", thp, touch);
	const uint64_t all = (512 + 1024) * BS_UNIT_SIZE;

	if (advice)
		d->arena.install = advice;
	for (int round = 0; round < 3; round++) {
		bs_dev_alloc(d, 512, 9);
		bs_dev_alloc(d, 1024, 10);
		bs_dev_free(d, 512, 9);
		bs_dev_free(d, 1024, 10);
		bs_dev_report(d, 512, 9);
		bs_dev_report(d, 1024, 10);
		assert_int_equal(bs_device_real_rss(d), 0);
		install(d, 512, 9, 0);
		install(d, 1024, 9, 0);
		install(d, 1536, 9, 0);
		assert_int_equal(bs_device_held(d), all);
		assert_int_equal(bs_device_real_rss(d), all);
		bs_assert_agrees_with_kernel(d);
	}
	bs_device_destroy(d);
}

static void test_the_kernel_agrees(void **state)
{
	(void)state;
	for (int touch = BS_TOUCH_PAGE; touch <= BS_TOUCH_ALL; touch++) {
		real_life(BS_THP_NEVER, (enum bs_touch)touch, 0);
		real_life(BS_THP_ALWAYS, (enum bs_touch)touch, 0);
	}
}

/* What was installed is looked after like what was touched: gone behind the device's back, it is
 * missed, and nothing else makes it resident a second time. */
static void test_an_installed_page_that_is_gone(void **state)
{
	(void)state;
	for (int thp = 0; thp <= 1; thp++) {
		struct bs_device *d =
			device("madvise", thp ? BS_THP_ALWAYS : BS_THP_NEVER, BS_TOUCH_PAGE);
		struct bs_error err;

		install(d, 512, 9, 0);
		bs_assert_agrees_with_kernel(d);
		assert_int_equal(
			madvise(bs_arena_page(&d->arena, 600), BS_UNIT_SIZE, MADV_DONTNEED), 0);
		assert_int_equal(bs_device_check(d, &err), 1);
		assert_non_null(strstr(err.text, "page 600: resident by the model"));
		bs_device_destroy(d);
	}
}

/* A kernel that does not know MADV_POPULATE_WRITE says EINVAL: the pages are touched instead. */
static void test_a_kernel_that_cannot_populate(void **state)
{
	(void)state;
	real_life(BS_THP_NEVER, BS_TOUCH_PAGE, 9999);
	real_life(BS_THP_ALWAYS, BS_TOUCH_PAGE, 9999);
}

/* It is the host that backs the memory, whether or not the guest touches it. */
static void test_without_touching(void **state)
{
	struct bs_device *d = device("madvise", BS_THP_NEVER, BS_TOUCH_NONE);

	(void)state;
	assert_int_equal(install(d, 0, 9, 0), 512 * 7);
	assert_int_equal(bs_device_held(d), 2 << 20);
	assert_int_equal(bs_device_real_rss(d), 2 << 20);
	bs_dev_alloc(d, 0, 9);
	bs_dev_report(d, 0, 9);
	assert_int_equal(bs_device_held(d), 0);
	bs_device_destroy(d);
}

static void assert_broken(struct bs_device *d, bs_pfn pfn, unsigned int order, const char *says)
{
	struct bs_error err;
	bs_ns cost = 99;

	bs_assert_broken(bs_device_install(d, pfn, order, 0, &cost, &err), &err, says);
	assert_int_equal(cost, 0);
}

static void test_laws(void **state)
{
	struct bs_device *d = device("null", BS_THP_NEVER, BS_TOUCH_PAGE);
	const struct bs_range r = {512, 9};
	struct bs_device_stats s;
	struct bs_error err;
	bs_ns cost;

	(void)state;
	assert_broken(d, 4096, 9, "no such block");
	assert_broken(d, 1, 9, "no such block");
	assert_broken(d, 0, 11, "no such block");
	assert_int_equal(bs_device_request(d, &r, 1, &cost, &err), 0);
	assert_broken(d, 0, 10, "page 512: installed while it is at the device");
	bs_device_stats(d, &s);
	assert_int_equal(s.installs, 0);
	assert_int_equal(s.resident_bytes, 0);
	assert_ok(bs_device_complete(d, 0, 0, &err), &err);
	install(d, 0, 10, 0);
	bs_device_destroy(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cost_of_what_was_not_resident),
		cmocka_unit_test(test_part_of_a_frame),
		cmocka_unit_test(test_the_kernel_agrees),
		cmocka_unit_test(test_an_installed_page_that_is_gone),
		cmocka_unit_test(test_a_kernel_that_cannot_populate),
		cmocka_unit_test(test_without_touching),
		cmocka_unit_test(test_laws),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
