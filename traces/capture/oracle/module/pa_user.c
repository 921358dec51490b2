// SPDX-License-Identifier: GPL-2.0
/*
 * pa_user.c - what processes make the allocator do: faults, huge pages, khugepaged, exit
 *
 * Between "uon" and "uoff" all events of pa_compact_log.c are logged, whoever causes them; lines t say
 * who, lines k where in the kernel. Probes are set at the first uon, so that other series run without
 * them; one that cannot be set is named and left out, for kernels differ in what they inline.
 */
#include <linux/kprobes.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/tracepoint.h>
#include <linux/vmstat.h>
#if __has_include(<linux/folio_batch.h>)
#include <linux/folio_batch.h>
#else
#include <linux/pagevec.h>
#endif

#include "pa_compact.h"

static bool user_on;
static int last_pid, last_context;

/* t PID NAME [softirq|irq]: from here on this is who acts */
void pa_who(void)
{
	static const char *const contexts[] = {"", " softirq", " irq"};
	const int context = in_serving_softirq() ? 1 : in_hardirq() ? 2 : 0;

	if (!user_on || (current->pid == last_pid && context == last_context))
		return;
	last_pid = current->pid;
	last_context = context;
	pa_log("t %d %s%s\n", last_pid, current->comm, contexts[context]);
}

#define EVENT_BEGIN         \
	unsigned long f_;   \
	if (!user_on)       \
		return;     \
	local_irq_save(f_); \
	pa_who()
#define EVENT_END local_irq_restore(f_)

/* fa ADDRESS CODE: a program's page fault */
static void ev_fault(void *tag, unsigned long address, struct pt_regs *regs, unsigned long code)
{
	EVENT_BEGIN;
	pa_log("fa 0x%lx %lu\n", address, code);
	EVENT_END;
}

/* hs: khugepaged has looked at a range */
static void scanned(int none, int status, int unmapped, int referenced)
{
	EVENT_BEGIN;
	pa_log("hs none=%d status=%d unmapped=%d referenced=%d ms=%llu\n", none, status, unmapped,
	       referenced, ktime_get_ns() / 1000000);
	EVENT_END;
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
/* The second argument is a folio, later its pfn: nothing here needs it. */
static void ev_scan(void *tag, struct mm_struct *mm, unsigned long what, int referenced, int none,
		    int status, int unmapped)
#else
static void ev_scan(void *tag, struct mm_struct *mm, struct page *page, bool writable,
		    int referenced, int none, int status, int unmapped)
#endif
{
	scanned(none, status, unmapped, referenced);
}

/* hc: a collapse has ended. Later kernels hand over an order too, behind what is used here. */
static void ev_collapse(void *tag, struct mm_struct *mm, int isolated, int status)
{
	EVENT_BEGIN;
	pa_log("hc isolated=%d status=%d ms=%llu\n", isolated, status, ktime_get_ns() / 1000000);
	EVENT_END;
}

/* rb ORDER GFP, re PAGES: direct reclaim begins, and ends */
static void ev_reclaim_begins(void *tag, int order, gfp_t gfp)
{
	EVENT_BEGIN;
	pa_log("rb %d 0x%x\n", order, (unsigned int)gfp);
	EVENT_END;
}

static void ev_reclaim_ends(void *tag, unsigned long reclaimed)
{
	EVENT_BEGIN;
	pa_log("re %lu\n", reclaimed);
	EVENT_END;
}

static struct {
	const char *name;
	void *probe;
	bool found;
} events[] = {
	{"page_fault_user", ev_fault},
	{"mm_khugepaged_scan_pmd", ev_scan},
	{"mm_collapse_huge_page", ev_collapse},
	{"mm_vmscan_direct_reclaim_begin", ev_reclaim_begins},
	{"mm_vmscan_direct_reclaim_end", ev_reclaim_ends},
};

static void hook(struct tracepoint *tp, void *unused)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(events); i++)
		if (!strcmp(tp->name, events[i].name))
			events[i].found = !tracepoint_probe_register(tp, events[i].probe, NULL);
}

/* ---- Where in the kernel --------------------------------------------------------------------- */

/* What is said of a function's arguments. */
enum says { NOTHING, PFN, SECOND, BATCH };

static struct point {
	const char *symbol;
	enum says says;
	struct kprobe kp;
} points[] = {
	/* faults, and copies of what they made */
	{"do_huge_pmd_anonymous_page", NOTHING},
	{"do_huge_pmd_wp_page", NOTHING},
	{"do_wp_page", NOTHING},
	{"copy_huge_pmd", NOTHING},
	{"mm_get_huge_zero_page", NOTHING},
	{"mm_get_huge_zero_folio", NOTHING},
	/* page tables */
	{"pte_alloc_one", NOTHING},
	{"__pte_alloc", NOTHING},
	{"__pmd_alloc", NOTHING},
	{"__pud_alloc", NOTHING},
	{"___pte_free_tlb", NOTHING},
	{"pte_free_defer", NOTHING},
	{"tlb_remove_table_rcu", NOTHING},
	/* huge pages of which parts are given back */
	{"zap_huge_pmd", NOTHING},
	{"deferred_split_huge_page", PFN},
	{"deferred_split_folio", PFN},
	{"deferred_split_scan", NOTHING},
	{"deferred_split_count", NOTHING},
	{"split_huge_page_to_list", PFN},
	{"split_huge_page_to_list_to_order", PFN},
	{"split_folio_to_list", PFN},
	{"__folio_split", PFN},
	{"__split_huge_pmd", NOTHING},
	{"free_transhuge_page", PFN},
	{"__folio_undo_large_rmappable", PFN},
	{"__folio_unqueue_deferred_split", PFN},
	{"shrink_huge_zero_page_scan", NOTHING},
	{"shrink_huge_zero_folio_scan", NOTHING},
	{"collapse_huge_page", NOTHING},
	{"madvise_free_single_vma", NOTHING},
	/* the ends of mappings, and the batches in which pages go */
	{"exit_mmap", NOTHING},
	{"free_pgtables", NOTHING},
	{"unmap_region", NOTHING},
	{"mm_drop_all_locks", NOTHING},
	{"tlb_flush_mmu", NOTHING},
	{"tlb_finish_mmu", NOTHING},
	{"release_pages", SECOND},
	{"folios_put_refs", BATCH},
	{"free_unref_page_list", NOTHING},
	{"free_unref_folios", BATCH},
	{"lru_add_drain", NOTHING},
	{"lru_add_drain_all", NOTHING},
	{"__drain_all_pages", NOTHING},
	{"oom_kill_process", NOTHING},
};

