/* SPDX-License-Identifier: GPL-2.0-or-later */
/* costs.h - virtual costs: their arithmetic and their bounds. */
#ifndef BS_DEVICE_COSTS_H
#define BS_DEVICE_COSTS_H

#include <buddysim/device.h>

/* The most that any one cost can be: sums of them over a request stay far from 64 bits. */
#define BS_COST_MAX (24 * 3600 * BS_NS_PER_S)

static inline bs_ns bs_cost_of(uint64_t pages, bs_ns per_mib)
{
	return (bs_ns)((unsigned __int128)pages * per_mib >> (20 - BS_UNIT_SHIFT));
}

/* 0, or -EINVAL with @err, which says that they came from @owner. */
int bs_costs_check(const struct bs_device_costs *c, const char *owner, struct bs_error *err);

#endif
