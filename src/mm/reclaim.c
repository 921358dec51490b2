// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * reclaim.c - what waits on the LRU is given back, oldest first: to a request that waits, to kswapd, or
 * dropped (RULES.md, reclaim). Page cache that was used once goes first.
 */
#include "compaction.h"

#include "pcp.h"
#include "watermark.h"

/* ---- Taking the oldest ----------------------------------------------------------------------- */

static unsigned int take_from(struct bs_machine *m, struct page_list *l, enum bs_mm_lru lru,
			      unsigned int hz, unsigned int n, bs_pfn *out)
{
	const unsigned int order = lru == BS_MM_LRU_HUGE ? m->pbo : 0;
	unsigned int i = 0;
	bs_pfn next;

	for (bs_pfn pfn = l->first; i < n && pfn != BS_NO_PFN; pfn = next) {
		next = bs_page(m, pfn, order)->next;
		if (pfn_zone(m, pfn)->type > hz)
			continue;
		out[i++] = pfn;
		mm_lru_take_from(m, pfn, lru);
		bs_page(m, pfn, order)->flags &= (uint8_t)~PG_LRU;
		mm_compact_mark(m, BS_MM_IN_HAND, pfn, true);
	}
	return i;
}

static unsigned int take_oldest(struct bs_machine *m, enum bs_mm_lru lru, unsigned int hz,
				unsigned int n, bs_pfn *out)
{
	unsigned int got = 0;

	if (m->compaction->node_wide)
		return take_from(m, mm_lru_list(m, 0, lru), lru, hz, n, out);
	for (unsigned int i = m->nr_zones; i-- > 0 && got < n;)
		if (m->zones[i].type <= hz)
			got += take_from(m, mm_lru_list(m, i, lru), lru, hz, n - got, out + got);
	return got;
}

unsigned int bs_mm_take_oldest(struct bs_machine *m, unsigned int hz, unsigned int n, bs_pfn *out)
{
	n = take_oldest(m, BS_MM_LRU_FILE, hz, n, out);
	for (unsigned int i = 0; i < n; i++)
		mm_compact_mark(m, BS_MM_CACHE, out[i], false);
	return n;
}

/* ---- Freeing --------------------------------------------------------------------------------- */

/* Freed together: all are announced, then each goes to its list. */
static void free_portion(struct bs_machine *m, const bs_pfn *pages, unsigned int n,
			 unsigned int order)
{
	for (unsigned int i = 0; i < n; i++)
		mm_compact_tell(m, BS_MM_FREES, pages[i], order);
	for (unsigned int i = 0; i < n; i++) {
		struct zone *z = pfn_zone(m, pages[i]);

		mm_compact_tell(m, BS_MM_FREES_LATE, pages[i]);
		if (!(bs_page(m, pages[i], order)->flags & PG_ALLOCATED))
			z->nr_foreign_pages--;
		mm_compact_free(m, z, pages[i], order);
	}
}

static void reverse(bs_pfn *pages, unsigned int n)
{
	for (unsigned int i = 0; i < n / 2; i++) {
		const bs_pfn pfn = pages[i];

		pages[i] = pages[n - 1 - i];
		pages[n - 1 - i] = pfn;
	}
}

/* Their owners let go of them; what one keeps is young again. Returns how many are left. */
static unsigned int let_go(struct bs_machine *m, enum bs_mm_lru lru, bs_pfn *pages, unsigned int n)
{
	const struct bs_mm_evictor *e = &m->compaction->evictor;
	const unsigned int order = lru == BS_MM_LRU_HUGE ? m->pbo : 0;
	unsigned int left = 0;

	for (unsigned int i = 0; i < n; i++) {
		if (e->evict && !e->evict(e->arg, pages[i], order, lru != BS_MM_LRU_FILE)) {
			mm_compact_mark(m, BS_MM_IN_HAND, pages[i], false);
			bs_page(m, pages[i], order)->flags |= PG_LRU;
			mm_lru_put_into(m, pages[i], lru);
			continue;
		}
		mm_compact_mark(m, BS_MM_CACHE, pages[i], false);
		mm_compact_mark(m, BS_MM_ANON, pages[i], false);
		pages[left++] = pages[i];
	}
	return left;
}

