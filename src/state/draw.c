// SPDX-License-Identifier: GPL-2.0-or-later
#include "draw.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "state_fields.h"

/* Nodes of one order, by their first page. */
struct nodes {
	bs_pfn *pfn;
	size_t n, cap;
};

#define MAX_PARTS 2 /* pageblocks that lie partly in the zone: at its start, at its end */

struct part {
	bs_pfn start, end;
	unsigned int type;
};

struct drawing {
	struct bs_draw *d;
	struct bs_rng *rng;
	struct bs_error *err;
	unsigned int pbo;
	struct nodes open; /* above: of the order at hand; then pageblocks without a type */
	struct part part[MAX_PARTS];
	unsigned int nr_parts;
	uint64_t need[BS_MIGRATE_TYPES]; /* open pageblocks, at least */
	bool mixed; /* ... of which there are not enough */
};

static int no_memory(const struct drawing *g)
{
	return bs_error_set(g->err, BS_RESOURCE, ENOMEM, g->d->name, NULL, "out of memory");
}

static int push(struct drawing *g, struct nodes *to, bs_pfn pfn)
{
	if (to->n == to->cap) {
		const size_t cap = to->cap ? to->cap * 2 : 64;
		bs_pfn *more = realloc(to->pfn, cap * sizeof(*more));

		if (!more)
			return no_memory(g);
		to->pfn = more;
		to->cap = cap;
	}
	to->pfn[to->n++] = pfn;
	return 0;
}

void bs_draw_order(struct bs_state_list *l, struct bs_rng *rng)
{
	bs_rng_shuffle(l->pfn, l->n, rng);
}

static bool is_hole(const struct bs_state_zone *z, unsigned int pbo, uint64_t pfn)
{
	return z->block_type[(pfn - z->first_block) >> pbo] == BS_STATE_HOLE;
}

/* Is [pfn, pfn + 2^order) wholly memory of the zone? */
static bool is_whole(const struct drawing *g, uint64_t pfn, unsigned int order)
{
	const struct bs_state_zone *z = g->d->z;
	const uint64_t end = pfn + (UINT64_C(1) << order);

	if (pfn < (uint64_t)z->start || end > (uint64_t)(z->start + z->spanned))
		return false;
	for (uint64_t p = pfn; p < end; p += UINT64_C(1) << g->pbo)
		if (is_hole(z, g->pbo, p))
			return false;
	return true;
}

static int free_block(struct drawing *g, bs_pfn pfn, unsigned int order, unsigned int type)
{
	struct bs_state_zone *z = g->d->z;

	if (bs_state_append(&z->area[order][type], pfn, 0))
		return no_memory(g);
	for (uint64_t p = pfn; order >= g->pbo && p < pfn + (UINT64_C(1) << order);
	     p += UINT64_C(1) << g->pbo)
		z->block_type[(p - z->first_block) >> g->pbo] = (uint8_t)type;
	return 0;
}

static int impossible(const struct drawing *g, unsigned int order, uint64_t n, uint64_t room)
{
	return bs_error_set(
		g->err, BS_INPUT, 0, g->d->name,
		"give counts and sizes of one machine and one moment; with --memory, more "
		"of it",
		"cannot have %" PRIu64 " free blocks of order %u: there is room for "
		"%" PRIu64 " that do not merge with their buddies",
		n, order, room);
}

/*
 * One order down. @from: open nodes of the order above, and behind them @orphans nodes of this order
 * whose other half is not in the zone. The first of the shuffled candidates get a free block, by type
 * as @n says; @to: the open nodes of this order.
 */
