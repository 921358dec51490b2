// SPDX-License-Identifier: GPL-2.0
/*
 * pa_cpus.c - several CPUs that take turns, isolation, and what dumps say of nodes
 *
 * A run over several CPUs stops all of them with interrupts off; one leads and tells another to do an
 * operation, and waits for it. So operations of different CPUs never overlap.
 */
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/stop_machine.h>
#include <linux/string.h>

#include "pa_oracle.h"

/* ---- taking turns ---- */

struct call {
	void (*fn)(void *);
	void *arg;
	int state; /* 0 idle, 1 to be done, 2 the end */
} ____cacheline_aligned;

static struct call calls[8];
static int leader;

void pa_on_cpu(int cpu, void (*fn)(void *), void *arg)
{
	if (cpu == smp_processor_id()) {
		fn(arg);
		return;
	}
	calls[cpu].fn = fn;
	calls[cpu].arg = arg;
	smp_store_release(&calls[cpu].state, 1);
	while (smp_load_acquire(&calls[cpu].state))
		cpu_relax();
}

static int follow(void *work)
{
	int me = smp_processor_id(), cpu, state;

	if (me == leader) {
		struct call *c = work;

		c->fn(c->arg);
		for_each_online_cpu(cpu) if (cpu != me) smp_store_release(&calls[cpu].state, 2);
		return 0;
	}
	for (;;) {
		state = smp_load_acquire(&calls[me].state);
		if (state == 1)
			calls[me].fn(calls[me].arg);
		if (state)
			smp_store_release(&calls[me].state, 0);
		if (state == 2)
			return 0;
		cpu_relax();
	}
}

void pa_stop_others(void (*fn)(void *), void *arg)
{
	struct call c = {.fn = fn, .arg = arg};
	unsigned long flags;

	if (num_online_cpus() == 1) {
		local_irq_save(flags);
		fn(arg);
		local_irq_restore(flags);
		return;
	}
	leader = cpumask_first(cpu_online_mask);
	stop_machine(follow, &c, cpu_online_mask);
}

/* ---- isolation ---- */

int pa_isolate(unsigned long start, unsigned long end, int mt, int flags)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 17, 0)
	/* Modes: offlining a memory block 0, the contiguous allocator for ordinary memory 2. */
	return ((int (*)(unsigned long, unsigned long, int))pa_at.isolate)(start, end,
									   flags ? 0 : 2);
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
	return ((int (*)(unsigned long, unsigned long, int, int))pa_at.isolate)(start, end, mt,
										flags);
#else
	return ((int (*)(unsigned long, unsigned long, int, int, gfp_t))pa_at.isolate)(
		start, end, mt, flags, 0);
#endif
}

void pa_unisolate(unsigned long start, unsigned long end, int mt)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 17, 0)
	((void (*)(unsigned long, unsigned long))pa_at.unisolate)(start, end);
#else
	((void (*)(unsigned long, unsigned long, int))pa_at.unisolate)(start, end, mt);
#endif
}

/* All of it online and the zone's. */
bool pa_whole_range(struct zone *z, unsigned long start, unsigned long end)
{
	unsigned long pfn;

	if (start < z->zone_start_pfn || end > zone_end_pfn(z))
		return false;
	for (pfn = start; pfn < end; pfn += pageblock_nr_pages) {
		struct page *a = pfn_to_online_page(pfn),
			    *b = pfn_to_online_page(pfn + pageblock_nr_pages - 1);

		if (!a || !b || page_zone(a) != z || page_zone(b) != z)
			return false;
	}
	return true;
}

/* Pages that keep their block from being isolated. */
static bool looks_fixed(struct zone *z, unsigned long pfn)
{
	struct page *page = pfn_to_online_page(pfn);

	if (!page || PageReserved(page))
		return true;
	if (zone_idx(z) == ZONE_MOVABLE || PageBuddy(page))
		return false;
	if (PageCompound(page))
		return !PageLRU(compound_head(page)) && !pa_movable_ops(compound_head(page));
	if (!page_ref_count(page))
		return false;
	return !PageLRU(page) && !pa_movable_ops(page);
}

static void dump_fixed(struct zone *z, int zi)
{
	unsigned long pfn = z->zone_start_pfn, end = zone_end_pfn(z);

	pa_log("fix %d", zi);
	while (pfn < end) {
		unsigned long first = pfn;

		while (pfn < end && looks_fixed(z, pfn))
			pfn++;
		if (pfn == first) {
			struct page *page = pfn_to_page(pfn);

			pfn += PageBuddy(page) ? 1UL << page_private(page) : 1;
			continue;
		}
		pa_log_char(' ');
		pa_log_num(first);
		pa_log_char('+');
		pa_log_num(pfn - first);
	}
	pa_log_char('\n');
}

/* The order in which a node's requests go through zones: all nodes, and its own alone. */
static void dump_zonelists(void)
{
	struct zoneref *r;
	int nid, kind;

	for_each_online_node(nid) for (kind = 0; kind < MAX_ZONELISTS; kind++)
	{
		pa_log("zl %d %d", nid, kind);
		for (r = NODE_DATA(nid)->node_zonelists[kind]._zonerefs; r->zone; r++)
			pa_log(" %d", pa_zone_number(r->zone));
		pa_log_char('\n');
	}
}

/* The distances that node order follows from. */
static void dump_distances(void)
{
	int a, b;

	for_each_online_node(a)
	{
		pa_log("dist %d cpus=%d", a, cpumask_weight(cpumask_of_node(a)));
		for_each_online_node(b) pa_log(" %d", node_distance(a, b));
		pa_log_char('\n');
	}
}

bool pa_want_fixed;

void pa_dump_more(const char *name)
{
	struct zone *z;
	int zi;

	if (num_online_nodes() > 1) {
		dump_zonelists();
		dump_distances();
	}
	if (pa_want_fixed)
		for (zi = 0; zi < pa_nr_zones(); zi++) {
			z = pa_zone(zi);
			if (z)
				dump_fixed(z, zi);
		}
}
