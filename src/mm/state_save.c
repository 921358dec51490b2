// SPDX-License-Identifier: GPL-2.0-or-later
/* state_save.c - a dump out of a guest. */
#include <buddysim/state.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pcp.h"
#include "state_fields.h"
#include "state_runs.h"

static int save_list(const struct bs_machine *m, const struct page_list *l, unsigned int order,
		     bool pcp, struct bs_state_list *out)
{
	for (bs_pfn p = l->first; p != BS_NO_PFN; p = bs_page(m, p, order)->next) {
		const struct page *page = bs_page(m, p, order);
		unsigned int mark = !!(page->flags & PG_REPORTED);

		if (pcp)
			mark = m->km.flush_type == KM_FLUSH_CACHED ? page->cached_type
								   : pageblock_type(m, p);
		if (bs_state_append(out, p, mark))
			return -ENOMEM;
	}
	return 0;
}

static int save_pcp(const struct bs_machine *m, const struct zone *z, unsigned int cpu,
		    struct bs_state_pcp *out)
{
	const struct per_cpu_pages *pcp = &z->pcp[cpu];

	*out = (struct bs_state_pcp){
		.cpu = cpu,
		.node = m->cpu_node[cpu],
		.count = pcp->count,
		.high = pcp->high,
		.batch = pcp->batch,
		.free_factor = pcp->free_factor,
		.expire = pcp->expire,
		.diff = cpu ? z->stat_diff[cpu] : 0,
	};
	if (m->km.pcp_free_rule == KM_FREE_AUTO) {
		out->high_min = pcp->high_min;
		out->high_max = pcp->high_max;
		out->alloc_factor = pcp->alloc_factor;
		out->flags = pcp->flags;
		out->free_count = pcp->free_count;
	}
	for (unsigned int i = 0; i < BS_STATE_PCP_LISTS; i++)
		if (save_list(m, &pcp->lists[i], pcp_index_order(m, i), true, &out->list[i]))
			return -ENOMEM;
	return 0;
}

/* Is the pageblock part of a large block that counts as movable? */
static bool is_large_lru(const struct bs_machine *m, bs_pfn pfn)
{
	for (unsigned int o = m->pbo; o <= m->max_order; o++) {
		const bs_pfn head = pfn & ~(((bs_pfn)1 << o) - 1);
		const struct page *p = &m->side[head >> m->pbo];

		if (p->flags & PG_ALLOCATED && p->flags & PG_LRU && p->order >= o)
			return true;
	}
	return false;
}

/* What is asked of a pageblock as a whole is asked once. */
struct lru_block {
	size_t i;
	bool large, fine;
};

static bool is_lru(const struct bs_machine *m, bs_pfn pfn, struct lru_block *b)
{
	const size_t i = pfn >> m->pbo;

	if (i != b->i)
		*b = (struct lru_block){i, is_large_lru(m, pfn), m->pb[i].fine};
	return b->large || (b->fine && m->mem_map[pfn].flags & PG_LRU);
}

static int save_lru(const struct bs_machine *m, const struct zone *z, struct bs_state_zone *out)
{
	struct lru_block b = {.i = SIZE_MAX};
	size_t cap = 0;

	for (bs_pfn pfn = z->start; pfn < z->end;) {
		bs_pfn end = pfn;

		while (end < z->end && is_lru(m, end, &b))
			end++;
		if (end == pfn) {
			/* Nothing that was never touched can be in use. */
			pfn = b.fine ? pfn + 1 : ((pfn >> m->pbo) + 1) << m->pbo;
			continue;
		}
		if (bs_state_add_lru(out, &cap, pfn, end - pfn))
			return -ENOMEM;
		pfn = end;
	}
	return 0;
}

static bool has_memory(const struct bs_machine *m, bs_pfn block)
{
	for (unsigned int i = 0; i < m->nr_ranges; i++)
		if (block < m->ranges[i].end && block + ((bs_pfn)1 << m->pbo) > m->ranges[i].start)
			return true;
	return false;
}

static int save_blocks(const struct bs_machine *m, const struct zone *z, struct bs_state_zone *out)
{
	const size_t first = z->start >> m->pbo, last = (z->end - 1) >> m->pbo;

	out->first_block = (bs_pfn)(first << m->pbo);
	out->nr_blocks = last - first + 1;
	out->block_type = malloc(out->nr_blocks);
	if (!out->block_type)
		return -ENOMEM;
	for (size_t i = first; i <= last; i++)
		out->block_type[i - first] =
			/* What went offline stays isolated. */
			m->pb[i].type == BS_MIGRATE_ISOLATE || has_memory(m, (bs_pfn)(i << m->pbo))
				? m->pb[i].type
				: BS_STATE_HOLE;
	if (!m->km.isolate_keeps_type || !z->nr_isolate_pageblock)
		return 0;
	out->block_stored = malloc(out->nr_blocks);
	if (!out->block_stored)
		return -ENOMEM;
	for (size_t i = first; i <= last; i++)
		out->block_stored[i - first] = m->pb[i].stored;
	return 0;
}