static int descend(struct drawing *g, struct nodes *from, size_t orphans, unsigned int order,
		   const uint64_t *n, struct nodes *to)
{
	const bs_pfn half = (bs_pfn)1 << order;
	const size_t first_orphan = from->n - orphans;
	unsigned int type = 0;
	uint64_t left = n[0];
	uint32_t *at =
		malloc((from->n + 1) * sizeof(*at)); /* the candidates, shuffled as they are met */
	int ret = at ? 0 : no_memory(g);

	for (size_t i = 0; i < from->n && at; i++)
		at[i] = (uint32_t)i;
	for (size_t i = 0; i < from->n && !ret; i++) {
		const size_t k = i + bs_rng_below(g->rng, from->n - i);
		const uint32_t it = at[k];
		const bool right = it < first_orphan && bs_rng_below(g->rng, 2);
		const bs_pfn pfn = from->pfn[it];

		at[k] = at[i];
		while (!left && type < BS_MIGRATE_TYPES - 1)
			left = n[++type];
		if (left) {
			left--;
			ret = free_block(g, right ? pfn + half : pfn, order, type);
			if (!ret && order && it < first_orphan)
				ret = push(g, to, right ? pfn : pfn + half);
			continue;
		}
		/* Below a page there is nothing. */
		if (!order)
			break;
		ret = push(g, to, pfn);
		if (!ret && it < first_orphan)
			ret = push(g, to, pfn + half);
	}
	free(at);
	return ret;
}

/* ---- From the largest order to pageblocks ---------------------------------------------------- */

/* Nodes of @order that are whole while the one above them is not. */
static int add_orphans(struct drawing *g, unsigned int order, struct nodes *to, size_t *added)
{
	const struct bs_state_zone *z = g->d->z;
	const uint64_t size = UINT64_C(1) << order, end = (uint64_t)(z->start + z->spanned);
	int ret = 0;

	*added = 0;
	for (uint64_t p = (uint64_t)z->start & ~(size - 1); p < end && !ret; p += size) {
		if (!is_whole(g, p, order) ||
		    (order < g->d->max_order && is_whole(g, p & ~size, order + 1)))
			continue;
		ret = push(g, to, (bs_pfn)p);
		++*added;
	}
	return ret;
}

static int upper_order(struct drawing *g, unsigned int order)
{
	uint64_t n[BS_MIGRATE_TYPES], all = 0;
	struct nodes next = {0};
	size_t orphans;
	int ret = add_orphans(g, order, &g->open, &orphans);

	for (unsigned int t = 0; t < BS_MIGRATE_TYPES; t++)
		all += n[t] = g->d->n[t][order];
	if (!ret && all > g->open.n)
		ret = impossible(g, order, all, g->open.n);
	if (!ret)
		ret = descend(g, &g->open, orphans, order, n, &next);
	free(g->open.pfn);
	g->open = next;
	return ret;
}

/* ---- Types of pageblocks --------------------------------------------------------------------- */

static void find_parts(struct drawing *g)
{
	const struct bs_state_zone *z = g->d->z;
	const uint64_t size = UINT64_C(1) << g->pbo;

	for (size_t i = 0; i < z->nr_blocks; i++) {
		const uint64_t start = z->first_block + i * size, end = start + size;
		const uint64_t zone_end = (uint64_t)(z->start + z->spanned);

		if (z->block_type[i] == BS_STATE_HOLE ||
		    (start >= (uint64_t)z->start && end <= zone_end) || g->nr_parts == MAX_PARTS)
			continue;
		g->part[g->nr_parts++] = (struct part){
			.start = (bs_pfn)(start > (uint64_t)z->start ? start : (uint64_t)z->start),
			.end = (bs_pfn)(end < zone_end ? end : zone_end),
		};
	}
}

/* The at most two nodes of @order in a part whose other half is not in it. */
static unsigned int part_orphans(const struct part *p, unsigned int order, bs_pfn out[2])
{
	const uint64_t size = UINT64_C(1) << order;
	unsigned int n = 0;

	for (uint64_t pfn = (p->start + size - 1) & ~(size - 1); pfn + size <= p->end;) {
		const uint64_t above = pfn & ~(2 * size - 1);

		if (above < p->start || above + 2 * size > p->end) {
			out[n++] = (bs_pfn)pfn;
			pfn += size;
		} else {
			/* All between the first and the last lie in pairs. */
			pfn = p->end & ~(2 * size - 1);
			if (pfn + size > p->end)
				break;
		}
	}
	return n;
}

/* Of a type, or of all of them. */
#define ALL_TYPES BS_MIGRATE_TYPES

static bool is_of(unsigned int type, unsigned int t)
{
	return type == ALL_TYPES || type == t;
}

