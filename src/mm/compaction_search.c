// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * compaction_search.c - the fast searches: through the free lists, which they reorder, instead of
 * through memory (RULES.md, compaction searches).
 */
#include "compaction.h"

/* @pfn becomes the first of its list, what was in front of it the last. */
static void rotate_to(struct bs_machine *m, struct zone *z, unsigned int order, bs_pfn pfn)
{
	struct page_list *l = &z->area[order][BS_MIGRATE_MOVABLE];
	bs_pfn before, first = l->first;

	if (pfn == BS_NO_PFN || pfn == first)
		return;
	if (hook_wanted(z, BS_HOOK_REORDERED, order))
		m->hooks->reordered(m->hook_arg, z->index, order, BS_MIGRATE_MOVABLE);
	before = bs_page(m, pfn, order)->prev;
	bs_page(m, l->last, order)->next = first;
	bs_page(m, first, order)->prev = l->last;
	bs_page(m, before, order)->next = BS_NO_PFN;
	bs_page(m, pfn, order)->prev = BS_NO_PFN;
	l->first = pfn;
	l->last = before;
}

/* How many blocks a search looks at: fewer, the more searches have failed. */
static unsigned int scan_limit(const struct compact_run *r)
{
	return r->search_failed > 15 ? 1 : (COMPACT_CLUSTER >> r->search_failed) + 1;
}

/* ---- Free blocks ----------------------------------------------------------------------------- */

struct free_search {
	uint64_t low, min; /* at or above: taken; second choice */
	unsigned int limit, seen; /* blocks of this order */
	uint64_t scanned, taken;
	bs_pfn highest, found; /* found: BS_NO_PFN */
	bool at_start;
};

/* Look through a list from its tail; where it stopped, or BS_NO_PFN behind its head. */
static bs_pfn walk_back(struct bs_machine *m, struct compact_run *r, struct free_search *s,
			unsigned int order)
{
	const struct page_list *l = &r->z->area[order][BS_MIGRATE_MOVABLE];
	bs_pfn second = 0, cut = BS_NO_PFN;

	s->seen = 0;
	for (bs_pfn pfn = l->last; pfn != BS_NO_PFN; pfn = bs_page(m, pfn, order)->prev) {
		s->seen++;
		s->scanned++;
		if (pfn >= s->highest)
			s->highest = max_pfn(block_start(m, pfn), r->z->start);
		if (pfn >= s->low) {
			r->search_failed = 0;
			r->search = (int)order;
			s->found = cut = pfn;
			break;
		}
		if (pfn >= s->min && pfn > second) {
			second = pfn;
			s->limit >>= 1;
		}
		if (s->seen >= s->limit) {
			cut = pfn;
			break;
		}
	}
	if (s->found == BS_NO_PFN && second)
		s->found = cut = second;
	return cut;
}

/* One order; false: enough. */
static bool search_order(struct bs_machine *m, struct compact_run *r, struct free_search *s,
			 int *order)
{
	const unsigned int o = (unsigned int)*order;
	uint64_t n;

	if (!r->z->nr_free[o])
		return true;
	rotate_to(m, r->z, o, walk_back(m, r, s, o));
	if (s->found != BS_NO_PFN) {
		n = mm_compact_take(m, r, s->found, o);
		s->taken += n;
		if (n) {
			s->scanned += n - 1;
		} else {
			s->found = BS_NO_PFN;
			*order = r->search + 1;
		}
	}
	if (m->km.compact_search_stops && r->nr_taken >= r->nr_sources)
		return false;
	if (s->seen >= s->limit)
		s->limit = s->limit >> 1 ? s->limit >> 1 : 1;
	return true;
}

static void search_orders(struct bs_machine *m, struct compact_run *r, struct free_search *s)
{
	const int top = r->order - 1;
	int order;

	r->search = r->search >= 0 && r->search < top ? r->search : top;
	order = r->search;
	while (s->found == BS_NO_PFN && order >= 0) {
		if (!search_order(m, r, s, &order))
			break;
		if (--order < 0)
			order = top;
		if (order != r->search)
			continue;
		if (--r->search < 0)
			r->search = top;
		order = -1;
	}
}

/* Nothing was found while the free scanner stands at the zone's end: it begins at what was highest, or
 * at the middle. */
static void begin_lower(struct bs_machine *m, struct compact_run *r, struct free_search *s)
{
	const struct zone *z = s->min < m->max_pfn ? pfn_zone(m, (bs_pfn)s->min) : NULL;

	if (s->highest >= s->min) {
		s->found = r->free = s->highest;
	} else if (r->direct && z) {
		r->free = (bs_pfn)s->min;
		if (z == r->z &&
		    (!m->km.compact_search_stops || mm_compact_is_target(m, r, r->free)))
			s->found = r->free;
	}
}

