// SPDX-License-Identifier: GPL-2.0
/*
 * pa_compact.c - compaction and reclaim: page cache of our own, triggers, and what they did
 *
 * A file system without a mount point holds page cache that this module adds and drops page by page.
 * While a trigger runs, interrupts are on and the kernel may sleep; so everything that could touch the
 * allocator is logged through tracepoints, and each migration target through probes.
 */
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/kprobes.h>
#include <linux/memcontrol.h>
#include <linux/migrate.h>
#include <linux/mm_inline.h>
#include <linux/pagemap.h>
#include <linux/pseudo_fs.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/swap.h>
#include <linux/tracepoint.h>
#include <linux/uio.h>
#include <linux/vmalloc.h>
#include <linux/vmstat.h>
#include <linux/delay.h>

#include "pa_oracle.h"

/* The head of the kernel's compaction control block: private to mm/, but what tracepoints hand over. */
struct pa_cc {
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
	struct list_head freepages[PA_NR_ORDERS];
#else
	struct list_head freepages;
#endif
	struct list_head migratepages;
	unsigned int nr_freepages, nr_migratepages;
	unsigned long free_pfn, migrate_pfn, fast_start_pfn;
	struct zone *zone;
	unsigned long migrate_scanned, free_scanned;
	unsigned short fast_search_fail;
	short search_order;
	gfp_t gfp;
	int order, migratetype;
	unsigned int alloc_flags;
	int highest_zoneidx;
	enum migrate_mode mode;
	bool ignore_skip, no_set_skip, ignore_suitable, direct, proactive, whole_zone, contended,
		finish, contig;
};

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
#define PA_MAPCOUNT(page) folio_mapcount(page_folio(page))
#else
#define PA_MAPCOUNT(page) page_mapcount(page)
#endif

static bool tracing;
static struct inode
	*ino[2]; /* 0: clean file pages, 1: swap-backed (as tmpfs; never reclaimed without swap) */
static u32 nr_index[2];
static unsigned long *present[2];
#define PA_MAX_INDEX 400000U

struct pa_fixed {
	struct page *page;
	u32 order;
};
static struct pa_fixed *fixed;
static u32 nr_fixed;
static struct pa_fixed *dheld;
static u32 nr_dheld;
static u64 rng;
static struct file *compact_file, *drop_file;
unsigned long pa_lru_drain_addr;

static u32 below(u32 n)
{
	rng ^= rng >> 12;
	rng ^= rng << 25;
	rng ^= rng >> 27;
	return (u32)((rng * 2685821657736338717ULL) >> 32) % n;
}

static void seed_rng(unsigned long seed)
{
	rng = seed * 0x9E3779B97F4A7C15ULL + 88172645463325252ULL;
}

/* ---- page cache of our own ---- */

static const struct address_space_operations pa_aops = {
	.dirty_folio = noop_dirty_folio,
	.migrate_folio = filemap_migrate_folio,
};

static int pa_fs_init(struct fs_context *fc)
{
	return init_pseudo(fc, 0x70616f72) ? 0 : -ENOMEM;
}

static struct file_system_type pa_fs = {
	.name = "pa_oracle",
	.init_fs_context = pa_fs_init,
	.kill_sb = kill_anon_super,
};

static int make_inodes(void)
{
	struct vfsmount *mnt = kern_mount(&pa_fs);
	int i;

	if (IS_ERR(mnt))
		return PTR_ERR(mnt);
	for (i = 0; i < 2; i++) {
		ino[i] = new_inode(mnt->mnt_sb);
		if (!ino[i])
			return -ENOMEM;
		ino[i]->i_ino = i + 2;
		ino[i]->i_mode = S_IFREG | 0600;
		ino[i]->i_size = 1L << 40;
		ino[i]->i_mapping->a_ops = &pa_aops;
		mapping_set_gfp_mask(ino[i]->i_mapping, GFP_HIGHUSER_MOVABLE);
		present[i] = vzalloc(BITS_TO_LONGS(PA_MAX_INDEX) * sizeof(long));
		if (!present[i])
			return -ENOMEM;
	}
	return 0;
}

