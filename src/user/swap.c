// SPDX-License-Identifier: GPL-2.0-or-later
/* swap.c - a page of a process, or a huge page, leaves memory: its tables say that it is in swap until somebody touches
 * it, or nobody wants it any more. */
#include "user_parts.h"

#include <stdlib.h>

static unsigned int index_of(uint64_t at)
{
	return at >> BS_USER_PAGE_SHIFT & (BS_USER_HUGE_PAGES - 1);
}

/* ---- What is in swap ------------------------------------------------------------------------- */

static bool make_bits(struct bs_user *u, struct range *r)
{
	if (!r->swapped)
		r->swapped = calloc(BS_USER_HUGE_PAGES / 64, sizeof(*r->swapped));
	if (!r->swapped)
		u->ops->failed(u->arg);
	return r->swapped;
}

bool user_is_swapped(const struct range *r, unsigned int i)
{
	return r->nr_swapped && r->swapped[i / 64] >> (i % 64) & 1;
}

static void set_swapped(struct range *r, unsigned int i)
{
	r->swapped[i / 64] |= UINT64_C(1) << (i % 64);
	r->nr_swapped++;
}

/* It came back (@in), or nobody wants it. */
void user_unswap(struct bs_user *u, struct range *r, unsigned int i, bool in)
{
	if (!user_is_swapped(r, i))
		return;
	r->swapped[i / 64] &= ~(UINT64_C(1) << (i % 64));
	r->nr_swapped--;
	u->ops->unswapped(u->arg, 1, in);
}

/* ---- A page leaves --------------------------------------------------------------------------- */

static bool waits(const struct bs_user *u, bs_pfn pfn)
{
	for (unsigned int i = 0; i < u->nr_waiting; i++)
		if (u->waits[i] == pfn)
			return true;
	return false;
}

static bool evict_page(struct bs_user *u, uint64_t at, bs_pfn pfn)
{
	const unsigned int i = index_of(at);

	if (block_of(u, pfn) || user_is_shared(u, pfn) || waits(u, pfn))
		return false;
	for (struct bs_space *s = u->spaces; s; s = s->next) {
		struct range *r = user_range(s, at >> BS_USER_HUGE_SHIFT);

		if (!r || !r->pte || r->pte[i] != pfn)
			continue;
		if (!make_bits(u, r))
			return false;
		r->pte[i] = BS_NO_PFN;
		r->present--;
		u->counts.pages--;
		set_swapped(r, i);
		return true;
	}
	return false;
}

static bool evict_huge(struct bs_user *u, uint64_t at, bs_pfn pfn)
{
	for (struct bs_space *s = u->spaces; s; s = s->next) {
		struct range *r = user_range(s, at >> BS_USER_HUGE_SHIFT);
		struct block *b = r ? r->huge : NULL;

		if (!b || b->head != pfn)
			continue;
		if (b->whole != 1 || b->nr_small || !user_ptes(u, r) || !make_bits(u, r))
			return false;
		user_unmap_huge(u, b);
		block_free(u, b);
		u->counts.pages -= BS_USER_HUGE_PAGES;
		r->table = user_withdraw(s, r);
		r->huge = NULL;
		r->present = 0;
		for (unsigned int i = 0; i < BS_USER_HUGE_PAGES; i++) {
			r->pte[i] = BS_NO_PFN;
			set_swapped(r, i);
		}
		return true;
	}
	return false;
}

bool bs_user_evict(struct bs_user *u, bs_pfn pfn, unsigned int order)
{
	const uint64_t place = bs_pfn_map_get(&u->place, pfn);

	if (!place || (order && order != BS_USER_HUGE_ORDER))
		return false;
	return order ? evict_huge(u, place - 1, pfn) : evict_page(u, place - 1, pfn);
}