static uint64_t orphans_of(const struct drawing *g, unsigned int type, unsigned int order)
{
	bs_pfn pfn[2];
	uint64_t n = 0;

	for (unsigned int i = 0; i < g->nr_parts; i++)
		if (is_of(type, g->part[i].type))
			n += part_orphans(&g->part[i], order, pfn);
	return n;
}

static uint64_t asked(const struct drawing *g, unsigned int type, unsigned int order)
{
	uint64_t n = 0;

	for (unsigned int t = 0; t < BS_MIGRATE_TYPES; t++)
		n += is_of(type, t) ? g->d->n[t][order] : 0;
	return n;
}

/* Are the counts of a type below pageblocks possible in @blocks of them? Else, where not. */
static bool fits(const struct drawing *g, unsigned int type, uint64_t blocks, unsigned int *order,
		 uint64_t *room)
{
	uint64_t open = blocks;

	for (unsigned int o = g->pbo; o-- > 0;) {
		const uint64_t n = asked(g, type, o), more = orphans_of(g, type, o);

		if (n > open + more) {
			*order = o;
			*room = open + more;
			return false;
		}
		open = 2 * open + more - n;
	}
	return true;
}

/* The fewest open pageblocks that do; one more than there are if none would. */
static uint64_t blocks_needed(const struct drawing *g, unsigned int type)
{
	uint64_t low = 0, high = g->open.n + 1, room;
	unsigned int order;

	while (low < high) {
		const uint64_t mid = (low + high) / 2;

		if (mid > g->open.n || fits(g, type, mid, &order, &room))
			high = mid;
		else
			low = mid + 1;
	}
	return low;
}

static bool all_fit(struct drawing *g)
{
	uint64_t all = 0;

	for (unsigned int t = 0; t < BS_MIGRATE_TYPES; t++)
		all += g->need[t] = blocks_needed(g, t);
	return all <= g->open.n;
}

/* Where a zone begins within a pageblock, that one stays UNMOVABLE at boot; where it ends within one
 * it is MOVABLE. The counts may need it otherwise. */
static bool type_parts(struct drawing *g)
{
	static const uint8_t start[BS_MIGRATE_TYPES] = {BS_MIGRATE_UNMOVABLE, BS_MIGRATE_MOVABLE,
							BS_MIGRATE_RECLAIMABLE,
							BS_MIGRATE_HIGHATOMIC, BS_MIGRATE_ISOLATE};
	static const uint8_t end[BS_MIGRATE_TYPES] = {BS_MIGRATE_MOVABLE, BS_MIGRATE_UNMOVABLE,
						      BS_MIGRATE_RECLAIMABLE, BS_MIGRATE_HIGHATOMIC,
						      BS_MIGRATE_ISOLATE};
	const bs_pfn inside = ((bs_pfn)1 << g->pbo) - 1;
	unsigned int combinations = 1;

	for (unsigned int i = 0; i < g->nr_parts; i++)
		combinations *= BS_MIGRATE_TYPES;
	for (unsigned int c = 0; c < combinations; c++) {
		unsigned int left = c;

		for (unsigned int i = 0; i < g->nr_parts; i++, left /= BS_MIGRATE_TYPES)
			g->part[i].type =
				(g->part[i].start & inside ? start : end)[left % BS_MIGRATE_TYPES];
		if (all_fit(g))
			return true;
	}
	return false;
}

/*
 * Where there are too few pageblocks for each type to have its own, blocks of several types share
 * them, as they do in a kernel that runs out of pageblocks. Why that does not work either: @err.
 */
static int mix(struct drawing *g)
{
	unsigned int order;
	uint64_t room;

	g->mixed = true;
	memset(g->need, 0, sizeof(g->need));
	if (!fits(g, ALL_TYPES, g->open.n, &order, &room))
		return impossible(g, order, asked(g, ALL_TYPES, order), room);
	return 0;
}

static uint64_t typed_so_far(const struct drawing *g, unsigned int type)
{
	const struct bs_state_zone *z = g->d->z;
	uint64_t n = 0;

	for (unsigned int o = g->pbo; o <= g->d->max_order; o++)
		n += (uint64_t)z->area[o][type].n << (o - g->pbo);
	for (unsigned int i = 0; i < g->nr_parts; i++)
		n += g->part[i].type == type;
	return n;
}

