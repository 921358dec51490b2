// SPDX-License-Identifier: GPL-2.0-or-later
/* info.c - looking inside: a zone's figures, the counters, the lists as they stand. */
#include <string.h>

#include "pcp.h"

static const char *const zone_names[] = {"DMA", "DMA32", "Normal", "Movable", "Device"};

unsigned int bs_nr_zones(const struct bs_machine *m)
{
	return m->nr_zones;
}

static int64_t folded_free_pages(const struct bs_machine *m, const struct zone *z)
{
	int64_t free = z->nr_free_pages;

	for (unsigned int c = 0; c < m->nr_cpus; c++)
		free += z->stat_diff[c];
	return free;
}

void bs_zone_info(const struct bs_machine *m, unsigned int zone, struct bs_zone_info *info)
{
	const struct zone *z = &m->zones[zone];

	*info = (struct bs_zone_info){
		.name = zone_names[z->type],
		.node = z->node,
		.type = z->type,
		.start = z->start,
		.spanned = z->end - z->start,
		.present = z->present,
		.managed = z->managed,
		.nr_free_pages = (uint64_t)folded_free_pages(m, z),
		.watermark_min = z->mark[WMARK_MIN],
		.watermark_low = z->mark[WMARK_LOW],
		.watermark_high = z->mark[WMARK_HIGH],
		.watermark_boost = z->boost,
		.nr_reserved_highatomic = (uint64_t)z->nr_reserved_highatomic,
		.nr_free_highatomic = (uint64_t)z->nr_free_highatomic,
		.nr_isolate_pageblock = z->nr_isolate_pageblock,
		.flags = z->flags,
	};
	for (unsigned int c = 0; c < m->nr_cpus; c++)
		info->nr_pcp_pages += (uint64_t)z->pcp[c].count;
	memcpy(info->lowmem_reserve, z->lowmem_reserve, sizeof(info->lowmem_reserve));
	memcpy(info->nr_free, z->nr_free, sizeof(info->nr_free));
}

void bs_machine_counters(const struct bs_machine *m, struct bs_machine_counters *c)
{
	int64_t pgfree = m->pgfree_other;

	*c = m->counters;
	for (unsigned int i = 0; i < m->nr_zones; i++) {
		const struct zone *z = &m->zones[i];

		for (unsigned int o = 0; o < BS_NR_ORDERS; o++) {
			c->pgalloc[z->type] += z->allocs[o] << o;
			c->allocs += z->allocs[o];
			c->allocs_order[o] += z->allocs[o];
			c->frees += z->frees[o];
			pgfree += (int64_t)(z->frees[o] << o);
		}
	}
	c->pgfree = (uint64_t)pgfree;
}

bs_pfn bs_max_pfn(const struct bs_machine *m)
{
	return m->max_pfn;
}

const char *bs_kernel_name(const struct bs_machine *m)
{
	return m->kernel;
}

unsigned int bs_nr_cpus(const struct bs_machine *m)
{
	return m->nr_cpus;
}

unsigned int bs_pageblock_order(const struct bs_machine *m)
{
	return m->pbo;
}

const struct bs_platform *bs_platform_of(const struct bs_machine *m)
{
	return m->platform;
}

uint64_t bs_block_bytes(const struct bs_machine *m, unsigned int order)
{
	return UINT64_C(1) << (m->page_shift + order);
}

int bs_pfn_zone(const struct bs_machine *m, bs_pfn pfn)
{
	const struct zone *z = pfn < m->max_pfn ? pfn_zone(m, pfn) : NULL;

	return z ? z->index : -1;
}

unsigned int bs_pageblock_type(const struct bs_machine *m, bs_pfn pfn)
{
	return pageblock_type(m, pfn);
}

void bs_nr_free_blocks(const struct bs_machine *m, uint64_t *nr_free)
{
	memset(nr_free, 0, BS_NR_ORDERS * sizeof(*nr_free));
	for (unsigned int i = 0; i < m->nr_zones; i++)
		for (unsigned int o = 0; o < BS_NR_ORDERS; o++)
			nr_free[o] += m->zones[i].nr_free[o];
}

void bs_free_pages_of_types(const struct bs_machine *m, uint64_t *pages)
{
	memset(pages, 0, BS_MIGRATE_TYPES * sizeof(*pages));
	for (unsigned int i = 0; i < m->nr_zones; i++)
		for (unsigned int mt = 0; mt < BS_MIGRATE_TYPES; mt++)
			pages[mt] += m->zones[i].free_of_type[mt];
}

static size_t copy_list(const struct bs_machine *m, const struct page_list *l, unsigned int order,
			bs_pfn *pfns, bool *reported, size_t max)
{
	size_t n = 0;

	for (bs_pfn pfn = l->first; pfn != BS_NO_PFN; pfn = bs_page(m, pfn, order)->next, n++) {
		if (n >= max)
			continue;
		pfns[n] = pfn;
		if (reported)
			reported[n] = bs_page(m, pfn, order)->flags & PG_REPORTED;
	}
	return n;
}

size_t bs_list_blocks(const struct bs_machine *m, unsigned int zone, unsigned int order,
		      unsigned int mt, bs_pfn *pfns, bool *reported, size_t max)
{
	return copy_list(m, &m->zones[zone].area[order][mt], order, pfns, reported, max);
}

size_t bs_pcp_blocks(const struct bs_machine *m, unsigned int zone, unsigned int cpu,
		     unsigned int pindex, bs_pfn *pfns, size_t max)
{
	const unsigned int order = pcp_index_order(m, pindex);

	if (order > m->max_order)
		return 0;
	return copy_list(m, &m->zones[zone].pcp[cpu].lists[pindex], order, pfns, NULL, max);
}
