// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lru.c - the LRU as compaction's scanners and reclaim see it: pages wait in a batch before they are on it,
 * and then in a queue by their age (RULES.md, compaction state, reclaim).
 */
#include <errno.h>

#include "compaction.h"

/* ---- Queues ---------------------------------------------------------------------------------- */

/* A huge page has its descriptor in the side table. */
static unsigned int order_of(const struct bs_machine *m, enum bs_mm_lru lru)
{
	return lru == BS_MM_LRU_HUGE ? m->pbo : 0;
}

struct page_list *mm_lru_list(struct bs_machine *m, unsigned int zone, enum bs_mm_lru lru)
{
	return &m->compaction->zone[m->compaction->node_wide ? 0 : zone].lru[lru];
}

enum bs_mm_lru mm_lru_of(const struct bs_machine *m, bs_pfn pfn)
{
	if (is_marked(m, BS_MM_CACHE, pfn))
		return is_marked(m, BS_MM_USED, pfn) ? BS_MM_LRU_USED : BS_MM_LRU_FILE;
	if (!is_marked(m, BS_MM_ANON, pfn))
		return BS_MM_NR_LRU;
	return is_block_aligned(m, pfn) && (m->side[pfn >> m->pbo].flags & PG_ALLOCATED)
		       ? BS_MM_LRU_HUGE
		       : BS_MM_LRU_ANON;
}

void mm_lru_take_from(struct bs_machine *m, bs_pfn pfn, enum bs_mm_lru lru)
{
	const unsigned int zone = pfn_zone(m, pfn)->index;

	mm_list_del(m, mm_lru_list(m, zone, lru), pfn, order_of(m, lru));
	m->compaction->zone[zone].nr[lru]--;
}

void mm_lru_put_into(struct bs_machine *m, bs_pfn pfn, enum bs_mm_lru lru)
{
	const unsigned int zone = pfn_zone(m, pfn)->index;

	mm_list_add(m, mm_lru_list(m, zone, lru), pfn, order_of(m, lru), true);
	m->compaction->zone[zone].nr[lru]++;
}

/* ---- Joining and leaving --------------------------------------------------------------------- */

void mm_lru_drain(struct bs_machine *m)
{
	struct compaction *c = m->compaction;

	for (unsigned int i = 0; i < c->nr_batch; i++) {
		const bs_pfn pfn = c->batch[i].pfn;
		struct page *p = &m->mem_map[pfn];
		enum bs_mm_lru lru;

		/* Freed meanwhile, and perhaps somebody else's by now. */
		if (p->flags & (PG_BUDDY | PG_PCP) || p->word != c->batch[i].word)
			continue;
		p->flags |= PG_LRU;
		m->pb[pfn >> m->pbo].fine = true;
		lru = mm_lru_of(m, pfn);
		if (lru != BS_MM_NR_LRU)
			mm_lru_put_into(m, pfn, lru);
	}
	c->nr_batch = 0;
}

void bs_mm_lru_drain(struct bs_machine *m)
{
	mm_lru_drain(m);
}

void mm_lru_add(struct bs_machine *m, bs_pfn pfn)
{
	struct compaction *c = m->compaction;

	c->batch[c->nr_batch++] = (struct waiting_page){pfn, m->mem_map[pfn].word};
	if (c->nr_batch >= m->km.lru_batch)
		mm_lru_drain(m);
}

void mm_lru_take(struct bs_machine *m, bs_pfn pfn)
{
	const enum bs_mm_lru lru = mm_lru_of(m, pfn);

	m->mem_map[pfn].flags &= (uint8_t)~PG_LRU;
	if (lru != BS_MM_NR_LRU)
		mm_lru_take_from(m, pfn, lru);
}

int bs_mm_lru_join(struct bs_machine *m, bs_pfn pfn, enum bs_mm_lru lru)
{
	if (bs_mm_compact_mark(m, lru == BS_MM_LRU_FILE ? BS_MM_CACHE : BS_MM_ANON, pfn, true))
		return -ENOMEM;
	if (lru == BS_MM_LRU_HUGE) {
		/* Whoever joins as a large folio has the batch emptied. */
		mm_lru_drain(m);
		bs_page_set_lru(m, pfn, m->pbo, true);
		mm_lru_put_into(m, pfn, lru);
	} else {
		m->mem_map[pfn].flags &= (uint8_t)~PG_LRU;
		mm_lru_add(m, pfn);
	}
	return 0;
}

static void leave_batch(struct compaction *c, bs_pfn pfn)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < c->nr_batch; i++)
		if (c->batch[i].pfn != pfn)
			c->batch[n++] = c->batch[i];
	c->nr_batch = n;
}

void bs_mm_lru_leave(struct bs_machine *m, bs_pfn pfn, unsigned int order)
{
	const enum bs_mm_lru lru = m->compaction ? mm_lru_of(m, pfn) : BS_MM_NR_LRU;
	const bool huge = lru == BS_MM_LRU_HUGE;
	struct page *p;

	if (lru == BS_MM_NR_LRU || (huge && order < m->pbo))
		return;
	p = huge ? &m->side[pfn >> m->pbo] : &m->mem_map[pfn];
	if (p->flags & PG_LRU)
		mm_lru_take_from(m, pfn, lru);
	else
		leave_batch(m->compaction, pfn);
	p->flags &= (uint8_t)~PG_LRU;
	mm_compact_mark(m, BS_MM_CACHE, pfn, false);
	mm_compact_mark(m, BS_MM_USED, pfn, false);
	mm_compact_mark(m, BS_MM_ANON, pfn, false);
}

