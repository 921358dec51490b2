// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pcp.c - the per-cpu lists: refill appends at the tail, a free pushes at the head, a flush takes
 * from the tail. How much moves at once is what kernel versions differ in most (RULES.md,
 * per-cpu lists, refill, flush).
 */
#include "pcp.h"

#include <errno.h>
#include <stdlib.h>

#include "alloc_flags.h"
#include "buddy.h"
#include "compiler.h"
#include "explain.h"
#include "fallback.h"
#include "policy_ask.h"
#include "watermark.h"

/* A CPU's share of its data caches: a hardware input. 2 MiB is what current servers have per core; it
 * decides nothing but how early a run of order-1..3 frees is flushed. */
#define CACHE_SLICE_BYTES (2 << 20)

/* Of a zone whose low mark is more than an eighth of it @lo is above @hi: what is below both goes up to @lo, and
 * comes down to @hi the next time (RULES.md, per-cpu lists). */
static int32_t clamp32(int32_t v, int32_t lo, int32_t hi)
{
	return v >= hi ? hi : v <= lo ? lo : v;
}

static int32_t max32(int32_t a, int32_t b)
{
	return a > b ? a : b;
}

static int32_t min32(int32_t a, int32_t b)
{
	return a < b ? a : b;
}

/* ---- Flushing (RULES.md, flush) -------------------------------------------------------------- */

static void flush_one(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int order)
{
	struct page *p = bs_page(m, pfn, order);
	unsigned int mt = p->cached_type;

	p->flags = 0;
	if (m->km.flush_type == KM_FLUSH_PAGEBLOCK || z->nr_isolate_pageblock)
		mt = pageblock_type(m, pfn);
	mm_free_one(m, z, pfn, order, mt, FPI_NONE, BS_FREE, NULL);
}

/* One list after the other with a growing quota, all pages collected first. Freeing while
 * collecting gives the same: nothing that is decided here reads buddy state. */
static void bulk_free_round_robin(struct bs_machine *m, struct zone *z, struct per_cpu_pages *pcp,
				  int32_t n)
{
	unsigned int mt = 0;
	int32_t quota = 0;

	while (n > 0) {
		do {
			quota++;
			mt = (mt + 1) % BS_PCPTYPES;
		} while (!(pcp->nonempty >> mt & 1));
		if (quota == BS_PCPTYPES)
			quota = n;
		do {
			flush_one(m, z, pcp_pop_tail(m, pcp, mt, 0), 0);
			n--;
			quota--;
		} while (n && quota && (pcp->nonempty >> mt & 1));
	}
}

#define FLUSH_AHEAD 3

/* One step from the list's tail towards its head: where a page that is flushed soon may merge. */
static inline bs_pfn look_ahead(const struct bs_machine *m, const struct page_list *l, bs_pfn pfn)
{
	/* Its own line has been read not long ago, and holds the buddies of order 0 and 1. */
	bs_prefetch(&m->mem_map[pfn ^ 4]);
	return pfn == l->first ? pfn : m->mem_map[pfn].prev;
}

/* Where the page's buddy, if it is free, is on its list. */
static inline void look_beside(const struct bs_machine *m, bs_pfn pfn)
{
	const struct page *b = &m->mem_map[pfn < m->max_pfn ? pfn ^ 1 : 0];

	if (!(b->flags & PG_BUDDY) || b->order)
		return;
	if (b->next != BS_NO_PFN)
		bs_prefetch(&m->mem_map[b->next]);
	if (b->prev != BS_NO_PFN)
		bs_prefetch(&m->mem_map[b->prev]);
}

static void flush_pages(struct bs_machine *m, struct zone *z, struct per_cpu_pages *pcp, int32_t *n,
			unsigned int index)
{
	const struct page_list *l = &pcp->lists[index];
	bs_pfn ahead = l->last;

	for (unsigned int i = 0; i < FLUSH_AHEAD; i++)
		ahead = look_ahead(m, l, ahead);
	for (; *n > 0 && (pcp->nonempty >> index & 1); --*n) {
		ahead = look_ahead(m, l, ahead);
		look_beside(m, m->mem_map[l->last].prev);
		flush_one(m, z, pcp_pop_tail(m, pcp, index, 0), 0);
	}
}

