// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * check.c - every law the allocator must keep, verified from the outside in: each list walked, each
 * pageblock that was ever used walked, and the two sums compared (RULES.md, counters).
 *
 * A block can be on two lists only if its links are not intact, and off its list only if the walk
 * over memory counts more blocks than the lists do: no marks are needed, and nothing is written.
 */
#include "pcp.h"
#include "policy_ask.h"

#include <errno.h>
#include <inttypes.h>

struct zone_sum {
	uint64_t free, isolate_lists, highatomic, pcp, allocated, isolated; /* pages */
	uint64_t free_blocks, pcp_blocks;
};

#define broken(err, ...) bs_error_set(err, BS_INVARIANT, EUCLEAN, "guest", NULL, __VA_ARGS__)

static bool aligned_in_zone(const struct zone *z, bs_pfn pfn, unsigned int order)
{
	const bs_pfn size = (bs_pfn)1 << order;

	return !(pfn & (size - 1)) && pfn >= z->start && pfn < z->end && size <= z->end - pfn;
}

/* ---- Lists ----------------------------------------------------------------------------------- */

/* Is a free block always on the list of its pageblock's type? A rule since 6.10, advice before. */
static bool lists_follow_pageblocks(const struct kernel_model *km)
{
	return km->free_big_per_pageblock && km->fallback == KM_CLAIM_STEAL &&
	       km->merge_guard == KM_GUARD_RETYPE && km->flush_type == KM_FLUSH_PAGEBLOCK;
}

static int check_free_block(const struct bs_machine *m, const struct zone *z, bs_pfn pfn,
			    unsigned int order, unsigned int mt, struct bs_error *err)
{
	const struct page *p;

	if (pfn >= m->max_pfn || !aligned_in_zone(z, pfn, order))
		return broken(err,
			      "page %u on list order %u type %u: misaligned or outside zone %u",
			      pfn, order, mt, z->index);
	p = bs_page(m, pfn, order);
	if ((p->flags & PG_STATE) != PG_BUDDY || p->order != order || p->zone != z->index)
		return broken(err,
			      "page %u on list order %u type %u is no free block of that order",
			      pfn, order, mt);
	if (p->list_type != mt)
		return broken(err, "page %u is on list type %u and remembers %u", pfn, mt,
			      p->list_type);
	if (lists_follow_pageblocks(&m->km))
		for (bs_pfn q = pfn; q < pfn + ((bs_pfn)1 << order); q += (bs_pfn)1 << m->pbo)
			if (pageblock_type(m, q) != mt)
				return broken(err,
					      "page %u is on list type %u in a pageblock of %u", q,
					      mt, pageblock_type(m, q));
	return 0;
}

static int check_free_list(const struct bs_machine *m, const struct zone *z, unsigned int order,
			   unsigned int mt, uint64_t *length, struct bs_error *err)
{
	const struct page_list *l = &z->area[order][mt];
	bs_pfn pfn = l->first, prev = BS_NO_PFN;
	int ret;

	for (; pfn != BS_NO_PFN; prev = pfn, pfn = bs_page(m, pfn, order)->next) {
		ret = check_free_block(m, z, pfn, order, mt, err);
		if (ret)
			return ret;
		if (bs_page(m, pfn, order)->prev != prev)
			return broken(err, "page %u: link back is %u, not %u", pfn,
				      bs_page(m, pfn, order)->prev, prev);
		++*length;
	}
	if (l->last != prev)
		return broken(err, "list order %u type %u of zone %u ends at %u, not %u", order, mt,
			      z->index, prev, l->last);
	if ((l->first != BS_NO_PFN) != (z->nonempty[mt] >> order & 1))
		return broken(err, "list order %u type %u of zone %u: its non-empty bit is wrong",
			      order, mt, z->index);
	return 0;
}