static int save_zone(const struct bs_machine *m, const struct zone *z, struct bs_state_zone *out)
{
	*out = (struct bs_state_zone){
		.type = z->type,
		.node = z->node,
		.start = z->start,
		.spanned = z->end - z->start,
		.present = (int64_t)z->present,
		.managed = (int64_t)z->managed,
		.min = (int64_t)z->mark[WMARK_MIN],
		.low = (int64_t)z->mark[WMARK_LOW],
		.high = (int64_t)z->mark[WMARK_HIGH],
		.boost = (int64_t)z->boost,
		.highatomic = z->nr_reserved_highatomic,
		.flags = z->flags,
		.vm_free = z->nr_free_pages,
		.vm_free_diff = z->stat_diff[0],
		.stat_threshold = z->stat_threshold,
		.nr_isolate = (int64_t)z->nr_isolate_pageblock,
		.nr_free_highatomic = m->km.wm_highatomic_free ? z->nr_free_highatomic : 0,
	};
	for (unsigned int i = 0; i < BS_NR_ZONE_TYPES; i++)
		out->lowmem_reserve[i] = (int64_t)z->lowmem_reserve[i];
	for (unsigned int o = 0; o < BS_NR_ORDERS; o++) {
		out->nr_free[o] = (int64_t)z->nr_free[o];
		for (unsigned int mt = 0; mt < BS_MIGRATE_TYPES; mt++)
			if (save_list(m, &z->area[o][mt], o, false, &out->area[o][mt]))
				return -ENOMEM;
	}
	out->pcp = calloc(m->nr_cpus, sizeof(*out->pcp));
	if (!out->pcp)
		return -ENOMEM;
	for (; out->nr_pcp < m->nr_cpus; out->nr_pcp++)
		if (save_pcp(m, z, out->nr_pcp, &out->pcp[out->nr_pcp])) {
			out->nr_pcp++;
			return -ENOMEM;
		}
	return save_blocks(m, z, out) ? -ENOMEM : save_lru(m, z, out);
}

static void save_zonelist(const struct bs_machine *m, const struct bs_state *s,
			  const struct zonelist *zl, struct bs_state_zonelist *out)
{
	for (unsigned int i = 0; i < zl->n; i++) {
		const struct zone *z = &m->zones[zl->zone[i]];

		out->zone[out->n++] = (uint16_t)(z->node * s->nr_zone_types + z->type);
	}
}

static void save_nodes(const struct bs_machine *m, struct bs_state *s)
{
	s->nr_distances = m->nr_nodes;
	memcpy(s->distance, m->node_distance, sizeof(s->distance));
	for (unsigned int n = 0; n < m->nr_nodes; n++) {
		save_zonelist(m, s, &m->zonelist[n][BS_NR_ZONE_TYPES - 1], &s->zonelist[n][0]);
		save_zonelist(m, s, &m->thisnode[n][BS_NR_ZONE_TYPES - 1], &s->zonelist[n][1]);
	}
}

int bs_state_of_machine(const struct bs_machine *m, struct bs_state **out, struct bs_error *err)
{
	struct bs_state *s;
	int ret = 0;

	if (strlen(m->kernel) >= sizeof(s->kernel))
		return bs_error_set(err, BS_USAGE, ENAMETOOLONG, "state", "change fewer behaviours",
				    "the kernel model's name does not fit into a dump");
	s = bs_state_new();
	if (!s)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, "state", NULL, "out of memory");
	snprintf(s->kernel, sizeof(s->kernel), "%s", m->kernel);
	snprintf(s->name, sizeof(s->name), "start");
	s->page_size = INT64_C(1) << m->page_shift;
	s->pageblock_order = m->pbo;
	s->nr_pcp_lists = m->thp ? 14 : 12;
	s->migratetypes = BS_MIGRATE_TYPES + m->km.cma;
	s->nr_zone_types = BS_NR_ZONE_TYPES;
	s->nr_cpus = m->nr_cpus;
	s->shuffle = m->shuffle;
	s->boost_factor = m->boost_factor;
	for (; s->nr_zones < m->nr_zones && !ret; s->nr_zones++)
		ret = save_zone(m, &m->zones[s->nr_zones], &s->zone[s->nr_zones]);
	if (m->nr_nodes > 1)
		save_nodes(m, s);
	if (ret) {
		bs_state_free(s);
		return bs_error_set(err, BS_RESOURCE, ENOMEM, "state", NULL, "out of memory");
	}
	*out = s;
	return 0;
}
