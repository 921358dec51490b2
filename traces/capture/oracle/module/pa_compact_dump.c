// SPDX-License-Identifier: GPL-2.0
/*
 * pa_compact_dump.c - the state that compaction and reclaim go by, as text
 */
#include <linux/fs.h>
#include <linux/memcontrol.h>
#include <linux/mm_inline.h>
#include <linux/pagemap.h>
#include <linux/swap.h>
#include <linux/vmstat.h>

#include "pa_compact.h"

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
#define PA_MAPCOUNT(page) folio_mapcount(page_folio(page))
#else
#define PA_MAPCOUNT(page) page_mapcount(page)
#endif

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 17, 0)
#define PA_SKIP_BIT PB_compact_skip
#else
#define PA_SKIP_BIT PB_migrate_skip
#endif

#ifdef CONFIG_SPARSEMEM
static bool block_skip(unsigned long pfn)
{
	struct mem_section *ms = __pfn_to_section(pfn);
	unsigned long bit;

	if (!ms || !valid_section(ms) || !ms->usage)
		return false;
	bit = ((pfn & (PAGES_PER_SECTION - 1)) >> pageblock_order) * NR_PAGEBLOCK_BITS +
	      PA_SKIP_BIT;
	return (ms->usage->pageblock_flags[bit / BITS_PER_LONG] >> (bit % BITS_PER_LONG)) & 1;
}
#else
#error "only sparse memory"
#endif

static void dump_skip(struct zone *z, int zi)
{
	unsigned long pfn = ALIGN_DOWN(z->zone_start_pfn, pageblock_nr_pages),
		      end = zone_end_pfn(z);

	pa_log("skip %d", zi);
	for (; pfn < end; pfn += pageblock_nr_pages)
		if (block_skip(pfn)) {
			pa_log_char(' ');
			pa_log_num(pfn);
		}
	pa_log_char('\n');
}

static void dump_compound(struct zone *z, int zi)
{
	unsigned long pfn = z->zone_start_pfn, end = zone_end_pfn(z);

	pa_log("comp %d", zi);
	while (pfn < end) {
		struct page *page = pfn_to_online_page(pfn);

		if (page && !PageBuddy(page) && PageHead(page)) {
			pa_log_char(' ');
			pa_log_num(pfn);
			pa_log_char(':');
			pa_log_num(compound_order(page));
			pfn += 1UL << compound_order(page);
		} else {
			pfn++;
		}
	}
	pa_log_char('\n');
}

/* Pageblocks that scanners pass by: the first or the last page (inside the zone's span) is not the zone's. */
static bool block_foreign(struct zone *z, unsigned long pfn)
{
	unsigned long first = max(pfn, z->zone_start_pfn),
		      last = min(pfn + pageblock_nr_pages, zone_end_pfn(z)) - 1;
	struct page *page = pfn_to_online_page(first);

	if (z->contiguous)
		return false;
	return !page || page_zone(page) != z || !pfn_valid(last) ||
	       page_zone_id(page) != page_zone_id(pfn_to_page(last));
}

static void dump_foreign_blocks(struct zone *z, int zi)
{
	unsigned long pfn = ALIGN_DOWN(z->zone_start_pfn, pageblock_nr_pages),
		      end = zone_end_pfn(z);

	pa_log("hole %d", zi);
	while (pfn < end) {
		unsigned long first = pfn;

		while (pfn < end && block_foreign(z, pfn))
			pfn += pageblock_nr_pages;
		if (pfn == first) {
			pfn += pageblock_nr_pages;
			continue;
		}
		pa_log(" %lu+%lu", first, (pfn - first) / pageblock_nr_pages);
	}
	pa_log_char('\n');
}

/* Pages on the LRU of somebody else, whose migration depends on more than this dump says. */
static void dump_foreign(struct zone *z, int zi)
{
	unsigned long pfn = z->zone_start_pfn, end = zone_end_pfn(z);

	pa_log("lruo %d", zi);
	for (; pfn < end; pfn++) {
		struct page *page = pfn_to_online_page(pfn);
		struct address_space *m;

		if (!page || PageBuddy(page) || !PageLRU(page) || PageTail(page))
			continue;
		m = page->mapping;
		if (m == pa_ino[0]->i_mapping || m == pa_ino[1]->i_mapping)
			continue;
		pa_log_char(' ');
		pa_log_num(pfn);
		pa_log_char(':');
		if (PageAnon(page))
			pa_log_char('a');
		else if (m)
			pa_log_char(m->a_ops->migrate_folio ? 'f' : 'n');
		else
			pa_log_char('-');
		if (PageDirty(page))
			pa_log_char('d');
		if (folio_test_unevictable(page_folio(page)))
			pa_log_char('u');
		if (folio_test_mlocked(page_folio(page)))
			pa_log_char('l');
		if (PA_MAPCOUNT(page))
			pa_log_char('m');
		pa_log_num(folio_ref_count(page_folio(page)) - PA_MAPCOUNT(page));
	}
	pa_log_char('\n');
}