static const char *last_symbol;
static unsigned long last_pfn;

/* k FUNCTION [N]: it is entered; of a page once, for 6.1 comes here for each of its small ones */
static int at_point(struct kprobe *kp, struct pt_regs *regs)
{
	const struct point *p = container_of(kp, struct point, kp);
	unsigned long f, pfn;

	if (!user_on)
		return 0;
	local_irq_save(f);
	pa_who();
	switch (p->says) {
	case PFN:
		pfn = page_to_pfn((struct page *)regs->di);
		if (pfn == last_pfn && p->symbol == last_symbol)
			break;
		last_pfn = pfn;
		last_symbol = p->symbol;
		pa_log("k %s %lu\n", p->symbol, pfn);
		break;
	case SECOND:
		pa_log("k %s %d\n", p->symbol, (int)regs->si);
		break;
	case BATCH:
		pa_log("k %s %u\n", p->symbol, folio_batch_count((struct folio_batch *)regs->di));
		break;
	case NOTHING:
		pa_log("k %s\n", p->symbol);
	}
	local_irq_restore(f);
	return 0;
}

static void set_probes(void)
{
	static bool set;
	int i, ret;

	if (set)
		return;
	set = true;
	for_each_kernel_tracepoint(hook, NULL);
	for (i = 0; i < ARRAY_SIZE(events); i++)
		if (!events[i].found)
			pr_info("pa_oracle: no tracepoint %s\n", events[i].name);
	for (i = 0; i < ARRAY_SIZE(points); i++) {
		points[i].kp.symbol_name = points[i].symbol;
		points[i].kp.pre_handler = at_point;
		ret = register_kprobe(&points[i].kp);
		if (ret)
			pr_info("pa_oracle: no probe of %s: %d\n", points[i].symbol, ret);
	}
}

/* ---- Commands -------------------------------------------------------------------------------- */

/* vt: what the kernel counts of virtual memory */
static void log_events(void)
{
	static unsigned long ev[NR_VM_EVENT_ITEMS];
	struct pglist_data *node = NODE_DATA(0);

	all_vm_events(ev);
	pa_log("vt pgfault=%lu fault_alloc=%lu fault_fallback=%lu collapse_alloc=%lu collapse_alloc_failed=%lu",
	       ev[PGFAULT], ev[THP_FAULT_ALLOC], ev[THP_FAULT_FALLBACK], ev[THP_COLLAPSE_ALLOC],
	       ev[THP_COLLAPSE_ALLOC_FAILED]);
	pa_log(" split_page=%lu split_page_failed=%lu deferred_split=%lu split_pmd=%lu zero_page_alloc=%lu",
	       ev[THP_SPLIT_PAGE], ev[THP_SPLIT_PAGE_FAILED], ev[THP_DEFERRED_SPLIT_PAGE],
	       ev[THP_SPLIT_PMD], ev[THP_ZERO_PAGE_ALLOC]);
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
	pa_log(" underused_split=%lu", ev[THP_UNDERUSED_SPLIT_PAGE]);
#endif
	pa_log(" ms=%llu stall=%lu nr_pagetable=%ld anon_thps=%ld\n", ktime_get_ns() / 1000000,
	       ev[COMPACTSTALL], atomic_long_read(&node->vm_stat[NR_PAGETABLE]),
	       atomic_long_read(&node->vm_stat[NR_ANON_THPS]));
}

static void dump(const char *name)
{
	pa_dump_with(name, pa_cdump);
	log_events();
}

/* udump NAME: the state in between */
int pa_udump(char *name)
{
	unsigned long f;

	local_irq_save(f);
	dump(name);
	local_irq_restore(f);
	return 0;
}

/* uon LABEL: from here on */
int pa_uon(char *label)
{
	unsigned long f;

	set_probes();
	if (pa_lru_drain_addr)
		((void (*)(void))pa_lru_drain_addr)();
	local_irq_save(f);
	last_pid = -1;
	pa_log_head();
	pa_log("begin %s op=user\n", label);
	dump("start");
	user_on = pa_compacting = true;
	local_irq_restore(f);
	return 0;
}

/* uoff LABEL: until here */
int pa_uoff(char *label)
{
	unsigned long f;

	local_irq_save(f);
	user_on = pa_compacting = false;
	dump("end");
	pa_log("finish %s overflow=%d\n", label, pa.overflow);
	local_irq_restore(f);
	return 0;
}

/* u TEXT: what a program is about to do; u * TEXT: a mark, with the kernel's counts */
int pa_umark(char *text)
{
	unsigned long f;

	local_irq_save(f);
	pa_who();
	pa_log("u %s\n", text);
	if (text[0] == '*')
		log_events();
	local_irq_restore(f);
	return 0;
}
