/* SPDX-License-Identifier: GPL-2.0-or-later */
/* law.h - what a guest and its strategy may ask of a device, and how a broken law is told. */
#ifndef BS_DEVICE_LAW_H
#define BS_DEVICE_LAW_H

#include "compiler.h"
#include "device_state.h"

/* Is it naturally aligned and inside the guest? */
static inline bool bs_device_is_block(const struct bs_device *d, bs_pfn pfn, unsigned int order)
{
	return order <= d->max_order && !(pfn & ((1U << order) - 1)) &&
	       (uint64_t)pfn + (1U << order) <= d->res.nr_pages;
}
/* Fill @err: @law is broken at @page, in the block at @pfn. Returns -EUCLEAN. */
int bs_device_broken(const struct bs_device *d, struct bs_error *err, bs_pfn page, const char *law,
		     bs_pfn pfn, unsigned int order);
/* The next one, where it is not plain that all is well. */
int bs_law_look_closer(const struct bs_device *d, bs_pfn pfn, unsigned int order, const char *law,
		       struct bs_error *err);
/* 0, or -EUCLEAN: it is no block, or a page of it is in a request right now; @law says what
 * happened to it meanwhile: "allocated while it is at the device". Asked at each allocation. */
static inline int bs_law_not_at_device(const struct bs_device *d, bs_pfn pfn, unsigned int order,
				       const char *law, struct bs_error *err)
{
	if (likely(bs_device_is_block(d, pfn, order) && !d->vq.in_flight))
		return 0;
	return bs_law_look_closer(d, pfn, order, law, err);
}
/* May the range be reported? 0 or -EUCLEAN. */
int bs_law_range(const struct bs_device *d, struct bs_range r, struct bs_error *err);

#endif
