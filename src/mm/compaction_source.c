// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * compaction_source.c - the scanner that walks a zone upwards and takes the pages to be moved away
 * (RULES.md, compaction sources).
 */
#include "compaction.h"

#include "moving.h"

/* The walk through one pageblock. @piece: end of the piece of the request's size that it is in, which
 * it gives up as soon as a page of it must stay; 0: it never does. */
struct walk {
	bs_pfn pfn, end, piece;
	uint64_t scanned, taken;
	bs_pfn block; /* of which the skip bit was looked at */
	bool has_block, handled, locked;
};

/* The sources are pushed to the front: the highest is moved first. */
static void take_source(struct bs_machine *m, struct compact_run *r, struct walk *w)
{
	mm_lru_take(m, w->pfn);
	mm_compact_mark(m, BS_MM_IN_HAND, w->pfn, true);
	mm_list_add(m, &r->sources, w->pfn, 0, false);
	r->nr_sources++;
	w->taken++;
}

void mm_compact_put_back(struct bs_machine *m, struct compact_run *r)
{
	bs_pfn next;

	for (bs_pfn pfn = r->sources.first; pfn != BS_NO_PFN; pfn = next) {
		next = m->mem_map[pfn].next;
		mm_compact_mark(m, BS_MM_IN_HAND, pfn, false);
		mm_lru_add(m, pfn);
	}
	r->sources = (struct page_list){BS_NO_PFN, BS_NO_PFN};
}

static void put_all_back(struct bs_machine *m, struct compact_run *r, struct walk *w)
{
	mm_compact_put_back(m, r);
	r->nr_sources = w->taken = 0;
	w->locked = false;
}

static bs_pfn piece_end(const struct compact_run *r, bs_pfn pfn)
{
	return (pfn | (((bs_pfn)1 << r->order) - 1)) + 1;
}

/* A page must stay. */
static void give_up_piece(struct bs_machine *m, struct compact_run *r, struct walk *w)
{
	if (!w->piece)
		return;
	if (w->taken)
		put_all_back(m, r, w);
	if (w->pfn < w->piece) {
		w->pfn = w->piece - 1;
		w->piece += (bs_pfn)1 << r->order;
	}
}

/* At a block's first page its skip bit is looked at, once; false: it is set. */
static bool enter_block(struct bs_machine *m, const struct compact_run *r, struct walk *w)
{
	if (w->has_block ||
	    !(is_block_aligned(m, w->pfn) || (m->km.compact_edge_marked && w->pfn == r->z->start)))
		return true;
	if (!r->ignore_skip && is_marked(m, BS_MM_SKIP, w->pfn)) {
		w->pfn = w->end;
		return false;
	}
	w->has_block = true;
	w->block = w->pfn;
	return true;
}

/* The first page taken under the lock marks the block; false: somebody had marked it. */
static bool mark_block(struct bs_machine *m, const struct compact_run *r, struct walk *w)
{
	const bool late = m->km.compact_edge_marked;
	bool was;

	if (w->locked)
		return true;
	w->locked = true;
	if (w->handled || (late && !w->has_block))
		return true;
	w->handled = true;
	if (r->ignore_skip || (!late && !is_block_aligned(m, w->pfn)))
		return true;
	was = is_marked(m, BS_MM_SKIP, w->pfn);
	mm_compact_mark(m, BS_MM_SKIP, w->pfn, true);
	if (!was || (late && r->finish))
		return true;
	if (late)
		w->pfn = w->end;
	return false;
}

/* Over a free block, or what is larger than what is wanted. True: the page at w->pfn was none of it. */
static bool step_over(struct bs_machine *m, const struct compact_run *r, struct walk *w,
		      bool *failed)
{
	const int free = mm_free_order(m, w->pfn);
	unsigned int order;
	bs_pfn rest;

	if (free >= 0) {
		rest = ((bs_pfn)1 << free) - 1;
		w->scanned += m->km.compact_counts_skipped ? rest : 0;
		w->pfn += rest + 1;
		return false;
	}
	order = mm_compound_order(m, w->pfn);
	if (!order)
		return true;
	/* Blocks of known owners are moved by nobody, whatever their size. */
	if (m->km.compact_large_sources && order < m->pbo &&
	    (r->order == WHOLE_ZONE || (int)order < r->order) &&
	    !(m->mem_map[w->pfn].flags & PG_ALLOCATED))
		return true;
	rest = ((bs_pfn)1 << order) - 1;
	w->scanned += m->km.compact_counts_skipped ? rest : 0;
	w->pfn += rest;
	*failed = true;
	return true;
}

