// SPDX-License-Identifier: GPL-2.0
/*
 * pa_series.c - time series of a live system: what time does, contiguous ranges, memory blocks
 *
 * Interrupts are on, so that what others allocate and free meanwhile is in the log too. Only these
 * series use tracepoints and probes.
 */
#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <linux/vmalloc.h>
#include <linux/vmstat.h>

#include "pa_oracle.h"

bool pa_tracing, pa_trace_drains;
static DEFINE_RAW_SPINLOCK(event_lock);
static unsigned long refreshes, dump_every, nr_steps;

#define EVENT_BEGIN       \
	unsigned long f_; \
	if (!pa_tracing)  \
		return;   \
	raw_spin_lock_irqsave(&event_lock, f_)
#define EVENT_END raw_spin_unlock_irqrestore(&event_lock, f_)

static void log_cpu(void)
{
	if (num_online_cpus() > 1)
		pa_log(" c%d", smp_processor_id());
	pa_log_char('\n');
}

static void ev_alloc(void *tag, struct page *page, unsigned int order, gfp_t gfp, int mt)
{
	EVENT_BEGIN;
	pa_log("pa ");
	if (page)
		pa_log_num(page_to_pfn(page));
	else
		pa_log_char('-');
	pa_log(" %u 0x%x %d", order, (unsigned int)gfp, mt);
	log_cpu();
	EVENT_END;
}

static void ev_free(void *tag, struct page *page, unsigned int order)
{
	EVENT_BEGIN;
	pa_log("pf %lu %u", page_to_pfn(page), order);
	log_cpu();
	EVENT_END;
}

static void ev_free_batched(void *tag, struct page *page)
{
	EVENT_BEGIN;
	pa_log("pb %lu", page_to_pfn(page));
	log_cpu();
	EVENT_END;
}

static void ev_drained(void *tag, struct page *page, unsigned int order, int mt)
{
	unsigned long f;

	if (!pa_tracing || !pa_trace_drains)
		return;
	raw_spin_lock_irqsave(&event_lock, f);
	pa_log("pd %lu %u %d", page_to_pfn(page), order, mt);
	log_cpu();
	raw_spin_unlock_irqrestore(&event_lock, f);
}

static struct {
	const char *name;
	void *probe;
	struct tracepoint *tp;
} events[] = {
	{"mm_page_alloc", ev_alloc},
	{"mm_page_free", ev_free},
	{"mm_page_free_batched", ev_free_batched},
	{"mm_page_pcpu_drain", ev_drained},
};

static void hook(struct tracepoint *tp, void *unused)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(events); i++)
		if (!strcmp(tp->name, events[i].name) &&
		    !tracepoint_probe_register(tp, events[i].probe, NULL))
			events[i].tp = tp;
}

static bool any_diff(const s8 *diff, int n)
{
	return memchr_inv(diff, 0, n);
}

/* vz: what the vmstat work looks at and changes, zone by zone, on the CPU it runs on */
static void log_state(void)
{
	int zi, nid, cpu = smp_processor_id();
	struct per_cpu_zonestat *zs;
	struct per_cpu_pages *pcp;
	struct zone *z;

	for (zi = 0; zi < pa_nr_zones(); zi++) {
		z = pa_zone(zi);
		if (!z)
			continue;
		zs = per_cpu_ptr(z->per_cpu_zonestats, cpu);
		pcp = per_cpu_ptr(z->per_cpu_pageset, cpu);
		pa_log("vz %d vm_free=%ld diff=%d zdiff=%d ndiff=%d count=%d high=%d batch=%d expire=%d",
		       zi, atomic_long_read(&z->vm_stat[NR_FREE_PAGES]),
		       zs->vm_stat_diff[NR_FREE_PAGES],
		       any_diff(zs->vm_stat_diff, sizeof(zs->vm_stat_diff)),
		       any_diff(per_cpu_ptr(z->zone_pgdat->per_cpu_nodestats, cpu)
					->vm_node_stat_diff,
				sizeof(z->zone_pgdat->per_cpu_nodestats->vm_node_stat_diff)),
		       pcp->count, pcp->high, pcp->batch, pcp->expire);
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)
		pa_log(" free_factor=%d", pcp->free_factor);
#else
		pa_log(" high_min=%d high_max=%d alloc_factor=%d flags=%d free_count=%d",
		       pcp->high_min, pcp->high_max, pcp->alloc_factor, pcp->flags,
		       pcp->free_count);
#endif
		pa_log(" zflags=0x%lx\n", z->flags);
	}
	nid = 0;
}