static void bulk_free_from(struct bs_machine *m, struct zone *z, struct per_cpu_pages *pcp,
			   int32_t n, unsigned int start)
{
	const unsigned int nr_lists = m->thp ? NR_PCP_LISTS : 12;
	unsigned int i = start;

	while (n > 0) {
		unsigned int order;

		while (!(pcp->nonempty >> i & 1))
			i = i + 1 >= nr_lists ? 0 : i + 1;
		order = pcp_index_order(m, i);
		if (!order)
			flush_pages(m, z, pcp, &n, i);
		while (n > 0 && (pcp->nonempty >> i & 1)) {
			flush_one(m, z, pcp_pop_tail(m, pcp, i, order), order);
			n -= 1 << order;
		}
	}
}

/* There is nothing to choose. */
static void flush_only(struct bs_machine *m, struct zone *z, struct per_cpu_pages *pcp)
{
	struct page_list *l = &pcp->lists[__builtin_ctz(pcp->nonempty)];
	const bs_pfn pfn = l->first;

	*l = (struct page_list){BS_NO_PFN, BS_NO_PFN};
	pcp->nonempty = 0;
	pcp->count = 0;
	flush_one(m, z, pfn, 0);
}

static void bulk_free(struct bs_machine *m, struct zone *z, struct per_cpu_pages *pcp, int32_t n,
		      unsigned int start)
{
	n = min32(pcp->count, n);
	if (n <= 0)
		return;
	m->counters.pcp_flushes++;
	mm_explain(m, "flush %d of %d pages, first from list %u", n, pcp->count, start);
	/* Whose every step is told takes the long way, with which this one is compared (test_mm_random). */
	if (pcp->count == 1 && likely(!m->explain))
		flush_only(m, z, pcp);
	else if (m->km.pcp_flush == KM_FLUSH_ROUND_ROBIN)
		bulk_free_round_robin(m, z, pcp, n);
	else
		bulk_free_from(m, z, pcp, n, start);
}

/* Batch by batch, each from list @start on, and each charged what it should have taken: a large
 * block leaves whole, so that more than @n pages may go. */
static void flush_chunks(struct bs_machine *m, struct zone *z, struct per_cpu_pages *pcp, int32_t n,
			 unsigned int start)
{
	for (; n > 0 && pcp->count > 0; n -= pcp->batch)
		bulk_free(m, z, pcp, min32(n, pcp->batch), start);
}

void mm_pcp_flush(struct bs_machine *m, struct zone *z, struct per_cpu_pages *pcp, int32_t n)
{
	bulk_free(m, z, pcp, n, 0);
}

void mm_drain_zone(struct bs_machine *m, struct zone *z, unsigned int cpu)
{
	struct per_cpu_pages *pcp = &z->pcp[cpu];

	while (pcp->count > 0)
		bulk_free(m, z, pcp,
			  m->km.pcp_flush == KM_FLUSH_ROUND_ROBIN ? pcp->count
								  : pcp->batch << PCP_BATCH_SCALE,
			  0);
}

/* ---- How much a free flushes ----------------------------------------------------------------- */

static void flush_by_factor(struct bs_machine *m, struct zone *z, struct per_cpu_pages *pcp,
			    unsigned int order, unsigned int index)
{
	const bool free_high = pcp->free_factor && order >= 1 && order <= 3;
	int32_t h, n;

	if (!pcp->high || free_high)
		h = 0;
	else if (z->flags & ZONE_RECLAIM_ACTIVE)
		h = min32(pcp->batch << 2, pcp->high);
	else
		h = pcp->high;
	if (pcp->count < h)
		return;
	if (free_high) {
		n = pcp->count;
	} else if (h < pcp->batch) {
		n = 1;
	} else {
		n = pcp->batch << pcp->free_factor;
		if (n < h - pcp->batch && pcp->free_factor < PCP_BATCH_SCALE)
			pcp->free_factor++;
		n = min32(max32(n, pcp->batch), h - pcp->batch);
	}
	bulk_free(m, z, pcp, n, index);
}

