// SPDX-License-Identifier: GPL-2.0-or-later
/* zone.c - the memory map a guest has, the zones that lie over it, and whose a page is. */
#include "zone.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DMA_END (UINT32_C(1) << 12) /* 16 MiB */
#define DMA32_END (UINT32_C(1) << 20) /* 4 GiB */
#define HOLE_START (UINT32_C(3) << 18)
#define HOLE_END (UINT32_C(4) << 18)

static int bad_config(struct bs_error *err, const char *text, const char *advice)
{
	return bs_error_set(err, BS_USAGE, 0, "guest", advice, "%s", text);
}

/* ---- Memory map and zones -------------------------------------------------------------------- */

int mm_make_ranges(struct bs_machine *m, const struct bs_machine_config *c, struct bs_error *err)
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

int mm_make_zones(struct bs_machine *m, const struct bs_machine_config *c, struct bs_error *err)
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

struct zone *mm_zone_slow(struct bs_machine *m, bs_pfn pfn)
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

void mm_mark_pageblock_zones(struct bs_machine *m)
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

uint64_t bs_managed_pages(const struct bs_machine *m)
{
	uint64_t total = 0;

	for (unsigned int i = 0; i < m->nr_zones; i++)
		total += m->zones[i].managed;
	return total;
}