struct refresh {
	bool pagesets;
};

/* vs JIFFIES NS PAGESETS: the vmstat work (1) or a CPU about to idle (0) begins to fold */
static int refresh_entry(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	unsigned long f;

	((struct refresh *)ri->data)->pagesets = regs->di & 1;
	if (!pa_tracing)
		return 0;
	raw_spin_lock_irqsave(&event_lock, f);
	pa_log("vs %lu %llu %d", jiffies, (unsigned long long)ktime_get_ns(), (int)(regs->di & 1));
	log_cpu();
	log_state();
	raw_spin_unlock_irqrestore(&event_lock, f);
	return 0;
}

/* ve JIFFIES NS PAGESETS RET: it is through */
static int refresh_return(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	bool pagesets = ((struct refresh *)ri->data)->pagesets;
	char name[24];
	unsigned long f;

	if (!pa_tracing)
		return 0;
	raw_spin_lock_irqsave(&event_lock, f);
	pa_log("ve %lu %llu %d %d", jiffies, (unsigned long long)ktime_get_ns(), pagesets,
	       (int)(u8)regs->ax);
	log_cpu();
	log_state();
	if (pagesets && dump_every && num_online_cpus() == 1 && ++refreshes % dump_every == 0) {
		scnprintf(name, sizeof(name), "t%lu", refreshes);
		pa_dump(name);
	}
	raw_spin_unlock_irqrestore(&event_lock, f);
	return 0;
}

static struct kretprobe refresh_probe = {
	.entry_handler = refresh_entry,
	.handler = refresh_return,
	.data_size = sizeof(struct refresh),
	.maxactive = 16,
};

/* kp NAME ARGS: a step of a longer operation begins; the state just before it */
static struct step {
	struct kprobe kp;
	const char *name;
	int args; /* numbers; -1: a zone */
	bool dump;
	int ret;
} steps[] = {
	{{.symbol_name = "start_isolate_page_range"}, "isolate", 2, true},
	{{.symbol_name = "undo_isolate_page_range"}, "unisolate", 2, true},
	{{.symbol_name = "drain_all_pages"}, "drain", -1, false},
	{{.symbol_name = "zone_pcp_disable"}, "pcp_disable", -1, true},
	{{.symbol_name = "zone_pcp_enable"}, "pcp_enable", -1, true},
	{{.symbol_name = "isolate_freepages_range"}, "take", 3, false},
	{{.symbol_name = "free_contig_range"}, "free_contig", 2, false},
	{{.symbol_name = "__offline_isolated_pages"}, "offline", 2, true},
	{{.symbol_name = "adjust_present_page_count"}, "present", 3, true},
	{{.symbol_name = "generic_online_page"}, "online", 2, false},
	{{.symbol_name = "init_per_zone_wmark_min"}, "wmark", 0, true},
	{{.symbol_name = "setup_per_zone_wmarks"}, "wmarks", 0, true},
	{{.symbol_name = "__shuffle_zone"}, "shuffle", -1, true},
};

static int step_entry(struct kprobe *p, struct pt_regs *regs)
{
	struct step *s = container_of(p, struct step, kp);
	unsigned long f;
	char name[32];

	if (!pa_tracing)
		return 0;
	raw_spin_lock_irqsave(&event_lock, f);
	if (s->dump && num_online_cpus() == 1) {
		scnprintf(name, sizeof(name), "k%lu_%s", ++nr_steps, s->name);
		pa_dump(name);
	}
	pa_log("kp %s", s->name);
	if (s->args < 0) {
		struct zone *z = (struct zone *)regs->di;

		if (z)
			pa_log(" %d", pa_zone_number(z));
		else
			pa_log(" -");
	}
	if (!strcmp(s->name, "online"))
		pa_log(" %lu %lu", page_to_pfn((struct page *)regs->di), regs->si);
	else if (!strcmp(s->name, "take"))
		pa_log(" %lu %lu", regs->si, regs->dx);
	else if (!strcmp(s->name, "present"))
		pa_log(" %lu %ld", page_to_pfn((struct page *)regs->di), (long)regs->dx);
	else if (s->args > 0)
		pa_log(" %lu %lu", regs->di, regs->si);
	log_cpu();
	raw_spin_unlock_irqrestore(&event_lock, f);
	return 0;
}

