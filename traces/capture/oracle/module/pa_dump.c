// SPDX-License-Identifier: GPL-2.0
/*
 * pa_dump.c - the state of every zone, as text
 *
 * Called with interrupts off on the only CPU: nothing moves while it is written, so no lock is
 * taken. The format is described in ../README.md.
 */
#include <linux/kernel.h>
#include <linux/memory_hotplug.h>
#include <linux/page-flags.h>
#include <linux/smp.h>
#include <linux/utsname.h>

#include "pa_oracle.h"

/* The migratetype takes the three low bits of a pageblock's flags. */
#define PA_BLOCK_TYPE_MASK 7

#ifdef CONFIG_SPARSEMEM
static int block_type(struct zone *z, unsigned long pfn)
{
	struct mem_section *ms = __pfn_to_section(pfn);
	unsigned long bit;

	if (!ms || !valid_section(ms) || !ms->usage)
		return -1;
	bit = ((pfn & (PAGES_PER_SECTION - 1)) >> pageblock_order) * NR_PAGEBLOCK_BITS;
	return (ms->usage->pageblock_flags[bit / BITS_PER_LONG] >> (bit % BITS_PER_LONG)) &
	       PA_BLOCK_TYPE_MASK;
}
#else
static int block_type(struct zone *z, unsigned long pfn)
{
	unsigned long base = round_down(z->zone_start_pfn, pageblock_nr_pages);
	unsigned long bit = ((pfn - base) >> pageblock_order) * NR_PAGEBLOCK_BITS;

	return (z->pageblock_flags[bit / BITS_PER_LONG] >> (bit % BITS_PER_LONG)) &
	       PA_BLOCK_TYPE_MASK;
}
#endif

static void dump_counters(struct zone *z, int zi)
{
	pa_log("zone %d %s node=%d start_pfn=%lu spanned=%lu present=%lu managed=%lu", zi, z->name,
	       zone_to_nid(z), z->zone_start_pfn, z->spanned_pages, z->present_pages,
	       zone_managed_pages(z));
	pa_log(" min=%lu low=%lu high=%lu boost=%lu highatomic=%lu flags=0x%lx",
	       z->_watermark[WMARK_MIN], z->_watermark[WMARK_LOW], z->_watermark[WMARK_HIGH],
	       z->watermark_boost, z->nr_reserved_highatomic, z->flags);
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)
	pa_log(" pageset_high=%d", z->pageset_high);
#else
	pa_log(" pageset_high=%d", z->pageset_high_max);
#endif
	pa_log(" pageset_batch=%d vm_free=%ld vm_free_diff=%d", z->pageset_batch,
	       atomic_long_read(&z->vm_stat[NR_FREE_PAGES]), pa_free_diff(z));
#ifdef CONFIG_SMP
	pa_log(" stat_threshold=%d", this_cpu_ptr(z->per_cpu_zonestats)->stat_threshold);
#endif
	pa_log(" drift_mark=%lu", z->percpu_drift_mark);
#ifdef CONFIG_MEMORY_ISOLATION
	pa_log(" nr_isolate=%lu", z->nr_isolate_pageblock);
#endif
	pa_log(" contiguous=%d\n", z->contiguous);
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
	pa_log("zonex %d nr_free_highatomic=%lu pageset_high_min=%d\n", zi, z->nr_free_highatomic,
	       z->pageset_high_min);
#endif
}

static void dump_lowmem(struct zone *z, int zi)
{
	int i;

	pa_log("lowmem %d", zi);
	for (i = 0; i < MAX_NR_ZONES; i++)
		pa_log(" %ld", z->lowmem_reserve[i]);
	pa_log_char('\n');
}

static void dump_free_list(struct list_head *list, int zi, int order, int mt)
{
	struct page *page;

	if (list_empty(list))
		return;
	pa_log("free %d %d %d", zi, order, mt);
	list_for_each_entry(page, list, lru)
	{
		pa_log_char(' ');
		pa_log_num(page_to_pfn(page));
		if (PageReported(page))
			pa_log_char('r');
	}
	pa_log_char('\n');
}

static void dump_areas(struct zone *z, int zi)
{
	int order, mt;

	for (order = 0; order < PA_NR_ORDERS; order++) {
		struct free_area *area = &z->free_area[order];

		pa_log("area %d %d nr_free=%lu\n", zi, order, area->nr_free);
		for (mt = 0; mt < MIGRATE_TYPES; mt++)
			dump_free_list(&area->free_list[mt], zi, order, mt);
	}
}

/*
 * Until 6.10 a page in a per-cpu list remembers a migratetype of its own, and a drain goes by it.
 * It is said where the list's number does not imply it.
 */
static void log_cached_type(struct page *page, int list)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 10, 0)
	if (page->index != list % MIGRATE_PCPTYPES || list >= NR_LOWORDER_PCP_LISTS) {
		pa_log_char(':');
		pa_log_num(page->index);
	}
#endif
}