static bool add_cached(int which)
{
	struct page *page;
	u32 index = nr_index[which];

	if (index >= PA_MAX_INDEX)
		return false;
	page = alloc_pages((GFP_HIGHUSER_MOVABLE & ~__GFP_RECLAIM) | __GFP_NOWARN | __GFP_NORETRY,
			   0);
	if (!page)
		return false;
	if (which)
		__folio_set_swapbacked(page_folio(page));
	if (filemap_add_folio(ino[which]->i_mapping, page_folio(page), index,
			      GFP_KERNEL & ~__GFP_RECLAIM)) {
		put_page(page);
		return false;
	}
	SetPageUptodate(page);
	unlock_page(page);
	put_page(page);
	set_bit(index, present[which]);
	nr_index[which]++;
	return true;
}

static void drop_cached(int which, u32 index)
{
	loff_t at = (loff_t)index << PAGE_SHIFT;

	truncate_inode_pages_range(ino[which]->i_mapping, at, at + PAGE_SIZE - 1);
	clear_bit(index, present[which]);
}

/* ---- commands ---- */

static bool key_ulong(char *word, const char *key, unsigned long *v)
{
	size_t n = strlen(key);

	return !strncmp(word, key, n) && word[n] == '=' && !kstrtoul(word + n + 1, 0, v);
}

static unsigned long free_now(void)
{
	return global_zone_page_state(NR_FREE_PAGES);
}

/* cfill seed= ops= c= t= u= (weights of clean, swap-backed, unmovable) umax= (largest unmovable order) left= (stop at so many free pages) burst= */
int pa_cfill(char *args)
{
	unsigned long seed = 1, ops = 1000, c = 0, t = 1, u = 0, umax = 0, left = 4000, burst = 1,
		      i, made = 0;
	unsigned int kind = 0, run = 0;
	char *w;

	while ((w = strsep(&args, " ")))
		if (*w && !key_ulong(w, "seed", &seed) && !key_ulong(w, "ops", &ops) &&
		    !key_ulong(w, "c", &c) && !key_ulong(w, "t", &t) && !key_ulong(w, "u", &u) &&
		    !key_ulong(w, "umax", &umax) && !key_ulong(w, "left", &left) &&
		    !key_ulong(w, "burst", &burst))
			return -EINVAL;
	seed_rng(seed);
	for (i = 0; i < ops && free_now() > left; i++) {
		if (!run) {
			u32 r = below(c + t + u);

			kind = r < c ? 0 : r < c + t ? 1 : 2;
			run = 1 + below(burst);
		}
		run--;
		if (kind < 2) {
			if (!add_cached(kind))
				break;
		} else {
			u32 order = umax ? below(umax + 1) : 0;
			struct page *page = alloc_pages(__GFP_NOWARN | __GFP_NORETRY, order);

			if (!page || nr_fixed >= PA_MAX_INDEX)
				break;
			fixed[nr_fixed++] = (struct pa_fixed){page, order};
		}
		made++;
		if (!(i & 1023))
			cond_resched();
	}
	pr_info("pa_oracle: cfill made %lu, free %lu, cached %u %u fixed %u\n", made, free_now(),
		nr_index[0], nr_index[1], nr_fixed);
	return 0;
}

/* chold N: take N blocks of order 10 from DMA32 or below, for good */
int pa_chold(char *args)
{
	unsigned long n;

	if (kstrtoul(args, 0, &n))
		return -EINVAL;
	while (n && alloc_pages(__GFP_DMA32 | __GFP_NOWARN | __GFP_NORETRY, 10))
		n--;
	pr_info("pa_oracle: chold %lu missing, free %lu\n", n, free_now());
	return 0;
}

