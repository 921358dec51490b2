// SPDX-License-Identifier: GPL-2.0-or-later
#include "law.h"

#include <stdio.h>

int bs_device_broken(const struct bs_device *d, struct bs_error *err, bs_pfn page, const char *law,
		     bs_pfn pfn, unsigned int order)
{
	char where[sizeof(err->where)];

	snprintf(where, sizeof(where), "device %s", d->ops->traits.name);
	return bs_error_set(err, BS_INVARIANT, 0, where, NULL,
			    "page %u: %s (block at pfn %u, order %u)", page >> d->unit_shift, law,
			    pfn >> d->unit_shift, order - d->unit_shift);
}

int bs_law_look_closer(const struct bs_device *d, bs_pfn pfn, unsigned int order, const char *law,
		       struct bs_error *err)
{
	bs_pfn page;

	if (!bs_device_is_block(d, pfn, order))
		return bs_device_broken(d, err, pfn, "no such block", pfn, order);
	page = bs_virtqueue_find(&d->vq, pfn, order);
	return page == BS_NO_PFN ? 0 : bs_device_broken(d, err, page, law, pfn, order);
}

static const char *why_no_block(const struct bs_device *d, struct bs_range r)
{
	if (r.order > d->max_order)
		return "reported with an impossible order";
	if ((uint64_t)r.pfn + (1U << r.order) > d->res.nr_pages)
		return "reported, but outside the arena";
	return "reported, but not aligned to its order";
}

int bs_law_range(const struct bs_device *d, struct bs_range r, struct bs_error *err)
{
	bs_pfn page;

	if (!bs_device_is_block(d, r.pfn, r.order))
		return bs_device_broken(d, err, r.pfn, why_no_block(d, r), r.pfn, r.order);
	page = bs_virtqueue_find(&d->vq, r.pfn, r.order);
	if (page != BS_NO_PFN)
		return bs_device_broken(d, err, page, "reported while it is at the device already",
					r.pfn, r.order);
	if (d->faults.trust)
		return 0;
	page = bs_shadow_find_owned(&d->res, r.pfn, 1U << r.order);
	if (page != BS_NO_PFN)
		return bs_device_broken(d, err, page, "reported while the guest uses it", r.pfn,
					r.order);
	return 0;
}