static int check_pcp_list(const struct bs_machine *m, const struct zone *z,
			  const struct per_cpu_pages *pcp, unsigned int index, struct zone_sum *sum,
			  uint64_t *pages, struct bs_error *err)
{
	const struct page_list *l = &pcp->lists[index];
	const unsigned int order = pcp_index_order(m, index);
	bs_pfn pfn = l->first, prev = BS_NO_PFN;

	if ((pfn != BS_NO_PFN) != (pcp->nonempty >> index & 1))
		return broken(err, "per-cpu list %u of zone %u: its non-empty bit is wrong", index,
			      z->index);
	for (; pfn != BS_NO_PFN; prev = pfn, pfn = bs_page(m, pfn, order)->next) {
		const struct page *p;

		if (order > m->max_order || pfn >= m->max_pfn || !aligned_in_zone(z, pfn, order))
			return broken(err, "page %u on per-cpu list %u: misaligned or outside zone",
				      pfn, index);
		p = bs_page(m, pfn, order);
		if ((p->flags & PG_STATE) != PG_PCP || p->order != order || p->zone != z->index)
			return broken(err, "page %u on per-cpu list %u is no per-cpu block", pfn,
				      index);
		if (prev != BS_NO_PFN && p->prev != prev)
			return broken(err, "page %u: link back is %u, not %u", pfn, p->prev, prev);
		*pages += UINT64_C(1) << order;
		sum->pcp_blocks++;
		/* The first node's link back says nothing, so a ring shows only by its length. */
		if ((int64_t)*pages > pcp->count)
			return broken(err, "per-cpu list %u of zone %u holds more than count %d",
				      index, z->index, pcp->count);
	}
	if (l->last != prev)
		return broken(err, "per-cpu list %u of zone %u ends at %u, not %u", index, z->index,
			      prev, l->last);
	return 0;
}

static int check_types(const struct zone *z, const uint64_t *pages, struct bs_error *err)
{
	for (unsigned int mt = 0; mt < BS_MIGRATE_TYPES; mt++)
		if (pages[mt] != z->free_of_type[mt])
			return broken(err,
				      "zone %u type %u: %" PRIu64 " pages are said to be free, "
				      "lists hold %" PRIu64,
				      z->index, mt, z->free_of_type[mt], pages[mt]);
	return 0;
}

static int check_zone_free(const struct bs_machine *m, const struct zone *z, struct zone_sum *sum,
			   struct bs_error *err)
{
	uint64_t pages[BS_MIGRATE_TYPES] = {0};

	for (unsigned int o = 0; o < BS_NR_ORDERS; o++) {
		uint64_t blocks = 0;

		for (unsigned int mt = 0; mt < BS_MIGRATE_TYPES; mt++) {
			uint64_t length = 0;
			const int ret = check_free_list(m, z, o, mt, &length, err);

			if (ret)
				return ret;
			blocks += length;
			pages[mt] += length << o;
			if (mt == BS_MIGRATE_ISOLATE)
				sum->isolate_lists += length << o;
			else
				sum->free += length << o;
			if (mt == BS_MIGRATE_HIGHATOMIC)
				sum->highatomic += length << o;
		}
		if (blocks != z->nr_free[o])
			return broken(err,
				      "zone %u order %u: nr_free %" PRIu64 ", lists hold %" PRIu64,
				      z->index, o, z->nr_free[o], blocks);
		sum->free_blocks += blocks;
	}
	return check_types(z, pages, err);
}

static int check_zone_pcp(const struct bs_machine *m, const struct zone *z, struct zone_sum *sum,
			  struct bs_error *err)
{
	for (unsigned int c = 0; c < m->nr_cpus; c++) {
		uint64_t pages = 0;

		for (unsigned int i = 0; i < NR_PCP_LISTS; i++) {
			const int ret = check_pcp_list(m, z, &z->pcp[c], i, sum, &pages, err);

			if (ret)
				return ret;
		}
		if ((int64_t)pages != z->pcp[c].count)
			return broken(err, "zone %u cpu %u: count %d, lists hold %" PRIu64 " pages",
				      z->index, c, z->pcp[c].count, pages);
		sum->pcp += pages;
	}
	return 0;
}

/* ---- Memory ---------------------------------------------------------------------------------- */

struct memory_walk {
	const struct bs_machine *m;
	struct zone_sum seen[BS_MAX_ZONES];
	struct bs_error *err;
};

static int visit(void *arg, bs_pfn pfn, unsigned int order, enum bs_page_state state)
{
	struct memory_walk *w = arg;
	const struct page *p = bs_page(w->m, pfn, order);
	struct zone_sum *sum;

	if (p->zone >= w->m->nr_zones || !aligned_in_zone(&w->m->zones[p->zone], pfn, order))
		return broken(w->err, "block %u order %u is misaligned or outside its zone", pfn,
			      order);
	if ((p->flags & PG_REPORTED) && state != BS_PAGE_FREE)
		return broken(w->err, "page %u is Reported and not free", pfn);
	sum = &w->seen[p->zone];
	switch (state) {
	case BS_PAGE_FREE:
		sum->free_blocks++;
		break;
	case BS_PAGE_PCP:
		sum->pcp_blocks++;
		break;
	case BS_PAGE_ALLOCATED:
		sum->allocated += UINT64_C(1) << order;
		break;
	default:
		sum->isolated += UINT64_C(1) << order;
	}
	return 0;
}