/* Take what is free around what was found, too. */
static void search_around(struct bs_machine *m, struct compact_run *r, bs_pfn pfn)
{
	const bs_pfn start = max_pfn(block_start(m, pfn), r->z->start);
	const bs_pfn end = min_pfn(block_end(m, pfn), r->z->end);
	uint64_t total;
	const bs_pfn stop = mm_compact_take_block(m, r, start, end, 1, &total);

	if (m->km.compact_search_marks_seen ? stop == end : r->nr_taken < r->nr_sources)
		mm_compact_mark(m, BS_MM_SKIP, start, true);
}

void mm_compact_search_free(struct bs_machine *m, struct compact_run *r)
{
	/* Where the free scanner is below the other one these wrap. */
	const uint64_t distance = (uint64_t)r->free - r->migrate;
	const uint64_t pages = UINT64_C(1) << m->pbo;
	struct free_search s = {
		.low = (r->free - (distance >> 2)) & ~(pages - 1),
		.min = (r->free - (distance >> 1)) & ~(pages - 1),
		.limit = scan_limit(r) >> 1,
		.found = BS_NO_PFN,
		.at_start = r->free >= r->cz->at.init_free,
	};

	if (r->order <= 0)
		return;
	if (s.low < s.min)
		s.low = s.min;
	if (!s.limit)
		s.limit = 1;
	if (s.at_start)
		s.limit = 1u << m->pbo >> 1;
	search_orders(m, r, &s);
	mm_compact_tell(m, BS_MM_SEARCH, s.min, r->free, s.scanned, s.taken);
	if (s.found == BS_NO_PFN) {
		r->search_failed++;
		if (s.at_start)
			begin_lower(m, r, &s);
	}
	if (s.highest && s.highest >= r->cz->at.cached_free)
		r->cz->at.cached_free = s.highest - pages;
	r->scanned_targets += s.scanned;
	if (s.found == BS_NO_PFN || r->nr_taken >= r->nr_sources ||
	    (r->direct && r->mode == MODE_ASYNC))
		return;
	search_around(m, r, s.found);
}

/* ---- Sources --------------------------------------------------------------------------------- */

static bool may_search_source(const struct bs_machine *m, const struct compact_run *r)
{
	if (r->ignore_skip || r->order <= COSTLY_ORDER)
		return false;
	if (r->finish && !m->km.compact_search_finishing)
		return false;
	if (r->migrate != r->z->start && !is_block_aligned(m, r->migrate))
		return false;
	return !r->direct || r->mt == BS_MIGRATE_MOVABLE ||
	       (m->km.compact_search_all_types && r->order >= (int)m->pbo);
}

/* A pageblock with free blocks that lies low: most of it need not be moved. */
static bs_pfn search_source_order(struct bs_machine *m, struct compact_run *r, unsigned int order,
				  uint64_t high, uint64_t limit, uint64_t *scanned)
{
	const struct page_list *l = &r->z->area[order][BS_MIGRATE_MOVABLE];

	for (bs_pfn pfn = l->first; pfn != BS_NO_PFN; pfn = bs_page(m, pfn, order)->next) {
		const bool enough = ++*scanned > limit;

		if (!enough && (pfn >= high || is_marked(m, BS_MM_SKIP, pfn)))
			continue;
		rotate_to(m, r->z, order, bs_page(m, pfn, order)->next);
		return enough ? BS_NO_PFN : pfn;
	}
	return BS_NO_PFN;
}

bs_pfn mm_compact_search_source(struct bs_machine *m, struct compact_run *r)
{
	const uint64_t limit = scan_limit(r);
	uint64_t distance = ((uint64_t)r->free - r->migrate) >> 1, high, scanned = 0;
	bs_pfn found = BS_NO_PFN;

	if (!may_search_source(m, r))
		return r->migrate;
	if (r->migrate != r->z->start)
		distance >>= 2;
	high = (r->migrate + distance) & ~((UINT64_C(1) << m->pbo) - 1);
	for (int o = r->order - 1; o >= COSTLY_ORDER && found == BS_NO_PFN && scanned < limit; o--)
		if (r->z->nr_free[o])
			found = search_source_order(m, r, (unsigned int)o, high, limit, &scanned);
	r->scanned_sources += scanned;
	if (found != BS_NO_PFN) {
		if (r->fast_from != FAST_USED_UP && (!r->fast_from || found < r->fast_from))
			r->fast_from = found;
		r->search_failed = 0;
		if (m->km.compact_source_marked)
			mm_compact_mark(m, BS_MM_SKIP, found, true);
		return max_pfn(block_start(m, found), r->z->start);
	}
	r->search_failed++;
	if (r->fast_from && r->fast_from != FAST_USED_UP) {
		r->migrate = (bs_pfn)r->fast_from;
		r->fast_from = FAST_USED_UP;
	}
	return r->migrate;
}
