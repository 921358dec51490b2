// SPDX-License-Identifier: GPL-2.0-or-later
/* collapse.c - khugepaged's work: small pages become a huge page. */
#include "user_parts.h"

#include <stdlib.h>

static bool wants(const struct bs_user *u, const struct mapping *m)
{
	return !m->no_huge &&
	       (u->set.thp == BS_HUGE_ALWAYS || (u->set.thp == BS_HUGE_MADVISE && m->huge));
}

unsigned int bs_space_collapsible(const struct bs_space *s, uint64_t at, bool unlimited)
{
	const struct range *r = user_range(s, at >> BS_USER_HUGE_SHIFT);
	const uint64_t start = at & ~(((uint64_t)1 << BS_USER_HUGE_SHIFT) - 1);
	const struct mapping *m = user_mapping(s, start);
	unsigned int n = 0, writable = 0;

	if (!r || !r->pte || r->huge || r->zero_block || r->nr_swapped || !m ||
	    m->end < start + ((uint64_t)1 << BS_USER_HUGE_SHIFT) || (!unlimited && !wants(s->u, m)))
		return 0;
	for (unsigned int i = 0; i < BS_USER_HUGE_PAGES; i++) {
		if (r->pte[i] >= BS_ZERO_PFN)
			continue;
		n++;
		writable += !user_is_shared(s->u, r->pte[i]);
	}
	/* Of a range of which nothing is the process's own to write nothing is made. */
	if (!writable && !s->u->km.collapse_read_only)
		return 0;
	if (!unlimited && BS_USER_HUGE_PAGES - n > s->u->set.max_ptes_none)
		return 0;
	return n;
}

uint64_t bs_space_next_collapse(const struct bs_space *s, uint64_t at)
{
	for (size_t i = user_range_from(s, at >> BS_USER_HUGE_SHIFT); i < s->nr_ranges; i++)
		if (bs_space_collapsible(s, s->range[i].n << BS_USER_HUGE_SHIFT, false))
			return s->range[i].n << BS_USER_HUGE_SHIFT;
	return UINT64_MAX;
}

/* Pages of a batch that nobody holds any more. */
static void hand_over(struct bs_user *u, const struct bs_user_page *page, unsigned int n)
{
	struct bs_user_page back[BS_USER_HUGE_PAGES];

	if (!n)
		return;
	for (unsigned int i = 0; i < n; i++)
		back[i] = page[n - 1 - i];
	u->ops->hand_over(u->arg, u->km.bundle_order == KM_BUNDLE_BACKWARDS ? back : page, n);
}

/*
 * Each old page goes back to the LRU, and waits there in a batch, before it is freed: so those of a batch are
 * freed together when it is full, and the one that filled it behind them.
 */
static void free_old(struct bs_user *u, struct range *r, unsigned int waiting)
{
	struct bs_user_page batch[BS_USER_HUGE_PAGES];
	const unsigned int full = (unsigned int)u->km.lru_batch;
	unsigned int n = 0;

	for (unsigned int i = 0; i < BS_USER_HUGE_PAGES; i++) {
		bs_pfn pfn = r->pte[i];
		unsigned int order;
		struct block *b;
		bool last;

		r->pte[i] = BS_NO_PFN;
		if (pfn >= BS_ZERO_PFN)
			continue;
		u->counts.pages--;
		last = user_unmap_page(u, &pfn, &order, &b);
		if (last && b)
			block_free(u, b);
		if (++waiting >= full) {
			hand_over(u, batch, n);
			if (last)
				u->ops->free(u->arg, pfn, order);
			n = waiting = 0;
		} else if (last) {
			batch[n++] = (struct bs_user_page){pfn, (uint8_t)order};
		}
	}
	hand_over(u, batch, n);
}

bool bs_space_collapse(struct bs_space *s, uint64_t at, bool compacts, unsigned int waiting)
{
	struct bs_user *u = s->u;
	struct range *r = user_range(s, at >> BS_USER_HUGE_SHIFT);
	const bs_pfn pfn = user_alloc(u, BS_USER_HUGE_ORDER, compacts ? 0x1c24ca : 0x1c20ca);
	struct block *b;

	if (pfn == BS_NO_PFN) {
		u->counts.collapse_failed++;
		return false;
	}
	/* Some of it has gone meanwhile, so that there should be room. */
	if (r->nr_swapped) {
		u->ops->free(u->arg, pfn, BS_USER_HUGE_ORDER);
		u->counts.collapse_failed++;
		return false;
	}
	b = block_new(u, pfn, BS_USER_HUGE_ORDER, r->n << BS_USER_HUGE_SHIFT);
	if (!b)
		return false;
	/* Holes are zeros in the new page. */
	for (unsigned int i = 0; i < BS_USER_HUGE_PAGES; i++)
		if (r->pte[i] < BS_ZERO_PFN)
			b->written[i / 64] |= UINT64_C(1) << (i % 64);
	bs_user_lru_put(u, false);
	free_old(u, r, waiting);
	if (!user_deposit(s, r)) {
		free(b);
		return false;
	}
	b->whole = 1;
	r->huge = b;
	r->present = 0;
	u->counts.collapse_alloc++;
	u->counts.pages += BS_USER_HUGE_PAGES;
	u->counts.huge_pages += BS_USER_HUGE_PAGES;
	if (u->km.huge_queued_at_once)
		block_queue(u, b);
	return true;
}

/* The space with the lowest number from @number on. */
static struct bs_space *space_from(const struct bs_user *u, uint64_t number)
{
	struct bs_space *first = NULL;

	for (struct bs_space *s = u->spaces; s; s = s->next)
		if (s->number >= number && (!first || s->number < first->number))
			first = s;
	return first;
}

/* Where the pass goes on: the next range of @s from @at on that has anything in it and lies in an area where huge
 * pages are allowed. */
static uint64_t next_look(const struct bs_space *s, uint64_t at)
{
	for (size_t i = user_range_from(s, at >> BS_USER_HUGE_SHIFT); i < s->nr_ranges; i++) {
		const struct range *r = &s->range[i];
		const struct mapping *m = user_mapping(s, r->n << BS_USER_HUGE_SHIFT);

		if (m && wants(s->u, m) && (r->huge || r->table != BS_NO_PFN))
			return r->n << BS_USER_HUGE_SHIFT;
	}
	return UINT64_MAX;
}

void bs_user_khugepaged(struct bs_user *u, struct bs_user_pass *pass)
{
	const uint64_t first_number = u->scan_number, first_at = u->scan_at;
	bool again = false; /* it began anew in this pass */

	while (pass->looked < pass->ranges) {
		struct bs_space *s = space_from(u, u->scan_number);
		uint64_t at;

		if (again && (!s || s->number > first_number))
			break;
		if (!s) {
			u->scan_number = u->scan_at = 0;
			again = true;
			continue;
		}
		if (s->number > u->scan_number)
			u->scan_at = 0;
		u->scan_number = s->number;
		at = next_look(s, u->scan_at);
		if (again && s->number == first_number && at >= first_at)
			break;
		if (at == UINT64_MAX) {
			u->scan_number++;
			u->scan_at = 0;
			continue;
		}
		u->scan_at = at + ((uint64_t)1 << BS_USER_HUGE_SHIFT);
		pass->looked++;
		if (!bs_space_collapsible(s, at, false))
			continue;
		pass->failed = !bs_space_collapse(s, at, u->set.collapse_compacts, 0);
		if (pass->failed)
			break;
		pass->made++;
	}
}
