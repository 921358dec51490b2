// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * free_area.c - the free lists: doubly linked through the descriptors, 32-bit links, one list per
 * zone, order and migratetype. Which descriptor holds a link follows from the list's order.
 */
#include "free_area.h"

/* Where the descriptors of blocks of one order are: a list's blocks are all of one. */
struct table {
	struct page *at;
	unsigned int shift;
};

static inline struct table table_of(const struct bs_machine *m, unsigned int order)
{
	return order && order >= m->pbo ? (struct table){m->side, m->pbo}
					: (struct table){m->mem_map, 0};
}

static inline struct page *in(struct table t, bs_pfn pfn)
{
	return &t.at[pfn >> t.shift];
}

static inline void list_add(struct table t, struct page_list *l, bs_pfn pfn, bool tail)
{
	struct page *p = in(t, pfn);

	if (tail) {
		p->next = BS_NO_PFN;
		p->prev = l->last;
		if (l->last == BS_NO_PFN)
			l->first = pfn;
		else
			in(t, l->last)->next = pfn;
		l->last = pfn;
	} else {
		p->prev = BS_NO_PFN;
		p->next = l->first;
		if (l->first == BS_NO_PFN)
			l->last = pfn;
		else
			in(t, l->first)->prev = pfn;
		l->first = pfn;
	}
}

void mm_list_add(struct bs_machine *m, struct page_list *l, bs_pfn pfn, unsigned int order,
		 bool tail)
{
	list_add(table_of(m, order), l, pfn, tail);
}

void mm_list_insert(struct bs_machine *m, struct page_list *l, bs_pfn pfn, bs_pfn before,
		    unsigned int order)
{
	const struct table t = table_of(m, order);
	struct page *p = in(t, pfn), *b;

	if (before == BS_NO_PFN) {
		list_add(t, l, pfn, true);
		return;
	}
	b = in(t, before);
	p->next = before;
	p->prev = b->prev;
	if (b->prev == BS_NO_PFN)
		l->first = pfn;
	else
		in(t, b->prev)->next = pfn;
	b->prev = pfn;
}

/* True: the list is empty now. */
static inline bool list_del(struct table t, struct page_list *l, const struct page *p)
{
	const bs_pfn next = p->next, prev = p->prev;

	if (next == BS_NO_PFN)
		l->last = prev;
	else
		in(t, next)->prev = prev;
	if (prev != BS_NO_PFN) {
		in(t, prev)->next = next;
		return false;
	}
	l->first = next;
	return next == BS_NO_PFN;
}

void mm_list_del(struct bs_machine *m, struct page_list *l, bs_pfn pfn, unsigned int order)
{
	const struct table t = table_of(m, order);

	list_del(t, l, in(t, pfn));
}

/* NR_FREE_PAGES as the kernel keeps it: a global part that watermarks read and a part per CPU that
 * is folded when it exceeds the threshold (RULES.md, counters). */
void mm_mod_free_pages(struct bs_machine *m, struct zone *z, int64_t pages)
{
	int64_t x;

	if (likely(!m->drift)) {
		z->nr_free_pages += pages;
		return;
	}
	x = z->stat_diff[m->cpu] + pages;
	if (x > z->stat_threshold || x < -z->stat_threshold) {
		z->nr_free_pages += x;
		x = 0;
	}
	z->stat_diff[m->cpu] = (int8_t)x;
}

/* @pages came to (or left) a list of @mt. Isolated pages are not free. */
void mm_account(struct bs_machine *m, struct zone *z, int64_t pages, unsigned int mt)
{
	if (unlikely(mt == BS_MIGRATE_ISOLATE))
		return;
	mm_mod_free_pages(m, z, pages);
	if (unlikely(mt == BS_MIGRATE_HIGHATOMIC))
		z->nr_free_highatomic += pages;
}

struct bs_block mm_describe(const struct bs_machine *m, const struct zone *z, bs_pfn pfn,
			    unsigned int order, unsigned int mt)
{
	return (struct bs_block){
		.pfn = pfn,
		.zone = z->index,
		.cpu = (uint16_t)m->cpu,
		.order = (uint8_t)order,
		.list_mt = (uint8_t)mt,
		.block_mt = (uint8_t)pageblock_type(m, pfn),
		.reported = bs_page(m, pfn, order)->flags & PG_REPORTED,
	};
}