/* cthin seed= c= t= u= (percent to drop of each) run= (longest run of neighbours by age dropped or kept as one) */
int pa_cthin(char *args)
{
	unsigned long seed = 1, pct[3] = {0, 0, 0}, run = 1;
	u32 i, k, left;
	bool drop = false;
	char *w;

	while ((w = strsep(&args, " ")))
		if (*w && !key_ulong(w, "seed", &seed) && !key_ulong(w, "c", &pct[0]) &&
		    !key_ulong(w, "t", &pct[1]) && !key_ulong(w, "u", &pct[2]) &&
		    !key_ulong(w, "run", &run))
			return -EINVAL;
	seed_rng(seed);
	for (k = 0; k < 2; k++)
		for (i = 0, left = 0; i < nr_index[k]; i++) {
			if (!left) {
				left = 1 + below(run);
				drop = below(100) < pct[k];
			}
			left--;
			if (drop && test_bit(i, present[k]))
				drop_cached(k, i);
			if (!(i & 1023))
				cond_resched();
		}
	for (i = 0, k = 0, left = 0; i < nr_fixed; i++) {
		if (!left) {
			left = 1 + below(run);
			drop = below(100) < pct[2];
		}
		left--;
		if (drop)
			__free_pages(fixed[i].page, fixed[i].order);
		else
			fixed[k++] = fixed[i];
	}
	nr_fixed = k;
	return 0;
}

/* ---- events ---- */

#define EVENT_BEGIN       \
	unsigned long f_; \
	if (!tracing)     \
		return;   \
	local_irq_save(f_)
#define EVENT_END local_irq_restore(f_)

