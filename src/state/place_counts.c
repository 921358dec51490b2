// SPDX-License-Identifier: GPL-2.0-or-later
/* place_counts.c - counts by zone, order and type, as buddyinfo and pagetypeinfo say them together. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "draw.h"
#include "draw_used.h"
#include "place.h"
#include "state_fields.h"

/* The simulated kernels are built without CMA: such memory is movable. */
static unsigned int migratetype(enum bs_snapshot_type type)
{
	switch (type) {
	case BS_TYPE_UNMOVABLE:
		return BS_MIGRATE_UNMOVABLE;
	case BS_TYPE_RECLAIMABLE:
		return BS_MIGRATE_RECLAIMABLE;
	case BS_TYPE_HIGHATOMIC:
		return BS_MIGRATE_HIGHATOMIC;
	case BS_TYPE_ISOLATE:
		return BS_MIGRATE_ISOLATE;
	default:
		return BS_MIGRATE_MOVABLE;
	}
}

/* MOVABLE first: most memory is, and so most of what changes between two files. */
static const uint8_t likely[] = {BS_TYPE_MOVABLE,   BS_TYPE_CMA,	BS_TYPE_RECLAIMABLE,
				 BS_TYPE_UNMOVABLE, BS_TYPE_HIGHATOMIC, BS_TYPE_ISOLATE};

/*
 * The @total blocks of an order, by type. The two files were read one after the other: the total
 * holds, and who has too many or too few is the likeliest type. Returns by how many blocks they
 * differ, but for what ">100000" leaves open.
 */
static uint64_t by_type(const struct bs_snapshot_types *t, unsigned int order, uint64_t total,
			uint64_t out[BS_NR_SNAPSHOT_TYPES])
{
	uint64_t said = 0, off = 0;
	unsigned int open = BS_TYPE_MOVABLE;
	bool capped = false;

	for (unsigned int i = BS_NR_SNAPSHOT_TYPES; i-- > 0;) {
		said += out[likely[i]] = t->nr_free[likely[i]][order];
		if (t->capped[likely[i]] >> order & 1) {
			open = likely[i];
			capped = true;
		}
	}
	if (said <= total) {
		out[open] += total - said;
		return capped ? 0 : total - said;
	}
	for (unsigned int i = 0; i < BS_NR_SNAPSHOT_TYPES && said > total; i++) {
		const uint64_t much = said - total;
		const uint64_t less = out[likely[i]] < much ? out[likely[i]] : much;

		out[likely[i]] -= less;
		said -= less;
		off += less;
	}
	return off;
}

struct totals {
	uint64_t off, cma_blocks, moved;
	bool types;
};

static int counts_of(struct bs_shape *s, const struct bs_snapshot_zone *from, struct bs_draw *d,
		     struct totals *t)
{
	const unsigned int top = bs_state_platform(s->state)->max_order;

	for (unsigned int o = 0; o < from->nr_orders; o++) {
		uint64_t n[BS_NR_SNAPSHOT_TYPES] = {[BS_TYPE_MOVABLE] = from->nr_free[o]};

		if (o > top && from->nr_free[o])
			return bs_error_set(s->err, BS_INPUT, 0, s->c->paths[0],
					    "`state info` reads it all the same",
					    "zone %s has free blocks of order %u: the simulated "
					    "allocator ends at order %u",
					    from->name, o, top);
		if (o > top)
			continue;
		if (from->types && from->types->listed)
			t->off += by_type(from->types, o, from->nr_free[o], n);
		for (unsigned int k = 0; k < BS_NR_SNAPSHOT_TYPES; k++)
			d->n[migratetype(k)][o] += n[k];
	}
	for (unsigned int k = 0; from->types && k < BS_NR_SNAPSHOT_TYPES; k++)
		d->blocks[migratetype(k)] += from->types->blocks[k];
	if (from->types)
		t->cma_blocks += from->types->blocks[BS_TYPE_CMA];
	t->types |= from->types && from->types->listed;
	return 0;
}

/* What depends on the lists. */
static void set_figures(struct bs_state_zone *z, unsigned int pbo)
{
	z->vm_free = z->highatomic = z->nr_isolate = z->nr_free_highatomic = z->vm_free_diff = 0;
	for (unsigned int o = 0; o < BS_NR_ORDERS; o++) {
		for (unsigned int t = 0; t < BS_MIGRATE_TYPES; t++)
			if (t != BS_MIGRATE_ISOLATE)
				z->vm_free += (int64_t)z->area[o][t].n << o;
		z->nr_free_highatomic += (int64_t)z->area[o][BS_MIGRATE_HIGHATOMIC].n << o;
	}
	for (size_t i = 0; i < z->nr_blocks; i++) {
		z->highatomic += z->block_type[i] == BS_MIGRATE_HIGHATOMIC ? INT64_C(1) << pbo : 0;
		z->nr_isolate += z->block_type[i] == BS_MIGRATE_ISOLATE;
	}
}

static int place_zone(struct bs_shape *s, struct bs_state_zone *z, struct totals *t,
		      struct bs_rng *rng)
{
	const struct bs_snapshot_zone *from = bs_shape_zone(s, z);
	const unsigned int pbo = (unsigned int)s->state->pageblock_order;
	char name[320];
	struct bs_draw d = {.z = z,
			    .pageblock_order = pbo,
			    .max_order = bs_state_platform(s->state)->max_order,
			    .name = name};
	int ret = from ? counts_of(s, from, &d, t) : 0;

	snprintf(name, sizeof(name), "%.280s: zone %s", s->c->paths[0],
		 bs_state_zone_names[z->type]);
	if (!ret)
		ret = bs_draw_zone(&d, rng, s->err);
	if (ret)
		return ret;
	t->moved += d.mixed ? 0 : d.moved;
	if (d.mixed)
		bs_shape_note(
			s,
			"%s: free blocks of several types share pageblocks, of which there are "
			"too few",
			name);
	set_figures(z, pbo);
	if (z->vm_free > z->managed)
		return bs_error_set(s->err, BS_INPUT, 0, name,
				    "give counts and sizes of one machine and one moment",
				    "has %" PRId64 " free pages of %" PRId64 " that are managed",
				    z->vm_free, z->managed);
	if (bs_draw_used(z, pbo, s->measured ? from->sizes : NULL, NULL, NULL, rng))
		return bs_error_set(s->err, BS_RESOURCE, ENOMEM, name, NULL, "out of memory");
	return 0;
}

int bs_place_by_counts(struct bs_shape *s, struct bs_rng *rng)
{
	struct totals t = {0};
	int ret = 0;

	for (unsigned int i = 0; i < s->state->nr_zones && !ret; i++)
		ret = place_zone(s, &s->state->zone[i], &t, rng);
	if (ret)
		return ret;
	if (!t.types)
		bs_shape_note(s, "no pagetypeinfo: all free memory counts as movable");
	if (t.off)
		bs_shape_note(s,
			      "buddyinfo and pagetypeinfo differ by %" PRIu64
			      " blocks (read one after the other): buddyinfo holds, the likeliest "
			      "type has the rest",
			      t.off);
	if (t.moved)
		bs_shape_note(s,
			      "%" PRIu64 " pageblocks have another type than pagetypeinfo says, so "
			      "that the free blocks of each type have room",
			      t.moved);
	if (t.cma_blocks)
		bs_shape_note(s,
			      "%" PRIu64 " CMA pageblocks count as movable: CMA is not simulated",
			      t.cma_blocks);
	return 0;
}