/* A page that waits in the batch is too young for that to matter. */
void bs_mm_lru_used(struct bs_machine *m, bs_pfn pfn)
{
	if (!m->compaction || !m->compaction->node_wide || mm_lru_of(m, pfn) != BS_MM_LRU_FILE ||
	    !(m->mem_map[pfn].flags & PG_LRU) || bs_mm_compact_mark(m, BS_MM_USED, pfn, true))
		return;
	mm_lru_take_from(m, pfn, BS_MM_LRU_FILE);
	mm_lru_put_into(m, pfn, BS_MM_LRU_USED);
}

unsigned int bs_mm_lru_batch(const struct bs_machine *m)
{
	return (unsigned int)m->km.lru_batch;
}

uint64_t bs_mm_lru_pages(const struct bs_machine *m, enum bs_mm_lru lru)
{
	uint64_t n = 0;

	for (unsigned int i = 0; m->compaction && i < m->nr_zones; i++)
		n += m->compaction->zone[i].nr[lru] << order_of(m, lru);
	return n;
}

/* ---- Which one goes first -------------------------------------------------------------------- */

static uint64_t swap_room(const struct bs_machine *m)
{
	const struct bs_mm_evictor *e = &m->compaction->evictor;

	return e->swap_room ? e->swap_room(e->arg) : 0;
}

uint64_t mm_lru_file_pages(const struct bs_machine *m)
{
	return m->compaction->other_cache + bs_mm_lru_pages(m, BS_MM_LRU_FILE);
}

/* Next to nothing is left of page cache: with what is free it does not come to the high marks. */
static bool file_is_tiny(const struct bs_machine *m)
{
	int64_t have = (int64_t)(mm_lru_file_pages(m) + bs_mm_lru_pages(m, BS_MM_LRU_USED));
	int64_t high = 0;

	for (unsigned int i = 0; i < m->nr_zones; i++) {
		have += m->zones[i].nr_free_pages;
		high += (int64_t)m->zones[i].mark[WMARK_HIGH];
	}
	return have <= high;
}

/* Page cache as long as there is some; then of processes what there is more of. */
enum bs_mm_lru mm_lru_next(const struct bs_machine *m)
{
	const uint64_t pages = bs_mm_lru_pages(m, BS_MM_LRU_ANON);
	const uint64_t huge = bs_mm_lru_pages(m, BS_MM_LRU_HUGE);

	if (!(pages | huge) || !swap_room(m) || (mm_lru_file_pages(m) && !file_is_tiny(m)))
		return BS_MM_LRU_FILE;
	return huge > pages ? BS_MM_LRU_HUGE : BS_MM_LRU_ANON;
}

uint64_t mm_reclaim_evictable(const struct bs_machine *m)
{
	return mm_lru_next(m) == BS_MM_LRU_FILE
		       ? mm_lru_file_pages(m)
		       : bs_mm_lru_pages(m, BS_MM_LRU_ANON) + bs_mm_lru_pages(m, BS_MM_LRU_HUGE);
}

uint64_t mm_reclaim_anon(const struct bs_machine *m, unsigned int zone)
{
	const uint64_t *nr = m->compaction->zone[zone].nr;
	const uint64_t n = nr[BS_MM_LRU_ANON] + (nr[BS_MM_LRU_HUGE] << m->pbo);
	const uint64_t room = n ? swap_room(m) : 0;

	return n < room ? n : room;
}

/* ---- Page cache that is nobody's: a verifier's ----------------------------------------------- */

void bs_mm_cache_add(struct bs_machine *m, bs_pfn pfn)
{
	mm_lru_put_into(m, pfn, BS_MM_LRU_FILE);
}

void bs_mm_cache_forget(struct bs_machine *m, bs_pfn pfn)
{
	if (!bs_mm_compact_marked(m, BS_MM_CACHE, pfn))
		return;
	if (m->compaction->predicts && (m->mem_map[pfn].flags & PG_LRU))
		mm_lru_take(m, pfn);
	mm_compact_mark(m, BS_MM_CACHE, pfn, false);
}

size_t bs_mm_cache(const struct bs_machine *m, bs_pfn *pfns, size_t max)
{
	size_t n = 0;

	for (unsigned int i = 0; i < m->nr_zones; i++)
		for (bs_pfn pfn = m->compaction->zone[i].lru[BS_MM_LRU_FILE].first;
		     pfn != BS_NO_PFN; pfn = m->mem_map[pfn].next, n++)
			if (n < max)
				pfns[n] = pfn;
	return n;
}

bs_pfn bs_mm_oldest(const struct bs_machine *m, unsigned int hz)
{
	for (unsigned int i = m->nr_zones; i-- > 0;) {
		const struct page_list *l = &m->compaction->zone[i].lru[BS_MM_LRU_FILE];

		if (m->zones[i].type <= hz && l->first != BS_NO_PFN)
			return l->first;
	}
	return BS_NO_PFN;
}

void bs_mm_cache_others(struct bs_machine *m, uint64_t pages)
{
	m->compaction->other_cache = pages;
}

void bs_mm_cache_predicted(struct bs_machine *m, bool on)
{
	m->compaction->predicts = on;
}
