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
	bs_pfn *slot;
	unsigned int nr_slots; /* for the orders that are reported; the highest stands first */
};

static inline unsigned int bs_boundary_slot(unsigned int order, unsigned int mt)
{
	return (BS_MAX_ORDER - order) * BS_MIGRATE_TYPES + mt;
}

/* False for a slot that there is none of: a mark from a run that reported smaller orders. */
static inline bool bs_boundary_is(const struct bs_boundary *s, unsigned int slot, bs_pfn pfn)
{
	return slot < s->nr_slots && s->slot[slot] == pfn;
}

/* A marked block goes away, or moves: a boundary that stands at it, in the slot that is named, steps to
 * the next block towards the tail. */
void bs_boundary_pull_off(struct bs_report_ctx *rc, const struct bs_block *b, unsigned int slot);

/* On and off: bs_hwm_start() and bs_hwm_stop(), and the slots. */
int bs_boundary_start(struct bs_report_ctx *rc);
void bs_boundary_stop(struct bs_report_ctx *rc);

static inline void bs_boundary_reset(struct bs_boundary *s)
{
	for (unsigned int i = 0; i < s->nr_slots; i++)
		s->slot[i] = BS_NO_PFN;
}

#endif
