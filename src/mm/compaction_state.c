// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * compaction_state.c - what compaction remembers from run to run, and the LRU as its scanners see it
 * (RULES.md, compaction state).
 */
#include "compaction.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "buddy.h"
#include "pcp.h"

#define PROACTIVENESS 20 /* vm.compaction_proactiveness */
/* Every so many pages of a pageblock are looked at when its skip bit is considered. */
#define RESET_STRIDE (1 << COSTLY_ORDER)

/* ---- Bits ------------------------------------------------------------------------------------ */

static size_t mark_bytes(const struct bs_machine *m, enum bs_mm_mark mark)
{
	return (mark <= BS_MM_HOLE ? m->nr_pageblocks : m->max_pfn) / 8 + 1;
}

static int make_marks(struct bs_machine *m, enum bs_mm_mark mark)
{
	uint8_t **bits = &m->compaction->marks[mark];

	if (!*bits)
		*bits = calloc(1, mark_bytes(m, mark));
	return *bits ? 0 : -ENOMEM;
}

void mm_compact_mark(struct bs_machine *m, enum bs_mm_mark mark, bs_pfn pfn, bool on)
{
	uint8_t *bits = m->compaction->marks[mark];
	const size_t i = mark <= BS_MM_HOLE ? pfn >> m->pbo : pfn;

	if (!bits)
		return;
	bits[i >> 3] &= (uint8_t) ~(1u << (i & 7));
	bits[i >> 3] |= (uint8_t)((unsigned int)on << (i & 7));
}

void mm_compact_in_hand(struct bs_machine *m, bs_pfn pfn, unsigned int order, bool on)
{
	for (bs_pfn p = pfn; p < pfn + ((bs_pfn)1 << order); p++)
		mm_compact_mark(m, BS_MM_IN_HAND, p, on);
}

int bs_mm_compact_mark(struct bs_machine *m, enum bs_mm_mark mark, bs_pfn pfn, bool on)
{
	const int ret = mm_compact_make(m);

	if (ret || pfn >= m->max_pfn || (!on && !m->compaction->marks[mark]))
		return ret;
	if (make_marks(m, mark))
		return -ENOMEM;
	mm_compact_mark(m, mark, pfn, on);
	return 0;
}

bool bs_mm_compact_marked(const struct bs_machine *m, enum bs_mm_mark mark, bs_pfn pfn)
{
	return m->compaction && pfn < m->max_pfn && is_marked(m, mark, pfn);
}

/* A page in use has no order of its own in its descriptor: there is room for that of what it heads. */
int bs_mm_compact_compound(struct bs_machine *m, bs_pfn pfn, unsigned int order)
{
	const int ret = bs_mm_compact_mark(m, BS_MM_COMPOUND, pfn, order != 0);

	if (!ret && order && pfn < m->max_pfn)
		m->mem_map[pfn].order = (uint8_t)order;
	return ret;
}

/* ---- The state ------------------------------------------------------------------------------- */

int mm_compact_make(struct bs_machine *m)
{
	struct compaction *c;

	if (m->compaction)
		return 0;
	c = calloc(1, sizeof(*c));
	if (!c)
		return -ENOMEM;
	m->compaction = c;
	c->proactiveness = PROACTIVENESS;
	c->node_wide = m->km.drop_reversed;
	c->last_result = COMPACT_SKIPPED;
	for (unsigned int i = 0; i < BS_MAX_ZONES; i++)
		for (unsigned int l = 0; l < BS_MM_NR_LRU; l++)
			c->zone[i].lru[l] = (struct page_list){BS_NO_PFN, BS_NO_PFN};
	/* Nowhere yet is 0, which is a place only in a zone that begins there. */
	for (unsigned int i = 0; i < m->nr_zones; i++)
		if (!m->zones[i].start && m->zones[i].end)
			c->zone[i].at.cached_free = block_start(m, m->zones[i].end - 1);
	/* Runs set these, where nothing may fail. */
	if (make_marks(m, BS_MM_SKIP) || make_marks(m, BS_MM_IN_HAND)) {
		mm_compact_destroy(m);
		return -ENOMEM;
	}
	return 0;
}

void mm_compact_destroy(struct bs_machine *m)
{
	if (!m->compaction)
		return;
	for (unsigned int i = 0; i < BS_MM_NR_MARKS; i++)
		free(m->compaction->marks[i]);
	free(m->compaction);
	m->compaction = NULL;
}

