// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * state_load.c - a guest out of a dump.
 *
 * A dump says which pages are free or on per-cpu lists; the others are somebody's, in blocks that
 * it does not know. They stay without a descriptor until they are freed (bs_machine_adopt()).
 */
#include <buddysim/state.h>

#include <errno.h>

#include "free_area.h"
#include "pcp.h"
#include "state_compact.h"

#define MAX_RANGES 256

/* ---- A guest from a dump --------------------------------------------------------------------- */

static void load_figures(struct bs_machine *m, struct zone *z, const struct bs_state_zone *s)
{
	z->present = (uint64_t)(s->present ? s->present : s->spanned);
	z->managed = (uint64_t)s->managed;
	z->mark[WMARK_MIN] = (uint64_t)s->min;
	z->mark[WMARK_LOW] = (uint64_t)s->low;
	z->mark[WMARK_HIGH] = (uint64_t)s->high;
	z->boost = (uint64_t)s->boost;
	z->flags = (uint32_t)s->flags;
	for (unsigned int i = 0; i < BS_NR_ZONE_TYPES; i++)
		z->lowmem_reserve[i] = (uint64_t)s->lowmem_reserve[i];
	z->nr_free_pages = s->vm_free;
	z->nr_reserved_highatomic = s->highatomic;
	z->nr_isolate_pageblock = (uint64_t)s->nr_isolate;
	z->stat_threshold = (int32_t)s->stat_threshold;
	z->stat_diff[0] = (int8_t)s->vm_free_diff;
	for (size_t i = 0; i < s->nr_blocks; i++)
		if (s->block_type[i] != BS_STATE_HOLE)
			m->pb[(s->first_block >> m->pbo) + i].type = s->block_type[i];
	for (size_t i = 0; i < s->nr_blocks; i++)
		m->pb[(s->first_block >> m->pbo) + i].stored =
			s->block_stored ? s->block_stored[i] : BS_MIGRATE_MOVABLE;
}

static int64_t load_free(struct bs_machine *m, struct zone *z, const struct bs_state_zone *s)
{
	int64_t pages = 0;

	z->nr_free_highatomic = 0;
	for (unsigned int o = 0; o < BS_NR_ORDERS; o++)
		for (unsigned int mt = 0; mt < BS_MIGRATE_TYPES; mt++) {
			const struct bs_state_list *l = &s->area[o][mt];

			for (uint32_t i = 0; i < l->n; i++) {
				mm_add_to_free_list(m, z, l->pfn[i], o, mt, true);
				if (l->mark[i])
					bs_page(m, l->pfn[i], o)->flags |= PG_REPORTED;
			}
			pages += (int64_t)l->n << o;
			if (mt == BS_MIGRATE_HIGHATOMIC)
				z->nr_free_highatomic += (int64_t)l->n << o;
		}
	return pages;
}

static void load_pcp_list(struct bs_machine *m, struct zone *z, struct per_cpu_pages *pcp,
			  unsigned int index, const struct bs_state_list *l)
{
	const unsigned int order = pcp_index_order(m, index);

	for (uint32_t i = 0; i < l->n; i++) {
		struct page *p = bs_page(m, l->pfn[i], order);

		pcp_push_tail(m, pcp, index, l->pfn[i], order);
		p->cached_type = l->mark[i] & 0xf;
		p->zone = z->index;
		if (order < m->pbo)
			m->pb[l->pfn[i] >> m->pbo].fine = true;
	}
}

static int load_pcp(struct bs_machine *m, struct zone *z, const struct bs_state_pcp *s,
		    struct bs_error *err)
{
	struct per_cpu_pages *pcp = &z->pcp[s->cpu];
	const unsigned int lists = m->thp ? NR_PCP_LISTS : 12;