/* ---- commands ---- */

static bool key_ulong(char *word, const char *key, unsigned long *v)
{
	size_t n = strlen(key);

	return !strncmp(word, key, n) && word[n] == '=' && !kstrtoul(word + n + 1, 0, v);
}

static u64 rng;

static u32 below(u32 n)
{
	rng ^= rng >> 12;
	rng ^= rng << 25;
	rng ^= rng >> 27;
	return (u32)((rng * 2685821657736338717ULL) >> 32) % n;
}

struct dumped {
	const char *label, *rest, *name;
	bool begin, on;
};

static void dump_and_switch(void *arg)
{
	struct dumped *d = arg;
	bool fixed = pa_want_fixed;

	if (d->begin) {
		pa_log_head();
		pa_log("begin %s %s jiffies=%lu ns=%llu\n", d->label, d->rest, jiffies,
		       (unsigned long long)ktime_get_ns());
	} else {
		pa_log("at %lu %llu\n", jiffies, (unsigned long long)ktime_get_ns());
	}
	pa_want_fixed = fixed || d->begin;
	pa_dump(d->name);
	pa_want_fixed = fixed;
	pa_tracing = d->on;
	if (!d->on)
		pa_log("finish %s overflow=%d\n", d->label, pa.overflow);
}

/* watch label= secs= every= drains= far= : an idle system; every: a full dump after so many runs of the vmstat work */
int pa_cwatch2(char *args)
{
	unsigned long secs = 60, every = 20, drains = 0, n = 0, order = 0, keep = 0, far = 0, i;
	struct dumped d = {.label = "watch", .begin = true, .on = true, .name = "start"};
	static struct page *held[20000];
	char *w, rest[80];

	while ((w = strsep(&args, " "))) {
		if (!strncmp(w, "label=", 6))
			d.label = w + 6;
		else if (*w && !key_ulong(w, "secs", &secs) && !key_ulong(w, "every", &every) &&
			 !key_ulong(w, "drains", &drains) && !key_ulong(w, "n", &n) &&
			 !key_ulong(w, "order", &order) && !key_ulong(w, "keep", &keep) &&
			 !key_ulong(w, "far", &far))
			return -EINVAL;
	}
	refreshes = 0;
	dump_every = every;
	scnprintf(rest, sizeof(rest), "op=watch secs=%lu every=%lu", secs, every);
	d.rest = rest;
	pa_trace_drains = drains;
	pa_stop_others(dump_and_switch, &d);
	/* A change of a counter of the last node's zones, without which nothing there ever expires. */
	if (far) {
		int zi;

		for (zi = pa_nr_zones() - MAX_NR_ZONES; zi < pa_nr_zones(); zi++)
			if (pa_zone(zi))
				mod_zone_page_state(pa_zone(zi), NR_MLOCK, 1);
	}
	/* Something for the work to do half way, if asked: a burst of requests, then idle again. */
	if (n) {
		msleep(secs * 500);
		for (i = 0; i < n && i < ARRAY_SIZE(held); i++)
			held[i] = alloc_pages(GFP_HIGHUSER_MOVABLE | __GFP_NOWARN | __GFP_NORETRY,
					      order);
		while (i--)
			if (held[i] && !keep)
				__free_pages(held[i], order);
		msleep(secs * 500);
	} else {
		msleep(secs * 1000);
	}
	d.begin = false;
	d.on = false;
	d.name = "end";
	pa_stop_others(dump_and_switch, &d);
	pa_trace_drains = false;
	return 0;
}

static struct {
	unsigned long start, n;
} contig[64];
static u32 nr_contig;

static int call_contig(unsigned long start, unsigned long end, gfp_t gfp)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 17, 0)
	return ((int (*)(unsigned long, unsigned long, unsigned int, gfp_t))pa_at.contig)(
		start, end, 0, gfp);
#else
	return ((int (*)(unsigned long, unsigned long, unsigned int, gfp_t))pa_at.contig)(
		start, end, MIGRATE_MOVABLE, gfp);
#endif
}

