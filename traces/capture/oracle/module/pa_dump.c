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
#include <linux/timekeeping.h>
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
	bit = ms->usage->pageblock_flags[bit / BITS_PER_LONG] >> (bit % BITS_PER_LONG);
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 17, 0) && defined(CONFIG_MEMORY_ISOLATION)
	if (bit & BIT(PB_migrate_isolate))
		return MIGRATE_ISOLATE;
#endif
	return bit & PA_BLOCK_TYPE_MASK;
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
	pa_log(" stat_threshold=%d", per_cpu_ptr(z->per_cpu_zonestats, 0)->stat_threshold);
#endif
	pa_log(" drift_mark=%lu", z->percpu_drift_mark);
#ifdef CONFIG_MEMORY_ISOLATION
	pa_log(" nr_isolate=%lu", z->nr_isolate_pageblock);
#endif
	pa_log(" contiguous=%d\n", z->contiguous);
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
	pa_log("zonex %d nr_free_highatomic=%lu pageset_high_min=%d", zi, z->nr_free_highatomic,
	       z->pageset_high_min);
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0)
	pa_log(" vm_free_blocks=%ld vm_free_blocks_diff=%d",
	       atomic_long_read(&z->vm_stat[NR_FREE_PAGES_BLOCKS]),
	       per_cpu_ptr(z->per_cpu_zonestats, 0)->vm_stat_diff[NR_FREE_PAGES_BLOCKS]);
#endif
	pa_log("\n");
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

static void dump_pcp_of(struct zone *z, int zi, int cpu)
{
	struct per_cpu_pages *pcp = per_cpu_ptr(z->per_cpu_pageset, cpu);
	struct page *page;
	int i;

	pa_log("pcp %d cpu=%d count=%d high=%d batch=%d", zi, cpu, pcp->count, pcp->high,
	       pcp->batch);
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)
	pa_log(" free_factor=%d", pcp->free_factor);
#else
	pa_log(" high_min=%d high_max=%d alloc_factor=%d flags=%d free_count=%d", pcp->high_min,
	       pcp->high_max, pcp->alloc_factor, pcp->flags, pcp->free_count);
#endif
#ifdef CONFIG_NUMA
	pa_log(" expire=%d", pcp->expire);
#endif
	if (num_online_cpus() > 1)
		pa_log(" free_diff=%d node=%d", pa_free_diff_of(z, cpu), cpu_to_node(cpu));
	pa_log_char('\n');
	for (i = 0; i < NR_PCP_LISTS; i++) {
		if (list_empty(&pcp->lists[i]))
			continue;
		pa_log("pcpl %d %d", zi, i);
		if (cpu)
			pa_log(" c%d", cpu);
		list_for_each_entry(page, &pcp->lists[i], pcp_list)
		{
			pa_log_char(' ');
			pa_log_num(page_to_pfn(page));
			log_cached_type(page, i);
		}
		pa_log_char('\n');
	}
}

static void dump_pcp(struct zone *z, int zi)
{
	int cpu;

	for_each_online_cpu(cpu) dump_pcp_of(z, zi, cpu);
}

/* From 6.17 on isolation leaves the block's type in place beside it. */
static void dump_stored(struct zone *z, int zi)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 17, 0) && defined(CONFIG_SPARSEMEM)
	unsigned long pfn = ALIGN_DOWN(z->zone_start_pfn, pageblock_nr_pages),
		      end = zone_end_pfn(z);

	for (; pfn < end; pfn += pageblock_nr_pages) {
		struct mem_section *ms = __pfn_to_section(pfn);
		unsigned long bit =
			((pfn & (PAGES_PER_SECTION - 1)) >> pageblock_order) * NR_PAGEBLOCK_BITS;

		if (block_type(z, pfn) != MIGRATE_ISOLATE || !ms || !ms->usage)
			continue;
		pa_log("blks %d %lu %lu\n", zi, pfn,
		       (ms->usage->pageblock_flags[bit / BITS_PER_LONG] >> (bit % BITS_PER_LONG)) &
			       PA_BLOCK_TYPE_MASK);
	}
#endif
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

	return page && !PageBuddy(page) && (PageLRU(page) || pa_movable_ops(page));
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
void pa_dump_with(const char *name, void (*more)(const char *name))
{
	struct zone *z;
	int zi;

	pa_log("dump %s\n", name);
	pa_dump_more(name);
	for (zi = 0; zi < pa_nr_zones(); zi++) {
		z = pa_zone(zi);
		if (!z)
			continue;
		dump_counters(z, zi);
		dump_lowmem(z, zi);
		dump_areas(z, zi);
		dump_pcp(z, zi);
		dump_blocks(z, zi);
		dump_stored(z, zi);
		dump_lru(z, zi);
	}
	if (more)
		more(name);
	pa_log("enddump %s\n", name);
}

void pa_dump(const char *name)
{
	pa_dump_with(name, NULL);
}

/* The counters alone: small enough to be had every few hundred operations. */
void pa_log_check(unsigned long op)
{
	struct zone *z;
	int zi, order, cpu;

	for (zi = 0; zi < pa_nr_zones(); zi++) {
		z = pa_zone(zi);
		if (!z)
			continue;
		pa_log("ck %lu %d vm_free=%ld diff=%d pcp=%d boost=%lu ha=%lu flags=0x%lx nr=", op,
		       zi, atomic_long_read(&z->vm_stat[NR_FREE_PAGES]), pa_free_diff(z),
		       per_cpu_ptr(z->per_cpu_pageset, 0)->count, z->watermark_boost,
		       z->nr_reserved_highatomic, z->flags);
		for (order = 0; order < PA_NR_ORDERS; order++) {
			pa_log_num(z->free_area[order].nr_free);
			if (order < PA_NR_ORDERS - 1)
				pa_log_char(',');
		}
		for_each_online_cpu(cpu) if (cpu)
			pa_log(" diff%d=%d pcp%d=%d", cpu, pa_free_diff_of(z, cpu), cpu,
			       per_cpu_ptr(z->per_cpu_pageset, cpu)->count);
		pa_log_char('\n');
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
	pa_log(" shuffle=%d reporting=%d report_order=%u init_on_alloc=%d", pa_shuffle_on(),
	       pa.reporting_key && static_key_enabled(pa.reporting_key),
	       pa.report_order ? *pa.report_order : 0, want_init_on_alloc(0));
	/* trace_clock "mono" is the same clock: it says which events of a recording are later. */
	pa_log(" ns=%llu\n", (unsigned long long)ktime_get_mono_fast_ns());
}
