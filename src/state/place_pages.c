// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * place_pages.c - kpageflags says of each page whether it is free, on the LRU, or somebody's. It says
 * nothing of pageblock types and of the order within lists.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "draw.h"
#include "draw_used.h"
#include "pageflags.h"
#include "place.h"
#include "state_fields.h"
#include "state_runs.h"

struct placing {
	struct bs_shape *s;
	struct bs_state_zone *z;
	const struct bs_pageflags *f;
	unsigned int pbo;
};

/* What a pageblock holds that does not move. */
struct holds {
	size_t block;
	uint32_t fixed, slab;
	uint64_t draw; /* decides between equals */
};

static int no_memory(struct bs_shape *s)
{
	return bs_error_set(s->err, BS_RESOURCE, ENOMEM, s->c->pageflags, NULL, "out of memory");
}

static uint8_t page(const struct placing *p, int64_t pfn)
{
	const uint64_t at = (uint64_t)pfn + p->s->shift;

	return at < p->f->nr_pages ? p->f->is[at] : BS_PAGE_IS_NONE;
}

/* ---- Types of pageblocks --------------------------------------------------------------------- */

static int more_fixed(const void *a, const void *b)
{
	const struct holds *x = a, *y = b;

	if (x->fixed != y->fixed)
		return x->fixed < y->fixed ? 1 : -1;
	return x->draw < y->draw ? -1 : x->draw > y->draw;
}

static int more_slab(const void *a, const void *b)
{
	const struct holds *x = a, *y = b;

	if (x->slab != y->slab)
		return x->slab < y->slab ? 1 : -1;
	return x->draw < y->draw ? -1 : x->draw > y->draw;
}

/* Counts into @h what pageblock @i holds; false if the allocator has nothing of it. */
static bool look(const struct placing *p, size_t i, struct holds *h)
{
	int64_t pfn = p->z->first_block + ((int64_t)i << p->pbo);
	int64_t end = pfn + (INT64_C(1) << p->pbo);
	bool any = false;

	pfn = pfn > p->z->start ? pfn : p->z->start;
	end = end < p->z->start + p->z->spanned ? end : p->z->start + p->z->spanned;
	*h = (struct holds){.block = i};
	for (; pfn < end; pfn++) {
		const uint8_t is = page(p, pfn);

		any |= !(is & (BS_PAGE_IS_NONE | BS_PAGE_IS_RESERVED));
		h->fixed += !(is & (BS_PAGE_IS_NONE | BS_PAGE_IS_FREE | BS_PAGE_IS_LRU));
		h->slab += !!(is & BS_PAGE_IS_SLAB);
	}
	return any;
}

#define SMALL_HOLE 64 /* pageblocks: less than the memory that comes and goes as one */

/* What boot kept for itself is no hole in memory, and a guest has only so many holes. */
static void fill_small_holes(struct bs_state_zone *z)
{
	for (size_t i = 0, k; i < z->nr_blocks; i = k + 1) {
		for (k = i; k < z->nr_blocks && z->block_type[k] == BS_STATE_HOLE;)
			k++;
		if (k - i < SMALL_HOLE)
			memset(z->block_type + i, BS_MIGRATE_MOVABLE, k - i);
	}
}

/*
 * As many unmovable and reclaimable pageblocks as pagetypeinfo says, and those that hold most of what
 * cannot move; reclaimable are those of them with most slab. Without pagetypeinfo a pageblock half of
 * which cannot move is unmovable.
 */
static int set_types(const struct placing *p, struct bs_rng *rng)
{
	const struct bs_snapshot_zone *from = bs_shape_zone(p->s, p->z);
	const bool known = from && from->types && from->types->has_blocks;
	struct holds *h = calloc(p->z->nr_blocks + 1, sizeof(*h));
	size_t n = 0, unmovable = 0, reclaimable = 0;

	if (!h)
		return no_memory(p->s);
	for (size_t i = 0; i < p->z->nr_blocks; i++) {
		p->z->block_type[i] = BS_STATE_HOLE;
		if (!look(p, i, &h[n]))
			continue;
		h[n++].draw = bs_rng_next(rng);
		p->z->block_type[i] = BS_MIGRATE_MOVABLE;
	}
	fill_small_holes(p->z);
	qsort(h, n, sizeof(*h), more_fixed);
	if (known) {
		unmovable = from->types->blocks[BS_TYPE_UNMOVABLE];
		reclaimable = from->types->blocks[BS_TYPE_RECLAIMABLE];
	} else {
		while (unmovable < n && h[unmovable].fixed >= 1u << (p->pbo - 1))
			unmovable++;
	}
	reclaimable = reclaimable < n ? reclaimable : n;
	unmovable = unmovable < n - reclaimable ? unmovable : n - reclaimable;
	qsort(h, unmovable + reclaimable, sizeof(*h), more_slab);
	for (size_t i = 0; i < unmovable + reclaimable; i++)
		p->z->block_type[h[i].block] =
			i < reclaimable ? BS_MIGRATE_RECLAIMABLE : BS_MIGRATE_UNMOVABLE;
	free(h);
	return 0;
}

