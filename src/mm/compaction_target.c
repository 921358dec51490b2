// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * compaction_target.c - the scanner that walks a zone downwards and takes free blocks to move pages to
 * (RULES.md, compaction targets).
 */
#include "compaction.h"

/* Below a pageblock without memory the section before it ends. */
static bs_pfn start_of_hole(const struct bs_machine *m, const struct compact_run *r, bs_pfn pfn,
			    bs_pfn lowest)
{
	const bs_pfn section = section_pages(m);
	bs_pfn n = pfn & ~(section - 1);

	if (!m->km.compact_jumps_holes || has_memory_map(m, pfn))
		return pfn;
	while (n > r->z->start && !has_memory_map(m, n - 1))
		n -= min_pfn(n, section);
	return n > r->z->start ? max_pfn(n, lowest) : pfn;
}

/* The pageblock has been seen to its end. */
static void block_seen(struct bs_machine *m, struct compact_run *r, bs_pfn block)
{
	const bs_pfn below = m->km.compact_free_below ? block - ((bs_pfn)1 << m->pbo) : block;

	mm_compact_mark(m, BS_MM_SKIP, block, true);
	if (below < r->cz->at.cached_free)
		r->cz->at.cached_free = below;
}

static void scan(struct bs_machine *m, struct compact_run *r)
{
	const bs_pfn pages = (bs_pfn)1 << m->pbo, lowest = block_end(m, r->migrate);
	bs_pfn pfn = r->free, block = block_start(m, pfn);
	bs_pfn end = min_pfn(block + pages, r->z->end);
	bs_pfn stride = r->mode == MODE_ASYNC ? COMPACT_CLUSTER : 1;
	uint64_t got;

	while (block >= lowest) {
		if (!is_scanned(m, max_pfn(block, r->z->start))) {
			block = start_of_hole(m, r, block, lowest);
		} else if (mm_compact_is_target(m, r, block) &&
			   (r->ignore_skip || !is_marked(m, BS_MM_SKIP, block))) {
			pfn = mm_compact_take_block(m, r, pfn, end, stride, &got);
			if (pfn == end)
				block_seen(m, r, block);
			if (r->nr_taken >= r->nr_sources) {
				if (pfn >= end)
					pfn = block - pages;
				break;
			}
			/* A watermark. */
			if (pfn < end)
				break;
			stride = got ? 1 : min_pfn(COMPACT_CLUSTER, stride * 2);
		}
		end = block;
		block -= pages;
		pfn = block;
	}
	r->free = pfn;
}

/* The smallest block first; the upper halves of a larger one are the next. */
static bs_pfn first_taken(struct bs_machine *m, struct compact_run *r)
{
	unsigned int order = 0;
	bs_pfn pfn;

	while (order < BS_NR_ORDERS && r->taken[order].first == BS_NO_PFN)
		order++;
	if (order == BS_NR_ORDERS)
		return BS_NO_PFN;
	pfn = r->taken[order].first;
	mm_list_del(m, &r->taken[order], pfn, order);
	while (order > 0) {
		const bs_pfn half = pfn + ((bs_pfn)1 << --order);

		bs_page(m, half, order)->zone = r->z->index;
		mm_list_add(m, &r->taken[order], half, order, false);
	}
	return pfn;
}

bs_pfn mm_compact_target(struct bs_machine *m, struct compact_run *r, bs_pfn source)
{
	bs_pfn pfn = first_taken(m, r);

	if (pfn == BS_NO_PFN) {
		mm_compact_search_free(m, r);
		if (!r->nr_taken)
			scan(m, r);
		pfn = first_taken(m, r);
	}
	mm_compact_tell(m, BS_MM_TARGET, source, pfn);
	if (pfn == BS_NO_PFN)
		return pfn;
	r->nr_taken--;
	if (m->km.compact_counts_served)
		r->nr_sources--;
	return pfn;
}