/* How many open pageblocks each type gets. */
static void share_out(struct drawing *g, uint64_t give[BS_MIGRATE_TYPES])
{
	uint64_t left = g->open.n;

	for (unsigned int t = 0; t < BS_MIGRATE_TYPES; t++)
		left -= give[t] = g->need[t];
	for (unsigned int t = 0; t < BS_MIGRATE_TYPES; t++) {
		const uint64_t has = typed_so_far(g, t) + give[t], want = g->d->blocks[t];
		uint64_t more = want > has ? want - has : 0;

		if (t == BS_MIGRATE_MOVABLE)
			continue;
		more = more < left ? more : left;
		give[t] += more;
		left -= more;
		if (want)
			g->d->moved += has + more > want ? has + more - want : want - has - more;
	}
	give[BS_MIGRATE_MOVABLE] += left;
}

/* ---- Below pageblocks ------------------------------------------------------------------------ */

/* Free blocks of a type in the pageblocks @open, which are used up. */
static int lower_orders(struct drawing *g, unsigned int type, struct nodes *open)
{
	int ret = 0;

	for (unsigned int o = g->pbo; o-- > 0 && !ret;) {
		struct nodes next = {0};
		uint64_t n[BS_MIGRATE_TYPES] = {0}, left = 0;
		size_t orphans = 0;
		bs_pfn pfn[2];

		for (unsigned int k = 0; k <= o; k++)
			left += asked(g, type, k);
		if (!left)
			break;
		for (unsigned int i = 0; i < g->nr_parts && !ret; i++) {
			const unsigned int k = is_of(type, g->part[i].type)
						       ? part_orphans(&g->part[i], o, pfn)
						       : 0;

			for (unsigned int j = 0; j < k && !ret; j++, orphans++)
				ret = push(g, open, pfn[j]);
		}
		for (unsigned int t = 0; t < BS_MIGRATE_TYPES; t++)
			n[t] = is_of(type, t) ? g->d->n[t][o] : 0;
		if (!ret)
			ret = descend(g, open, orphans, o, n, &next);
		free(open->pfn);
		*open = next;
	}
	return ret;
}

static int lower(struct drawing *g)
{
	struct bs_state_zone *z = g->d->z;
	uint64_t give[BS_MIGRATE_TYPES];
	struct nodes open = {0};
	size_t at = 0;
	int ret = 0;

	share_out(g, give);
	bs_rng_shuffle(g->open.pfn, g->open.n, g->rng);
	for (unsigned int i = 0; i < g->nr_parts; i++)
		z->block_type[(g->part[i].start - z->first_block) >> g->pbo] =
			(uint8_t)g->part[i].type;
	for (unsigned int t = 0; t < BS_MIGRATE_TYPES && !ret; t++) {
		for (uint64_t i = 0; i < give[t] && !ret; i++, at++) {
			z->block_type[(g->open.pfn[at] - z->first_block) >> g->pbo] = (uint8_t)t;
			ret = push(g, &open, g->open.pfn[at]);
		}
		if (g->mixed && t + 1 < BS_MIGRATE_TYPES)
			continue;
		if (!ret)
			ret = lower_orders(g, g->mixed ? ALL_TYPES : t, &open);
		open.n = 0;
	}
	free(open.pfn);
	return ret;
}

int bs_draw_zone(struct bs_draw *d, struct bs_rng *rng, struct bs_error *err)
{
	struct drawing g = {.d = d, .rng = rng, .err = err, .pbo = d->pageblock_order};
	struct bs_state_zone *z = d->z;
	int ret = 0;

	d->moved = 0;
	for (unsigned int o = d->max_order + 1; o-- > g.pbo && !ret;)
		ret = upper_order(&g, o);
	if (!ret) {
		find_parts(&g);
		ret = type_parts(&g) ? 0 : mix(&g);
		if (!ret)
			ret = lower(&g);
		d->mixed = g.mixed;
	}
	free(g.open.pfn);
	for (unsigned int o = 0; o <= d->max_order && !ret; o++) {
		z->nr_free[o] = 0;
		for (unsigned int t = 0; t < BS_MIGRATE_TYPES; t++) {
			bs_draw_order(&z->area[o][t], rng);
			z->nr_free[o] += z->area[o][t].n;
		}
	}
	return ret;
}
