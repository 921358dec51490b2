// SPDX-License-Identifier: GPL-2.0-or-later
/* compaction_take.c - free blocks leave their lists for a run: which may, and how (RULES.md, compaction targets). */
#include "compaction.h"

#include "pageblock.h"
#include "watermark.h"

/* The pageblocks of a large block that gives targets become movable. */
static void retype(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int order)
{
	const bs_pfn end = pfn + ((bs_pfn)1 << order) - 1;

	for (; pfn < end; pfn += (bs_pfn)1 << m->pbo) {
		if (pageblock_type(m, pfn) >= BS_PCPTYPES)
			continue;
		if (m->km.compact_retype_moves)
			mm_move_block(m, z, pfn, BS_MIGRATE_MOVABLE, BS_STEAL, NULL);
		else
			set_pageblock_type(m, pfn, BS_MIGRATE_MOVABLE);
	}
}

static void keep(struct bs_machine *m, struct compact_run *r, bs_pfn pfn, unsigned int order)
{
	mm_compact_in_hand(m, pfn, order, true);
	bs_page(m, pfn, order)->zone = r->z->index;
	if (m->km.compact_whole_blocks) {
		mm_list_add(m, &r->taken[order], pfn, order, true);
		return;
	}
	/* Single pages, the last one taken first. */
	for (bs_pfn p = pfn; p < pfn + ((bs_pfn)1 << order); p++) {
		m->mem_map[p].zone = r->z->index;
		mm_list_add(m, &r->taken[0], p, 0, false);
	}
}

uint64_t mm_compact_take(struct bs_machine *m, struct compact_run *r, bs_pfn pfn,
			 unsigned int order)
{
	struct zone *z = r->z;
	const int64_t pages = INT64_C(1) << order;
	unsigned int mt;

	if (!mm_watermark_ok(m, z, 0, z->mark[WMARK_MIN] + (uint64_t)pages, 0, 0))
		return 0;
	mt = mm_del_from_free_list(m, z, pfn, order, BS_ALLOC);
	mm_account(m, z, -pages, mt);
	if (order + 1 >= m->pbo)
		retype(m, z, pfn, order);
	r->nr_taken += (uint64_t)pages;
	keep(m, r, pfn, order);
	return (uint64_t)pages;
}

bs_pfn mm_compact_take_block(struct bs_machine *m, struct compact_run *r, bs_pfn start, bs_pfn end,
			     bs_pfn stride, uint64_t *total)
{
	const bool counts = m->km.compact_counts_skipped;
	uint64_t scanned = 0, n;
	bs_pfn pfn = start;

	*total = 0;
	while (pfn < end) {
		const unsigned int compound = mm_compound_order(m, pfn);
		const int order = mm_free_order(m, pfn);

		scanned++;
		if (compound) {
			const bs_pfn rest = ((bs_pfn)1 << compound) - 1;

			if (!counts || pfn + rest < end) {
				scanned += counts ? rest : 0;
				pfn += rest;
			}
			pfn += stride;
			continue;
		}
		if (order < 0) {
			pfn += stride;
			continue;
		}
		n = mm_compact_take(m, r, pfn, (unsigned int)order);
		if (!n)
			break;
		scanned += n - 1;
		*total += n;
		pfn += (bs_pfn)n;
		if (r->nr_taken >= r->nr_sources)
			break;
		pfn += stride - 1;
	}
	pfn = min_pfn(pfn, end);
	mm_compact_tell(m, BS_MM_TARGETS, start, pfn, scanned, *total);
	r->scanned_targets += scanned;
	return pfn;
}

bool mm_compact_is_target(const struct bs_machine *m, const struct compact_run *r, bs_pfn pfn)
{
	const unsigned int limit =
		m->km.compact_target_by_order && r->order > 0 ? (unsigned int)r->order : m->pbo;
	const int order = mm_free_order(m, pfn);

	if (order >= (int)limit)
		return false;
	return r->ignore_types || pageblock_type(m, pfn) == BS_MIGRATE_MOVABLE;
}