/* contig label= seed= tries= max= zones= : alloc_contig_range() and free_contig_range() drawn from a seed */
int pa_contig(char *args)
{
	unsigned long seed = 1, tries = 20, max = 1024, zones = ~1UL, i;
	struct dumped d = {.label = "contig", .begin = true, .on = true, .name = "start"};
	char *w, rest[80], name[24];

	while ((w = strsep(&args, " "))) {
		if (!strncmp(w, "label=", 6))
			d.label = w + 6;
		else if (*w && !key_ulong(w, "seed", &seed) && !key_ulong(w, "tries", &tries) &&
			 !key_ulong(w, "max", &max) && !key_ulong(w, "zones", &zones))
			return -EINVAL;
	}
	rng = seed * 0x9E3779B97F4A7C15ULL + 88172645463325252ULL;
	scnprintf(rest, sizeof(rest), "op=contig seed=%lu tries=%lu max=%lu", seed, tries, max);
	d.rest = rest;
	d.name = "start";
	sched_set_fifo(current);
	pa_want_fixed = true;
	nr_steps = 0;
	pa_stop_others(dump_and_switch, &d);
	d.begin = false;
	for (i = 0; i < tries && !pa.overflow; i++) {
		u32 zi = below(pa_nr_zones()), order = below(PA_NR_ORDERS), k;
		struct zone *z = pa_zone(zi);
		unsigned long start, n, f;
		int ret;

		if (nr_contig && (nr_contig == ARRAY_SIZE(contig) || below(5) < 2)) {
			k = below(nr_contig);
			start = contig[k].start;
			n = contig[k].n;
			contig[k] = contig[--nr_contig];
			((void (*)(unsigned long, unsigned long))pa_at.contig_free)(start, n);
			local_irq_save(f);
			pa_log("cf %lu %lu\n", start, n);
			local_irq_restore(f);
			continue;
		}
		if (!z || !((zones >> zi) & 1))
			continue;
		start = z->zone_start_pfn + below(z->spanned_pages);
		if (below(2) && !list_empty(&z->free_area[8 + below(3)].free_list[MIGRATE_MOVABLE]))
			start = page_to_pfn(list_last_entry(
					&z->free_area[10].free_list[MIGRATE_MOVABLE], struct page,
					lru)) +
				below(2048);
		start &= ~0UL << order;
		n = 1 + below(max);
		if (below(2))
			n = round_up(n, 1UL << order);
		if (!pa_whole_range(z, ALIGN_DOWN(start, pageblock_nr_pages),
				    ALIGN(start + n, pageblock_nr_pages)))
			continue;
		local_irq_save(f);
		pa_log("cr %lu %lu\n", start, start + n);
		local_irq_restore(f);
		ret = call_contig(start, start + n, GFP_KERNEL | __GFP_NOWARN);
		local_irq_save(f);
		pa_log("ce %d\n", ret);
		scnprintf(name, sizeof(name), "try%lu", i);
		pa_dump(name);
		local_irq_restore(f);
		if (!ret) {
			contig[nr_contig].start = start;
			contig[nr_contig++].n = n;
		}
	}
	d.on = false;
	d.name = "end";
	pa_stop_others(dump_and_switch, &d);
	pa_want_fixed = false;
	sched_set_normal(current, 0);
	return 0;
}

/* trace LABEL ... traced LABEL: what user space does between, with the steps of memory hot-plug */
int pa_trace_begin(char *label)
{
	struct dumped d = {
		.label = label, .rest = "op=trace", .begin = true, .on = true, .name = "start"};

	nr_steps = 0;
	pa_stop_others(dump_and_switch, &d);
	return 0;
}

void pa_trace_end(char *label)
{
	struct dumped d = {.label = label, .name = "end"};

	pa_stop_others(dump_and_switch, &d);
}

int pa_series_init(void)
{
	int i, ret = 0;

	for_each_kernel_tracepoint(hook, NULL);
	for (i = 0; i < ARRAY_SIZE(events); i++)
		if (!events[i].tp)
			pr_info("pa_oracle: no tracepoint %s\n", events[i].name);
	if (pa_at.refresh) {
		refresh_probe.kp.addr = (kprobe_opcode_t *)pa_at.refresh;
		ret = register_kretprobe(&refresh_probe);
		pr_info("pa_oracle: probe of the vmstat work: %d\n", ret);
	}
	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		steps[i].kp.pre_handler = step_entry;
		steps[i].ret = register_kprobe(&steps[i].kp);
		if (steps[i].ret)
			pr_info("pa_oracle: no probe of %s: %d\n", steps[i].name, steps[i].ret);
	}
	return 0;
}
