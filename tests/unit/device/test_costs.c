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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_costs_of_a_caller_are_bounded),
		cmocka_unit_test(test_the_dearest_request_does_not_wrap),
		cmocka_unit_test(test_every_cost_has_a_parameter_and_a_default),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
