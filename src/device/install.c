// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * install.c - the host backs memory before the guest touches it, as strategy shared-state has it.
 */
#include "fault_in.h"
#include "law.h"

int bs_device_install(struct bs_device *d, bs_pfn pfn, unsigned int order, bs_ns now, bs_ns *cost,
		      struct bs_error *err)
{
	const unsigned int nr = 1U << order;
	uint64_t pages;
	int ret = bs_law_not_at_device(d, pfn, order, "installed while it is at the device", err);

	*cost = 0;
	if (ret)
		return ret;
	d->stats.installs++;
	if (bs_residency_all(&d->res, pfn, nr))
		return 0;
	if (d->ops->install)
		d->ops->install(d, pfn, nr);
	*cost = bs_device_install_pages(d, pfn, nr, now, &pages);
	d->stats.install_bytes += pages << BS_PAGE_SHIFT;
	return 0;
}