	if (pcp->count)
		return bs_error_set(err, BS_INPUT, 0, "state", NULL,
				    "per-cpu lists of cpu %d twice", (int)s->cpu);
	pcp->high = (int32_t)s->high;
	pcp->batch = (int32_t)s->batch;
	pcp->free_factor = (int16_t)s->free_factor;
	pcp->high_min = (int32_t)s->high_min;
	pcp->high_max = (int32_t)s->high_max;
	pcp->alloc_factor = (uint8_t)s->alloc_factor;
	pcp->flags = (uint8_t)s->flags;
	pcp->free_count = (int16_t)s->free_count;
	pcp->expire = (uint8_t)s->expire;
	if (s->diff)
		z->stat_diff[s->cpu] = (int8_t)s->diff;
	for (unsigned int i = 0; i < BS_STATE_PCP_LISTS; i++) {
		if (s->list[i].n && (i >= lists || !(m->pcp_orders >> pcp_index_order(m, i) & 1)))
			return bs_error_set(err, BS_INPUT, 0, m->kernel,
					    "choose the kernel model that the dump is of",
					    "this kernel has no per-cpu list %u", i);
		load_pcp_list(m, z, pcp, i, &s->list[i]);
	}
	return 0;
}

/* What other CPUs have on their lists is not in a dump, but their sizes are those of the CPU that
 * is: all CPUs of a node share a zone alike. */
static void size_foreign_pcp(struct bs_machine *m, struct zone *z, const struct bs_state_zone *s)
{
	uint64_t dumped = 0;

	if (!s->nr_pcp)
		return;
	for (unsigned int i = 0; i < s->nr_pcp; i++)
		if (s->pcp[i].cpu < 64)
			dumped |= UINT64_C(1) << s->pcp[i].cpu;
	for (unsigned int cpu = 0; cpu < m->nr_cpus; cpu++) {
		const struct per_cpu_pages *from = &z->pcp[s->pcp[0].cpu];
		struct per_cpu_pages *pcp = &z->pcp[cpu];

		if (cpu < 64 && dumped >> cpu & 1)
			continue;
		pcp->batch = from->batch;
		pcp->high_min = from->high_min;
		pcp->high_max = from->high_max;
		/* Where it is tuned it starts at its minimum. */
		pcp->high = m->km.pcp_free_rule == KM_FREE_AUTO ? from->high_min : from->high;
	}
}

static void load_lru(struct bs_machine *m, const struct bs_state_zone *s)
{
	for (size_t i = 0; i < s->nr_lru; i++)
		for (bs_pfn p = s->lru[i].first; p < s->lru[i].first + s->lru[i].count; p++) {
			m->mem_map[p].flags |= PG_LRU;
			m->pb[p >> m->pbo].fine = true;
		}
}

static int load_zone(struct bs_machine *m, struct zone *z, const struct bs_state_zone *s,
		     struct bs_error *err)
{
	int64_t pages = 0;

	load_figures(m, z, s);
	load_lru(m, s);
	pages = load_free(m, z, s);
	for (unsigned int i = 0; i < s->nr_pcp; i++) {
		int ret = load_pcp(m, z, &s->pcp[i], err);

		if (ret)
			return ret;
		pages += s->pcp[i].count;
	}
	size_foreign_pcp(m, z, s);
	/* On a machine of several CPUs the other per-cpu lists are in here too. */
	z->nr_foreign_pages = s->managed > pages ? (uint64_t)(s->managed - pages) : 0;
	return 0;
}

/* The memory of a zone: what it spans, but for the pageblocks that are known to be holes. Smaller
 * holes are not in a dump. Appends at most @max ranges; returns how many there are then. */
static unsigned int zone_ranges(const struct bs_state *s, const struct bs_state_zone *z,
				struct bs_mem_range *ranges, unsigned int n, unsigned int max)
{
	const int64_t size = INT64_C(1) << s->pageblock_order;
	bool in_range = false;