static void ev_isolate(void *tag, unsigned long start, unsigned long end, unsigned long scanned,
		       unsigned long taken)
{
	EVENT_BEGIN;
	pa_log("%s %lu %lu %lu %lu\n", (char *)tag, start, end, scanned, taken);
	EVENT_END;
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
static void ev_migrated(void *tag, unsigned int total, unsigned int ok)
{
	EVENT_BEGIN;
	pa_log("cm %u %u\n", total, ok);
	EVENT_END;
}
#else
static void ev_migrated(void *tag, struct pa_cc *cc, unsigned int ok)
{
	EVENT_BEGIN;
	pa_log("cm %u %u\n", cc->nr_migratepages, ok);
	EVENT_END;
}
#endif

static void full_dump(const char *name);

/* kcompactd comes at a time of its own: its runs get dumps of their own. */
static void ev_begin(void *tag, struct pa_cc *cc, unsigned long start, unsigned long end, bool sync)
{
	EVENT_BEGIN;
	if (current->flags & PF_KTHREAD)
		full_dump("kstart");
	pa_log("cb %d order=%d mode=%d mt=%d migrate=%lu free=%lu start=%lu end=%lu",
	       (int)zone_idx(cc->zone), cc->order, cc->mode, cc->migratetype, cc->migrate_pfn,
	       cc->free_pfn, start, end);
	pa_log(" whole=%d ignskip=%d ignsuit=%d direct=%d proactive=%d gfp=0x%x aflags=0x%x hz=%d kthread=%d\n",
	       cc->whole_zone, cc->ignore_skip, cc->ignore_suitable, cc->direct, cc->proactive,
	       (unsigned int)cc->gfp, cc->alloc_flags, cc->highest_zoneidx,
	       !!(current->flags & PF_KTHREAD));
	EVENT_END;
}

static void ev_end(void *tag, struct pa_cc *cc, unsigned long start, unsigned long end, bool sync,
		   int status)
{
	EVENT_BEGIN;
	pa_log("ce %d status=%d migrate=%lu free=%lu mscan=%lu fscan=%lu\n",
	       (int)zone_idx(cc->zone), status, cc->migrate_pfn, cc->free_pfn, cc->migrate_scanned,
	       cc->free_scanned);
	if (current->flags & PF_KTHREAD)
		full_dump("kend");
	EVENT_END;
}

static void ev_verdict(void *tag, struct zone *z, int order, int ret)
{
	EVENT_BEGIN;
	pa_log("%s %d %d %d\n", (char *)tag, (int)zone_idx(z), order, ret);
	EVENT_END;
}

static void ev_defer(void *tag, struct zone *z, int order)
{
	EVENT_BEGIN;
	pa_log("%s %d %d\n", (char *)tag, (int)zone_idx(z), order);
	EVENT_END;
}

static void ev_try(void *tag, int order, gfp_t gfp, int prio)
{
	EVENT_BEGIN;
	pa_log("ct %d 0x%x %d\n", order, (unsigned int)gfp, prio);
	EVENT_END;
}

static void ev_alloc(void *tag, struct page *page, unsigned int order, gfp_t gfp, int mt)
{
	EVENT_BEGIN;
	if (page)
		pa_log("pa %lu %u 0x%x %d\n", page_to_pfn(page), order, (unsigned int)gfp, mt);
	else
		pa_log("pa - %u 0x%x %d\n", order, (unsigned int)gfp, mt);
	EVENT_END;
}

static void ev_free(void *tag, struct page *page, unsigned int order)
{
	EVENT_BEGIN;
	pa_log("pf %lu %u\n", page_to_pfn(page), order);
	EVENT_END;
}

static void ev_free_batched(void *tag, struct page *page)
{
	EVENT_BEGIN;
	pa_log("pb %lu\n", page_to_pfn(page));
	EVENT_END;
}

static void ev_shrink(void *tag, int nid, unsigned long scanned, unsigned long reclaimed,
		      void *stat, int priority, int file)
{
	EVENT_BEGIN;
	pa_log("rs %d %lu %lu %d %d\n", nid, scanned, reclaimed, priority, file);
	EVENT_END;
}

static void ev_kswapd_wake(void *tag, int nid, int zid, int order)
{
	EVENT_BEGIN;
	pa_log("kw %d %d %d\n", nid, zid, order);
	EVENT_END;
}

static void ev_kswapd_sleep(void *tag, int nid)
{
	EVENT_BEGIN;
	pa_log("ks %d\n", nid);
	EVENT_END;
}

static void ev_wakeup_kswapd(void *tag, int nid, int zid, int order, gfp_t gfp)
{
	EVENT_BEGIN;
	pa_log("kq %d %d %d 0x%x\n", nid, zid, order, (unsigned int)gfp);
	EVENT_END;
}

static struct {
	const char *name;
	void *probe;
	char *tag;
	bool found;
} events[] = {
	{"mm_compaction_isolate_migratepages", ev_isolate, "ci"},
	{"mm_compaction_isolate_freepages", ev_isolate, "cf"},
	{"mm_compaction_fast_isolate_freepages", ev_isolate, "cq"},
	{"mm_compaction_migratepages", ev_migrated, ""},
	{"mm_compaction_begin", ev_begin, ""},
	{"mm_compaction_end", ev_end, ""},
	{"mm_compaction_suitable", ev_verdict, "cs"},
	{"mm_compaction_finished", ev_verdict, "cd"},
	{"mm_compaction_deferred", ev_defer, "cx"},
	{"mm_compaction_defer_compaction", ev_defer, "cy"},
	{"mm_compaction_defer_reset", ev_defer, "cz"},
	{"mm_compaction_try_to_compact_pages", ev_try, ""},
	{"mm_page_alloc", ev_alloc, ""},
	{"mm_page_free", ev_free, ""},
	{"mm_page_free_batched", ev_free_batched, ""},
	{"mm_vmscan_lru_shrink_inactive", ev_shrink, ""},
	{"mm_vmscan_kswapd_wake", ev_kswapd_wake, ""},
	{"mm_vmscan_kswapd_sleep", ev_kswapd_sleep, ""},
	{"mm_vmscan_wakeup_kswapd", ev_wakeup_kswapd, ""},
};

static void hook(struct tracepoint *tp, void *unused)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(events); i++)
		if (!strcmp(tp->name, events[i].name))
			events[i].found =
				!tracepoint_probe_register(tp, events[i].probe, events[i].tag);
}

