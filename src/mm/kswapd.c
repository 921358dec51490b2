// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kswapd.c - the daemons: kswapd, which reclaims until a zone is above its high mark, and kcompactd, which
 * compacts for those that it woke for (RULES.md, reclaim, compaction triggers). When they run, and how
 * long that takes, is somebody else's to say.
 */
#include "compaction.h"

#include "alloc_flags.h"
#include "watermark.h"

#define FIRST_PRIORITY_MIN 6
#define BOOSTED_PRIORITY_MIN 10

/* ---- kswapd ---------------------------------------------------------------------------------- */

static unsigned int bits_of(uint64_t v)
{
	return v ? 64 - (unsigned int)__builtin_clzll(v) : 0;
}

bool bs_mm_is_balanced(const struct bs_machine *m, unsigned int hz)
{
	for (unsigned int i = 0; i < m->nr_zones; i++) {
		const struct zone *z = &m->zones[i];

		if (z->type <= hz && mm_watermark_ok(m, z, 0, own_mark(z, WMARK_HIGH), hz, 0))
			return true;
	}
	return false;
}

/* Small guests with generations begin where a chunk is reached at once. */
static unsigned int first_priority(const struct bs_machine *m, uint64_t wanted)
{
	const unsigned int pages = bits_of(mm_reclaim_evictable(m)), less = bits_of(wanted - 1) + 1;
	const unsigned int p = pages > less ? pages - less : 0;

	if (wanted < RECLAIM_CHUNK || m->compaction->node_wide)
		return RECLAIM_LOWEST_PRIORITY;
	if (p < FIRST_PRIORITY_MIN)
		return FIRST_PRIORITY_MIN;
	return p < RECLAIM_LOWEST_PRIORITY ? p : RECLAIM_LOWEST_PRIORITY;
}

static uint64_t wanted_of(const struct bs_machine *m, unsigned int hz)
{
	uint64_t wanted = 0;

	for (unsigned int i = 0; i < m->nr_zones; i++) {
		const uint64_t high = own_mark(&m->zones[i], WMARK_HIGH);

		if (m->zones[i].type <= hz)
			wanted += high > RECLAIM_ENOUGH ? high : RECLAIM_ENOUGH;
	}
	return wanted;
}

void bs_mm_kswapd_starts(struct bs_machine *m, unsigned int hz, struct bs_mm_kswapd *k)
{
	uint64_t boosts = 0;

	*k = (struct bs_mm_kswapd){.hz = hz, .priority = RECLAIM_LOWEST_PRIORITY};
	bs_mm_kswapd_begin(m, hz, k->boosts);
	k->wanted = wanted_of(m, hz);
	for (unsigned int i = 0; i < m->nr_zones; i++)
		boosts += k->boosts[i];
	/* With generations such a run scans nothing. */
	if (m->compaction->node_wide && bs_mm_is_balanced(m, hz))
		k->boosted = boosts;
}

static bool boosted_round(struct bs_machine *m, struct bs_mm_kswapd *k)
{
	struct want w = {.hz = k->hz, .pages = k->wanted, .daemon = true};
	uint64_t got;

	if (k->got >= k->boosted)
		return false;
	mm_lru_drain(m);
	got = mm_reclaim_shrink(m, k->priority, &w);
	k->got += got;
	if (k->priority > BOOSTED_PRIORITY_MIN) {
		k->priority--;
		return true;
	}
	return got;
}

bool bs_mm_kswapd_round(struct bs_machine *m, unsigned int cpu, struct bs_mm_kswapd *k)
{
	struct want w = {.hz = k->hz, .pages = k->wanted, .daemon = true};

	m->cpu = cpu;
	if (k->boosted)
		return boosted_round(m, k);
	if (k->priority < 1 || bs_mm_is_balanced(m, k->hz))
		return false;
	mm_lru_drain(m);
	if (k->priority == RECLAIM_LOWEST_PRIORITY && !k->got)
		k->priority = first_priority(m, k->wanted);
	mm_reclaim_shrink(m, k->priority, &w);
	k->got += w.got;
	if (w.got < k->wanted || !w.got)
		k->priority--;
	return true;
}

