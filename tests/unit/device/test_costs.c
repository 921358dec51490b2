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

/* Of one request, too, the first is the one that splits. */
static void test_one_split_a_request(void **state)
{
	const struct bs_device_costs costs = {.split = 1000, .refault_thp_per_mib = 50};
	const struct bs_range r[] = {{3, 0}, {2, 0}, {1024, 3}, {1, 0}, {1040, 0}};
	struct bs_device *d = bs_dev_create((struct bs_device_config){
		.kind = "model", .touch = BS_TOUCH_PAGE, .thp = BS_THP_ALWAYS, .costs = &costs});
	struct bs_error err;
	bs_ns cost;

	(void)state;
	for (bs_pfn pfn = 0; pfn <= 1024; pfn += 1024) {
		bs_dev_touch(d, pfn, 9);
		bs_dev_free(d, pfn, 9);
	}
	assert_int_equal(bs_device_request(d, r, 5, &cost, &err), 0);
	assert_int_equal(cost, 2000);
	bs_device_destroy(d);
}

/* 5 ranges: nothing in it; something in it; the first part of a huge page; the second, which is split by then; all
 * of a huge page. */
static void test_a_call_that_finds_something(void **state)
{
	const struct bs_device_costs costs = {
		.per_drop = 10, .split = 1000, .refault_thp_per_mib = 50};
	const struct {
		struct bs_range r;
		bs_ns base, huge;
	} of[] = {{{512, 0}, 0, 0}, {{1, 0}, 10, 1010}, {{8, 3}, 10, 10}, {{1024, 9}, 10, 10}};

	(void)state;
	for (int thp = 0; thp <= 1; thp++) {
		struct bs_device *d = bs_dev_create(
			(struct bs_device_config){.kind = "model",
						  .touch = BS_TOUCH_PAGE,
						  .thp = thp ? BS_THP_ALWAYS : BS_THP_NEVER,
						  .costs = &costs});
		struct bs_error err;

		for (bs_pfn pfn = 0; pfn <= 1024; pfn += 1024) {
			bs_dev_touch(d, pfn, 9);
			bs_dev_free(d, pfn, 9);
		}
		for (unsigned int i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
			bs_ns cost;
			const int ticket = bs_device_request(d, &of[i].r, 1, &cost, &err);

			assert_true(ticket >= 0);
			assert_int_equal(cost, thp ? of[i].huge : of[i].base);
			assert_ok(bs_device_complete(d, ticket, 0, &err), &err);
		}
		bs_device_destroy(d);
	}
}

/* The host's zeroing is a part of what comes again, and no more than all of it. */
static void test_the_hosts_zeroing(void **state)
{
	struct bs_device_costs costs = {.refault_per_mib = 256 * 100,
					.host_zero_per_mib = 256 * 30};

	(void)state;
	for (int more = 0; more <= 1; more++) {
		struct bs_device *d =
			bs_dev_create((struct bs_device_config){.kind = "model",
								.touch = BS_TOUCH_PAGE,
								.thp = BS_THP_NEVER,
								.costs = &costs});
		const struct bs_range r = {0, 0};
		struct bs_fault_cost f = bs_dev_touch(d, 0, 0);
		struct bs_error err;
		bs_ns cost;

		assert_int_equal(f.first_touch, 100);
		assert_int_equal(f.host_zero, 0);
		bs_dev_free(d, 0, 0);
		assert_int_equal(bs_device_request(d, &r, 1, &cost, &err), 0);
		assert_ok(bs_device_complete(d, 0, 0, &err), &err);
		f = bs_dev_touch(d, 0, 0);
		assert_int_equal(f.refault, more ? 0 : 70);
		assert_int_equal(f.host_zero, more ? 100 : 30);
		bs_device_destroy(d);
		costs.host_zero_per_mib *= 10;
	}
}

/* What nobody works at: the way, and a driver's own allocation. */
static void test_the_way(void **state)
{
	const struct bs_device_costs costs = {
		.per_request = 1, .round_trip = 1000, .take_per_range = 50, .take_per_mib = 256};
	const struct bs_range r[] = {{0, 0}, {512, 9}};
	struct bs_device *d =
		bs_dev_create((struct bs_device_config){.kind = "model", .costs = &costs});

	(void)state;
	assert_int_equal(bs_device_way(d, r, 2, false), 1000);
	assert_int_equal(bs_device_way(d, r, 2, true), 1000 + 2 * 50 + 1 + 512);
	bs_device_destroy(d);
}

/* The preset must give back what it was derived from (costs.def). */
static void test_presets(void **state)
{
	struct bs_device_costs c, vm, zero = {0};
	bs_ns scattered, one;

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
	/* Of that, memset() of 2 MiB. */
	assert_int_equal(2 * c.host_zero_per_mib, 195000);
	assert_string_equal(bs_cost_preset_of(&c), "default");
	assert_false(bs_cost_preset("mine", &c));
	/* A guest on nested paging: 2.93 us a base page, 1.73 us more than a bare process. */
	assert_true(bs_cost_preset("vm", &vm));
	assert_int_equal(vm.refault_per_mib, 256 * 2930);
	assert_in_range(2 * (vm.refault_thp_per_mib - c.refault_thp_per_mib), 1700, 1750);
	/* Within QEMU: 1.48 us for a page (and 0.75 us that are fitted), 30 us for a huge page's first, 8.6 us for all
	 * of one; translating 137 ns. */
	one = vm.per_range - 137 + vm.per_drop - 750;
	assert_in_range(one + vm.per_mib / 256, 1470, 1490);
	assert_in_range(one + vm.per_mib / 256 + vm.split, 29990, 30010);
	assert_in_range(one + 2 * vm.thp_per_mib, 8590, 8610);
	/* Sending was 68.3 % of 4126 ms for 7 GB. */
	assert_in_range((vm.per_request + vm.round_trip) * ((UINT64_C(7) << 30) / 4096 / 256),
			UINT64_C(4126000000) * 680 / 1000, UINT64_C(4126000000) * 686 / 1000);
	assert_string_equal(bs_cost_preset_of(&vm), "vm");
	assert_true(bs_cost_preset("nested", &vm));
	assert_string_equal(bs_cost_preset_of(&vm), "nested");
	assert_int_equal(vm.refault_per_mib, 256 * 13600);
	vm.per_range++;
	assert_null(bs_cost_preset_of(&vm));
	for (unsigned int i = 0; bs_cost_preset_names()[i]; i++)
		assert_true(bs_cost_preset(bs_cost_preset_names()[i], &c));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_costs),
		cmocka_unit_test(test_a_call_that_finds_something),
		cmocka_unit_test(test_one_split_a_request),
		cmocka_unit_test(test_the_hosts_zeroing),
		cmocka_unit_test(test_the_way),
		cmocka_unit_test(test_presets),
		cmocka_unit_test(test_costs_of_a_caller_are_bounded),
		cmocka_unit_test(test_the_dearest_request_does_not_wrap),
		cmocka_unit_test(test_every_cost_has_a_parameter_and_a_default),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