/* How many pages the lists may hold right now; moves `high` on the way. */
static int32_t tuned_limit(struct zone *z, struct per_cpu_pages *pcp, bool free_high)
{
	const int32_t h = pcp->high = clamp32(pcp->high, pcp->high_min, pcp->high_max);
	const int32_t shrink = max32(pcp->free_count, pcp->batch);

	if (!h)
		return 0;
	if (free_high) {
		pcp->high = max32(h - (pcp->batch << PCP_BATCH_SCALE), pcp->high_min);
		return 0;
	}
	if (z->flags & ZONE_RECLAIM_ACTIVE) {
		pcp->high = max32(h - shrink, pcp->high_min);
		return min32(pcp->batch << 2, pcp->high);
	}
	if (pcp->high_min == pcp->high_max)
		return h;
	if (z->flags & ZONE_BELOW_HIGH) {
		pcp->high = max32(h - shrink, pcp->high_min);
		return max32(pcp->count, pcp->high_min);
	}
	if (pcp->count >= h && pcp->high < pcp->free_count + pcp->batch)
		pcp->high = clamp32(pcp->free_count + pcp->batch, pcp->high_min, pcp->high_max);
	return h;
}

static void flush_tuned(struct bs_machine *m, struct zone *z, struct per_cpu_pages *pcp,
			unsigned int order, unsigned int index)
{
	bool free_high = false;
	int32_t limit, n;

	if (order >= 1 && order <= 3) {
		free_high =
			(pcp->flags & PCP_PREV_FREE_HIGH_ORDER) &&
			pcp->free_count >=
				pcp->batch + (m->km.free_high_min_half ? pcp->high_min / 2 : 0) &&
			(!(pcp->flags & PCP_FREE_HIGH_BATCH) || pcp->count >= pcp->batch);
		pcp->flags |= PCP_PREV_FREE_HIGH_ORDER;
	} else {
		pcp->flags &= (uint8_t)~PCP_PREV_FREE_HIGH_ORDER;
	}
	if (pcp->free_count < pcp->batch << PCP_BATCH_SCALE)
		pcp->free_count = (int16_t)(pcp->free_count + (1 << order));
	limit = tuned_limit(z, pcp, free_high);
	if (pcp->count < limit)
		return;
	if (free_high)
		n = min32(pcp->count, pcp->batch << PCP_BATCH_SCALE);
	else if (limit < pcp->batch)
		n = 1;
	else
		n = clamp32(pcp->free_count, pcp->batch, limit - pcp->batch);
	if (m->km.flush_in_batches)
		flush_chunks(m, z, pcp, n, index);
	else
		bulk_free(m, z, pcp, n, index);
	if ((z->flags & ZONE_BELOW_HIGH) &&
	    mm_watermark_ok(m, z, 0, z->mark[WMARK_HIGH] + z->boost, BS_ZONE_MOVABLE, 0))
		z->flags &= (uint32_t)~ZONE_BELOW_HIGH;
}

void mm_pcp_trim(struct bs_machine *m, struct zone *z, struct per_cpu_pages *pcp,
		 unsigned int order, unsigned int index)
{
	switch (m->km.pcp_free_rule) {
	case KM_FREE_BATCH:
		if (pcp->count >= pcp->high)
			bulk_free(m, z, pcp, pcp->batch, 0);
		break;
	case KM_FREE_FACTOR:
		flush_by_factor(m, z, pcp, order, index);
		break;
	default:
		flush_tuned(m, z, pcp, order, index);
	}
}

void mm_pcp_free(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int order)
{
	struct per_cpu_pages *pcp = &z->pcp[m->cpu];
	const unsigned int mt = pageblock_type(m, pfn);
	unsigned int index;

	if (unlikely(mt == BS_MIGRATE_ISOLATE)) {
		if (!m->km.pgfree_counts_isolate)
			m->pgfree_other -= INT64_C(1) << order;
		mm_free_block(m, z, pfn, order, FPI_NONE, BS_FREE);
		return;
	}
	/* Reserved pages lie among the movable ones, but remember where they belong. */
	bs_page(m, pfn, order)->cached_type = mt & 0xf;
	index = pcp_index(m, order, mt >= BS_PCPTYPES ? BS_MIGRATE_MOVABLE : mt);
	if (m->km.pcp_free_rule == KM_FREE_AUTO)
		pcp->alloc_factor >>= 1;
	pcp_push_head(m, pcp, index, pfn, order);
	mm_explain(m, "%u goes to the head of per-cpu list %u; %d pages there, high %d", pfn, index,
		   pcp->count, pcp->high);
	mm_pcp_trim(m, z, pcp, order, index);
}

/* ---- Allocating and refilling (RULES.md, refill) --------------------------------------------- */

