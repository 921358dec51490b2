// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * zap.c - memory that a process gives back: by ascending address, gathered in bundles that are freed when
 * all of it is off its tables, the page tables behind the pages.
 */
#include "user_parts.h"

#include <stdlib.h>

#define BUNDLE_FIRST 8 /* entries of the first one, which lies on the stack */
#define BUNDLE 510 /* of the others, each in a page of its own */
#define BUNDLES 20
#define HAND_OVER 31
#define TABLES_AT_ONCE 509 /* that wait in one page */

/* @order NOTHING: nothing is freed with it */
enum { NOTHING = 0xff };

struct gather {
	struct bs_user *u;
	struct bs_user_page entry[BUNDLE_FIRST + (BUNDLES - 1) * BUNDLE];
	unsigned int end[BUNDLES]; /* behind the last entry of each bundle */
	bs_pfn own[BUNDLES]; /* the page that bundle lies in */
	unsigned int bundle, nr_owned, used, n; /* @used: places of the current bundle */
	struct bs_user_page later[TABLES_AT_ONCE + 1];
	unsigned int nr_later;
	bs_pfn later_page;
	struct bs_user_page
		run; /* pages that follow each other in a block: what is freed with them */
	bool empty_tables; /* page tables go when they are empty */
	unsigned int run_len;
	bs_pfn run_next;
};

static struct gather *gather_begin(struct bs_user *u)
{
	struct gather *g = calloc(1, sizeof(*g));

	if (!g) {
		u->ops->failed(u->arg);
		return NULL;
	}
	g->u = u;
	g->later_page = BS_NO_PFN;
	return g;
}

/* Large blocks at once, then the pages from the last on. */
static void free_backwards(struct gather *g, unsigned int from, unsigned int to)
{
	struct bs_user_page out[BUNDLE];
	unsigned int n = 0;

	for (unsigned int i = from; i < to; i++)
		if (g->entry[i].order != NOTHING && g->entry[i].order)
			g->u->ops->free(g->u->arg, g->entry[i].pfn, g->entry[i].order);
	for (unsigned int i = to; i-- > from;)
		if (!g->entry[i].order)
			out[n++] = g->entry[i];
	if (n)
		g->u->ops->hand_over(g->u->arg, out, n);
}

static void free_in_order(struct gather *g, unsigned int from, unsigned int to)
{
	struct bs_user_page out[HAND_OVER];

	for (unsigned int i = from; i < to;) {
		unsigned int n = 0, end = i + HAND_OVER < to ? i + HAND_OVER : to;

		for (; i < end; i++)
			if (g->entry[i].order != NOTHING)
				out[n++] = g->entry[i];
		if (n)
			g->u->ops->hand_over(g->u->arg, out, n);
	}
}

static void flush(struct gather *g)
{
	unsigned int from = 0;

	g->end[g->bundle] = g->n;
	for (unsigned int i = 0; i <= g->bundle; i++) {
		if (g->u->km.bundle_order == KM_BUNDLE_BACKWARDS)
			free_backwards(g, from, g->end[i]);
		else
			free_in_order(g, from, g->end[i]);
		from = g->end[i];
	}
	g->bundle = g->used = g->n = 0;
}

static unsigned int room_of(const struct gather *g)
{
	return (g->bundle ? BUNDLE : BUNDLE_FIRST) - (g->u->km.bundle_order != KM_BUNDLE_BACKWARDS);
}

/* The bundle is full: the next one, whose page is used again once it is there. */
static void next_bundle(struct gather *g)
{
	if (g->bundle + 1 == BUNDLES) {
		flush(g);
		return;
	}
	if (g->bundle == g->nr_owned) {
		const bs_pfn own = user_alloc(g->u, 0, GFP_BUNDLE);

		if (own == BS_NO_PFN) {
			flush(g);
			return;
		}
		g->own[g->nr_owned++] = own;
	}
	g->end[g->bundle++] = g->n;
	g->used = 0;
}

static void put(struct gather *g, bs_pfn pfn, unsigned int order, unsigned int places)
{
	g->entry[g->n++] = (struct bs_user_page){pfn, (uint8_t)order};
	g->used += places;
	if (g->used >= room_of(g))
		next_bundle(g);
}

/* Tables that wait: what they wait in is freed behind them. */
static void send_later(struct gather *g)
{
	if (!g->nr_later)
		return;
	if (g->later_page != BS_NO_PFN)
		g->later[g->nr_later++] = (struct bs_user_page){g->later_page, 0};
	g->u->ops->later(g->u->arg, g->later, g->nr_later);
	g->nr_later = 0;
	g->later_page = BS_NO_PFN;
}

static void put_table(struct gather *g, bs_pfn table)
{
	if (!g->u->km.tables_later) {
		put(g, table, 0, 1);
		return;
	}
	if (!g->nr_later)
		g->later_page = user_alloc(g->u, 0, GFP_BUNDLE);
	g->later[g->nr_later++] = (struct bs_user_page){table, 0};
	if (g->nr_later == TABLES_AT_ONCE)
		send_later(g);
}

