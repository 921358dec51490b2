// SPDX-License-Identifier: GPL-2.0-or-later
/* memory_map.c - the memory map of a running guest changes: ranges that are there, what zones span. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "zone.h"

static int insert_range(struct bs_machine *m, unsigned int at, struct bs_mem_range r)
{
	struct bs_mem_range *more = realloc(m->ranges, (m->nr_ranges + 1) * sizeof(*more));

	if (!more)
		return -ENOMEM;
	m->ranges = more;
	memmove(&more[at + 1], &more[at], (m->nr_ranges - at) * sizeof(*more));
	more[at] = r;
	m->nr_ranges++;
	return 0;
}

static void drop_range(struct bs_machine *m, unsigned int at)
{
	m->nr_ranges--;
	memmove(&m->ranges[at], &m->ranges[at + 1], (m->nr_ranges - at) * sizeof(*m->ranges));
}

int mm_remove_range(struct bs_machine *m, bs_pfn start, bs_pfn end)
{
	for (unsigned int i = 0; i < m->nr_ranges;) {
		struct bs_mem_range *r = &m->ranges[i];
		const struct bs_mem_range rest = {end, r->end, r->node};

		if (r->end <= start || r->start >= end) {
			i++;
			continue;
		}
		if (r->end > end && r->start < start) {
			r->end = start;
			return insert_range(m, i + 1, rest);
		}
		if (r->start < start)
			r->end = start;
		else if (r->end > end)
			r->start = end;
		else
			drop_range(m, i);
	}
	return 0;
}

int mm_add_range(struct bs_machine *m, bs_pfn start, bs_pfn end, unsigned int node)
{
	unsigned int i = 0;
	int ret = mm_remove_range(m, start, end);

	while (i < m->nr_ranges && m->ranges[i].start < start)
		i++;
	if (!ret && i && m->ranges[i - 1].end == start && m->ranges[i - 1].node == node)
		m->ranges[--i].end = end;
	else if (!ret)
		ret = insert_range(m, i, (struct bs_mem_range){start, end, (uint8_t)node});
	if (ret)
		return ret;
	if (i + 1 < m->nr_ranges && m->ranges[i + 1].start == end &&
	    m->ranges[i + 1].node == node) {
		m->ranges[i].end = m->ranges[i + 1].end;
		drop_range(m, i + 1);
	}
	return 0;
}

static int grow(void *map, size_t *bytes, size_t wanted)
{
	void *at, *was;

	memcpy(&was, map, sizeof(was));
	at = mremap(was, *bytes, wanted, MREMAP_MAYMOVE);
	if (at == MAP_FAILED)
		return -ENOMEM;
	memcpy(map, &at, sizeof(at));
	*bytes = wanted;
	return 0;
}

static int grow_maps(struct bs_machine *m, bs_pfn end)
{
	const size_t span = (size_t)1 << m->max_order;
	const size_t pages = (end + span - 1) & ~(span - 1), blocks = pages >> m->pbo;
	struct pageblock *pb;

	if (blocks > m->nr_pageblocks) {
		pb = realloc(m->pb, blocks * sizeof(*pb));
		if (!pb)
			return -ENOMEM;
		m->pb = pb;
		if (grow(&m->mem_map, &m->map_bytes, pages * sizeof(struct page)) ||
		    grow(&m->side, &m->side_bytes, blocks * sizeof(struct page)))
			return -ENOMEM;
		memset(pb + m->nr_pageblocks, 0, (blocks - m->nr_pageblocks) * sizeof(*pb));
		for (size_t i = m->nr_pageblocks; i < blocks; i++)
			pb[i].zone = PB_ZONE_NONE;
		m->nr_pageblocks = blocks;
	}
	if (end > m->max_pfn)
		m->max_pfn = end;
	return 0;
}

int mm_set_span(struct bs_machine *m, struct zone *z, bs_pfn start, bs_pfn end)
{
	const bs_pfn pages = (bs_pfn)1 << m->pbo;

	if (start == z->start && end == z->end)
		return 0;
	if (grow_maps(m, end))
		return -ENOMEM;
	/* Where other zones begin in the middle of a pageblock it stays one that has to be asked. */
	for (bs_pfn p = z->start & ~(pages - 1); p < z->end; p += pages)
		if (m->pb[p >> m->pbo].zone == z->index)
			m->pb[p >> m->pbo].zone = PB_ZONE_NONE;
	z->start = start;
	z->end = end;
	for (bs_pfn p = start & ~(pages - 1); p < end; p += pages) {
		struct pageblock *b = &m->pb[p >> m->pbo];

		if (b->zone == PB_ZONE_NONE)
			b->zone = p >= start && end - p >= pages ? z->index : PB_ZONE_MIXED;
	}
	return 0;
}