	for (size_t i = 0; i < z->nr_blocks; i++) {
		int64_t start = z->first_block + (int64_t)i * size, end = start + size;

		start = start > z->start ? start : z->start;
		end = end < z->start + z->spanned ? end : z->start + z->spanned;
		if (z->block_type[i] == BS_STATE_HOLE) {
			in_range = false;
			continue;
		}
		if (!in_range && n == max)
			return max + 1;
		if (!in_range)
			ranges[n++] = (struct bs_mem_range){.start = (bs_pfn)start,
							    .node = (uint8_t)z->node};
		ranges[n - 1].end = (bs_pfn)end;
		in_range = true;
	}
	return n;
}

static int create(const struct bs_state *s, const char *kernel, unsigned int nr_cpus,
		  struct bs_machine **mp, struct bs_error *err)
{
	struct bs_mem_range ranges[MAX_RANGES] = {0};
	struct bs_zone_range zones[BS_MAX_ZONES];
	const struct bs_state_zone *ascending[BS_MAX_ZONES];
	uint8_t cpu_node[BS_MAX_CPUS] = {0};
	struct bs_machine_config cfg = {
		.kernel = kernel,
		.ranges = ranges,
		.zones = zones,
		.nr_zones = s->nr_zones,
		.nr_cpus = nr_cpus,
		.cpu_node = cpu_node,
		.distance = s->nr_distances ? s->distance : NULL,
		.machine = bs_state_machine(s),
		.pageblock_order = (unsigned int)s->pageblock_order,
		.no_thp = s->nr_pcp_lists == 12,
		.no_boot = true,
		.counter_drift = true,
	};

	for (unsigned int i = 0, k; i < s->nr_zones; i++) {
		const struct bs_state_zone *z = &s->zone[i];

		zones[i] = (struct bs_zone_range){.node = (uint8_t)z->node,
						  .type = (uint8_t)z->type,
						  .start = (bs_pfn)z->start,
						  .spanned = (bs_pfn)z->spanned};
		for (k = i; k && ascending[k - 1]->start > z->start; k--)
			ascending[k] = ascending[k - 1];
		ascending[k] = z;
	}
	for (unsigned int i = 0; i < s->nr_zones && cfg.nr_ranges <= MAX_RANGES; i++)
		cfg.nr_ranges = zone_ranges(s, ascending[i], ranges, cfg.nr_ranges, MAX_RANGES);
	for (unsigned int i = 0; i < s->nr_zones; i++)
		for (unsigned int k = 0; k < s->zone[i].nr_pcp; k++)
			cpu_node[s->zone[i].pcp[k].cpu] = (uint8_t)s->zone[i].pcp[k].node;
	if (cfg.nr_ranges > MAX_RANGES)
		return bs_error_set(err, BS_INPUT, 0, s->name, NULL, "more than %d holes",
				    MAX_RANGES);
	return bs_machine_create(&cfg, mp, err);
}

/* As many CPUs as the dump says, and as its per-cpu lines name. */
static int count_cpus(const struct bs_state *s, unsigned int *nr_cpus, struct bs_error *err)
{
	int64_t n = s->nr_cpus > 0 ? s->nr_cpus : 1;

	for (unsigned int i = 0; i < s->nr_zones; i++) {
		for (unsigned int k = 0; k < s->zone[i].nr_pcp; k++) {
			if (s->zone[i].pcp[k].cpu < 0)
				n = BS_MAX_CPUS + 1;
			else if (s->zone[i].pcp[k].cpu >= n)
				n = s->zone[i].pcp[k].cpu + 1;
		}
	}
	if (n > BS_MAX_CPUS)
		return bs_error_set(err, BS_INPUT, 0, s->name, NULL, "more than %d CPUs",
				    BS_MAX_CPUS);
	*nr_cpus = (unsigned int)n;
	return 0;
}

/* ---- What compaction remembers --------------------------------------------------------------- */

static int mark_all(struct bs_machine *m, enum bs_mm_mark mark, const struct bs_state_pages *l)
{
	int ret = 0;

	for (size_t i = 0; i < l->n && !ret; i++)
		ret = bs_mm_compact_mark(m, mark, l->pfn[i], true);
	return ret;
}

