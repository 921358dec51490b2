// SPDX-License-Identifier: GPL-2.0-or-later
/* state_fields.c - which keys a record has, and what they stand for. */
#include "state_fields.h"

#include <errno.h>
#include <stdlib.h>

const char *const bs_state_zone_names[BS_NR_ZONE_TYPES] = {"DMA", "DMA32", "Normal", "Movable",
							   "Device"};

#define MANY ((int64_t)BS_MAX_PFN)
#define F(type, name, member, required, min, max)                                     \
	{                                                                             \
		name, offsetof(struct type, member), required, false, min, max, false \
	}
const struct bs_state_field bs_state_head_fields[] = {
	{"page_size", offsetof(struct bs_state, page_size), false, false, 0, UINT32_MAX, true},
	F(bs_state, "pageblock_order", pageblock_order, true, 0, BS_MAX_ORDER),
	F(bs_state, "nr_pcp_lists", nr_pcp_lists, true, 0, BS_STATE_PCP_LISTS),
	F(bs_state, "migratetypes", migratetypes, true, 0, 32),
	F(bs_state, "nr_zones", nr_zone_types, true, 0, 32),
	F(bs_state, "cpus", nr_cpus, false, 0, INT32_MAX),
	F(bs_state, "shuffle", shuffle, false, 0, MANY),
	F(bs_state, "reporting", reporting, false, 0, MANY),
	F(bs_state, "report_order", report_order, false, 0, UINT32_MAX),
	{NULL, 0, false, false, 0, 0, false},
};
const struct bs_state_field bs_state_zone_fields[] = {
	F(bs_state_zone, "node", node, false, 0, BS_MAX_NODES - 1),
	F(bs_state_zone, "start_pfn", start, true, 0, BS_MAX_PFN - 1),
	F(bs_state_zone, "spanned", spanned, true, 1, BS_MAX_PFN),
	F(bs_state_zone, "present", present, false, 0, MANY),
	F(bs_state_zone, "managed", managed, true, 0, MANY),
	F(bs_state_zone, "min", min, true, 0, MANY),
	F(bs_state_zone, "low", low, true, 0, MANY),
	F(bs_state_zone, "high", high, true, 0, MANY),
	F(bs_state_zone, "boost", boost, false, 0, MANY),
	F(bs_state_zone, "highatomic", highatomic, false, 0, MANY),
	{"flags", offsetof(struct bs_state_zone, flags), false, true, 0, UINT32_MAX, false},
	F(bs_state_zone, "vm_free", vm_free, true, -MANY, MANY),
	F(bs_state_zone, "vm_free_diff", vm_free_diff, false, -128, 127),
	F(bs_state_zone, "stat_threshold", stat_threshold, false, 0, 127),
	F(bs_state_zone, "nr_isolate", nr_isolate, false, 0, MANY),
	{NULL, 0, false, false, 0, 0, false},
};
const struct bs_state_field bs_state_zonex_fields[] = {
	F(bs_state_zone, "nr_free_highatomic", nr_free_highatomic, true, 0, MANY),
	{NULL, 0, false, false, 0, 0, false},
};
/* The same line for both kernels: one leaves free_factor 0, the other the rest. */
const struct bs_state_field bs_state_pcp_fields[] = {
	F(bs_state_pcp, "cpu", cpu, false, 0, INT32_MAX),
	F(bs_state_pcp, "count", count, true, 0, MANY),
	F(bs_state_pcp, "high", high, true, 0, MANY),
	F(bs_state_pcp, "batch", batch, true, 1, 4096),
	F(bs_state_pcp, "free_factor", free_factor, false, 0, 16),
	F(bs_state_pcp, "high_min", high_min, false, 0, MANY),
	F(bs_state_pcp, "high_max", high_max, false, 0, MANY),
	F(bs_state_pcp, "alloc_factor", alloc_factor, false, 0, 16),
	F(bs_state_pcp, "flags", flags, false, 0, 255),
	F(bs_state_pcp, "free_count", free_count, false, 0, INT16_MAX),
	F(bs_state_pcp, "diff", diff, false, -128, 127),
	F(bs_state_pcp, "expire", expire, false, 0, 3),
	{"free_diff", offsetof(struct bs_state_pcp, diff), false, false, -128, 127, true},
	{"node", offsetof(struct bs_state_pcp, node), false, false, 0, BS_MAX_NODES - 1, true},
	{NULL, 0, false, false, 0, 0, false},
};
#undef F
#undef MANY

/* A kernel built without the first zone types numbers from the first it has. */
static int64_t first_zone_type(const struct bs_state *s)
{
	return s->nr_zone_types < 4 ? 4 - s->nr_zone_types : 0;
}

struct bs_state_zone *bs_state_zone_at(struct bs_state *s, int64_t z)
{
	const int64_t types = s->nr_zone_types ? s->nr_zone_types : 1;
	const int64_t type = z % types + first_zone_type(s), node = z / types;

	for (unsigned int i = 0; i < s->nr_zones; i++)
		if (s->zone[i].type == type && s->zone[i].node == node)
			return &s->zone[i];
	return NULL;
}

int64_t bs_state_zone_number(const struct bs_state *s, const struct bs_state_zone *z)
{
	return z->node * s->nr_zone_types + z->type - first_zone_type(s);
}

int bs_state_type_of_number(const struct bs_state *s, uint64_t number)
{
	if (number <= BS_MIGRATE_HIGHATOMIC)
		return (int)number;
	return (int64_t)number == s->migratetypes - 1 ? BS_MIGRATE_ISOLATE : -1;
}

unsigned int bs_state_number_of_type(const struct bs_state *s, unsigned int mt)
{
	return mt == BS_MIGRATE_ISOLATE ? (unsigned int)s->migratetypes - 1 : mt;
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