static void gather_end(struct gather *g)
{
	send_later(g);
	flush(g);
	for (unsigned int i = 0; i < g->nr_owned; i++)
		g->u->ops->free(g->u->arg, g->own[i], 0);
	free(g);
}

/* ---- Pages ----------------------------------------------------------------------------------- */

static void zap_huge(struct gather *g, struct bs_space *s, struct range *r)
{
	struct bs_user *u = g->u;
	struct block *b = r->huge;

	u->counts.tables--;
	u->ops->free(u->arg, user_withdraw(s, r), 0);
	r->zero_block = false;
	r->huge = NULL;
	if (!b)
		return;
	u->counts.pages -= BS_USER_HUGE_PAGES;
	if (user_unmap_huge(u, b)) {
		const bs_pfn head = b->head;

		block_free(u, b);
		put(g, head, BS_USER_HUGE_ORDER, 1);
	} else {
		put(g, BS_NO_PFN, NOTHING, 1);
	}
}

/* They are one entry, of two places if there are several of them. */
static void end_run(struct gather *g)
{
	const unsigned int places = g->run_len > 1 ? 2 : 1;

	if (!g->run_len)
		return;
	g->run_len = 0;
	put(g, g->run.pfn, g->run.order, places);
}

static void put_of_block(struct gather *g, struct block *b, bs_pfn page, bool last, bs_pfn head)
{
	const struct bs_user_page out = last ? (struct bs_user_page){head, b->order}
					     : (struct bs_user_page){BS_NO_PFN, NOTHING};
	const bs_pfn first = b->head;

	if (last)
		block_free(g->u, b);
	if (g->u->km.bundle_order == KM_BUNDLE_BACKWARDS) {
		put(g, out.pfn, out.order, 1);
		return;
	}
	if (page != g->run_next || page == first)
		end_run(g);
	g->run = out;
	g->run_len++;
	g->run_next = page + 1;
}

static void zap_page(struct gather *g, struct range *r, unsigned int i)
{
	const bs_pfn page = r->pte[i];
	bs_pfn pfn = page;
	unsigned int order;
	struct block *b;
	bool last;

	if (page == BS_NO_PFN) {
		user_unswap(g->u, r, i, false);
		return;
	}
	r->pte[i] = BS_NO_PFN;
	r->present--;
	if (page == BS_ZERO_PFN) {
		end_run(g);
		return;
	}
	g->u->counts.pages--;
	last = user_unmap_page(g->u, &pfn, &order, &b);
	if (b) {
		put_of_block(g, b, page, last, pfn);
		return;
	}
	end_run(g);
	put(g, page, last && !user_lru_keeps(g->u, page) ? 0 : NOTHING, 1);
}

/* madvise() of a whole range that is empty now. */
static void free_empty_table(struct gather *g, struct range *r)
{
	if (r->table == BS_NO_PFN || r->present || r->nr_swapped)
		return;
	g->u->counts.tables--;
	put_table(g, r->table);
	r->table = BS_NO_PFN;
}

static void zap_mapping(struct gather *g, struct bs_space *s, uint64_t start, uint64_t end)
{
	size_t i = user_range_from(s, start >> BS_USER_HUGE_SHIFT);

	for (; i < s->nr_ranges && s->range[i].n << BS_USER_HUGE_SHIFT < end; i++) {
		struct range *r = &s->range[i];
		const uint64_t at = r->n << BS_USER_HUGE_SHIFT;
		const uint64_t from = start > at ? start - at : 0;
		const uint64_t to = end - at < (uint64_t)1 << BS_USER_HUGE_SHIFT
					    ? end - at
					    : (uint64_t)1 << BS_USER_HUGE_SHIFT;

		if (r->huge || r->zero_block) {
			if (!from && to >> BS_USER_HUGE_SHIFT) {
				zap_huge(g, s, r);
				continue;
			}
			block_split_mapping(s, r);
		}
		for (uint64_t p = from >> BS_USER_PAGE_SHIFT;
		     r->pte && p < to >> BS_USER_PAGE_SHIFT; p++)
			zap_page(g, r, (unsigned int)p);
		end_run(g);
		if (g->empty_tables && !from && to >> BS_USER_HUGE_SHIFT)
			free_empty_table(g, r);
	}
}

static void zap(struct gather *g, struct bs_space *s, uint64_t start, uint64_t end)
{
	for (size_t i = 0; i < s->nr_maps; i++) {
		const struct mapping *m = &s->map[i];

		if (m->start < end && m->end > start)
			zap_mapping(g, s, m->start > start ? m->start : start,
				    m->end < end ? m->end : end);
	}
}

/* ---- Tables ---------------------------------------------------------------------------------- */

/* The last-level tables of [start, end) go where nothing is mapped any more; of a whole range that is empty
 * they may go although it is. */