struct target {
	unsigned long src;
};

static int target_entry(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	((struct target *)ri->data)->src = regs->di;
	return 0;
}

/* m OLD NEW: this page is about to be copied there */
static int target_return(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct page *src = (struct page *)((struct target *)ri->data)->src,
		    *dst = (struct page *)regs->ax;
	unsigned long f;

	if (!tracing)
		return 0;
	local_irq_save(f);
	if (dst)
		pa_log("m %lu %lu\n", page_to_pfn(src), page_to_pfn(dst));
	else
		pa_log("m %lu -\n", page_to_pfn(src));
	local_irq_restore(f);
	return 0;
}

static struct kretprobe target_probe = {
	.kp.symbol_name = "compaction_alloc",
	.entry_handler = target_entry,
	.handler = target_return,
	.data_size = sizeof(struct target),
	.maxactive = 8,
};

/* mb NEW: a target not used after all */
static int back_entry(struct kprobe *p, struct pt_regs *regs)
{
	unsigned long f;

	if (tracing) {
		local_irq_save(f);
		pa_log("mb %lu\n", page_to_pfn((struct page *)regs->di));
		local_irq_restore(f);
	}
	return 0;
}

static struct kprobe back_probe = {.symbol_name = "compaction_free", .pre_handler = back_entry};

