// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * boot.c - memory is handed to the allocator (RULES.md, boot): pageblock types, free ranges in
 * ascending order, mobility grouping, marks, shuffle.
 */
#include "boot.h"

#include <errno.h>

#include "buddy.h"
#include "pcp.h"
#include "shuffle.h"
#include "watermark.h"
#include "zonelist.h"

/* Pageblocks whose first pfn is visited while descriptors are initialised become MOVABLE, the
 * others stay UNMOVABLE: the first of a zone that starts at pfn 1, and since 6.1 those whose first
 * pfn lies in a hole. */
static void init_pageblock_types(struct bs_machine *m)
{
	const bs_pfn pages = (bs_pfn)1 << m->pbo;

	for (unsigned int i = 0; i < m->nr_zones; i++) {
		const struct zone *z = &m->zones[i];

		for (bs_pfn pfn = (z->start + pages - 1) & ~(pages - 1); pfn < z->end;
		     pfn += pages) {
			bool present = m->km.holes_set_movable;

			for (unsigned int k = 0; k < m->nr_ranges && !present; k++)
				present = pfn >= m->ranges[k].start && pfn < m->ranges[k].end;
			if (present)
				m->pb[pfn >> m->pbo].type = BS_MIGRATE_MOVABLE;
		}
	}
}

static void boot_chunk(struct bs_machine *m, bs_pfn pfn, unsigned int order)
{
	struct zone *z = pfn_zone(m, pfn);

	z->managed += UINT64_C(1) << order;
	m->pgfree_other += INT64_C(1) << order;
	mm_free_block(m, z, pfn, order, m->km.boot_pos == KM_BOOT_TAIL ? FPI_TO_TAIL : FPI_NONE,
		      BS_FREE);
}

int bs_machine_boot_range(struct bs_machine *m, bs_pfn start, bs_pfn end, struct bs_error *err)
{
	if (!m->booted) {
		init_pageblock_types(m);
		m->booted = true;
	}
	if (start > end || end > m->max_pfn)
		return bs_error_set(err, BS_USAGE, 0, "guest", "stay inside its memory",
				    "cannot free [%u, %u) at boot", start, end);
	while (start < end) {
		const struct zone *z = pfn_zone(m, start);
		unsigned int order = start ? (unsigned int)__builtin_ctz(start) : m->max_order;
		bs_pfn limit;

		if (!z)
			return bs_error_set(err, BS_USAGE, 0, "guest", "give only present memory",
					    "pfn %u is in no zone", start);
		/* The kernel does not look at zone edges here: its own are aligned. */
		limit = end < z->end ? end : z->end;
		if (order > m->max_order)
			order = m->max_order;
		while (start + ((bs_pfn)1 << order) > limit)
			order--;
		boot_chunk(m, start, order);
		start += (bs_pfn)1 << order;
	}
	return 0;
}

/* With too little memory, keeping migratetypes apart only wastes it. Decided before memory
 * is freed, from what the zones will manage: without the descriptors, a 64th. */
static void set_grouping(struct bs_machine *m)
{
	uint64_t total = 0;

	for (unsigned int i = 0; i < m->nr_zones; i++)
		total += m->zones[i].present - m->zones[i].present / 64;
	m->grouping = total >= (uint64_t)(BS_MIGRATE_TYPES + m->km.cma) << m->pbo;
	mm_set_first_looks(m);
}

void bs_machine_boot_done(struct bs_machine *m)
{
	set_grouping(m);
	mm_setup_watermarks(m);
	for (unsigned int i = 0; i < m->nr_zones; i++)
		mm_pcp_setup(m, &m->zones[i]);
	if (m->shuffle)
		for (unsigned int i = 0; i < m->nr_zones; i++)
			mm_shuffle_zone(m, &m->zones[i]);
}

int mm_boot(struct bs_machine *m, const struct bs_machine_config *c, struct bs_error *err)
{
	bs_pfn reserved = (bs_pfn)(c->reserved_kib >> (m->page_shift - 10));

	m->shuffle = c->shuffle;
	set_grouping(m);
	for (unsigned int i = 0; i < m->nr_ranges; i++) {
		bs_pfn start = m->ranges[i].start, end = m->ranges[i].end, take;
		int ret;

		take = reserved < end - start ? reserved : end - start;
		reserved -= take;
		start += take;
		if (!start && !pfn_zone(m, 0))
			start = 1;
		ret = bs_machine_boot_range(m, start, end, err);
		if (ret)
			return ret;
	}
	bs_machine_boot_done(m);
	return 0;
}