static int mark_pages(struct bs_machine *m, const struct bs_state_compact *k)
{
	const bs_pfn block = (bs_pfn)1 << m->pbo;
	int ret = mark_all(m, BS_MM_SKIP, &k->skip);

	if (!ret)
		ret = mark_all(m, BS_MM_NO_SOURCE, &k->fake);
	for (size_t i = 0; i < k->hole.n && !ret; i++)
		for (uint32_t n = 0; n < k->hole.with[i] && n < BS_MAX_PFN / block && !ret; n++)
			ret = bs_mm_compact_mark(m, BS_MM_HOLE, k->hole.pfn[i] + n * block, true);
	for (size_t i = 0; i < k->compound.n && !ret; i++)
		if (k->compound.with[i] <= BS_MAX_ORDER)
			ret = bs_mm_compact_compound(m, k->compound.pfn[i], k->compound.with[i]);
	for (size_t i = 0; i < k->foreign.n && !ret; i++) {
		if (k->foreign.with[i] & BS_STATE_IS_PINNED)
			ret = bs_mm_compact_mark(m, BS_MM_PINNED, k->foreign.pfn[i], true);
		if (!ret && k->foreign.with[i] & BS_STATE_IS_MAPPED)
			ret = bs_mm_compact_mark(m, BS_MM_MAPPED, k->foreign.pfn[i], true);
	}
	return ret;
}

/* Its place among all of it is its word, which moves with it. */
static int load_cache(struct bs_machine *m, const struct bs_state_pages *l)
{
	for (size_t i = 0; i < l->n; i++) {
		const bs_pfn pfn = l->pfn[i];

		if (bs_page_state(m, pfn) != BS_PAGE_RESERVED)
			continue;
		if (bs_mm_compact_mark(m, BS_MM_CACHE, pfn, true))
			return -ENOMEM;
		m->mem_map[pfn].word = (uint32_t)i + 1;
		if (bs_mm_on_lru(m, pfn))
			bs_mm_cache_add(m, pfn);
	}
	return 0;
}

static int load_compaction(struct bs_machine *m, const struct bs_state *s, struct bs_error *err)
{
	const struct bs_state_compact *k = s->compact;

	if (!k)
		return 0;
	if (bs_mm_compact_watch(m, NULL) || mark_pages(m, k) || load_cache(m, &k->cache))
		return bs_error_set(err, BS_RESOURCE, ENOMEM, s->name, NULL, "a guest");
	for (unsigned int i = 0; i < s->nr_zones; i++)
		if (k->has_zone[i])
			bs_mm_compact_set_zone(m, i, &k->zone[i]);
	bs_mm_set_file_pages(m, k->file_pages);
	return 0;
}

int bs_machine_from_state(const struct bs_state *s, const char *kernel, struct bs_machine **mp,
			  struct bs_error *err)
{
	struct bs_machine *m = NULL;
	unsigned int nr_cpus = 1;
	struct bs_error why;
	int ret;

	if (!kernel)
		kernel = bs_state_model(s);
	if (!kernel)
		return bs_error_set(err, BS_INPUT, 0, s->name, "say which model to use: --kernel",
				    "no model of kernel \"%s\"", s->kernel);
	ret = bs_state_check(s, &why);
	if (ret > 0)
		ret = bs_error_set(err, BS_INPUT, 0, s->name, "take another dump",
				   "the dump contradicts itself: %s", why.text);
	else if (ret < 0 && err)
		*err = why;
	if (!ret)
		ret = count_cpus(s, &nr_cpus, err);
	if (!ret)
		ret = create(s, kernel, nr_cpus, &m, err);
	if (ret)
		return ret;
	m->booted = true;
	m->boost_factor = (int)s->boost_factor;
	m->shuffle = s->shuffle;
	for (unsigned int i = 0; i < s->nr_zones && !ret; i++)
		ret = load_zone(m, &m->zones[i], &s->zone[i], err);
	if (!ret)
		ret = load_compaction(m, s, err);
	if (ret)
		bs_machine_destroy(m);
	else
		*mp = m;
	return ret;
}