/* A chunk of at most @n pages. Returns how many were freed. */
static unsigned int evict(struct bs_machine *m, enum bs_mm_lru lru, unsigned int n, unsigned int hz,
			  unsigned int priority)
{
	const bool classic = m->compaction->node_wide;
	const unsigned int order = lru == BS_MM_LRU_HUGE ? m->pbo : 0;
	const unsigned int most = order ? 1 : classic ? RECLAIM_CHUNK_CLASSIC : RECLAIM_CHUNK;
	bs_pfn pages[RECLAIM_CHUNK];
	unsigned int portion, looked;

	looked = take_oldest(m, lru, hz, n < most ? n : most, pages);
	n = let_go(m, lru, pages, looked);
	portion = classic ? n : (unsigned int)m->km.lru_batch;
	if (classic)
		reverse(pages, n);
	for (unsigned int i = 0; i < n; i += portion)
		free_portion(m, pages + i, n - i < portion ? n - i : portion, order);
	m->compaction->scans.looked += looked << order;
	if (!n)
		return 0;
	mm_compact_tell(m, BS_MM_EVICTED, 0, looked, n, priority, 2);
	m->compaction->scans.evicted += n << order;
	return n << order;
}

/* The classic LRU keeps no more of what was used again than of what was not. */
static void age(struct bs_machine *m, unsigned int priority)
{
	struct page_list *used = mm_lru_list(m, 0, BS_MM_LRU_USED);
	uint64_t n = bs_mm_lru_pages(m, BS_MM_LRU_USED);

	if (n <= mm_lru_file_pages(m))
		return;
	n >>= priority;
	for (n = n < RECLAIM_CHUNK_CLASSIC ? RECLAIM_CHUNK_CLASSIC : n;
	     n-- && used->first != BS_NO_PFN;) {
		const bs_pfn pfn = used->first;

		mm_lru_take_from(m, pfn, BS_MM_LRU_USED);
		mm_compact_mark(m, BS_MM_USED, pfn, false);
		mm_lru_put_into(m, pfn, BS_MM_LRU_FILE);
		m->compaction->scans.looked++;
	}
}

/* ---- One priority ---------------------------------------------------------------------------- */

static bool is_enough(const struct bs_machine *m, const struct want *w)
{
	if (w->got >= w->pages)
		return true;
	if (!w->daemon || m->compaction->node_wide)
		return false;
	for (unsigned int i = 0; i < m->nr_zones; i++) {
		const struct zone *z = &m->zones[i];

		if (z->type <= w->hz &&
		    !mm_watermark_ok(m, z, 0, own_mark(z, WMARK_HIGH) + RECLAIM_CHUNK, w->hz, 0))
			return false;
	}
	return true;
}

/* Its share of all, or chunks until that is reached. */
uint64_t mm_reclaim_shrink(struct bs_machine *m, unsigned int priority, struct want *w)
{
	const struct bs_mm_evictor *e = &m->compaction->evictor;
	const bool exact = m->km.evict_exact || m->compaction->node_wide;
	const uint64_t share = mm_reclaim_evictable(m) >> priority;
	uint64_t got = 0;

	if (e->shrink)
		w->got += e->shrink(e->arg);
	if (m->compaction->node_wide)
		age(m, priority);
	for (;;) {
		const uint64_t n = exact ? share - got : mm_reclaim_evictable(m) >> priority;
		unsigned int k;

		if (!n || (exact && got >= share))
			break;
		k = evict(m, mm_lru_next(m),
			  exact && n < RECLAIM_CHUNK ? (unsigned int)n : RECLAIM_CHUNK, w->hz,
			  priority);
		got += k;
		w->got += k;
		if (!k || (!exact && got >= n) || is_enough(m, w))
			break;
	}
	return got;
}

/* ---- For a request --------------------------------------------------------------------------- */

static bool reclaim_predicted(struct bs_machine *m, const struct zonelist *zl, unsigned int order,
			      unsigned int hz)
{
	const struct bs_mm_watch *watch = &m->compaction->watch;
	const uint64_t gap = mm_compact_gap(m, order);
	struct want w = {.hz = hz, .pages = gap > RECLAIM_ENOUGH ? gap : RECLAIM_ENOUGH};

	for (unsigned int walk = 0; walk < (m->km.reclaim_walks_twice ? 2u : 1u); walk++)
		for (int priority = RECLAIM_LOWEST_PRIORITY; priority >= 0; priority--) {
			bool ready = false, other = false;

			for (unsigned int i = 0; i < zl->n; i++) {
				if (order > COSTLY_ORDER &&
				    mm_compact_ready(m, &m->zones[zl->zone[i]], order, hz)) {
					ready = true;
					continue;
				}
				if (other)
					continue;
				other = true;
				mm_lru_drain(m);
				if (watch->woken)
					watch->woken(watch->arg);
				mm_reclaim_shrink(m, (unsigned int)priority, &w);
			}
			if (w.got >= RECLAIM_ENOUGH || ready)
				return true;
		}
	return w.got;
}

