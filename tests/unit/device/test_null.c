// SPDX-License-Identifier: GPL-2.0-or-later
/* Requests, laws, costs and configuration: what all devices share, seen without an arena. */
#include "bs_test.h"

#include <errno.h>

#include "bs_device_test.h"

static struct bs_device *small_device(const char *kind, enum bs_thp thp)
{
	return bs_dev_create((struct bs_device_config){.kind = kind,
						       .capacity = 4,
						       .depth = 2,
						       .report_order = 9,
						       .touch = BS_TOUCH_PAGE,
						       .thp = thp});
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

/* While a block is at the device nobody may have it, and nobody may send it again. */
static void test_at_the_device(void **state)
{
	struct bs_device *d = small_device("null", BS_THP_AUTO);
	const struct bs_range block = {1024, 9}, half = {1024 + 256, 8}, around = {1024, 10};
	struct bs_error err;
	bs_ns cost;
	int ticket = request(d, &block, 1, &err);

	(void)state;
	assert_int_equal(ticket, 0);
	bs_assert_broken(bs_device_alloc(d, 1300, 0, 1, 0, &cost, &err), &err,
			 "page 1300: allocated while it is at the device");
	bs_assert_broken(request(d, &half, 1, &err), &err, "page 1280: reported while it is at");
	bs_assert_broken(request(d, &around, 1, &err), &err, "page 1024: reported while it is at");
	assert_ok(bs_device_complete(d, ticket, 0, &err), &err);
	bs_dev_alloc(d, 1300, 0);
	bs_device_destroy(d);
}

/* Every law of a range; after a refusal nothing of the batch stays in flight. */
static void test_laws_of_a_range(void **state)
{
	struct bs_device *d = small_device("null", BS_THP_AUTO);
	const struct {
		struct bs_range r;
		const char *says;
	} bad[] = {
		{{2048 + 1, 1}, "not aligned"},
		{{2048 + 512, 10}, "not aligned"},
		{{4096, 0}, "outside the arena"},
		{{BS_NO_PFN, 0}, "outside the arena"},
		{{0, 11}, "impossible order"},
		{{512, 9}, "page 517: reported while the guest uses it"},
		{{1024, 9}, "page 1024: reported while it is at the device already"},
	};
	struct bs_error err;

	(void)state;
	bs_dev_alloc(d, 517, 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const struct bs_range batch[] = {{1024, 9}, bad[i].r};

		bs_assert_broken(request(d, batch, 2, &err), &err, bad[i].says);
	}
	bs_dev_free(d, 517, 0);
	bs_dev_report(d, 1024, 9);
	bs_dev_report(d, 512, 9);
	bs_device_destroy(d);
}

static void test_capacity_and_depth(void **state)
{
	struct bs_device *d = small_device("null", BS_THP_AUTO);
	const struct bs_range r[] = {{0, 9}, {512, 9}, {1024, 9}, {1536, 9}, {2048, 9}};
	struct bs_error err;

	(void)state;
	bs_assert_broken(request(d, r, 5, &err), &err, "5 ranges to a device with room for 4");
	bs_assert_broken(request(d, r, 0, &err), &err, "0 ranges");
	assert_int_equal(request(d, r, 4, &err), 0);
	assert_int_equal(request(d, r + 4, 1, &err), 1);
	assert_int_equal(request(d, r + 4, 1, &err), -EBUSY);
	assert_int_equal(err.status, BS_RESOURCE);
	/* Completed out of order: the slot is free again. */
	assert_ok(bs_device_complete(d, 1, 0, &err), &err);
	assert_int_equal(request(d, r + 4, 1, &err), 1);
	assert_ok(bs_device_complete(d, 0, 0, &err), &err);
	bs_assert_broken(bs_device_complete(d, 0, 0, &err), &err,
			 "request 0, which is not in flight");
	bs_assert_broken(bs_device_complete(d, 2, 0, &err), &err, "request 2");
	bs_assert_broken(bs_device_complete(d, -1, 0, &err), &err, "request -1");
	bs_device_destroy(d);
}

/* A page has one owner. Parts of a block are freed alone; pages of before t0 have no owner. */
static void test_ownership(void **state)
{
	struct bs_device *d = small_device("null", BS_THP_NEVER);
	const struct bs_range r = {0, 9};
	struct bs_error err;
	bs_ns cost;

	(void)state;
	bs_dev_alloc(d, 0, 9);
	bs_assert_broken(bs_device_alloc(d, 3, 0, 2, 0, &cost, &err), &err,
			 "page 3: allocated, but");
	bs_dev_free(d, 0, 8);
	bs_dev_alloc(d, 3, 0);
	bs_dev_free(d, 3, 0);
	bs_assert_broken(request(d, &r, 1, &err), &err,
			 "page 256: reported while the guest uses it");
	bs_dev_free(d, 256, 8);
	bs_dev_report(d, 0, 9);

	bs_device_preset_resident(d, 1024, 3);
	assert_int_equal(bs_device_held(d), 8 * BS_PAGE_SIZE);
	assert_true(bs_device_is_resident(d, 1031));
	assert_false(bs_device_is_resident(d, 1032));
	bs_dev_free(d, 1024, 3);
	bs_dev_report(d, 1024, 3);
	assert_int_equal(bs_device_held(d), 0);

	bs_assert_broken(bs_device_alloc(d, 4096, 0, 1, 0, &cost, &err), &err, "no such block");
	bs_assert_broken(bs_device_alloc(d, 1, 1, 1, 0, &cost, &err), &err, "no such block");
	bs_assert_broken(bs_device_free(d, 2048, 12, 1, &err), &err, "no such block");
	bs_device_destroy(d);
}

/* The guest that leaves its pages alone changes nothing at the host, and owns nothing. */
static void test_touch_none(void **state)
{
	struct bs_device *d = bs_dev_create((struct bs_device_config){
		.kind = "null", .touch = BS_TOUCH_NONE, .report_order = 9});
	const struct bs_range r = {0, 9};
	struct bs_error err;
	bs_ns cost;
	int ticket;

	(void)state;
	bs_device_preset_resident(d, 0, 9);
	bs_dev_alloc(d, 0, 9);
	bs_dev_alloc(d, 512, 9);
	assert_int_equal(bs_device_held(d), 2 << 20);
	bs_dev_free(d, 0, 9);
	ticket = request(d, &r, 1, &err);
	assert_ok(ticket, &err);
	bs_assert_broken(bs_device_alloc(d, 0, 0, 1, 0, &cost, &err), &err, "at the device");
	assert_ok(bs_device_complete(d, ticket, 0, &err), &err);
	assert_int_equal(bs_device_held(d), 0);
	bs_device_destroy(d);
}

/*
 * 3 ranges of 2 MiB: request + 3 ranges + 6 MiB. Refaults: base pages by the page, 256 to the MiB;
 * with huge pages the 2 MiB around the page, once.
 */
static void test_costs(void **state)
{
	const struct bs_device_costs costs = {.per_request = 1000,
					      .per_range = 100,
					      .per_mib = 7,
					      .thp_per_mib = 3,
					      .refault_per_mib = 256,
					      .refault_thp_per_mib = 50};
	const struct bs_range r[] = {{0, 9}, {512, 9}, {1024, 9}};

	(void)state;
	for (int thp = 0; thp <= 1; thp++) {
		struct bs_device *d = bs_dev_create(
			(struct bs_device_config){.kind = "model",
						  .touch = BS_TOUCH_PAGE,
						  .thp = thp ? BS_THP_ALWAYS : BS_THP_NEVER,
						  .costs = &costs});
		struct bs_error err;
		bs_ns cost;

		assert_int_equal(bs_device_thp(d), thp);
		assert_int_equal(bs_dev_alloc(d, 0, 9), 0);
		bs_dev_free(d, 0, 9);
		assert_int_equal(bs_device_request(d, r, 3, &cost, &err), 0);
		assert_int_equal(cost, 1000 + 3 * 100 + 6 * (thp ? 3 : 7));
		assert_ok(bs_device_complete(d, 0, 0, &err), &err);
		assert_int_equal(bs_dev_alloc(d, 5, 0), thp ? 2 * 50 : 1);
		assert_int_equal(bs_dev_alloc(d, 8, 3), thp ? 0 : 8);
		/* never resident before: not a refault */
		assert_int_equal(bs_dev_alloc(d, 512, 9), 0);
		bs_device_destroy(d);
	}
}

/* The preset must give back what it was derived from (costs.def). */
static void test_presets(void **state)
{
	struct bs_device_costs c, zero = {0};
	bs_ns scattered;

	(void)state;
	assert_true(bs_cost_preset("null", &c));
	assert_memory_equal(&c, &zero, sizeof(c));
	assert_true(bs_cost_preset("default", &c));
	/* 32 x 2 MiB scattered, one process_madvise: 91 us with huge pages, 1190 us without. */
	scattered = c.per_request + 32 * c.per_range + 64 * c.thp_per_mib;
	assert_in_range(scattered, 91000 * 95 / 100, 91000 * 105 / 100);
	scattered = c.per_request + 32 * c.per_range + 64 * c.per_mib;
	assert_in_range(scattered, 1190000 * 85 / 100, 1190000);
	/* Refault of 2 MiB, cold. */
	assert_int_equal(2 * c.refault_thp_per_mib, 231000);
	assert_int_equal(2 * c.refault_per_mib, 616000);
	assert_false(bs_cost_preset("mine", &c));
	for (unsigned int i = 0; bs_cost_preset_names()[i]; i++)
		assert_true(bs_cost_preset(bs_cost_preset_names()[i], &c));
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

/* --thp auto: huge pages when the reporting order is >= 9, base pages below (MEANING.md, huge pages). */
static void test_thp_auto(void **state)
{
	(void)state;
	for (unsigned int order = 8; order <= 10; order++) {
		struct bs_device *d = bs_dev_create((struct bs_device_config){
			.kind = "null", .nr_pages = 1, .report_order = order});

		assert_int_equal(bs_device_thp(d), order >= 9);
		bs_device_destroy(d);
	}
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
		{{.kind = "null", .nr_pages = 1, .report_order = 11}, "0 to 10"},
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
		cmocka_unit_test(test_life_of_a_block),
		cmocka_unit_test(test_at_the_device),
		cmocka_unit_test(test_laws_of_a_range),
		cmocka_unit_test(test_capacity_and_depth),
		cmocka_unit_test(test_ownership),
		cmocka_unit_test(test_touch_none),
		cmocka_unit_test(test_costs),
		cmocka_unit_test(test_presets),
		cmocka_unit_test(test_description),
		cmocka_unit_test(test_thp_auto),
		cmocka_unit_test(test_bad_configurations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
