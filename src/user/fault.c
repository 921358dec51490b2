// SPDX-License-Identifier: GPL-2.0-or-later
/* fault.c - what an access to memory that is not there, or not the process's own to write, asks for. */
#include "user_parts.h"

static unsigned int index_of(uint64_t at)
{
	return at >> BS_USER_PAGE_SHIFT & (BS_USER_HUGE_PAGES - 1);
}

static bool wants_huge(const struct bs_user *u, const struct mapping *m)
{
	return !m->no_huge &&
	       (u->set.thp == BS_HUGE_ALWAYS || (u->set.thp == BS_HUGE_MADVISE && m->huge));
}

/* What the first attempt may do when no block is free, by the setting `defrag`. */
static unsigned int huge_gfp(const struct bs_user *u, bool advised)
{
	static const unsigned int plain[] = {
		[BS_HUGE_DEFRAG_ALWAYS] = GFP_DIRECT,
		[BS_HUGE_DEFRAG_DEFER] = GFP_KSWAPD,
		[BS_HUGE_DEFRAG_DEFER_MADVISE] = GFP_KSWAPD,
	};
	const unsigned int base = 0x1c20ca | GFP_THIS_NODE_NO_RETRY;

	if (advised && u->set.defrag != BS_HUGE_DEFRAG_DEFER &&
	    u->set.defrag != BS_HUGE_DEFRAG_NEVER)
		return base | GFP_DIRECT;
	return base | (u->set.defrag <= BS_HUGE_DEFRAG_DEFER_MADVISE ? plain[u->set.defrag] : 0);
}

static bs_pfn alloc_huge(struct bs_user *u, bool advised)
{
	const unsigned int gfp = huge_gfp(u, advised);
	bs_pfn pfn = user_alloc(u, BS_USER_HUGE_ORDER, gfp);

	/* Who may compact tries once more, on any node. */
	if (pfn == BS_NO_PFN && gfp & GFP_DIRECT)
		pfn = user_alloc(u, BS_USER_HUGE_ORDER, advised ? 0x1c24ca : 0x1d24ca);
	return pfn;
}

/* @r has a table deposited already where the huge zero page is mapped. */
static bool huge_fault(struct bs_space *s, struct range *r, uint64_t at, bool advised)
{
	struct bs_user *u = s->u;
	struct block *b;
	bs_pfn pfn = alloc_huge(u, advised);

	if (pfn == BS_NO_PFN) {
		u->counts.thp_failed++;
		return false;
	}
	b = block_new(u, pfn, BS_USER_HUGE_ORDER, at & ~(((uint64_t)1 << BS_USER_HUGE_SHIFT) - 1));
	if (!b || (!r->zero_block && !user_deposit(s, r))) {
		if (b)
			block_free(u, b);
		u->ops->free(u->arg, pfn, BS_USER_HUGE_ORDER);
		return false;
	}
	b->whole = 1;
	r->huge = b;
	r->zero_block = false;
	u->counts.thp_alloc++;
	u->counts.pages += BS_USER_HUGE_PAGES;
	u->counts.huge_pages += BS_USER_HUGE_PAGES;
	if (u->km.huge_queued_at_once)
		block_queue(u, b);
	if (!u->told)
		bs_user_lru_put(u, false);
	return true;
}

/* A read: here the table comes first. */
static bool zero_fault(struct bs_space *s, struct range *r)
{
	struct bs_user *u = s->u;

	if (!user_table(u, r))
		return false;
	if (u->zero_block == BS_NO_PFN)
		u->zero_block = user_alloc(u, BS_USER_HUGE_ORDER, GFP_ZERO_BLOCK);
	if (u->zero_block == BS_NO_PFN || !user_deposit(s, r))
		return false;
	r->zero_block = true;
	return true;
}

/* An aligned block of the middle size, if all of it is mapped and nothing of it is there. */
static bool middle_fault(struct bs_space *s, const struct mapping *m, struct range *r, uint64_t at)
{
	struct bs_user *u = s->u;
	const unsigned int order = u->set.middle_order, n = 1u << order;
	const uint64_t bytes = (uint64_t)n << BS_USER_PAGE_SHIFT, start = at & ~(bytes - 1);
	const unsigned int first = index_of(start);
	struct block *b;
	bs_pfn pfn;

	if (!order || start < m->start || start + bytes > m->end)
		return false;
	for (unsigned int i = 0; i < n; i++)
		if (r->pte[first + i] != BS_NO_PFN || user_is_swapped(r, first + i))
			return false;
	pfn = user_alloc(u, order, (huge_gfp(u, m->huge) & ~0x200000u) | GFP_DIRECT);
	b = pfn == BS_NO_PFN ? NULL : block_new(u, pfn, order, start);
	if (!b || !block_small(u, b))
		return false;
	for (unsigned int i = 0; i < n; i++) {
		r->pte[first + i] = pfn + i;
		b->small[i] = 1;
	}
	b->nr_small = n;
	r->present += n;
	u->counts.pages += n;
	return true;
}