bool bs_mm_kswapd_ends(struct bs_machine *m, const struct bs_mm_kswapd *k)
{
	bool boosted = false;

	for (unsigned int i = 0; i < m->nr_zones; i++)
		boosted |= m->zones[i].type <= k->hz && k->boosts[i];
	bs_mm_kswapd_end(m, k->hz, k->boosts);
	/* Going to sleep: scanners look everywhere again. */
	for (unsigned int i = 0; i < m->nr_zones; i++)
		if (m->zones[i].type <= k->hz && m->zones[i].managed)
			mm_compact_reset_skip(m, &m->zones[i]);
	return boosted;
}

void bs_mm_kswapd(struct bs_machine *m, unsigned int cpu, unsigned int hz)
{
	struct bs_mm_kswapd k = {.hz = hz, .priority = RECLAIM_LOWEST_PRIORITY};

	k.wanted = wanted_of(m, hz);
	while (bs_mm_kswapd_round(m, cpu, &k))
		;
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

uint64_t bs_mm_kswapd_asked(const struct bs_machine *m)
{
	return m->kswapd_wakes + m->slow_passes;
}

/* ---- kcompactd ------------------------------------------------------------------------------- */

/* A run over @z as kcompactd makes it. */
static void daemon_run(struct compact_run *r, struct bs_machine *m, struct zone *z,
		       unsigned int order)
{
	mm_compact_run_init(r, m, z, (int)order);
	r->mode = MODE_LIGHT;
	r->mt = BS_MIGRATE_UNMOVABLE;
	r->hz = z->type;
	r->flags = m->compaction->defrag_mode ? WMARK_HIGH : WMARK_MIN;
}

bool bs_mm_kcompactd_fit(struct bs_machine *m, unsigned int order, unsigned int hz)
{
	for (unsigned int i = 0; i < m->nr_zones; i++) {
		struct zone *z = &m->zones[i];
		struct compact_run r;

		if (z->type > hz || !z->managed)
			continue;
		daemon_run(&r, m, z, order);
		r.hz = hz;
		if (mm_compact_needed(m, &r) == COMPACT_CONTINUE)
			return true;
	}
	return false;
}

void bs_mm_kcompactd(struct bs_machine *m, unsigned int cpu, unsigned int order, unsigned int hz)
{
	struct compact_run before = {.order = WHOLE_ZONE};

	m->cpu = cpu;
	for (unsigned int i = 0; i < m->nr_zones; i++) {
		struct zone *z = &m->zones[i];
		enum compact_verdict v;
		struct compact_run r;

		if (z->type > hz || !z->managed || mm_compact_deferred(m, z, order))
			continue;
		daemon_run(&r, m, z, order);
		if (mm_compact_needed(m, &r) != COMPACT_CONTINUE)
			continue;
		/* One block of what a run knows for all zones. */
		if (before.order != WHOLE_ZONE) {
			r.search = before.search;
			r.search_failed = before.search_failed;
			r.whole = before.whole;
		}
		v = mm_compact_run(m, &r, true);
		before = r;
		if (v == COMPACT_SUCCESS)
			mm_compact_defer_over(m, z, order, false);
		else if (v == COMPACT_COMPLETE || v == COMPACT_PARTIAL)
			bs_mm_defer(m, i, order);
	}
}

void bs_mm_compact_proactive(struct bs_machine *m, unsigned int cpu)
{
	m->cpu = cpu;
	for (unsigned int i = 0; i < m->nr_zones; i++) {
		struct compact_run r;

		if (!m->zones[i].managed)
			continue;
		mm_compact_run_init(&r, m, &m->zones[i], WHOLE_ZONE);
		r.mode = MODE_LIGHT;
		r.whole = r.ignore_skip = r.proactive = true;
		mm_compact_run(m, &r, true);
	}
}

uint64_t bs_mm_huge_pages_free(const struct bs_machine *m)
{
	uint64_t n = 0;

	for (unsigned int i = 0; i < m->nr_zones; i++)
		n += bs_mm_block_pages(m, i);
	return n;
}