int bs_mm_compact_begin(struct bs_machine *m)
{
	return mm_compact_make(m);
}

int bs_mm_compact_watch(struct bs_machine *m, const struct bs_mm_watch *watch)
{
	const int ret = mm_compact_make(m);

	if (!ret)
		m->compaction->watch = watch ? *watch : (struct bs_mm_watch){0};
	return ret;
}

void mm_compact_step(struct bs_machine *m, enum bs_mm_step_kind kind, const uint64_t *v,
		     unsigned int n)
{
	struct bs_mm_step s = {.kind = (uint8_t)kind, .n = (uint8_t)n};

	memcpy(s.v, v, n * sizeof(*v));
	m->compaction->watch.step(m->compaction->watch.arg, &s);
}

void bs_mm_compact_zone(const struct bs_machine *m, unsigned int zone,
			struct bs_mm_compact_zone *out)
{
	*out = m->compaction->zone[zone].at;
}

void bs_mm_compact_set_zone(struct bs_machine *m, unsigned int zone,
			    const struct bs_mm_compact_zone *z)
{
	m->compaction->zone[zone].at = *z;
}

int bs_mm_reclaim_begin(struct bs_machine *m, const struct bs_mm_evictor *e)
{
	const int ret = mm_compact_make(m);

	if (ret)
		return ret;
	m->compaction->evictor = *e;
	m->compaction->predicts = true;
	return 0;
}

void bs_mm_set_watermark_scale(struct bs_machine *m, unsigned int scale)
{
	for (unsigned int i = 0; i < m->nr_zones; i++) {
		struct zone *z = &m->zones[i];
		const uint64_t min = z->mark[WMARK_MIN];
		uint64_t step = z->managed * scale / 10000;

		if (step < min >> 2)
			step = min >> 2;
		z->mark[WMARK_LOW] = min + step;
		z->mark[WMARK_HIGH] = min + 2 * step;
		z->boost = 0;
		mm_pcp_resize(m, z);
	}
}

void bs_mm_set_proactiveness(struct bs_machine *m, unsigned int percent)
{
	m->compaction->proactiveness = percent;
}

void bs_mm_set_defrag_mode(struct bs_machine *m, bool on)
{
	m->compaction->defrag_mode = on && m->km.has_defrag_mode;
	m->one_walk = m->compaction->defrag_mode;
}

bool bs_mm_defrag_mode(const struct bs_machine *m)
{
	return m->compaction && m->compaction->defrag_mode;
}

void bs_mm_set_reclaim_active(struct bs_machine *m, unsigned int zone, bool on)
{
	m->zones[zone].flags &= ~(uint32_t)ZONE_RECLAIM_ACTIVE;
	if (on)
		m->zones[zone].flags |= ZONE_RECLAIM_ACTIVE;
}

void bs_mm_set_file_pages(struct bs_machine *m, uint64_t pages)
{
	m->compaction->file_pages = pages;
}

bool bs_mm_search_is_traced(const struct bs_machine *m)
{
	return m->km.compact_search_traced;
}

void bs_mm_scans(const struct bs_machine *m, struct bs_mm_scans *out)
{
	*out = m->compaction->scans;
}

/* ---- What a page is -------------------------------------------------------------------------- */

int mm_free_order(const struct bs_machine *m, bs_pfn pfn)
{
	const struct page *p = &m->side[pfn >> m->pbo];

	if (is_block_aligned(m, pfn) && (p->flags & PG_BUDDY))
		return p->order;
	p = &m->mem_map[pfn];
	return p->flags & PG_BUDDY ? p->order : -1;
}

/* A block of a known owner is one compound page. Of others it is the dump's to say. */
unsigned int mm_compound_order(const struct bs_machine *m, bs_pfn pfn)
{
	const struct page *p = &m->side[pfn >> m->pbo];

	if (is_marked(m, BS_MM_COMPOUND, pfn))
		return m->mem_map[pfn].order;
	if (is_block_aligned(m, pfn) && (p->flags & PG_ALLOCATED))
		return p->order;
	p = &m->mem_map[pfn];
	return p->flags & PG_ALLOCATED ? p->order : 0;
}

/* A page without a descriptor of its own is a part of somebody's larger block, unless nobody known
 * has it. */
