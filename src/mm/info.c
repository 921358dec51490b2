// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * info.c - looking inside: figures, lists, what a page is; blocks of callers (split, word, LRU).
 */
#include "pcp.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "mm_report.h"

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

uint64_t bs_managed_pages(const struct bs_machine *m)
{
	uint64_t total = 0;

	for (unsigned int i = 0; i < m->nr_zones; i++)
		total += m->zones[i].managed;
	return total;
}

bs_pfn bs_max_pfn(const struct bs_machine *m)
{
	return m->max_pfn;
}

const char *bs_kernel_name(const struct bs_machine *m)
{
	return m->km->name;
}

unsigned int bs_nr_cpus(const struct bs_machine *m)
{
	return m->nr_cpus;
}

unsigned int bs_pageblock_order(const struct bs_machine *m)
{
	return m->pbo;
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

	if (order > BS_MAX_ORDER)
		return 0;
	return copy_list(m, &m->zones[zone].pcp[cpu].lists[pindex], order, pfns, NULL, max);
}

/* ---- What a page is -------------------------------------------------------------------------- */

static bool present(const struct bs_machine *m, bs_pfn pfn)
{
	for (unsigned int i = 0; i < m->nr_ranges; i++)
		if (pfn >= m->ranges[i].start && pfn < m->ranges[i].end)
			return true;
	return false;
}

static enum bs_page_state state_of(uint8_t flags)
{
	if (flags & PG_BUDDY)
		return BS_PAGE_FREE;
	if (flags & PG_PCP)
		return BS_PAGE_PCP;
	return flags & PG_ALLOCATED ? BS_PAGE_ALLOCATED : BS_PAGE_ISOLATED;
}

enum bs_page_state bs_page_lookup(const struct bs_machine *m, bs_pfn pfn, bs_pfn *head,
				  unsigned int *order)
{
	*head = pfn;
	*order = 0;
	if (pfn >= m->max_pfn)
		return BS_PAGE_HOLE;
	/* From the largest down: memory in large blocks then never touches mem_map. */
	for (int o = BS_MAX_ORDER; o >= 0; o--) {
		const bs_pfn h = pfn & ~(((bs_pfn)1 << o) - 1);
		const struct page *p = bs_page(m, h, (unsigned int)o);

		if (o == (int)m->pbo - 1 && !m->pb[pfn >> m->pbo].fine)
			break;
		if (!(p->flags & PG_STATE) || p->order != o)
			continue;
		*head = h;
		*order = (unsigned int)o;
		return state_of(p->flags);
	}
	return present(m, pfn) && pfn_zone(m, pfn) ? BS_PAGE_RESERVED : BS_PAGE_HOLE;
}

enum bs_page_state bs_page_state(const struct bs_machine *m, bs_pfn pfn)
{
	unsigned int order;
	bs_pfn head;

	return bs_page_lookup(m, pfn, &head, &order);
}

/* Descriptor of the block that starts at @pfn, NULL if none does. */
static const struct page *block_at(const struct bs_machine *m, bs_pfn pfn)
{
	const struct page *p = &m->side[pfn >> m->pbo];

	if (!(pfn & (((bs_pfn)1 << m->pbo) - 1)) && (p->flags & PG_STATE))
		return p;
	p = &m->mem_map[pfn];
	return p->flags & PG_STATE ? p : NULL;
}

int bs_machine_walk(const struct bs_machine *m,
		    int (*visit)(void *arg, bs_pfn pfn, unsigned int order,
				 enum bs_page_state state),
		    void *arg)
{
	const bs_pfn pages = (bs_pfn)1 << m->pbo;

	for (bs_pfn pfn = 0; pfn < m->max_pfn;) {
		const struct page *p = &m->side[pfn >> m->pbo];
		int ret;

		if (!(pfn & (pages - 1)) && !(p->flags & PG_STATE) && !m->pb[pfn >> m->pbo].fine) {
			pfn += pages;
			continue;
		}
		p = block_at(m, pfn);
		if (!p) {
			pfn++;
			continue;
		}
		ret = visit(arg, pfn, p->order, state_of(p->flags));
		if (ret)
			return ret;
		pfn += (bs_pfn)1 << p->order;
	}
	return 0;
}

/* ---- A caller's blocks ----------------------------------------------------------------------- */

/* Descriptor of the allocated block that starts at @pfn; NULL if none does. */
static struct page *allocated_page(const struct bs_machine *m, bs_pfn pfn)
{
	struct page *p = &m->side[pfn >> m->pbo];

