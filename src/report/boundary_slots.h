/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * boundary_slots.h - a place in every list that parts what was reported from what was not: what
 * bubble, scatterlist and boundary share. Their state is shown to the tests.
 */
#ifndef BS_BOUNDARY_SLOTS_H
#define BS_BOUNDARY_SLOTS_H

#include "hwm.h"

struct bs_boundary {
	struct bs_hwm hwm;
	/* Per (order, migratetype), valid for the one zone that is active: everything from this
	 * node to the tail is reported. BS_NO_PFN: the list's end, nothing scanned yet; always so
	 * for ISOLATE in scatterlist and boundary, which do not scan its lists. */
	bs_pfn *slot;
	unsigned int top; /* the highest order */
	unsigned int nr_slots; /* for the orders that are reported; the highest stands first */
};

static inline unsigned int bs_boundary_slot(const struct bs_boundary *s, unsigned int order,
					    unsigned int mt)
{
	return (s->top - order) * BS_MIGRATE_TYPES + mt;
}

/* False for a slot that there is none of: a mark from a run that reported smaller orders. */
static inline bool bs_boundary_is(const struct bs_boundary *s, unsigned int slot, bs_pfn pfn)
{
	return slot < s->nr_slots && s->slot[slot] == pfn;
}

/* The node that stands for the tail of a list while its zone is worked on; BS_NO_PFN: its own
 * end. */
bs_pfn bs_boundary_tail(struct bs_report_ctx *rc, unsigned int zone, unsigned int order,
			unsigned int mt);
/* The list's end, or the node in front of the boundary: where the search for raw blocks begins. */
bs_pfn bs_boundary_last(struct bs_report_ctx *rc, unsigned int zone, unsigned int order,
			unsigned int mt);
/* The zone is worked on from now on: nothing is scanned yet. Nothing happens if it is already. */
void bs_boundary_activate(struct bs_report_ctx *rc, unsigned int zone);
/* A marked block goes away, or moves: a boundary that stands at it, in the slot that is named,
 * steps to the next block towards the tail. */
void bs_boundary_pull_off(struct bs_report_ctx *rc, const struct bs_block *b, unsigned int slot);

/* On and off: bs_hwm_start() and bs_hwm_stop(), and the slots. */
int bs_boundary_start(struct bs_report_ctx *rc);
void bs_boundary_stop(struct bs_report_ctx *rc);

/* The hook: what was reported goes to the tail, and nothing goes behind a boundary. */
void bs_boundary_place(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why,
		       struct bs_spot *at);

/* Requests and counters, and while the zone is worked on the boundaries of its lists of types below
 * @nr_types. */
void bs_boundary_print(struct bs_report_ctx *rc, unsigned int zone, unsigned int nr_types,
		       FILE *out);
/* ... as a hook, of all lists but the ISOLATE ones. */
void bs_boundary_print_state(struct bs_report_ctx *rc, unsigned int zone, FILE *out);

#endif
