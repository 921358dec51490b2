// SPDX-License-Identifier: GPL-2.0-or-later
#include "draw_used.h"

#include <errno.h>
#include <stdlib.h>

#include "state_fields.h"
#include "state_runs.h"

#define PCP_MOVABLE BS_MIGRATE_MOVABLE /* the list of order 0 */

struct used {
	struct bs_state_zone *z;
	unsigned int pbo;
	bool (*may)(const void *arg, int64_t pfn);
	const void *arg;
	uint8_t *taken, *lru; /* a bit per page of the zone */
	uint64_t left; /* still to be found */
	struct bs_state_pcp *pcp;
};

static bool bit(const uint8_t *bits, uint64_t i)
{
	return bits[i >> 3] >> (i & 7) & 1;
}

static void set(uint8_t *bits, uint64_t i)
{
	bits[i >> 3] |= (uint8_t)(1u << (i & 7));
}

static int take_for_lru(struct used *u, uint64_t page)
{
	set(u->lru, page);
	return 0;
}

static int take_for_pcp(struct used *u, uint64_t page)
{
	const int64_t pfn = u->z->start + (int64_t)page;

	if (u->may && !u->may(u->arg, pfn)) {
		u->left++;
		return 0;
	}
	set(u->taken, page);
	u->pcp->count++;
	return bs_state_append(&u->pcp->list[PCP_MOVABLE], (bs_pfn)pfn, BS_MIGRATE_MOVABLE);
}

/* What is in use of a pageblock, while any is left to be found. */
static int look_at_block(struct used *u, size_t block, int (*take)(struct used *u, uint64_t page))
{
	const int64_t first = u->z->first_block + ((int64_t)block << u->pbo) - u->z->start;
	int64_t end = first + (INT64_C(1) << u->pbo);

	end = end < u->z->spanned ? end : u->z->spanned;
	for (int64_t p = first > 0 ? first : 0; p < end && u->left; p++) {
		if (bit(u->taken, (uint64_t)p))
			continue;
		u->left--;
		if (take(u, (uint64_t)p))
			return -ENOMEM;
	}
	return 0;
}

/* Pageblocks in an order drawn at random, movable ones first. The caller frees it. */
static uint32_t *draw_blocks(const struct bs_state_zone *z, size_t *movable, size_t *n,
			     struct bs_rng *rng)
{
	uint32_t *v = malloc((z->nr_blocks + 1) * sizeof(*v));

	*n = 0;
	for (unsigned int pass = 0; v && pass < 2; pass++) {
		const size_t first = *n;

		for (size_t i = 0; i < z->nr_blocks; i++)
			if (z->block_type[i] != BS_STATE_HOLE &&
			    (z->block_type[i] == BS_MIGRATE_MOVABLE) == !pass)
				v[(*n)++] = (uint32_t)i;
		for (size_t k = *n; k > first + 1; k--) {
			const size_t at = first + bs_rng_below(rng, k - first);
			const uint32_t t = v[at];

			v[at] = v[k - 1];
			v[k - 1] = t;
		}
		if (!pass)
			*movable = *n;
	}
	return v;
}

static int collect_lru(struct used *u)
{
	struct bs_state_zone *z = u->z;
	size_t cap = 0;

	for (uint64_t p = 0, end; p < (uint64_t)z->spanned; p = end + 1) {
		for (end = p; end < (uint64_t)z->spanned && bit(u->lru, end);)
			end++;
		if (end == p)
			continue;
		if (bs_state_add_lru(z, &cap, (bs_pfn)((uint64_t)z->start + p),
				     (uint32_t)(end - p)))
			return -ENOMEM;
	}
	return 0;
}

static void mark_free(struct used *u)
{
	const struct bs_state_zone *z = u->z;

	for (unsigned int o = 0; o < BS_NR_ORDERS; o++)
		for (unsigned int t = 0; t < BS_MIGRATE_TYPES; t++)
			for (uint32_t i = 0; i < z->area[o][t].n; i++)
				for (uint64_t p = 0; p < UINT64_C(1) << o; p++)
					set(u->taken,
					    z->area[o][t].pfn[i] - (uint64_t)z->start + p);
}

static int draw(struct used *u, const struct bs_snapshot_sizes *sizes, const uint32_t *block,
		size_t movable, size_t n)
{
	size_t at = 0;

	/* Refills take what lies together; the lists are as long as they were. */
	for (unsigned int c = 0; sizes && c < u->z->nr_pcp; c++) {
		u->pcp = &u->z->pcp[c];
		u->left = sizes->pcp_count[c];
		for (; u->left && at<movable; at += u->left> 0)
			if (look_at_block(u, block[at], take_for_pcp))
				return -ENOMEM;
	}
	if (u->may)
		return 0;
	u->left = sizes ? sizes->lru : UINT64_MAX;
	for (at = 0; u->left && at < (sizes ? n : movable); at++)
		if (look_at_block(u, block[at], take_for_lru))
			return -ENOMEM;
	return collect_lru(u);
}

int bs_draw_used(struct bs_state_zone *z, unsigned int pageblock_order,
		 const struct bs_snapshot_sizes *sizes, bool (*may)(const void *arg, int64_t pfn),
		 const void *arg, struct bs_rng *rng)
{
	const size_t bytes = (size_t)z->spanned / 8 + 1;
	struct used u = {.z = z, .pbo = pageblock_order, .may = may, .arg = arg};
	size_t movable = 0, n;
	uint32_t *block = draw_blocks(z, &movable, &n, rng);
	int ret = -ENOMEM;

	u.taken = calloc(1, bytes);
	u.lru = calloc(1, bytes);
	if (block && u.taken && u.lru) {
		mark_free(&u);
		ret = draw(&u, sizes, block, movable, n);
	}
	free(block);
	free(u.taken);
	free(u.lru);
	return ret;
}