/* Something was freed: is a zone fit for compaction by now? Only steps come of it. */
static void look_again(struct bs_machine *m, const struct zonelist *zl, unsigned int order,
		       unsigned int hz)
{
	for (unsigned int i = zl->n; i-- > 0;) {
		struct zone *z = &m->zones[zl->zone[i]];
		struct compact_run r;

		mm_compact_run_init(&r, m, z, (int)order);
		r.hz = hz;
		if (mm_compact_needed(m, &r) != COMPACT_SKIPPED)
			return;
	}
}

/* What is freed is somebody else's to say; its other effects are ours. */
static bool reclaim_watched(struct bs_machine *m, const struct zonelist *zl, unsigned int order,
			    unsigned int hz)
{
	const struct bs_mm_watch *watch = &m->compaction->watch;
	const bool twice = m->km.reclaim_walks_twice, costly = order > COSTLY_ORDER;
	uint64_t total = 0;

	for (unsigned int walk = 0; walk < (twice ? 2u : 1u); walk++) {
		bool ready = false;

		for (int priority = RECLAIM_LOWEST_PRIORITY; priority >= 0; priority--) {
			bool other = false;
			uint64_t got;

			ready = false;
			for (unsigned int i = 0; i < zl->n && costly; i++) {
				if (mm_compact_ready(m, &m->zones[zl->zone[i]], order, hz))
					ready = true;
				else
					other = true;
			}
			/* Whoever scans empties the batch first; the old LRU only if it has file pages. */
			if ((!ready || !costly || other) && (twice || m->compaction->file_pages))
				mm_lru_drain(m);
			got = watch->reclaimed ? watch->reclaimed(watch->arg) : 0;
			total += got;
			if (got && !twice && order &&
			    (costly || priority < RECLAIM_LOWEST_PRIORITY - 2))
				look_again(m, zl, order, hz);
			if (total >= RECLAIM_ENOUGH || ready)
				break;
		}
		if (total || ready)
			return true;
		if (!walk && twice && costly && watch->unseen && watch->unseen(watch->arg))
			return true;
	}
	return false;
}

bool mm_reclaim(struct bs_machine *m, const struct zonelist *zl, unsigned int order,
		unsigned int hz)
{
	return m->compaction->predicts ? reclaim_predicted(m, zl, order, hz)
				       : reclaim_watched(m, zl, order, hz);
}

/* ---- drop_caches ----------------------------------------------------------------------------- */

unsigned int bs_mm_drop_portion(struct bs_machine *m, unsigned int cpu, const bs_pfn *pages,
				size_t n)
{
	const unsigned int portion =
		n < m->km.lru_batch ? (unsigned int)n : (unsigned int)m->km.lru_batch;
	bs_pfn order[MAX_LRU_BATCH];

	m->cpu = cpu;
	for (unsigned int i = 0; i < portion; i++) {
		order[i] = pages[m->km.drop_reversed ? portion - 1 - i : i];
		mm_compact_mark(m, BS_MM_CACHE, order[i], false);
		mm_compact_mark(m, BS_MM_IN_HAND, order[i], true);
	}
	free_portion(m, order, portion, 0);
	return portion;
}

/* What is wanted at once, by whoever: no marks, no priorities. */
static uint64_t evict_all(struct bs_machine *m, unsigned int cpu, bool cache, uint64_t pages)
{
	uint64_t got = 0;

	m->cpu = cpu;
	mm_lru_drain(m);
	while (got < pages) {
		const uint64_t left = pages - got;
		const enum bs_mm_lru lru = cache ? BS_MM_LRU_FILE : mm_lru_next(m);
		const unsigned int k =
			evict(m, lru, left < RECLAIM_CHUNK ? (unsigned int)left : RECLAIM_CHUNK,
			      BS_NR_ZONE_TYPES, RECLAIM_LOWEST_PRIORITY);

		if (!k)
			break;
		got += k;
	}
	return got;
}

uint64_t bs_mm_reclaim_pages(struct bs_machine *m, unsigned int cpu, uint64_t pages)
{
	return evict_all(m, cpu, false, pages);
}

uint64_t bs_mm_drop_all(struct bs_machine *m, unsigned int cpu)
{
	uint64_t got;
	bs_pfn pfn;

	mm_lru_drain(m);
	while (m->compaction->node_wide &&
	       (pfn = mm_lru_list(m, 0, BS_MM_LRU_USED)->first) != BS_NO_PFN) {
		mm_lru_take_from(m, pfn, BS_MM_LRU_USED);
		mm_compact_mark(m, BS_MM_USED, pfn, false);
		mm_lru_put_into(m, pfn, BS_MM_LRU_FILE);
	}
	got = evict_all(m, cpu, true, UINT64_MAX);
	return got;
}
