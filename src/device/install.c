// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * install.c - the host backs memory before the guest touches it, as strategy shared-state has it.
 */
#include "fault_in.h"
#include "law.h"

int bs_device_install(struct bs_device *d, bs_pfn pfn, unsigned int order, bs_ns now, bs_ns *cost,
		      struct bs_error *err)
{
	unsigned int nr;
	uint64_t pages;
	int ret;

	*cost = 0;
	bs_device_in_units(d, &pfn, &order);
	nr = 1U << order;
	ret = bs_law_not_at_device(d, pfn, order, "installed while it is at the device", err);
	if (ret)
		return ret;
	d->stats.installs++;
	if (bs_residency_all(&d->res, pfn, nr))
		return 0;
	if (d->ops->install)
		d->ops->install(d, pfn, nr);
	*cost = bs_device_install_pages(d, pfn, nr, now, &pages);
	d->stats.install_bytes += pages << BS_UNIT_SHIFT;
	return 0;
}
