// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * zone.c - making a guest: memory map, zones, zonelists, descriptors. Descriptors are reserved in
 * one piece and faulted in as they are used.
 */
#include "zone.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define DMA_END (UINT32_C(1) << 12) /* 16 MiB */
#define DMA32_END (UINT32_C(1) << 20) /* 4 GiB */
#define HOLE_START (UINT32_C(3) << 18)
#define HOLE_END (UINT32_C(4) << 18)

static int bad_config(struct bs_error *err, const char *text, const char *advice)
{
	return bs_error_set(err, BS_USAGE, 0, "guest", advice, "%s", text);
}

/* ---- Memory map and zones -------------------------------------------------------------------- */

static int make_ranges(struct bs_machine *m, const struct bs_machine_config *c,
		       struct bs_error *err)
{
	const uint64_t pages = c->memory_bytes >> BS_PAGE_SHIFT;
	const bool hole = c->layout == BS_LAYOUT_QEMU_PC && pages > HOLE_START;

	m->nr_ranges = c->ranges ? c->nr_ranges : 1u + hole;
	m->ranges = calloc(m->nr_ranges ? m->nr_ranges : 1, sizeof(*m->ranges));
	if (!m->ranges)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, "guest", NULL, "memory map");
	if (c->ranges) {
		memcpy(m->ranges, c->ranges, m->nr_ranges * sizeof(*m->ranges));
	} else {
		if (pages + HOLE_END >= BS_MAX_PFN)
			return bad_config(err, "more memory than can be simulated",
					  "use at most 1.9 TiB");
		m->ranges[0].end = hole ? HOLE_START : (bs_pfn)pages;
		if (hole)
			m->ranges[1] = (struct bs_mem_range){
				HOLE_END, (bs_pfn)(HOLE_END + pages - HOLE_START), 0};
	}
	for (unsigned int i = 0; i < m->nr_ranges; i++) {
		const struct bs_mem_range *r = &m->ranges[i];

		if (r->start >= r->end || r->end > BS_MAX_PFN || r->node >= BS_MAX_NODES ||
		    (i && r->start < r[-1].end))
			return bad_config(err, "memory ranges are empty, overlap or do not ascend",
					  "give ranges in ascending order");
	}
	if (!m->nr_ranges)
		return bad_config(err, "no memory", "give it a size");
	m->max_pfn = m->ranges[m->nr_ranges - 1].end;
	return 0;
}

static struct zone *add_zone(struct bs_machine *m, unsigned int node, unsigned int type,
			     bs_pfn start, bs_pfn end)
{
	struct zone *z = &m->zones[m->nr_zones];

	*z = (struct zone){.start = start,
			   .end = end,
			   .index = (uint8_t)m->nr_zones++,
			   .node = (uint8_t)node,
			   .type = (uint8_t)type};
	for (unsigned int o = 0; o < BS_NR_ORDERS; o++)
		for (unsigned int t = 0; t < BS_MIGRATE_TYPES; t++)
			z->area[o][t] = (struct page_list){BS_NO_PFN, BS_NO_PFN};
	return z;
}

/* x86-64's split by address. Pfn 0 belongs to no zone: the firmware keeps it. */
static void zones_by_address(struct bs_machine *m)
{
	static const bs_pfn edge[] = {0, DMA_END, DMA32_END, BS_MAX_PFN};

	for (unsigned int node = 0; node < BS_MAX_NODES; node++)
		for (unsigned int type = 0; type < 3; type++) {
			bs_pfn start = BS_NO_PFN, end = 0;

			for (unsigned int i = 0; i < m->nr_ranges; i++) {
				const struct bs_mem_range *r = &m->ranges[i];
				bs_pfn s = r->start > edge[type] ? r->start : edge[type];
				bs_pfn e = r->end < edge[type + 1] ? r->end : edge[type + 1];

				if (r->node != node || s >= e)
					continue;
				start = s < start ? s : start;
				end = e > end ? e : end;
			}
			if (end)
				add_zone(m, node, type, start ? start : 1, end);
		}
}