bool mm_is_on_lru(const struct bs_machine *m, bs_pfn pfn)
{
	const struct page *p = &m->mem_map[pfn];

	if (!(p->flags & PG_LRU) || is_marked(m, BS_MM_NO_SOURCE, pfn))
		return false;
	if (p->flags & PG_ALLOCATED)
		return !p->order;
	return bs_page_state(m, pfn) == BS_PAGE_RESERVED;
}

bool bs_mm_on_lru(const struct bs_machine *m, bs_pfn pfn)
{
	return mm_is_on_lru(m, pfn);
}

void bs_mm_lru_bits(const struct bs_machine *m, uint8_t *bits)
{
	const bs_pfn pages = (bs_pfn)1 << m->pbo;

	for (bs_pfn p = 0; p < m->max_pfn;) {
		const struct page *page = &m->mem_map[p];
		const bool aligned = is_block_aligned(m, p),
			   whole = m->side[p >> m->pbo].flags & PG_STATE;
		bool is;

		if (aligned && (whole || !m->pb[p >> m->pbo].fine)) {
			p += whole ? (bs_pfn)1 << m->side[p >> m->pbo].order : pages;
			continue;
		}
		is = page->flags & PG_LRU && !is_marked(m, BS_MM_NO_SOURCE, p);
		if (page->flags & PG_STATE)
			is = is && (page->flags & PG_ALLOCATED) && !page->order;
		else
			is = is && mm_is_memory(m, p);
		if (is)
			bits[p >> 3] |= (uint8_t)(1u << (p & 7));
		p += page->flags & PG_STATE ? (bs_pfn)1 << page->order : 1;
	}
}

/* ---- Giving back ----------------------------------------------------------------------------- */

void mm_compact_free(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int order)
{
	struct page *p = bs_page(m, pfn, order);

	mm_compact_mark(m, BS_MM_IN_HAND, pfn, false);
	mm_compact_mark(m, BS_MM_COMPOUND, pfn, false);
	p->flags = 0;
	p->order = (uint8_t)order;
	p->zone = z->index;
	if (order < m->pbo)
		m->pb[pfn >> m->pbo].fine = true;
	if (m->pcp_orders >> order & 1)
		mm_pcp_free(m, z, pfn, order);
	else
		mm_free_block(m, z, pfn, order, FPI_NONE, BS_FREE);
}

/* ---- Skip bits anew -------------------------------------------------------------------------- */

/* Is there a reason to look at the pageblock of @pfn again: a source, a target? Then its bit goes. */
static bool reset_block(struct bs_machine *m, struct zone *z, bs_pfn pfn, bool source, bool target)
{
	bs_pfn p = max_pfn(block_start(m, pfn), z->start);
	const bs_pfn end = min_pfn(block_end(m, pfn), z->end);

	if (!has_memory_map(m, pfn) || mm_compound_order(m, block_start(m, pfn)) >= m->pbo)
		return false;
	if (source && target && !is_marked(m, BS_MM_SKIP, pfn))
		return true;
	if (!source && target && pageblock_type(m, pfn) != BS_MIGRATE_MOVABLE)
		return false;
	for (; p < end; p += RESET_STRIDE) {
		if (!(source && mm_is_on_lru(m, p)) && !(target && mm_free_order(m, p) >= 0))
			continue;
		mm_compact_mark(m, BS_MM_SKIP, pfn, false);
		return true;
	}
	return false;
}

void mm_compact_reset_skip(struct bs_machine *m, struct zone *z)
{
	struct bs_mm_compact_zone *at = &m->compaction->zone[z->index].at;
	bs_pfn source = z->start, target = z->end - 1;
	bs_pfn first_source = target, last_target = source;
	bool found_source = false, found_target = false;

	if (!at->blockskip_flush)
		return;
	at->blockskip_flush = false;
	while (source < target) {
		if (reset_block(m, z, source, true, found_source) && source < first_source) {
			found_source = true;
			first_source = source;
			at->init_migrate = at->cached_migrate[0] = at->cached_migrate[1] = source;
		}
		if (reset_block(m, z, target, found_target, true) && target > last_target) {
			found_target = true;
			last_target = target;
			at->init_free = at->cached_free = target;
		}
		source += (bs_pfn)1 << m->pbo;
		target -= min_pfn(target, (bs_pfn)1 << m->pbo);
	}
	if (first_source < last_target)
		return;
	at->cached_migrate[0] = at->cached_migrate[1] = source;
	at->cached_free = target;
}