static int32_t tuned_refill(struct zone *z, struct per_cpu_pages *pcp, unsigned int order)
{
	int32_t h = pcp->high = clamp32(pcp->high, pcp->high_min, pcp->high_max), b, room;

	if (h < pcp->batch)
		return 1;
	b = order ? pcp->batch : pcp->batch << pcp->alloc_factor;
	if (pcp->high_min != pcp->high_max && !(z->flags & ZONE_BELOW_HIGH))
		h = pcp->high = min32(h + b, pcp->high_max);
	if (!order) {
		room = max32(h - pcp->count - pcp->batch, pcp->batch);
		if (b <= room && pcp->alloc_factor < PCP_BATCH_SCALE)
			pcp->alloc_factor++;
		b = min32(b, room);
	}
	return b;
}

/* The list is empty: the first block that comes is handed out, the others go to it. BS_NO_PFN: none comes.
 * @asks: how many, and from whom, is the policy's to say. */
static inline __attribute__((always_inline)) bs_pfn
refill(struct bs_machine *m, struct zone *z, struct per_cpu_pages *pcp, unsigned int index,
       unsigned int order, unsigned int mt, unsigned int flags, bool asks)
{
	enum rmqueue_mode mode = RMQUEUE_NORMAL;
	int32_t want = pcp->batch, got = 0;
	bs_pfn first = BS_NO_PFN;

	if (m->km.pcp_free_rule == KM_FREE_AUTO)
		want = tuned_refill(z, pcp, order);
	if (m->km.pcp_orders != KM_PCP_ORDER0 && want > 1)
		want = max32(want >> order, 2);
	if (asks)
		want = mm_policy_refill(m, z, order, mt, flags & ALLOC_NOFRAGMENT, want);
	for (; got < want; got++) {
		const bs_pfn pfn = asks ? mm_rmqueue_asking(m, z, order, mt, flags, &mode)
					: mm_rmqueue_buddy(m, z, order, mt, flags, &mode);

		if (pfn == BS_NO_PFN)
			break;
		if (!got)
			first = pfn;
		else
			pcp_push_tail(m, pcp, index, pfn, order);
	}
	m->counters.pcp_refills++;
	mm_explain(m, "refill of list %u: %d of %d blocks", index, got, want);
	if (!m->km.stat_per_removal)
		mm_mod_free_pages(m, z, -((int64_t)got << order));
	return first;
}

static inline __attribute__((always_inline)) bs_pfn pcp_alloc(struct bs_machine *m, struct zone *z,
							      unsigned int order, unsigned int mt,
							      unsigned int flags, bool asks)
{
	struct per_cpu_pages *pcp = &z->pcp[m->cpu];
	const unsigned int index = pcp_index(m, order, mt);

	/* Every attempt halves these, hit or miss. */
	pcp->free_factor >>= 1;
	pcp->free_count >>= 1;
	mm_explain(m, "per-cpu list %u: %s", index,
		   pcp->lists[index].first == BS_NO_PFN ? "empty" : "its head");
	if (unlikely(pcp->lists[index].first == BS_NO_PFN)) {
		if (unlikely(flags & ALLOC_HIGHATOMIC) && !m->km.highatomic_refills) {
			/* How much would come is computed all the same, and moves `high`. */
			tuned_refill(z, pcp, order);
			return BS_NO_PFN;
		}
		return refill(m, z, pcp, index, order, mt, flags, asks);
	}
	return pcp_pop_head(m, pcp, index, order);
}

bs_pfn mm_pcp_alloc(struct bs_machine *m, struct zone *z, unsigned int order, unsigned int mt,
		    unsigned int flags)
{
	return pcp_alloc(m, z, order, mt, flags, false);
}

__attribute__((noinline, cold)) bs_pfn mm_pcp_alloc_asking(struct bs_machine *m, struct zone *z,
							   unsigned int order, unsigned int mt,
							   unsigned int flags)
{
	return pcp_alloc(m, z, order, mt, flags, true);
}

void mm_drain_zone_all(struct bs_machine *m, struct zone *z)
{
	for (unsigned int c = 0; c < m->nr_cpus; c++)
		mm_drain_zone(m, z, c);
}

void bs_drain_pages(struct bs_machine *m, unsigned int cpu)
{
	/* One CPU empties its own lists; those of all are emptied by whoever asks. */
	if (cpu != BS_ALL_CPUS)
		m->cpu = cpu;
	for (unsigned int c = 0; c < m->nr_cpus; c++)
		for (unsigned int i = 0; i < m->nr_zones; i++)
			if (cpu == BS_ALL_CPUS || c == cpu)
				mm_drain_zone(m, &m->zones[i], c);
}

