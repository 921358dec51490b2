// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * reclaim.c - clean page cache that was used once, given back: to a request that waits, to kswapd, or
 * dropped (RULES.md, reclaim). It is a queue per zone.
 */
#include "compaction.h"

#include "watermark.h"

#define LOWEST_PRIORITY 12
#define CHUNK 64 /* pages of a chunk, and what kswapd wants all zones to be above their mark at */
#define ENOUGH 32 /* for direct reclaim; least that kswapd wants of a zone */
#define FIRST_PRIORITY_MIN 6

/* ---- Taking the oldest ----------------------------------------------------------------------- */

static unsigned int take_from(struct bs_machine *m, struct zone *z, unsigned int n, bs_pfn *out)
{
	struct compact_zone *cz = &m->compaction->zone[z->index];
	unsigned int i = 0;

	for (; i < n && cz->cache.first != BS_NO_PFN; i++) {
		out[i] = cz->cache.first;
		mm_lru_take(m, out[i]);
		mm_compact_mark(m, BS_MM_CACHE, out[i], false);
		mm_compact_mark(m, BS_MM_IN_HAND, out[i], true);
	}
	return i;
}

unsigned int bs_mm_take_oldest(struct bs_machine *m, unsigned int hz, unsigned int n, bs_pfn *out)
{
	unsigned int got = 0;

	for (unsigned int i = m->nr_zones; i-- > 0 && got < n;)
		if (m->zones[i].type <= hz)
			got += take_from(m, &m->zones[i], n - got, out + got);
	return got;
}

/* Freed together: all are announced, then each goes to its list. */
static void free_portion(struct bs_machine *m, const bs_pfn *pages, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		mm_compact_tell(m, BS_MM_FREES, pages[i], 0);
	for (unsigned int i = 0; i < n; i++) {
		struct zone *z = pfn_zone(m, pages[i]);

		mm_compact_tell(m, BS_MM_FREES_LATE, pages[i]);
		if (!(m->mem_map[pages[i]].flags & PG_ALLOCATED))
			z->nr_foreign_pages--;
		mm_compact_free(m, z, pages[i], 0);
	}
}

static unsigned int evict(struct bs_machine *m, unsigned int n, unsigned int hz,
			  unsigned int priority)
{
	const unsigned int portion = (unsigned int)m->km.lru_batch;
	bs_pfn pages[CHUNK];

	n = bs_mm_take_oldest(m, hz, n < CHUNK ? n : CHUNK, pages);
	for (unsigned int i = 0; i < n; i += portion)
		free_portion(m, pages + i, n - i < portion ? n - i : portion);
	if (!n)
		return 0;
	mm_compact_tell(m, BS_MM_EVICTED, 0, n, n, priority, 2);
	m->compaction->scans.evicted += n;
	return n;
}

static uint64_t evictable(const struct bs_machine *m)
{
	uint64_t n = m->compaction->other_cache;

	for (unsigned int i = 0; i < m->nr_zones; i++)
		n += m->compaction->zone[i].nr_cache;
	return n;
}

/* ---- One priority ---------------------------------------------------------------------------- */

/* What somebody wants, and has so far. @daemon: it looks whether zones have enough. */
struct want {
	unsigned int hz;
	uint64_t pages, got;
	bool daemon;
};

static bool is_enough(const struct bs_machine *m, const struct want *w)
{
	if (w->got >= w->pages)
		return true;
	if (!w->daemon)
		return false;
	for (unsigned int i = 0; i < m->nr_zones; i++) {
		const struct zone *z = &m->zones[i];

		if (z->type <= w->hz &&
		    !mm_watermark_ok(m, z, 0, own_mark(z, WMARK_HIGH) + CHUNK, w->hz, 0))
			return false;
	}
	return true;
}

