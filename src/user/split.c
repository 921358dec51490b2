// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * split.c - partly freed huge pages when memory is short: what nobody maps any more is freed page by page,
 * and the rest lives on as pages.
 */
#include "user_parts.h"

#include <stdlib.h>

/* Small mappings of the block's page @i become mappings of the zero page. */
static void map_zero(struct bs_user *u, const struct block *b, unsigned int i)
{
	const uint64_t at = b->at + ((uint64_t)i << BS_USER_PAGE_SHIFT);

	for (struct bs_space *s = u->spaces; s; s = s->next) {
		struct range *r = user_range(s, at >> BS_USER_HUGE_SHIFT);
		bs_pfn *pte = r && r->pte
				      ? &r->pte[at >> BS_USER_PAGE_SHIFT & (BS_USER_HUGE_PAGES - 1)]
				      : NULL;

		if (pte && *pte == b->head + i)
			*pte = BS_ZERO_PFN;
	}
}

static void split_mappings(struct bs_user *u, struct block *b)
{
	for (struct bs_space *s = u->spaces; s && b->whole; s = s->next) {
		struct range *r = user_range(s, b->at >> BS_USER_HUGE_SHIFT);

		if (r && r->huge == b)
			block_split_mapping(s, r);
	}
}

/* Is page @i free when the block is split? */
static bool goes(struct bs_user *u, struct block *b, unsigned int i)
{
	if (!b->small[i])
		return true;
	if (!u->km.split_frees_zeros || block_is_written(b, i))
		return false;
	map_zero(u, b, i);
	u->counts.pages--;
	return true;
}

static void stays(struct bs_user *u, bs_pfn pfn, unsigned int maps, uint64_t at)
{
	bs_pfn_map_put(&u->place, pfn, at + 1);
	while (--maps)
		user_share(u, pfn);
}

uint64_t user_split(struct bs_user *u, struct block *b)
{
	const unsigned int n = 1u << b->order;
	const unsigned int late = u->km.split_late < n ? (unsigned int)u->km.split_late : 0;
	const bs_pfn head = b->head;
	const uint64_t at = b->at;
	bool go[BS_USER_HUGE_PAGES];
	uint16_t *maps;
	uint64_t freed = 0;

	split_mappings(u, b);
	if (!block_small(u, b))
		return 0;
	for (unsigned int i = 0; i < n; i++)
		go[i] = goes(u, b, i);
	maps = malloc(n * sizeof(*maps));
	if (!maps) {
		u->ops->failed(u->arg);
		return 0;
	}
	for (unsigned int i = 0; i < n; i++)
		maps[i] = b->small[i];
	block_free(u, b);
	if (u->ops->split)
		u->ops->split(u->arg, head, (unsigned int)__builtin_ctz(n));
	/* The one by which the block is held goes last. */
	for (unsigned int i = 0; i < n; i++) {
		if (!go[i])
			stays(u, head + i, maps[i], at + ((uint64_t)i << BS_USER_PAGE_SHIFT));
		else if (i != late)
			u->ops->free(u->arg, head + i, 0);
		freed += go[i];
	}
	free(maps);
	if (go[late])
		u->ops->free(u->arg, head + late, 0);
	u->counts.split_page += n == BS_USER_HUGE_PAGES;
	u->counts.split_freed += freed;
	return freed;
}

/* More of its pages than max_ptes_none hold only zeros. */
static bool underused(const struct bs_user *u, const struct block *b)
{
	unsigned int zeros = 0;

	for (unsigned int i = 0; i < BS_USER_HUGE_PAGES; i++)
		zeros += !block_is_written(b, i);
	return zeros > u->set.max_ptes_none;
}

uint64_t bs_user_shrink(struct bs_user *u)
{
	uint64_t freed = 0;

	while (u->newest) {
		struct block *b = u->newest;

		/* Looked at once and kept, it leaves the queue for good. */
		if (b->lost || (b->order == BS_USER_HUGE_ORDER && underused(u, b)))
			freed += user_split(u, b);
		else
			block_unqueue(u, b);
	}
	return freed;
}