/* ---- Sizes (RULES.md, per-cpu lists) --------------------------------------------------------- */

static int32_t zone_batchsize(const struct bs_machine *m, const struct zone *z)
{
	const uint64_t most = (UINT64_C(1) << 20) >> m->page_shift;
	uint64_t b = z->managed / 1024 < most ? z->managed / 1024 : most;

	b /= 4;
	if (b < 1)
		b = 1;
	b += b / 2;
	return (int32_t)((UINT64_C(1) << (63 - __builtin_clzll(b))) - 1);
}

int mm_pcp_create(struct bs_machine *m, struct zone *z, struct bs_error *err)
{
	z->pcp = calloc(m->nr_cpus, sizeof(*z->pcp));
	z->stat_diff = calloc(m->nr_cpus, sizeof(*z->stat_diff));
	if (!z->pcp || !z->stat_diff)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, "guest", NULL, "zones");
	for (unsigned int c = 0; c < m->nr_cpus; c++) {
		z->pcp[c].batch = 1;
		for (unsigned int k = 0; k < NR_PCP_LISTS; k++)
			z->pcp[c].lists[k] = (struct page_list){BS_NO_PFN, BS_NO_PFN};
	}
	return 0;
}

void mm_pcp_destroy(struct zone *z)
{
	free(z->pcp);
	free(z->stat_diff);
}

static void set_sizes(struct bs_machine *m, struct zone *z, int32_t high_min, int32_t high_max,
		      int32_t batch)
{
	for (unsigned int c = 0; c < m->nr_cpus; c++) {
		struct per_cpu_pages *pcp = &z->pcp[c];

		pcp->batch = batch;
		if (m->km.pcp_high_rule != KM_HIGH_TUNED) {
			pcp->high = high_min;
			continue;
		}
		pcp->high_min = high_min;
		pcp->high_max = high_max;
	}
}

void mm_pcp_resize(struct bs_machine *m, struct zone *z)
{
	const int32_t zb = zone_batchsize(m, z);
	int32_t batch = max32(zb, 1), most;
	unsigned int cpus = 0;
	int64_t high;

	for (unsigned int c = 0; c < m->nr_cpus; c++)
		cpus += m->cpu_node[c] == z->node;
	if (!cpus)
		cpus = m->nr_cpus;
	if (m->km.pcp_high_rule == KM_HIGH_6_BATCHES)
		high = 6 * (int64_t)zb;
	else
		high = max32((int32_t)((z->mark[WMARK_LOW] + z->boost) / cpus), 4 * batch);
	most = max32((int32_t)(z->managed / 8 / cpus), 4 * batch);
	mm_policy_pcp_size(m, z, &high, &most, &batch);
	set_sizes(m, z, (int32_t)high, most, batch);
}

void mm_pcp_setup(struct bs_machine *m, struct zone *z)
{
	mm_pcp_resize(m, z);
	if (m->km.pcp_high_rule != KM_HIGH_TUNED)
		return;
	for (unsigned int c = 0; c < m->nr_cpus; c++)
		if (CACHE_SLICE_BYTES >> m->page_shift > 3 * z->pcp[c].batch)
			z->pcp[c].flags |= PCP_FREE_HIGH_BATCH;
}

void mm_pcp_disable(struct bs_machine *m, struct zone *z)
{
	const struct per_cpu_pages *pcp = &z->pcp[0];

	z->kept_high_min = m->km.pcp_high_rule == KM_HIGH_TUNED ? pcp->high_min : pcp->high;
	z->kept_high_max = pcp->high_max;
	z->kept_batch = pcp->batch;
	set_sizes(m, z, 0, 0, 1);
	mm_drain_zone_all(m, z);
}

void mm_pcp_enable(struct bs_machine *m, struct zone *z)
{
	set_sizes(m, z, z->kept_high_min, z->kept_high_max, z->kept_batch);
}

void bs_zone_set_pcp(struct bs_machine *m, unsigned int zone, unsigned int high, unsigned int batch)
{
	for (unsigned int c = 0; c < m->nr_cpus; c++) {
		struct per_cpu_pages *pcp = &m->zones[zone].pcp[c];

		pcp->high = pcp->high_min = pcp->high_max = (int32_t)high;
		pcp->batch = batch ? (int32_t)batch : 1;
	}
}
