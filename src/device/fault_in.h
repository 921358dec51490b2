/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fault_in.h - pages become resident, filled with a pattern if that is what the host does, and what
 * it takes. (How a device misbehaves is in faults.h.)
 */
#ifndef BS_DEVICE_FAULT_IN_H
#define BS_DEVICE_FAULT_IN_H

#include "device_state.h"

/* Every page of [pfn, pfn+nr) becomes resident, because somebody touches it: the cost for who does. */
struct bs_fault_cost bs_device_fault_in(struct bs_device *d, bs_pfn pfn, unsigned int nr,
					bs_ns now);
/* The same as an install; @pages receives how many were not there. */
bs_ns bs_device_install_pages(struct bs_device *d, bs_pfn pfn, unsigned int nr, bs_ns now,
			      uint64_t *pages);

#endif
