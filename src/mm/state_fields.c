// SPDX-License-Identifier: GPL-2.0-or-later
/* state_fields.c - which keys a record has, and what they stand for. */
#include "state_fields.h"

#include <errno.h>
#include <stdlib.h>

const char *const bs_state_zone_names[BS_NR_ZONE_TYPES] = {"DMA", "DMA32", "Normal", "Movable",
							   "Device"};

#define F(type, name, member, required)                              \
	{                                                            \
		name, offsetof(struct type, member), required, false \
	}
const struct bs_state_field bs_state_head_fields[] = {
	F(bs_state, "pageblock_order", pageblock_order, true),
	F(bs_state, "nr_pcp_lists", nr_pcp_lists, true),
	F(bs_state, "migratetypes", migratetypes, true),
	F(bs_state, "nr_zones", nr_zone_types, true),
	F(bs_state, "cpus", nr_cpus, false),
	F(bs_state, "shuffle", shuffle, false),
	F(bs_state, "reporting", reporting, false),
	F(bs_state, "report_order", report_order, false),
	{NULL, 0, false, false},
};
const struct bs_state_field bs_state_zone_fields[] = {
	F(bs_state_zone, "node", node, false),
	F(bs_state_zone, "start_pfn", start, true),
	F(bs_state_zone, "spanned", spanned, true),
	F(bs_state_zone, "present", present, false),
	F(bs_state_zone, "managed", managed, true),
	F(bs_state_zone, "min", min, true),
	F(bs_state_zone, "low", low, true),
	F(bs_state_zone, "high", high, true),
	F(bs_state_zone, "boost", boost, false),
	F(bs_state_zone, "highatomic", highatomic, false),
	{"flags", offsetof(struct bs_state_zone, flags), false, true},
	F(bs_state_zone, "vm_free", vm_free, true),
	F(bs_state_zone, "vm_free_diff", vm_free_diff, false),
	F(bs_state_zone, "stat_threshold", stat_threshold, false),
	F(bs_state_zone, "nr_isolate", nr_isolate, false),
	{NULL, 0, false, false},
};
const struct bs_state_field bs_state_zonex_fields[] = {
	F(bs_state_zone, "nr_free_highatomic", nr_free_highatomic, true),
	{NULL, 0, false, false},
};
/* The same line for both kernels: one leaves free_factor 0, the other the rest. */
const struct bs_state_field bs_state_pcp_fields[] = {
	F(bs_state_pcp, "cpu", cpu, false),
	F(bs_state_pcp, "count", count, true),
	F(bs_state_pcp, "high", high, true),
	F(bs_state_pcp, "batch", batch, true),
	F(bs_state_pcp, "free_factor", free_factor, false),
	F(bs_state_pcp, "high_min", high_min, false),
	F(bs_state_pcp, "high_max", high_max, false),
	F(bs_state_pcp, "alloc_factor", alloc_factor, false),
	F(bs_state_pcp, "flags", flags, false),
	F(bs_state_pcp, "free_count", free_count, false),
	F(bs_state_pcp, "diff", diff, false),
	{NULL, 0, false, false},
};
#undef F

struct bs_state_zone *bs_state_zone_at(struct bs_state *s, int64_t z)
{
	/* A kernel built without the first zone types numbers from the first it has. */
	const int64_t type = z + (s->nr_zone_types < 4 ? 4 - s->nr_zone_types : 0);

	for (unsigned int i = 0; i < s->nr_zones; i++)
		if (s->zone[i].type == type)
			return &s->zone[i];
	return NULL;
}

int bs_state_append(struct bs_state_list *l, bs_pfn pfn, unsigned int mark)
{
	if (l->n == l->cap) {
		const uint32_t cap = l->cap ? l->cap * 2 : 64;
		bs_pfn *pfns = realloc(l->pfn, cap * sizeof(*pfns));
		uint8_t *marks;

		if (!pfns)
			return -ENOMEM;
		l->pfn = pfns;
		marks = realloc(l->mark, cap);
		if (!marks)
			return -ENOMEM;
		l->mark = marks;
		l->cap = cap;
	}
	l->pfn[l->n] = pfn;
	l->mark[l->n++] = (uint8_t)mark;
	return 0;
}