/* Pages the lru record counts although they are on no LRU: page->mapping holds something else there. */
static void dump_false(struct zone *z, int zi)
{
	unsigned long pfn = z->zone_start_pfn, end = zone_end_pfn(z);

	pa_log("lruf %d", zi);
	for (; pfn < end; pfn++) {
		struct page *page = pfn_to_online_page(pfn);

		if (page && !PageBuddy(page) && !PageLRU(page) && pa_movable_ops(page)) {
			pa_log_char(' ');
			pa_log_num(pfn);
		}
	}
	pa_log_char('\n');
}

#if defined(CONFIG_LRU_GEN) && LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
/* lrug max_seq= min_seq=ANON,FILE SEQ:TYPE:ZONE=PAGES ... : the generations of the LRU that our pages are on */
static void dump_generations(void)
{
	struct lru_gen_folio *g = NULL;
	unsigned long seq;
	struct page *page;
	u32 i;
	int type, zi;

	for (i = 0; i < pa_nr_index[0] && !g; i++) {
		page = test_bit(i, pa_present[0]) ? xa_load(&pa_ino[0]->i_mapping->i_pages, i)
						  : NULL;
		if (page && !xa_is_value(page) && PageLRU(page)) {
#ifdef CONFIG_MEMCG
			struct mem_cgroup *m = folio_memcg(page_folio(page));

			g = m ? &m->nodeinfo[0]->lruvec.lrugen : NULL;
#endif
			g = g ? g : &NODE_DATA(0)->__lruvec.lrugen;
		}
	}
	if (!g)
		return;
	pa_log("lrug max_seq=%lu min_seq=%lu,%lu", g->max_seq, g->min_seq[0], g->min_seq[1]);
	for (type = 0; type < 2; type++)
		for (seq = g->min_seq[type]; seq <= g->max_seq; seq++)
			for (zi = 0; zi < MAX_NR_ZONES; zi++)
				if (g->nr_pages[seq % MAX_NR_GENS][type][zi])
					pa_log(" %lu:%d:%d=%ld", seq, type, zi,
					       g->nr_pages[seq % MAX_NR_GENS][type][zi]);
	pa_log_char('\n');
}
#else
static void dump_generations(void)
{
}
#endif

void pa_cdump(const char *name)
{
	static unsigned long ev[NR_VM_EVENT_ITEMS];
	struct pglist_data *pg = NODE_DATA(0);
	struct zone *z;
	int zi;

	for (zi = 0; zi < MAX_NR_ZONES; zi++) {
		z = pa_zone(zi);
		if (!z)
			continue;
		pa_log("zonec %d cached_migrate=%lu,%lu cached_free=%lu init_migrate=%lu init_free=%lu considered=%u defer_shift=%u",
		       zi, z->compact_cached_migrate_pfn[0], z->compact_cached_migrate_pfn[1],
		       z->compact_cached_free_pfn, z->compact_init_migrate_pfn,
		       z->compact_init_free_pfn, z->compact_considered, z->compact_defer_shift);
		pa_log(" order_failed=%d blockskip_flush=%d\n", z->compact_order_failed,
		       z->compact_blockskip_flush);
		dump_skip(z, zi);
		dump_compound(z, zi);
		dump_foreign_blocks(z, zi);
		dump_foreign(z, zi);
		dump_false(z, zi);
	}
	pa_log("lrun inactive_anon=%ld active_anon=%ld inactive_file=%ld active_file=%ld unevictable=%ld isolated_anon=%ld isolated_file=%ld\n",
	       atomic_long_read(&pg->vm_stat[NR_INACTIVE_ANON]),
	       atomic_long_read(&pg->vm_stat[NR_ACTIVE_ANON]),
	       atomic_long_read(&pg->vm_stat[NR_INACTIVE_FILE]),
	       atomic_long_read(&pg->vm_stat[NR_ACTIVE_FILE]),
	       atomic_long_read(&pg->vm_stat[NR_UNEVICTABLE]),
	       atomic_long_read(&pg->vm_stat[NR_ISOLATED_ANON]),
	       atomic_long_read(&pg->vm_stat[NR_ISOLATED_FILE]));
	dump_generations();
	all_vm_events(ev);
	pa_log("vmev migrate_scanned=%lu free_scanned=%lu isolated=%lu stall=%lu fail=%lu success=%lu kwake=%lu kmigrate=%lu kfree=%lu",
	       ev[COMPACTMIGRATE_SCANNED], ev[COMPACTFREE_SCANNED], ev[COMPACTISOLATED],
	       ev[COMPACTSTALL], ev[COMPACTFAIL], ev[COMPACTSUCCESS], ev[KCOMPACTD_WAKE],
	       ev[KCOMPACTD_MIGRATE_SCANNED], ev[KCOMPACTD_FREE_SCANNED]);
	pa_log(" pgmigrate_success=%lu pgmigrate_fail=%lu pgsteal_kswapd=%lu pgsteal_direct=%lu pgscan_kswapd=%lu pgscan_direct=%lu\n",
	       ev[PGMIGRATE_SUCCESS], ev[PGMIGRATE_FAIL], ev[PGSTEAL_KSWAPD], ev[PGSTEAL_DIRECT],
	       ev[PGSCAN_KSWAPD], ev[PGSCAN_DIRECT]);
}

void pa_cdump_all(const char *name)
{
	pa_dump_with(name, pa_cdump);
}
