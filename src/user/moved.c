// SPDX-License-Identifier: GPL-2.0-or-later
/* moved.c - the guest's kernel moves a page of a process, or a block: whose tables have it is found by where it is mapped. */
#include "user_parts.h"

static unsigned int index_of(uint64_t at)
{
	return at >> BS_USER_PAGE_SHIFT & (BS_USER_HUGE_PAGES - 1);
}

/* ---- Where a page is mapped ------------------------------------------------------------------ */

static void put_range(struct bs_user *u, const struct range *r)
{
	const uint64_t at = r->n << BS_USER_HUGE_SHIFT;

	if (r->huge)
		bs_pfn_map_put(&u->place, r->huge->head, at + 1);
	for (unsigned int i = 0; r->pte && i < BS_USER_HUGE_PAGES; i++)
		if (r->pte[i] < BS_ZERO_PFN)
			bs_pfn_map_put(&u->place, r->pte[i],
				       at + ((uint64_t)i << BS_USER_PAGE_SHIFT) + 1);
}

/* From now on it is known. */
static bool begin(struct bs_user *u, bs_pfn nr_pages)
{
	if (u->place.at)
		return true;
	if (!bs_pfn_map_init(&u->place, nr_pages)) {
		u->ops->failed(u->arg);
		return false;
	}
	for (const struct bs_space *s = u->spaces; s; s = s->next)
		for (size_t i = 0; i < s->nr_ranges; i++)
			put_range(u, &s->range[i]);
	return true;
}

/* A huge page that is mapped as one, whoever maps it. */
static struct block *huge_at(const struct bs_user *u, uint64_t at, bs_pfn head)
{
	for (const struct bs_space *s = u->spaces; s; s = s->next) {
		const struct range *r = user_range(s, at >> BS_USER_HUGE_SHIFT);

		if (r && r->huge && r->huge->head == head)
			return r->huge;
	}
	return NULL;
}

static struct block *block_at(const struct bs_user *u, bs_pfn head)
{
	const uint64_t place = bs_pfn_map_get(&u->place, head);
	struct block *b = block_of(u, head);

	return b || !place ? b : huge_at(u, place - 1, head);
}

static bool is_mapped(const struct bs_user *u, bs_pfn pfn)
{
	const uint64_t place = bs_pfn_map_get(&u->place, pfn);

	for (const struct bs_space *s = u->spaces; place && s; s = s->next) {
		const struct range *r = user_range(s, (place - 1) >> BS_USER_HUGE_SHIFT);

		if (r && r->pte && r->pte[index_of(place - 1)] == pfn)
			return true;
	}
	return false;
}

/* It waits for the LRU, be it mapped or not. */
static bool waits(const struct bs_user *u, bs_pfn pfn)
{
	for (unsigned int i = 0; i < u->nr_waiting; i++)
		if (u->waits[i] == pfn)
			return true;
	return false;
}

bool bs_user_has(struct bs_user *u, bs_pfn pfn, unsigned int order, bs_pfn nr_pages)
{
	const struct block *b;

	if (!begin(u, nr_pages))
		return false;
	b = block_at(u, pfn);
	if (b || order)
		return b && b->head == pfn && b->order == order;
	return is_mapped(u, pfn) || waits(u, pfn);
}

/* ---- It is elsewhere now --------------------------------------------------------------------- */

/* In the tables of all that map it: [@from, @from + @n), from address @at on. */
static void replace(struct bs_user *u, uint64_t at, bs_pfn from, bs_pfn to, unsigned int n)
{
	for (struct bs_space *s = u->spaces; s; s = s->next) {
		struct range *r = user_range(s, at >> BS_USER_HUGE_SHIFT);

		for (unsigned int i = 0; r && r->pte && i < n; i++)
			if (r->pte[index_of(at) + i] == from + i)
				r->pte[index_of(at) + i] = to + i;
	}
}

static void page_moved(struct bs_user *u, bs_pfn from, bs_pfn to)
{
	const uint64_t place = bs_pfn_map_get(&u->place, from);

	if (place)
		replace(u, place - 1, from, to, 1);
	bs_pfn_map_put(&u->place, to, place);
	for (unsigned int i = 0; i < u->nr_waiting; i++)
		if (u->waits[i] == from)
			u->waits[i] = to;
	while (from < u->nr_shared && u->shared[from]) {
		u->shared[from]--;
		user_share(u, to);
	}
}

void bs_user_moved(struct bs_user *u, bs_pfn from, bs_pfn to, unsigned int order)
{
	struct block *b = block_at(u, from);

	if (!order || !b) {
		page_moved(u, from, to);
		return;
	}
	if (b->small)
		replace(u, b->at, from, to, 1u << order);
	block_moved(u, b, to);
}