/* Its share of all, or chunks until that is reached. */
static uint64_t shrink(struct bs_machine *m, unsigned int priority, struct want *w)
{
	const uint64_t share = evictable(m) >> priority;
	uint64_t got = 0;

	for (;;) {
		const uint64_t n = m->km.evict_exact ? share - got : evictable(m) >> priority;
		unsigned int k;

		if (!n || (m->km.evict_exact && got >= share))
			break;
		k = evict(m, m->km.evict_exact && n < CHUNK ? (unsigned int)n : CHUNK, w->hz,
			  priority);
		got += k;
		w->got += k;
		if (!k || (!m->km.evict_exact && got >= n) || is_enough(m, w))
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
	struct want w = {.hz = hz, .pages = gap > ENOUGH ? gap : ENOUGH};

	for (unsigned int walk = 0; walk < (m->km.reclaim_walks_twice ? 2u : 1u); walk++)
		for (int priority = LOWEST_PRIORITY; priority >= 0; priority--) {
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
				shrink(m, (unsigned int)priority, &w);
			}
			if (w.got >= ENOUGH || ready)
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

		for (int priority = LOWEST_PRIORITY; priority >= 0; priority--) {
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
			if (got && !twice && order && (costly || priority < LOWEST_PRIORITY - 2))
				look_again(m, zl, order, hz);
			if (total >= ENOUGH || ready)
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

/* ---- kswapd ---------------------------------------------------------------------------------- */

static unsigned int bits_of(uint64_t v)
{
	return v ? 64 - (unsigned int)__builtin_clzll(v) : 0;
}

static bool is_one_above(const struct bs_machine *m, unsigned int hz)
{
	for (unsigned int i = 0; i < m->nr_zones; i++) {
		const struct zone *z = &m->zones[i];

		if (z->type <= hz && mm_watermark_ok(m, z, 0, own_mark(z, WMARK_HIGH), hz, 0))
			return true;
	}
	return false;
}

/* Small guests begin where a chunk is reached at once. */
static unsigned int first_priority(const struct bs_machine *m, uint64_t wanted)
{
	const unsigned int pages = bits_of(evictable(m)), less = bits_of(wanted - 1) + 1;
	const unsigned int p = pages > less ? pages - less : 0;

	if (wanted < CHUNK)
		return LOWEST_PRIORITY;
	if (p < FIRST_PRIORITY_MIN)
		return FIRST_PRIORITY_MIN;
	return p < LOWEST_PRIORITY ? p : LOWEST_PRIORITY;
}

void bs_mm_kswapd(struct bs_machine *m, unsigned int cpu, unsigned int hz)
{
	unsigned int priority = LOWEST_PRIORITY;
	uint64_t wanted = 0;

	m->cpu = cpu;
	for (unsigned int i = 0; i < m->nr_zones; i++) {
		const uint64_t high = own_mark(&m->zones[i], WMARK_HIGH);

		if (m->zones[i].type <= hz)
			wanted += high > ENOUGH ? high : ENOUGH;
	}
	while (priority >= 1 && !is_one_above(m, hz)) {
		struct want w = {.hz = hz, .pages = wanted, .daemon = true};

		mm_lru_drain(m);
		if (priority == LOWEST_PRIORITY)
			priority = first_priority(m, wanted);
		shrink(m, priority, &w);
		if (w.got < wanted || !w.got)
			priority--;
	}
}

void bs_mm_kswapd_begin(struct bs_machine *m, unsigned int hz, uint64_t boosts[BS_MAX_ZONES])
{
	for (unsigned int i = 0; i < m->nr_zones; i++) {
		if (m->zones[i].type > hz)
			continue;
		boosts[i] = m->zones[i].boost;
		m->zones[i].flags |= ZONE_RECLAIM_ACTIVE;
	}
}

void bs_mm_kswapd_end(struct bs_machine *m, unsigned int hz, const uint64_t boosts[BS_MAX_ZONES])
{
	for (unsigned int i = 0; i < m->nr_zones; i++) {
		struct zone *z = &m->zones[i];

		if (z->type > hz)
			continue;
		z->flags &= ~(uint32_t)ZONE_RECLAIM_ACTIVE;
		z->boost -= z->boost < boosts[i] ? z->boost : boosts[i];
	}
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
	free_portion(m, order, portion);
	return portion;
}
