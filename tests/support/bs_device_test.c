// SPDX-License-Identifier: GPL-2.0-or-later
#include "bs_device_test.h"

#include <errno.h>
#include <string.h>

struct bs_device *bs_dev_create(struct bs_device_config c)
{
	struct bs_device *d;
	struct bs_error err;

	if (!c.nr_pages)
		c.nr_pages = 4096;
	assert_ok(bs_device_create(&c, &d, &err), &err);
	return d;
}

static struct bs_fault_cost touch(struct bs_device *d, bs_pfn pfn, unsigned int order,
				  uint32_t owner)
{
	/* the device says so if it costs nothing */
	struct bs_fault_cost cost = {BS_NO_TIME, BS_NO_TIME};
	struct bs_error err;

	assert_ok(bs_device_alloc(d, pfn, order, owner, 0, &cost, &err), &err);
	return cost;
}

struct bs_fault_cost bs_dev_touch(struct bs_device *d, bs_pfn pfn, unsigned int order)
{
	return touch(d, pfn, order, 1);
}

bs_ns bs_dev_alloc_for(struct bs_device *d, bs_pfn pfn, unsigned int order, uint32_t owner)
{
	const struct bs_fault_cost cost = touch(d, pfn, order, owner);

	return cost.refault + cost.host_zero;
}

bs_ns bs_dev_alloc(struct bs_device *d, bs_pfn pfn, unsigned int order)
{
	return bs_dev_alloc_for(d, pfn, order, 1);
}

void bs_dev_free_for(struct bs_device *d, bs_pfn pfn, unsigned int order, uint32_t owner)
{
	struct bs_error err;

	assert_ok(bs_device_free(d, pfn, order, owner, &err), &err);
}

void bs_dev_free(struct bs_device *d, bs_pfn pfn, unsigned int order)
{
	bs_dev_free_for(d, pfn, order, 1);
}

bs_ns bs_dev_report(struct bs_device *d, bs_pfn pfn, uint8_t order)
{
	const struct bs_range r = {pfn, order};
	struct bs_error err;
	bs_ns cost = BS_NO_TIME;
	int ticket = bs_device_request(d, &r, 1, &cost, &err);

	assert_ok(ticket, &err);
	assert_ok(bs_device_complete(d, ticket, 0, &err), &err);
	return cost;
}

void bs_assert_agrees_with_kernel(struct bs_device *d)
{
	struct bs_error err;
	int ret = bs_device_check(d, &err);

	if (ret)
		fail_msg("%d: %s", ret, err.text);
}

void bs_assert_broken(int ret, const struct bs_error *err, const char *says)
{
	assert_int_equal(ret, -EUCLEAN);
	assert_int_equal(err->status, BS_INVARIANT);
	assert_says(err->text, says);
}