/* In front of @before, or where that is BS_NO_PFN at an end. */
static inline void enlist(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int order,
			  unsigned int mt, bool tail, bs_pfn before)
{
	const struct table t = table_of(m, order);
	struct page_list *l = &z->area[order][mt];
	struct page *p = in(t, pfn);

	if (unlikely(before != BS_NO_PFN))
		mm_list_insert(m, l, pfn, before, order);
	else
		list_add(t, l, pfn, tail);
	p->flags |= PG_BUDDY;
	p->order = (uint8_t)order;
	p->list_type = mt & 0xf;
	p->zone = z->index;
	z->nr_free[order]++;
	z->free_of_type[mt] += UINT64_C(1) << order;
	z->nonempty[mt] |= (uint16_t)(1u << order);
	if (order < m->pbo)
		m->pb[pfn >> m->pbo].fine = true;
}

void mm_add_to_free_list(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int order,
			 unsigned int mt, bool tail)
{
	enlist(m, z, pfn, order, mt, tail, BS_NO_PFN);
}

void mm_add_at(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int order,
	       unsigned int mt, const struct bs_spot *at)
{
	enlist(m, z, pfn, order, mt, at->tail, at->before);
}

static __attribute__((noinline)) void place_told(struct bs_machine *m, struct zone *z, bs_pfn pfn,
						 unsigned int order, unsigned int mt, bool tail,
						 enum bs_why why, bool merged)
{
	struct bs_spot at = {.tail = tail, .before = BS_NO_PFN};
	struct bs_block b = mm_describe(m, z, pfn, order, mt);
	const bool was_locked = z->locked;

	z->locked = true;
	if (z->hook_mask & BS_HOOK_PLACE) {
		m->hooks->place(m->hook_arg, &b, why, &at);
		/* It may have given the pageblock another type. */
		b.block_mt = (uint8_t)pageblock_type(m, pfn);
	}
	enlist(m, z, pfn, order, mt, at.tail, at.before);
	if (z->hook_mask & BS_HOOK_BLOCK_IN)
		m->hooks->block_in(m->hook_arg, &b, why, merged);
	z->locked = was_locked;
}

void mm_place_free(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int order,
		   unsigned int mt, bool tail, enum bs_why why, bool merged)
{
	if (hook_wanted(z, BS_HOOK_PLACE | BS_HOOK_BLOCK_IN, order))
		place_told(m, z, pfn, order, mt, tail, why, merged);
	else
		enlist(m, z, pfn, order, mt, tail, BS_NO_PFN);
}

static inline void unlist(struct bs_machine *m, struct zone *z, const struct page *p,
			  unsigned int order, unsigned int mt)
{
	if (list_del(table_of(m, order), &z->area[order][mt], p))
		z->nonempty[mt] &= (uint16_t) ~(1u << order);
	z->nr_free[order]--;
	z->free_of_type[mt] -= UINT64_C(1) << order;
}

unsigned int mm_del_from_free_list(struct bs_machine *m, struct zone *z, bs_pfn pfn,
				   unsigned int order, enum bs_why why)
{
	struct page *p = bs_page(m, pfn, order);
	const unsigned int mt = p->list_type;

	m->counters.moved += why != BS_MERGE;
	if (hook_wanted(z, BS_HOOK_BLOCK_OUT, order)) {
		const struct bs_block b = mm_describe(m, z, pfn, order, mt);
		const bool was_locked = z->locked;

		z->locked = true;
		m->hooks->block_out(m->hook_arg, &b, why);
		z->locked = was_locked;
	}
	unlist(m, z, p, order, mt);
	p->flags &= (uint8_t) ~(PG_BUDDY | PG_REPORTED);
	return mt;
}

void mm_move_to_free_list(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int order,
			  unsigned int mt, enum bs_why why)
{
	struct bs_spot at = {.tail = m->km.move_pos == KM_MOVE_TAIL, .before = BS_NO_PFN};
	struct page *p = bs_page(m, pfn, order);
	const unsigned int old = p->list_type;

	if (hook_wanted(z, BS_HOOK_BLOCK_MOVE, order)) {
		const struct bs_block b = mm_describe(m, z, pfn, order, old);
		const bool was_locked = z->locked;

		z->locked = true;
		if (!m->hooks->block_move(m->hook_arg, &b, mt, why, &at))
			p->flags &= (uint8_t)~PG_REPORTED;
		z->locked = was_locked;
	}
	unlist(m, z, p, order, old);
	enlist(m, z, pfn, order, mt, at.tail, at.before);
	if (m->km.stat_per_removal) {
		mm_account(m, z, -(INT64_C(1) << order), old);
		mm_account(m, z, INT64_C(1) << order, mt);
	}
}