/* ---- state ---- */

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
		if (m == ino[0]->i_mapping || m == ino[1]->i_mapping)
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

	for (i = 0; i < nr_index[0] && !g; i++) {
		page = test_bit(i, present[0]) ? xa_load(&ino[0]->i_mapping->i_pages, i) : NULL;
		if (page && !xa_is_value(page) && PageLRU(page)) {
			struct mem_cgroup *m = folio_memcg(page_folio(page));

			g = m ? &m->nodeinfo[0]->lruvec.lrugen : &NODE_DATA(0)->__lruvec.lrugen;
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

static void full_dump(const char *name)
{
	pa_dump_with(name, pa_cdump);
}

static void settle(void)
{
	if (pa_lru_drain_addr)
		((void (*)(void))pa_lru_drain_addr)();
}

static int write_one(struct file *f, char c)
{
	char text[2] = {c, 0};
	loff_t pos = 0;
	ssize_t n = kernel_write(f, text, 1, &pos);

	return n == 1 ? 0 : n < 0 ? n : -EIO;
}

/* lrup N: clean pages in the order of their age (as added), so that reclaim can be followed */
static void log_cached(int which)
{
	u32 i, n = 0;

	pa_log("pages %c", "ct"[which]);
	for (i = 0; i < nr_index[which]; i++) {
		struct page *page;

		if (!test_bit(i, present[which]))
			continue;
		page = xa_load(&ino[which]->i_mapping->i_pages, i);
		if (!page || xa_is_value(page))
			continue;
		pa_log_char(' ');
		pa_log_num(page_to_pfn(page));
		n++;
	}
	pa_log_char('\n');
}

static void head(const char *label, const char *args)
{
	pa_log_head();
	pa_log("begin %s %s\n", label, args);
}

/* ccompact LABEL: /proc/sys/vm/compact_memory */
int pa_ccompact(char *label, bool drop)
{
	unsigned long f;
	int ret;

	sched_set_fifo(current);
	settle();
	local_irq_save(f);
	head(label, drop ? "op=drop_caches" : "op=compact_memory");
	if (drop)
		log_cached(0);
	full_dump("start");
	tracing = true;
	local_irq_restore(f);
	ret = write_one(drop ? drop_file : compact_file, '1');
	local_irq_save(f);
	tracing = false;
	full_dump("end");
	pa_log("finish %s overflow=%d\n", label, pa.overflow);
	local_irq_restore(f);
	sched_set_normal(current, 0);
	return ret;
}

/* cdirect label= order= n= mt=0|1|2 noretry= mayfail= kswapd= pages= : allocations that may reclaim and compact;
   pages=1: with the record of clean pages in the order of their age */
int pa_cdirect(char *args)
{
	unsigned long order = 9, n = 1, mt = 1, noretry = 1, mayfail = 0, kswapd = 0, noio = 0,
		      pages = 0, i, f;
	char *label = "direct", *w;
	gfp_t gfp;

	while ((w = strsep(&args, " "))) {
		if (!strncmp(w, "label=", 6))
			label = w + 6;
		else if (*w && !key_ulong(w, "order", &order) && !key_ulong(w, "n", &n) &&
			 !key_ulong(w, "mt", &mt) && !key_ulong(w, "noretry", &noretry) &&
			 !key_ulong(w, "mayfail", &mayfail) && !key_ulong(w, "kswapd", &kswapd) &&
			 !key_ulong(w, "noio", &noio) && !key_ulong(w, "pages", &pages))
			return -EINVAL;
	}
	gfp = __GFP_DIRECT_RECLAIM | __GFP_NOWARN | (noio ? 0 : __GFP_IO | __GFP_FS);
	gfp |= mt == 1 ? __GFP_MOVABLE | __GFP_HIGHMEM : mt == 2 ? __GFP_RECLAIMABLE : 0;
	gfp |= (noretry ? __GFP_NORETRY : 0) | (mayfail ? __GFP_RETRY_MAYFAIL : 0) |
	       (kswapd ? __GFP_KSWAPD_RECLAIM : 0);
	sched_set_normal(current, -20);
	settle();
	local_irq_save(f);
	pa_log_head();
	pa_log("begin %s op=direct order=%lu n=%lu gfp=0x%x\n", label, order, n, (unsigned int)gfp);
	if (pages)
		log_cached(0);
	full_dump("start");
	tracing = true;
	for (i = 0; i < n && !pa.overflow && nr_dheld < PA_MAX_INDEX; i++) {
		struct page *page;

		pa_log("q %u %lu 0x%x\n", pa.next_id, order, (unsigned int)gfp);
		local_irq_restore(f);
		page = alloc_pages(gfp, order);
		local_irq_save(f);
		if (page) {
			pa_log("r %u %lu\n", pa.next_id, page_to_pfn(page));
			dheld[nr_dheld++] = (struct pa_fixed){page, order};
		} else {
			pa_log("r %u -\n", pa.next_id);
		}
		pa_log_check(i + 1);
		pa.next_id++;
	}
	tracing = false;
	full_dump("end");
	pa_log("finish %s overflow=%d\n", label, pa.overflow);
	local_irq_restore(f);
	sched_set_normal(current, 0);
	return 0;
}

void pa_cdrel(void)
{
	while (nr_dheld) {
		nr_dheld--;
		__free_pages(dheld[nr_dheld].page, dheld[nr_dheld].order);
	}
}

/* cwatch label= ms= n= every= : dumps of a live system while something else works; the events between */
int pa_cwatch(char *args)
{
	unsigned long ms = 500, n = 4, wake = 0, i, f;
	char *label = "watch", *w, name[24];

	while ((w = strsep(&args, " "))) {
		if (!strncmp(w, "label=", 6))
			label = w + 6;
		else if (*w && !key_ulong(w, "ms", &ms) && !key_ulong(w, "n", &n) &&
			 !key_ulong(w, "wake", &wake))
			return -EINVAL;
	}
	settle();
	for (i = 0; i <= n; i++) {
		local_irq_save(f);
		if (!i) {
			pa_log_head();
			pa_log("begin %s op=watch ms=%lu n=%lu\n", label, ms, n);
			log_cached(0);
		}
		scnprintf(name, sizeof(name), i ? "t%lu" : "start", i);
		full_dump(name);
		tracing = true;
		local_irq_restore(f);
		if (wake && !i) {
			struct page *page =
				alloc_pages(__GFP_KSWAPD_RECLAIM | __GFP_MOVABLE | __GFP_HIGHMEM |
						    __GFP_NOWARN | __GFP_NORETRY,
					    wake);

			if (page)
				dheld[nr_dheld++] = (struct pa_fixed){page, wake};
		}
		if (i < n)
			msleep(ms);
	}
	tracing = false;
	local_irq_save(f);
	pa_log("finish %s overflow=%d\n", label, pa.overflow);
	local_irq_restore(f);
	return 0;
}

/* cpress label= n= direct= sleep= (300 ms after so many) fifo= : order-0 page cache as a reader would add it, waking kswapd; logged one by one */
int pa_cpress(char *args)
{
	unsigned long n = 1000, direct = 0, sleep = 0, fifo = 0, i, f;
	char *label = "press", *w;
	gfp_t gfp;

	while ((w = strsep(&args, " "))) {
		if (!strncmp(w, "label=", 6))
			label = w + 6;
		else if (*w && !key_ulong(w, "n", &n) && !key_ulong(w, "direct", &direct) &&
			 !key_ulong(w, "sleep", &sleep) && !key_ulong(w, "fifo", &fifo))
			return -EINVAL;
	}
	gfp = (direct ? GFP_KERNEL : __GFP_KSWAPD_RECLAIM) | __GFP_NOWARN | __GFP_NORETRY;
	if (fifo) /* kswapd then works while we sleep, and only then */
		sched_set_fifo(current);
	settle();
	local_irq_save(f);
	pa_log_head();
	pa_log("begin %s op=press n=%lu gfp=0x%x\n", label, n, (unsigned int)gfp);
	log_cached(0);
	full_dump("start");
	tracing = true;
	for (i = 0; i < n && !pa.overflow && nr_dheld < PA_MAX_INDEX; i++) {
		struct page *page;

		pa_log("q %u 0 0x%x\n", pa.next_id, (unsigned int)gfp);
		local_irq_restore(f);
		page = alloc_pages(gfp, 0);
		local_irq_save(f);
		if (page) {
			pa_log("r %u %lu\n", pa.next_id, page_to_pfn(page));
			dheld[nr_dheld++] = (struct pa_fixed){page, 0};
		} else {
			pa_log("r %u -\n", pa.next_id);
		}
		if (!((i + 1) % 100))
			pa_log_check(i + 1);
		pa.next_id++;
		if (sleep && !((i + 1) % sleep)) {
			local_irq_restore(f);
			msleep(300);
			local_irq_save(f);
		}
	}
	tracing = false;
	log_cached(0);
	full_dump("end");
	pa_log("finish %s overflow=%d\n", label, pa.overflow);
	local_irq_restore(f);
	sched_set_normal(current, 0);
	return 0;
}

int pa_compact_init(void)
{
	int i, ret = make_inodes();

	if (ret)
		return ret;
	fixed = vcalloc(PA_MAX_INDEX, sizeof(*fixed));
	dheld = vcalloc(PA_MAX_INDEX, sizeof(*dheld));
	if (!fixed || !dheld)
		return -ENOMEM;
	compact_file = filp_open("/proc/sys/vm/compact_memory", O_WRONLY, 0);
	drop_file = filp_open("/proc/sys/vm/drop_caches", O_WRONLY, 0);
	if (IS_ERR(compact_file) || IS_ERR(drop_file))
		return -ENOENT;
	for_each_kernel_tracepoint(hook, NULL);
	for (i = 0; i < ARRAY_SIZE(events); i++)
		if (!events[i].found)
			pr_info("pa_oracle: no tracepoint %s\n", events[i].name);
	ret = register_kretprobe(&target_probe);
	pr_info("pa_oracle: probe of targets: %d\n", ret);
	i = register_kprobe(&back_probe);
	pr_info("pa_oracle: probe of targets given back: %d\n", i);
	return 0;
}
