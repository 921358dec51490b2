// SPDX-License-Identifier: GPL-2.0-or-later
/* device/costs: whoever names a cost, it stays where sums of it do not wrap. */
#include "bs_test.h"

#include <errno.h>
#include <string.h>

#include "bs_device_test.h"
#include "costs.h"

#define DAY (UINT64_C(86400) * 1000000000)

/* From a file or by a caller, the bound is that of --device's own parameters: a day. */
static void test_costs_of_a_caller_are_bounded(void **state)
{
	struct bs_device_costs c;
	struct bs_device_config config = {.kind = "model", .nr_pages = 1, .costs = &c};
	const char *name;
	bs_ns *field;

	(void)state;
	for (unsigned int i = 0; bs_cost_field(&c, i, &name); i++) {
		struct bs_device *d = NULL;
		struct bs_error err;

		memset(&c, 0, sizeof(c));
		field = bs_cost_field(&c, i, NULL);
		*field = DAY;
		assert_ok(bs_device_create(&config, &d, &err), &err);
		bs_device_destroy(d);
		*field = DAY + 1;
		assert_int_equal(bs_device_create(&config, &d, &err), -EINVAL);
		assert_int_equal(err.status, BS_USAGE);
		assert_non_null(strstr(err.text, name));
	}
}

/* The largest request at the largest cost: 512 blocks of 4 MiB, a day for each MiB. */
static void test_the_dearest_request_does_not_wrap(void **state)
{
	struct bs_device *d = bs_dev_create(
		(struct bs_device_config){.kind = "model",
					  .nr_pages = 512 * 1024,
					  .capacity = 512,
					  .thp = BS_THP_NEVER,
					  .params = "per_request=0,per_range=0,per_mib=24h"});
	struct bs_range r[512];
	struct bs_error err;
	bs_ns cost;

	(void)state;
	for (unsigned int i = 0; i < 512; i++)
		r[i] = (struct bs_range){.pfn = i * 1024, .order = 10};
	assert_int_equal(bs_device_request(d, r, 512, &cost, &err), 0);
	assert_true(cost == 2048 * DAY);
	assert_ok(bs_device_complete(d, 0, cost, &err), &err);
	bs_device_destroy(d);
}

static void test_every_cost_has_a_parameter_and_a_default(void **state)
{
	const struct bs_param *p = bs_device_traits("model")->params;
	struct bs_device_costs c;
	unsigned int n = 0, found = 0;
	const char *name;

	(void)state;
	assert_true(bs_cost_preset("default", &c));
	for (; bs_cost_field(&c, n, &name); n++)
		for (const struct bs_param *q = p; q->name; q++)
			if (!strcmp(q->name, name)) {
				assert_int_equal(q->def, *bs_cost_field(&c, n, NULL));
				assert_true(q->max == DAY);
				found++;
			}
	assert_int_equal(found, n);
	assert_int_equal(n * sizeof(bs_ns), sizeof(c));
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
		struct bs_device_stats s;
		struct bs_fault_cost f;
		struct bs_error err;
		bs_ns cost;

		assert_int_equal(bs_device_thp(d), thp);
		assert_int_equal(bs_dev_touch(d, 0, 9).first_touch, thp ? 2 * 50 : 512);
		bs_dev_free(d, 0, 9);
		assert_int_equal(bs_device_request(d, r, 3, &cost, &err), 0);
		assert_int_equal(cost, 1000 + 3 * 100 + 6 * (thp ? 3 : 7));
		assert_ok(bs_device_complete(d, 0, 0, &err), &err);
		f = bs_dev_touch(d, 5, 0);
		assert_int_equal(f.refault, thp ? 2 * 50 : 1);
		assert_int_equal(f.first_touch, 0);
		assert_int_equal(bs_dev_alloc(d, 8, 3), thp ? 0 : 8);
		/* never resident before: not a refault; but the host has looked at the request for it */
		f = bs_dev_touch(d, 512, 9);
		assert_int_equal(f.refault, 0);
		assert_int_equal(f.first_touch, thp ? 2 * 50 : 512);
		bs_device_stats(d, &s);
		assert_int_equal(s.host_ns, 1000 + 3 * 100 + 6 * (thp ? 3 : 7));
		bs_device_destroy(d);
	}
}

/* The preset must give back what it was derived from (costs.def). */
static void test_presets(void **state)
{
	struct bs_device_costs c, vm, zero = {0};
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
	assert_string_equal(bs_cost_preset_of(&c), "default");
	assert_false(bs_cost_preset("mine", &c));
	/* A guest on nested paging: 2.93 us a base page, 1.73 us more than a bare process. */
	assert_true(bs_cost_preset("vm", &vm));
	assert_int_equal(vm.refault_per_mib, 256 * 2930);
	assert_in_range(2 * (vm.refault_thp_per_mib - c.refault_thp_per_mib), 1700, 1750);
	assert_int_equal(vm.per_request + vm.per_range + 2 * vm.thp_per_mib, 15840);
	assert_string_equal(bs_cost_preset_of(&vm), "vm");
	vm.per_range++;
	assert_null(bs_cost_preset_of(&vm));
	for (unsigned int i = 0; bs_cost_preset_names()[i]; i++)
		assert_true(bs_cost_preset(bs_cost_preset_names()[i], &c));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_costs),
		cmocka_unit_test(test_presets),
		cmocka_unit_test(test_costs_of_a_caller_are_bounded),
		cmocka_unit_test(test_the_dearest_request_does_not_wrap),
		cmocka_unit_test(test_every_cost_has_a_parameter_and_a_default),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