	if (!(pfn & (((bs_pfn)1 << m->pbo) - 1)) && (p->flags & PG_ALLOCATED))
		return p;
	p = &m->mem_map[pfn];
	return m->pb[pfn >> m->pbo].fine && (p->flags & PG_ALLOCATED) ? p : NULL;
}

int bs_allocated_order(const struct bs_machine *m, bs_pfn pfn)
{
	const struct page *p = pfn < m->max_pfn ? allocated_page(m, pfn) : NULL;

	return p ? p->order : -1;
}

bool bs_mm_owns(const struct bs_machine *m, bs_pfn pfn, unsigned int order, uint32_t word)
{
	const struct page *p;

	if (unlikely(pfn >= m->max_pfn || pfn & (((bs_pfn)1 << order) - 1)))
		return false;
	p = bs_page(m, pfn, order);
	return (p->flags & PG_ALLOCATED) && p->order == order && p->word == word;
}

void bs_mm_prefetch(const struct bs_machine *m, bs_pfn pfn)
{
	__builtin_prefetch(&m->mem_map[pfn], 1);
}

uint32_t bs_page_word(const struct bs_machine *m, bs_pfn pfn)
{
	const struct page *p = allocated_page(m, pfn);

	assert(p);
	return p->word;
}

void bs_page_set_word(struct bs_machine *m, bs_pfn pfn, uint32_t word)
{
	struct page *p = allocated_page(m, pfn);

	assert(p);
	p->word = word;
}

static void set_flag(struct page *p, uint8_t flag, bool on)
{
	p->flags = (uint8_t)(on ? p->flags | flag : p->flags & ~flag);
}

void bs_page_set_lru(struct bs_machine *m, bs_pfn pfn, unsigned int order, bool lru)
{
	struct page *p = bs_page(m, pfn, order);
	unsigned int have;
	bs_pfn head;

	/* Nearly every call: one page that has just been handed out. */
	if (likely(!order && (p->flags & PG_ALLOCATED) && !p->order)) {
		set_flag(p, PG_LRU, lru);
		return;
	}
	if (bs_page_lookup(m, pfn, &head, &have) == BS_PAGE_ALLOCATED) {
		/* A block described by one entry is movable as a whole or not at all. */
		if (have >= m->pbo) {
			assert(have == order);
			set_flag(bs_page(m, head, have), PG_LRU, lru);
			return;
		}
		/* Stays set when a part loses its bits: it only says that some page may have one. */
		if (lru)
			set_flag(&m->mem_map[head], PG_HAS_LRU, true);
	}
	m->pb[pfn >> m->pbo].fine = true;
	for (bs_pfn q = pfn; q < pfn + ((bs_pfn)1 << order); q++)
		set_flag(&m->mem_map[q], PG_LRU, lru);
}

/* Write the descriptor of an allocated block at its (new) place. */
static void set_allocated(struct bs_machine *m, bs_pfn pfn, unsigned int order,
			  const struct page *like, bool lru)
{
	struct page *p = bs_page(m, pfn, order);
	const uint8_t keep = order < m->pbo ? p->flags & PG_LRU : 0;

	*p = *like;
	p->order = (uint8_t)order;
	p->flags = PG_ALLOCATED | keep;
	if (order < m->pbo) {
		m->pb[pfn >> m->pbo].fine = true;
		if (lru)
			p->flags |= PG_HAS_LRU;
	} else if (lru) {
		p->flags |= PG_LRU;
	}
}

int bs_split_allocated(struct bs_machine *m, bs_pfn pfn, unsigned int order)
{
	unsigned int have;
	struct page like;
	bs_pfn head;
	bool lru;

	if (bs_page_lookup(m, pfn, &head, &have) != BS_PAGE_ALLOCATED || have < order ||
	    pfn & (((bs_pfn)1 << order) - 1))
		return -ENOENT;
	like = *bs_page(m, head, have);
	lru = like.flags & (PG_LRU | PG_HAS_LRU);
	while (have > order) {
		const bs_pfn half = (bs_pfn)1 << (have - 1);

		/* From one descriptor for all pages to one per page: LRU becomes theirs. */
		if (have == m->pbo) {
			bs_page(m, head, have)->flags = 0;
			for (bs_pfn q = head; lru && q < head + 2 * half; q++)
				m->mem_map[q].flags = PG_LRU;
		}
		have--;
		set_allocated(m, head, have, &like, lru);
		set_allocated(m, head + half, have, &like, lru);
		if (pfn >= head + half)
			head += half;
	}
	return 0;
}