/* ---- Free blocks and the LRU ----------------------------------------------------------------- */

static int add_block(void *arg, bs_pfn pfn, unsigned int order)
{
	struct placing *p = arg;
	const bs_pfn at = pfn - (bs_pfn)p->s->shift;
	uint8_t *type = &p->z->block_type[(at - p->z->first_block) >> p->pbo];

	/* A block over several pageblocks has one type. */
	for (unsigned int i = 1; order > p->pbo && i < 1u << (order - p->pbo); i++)
		type[i] = type[0];
	p->z->nr_free[order]++;
	p->z->vm_free += INT64_C(1) << order;
	return bs_state_append(&p->z->area[order][*type], at, 0);
}

static int add_lru(struct placing *p)
{
	struct bs_state_zone *z = p->z;
	size_t cap = 0;

	for (int64_t pfn = z->start, end; pfn < z->start + z->spanned; pfn = end + 1) {
		for (end = pfn; end < z->start + z->spanned && page(p, end) & BS_PAGE_IS_LRU;)
			end++;
		if (end == pfn)
			continue;
		if (bs_state_add_lru(z, &cap, (bs_pfn)pfn, (uint32_t)(end - pfn)))
			return -ENOMEM;
	}
	return 0;
}

/* Neither free nor anybody's that shows: it may be on a per-cpu list. */
static bool nobodys(const void *arg, int64_t pfn)
{
	return !page(arg, pfn);
}

static int place_zone(struct placing *p, struct bs_rng *rng)
{
	const uint64_t start = (uint64_t)p->z->start + p->s->shift;
	int ret = set_types(p, rng);

	if (ret)
		return ret;
	if (bs_pageflags_blocks(p->f, start, start + (uint64_t)p->z->spanned,
				bs_state_platform(p->s->state)->max_order, add_block, p) ||
	    add_lru(p))
		return no_memory(p->s);
	if (p->z->vm_free > p->z->managed)
		p->z->managed = p->z->vm_free;
	if (bs_draw_used(p->z, p->pbo, bs_shape_zone(p->s, p->z)->sizes, nobodys, p, rng))
		return no_memory(p->s);
	for (unsigned int o = 0; o < BS_NR_ORDERS; o++)
		for (unsigned int t = 0; t < BS_MIGRATE_TYPES; t++)
			bs_draw_order(&p->z->area[o][t], rng);
	return 0;
}

/* By how much the pages differ from what buddyinfo said at another moment. */
static void compare(struct bs_shape *s)
{
	uint64_t blocks = 0, pages = 0, all = 0;

	for (unsigned int i = 0; i < s->state->nr_zones; i++) {
		const struct bs_state_zone *z = &s->state->zone[i];
		const struct bs_snapshot_zone *from = bs_shape_zone(s, z);

		for (unsigned int o = 0; from && from->nr_orders && o < BS_NR_ORDERS; o++) {
			const uint64_t a = (uint64_t)z->nr_free[o], b = from->nr_free[o];

			blocks += a > b ? a - b : b - a;
			pages += (a > b ? a - b : b - a) << o;
			all += a;
		}
	}
	if (blocks)
		bs_shape_note(s,
			      "kpageflags and buddyinfo differ by %" PRIu64 " of %" PRIu64
			      " free blocks, %" PRIu64
			      " MiB (read one after the other): kpageflags holds",
			      blocks, all, pages << bs_state_platform(s->state)->page_shift >> 20);
}

int bs_place_by_pages(struct bs_shape *s, struct bs_rng *rng)
{
	struct bs_pageflags f;
	bool known = true;
	int ret;

	if (!s->measured)
		return bs_error_set(s->err, BS_INPUT, 0, s->c->pageflags,
				    "give the machine's zoneinfo, too: --zoneinfo FILE",
				    "says what is free, but not in which zone");
	ret = bs_pageflags_read(s->c->pageflags, s->c->pagecount, &f, s->err);
	for (unsigned int i = 0; i < s->state->nr_zones && !ret; i++) {
		struct placing p = {s, &s->state->zone[i], &f,
				    (unsigned int)s->state->pageblock_order};
		const struct bs_snapshot_zone *from = bs_shape_zone(s, p.z);

		known &= from && from->types && from->types->has_blocks;
		ret = place_zone(&p, rng);
	}
	bs_pageflags_free(&f);
	if (ret)
		return ret;
	compare(s);
	bs_shape_note(
		s, known ? "which pageblocks are unmovable is guessed from what they hold; how "
			   "many is pagetypeinfo's"
			 : "no pagetypeinfo: pageblocks half of which cannot move are unmovable");
	return 0;
}
