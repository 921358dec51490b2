// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * block.c - blocks of several pages that processes map: whole, by huge mappings, or page by page, and the
 * queue of those that may be split when memory is short.
 */
#include "user_parts.h"

#include <stdlib.h>

static size_t slot(const struct bs_user *u, bs_pfn head)
{
	return (head * 2654435761u) >> 7 & (u->hash_size - 1);
}

static void hash_in(struct bs_user *u, struct block *b)
{
	const size_t i = slot(u, b->head);

	b->next = u->hash[i];
	u->hash[i] = b;
}

static bool hash_room(struct bs_user *u)
{
	const size_t old = u->hash_size, size = old ? 2 * old : 64;
	struct block **from = u->hash;

	if (u->nr_hashed < old)
		return true;
	u->hash = calloc(size, sizeof(*u->hash));
	if (!u->hash) {
		u->hash = from;
		u->ops->failed(u->arg);
		return false;
	}
	u->hash_size = size;
	for (size_t i = 0; i < old; i++) {
		for (struct block *b = from[i], *next; b; b = next) {
			next = b->next;
			hash_in(u, b);
		}
	}
	free(from);
	return true;
}

static struct block *find(const struct bs_user *u, bs_pfn head)
{
	struct block *b = u->hash_size ? u->hash[slot(u, head)] : NULL;

	while (b && b->head != head)
		b = b->next;
	return b;
}

struct block *block_of(const struct bs_user *u, bs_pfn pfn)
{
	struct block *b;

	if (!u->nr_hashed)
		return NULL;
	b = find(u, pfn & ~(bs_pfn)(BS_USER_HUGE_PAGES - 1));
	if (b && b->order == BS_USER_HUGE_ORDER)
		return b;
	if (!u->set.middle_order)
		return NULL;
	b = find(u, pfn & ~(((bs_pfn)1 << u->set.middle_order) - 1));
	return b && pfn - b->head < (bs_pfn)1 << b->order ? b : NULL;
}

struct block *block_new(struct bs_user *u, bs_pfn head, unsigned int order, uint64_t at)
{
	struct block *b = calloc(1, sizeof(*b));

	if (!b) {
		u->ops->failed(u->arg);
		return NULL;
	}
	b->head = head;
	b->order = (uint8_t)order;
	b->at = at;
	bs_pfn_map_put(&u->place, head, at + 1);
	return b;
}

void block_unqueue(struct bs_user *u, struct block *b)
{
	if (!b->queued)
		return;
	*(b->older ? &b->older->newer : &u->oldest) = b->newer;
	*(b->newer ? &b->newer->older : &u->newest) = b->older;
	b->older = b->newer = NULL;
	b->queued = false;
}

void block_queue(struct bs_user *u, struct block *b)
{
	if (b->queued)
		return;
	b->queued = true;
	b->older = u->newest;
	*(u->newest ? &u->newest->newer : &u->oldest) = b;
	u->newest = b;
}

static void hash_out(struct bs_user *u, struct block *b)
{
	struct block **at = &u->hash[slot(u, b->head)];

	while (*at != b)
		at = &(*at)->next;
	*at = b->next;
}

void block_moved(struct bs_user *u, struct block *b, bs_pfn head)
{
	if (b->small)
		hash_out(u, b);
	b->head = head;
	if (b->small)
		hash_in(u, b);
	bs_pfn_map_put(&u->place, head, b->at + 1);
}

void block_free(struct bs_user *u, struct block *b)
{
	block_unqueue(u, b);
	if (b->small) {
		hash_out(u, b);
		u->nr_hashed--;
	}
	free(b->small);
	free(b);
}

bool block_small(struct bs_user *u, struct block *b)
{
	if (b->small)
		return true;
	b->small = hash_room(u) ? calloc((size_t)1 << b->order, sizeof(*b->small)) : NULL;
	if (!b->small) {
		u->ops->failed(u->arg);
		return false;
	}
	hash_in(u, b);
	u->nr_hashed++;
	return true;
}

void block_split_mapping(struct bs_space *s, struct range *r)
{
	struct bs_user *u = s->u;
	struct block *b = r->huge;

	if (!user_ptes(u, r) || (b && !block_small(u, b)))
		return;
	r->table = user_withdraw(s, r);
	for (unsigned int i = 0; i < BS_USER_HUGE_PAGES; i++) {
		r->pte[i] = b ? b->head + i : BS_ZERO_PFN;
		if (b)
			b->small[i]++;
	}
	r->present = BS_USER_HUGE_PAGES;
	if (b) {
		b->nr_small += BS_USER_HUGE_PAGES;
		b->whole--;
		u->counts.huge_pages -= BS_USER_HUGE_PAGES;
	}
	u->counts.split_mapping++;
	r->huge = NULL;
	r->zero_block = false;
}

/* ---- How often a page is mapped -------------------------------------------------------------- */

void user_share(struct bs_user *u, bs_pfn pfn)
{
	struct block *b = block_of(u, pfn);
	size_t more = pfn + 1;
	uint16_t *p;

	if (b) {
		b->small[pfn - b->head]++;
		b->nr_small++;
		return;
	}
	if (more > u->nr_shared) {
		more += more / 2;
		p = realloc(u->shared, more * sizeof(*p));
		if (!p) {
			u->ops->failed(u->arg);
			return;
		}
		for (size_t i = u->nr_shared; i < more; i++)
			p[i] = 0;
		u->shared = p;
		u->nr_shared = more;
	}
	u->shared[pfn]++;
}

bool user_is_shared(const struct bs_user *u, bs_pfn pfn)
{
	const struct block *b = block_of(u, pfn);

	if (b)
		return b->whole + b->small[pfn - b->head] > 1;
	return pfn < u->nr_shared && u->shared[pfn];
}

bool user_unmap_page(struct bs_user *u, bs_pfn *pfn, unsigned int *order, struct block **of)
{
	struct block *b = block_of(u, *pfn);

	*order = 0;
	*of = b;
	if (!b) {
		if (*pfn < u->nr_shared && u->shared[*pfn]) {
			u->shared[*pfn]--;
			return false;
		}
		return true;
	}
	b->small[*pfn - b->head]--;
	b->nr_small--;
	b->lost = true;
	if (b->nr_small || b->whole) {
		if (!u->km.huge_queued_at_once || b->order < BS_USER_HUGE_ORDER)
			block_queue(u, b);
		return false;
	}
	*pfn = b->head;
	*order = b->order;
	return true;
}

bool user_unmap_huge(struct bs_user *u, struct block *b)
{
	u->counts.huge_pages -= BS_USER_HUGE_PAGES;
	return !--b->whole && !b->nr_small;
}
