// SPDX-License-Identifier: GPL-2.0-or-later
/* device/law: what may be asked of a device, when, and by whom; and what is said of the rest. */
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

/* While a block is at the device nobody may have it, and nobody may send it again. */
static void test_at_the_device(void **state)
{
	struct bs_device *d = small_device("null", BS_THP_AUTO);
	const struct bs_range block = {1024, 9}, half = {1024 + 256, 8}, around = {1024, 10};
	struct bs_error err;
	struct bs_fault_cost cost;
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
	struct bs_fault_cost cost;

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
	assert_int_equal(bs_device_held(d), 8 * BS_UNIT_SIZE);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_at_the_device),
		cmocka_unit_test(test_laws_of_a_range),
		cmocka_unit_test(test_capacity_and_depth),
		cmocka_unit_test(test_ownership),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