static void free_tables(struct gather *g, struct bs_space *s, uint64_t start, uint64_t end)
{
	size_t i = user_range_from(s, start >> BS_USER_HUGE_SHIFT);

	while (i < s->nr_ranges && s->range[i].n << BS_USER_HUGE_SHIFT < end) {
		const uint64_t at = s->range[i].n << BS_USER_HUGE_SHIFT;
		const uint64_t n = s->range[i].n;
		bool upper[2];

		if (user_mapped_between(s, at, at + ((uint64_t)1 << BS_USER_HUGE_SHIFT))) {
			i++;
			continue;
		}
		if (s->range[i].table != BS_NO_PFN) {
			g->u->counts.tables--;
			put_table(g, s->range[i].table);
		}
		user_range_drop(s, i);
		for (unsigned int level = 0; level < 2; level++) {
			const unsigned int shift = level ? 18 : 9;
			const uint64_t first = n >> shift << shift,
				       behind = first + (UINT64_C(1) << shift);
			const size_t next = user_range_from(s, first);
			size_t k = 0;

			upper[level] = (next == s->nr_ranges || s->range[next].n >= behind) &&
				       !user_mapped_between(s, first << BS_USER_HUGE_SHIFT,
							    behind << BS_USER_HUGE_SHIFT);
			if (!upper[level])
				break;
			while (k < s->nr_upper[level] && s->upper[level][k].n != n >> shift)
				k++;
			if (k == s->nr_upper[level])
				break;
			put_table(g, s->upper[level][k].table);
			free(s->upper[level][k].deposit);
			for (s->nr_upper[level]--; k < s->nr_upper[level]; k++)
				s->upper[level][k] = s->upper[level][k + 1];
		}
	}
}

/* ---- Calls ----------------------------------------------------------------------------------- */

void bs_space_cut(struct bs_space *s, uint64_t at, uint64_t bytes)
{
	const uint64_t edge[2] = {at, at + bytes};

	s->u->kinds++;
	user_mapping_cut(s, at);
	user_mapping_cut(s, at + bytes);
	for (size_t i = 0; i < s->nr_maps; i++)
		if (s->map[i].start >= at && s->map[i].end <= at + bytes)
			s->map[i].kind = s->u->kinds;
	for (unsigned int i = 0; i < 2; i++) {
		struct range *r = user_range(s, edge[i] >> BS_USER_HUGE_SHIFT);

		if (r && (r->huge || r->zero_block) &&
		    edge[i] & (((uint64_t)1 << BS_USER_HUGE_SHIFT) - 1))
			block_split_mapping(s, r);
	}
}

void bs_space_unmap(struct bs_space *s, uint64_t at, uint64_t bytes)
{
	struct gather *g;
	size_t n = 0;

	if (!user_mapped_between(s, at, at + bytes))
		return;
	g = gather_begin(s->u);
	if (!g)
		return;
	user_mapping_cut(s, at);
	user_mapping_cut(s, at + bytes);
	zap(g, s, at, at + bytes);
	for (size_t i = 0; i < s->nr_maps; i++)
		if (s->map[i].start < at || s->map[i].end > at + bytes)
			s->map[n++] = s->map[i];
	s->nr_maps = n;
	free_tables(g, s, at, at + bytes);
	gather_end(g);
}

void bs_space_dontneed(struct bs_space *s, uint64_t at, uint64_t bytes)
{
	struct gather *g = gather_begin(s->u);

	if (!g)
		return;
	g->empty_tables = s->u->km.empty_tables_freed;
	zap(g, s, at, at + bytes);
	gather_end(g);
}

void bs_space_lazy_free(struct bs_space *s, uint64_t at, uint64_t bytes)
{
	struct range *r = user_range(s, at >> BS_USER_HUGE_SHIFT);

	/* Of a huge page that nobody else has a part is made its own at once. */
	if (r && r->huge && bytes < (uint64_t)1 << BS_USER_HUGE_SHIFT && r->huge->whole == 1 &&
	    !r->huge->nr_small)
		user_split(s->u, r->huge);
}

/* Upper tables below which nothing is left of what was there, but areas were. */
static void free_upper_tables(struct gather *g, struct bs_space *s)
{
	for (unsigned int level = 0; level < 2; level++) {
		for (size_t i = 0; i < s->nr_upper[level]; i++) {
			put_table(g, s->upper[level][i].table);
			free(s->upper[level][i].deposit);
		}
		s->nr_upper[level] = 0;
	}
}

void bs_space_exit(struct bs_space *s, unsigned int before)
{
	struct gather *g = gather_begin(s->u);

	if (!g)
		return;
	while (before--)
		put(g, BS_NO_PFN, NOTHING, 1);
	zap(g, s, 0, UINT64_MAX);
	s->nr_maps = 0;
	free_tables(g, s, 0, UINT64_MAX);
	free_upper_tables(g, s);
	gather_end(g);
	bs_space_forget(s);
}
