// SPDX-License-Identifier: GPL-2.0
/*
 * pa_compact_log.c - what compaction and reclaim do, event by event
 *
 * While they run, interrupts are on and the kernel may sleep; so everything that could touch the
 * allocator is logged through tracepoints, and each migration target through probes.
 */
#include <linux/kprobes.h>
#include <linux/migrate.h>
#include <linux/sched.h>
#include <linux/tracepoint.h>

#include "pa_compact.h"

bool pa_compacting;

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

#define EVENT_BEGIN         \
	unsigned long f_;   \
	if (!pa_compacting) \
		return;     \
	local_irq_save(f_); \
	pa_who()
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

/* kcompactd comes at a time of its own: its runs get dumps of their own. */
static void ev_begin(void *tag, struct pa_cc *cc, unsigned long start, unsigned long end, bool sync)
{
	EVENT_BEGIN;
	if (current->flags & PF_KTHREAD)
		pa_cdump_all("kstart");
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
		pa_cdump_all("kend");
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

	if (!pa_compacting)
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

	if (pa_compacting) {
		local_irq_save(f);
		pa_log("mb %lu\n", page_to_pfn((struct page *)regs->di));
		local_irq_restore(f);
	}
	return 0;
}

static struct kprobe back_probe = {.symbol_name = "compaction_free", .pre_handler = back_entry};

int pa_compact_log_init(void)
{
	int i, ret;

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
