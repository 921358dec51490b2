// SPDX-License-Identifier: GPL-2.0-or-later
/* zone.c - the memory map a guest has, the zones that lie over it, and whose a page is. */
#include "zone.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MIB(n) (UINT64_C(n) << 20)
#define GIB(n) (UINT64_C(n) << 30)

static int bad_config(struct bs_error *err, const char *text, const char *advice)
{
	return bs_error_set(err, BS_USAGE, 0, "guest", advice, "%s", text);
}

/* ---- Memory map and zones -------------------------------------------------------------------- */

int mm_make_ranges(struct bs_machine *m, const struct bs_machine_config *c, struct bs_error *err)
{
	const enum bs_layout layout = m->platform->layout;
	const uint64_t pages = c->memory_bytes >> m->page_shift;
	const bs_pfn start = layout == BS_LAYOUT_VIRT ? (bs_pfn)(GIB(1) >> m->page_shift) : 0;
	const bs_pfn hole_start = (bs_pfn)(GIB(3) >> m->page_shift);
	const bs_pfn hole_end = (bs_pfn)(GIB(4) >> m->page_shift);
	const bool hole = layout == BS_LAYOUT_PC && pages > hole_start;

	m->nr_ranges = c->ranges ? c->nr_ranges : 1u + hole;
	m->ranges = calloc(m->nr_ranges ? m->nr_ranges : 1, sizeof(*m->ranges));
	if (!m->ranges)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, "guest", NULL, "memory map");
	if (c->ranges) {
		memcpy(m->ranges, c->ranges, m->nr_ranges * sizeof(*m->ranges));
	} else {
		if (pages + hole_end >= BS_MAX_PFN >> (m->page_shift - 12))
			return bad_config(err, "more memory than can be simulated",
					  "use at most 1.9 TiB");
		m->ranges[0].start = start;
		m->ranges[0].end = hole ? hole_start : (bs_pfn)(start + pages);
		if (hole)
			m->ranges[1] = (struct bs_mem_range){
				hole_end, (bs_pfn)(hole_end + pages - hole_start), 0};
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

/* The split by address. x86-64 has old devices' 16 MiB and what 32 bits reach; arm64 has no DMA32 where
 * no device asks for less than 32 bits, and DMA is all below 4 GiB. Pfn 0 belongs to no zone: the
 * firmware keeps it. */
static void zones_by_address(struct bs_machine *m)
{
	const uint64_t dma = m->platform->layout == BS_LAYOUT_VIRT ? GIB(4) : MIB(16);
	const bs_pfn edge[] = {0, (bs_pfn)(dma >> m->page_shift), (bs_pfn)(GIB(4) >> m->page_shift),
			       BS_MAX_PFN};

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

/* The last zone's end becomes one of its own, which leaves something of it. */
static void make_movable(struct bs_machine *m, uint64_t bytes, uint64_t unit)
{
	struct zone *last = &m->zones[0];
	const uint64_t block = ((uint64_t)1 << m->max_order) << m->page_shift;
	uint64_t end, start;
	bs_pfn cut;

	for (unsigned int i = 1; i < m->nr_zones; i++)
		if (m->zones[i].end > last->end)
			last = &m->zones[i];
	end = (uint64_t)last->end << m->page_shift;
	end -= end % (unit ? unit : block);
	start = end > bytes ? end - bytes : 0;
	cut = (bs_pfn)((start - start % block) >> m->page_shift);
	if (!bytes || cut <= last->start || cut >= last->end || m->nr_zones == BS_MAX_ZONES)
		return;
	add_zone(m, last->node, BS_ZONE_MOVABLE, cut, last->end);
	last->end = cut;
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
	if (!c->nr_zones) {
		zones_by_address(m);
		make_movable(m, c->movable_bytes, c->movable_unit);
	}
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