/* @old: what was there, which may have moved while this one was looked for. */
static bool page(struct bs_user *u, struct range *r, unsigned int i, unsigned int gfp, bs_pfn *old)
{
	const bs_pfn pfn = user_alloc(u, 0, gfp);

	if (pfn == BS_NO_PFN)
		return false;
	*old = r->pte[i];
	bs_pfn_map_put(&u->place, pfn,
		       (r->n << BS_USER_HUGE_SHIFT) + ((uint64_t)i << BS_USER_PAGE_SHIFT) + 1);
	r->present += r->pte[i] == BS_NO_PFN;
	r->pte[i] = pfn;
	u->counts.pages++;
	user_lru_add(u, pfn);
	return true;
}

static bool small_fault(struct bs_space *s, const struct mapping *m, struct range *r, uint64_t at,
			bool write)
{
	struct bs_user *u = s->u;
	const unsigned int i = index_of(at);
	bs_pfn old;
	unsigned int order;
	struct block *b;

	if (!user_table(u, r) || !user_ptes(u, r))
		return false;
	if (user_is_swapped(r, i)) {
		if (!page(u, r, i, GFP_COPIED_PAGE, &old))
			return false;
		user_unswap(u, r, i, true);
		return true;
	}
	if (r->pte[i] == BS_NO_PFN) {
		if (write)
			return middle_fault(s, m, r, at) || page(u, r, i, GFP_ZEROED_PAGE, &old);
		r->pte[i] = BS_ZERO_PFN;
		r->present++;
		return true;
	}
	if (!write)
		return true;
	if (r->pte[i] == BS_ZERO_PFN)
		return page(u, r, i, GFP_ZEROED_PAGE, &old);
	if (!user_is_shared(u, r->pte[i]))
		return true;
	if (!page(u, r, i, GFP_COPIED_PAGE, &old))
		return false;
	u->counts.pages--;
	user_unmap_page(u, &old, &order, &b);
	return true;
}

bool bs_space_fault(struct bs_space *s, uint64_t at, bool write)
{
	const uint64_t start = at & ~(((uint64_t)1 << BS_USER_HUGE_SHIFT) - 1);
	const struct mapping *m = user_mapping(s, at);
	struct bs_user *u = s->u;
	struct range *r;

	if (!m)
		return false;
	r = user_range_make(s, at >> BS_USER_HUGE_SHIFT);
	if (!r)
		return false;
	if (r->table == BS_NO_PFN && !r->huge && !r->zero_block && wants_huge(u, m) &&
	    start >= m->start && start + ((uint64_t)1 << BS_USER_HUGE_SHIFT) <= m->end) {
		if (write ? huge_fault(s, r, at, m->huge) : u->set.zero_page && zero_fault(s, r))
			return true;
	}
	if (r->zero_block) {
		if (!write || (u->km.zero_block_to_huge && huge_fault(s, r, at, m->huge)))
			return true;
		block_split_mapping(s, r);
	}
	if (r->huge) {
		if (!write ||
		    r->huge->whole + (r->huge->small ? r->huge->small[index_of(at)] : 0) < 2)
			return true;
		block_split_mapping(s, r);
	}
	return small_fault(s, m, r, at, write);
}

bool bs_space_faults(const struct bs_space *s, uint64_t at, bool write)
{
	bool huge;
	const bs_pfn pfn = bs_space_page(s, at, &huge);

	if (pfn == BS_NO_PFN)
		return true;
	return write && (pfn == BS_ZERO_PFN || (!huge && user_is_shared(s->u, pfn)));
}

void bs_space_written(struct bs_space *s, uint64_t at)
{
	bool huge;
	const bs_pfn pfn = bs_space_page(s, at, &huge);
	struct block *b;

	if (pfn >= BS_ZERO_PFN)
		return;
	b = huge ? user_range(s, at >> BS_USER_HUGE_SHIFT)->huge : block_of(s->u, pfn);
	if (b)
		b->written[(pfn - b->head) / 64] |= UINT64_C(1) << ((pfn - b->head) % 64);
}

void bs_space_all_written(struct bs_space *s, uint64_t at)
{
	struct range *r = user_range(s, at >> BS_USER_HUGE_SHIFT);

	if (r && r->huge)
		r->huge->all_written = true;
}