static int make_zones(struct bs_machine *m, const struct bs_machine_config *c, struct bs_error *err)
{
	if (c->nr_zones > BS_MAX_ZONES)
		return bad_config(err, "too many zones", "use at most 32");
	for (unsigned int i = 0; i < c->nr_zones; i++) {
		const struct bs_zone_range *r = &c->zones[i];

		if (r->type >= BS_NR_ZONE_TYPES || r->node >= BS_MAX_NODES || !r->spanned ||
		    (uint64_t)r->start + r->spanned > BS_MAX_PFN)
			return bad_config(err, "a zone's type, node or span is out of range", NULL);
		add_zone(m, r->node, r->type, r->start, r->start + r->spanned);
		if (r->start + r->spanned > m->max_pfn)
			m->max_pfn = r->start + r->spanned;
	}
	if (!c->nr_zones)
		zones_by_address(m);
	for (unsigned int i = 0; i < m->nr_zones; i++) {
		struct zone *z = &m->zones[i];

		for (unsigned int k = 0; k < m->nr_ranges; k++) {
			const struct bs_mem_range *r = &m->ranges[k];
			bs_pfn s = r->start > z->start ? r->start : z->start;
			bs_pfn e = r->end < z->end ? r->end : z->end;

			if (r->node == z->node && s < e)
				z->present += e - s;
		}
		if (z->node >= m->nr_nodes)
			m->nr_nodes = z->node + 1u;
	}
	return 0;
}

struct zone *bs_zone_slow(struct bs_machine *m, bs_pfn pfn)
{
	struct zone *found = NULL;
	int node = -1;

	/* Spans of nodes may overlap; the memory map says whose page it is. */
	for (unsigned int i = 0; i < m->nr_ranges; i++)
		if (pfn >= m->ranges[i].start && pfn < m->ranges[i].end)
			node = m->ranges[i].node;
	for (unsigned int i = 0; i < m->nr_zones; i++) {
		struct zone *z = &m->zones[i];

		if (pfn < z->start || pfn >= z->end)
			continue;
		if (z->node == node)
			return z;
		if (!found)
			found = z;
	}
	return found;
}

static void mark_pageblock_zones(struct bs_machine *m)
{
	memset(m->pb, 0, m->nr_pageblocks * sizeof(*m->pb));
	for (size_t i = 0; i < m->nr_pageblocks; i++)
		m->pb[i].zone = PB_ZONE_NONE;
	for (unsigned int k = 0; k < m->nr_zones; k++) {
		const struct zone *z = &m->zones[k];

		for (size_t i = z->start >> m->pbo; i <= (z->end - 1) >> m->pbo; i++) {
			const bs_pfn first = (bs_pfn)(i << m->pbo);
			const bool whole =
				first >= z->start && first + ((bs_pfn)1 << m->pbo) <= z->end;

			m->pb[i].zone =
				whole && m->pb[i].zone == PB_ZONE_NONE ? z->index : PB_ZONE_MIXED;
		}
	}
}

/* ---- Zonelists (spec 1.7) -------------------------------------------------------------------- */

static bool node_populated(const struct bs_machine *m, unsigned int node)
{
	for (unsigned int i = 0; i < m->nr_zones; i++)
		if (m->zones[i].node == node && m->zones[i].present)
			return true;
	return false;
}

static bool node_has_cpus(const struct bs_machine *m, unsigned int node)
{
	for (unsigned int c = 0; c < m->nr_cpus; c++)
		if (m->cpu_node[c] == node)
			return true;
	return false;
}

/* The next best node after those in @used, seen from @node; -1 at the end. */
static int best_node(const struct bs_machine *m, unsigned int node, uint32_t used,
		     const unsigned int *load)
{
	unsigned int best_value = UINT32_MAX;
	int best = -1;

	if (!(used >> node & 1) && node_populated(m, node))
		return (int)node;
	for (unsigned int n = 0; n < m->nr_nodes; n++) {
		unsigned int value;

		if (used >> n & 1 || !node_populated(m, n))
			continue;
		value = m->node_distance[node][n] + (n < node) + node_has_cpus(m, n);
		value = value * BS_MAX_NODES + load[n];
		if (value < best_value) {
			best_value = value;
			best = (int)n;
		}
	}
	return best;
}

static void append_node(struct bs_machine *m, unsigned int node, unsigned int from)
{
	for (int type = BS_NR_ZONE_TYPES - 1; type >= 0; type--)
		for (unsigned int i = 0; i < m->nr_zones; i++) {
			const struct zone *z = &m->zones[i];

			if (z->node != from || z->type != type || !z->present)
				continue;
			for (unsigned int hz = z->type; hz < BS_NR_ZONE_TYPES; hz++) {
				struct zonelist *zl = &m->zonelist[node][hz];

				zl->zone[zl->n++] = z->index;
				if (node != from)
					continue;
				zl = &m->thisnode[node][hz];
				zl->zone[zl->n++] = z->index;
			}
		}
}

