/* SPDX-License-Identifier: GPL-2.0-or-later */
/* boundary.h - state of S5, shown to the golden-vector reader and the tests. */
#ifndef BS_BOUNDARY_H
#define BS_BOUNDARY_H

#include "hwm.h"

struct bs_boundary {
	struct bs_hwm hwm;
	/* Per (order, migratetype), valid for the one zone that is active: everything from this
	 * node to the tail is reported. BS_NO_PFN: the list's end, nothing scanned yet; always so
	 * for ISOLATE, whose lists are not scanned. */
	bs_pfn slot[BS_NR_ORDERS * BS_MIGRATE_TYPES];
	unsigned int min_order;
};

#endif