/* Inside a block no other may start, marks included. */
static int check_inside(const struct bs_machine *m, struct bs_error *err)
{
	bs_pfn busy_until = 0, head = 0;

	for (bs_pfn pfn = 0; pfn < m->max_pfn; pfn++) {
		const bool starts = !(pfn & (((bs_pfn)1 << m->pbo) - 1));
		const struct page *large = starts ? &m->side[pfn >> m->pbo] : NULL;
		const struct page *p = NULL;

		if (large && (large->flags & PG_STATE))
			p = large;
		if (m->pb[pfn >> m->pbo].fine) {
			const struct page *small = &m->mem_map[pfn];

			if ((small->flags & PG_STATE) && p)
				return broken(err, "page %u heads two blocks", pfn);
			if (small->flags & PG_STATE)
				p = small;
			if ((small->flags & PG_REPORTED) && !(small->flags & PG_BUDDY))
				return broken(err, "page %u is Reported and not free", pfn);
		} else if (!p) {
			pfn |= ((bs_pfn)1 << m->pbo) - 1;
			continue;
		}
		if (!p)
			continue;
		if (pfn < busy_until)
			return broken(err, "block at %u starts inside the block at %u", pfn, head);
		head = pfn;
		busy_until = pfn + ((bs_pfn)1 << p->order);
	}
	return 0;
}

/* ---- Sums ------------------------------------------------------------------------------------ */

static int check_sums(const struct bs_machine *m, const struct zone *z, const struct zone_sum *list,
		      const struct zone_sum *seen, struct bs_error *err)
{
	int64_t free = z->nr_free_pages;
	uint64_t total;

	for (unsigned int c = 0; c < m->nr_cpus; c++)
		free += z->stat_diff[c];
	if (free != (int64_t)list->free)
		return broken(err, "zone %u: NR_FREE_PAGES %" PRId64 ", lists hold %" PRIu64,
			      z->index, free, list->free);
	if (m->km.wm_highatomic_free && z->nr_free_highatomic != (int64_t)list->highatomic)
		return broken(err, "zone %u: nr_free_highatomic %" PRId64 ", lists hold %" PRIu64,
			      z->index, z->nr_free_highatomic, list->highatomic);
	if (list->free_blocks != seen->free_blocks || list->pcp_blocks != seen->pcp_blocks)
		return broken(err,
			      "zone %u: memory holds %" PRIu64 " free and %" PRIu64
			      " per-cpu blocks, lists %" PRIu64 " and %" PRIu64,
			      z->index, seen->free_blocks, seen->pcp_blocks, list->free_blocks,
			      list->pcp_blocks);
	if (seen->isolated != z->nr_isolated_pages)
		return broken(err, "zone %u: %" PRIu64 " pages isolated, %" PRIu64 " counted",
			      z->index, seen->isolated, z->nr_isolated_pages);
	total = list->free + list->isolate_lists + list->pcp + seen->allocated + seen->isolated +
		z->nr_foreign_pages;
	if (total != z->managed)
		return broken(err,
			      "zone %u: free + per-cpu + allocated + isolated = %" PRIu64
			      " pages of %" PRIu64 " managed",
			      z->index, total, z->managed);
	return 0;
}

/* What a policy said that could not be followed. */
static int check_policy(const struct bs_machine *m, struct bs_error *err)
{
	if (!m->policy || !m->policy->fault.text[0])
		return 0;
	if (err)
		*err = m->policy->fault;
	return -EUCLEAN;
}

int bs_machine_check(const struct bs_machine *m, struct bs_error *err)
{
	struct memory_walk walk = {.m = m, .err = err};
	struct zone_sum list[BS_MAX_ZONES] = {0};
	int ret = check_policy(m, err);

	for (unsigned int i = 0; i < m->nr_zones && !ret; i++) {
		ret = check_zone_free(m, &m->zones[i], &list[i], err);
		if (!ret)
			ret = check_zone_pcp(m, &m->zones[i], &list[i], err);
	}
	if (!ret)
		ret = check_inside(m, err);
	if (!ret)
		ret = bs_machine_walk(m, visit, &walk);
	for (unsigned int i = 0; i < m->nr_zones && !ret; i++)
		ret = check_sums(m, &m->zones[i], &list[i], &walk.seen[i], err);
	return ret;
}
