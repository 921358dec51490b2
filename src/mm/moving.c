// SPDX-License-Identifier: GPL-2.0-or-later
#include "moving.h"

#include <errno.h>

#include <buddysim/state.h>

#include "compaction.h"

/* What alloc_contig_range() asks for in the place of a page, as live kernels log it. */
#define GFP_TARGET 0x144ccau

/* ---- One block ------------------------------------------------------------------------------- */

bool mm_stays(const struct bs_machine *m, bs_pfn pfn, unsigned int order)
{
	const struct bs_mm_watch *w = m->compaction ? &m->compaction->watch : NULL;

	return w && w->stays && w->stays(w->arg, pfn, order);
}

void mm_migrated(struct bs_machine *m, bs_pfn old, bs_pfn new, unsigned int order)
{
	static const enum bs_mm_mark moved[] = {BS_MM_MAPPED, BS_MM_CACHE, BS_MM_USED, BS_MM_ANON};
	const struct bs_mm_watch *w = &m->compaction->watch;

	bs_page(m, new, order)->word = bs_page(m, old, order)->word;
	for (size_t i = 0; i < sizeof(moved) / sizeof(moved[0]); i++) {
		if (!is_marked(m, moved[i], old))
			continue;
		mm_compact_mark(m, moved[i], old, false);
		mm_compact_mark(m, moved[i], new, true);
	}
	if (w->moved)
		w->moved(w->arg, old, new, order);
}

/* ---- A range --------------------------------------------------------------------------------- */

/* A page of a batch that is to be moved: its block, where to, and whether it has an owner that is known. */
struct source {
	bs_pfn pfn, target;
	uint8_t order;
	bool foreign;
};

struct batch {
	struct source block[COMPACT_CLUSTER];
	unsigned int n, pages;
};

/* A block that counts as movable, as a whole. */
static bool is_movable_block(const struct bs_machine *m, bs_pfn pfn, unsigned int order)
{
	const struct page *p = bs_page(m, pfn, order);

	if (order && order < m->pbo)
		return p->flags & PG_HAS_LRU && m->mem_map[pfn].flags & PG_LRU;
	return p->flags & PG_LRU;
}

/* The next blocks from @pfn on that can be moved. Returns where to go on. */
static bs_pfn collect(const struct bs_machine *m, bs_pfn pfn, bs_pfn end, struct batch *b)
{
	b->n = b->pages = 0;
	while (pfn < end && b->pages < COMPACT_CLUSTER) {
		unsigned int order;
		bs_pfn head;
		const enum bs_page_state state = bs_page_lookup(m, pfn, &head, &order);
		const bool foreign = state == BS_PAGE_RESERVED;
		bool movable = false;

		if (foreign)
			movable = m->mem_map[pfn].flags & PG_LRU;
		else if (state == BS_PAGE_ALLOCATED)
			movable = head == pfn && is_movable_block(m, pfn, order);
		if (movable && !mm_stays(m, pfn, order)) {
			b->block[b->n++] = (struct source){pfn, BS_NO_PFN, (uint8_t)order, foreign};
			b->pages += 1u << order;
		}
		pfn = head + ((bs_pfn)1 << order);
	}
	return pfn;
}

static bool find_target(struct bs_machine *m, unsigned int cpu, struct source *s)
{
	s->target = bs_alloc_pages(m, cpu, GFP_TARGET, s->order);
	return s->target != BS_NO_PFN;
}

static void leave_lru(struct bs_machine *m, const struct source *s, enum bs_mm_lru lru)
{
	if (!s->order)
		mm_lru_take(m, s->pfn);
	else if (lru != BS_MM_NR_LRU)
		mm_lru_take_from(m, s->pfn, lru);
}

/* Pages join through the batch of those that wait, larger blocks at once. */
static void join_lru(struct bs_machine *m, const struct source *s, enum bs_mm_lru lru)
{
	if (!s->order) {
		mm_lru_add(m, s->target);
		return;
	}
	bs_page_set_lru(m, s->target, s->order, true);
	if (lru != BS_MM_NR_LRU)
		mm_lru_put_into(m, s->target, lru);
}

static void move(struct bs_machine *m, unsigned int cpu, const struct source *s)
{
	const enum bs_mm_lru lru = mm_lru_of(m, s->pfn);

	leave_lru(m, s, lru);
	/* For the time of the move it is as if it were somebody's. */
	if (s->foreign)
		bs_machine_adopt(m, s->pfn, 0);
	mm_migrated(m, s->pfn, s->target, s->order);
	if (s->foreign) {
		m->mem_map[s->target].flags = 0;
		pfn_zone(m, s->target)->nr_foreign_pages++;
	}
	join_lru(m, s, lru);
	m->compaction->scans.moved += UINT64_C(1) << s->order;
	bs_free_pages(m, cpu, s->pfn, s->order);
}

/* The highest first: in one go each, or targets for all before the first of them moves. */
static int move_batch(struct bs_machine *m, unsigned int cpu, struct batch *b)
{
	int ret = 0;

	if (!m->km.compact_batches) {
		while (b->n--) {
			struct source *s = &b->block[b->n];

			if (!find_target(m, cpu, s))
				return -EBUSY;
			move(m, cpu, s);
		}
		return 0;
	}
	for (unsigned int i = b->n; i-- > 0 && !ret;)
		ret = find_target(m, cpu, &b->block[i]) ? 0 : -EBUSY;
	for (unsigned int i = b->n; i-- > 0;)
		if (b->block[i].target != BS_NO_PFN)
			move(m, cpu, &b->block[i]);
	return ret;
}

int mm_empty_range(struct bs_machine *m, unsigned int cpu, bs_pfn start, bs_pfn end)
{
	struct batch b;
	int ret = 0;

	/* Nobody would follow. */
	if (!m->compaction || !m->compaction->watch.moved)
		return 0;
	mm_lru_drain(m);
	while (start < end && !ret) {
		start = collect(m, start, end, &b);
		ret = move_batch(m, cpu, &b);
	}
	return ret;
}
