// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * install.c - the host backs memory before the guest touches it: spec reporting.md 10, S8a.
 */
#include "device_int.h"

int bs_device_install(struct bs_device *d, bs_pfn pfn, unsigned int order, bs_ns now, bs_ns *cost,
		      struct bs_error *err)
{
	const unsigned int nr = 1U << order;
	uint64_t pages;
	bs_pfn page;

	*cost = 0;
	if (!bs_device_is_block(d, pfn, order))
		return bs_device_broken(d, err, pfn, "no such block", pfn, order);
	page = bs_virtqueue_find(&d->vq, pfn, order);
	if (page != BS_NO_PFN)
		return bs_device_broken(d, err, page, "installed while it is at the device", pfn,
					order);
	d->stats.installs++;
	if (bs_residency_all(&d->res, pfn, nr))
		return 0;
	if (d->ops->install)
		d->ops->install(d, pfn, nr);
	*cost = bs_device_install_pages(d, pfn, nr, now, &pages);
	d->stats.install_bytes += pages << BS_PAGE_SHIFT;
	return 0;
}
