/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pcp.h - per-cpu lists. Their list moves are inline: nearly every request is nothing else.
 *
 * The first node's prev is never read here and not kept up to date: taking the head thus touches
 * no other descriptor.
 */
#ifndef BS_MM_PCP_H
#define BS_MM_PCP_H

#include "free_area.h"
#include "zone.h"

#define NR_PCP_LISTS 14 /* 3 types x orders 0-3, THP not movable, THP movable */
#define PCP_BATCH_SCALE 5 /* CONFIG_PCP_BATCH_SCALE_MAX of Debian's kernels */

enum pcp_flag { PCP_PREV_FREE_HIGH_ORDER = 1, PCP_FREE_HIGH_BATCH = 2 };

/* What an order-0 hit touches comes first: one cache line. */
struct per_cpu_pages {
	int32_t count; /* base pages on all lists */
	int32_t high, high_min, high_max, batch;
	int16_t free_factor, free_count; /* of the rules factor, auto */
	uint8_t alloc_factor, flags, expire;
	uint16_t nonempty; /* bit per list */
	struct page_list lists[NR_PCP_LISTS];
};

static inline unsigned int pcp_index(const struct bs_machine *m, unsigned int order,
				     unsigned int mt)
{
	return order == m->thp_order ? 12 + (mt == BS_MIGRATE_MOVABLE) : 3 * order + mt;
}

static inline unsigned int pcp_index_order(const struct bs_machine *m, unsigned int index)
{
	return index >= 12 ? m->thp_order : index / 3;
}

static inline void pcp_push_head(struct bs_machine *m, struct per_cpu_pages *pcp,
				 unsigned int index, bs_pfn pfn, unsigned int order)
{
	struct page_list *l = &pcp->lists[index];
	struct page *p = bs_page(m, pfn, order);
	const bs_pfn first = l->first;

	p->next = first;
	p->order = (uint8_t)order;
	p->flags = PG_PCP;
	if (unlikely(first == BS_NO_PFN)) {
		l->last = pfn;
		pcp->nonempty |= (uint16_t)(1u << index);
	} else {
		bs_page(m, first, order)->prev = pfn;
	}
	l->first = pfn;
	pcp->count += 1 << order;
}

static inline void pcp_push_tail(struct bs_machine *m, struct per_cpu_pages *pcp,
				 unsigned int index, bs_pfn pfn, unsigned int order)
{
	struct page *p = bs_page(m, pfn, order);

	mm_list_add(m, &pcp->lists[index], pfn, order, true);
	p->order = (uint8_t)order;
	p->flags = PG_PCP;
	pcp->nonempty |= (uint16_t)(1u << index);
	pcp->count += 1 << order;
}

/* @pfn is the list's head. */
static inline void pcp_drop_head(struct bs_machine *m, struct per_cpu_pages *pcp,
				 unsigned int index, unsigned int order, bs_pfn pfn)
{
	struct page_list *l = &pcp->lists[index];

	l->first = bs_page(m, pfn, order)->next;
	if (unlikely(l->first == BS_NO_PFN)) {
		l->last = BS_NO_PFN;
		pcp->nonempty &= (uint16_t) ~(1u << index);
	}
	pcp->count -= 1 << order;
}

/* The list is not empty. */
static inline bs_pfn pcp_pop_head(struct bs_machine *m, struct per_cpu_pages *pcp,
				  unsigned int index, unsigned int order)
{
	const bs_pfn pfn = pcp->lists[index].first;

	pcp_drop_head(m, pcp, index, order, pfn);
	return pfn;
}

static inline bs_pfn pcp_pop_tail(struct bs_machine *m, struct per_cpu_pages *pcp,
				  unsigned int index, unsigned int order)
{
	struct page_list *l = &pcp->lists[index];
	const bs_pfn pfn = l->last;

	if (l->first == pfn) {
		*l = (struct page_list){BS_NO_PFN, BS_NO_PFN};
		pcp->nonempty &= (uint16_t) ~(1u << index);
	} else {
		l->last = bs_page(m, pfn, order)->prev;
		bs_page(m, l->last, order)->next = BS_NO_PFN;
	}
	pcp->count -= 1 << order;
	return pfn;
}

bs_pfn mm_pcp_alloc(struct bs_machine *m, struct zone *z, unsigned int order, unsigned int mt,
		    unsigned int flags);
/* The same, but the machine's policy is asked how many to fetch, and where there are none left. */
bs_pfn mm_pcp_alloc_asking(struct bs_machine *m, struct zone *z, unsigned int order,
			   unsigned int mt, unsigned int flags);
void mm_pcp_free(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int order);
/* Flush what a free that has just been pushed to list @index makes too many. */
void mm_pcp_trim(struct bs_machine *m, struct zone *z, struct per_cpu_pages *pcp,
		 unsigned int order, unsigned int index);
/* Take @n pages off them, from list 0 on; a large block goes whole. */
void mm_pcp_flush(struct bs_machine *m, struct zone *z, struct per_cpu_pages *pcp, int32_t n);
/* Empty the lists of @cpu, of all; what is freed counts in the delta of the CPU that does it. */
void mm_drain_zone(struct bs_machine *m, struct zone *z, unsigned int cpu);
void mm_drain_zone_all(struct bs_machine *m, struct zone *z);

/* Empty lists for every CPU, as before the sizes are known: each free goes through at once. */
int mm_pcp_create(struct bs_machine *m, struct zone *z, struct bs_error *err);
void mm_pcp_destroy(struct zone *z);
/* The sizes, once the marks are known, and again when they change: what is tuned keeps its `high`,
 * which is brought into its bounds when it is next used. */
void mm_pcp_setup(struct bs_machine *m, struct zone *z);
void mm_pcp_resize(struct bs_machine *m, struct zone *z);
/* Sizes of 0, batches of 1, all lists empty; and back to what they were. */
void mm_pcp_disable(struct bs_machine *m, struct zone *z);
void mm_pcp_enable(struct bs_machine *m, struct zone *z);

#endif