static bool is_source(const struct bs_machine *m, struct walk *w)
{
	if (!mm_is_on_lru(m, w->pfn))
		return false;
	if (!is_marked(m, BS_MM_PINNED, w->pfn) && !mm_stays(m, w->pfn, 0))
		return true;
	w->locked = false;
	return false;
}

/* One page, or what begins there; false: the walk ends. */
static bool one_page(struct bs_machine *m, struct compact_run *r, struct walk *w)
{
	bool failed = false;

	if (w->piece && w->pfn >= w->piece) {
		if (w->taken)
			return false;
		w->piece = piece_end(r, w->pfn);
	}
	if (!(w->pfn % COMPACT_CLUSTER))
		w->locked = false;
	w->scanned++;
	if (!enter_block(m, r, w))
		return false;
	if (!step_over(m, r, w, &failed))
		return true;
	if (failed || !is_source(m, w)) {
		give_up_piece(m, r, w);
		w->pfn++;
		return true;
	}
	if (!mark_block(m, r, w))
		return false;
	take_source(m, r, w);
	w->pfn++;
	return r->nr_sources < COMPACT_CLUSTER || r->finish;
}

/* Other runs begin behind the block. That is one block further than where it ends. */
static void remember_end(struct bs_machine *m, struct compact_run *r, bs_pfn end)
{
	struct bs_mm_compact_zone *at = &r->cz->at;

	end = block_end(m, end);
	if (end > at->cached_migrate[0])
		at->cached_migrate[0] = end;
	if (r->mode != MODE_ASYNC && end > at->cached_migrate[1])
		at->cached_migrate[1] = end;
}

static void scan_block(struct bs_machine *m, struct compact_run *r, bs_pfn low, bs_pfn end)
{
	struct walk w = {.pfn = low, .end = end};

	r->migrate = low;
	if (r->direct && r->mode == MODE_ASYNC)
		w.piece = piece_end(r, low);
	while (w.pfn < end && one_page(m, r, &w))
		;
	w.pfn = min_pfn(w.pfn, end);
	if (w.pfn == end && (!w.taken || r->finish)) {
		if (w.has_block && !w.handled)
			mm_compact_mark(m, BS_MM_SKIP, w.block, true);
		remember_end(m, r, w.pfn);
	}
	mm_compact_tell(m, BS_MM_SOURCES, low, w.pfn, w.scanned, w.taken);
	r->scanned_sources += w.scanned;
	r->migrate = w.pfn;
}

/* A request that does not wait empties only pageblocks of its own type; for a whole one, movable ones. */
static bool is_block_of_run(const struct bs_machine *m, const struct compact_run *r, bs_pfn pfn)
{
	unsigned int mt = r->mt;

	if (!r->direct || r->mode != MODE_ASYNC)
		return true;
	if (m->km.compact_blocks_movable && r->order >= (int)m->pbo)
		mt = BS_MIGRATE_MOVABLE;
	return pageblock_type(m, pfn) == mt;
}

/* Behind a pageblock without memory the next section with some begins. */
static bs_pfn end_of_hole(const struct bs_machine *m, const struct compact_run *r, bs_pfn pfn,
			  bs_pfn end)
{
	const bs_pfn section = section_pages(m);
	bs_pfn next = (pfn | (section - 1)) + 1;

	if (!m->km.compact_jumps_holes || has_memory_map(m, pfn))
		return end;
	while (next < r->z->end && !has_memory_map(m, next))
		next += section;
	return next < r->z->end ? min_pfn(next, r->free) : end;
}

bool mm_compact_sources(struct bs_machine *m, struct compact_run *r)
{
	bs_pfn low = mm_compact_search_source(m, r);
	bs_pfn start = max_pfn(block_start(m, low), r->z->start), end = block_end(m, low);
	bool found_fast = low != r->migrate && !r->search_failed;

	while (end <= r->free) {
		const bool at_start = is_block_aligned(m, low) ||
				      (m->km.compact_edge_marked && low == r->z->start);

		if (!is_scanned(m, start)) {
			end = end_of_hole(m, r, start, end);
		} else if (at_start && !found_fast && !r->ignore_skip &&
			   is_marked(m, BS_MM_SKIP, start)) {
			;
		} else if (mm_compound_order(m, block_start(m, start)) >= m->pbo ||
			   !is_block_of_run(m, r, start)) {
			remember_end(m, r, end);
		} else {
			scan_block(m, r, low, end);
			break;
		}
		found_fast = false;
		r->migrate = low = start = end;
		end += (bs_pfn)1 << m->pbo;
	}
	return r->nr_sources;
}