/* NOFRAGMENT: only where there is a DMA32 zone to fall back on (spec 4.3). */
static bool wants_nofragment(const struct bs_machine *m, const struct zone *preferred)
{
	if (preferred->type != BS_ZONE_NORMAL)
		return false;
	if (m->nr_nodes == 1)
		return true;
	for (unsigned int i = 0; i < m->nr_zones; i++)
		if (m->zones[i].node == preferred->node && m->zones[i].type == BS_ZONE_DMA32 &&
		    m->zones[i].present)
			return true;
	return false;
}

static void finish_zonelist(struct bs_machine *m, struct zonelist *zl, unsigned int hz)
{
	const struct zone *preferred = &m->zones[zl->zone[0]];

	if (!zl->n)
		return;
	zl->nofragment = wants_nofragment(m, preferred);
	zl->lowmem_idx = m->km->lowmem_idx_gfp ? (uint8_t)hz : preferred->type;
}

static void make_zonelists(struct bs_machine *m)
{
	unsigned int load[BS_MAX_NODES] = {0};

	for (unsigned int node = 0; node < m->nr_nodes; node++) {
		uint32_t used = 0;
		int next, previous = (int)node;
		unsigned int weight = m->nr_nodes;

		while ((next = best_node(m, node, used, load)) >= 0) {
			if (m->node_distance[node][next] != m->node_distance[node][previous])
				load[next] = m->km->node_load_set ? weight : load[next] + 1;
			used |= 1u << next;
			previous = next;
			append_node(m, node, (unsigned int)next);
			weight--;
		}
	}
	for (unsigned int node = 0; node < m->nr_nodes; node++)
		for (unsigned int hz = 0; hz < BS_NR_ZONE_TYPES; hz++) {
			finish_zonelist(m, &m->zonelist[node][hz], hz);
			finish_zonelist(m, &m->thisnode[node][hz], hz);
		}
}

static int make_first_looks(struct bs_machine *m, struct bs_error *err)
{
	m->first_look = calloc((size_t)m->nr_cpus * BS_NR_ZONE_TYPES, sizeof(*m->first_look));
	if (!m->first_look)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, "guest", NULL, "zonelists");
	for (unsigned int c = 0; c < m->nr_cpus; c++)
		for (unsigned int hz = 0; hz < BS_NR_ZONE_TYPES; hz++) {
			const struct zonelist *zl = &m->zonelist[m->cpu_node[c]][hz];
			struct zone *z = &m->zones[zl->zone[0]];

			if (zl->n)
				m->first_look[c * BS_NR_ZONE_TYPES + hz] =
					(struct first_look){z, &z->pcp[c], zl->lowmem_idx};
		}
	return 0;
}

/* Highest zone a gfp mask may use, by its four zone bits (spec 4.1). */
static void make_gfp_zones(struct bs_machine *m)
{
	for (unsigned int bits = 0; bits < 16; bits++) {
		uint8_t zone = BS_ZONE_NORMAL;

		if (bits & BS_GFP_DMA)
			zone = BS_ZONE_DMA;
		else if (bits & BS_GFP_DMA32)
			zone = BS_ZONE_DMA32;
		else if ((bits & (BS_GFP_HIGHMEM | BS_GFP_MOVABLE)) ==
			 (BS_GFP_HIGHMEM | BS_GFP_MOVABLE))
			zone = BS_ZONE_MOVABLE;
		m->gfp_zone[bits] = zone;
	}
}

/* ---- Creation -------------------------------------------------------------------------------- */

static void *reserve(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		return NULL;
	/* A huge page per touched descriptor would make a large guest cost gigabytes. */
	madvise(p, bytes, MADV_NOHUGEPAGE);
	return p;
}

static int make_maps(struct bs_machine *m, struct bs_error *err)
{
	const size_t span = (size_t)1 << (m->pbo > BS_MAX_ORDER ? m->pbo : BS_MAX_ORDER);
	const size_t pages = (m->max_pfn + span - 1) & ~(span - 1);

	m->nr_pageblocks = pages >> m->pbo;
	m->map_bytes = pages * sizeof(struct page);
	m->side_bytes = m->nr_pageblocks * sizeof(struct page);
	m->mem_map = reserve(m->map_bytes);
	m->side = reserve(m->side_bytes);
	m->pb = malloc(m->nr_pageblocks * sizeof(*m->pb));
	if (!m->mem_map || !m->side || !m->pb)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, "guest",
				    "use a smaller guest, or raise the address space limit",
				    "cannot map the descriptors of %zu pages", pages);
	mark_pageblock_zones(m);
	for (unsigned int i = 0; i < m->nr_zones; i++) {
		struct zone *z = &m->zones[i];

		z->pcp = calloc(m->nr_cpus, sizeof(*z->pcp));
		z->stat_diff = calloc(m->nr_cpus, sizeof(*z->stat_diff));
		if (!z->pcp || !z->stat_diff)
			return bs_error_set(err, BS_RESOURCE, ENOMEM, "guest", NULL, "zones");
		for (unsigned int c = 0; c < m->nr_cpus; c++) {
			z->pcp[c].batch = 1;
			for (unsigned int k = 0; k < NR_PCP_LISTS; k++)
				z->pcp[c].lists[k] = (struct page_list){BS_NO_PFN, BS_NO_PFN};
		}
	}
	return 0;
}

