// SPDX-License-Identifier: GPL-2.0-or-later
/* snapshot_fill.c - snapshots as data: their life, and what follows from them. */
#include "snapshot_fill.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const type_names[BS_NR_SNAPSHOT_TYPES] = {"Unmovable",  "Movable", "Reclaimable",
							     "HighAtomic", "CMA",     "Isolate"};

const char *bs_snapshot_type_name(enum bs_snapshot_type type)
{
	return (unsigned int)type < BS_NR_SNAPSHOT_TYPES ? type_names[type] : "?";
}

/* ---- Life ------------------------------------------------------------------------------------ */

struct bs_snapshot *bs_snapshots_at(struct bs_snapshots *s, size_t index)
{
	if (index >= s->cap) {
		const size_t cap = s->cap ? s->cap * 2 : 4;
		struct bs_snapshot *more = realloc(s->s, cap * sizeof(*more));

		if (!more)
			return NULL;
		s->s = more;
		s->cap = cap;
	}
	if (index == s->n)
		s->s[s->n++] = (struct bs_snapshot){.time = BS_NO_TIME};
	return &s->s[index];
}

void bs_snapshots_free(struct bs_snapshots *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n; i++) {
		for (unsigned int k = 0; k < s->s[i].nr_zones; k++) {
			free(s->s[i].zone[k].types);
			free(s->s[i].zone[k].sizes);
		}
		free(s->s[i].zone);
	}
	free(s->s);
	free(s);
}

struct bs_snapshot_zone *bs_snapshot_zone(const struct bs_snapshot *s, unsigned int node,
					  const char *name)
{
	for (unsigned int i = 0; i < s->nr_zones; i++)
		if (s->zone[i].node == node && !strcmp(s->zone[i].name, name))
			return &s->zone[i];
	return NULL;
}

struct bs_snapshot_zone *bs_snapshot_zone_made(struct bs_snapshot *s, unsigned int node,
					       const char *name)
{
	struct bs_snapshot_zone *z = bs_snapshot_zone(s, node, name), *more;

	if (z)
		return z;
	more = realloc(s->zone, (s->nr_zones + 1) * sizeof(*more));
	if (!more)
		return NULL;
	s->zone = more;
	z = &more[s->nr_zones++];
	*z = (struct bs_snapshot_zone){.node = node};
	snprintf(z->name, sizeof(z->name), "%s", name);
	return z;
}

struct bs_snapshot_types *bs_snapshot_types_made(struct bs_snapshot_zone *z)
{
	if (!z->types)
		z->types = calloc(1, sizeof(*z->types));
	return z->types;
}

struct bs_snapshot_sizes *bs_snapshot_sizes_made(struct bs_snapshot_zone *z)
{
	if (!z->sizes)
		z->sizes = calloc(1, sizeof(*z->sizes));
	return z->sizes;
}

/* ---- Dumps ----------------------------------------------------------------------------------- */

/* The numbers of a dump's migratetypes as types of a snapshot. */
static enum bs_snapshot_type type_of(unsigned int mt)
{
	switch (mt) {
	case BS_MIGRATE_UNMOVABLE:
		return BS_TYPE_UNMOVABLE;
	case BS_MIGRATE_RECLAIMABLE:
		return BS_TYPE_RECLAIMABLE;
	case BS_MIGRATE_HIGHATOMIC:
		return BS_TYPE_HIGHATOMIC;
	case BS_MIGRATE_ISOLATE:
		return BS_TYPE_ISOLATE;
	default:
		return BS_TYPE_MOVABLE;
	}
}

static void set_sizes(struct bs_snapshot_sizes *to, const struct bs_state_zone *z)
{
	to->free = (uint64_t)(z->vm_free + z->vm_free_diff);
	to->boost = (uint64_t)z->boost;
	to->min = (uint64_t)(z->min + z->boost);
	to->low = (uint64_t)(z->low + z->boost);
	to->high = (uint64_t)(z->high + z->boost);
	to->spanned = (uint64_t)z->spanned;
	to->present = (uint64_t)(z->present ? z->present : z->spanned);
	to->managed = (uint64_t)z->managed;
	to->start = (uint64_t)z->start;
	for (unsigned int i = 0; i < z->nr_pcp; i++) {
		to->pcp_pages += (uint64_t)z->pcp[i].count;
		to->pcp_count[i] = (uint32_t)z->pcp[i].count;
	}
	for (size_t i = 0; i < z->nr_lru; i++)
		to->lru += z->lru[i].count;
	to->nr_cpus = z->nr_pcp;
}

static int add_zone(struct bs_snapshot *s, const struct bs_state_zone *from, unsigned int orders)
{
	static const char *const names[BS_NR_ZONE_TYPES] = {"DMA", "DMA32", "Normal", "Movable",
							    "Device"};
	struct bs_snapshot_zone *z =
		bs_snapshot_zone_made(s, (unsigned int)from->node, names[from->type]);

	if (!z || !bs_snapshot_types_made(z) || !bs_snapshot_sizes_made(z))
		return -ENOMEM;
	z->nr_orders = orders;
	for (unsigned int o = 0; o < orders; o++) {
		z->nr_free[o] = (uint64_t)from->nr_free[o];
		for (unsigned int mt = 0; mt < BS_MIGRATE_TYPES; mt++)
			z->types->nr_free[type_of(mt)][o] += from->area[o][mt].n;
	}
	for (unsigned int mt = 0; mt < BS_MIGRATE_TYPES; mt++)
		z->types->listed |= 1u << type_of(mt);
	for (size_t i = 0; i < from->nr_blocks; i++)
		if (from->block_type[i] != BS_STATE_HOLE)
			z->types->blocks[type_of(from->block_type[i])]++;
	z->types->has_blocks = true;
	set_sizes(z->sizes, from);
	return 0;
}

