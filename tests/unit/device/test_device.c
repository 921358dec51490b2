// SPDX-License-Identifier: GPL-2.0-or-later
/* device/device: what all devices share, seen without an arena: their life and configuration. */
#include "bs_test.h"

#include <errno.h>

#include "bs_device_test.h"

static struct bs_device *small_device(const char *kind, enum bs_thp thp)
{
	return bs_dev_create((struct bs_device_config){
		.kind = kind, .capacity = 4, .depth = 2, .touch = BS_TOUCH_PAGE, .thp = thp});
}

static int request(struct bs_device *d, const struct bs_range *r, unsigned int n,
		   struct bs_error *err)
{
	bs_ns cost;

	return bs_device_request(d, r, n, &cost, err);
}

/* allocated -> freed -> at the device -> discarded -> allocated: one refault of 2 MiB. */
static void test_life_of_a_block(void **state)
{
	struct bs_device *d = small_device("null", BS_THP_AUTO);
	struct bs_device_stats s;

	(void)state;
	assert_int_equal(bs_dev_alloc(d, 512, 9), 0);
	assert_int_equal(bs_device_held(d), 2 << 20);
	bs_dev_free(d, 512, 9);
	assert_int_equal(bs_device_held(d), 2 << 20);
	bs_dev_report(d, 512, 9);
	assert_int_equal(bs_device_held(d), 0);
	bs_dev_report(d, 512, 9);
	assert_int_equal(bs_dev_alloc(d, 512, 9), 0);

	bs_device_stats(d, &s);
	assert_int_equal(s.requests, 2);
	assert_int_equal(s.ranges, 2);
	assert_int_equal(s.asked_bytes, 4 << 20);
	assert_int_equal(s.redundant_bytes, 2 << 20);
	assert_int_equal(s.discarded_bytes, 2 << 20);
	assert_int_equal(s.returned_bytes, 2 << 20);
	assert_int_equal(s.refaults, 1);
	assert_int_equal(s.refault_bytes, 2 << 20);
	assert_int_equal(s.first_touch_bytes, 2 << 20);
	assert_int_equal(s.resident_bytes, 2 << 20);
	assert_int_equal(s.peak_resident_bytes, 2 << 20);
	assert_false(s.content_checked);
	assert_int_equal(bs_device_real_rss(d), BS_NO_TIME);
	assert_int_equal(bs_device_check(d, NULL), 0);
	bs_device_destroy(d);
}

/* The guest that leaves its pages alone changes nothing at the host, and owns nothing. */
static void test_touch_none(void **state)
{
	struct bs_device *d =
		bs_dev_create((struct bs_device_config){.kind = "null", .touch = BS_TOUCH_NONE});
	const struct bs_range r = {0, 9};
	struct bs_fault_cost fault;
	struct bs_error err;
	int ticket;

	(void)state;
	bs_device_preset_resident(d, 0, 9);
	bs_dev_alloc(d, 0, 9);
	bs_dev_alloc(d, 512, 9);
	assert_int_equal(bs_device_held(d), 2 << 20);
	bs_dev_free(d, 0, 9);
	ticket = request(d, &r, 1, &err);
	assert_ok(ticket, &err);
	bs_assert_broken(bs_device_alloc(d, 0, 0, 1, 0, &fault, &err), &err, "at the device");
	assert_ok(bs_device_complete(d, ticket, 0, &err), &err);
	assert_int_equal(bs_device_held(d), 0);
	bs_device_destroy(d);
}

static void test_description(void **state)
{
	struct bs_device *d = small_device("null", BS_THP_AUTO);
	char text[128];

	(void)state;
	assert_string_equal(bs_device_words(d), "null, thp=always, 4 ranges");
	assert_int_equal(bs_device_host(d, text, sizeof(text)), 0);
	bs_device_destroy(d);
}

/* --thp auto: as a host has them that runs guests; what forbids them is an arena's host. */
static void test_thp_auto(void **state)
{
	struct bs_device *d =
		bs_dev_create((struct bs_device_config){.kind = "null", .nr_pages = 1});

	(void)state;
	assert_true(bs_device_thp(d));
	assert_true(bs_device_thp_auto("model"));
	bs_device_destroy(d);
	d = bs_dev_create(
		(struct bs_device_config){.kind = "null", .nr_pages = 1, .thp = BS_THP_NEVER});
	assert_false(bs_device_thp(d));
	bs_device_destroy(d);
}

static void test_bad_configurations(void **state)
{
	const struct {
		struct bs_device_config c;
		const char *says;
	} bad[] = {
		{{.kind = "balloon", .nr_pages = 1}, "unknown device 'balloon'"},
		{{.kind = NULL, .nr_pages = 1}, "unknown device ''"},
		{{.kind = "null", .nr_pages = 0}, "1 page to 2 TiB"},
		{{.kind = "null", .nr_pages = UINT64_C(1) << 40}, "1 page to 2 TiB"},
		{{.kind = "null", .nr_pages = 1, .capacity = 513}, "1 to 512 ranges"},
		{{.kind = "null", .nr_pages = 1, .depth = 257}, "1 to 256 requests"},
		{{.kind = "null", .nr_pages = 1, .touch = 3}, "unknown touch"},
		{{.kind = "null", .nr_pages = 1, .verify = 3}, "unknown touch"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct bs_device *d;
		struct bs_error err;

		assert_int_equal(bs_device_create(&bad[i].c, &d, &err), -EINVAL);
		assert_null(d);
		assert_int_equal(err.status, BS_USAGE);
		assert_says(err.text, bad[i].says);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_life_of_a_block),	   cmocka_unit_test(test_touch_none),
		cmocka_unit_test(test_description),	   cmocka_unit_test(test_thp_auto),
		cmocka_unit_test(test_bad_configurations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