static void dump_pcp(struct zone *z, int zi)
{
	struct per_cpu_pages *pcp = this_cpu_ptr(z->per_cpu_pageset);
	struct page *page;
	int i;

	pa_log("pcp %d cpu=%d count=%d high=%d batch=%d", zi, smp_processor_id(), pcp->count,
	       pcp->high, pcp->batch);
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)
	pa_log(" free_factor=%d", pcp->free_factor);
#else
	pa_log(" high_min=%d high_max=%d alloc_factor=%d flags=%d free_count=%d", pcp->high_min,
	       pcp->high_max, pcp->alloc_factor, pcp->flags, pcp->free_count);
#endif
#ifdef CONFIG_NUMA
	pa_log(" expire=%d", pcp->expire);
#endif
	pa_log_char('\n');
	for (i = 0; i < NR_PCP_LISTS; i++) {
		if (list_empty(&pcp->lists[i]))
			continue;
		pa_log("pcpl %d %d", zi, i);
		list_for_each_entry(page, &pcp->lists[i], pcp_list)
		{
			pa_log_char(' ');
			pa_log_num(page_to_pfn(page));
			log_cached_type(page, i);
		}
		pa_log_char('\n');
	}
}

static void dump_blocks(struct zone *z, int zi)
{
	unsigned long pfn = ALIGN_DOWN(z->zone_start_pfn, pageblock_nr_pages);
	unsigned long end = zone_end_pfn(z);

	while (pfn < end) {
		unsigned long first = pfn, count = 0;
		int mt = block_type(z, pfn);

		for (; pfn < end && block_type(z, pfn) == mt; pfn += pageblock_nr_pages)
			count++;
		pa_log("blk %d %lu %lu %d\n", zi, first, count, mt);
	}
}

/* Pages in use that stealing a block counts as movable. */
static bool looks_movable(unsigned long pfn)
{
	struct page *page = pfn_to_online_page(pfn);

	return page && !PageBuddy(page) && (PageLRU(page) || __PageMovable(page));
}

static void dump_lru(struct zone *z, int zi)
{
	unsigned long pfn = z->zone_start_pfn, end = zone_end_pfn(z);

	pa_log("lru %d", zi);
	while (pfn < end) {
		unsigned long first = pfn;

		while (pfn < end && looks_movable(pfn))
			pfn++;
		if (pfn == first) {
			pfn++;
			continue;
		}
		pa_log_char(' ');
		pa_log_num(first);
		pa_log_char('+');
		pa_log_num(pfn - first);
	}
	pa_log_char('\n');
}

/* Everything that decides what the allocator does next, under @name. */
void pa_dump(const char *name)
{
	struct zone *z;
	int zi;

	pa_log("dump %s\n", name);
	for (zi = 0; zi < MAX_NR_ZONES; zi++) {
		z = pa_zone(zi);
		if (!z)
			continue;
		dump_counters(z, zi);
		dump_lowmem(z, zi);
		dump_areas(z, zi);
		dump_pcp(z, zi);
		dump_blocks(z, zi);
		dump_lru(z, zi);
	}
	pa_log("enddump %s\n", name);
}

/* The counters alone: small enough to be had every few hundred operations. */
void pa_log_check(unsigned long op)
{
	struct zone *z;
	int zi, order;

	for (zi = 0; zi < MAX_NR_ZONES; zi++) {
		z = pa_zone(zi);
		if (!z)
			continue;
		pa_log("ck %lu %d vm_free=%ld diff=%d pcp=%d boost=%lu ha=%lu flags=0x%lx nr=", op,
		       zi, atomic_long_read(&z->vm_stat[NR_FREE_PAGES]), pa_free_diff(z),
		       this_cpu_ptr(z->per_cpu_pageset)->count, z->watermark_boost,
		       z->nr_reserved_highatomic, z->flags);
		for (order = 0; order < PA_NR_ORDERS; order++) {
			pa_log_num(z->free_area[order].nr_free);
			pa_log_char(order == PA_NR_ORDERS - 1 ? '\n' : ',');
		}
	}
}

bool pa_shuffle_on(void)
{
	return pa.shuffle_word && pa.shuffle_bits && pa.shuffle_key &&
	       static_key_enabled(pa.shuffle_key);
}

/* The line that starts every run and every dump outside one. */
void pa_log_head(void)
{
	pa_log("pa_oracle 1 kernel=%s max_order=%d pageblock_order=%d nr_pcp_lists=%d",
	       utsname()->release, PA_NR_ORDERS - 1, (int)pageblock_order, (int)NR_PCP_LISTS);
	pa_log(" migratetypes=%d nr_zones=%d page_size=%lu hz=%d cpus=%u", (int)MIGRATE_TYPES,
	       (int)MAX_NR_ZONES, PAGE_SIZE, HZ, num_online_cpus());
	pa_log(" shuffle=%d reporting=%d report_order=%u init_on_alloc=%d\n", pa_shuffle_on(),
	       pa.reporting_key && static_key_enabled(pa.reporting_key),
	       pa.report_order ? *pa.report_order : 0, want_init_on_alloc(0));
}