static void set_pcp_orders(struct bs_machine *m)
{
	m->thp_order = BS_NR_ORDERS;
	if (m->km->pcp_orders == KM_PCP_ORDER0) {
		m->pcp_orders = 1;
		return;
	}
	m->pcp_orders = 0xf;
	if (!m->thp)
		return;
	m->thp_order = m->km->pcp_orders == KM_PCP_THP_PBO ? m->pbo : 9;
	m->pcp_orders |= 1u << m->thp_order;
}

static void place_cpus(struct bs_machine *m)
{
	for (unsigned int a = 0; a < BS_MAX_NODES; a++)
		for (unsigned int b = 0; b < BS_MAX_NODES; b++)
			m->node_distance[a][b] = a == b ? 10 : 20;
	/* CPUs are spread over the nodes in blocks, as firmware usually numbers them. */
	for (unsigned int c = 0; c < m->nr_cpus; c++)
		m->cpu_node[c] = (uint8_t)(c * m->nr_nodes / m->nr_cpus);
}

static int check_config(const struct bs_machine_config *c, struct bs_error *err)
{
	/* Below 4 it would collide with the orders that per-cpu lists hold anyway. */
	if (c->pageblock_order && (c->pageblock_order > BS_MAX_ORDER || c->pageblock_order < 4))
		return bad_config(err, "pageblock_order out of range", "use 4 to 10");
	if (c->nr_cpus > BS_MAX_CPUS)
		return bad_config(err, "too many CPUs", "use at most 256");
	return 0;
}

int bs_machine_create(const struct bs_machine_config *config, struct bs_machine **mp,
		      struct bs_error *err)
{
	const char *kernel = config->kernel ? config->kernel : "linux-6.1";
	struct bs_machine *m;
	int ret = check_config(config, err);

	if (ret)
		return ret;
	m = calloc(1, sizeof(*m));
	if (!m)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, "guest", NULL, "creating");
	m->km = bs_kernel_model(kernel);
	if (!m->km) {
		free(m);
		return bs_error_set(err, BS_USAGE, 0, kernel, "see `buddysim list kernels`",
				    "unknown kernel model");
	}
	m->pbo = config->pageblock_order ? config->pageblock_order : 9;
	m->nr_cpus = config->nr_cpus ? config->nr_cpus : 1;
	m->thp = !config->no_thp;
	m->drift = config->counter_drift;
	m->grouping = true;
	m->boost_factor = BOOST_FACTOR;
	bs_rng_seed(&m->rng, config->seed ? config->seed : 1);
	ret = make_ranges(m, config, err);
	if (!ret)
		ret = make_zones(m, config, err);
	if (!ret)
		ret = make_maps(m, err);
	if (ret) {
		bs_machine_destroy(m);
		return ret;
	}
	place_cpus(m);
	set_pcp_orders(m);
	make_zonelists(m);
	make_gfp_zones(m);
	ret = make_first_looks(m, err);
	if (!ret && !config->no_boot)
		ret = bs_mm_boot(m, config, err);
	if (ret)
		bs_machine_destroy(m);
	else
		*mp = m;
	return ret;
}

void bs_machine_destroy(struct bs_machine *m)
{
	if (!m)
		return;
	for (unsigned int i = 0; i < m->nr_zones; i++) {
		free(m->zones[i].pcp);
		free(m->zones[i].stat_diff);
	}
	if (m->mem_map)
		munmap(m->mem_map, m->map_bytes);
	if (m->side)
		munmap(m->side, m->side_bytes);
	free(m->first_look);
	free(m->pb);
	free(m->ranges);
	free(m);
}

void bs_machine_explain(struct bs_machine *m, void (*line)(void *arg, const char *text), void *arg)
{
	m->explain = line;
	m->explain_arg = arg;
}

void bs_mm_explain(struct bs_machine *m, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	m->explain(m->explain_arg, text);
}