int bs_snapshots_add_state(struct bs_snapshots *s, const struct bs_state *state)
{
	struct bs_snapshot *to = bs_snapshots_at(s, s->n);
	int ret = to ? 0 : -ENOMEM;

	for (unsigned int i = 0; i < state->nr_zones && !ret; i++)
		ret = add_zone(to, &state->zone[i], bs_state_platform(state)->max_order + 1);
	if (ret)
		return ret;
	snprintf(to->when, sizeof(to->when), "%.*s", (int)sizeof(to->when) - 1, state->name);
	to->pageblock_order = (unsigned int)state->pageblock_order;
	to->page_size = UINT64_C(1) << bs_state_platform(state)->page_shift;
	return 0;
}

/* ---- What follows ---------------------------------------------------------------------------- */

unsigned int bs_snapshot_nr_free(const struct bs_snapshot *s, uint64_t *nr_free)
{
	unsigned int orders = 0;

	memset(nr_free, 0, BS_SNAPSHOT_ORDERS * sizeof(*nr_free));
	for (unsigned int i = 0; i < s->nr_zones; i++) {
		if (s->zone[i].nr_orders > orders)
			orders = s->zone[i].nr_orders;
		for (unsigned int o = 0; o < s->zone[i].nr_orders; o++)
			nr_free[o] += s->zone[i].nr_free[o];
	}
	return orders;
}

uint64_t bs_free_from_order(const uint64_t nr_free[BS_SNAPSHOT_ORDERS], unsigned int order)
{
	uint64_t pages = 0;

	for (; order < BS_SNAPSHOT_ORDERS; order++)
		pages += nr_free[order] << order;
	return pages;
}

unsigned int bs_usable_index(const uint64_t nr_free[BS_SNAPSHOT_ORDERS], unsigned int order)
{
	const uint64_t all = bs_free_from_order(nr_free, 0);

	if (!all)
		return 1000;
	return (unsigned int)((unsigned __int128)bs_free_from_order(nr_free, order) * 1000 / all);
}

struct bs_giveback bs_snapshot_giveback(const struct bs_snapshot *s, unsigned int order,
					unsigned int capacity)
{
	struct bs_giveback g = {0};

	for (unsigned int i = 0; i < s->nr_zones; i++) {
		const struct bs_snapshot_zone *z = &s->zone[i];
		const uint64_t pages = bs_free_from_order(z->nr_free, order);
		const uint64_t keep =
			(z->sizes ? z->sizes->low : 0) + ((uint64_t)capacity << order);

		g.pages += pages;
		if (bs_free_from_order(z->nr_free, 0) > keep)
			g.reported += pages;
		else
			g.zones_below += pages > 0;
	}
	return g;
}

/* ---- By counts ------------------------------------------------------------------------------- */

struct counter {
	void (*differs)(void *arg, const struct bs_count_diff *d);
	void *arg;
	unsigned int n;
};

static void count(struct counter *c, const struct bs_count_diff *d)
{
	if (d->a == d->b)
		return;
	c->n++;
	if (c->differs)
		c->differs(c->arg, d);
}

static void compare_types(struct counter *c, const struct bs_snapshot_zone *a,
			  const struct bs_snapshot_zone *b)
{
	for (unsigned int t = 0; t < BS_NR_SNAPSHOT_TYPES; t++)
		for (unsigned int o = 0; o < BS_SNAPSHOT_ORDERS; o++) {
			const struct bs_count_diff d = {.node = a->node,
							.order = o,
							.zone = a->name,
							.type = t,
							.a = a->types->nr_free[t][o],
							.b = b->types->nr_free[t][o]};

			if (!((a->types->capped[t] | b->types->capped[t]) >> o & 1))
				count(c, &d);
		}
}

/* @b may be NULL. */
static void compare_zone(struct counter *c, const struct bs_snapshot_zone *a,
			 const struct bs_snapshot_zone *b)
{
	for (unsigned int o = 0; o < BS_SNAPSHOT_ORDERS; o++) {
		const struct bs_count_diff d = {.node = a->node,
						.order = o,
						.zone = a->name,
						.type = BS_NR_SNAPSHOT_TYPES,
						.a = a->nr_free[o],
						.b = b ? b->nr_free[o] : 0};

		count(c, &d);
	}
	if (a->types && a->types->listed && b && b->types && b->types->listed)
		compare_types(c, a, b);
}

unsigned int bs_snapshots_compare(const struct bs_snapshot *a, const struct bs_snapshot *b,
				  void (*differs)(void *arg, const struct bs_count_diff *d),
				  void *arg)
{
	struct counter c = {differs, arg, 0};

	for (unsigned int i = 0; i < a->nr_zones; i++)
		compare_zone(&c, &a->zone[i],
			     bs_snapshot_zone(b, a->zone[i].node, a->zone[i].name));
	for (unsigned int i = 0; i < b->nr_zones; i++) {
		const struct bs_snapshot_zone *z = &b->zone[i];

		if (bs_snapshot_zone(a, z->node, z->name))
			continue;
		for (unsigned int o = 0; o < z->nr_orders; o++) {
			const struct bs_count_diff d = {.node = z->node,
							.order = o,
							.zone = z->name,
							.type = BS_NR_SNAPSHOT_TYPES,
							.b = z->nr_free[o]};

			count(&c, &d);
		}
	}
	return c.n;
}
