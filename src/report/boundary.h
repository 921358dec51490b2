/* SPDX-License-Identifier: GPL-2.0-or-later */
/* boundary.h - state of S3, S4 and S5, shown to the golden-vector reader and the tests. */
#ifndef BS_BOUNDARY_H
#define BS_BOUNDARY_H

#include "hwm.h"

struct bs_boundary {
	struct bs_hwm hwm;
	/* Per (order, migratetype), valid for the one zone that is active: everything from this
	 * node to the tail is reported. BS_NO_PFN: the list's end, nothing scanned yet; always so
	 * for ISOLATE in S4 and S5, which do not scan its lists. */
	bs_pfn slot[BS_NR_ORDERS * BS_MIGRATE_TYPES];
};

static inline unsigned int bs_boundary_slot(unsigned int order, unsigned int mt)
{
	return order * BS_MIGRATE_TYPES + mt;
}

static inline void bs_boundary_reset(struct bs_boundary *s)
{
	for (unsigned int i = 0; i < BS_NR_ORDERS * BS_MIGRATE_TYPES; i++)
		s->slot[i] = BS_NO_PFN;
}

#endif
