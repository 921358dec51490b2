/* SPDX-License-Identifier: GPL-2.0 */
/*
 * pa_oracle.h - what the parts of the module share
 *
 * pa_main.c  the log, the commands of /proc/pa_oracle, loading and unloading
 * pa_dump.c  the allocator's state as text
 * pa_run.c   allocations and frees drawn from a seed, logged one by one
 * pa_ops.c   operations that somebody else chose
 * pa_cpus.c  CPUs that take turns, isolation
 * pa_series.c  what a live system does by itself, contiguous ranges
 * pa_devices.c  what the drivers of balloon and virtio-mem do
 * pa_compact.h says what compaction, reclaim and programs are made of
 */
#ifndef PA_ORACLE_H
#define PA_ORACLE_H

#include <linux/jump_label.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/types.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#error "pa_oracle knows the page allocator's structures from Linux 6.1 on"
#endif

/* MAX_ORDER was one past the last order until 6.4 and the last order until 6.7. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0)
#define PA_NR_ORDERS NR_PAGE_ORDERS
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
#define PA_NR_ORDERS (MAX_ORDER + 1)
#else
#define PA_NR_ORDERS MAX_ORDER
#endif

/* Movable pages that are no LRU pages: a mark in page->mapping until 6.16, which other things could look like. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 17, 0)
#define pa_movable_ops page_has_movable_ops
#else
#define pa_movable_ops __PageMovable
#endif

/* __alloc_pages() is exported no more from 7.3 on. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 3, 0)
#define pa_alloc(gfp, order) alloc_pages_node(0, gfp, order)
#else
#define pa_alloc(gfp, order) __alloc_pages(gfp, order, 0, NULL)
#endif

/* The order of the kinds in kinds=, in the log and in pa_gfp[]. */
enum pa_kind { PA_U, PA_M, PA_R, PA_A, PA_H, PA_V, PA_W, PA_NR_KINDS };

/* A run's parameters, as a "run" command gives them. */
struct pa_params {
	char label[32];
	unsigned long ops, seed;
	unsigned long limit, lo; /* percent of free pages to have in use in even and odd phases */
	unsigned long phases;
	unsigned long burst; /* longest series of equal decisions, 0 = none */
	unsigned long dumps; /* dumps in between */
	unsigned long drain; /* 1: free everything at the end, logged */
	unsigned long hold; /* 1: keep what is in use for later runs, until relhold */
	unsigned long cpus; /* CPUs that take turns; 0: the one that runs, as ever */
	unsigned long turn; /* about so many operations until another CPU may have its turn */
	unsigned long this; /* percent of allocations with __GFP_THISNODE */
	unsigned long nodes; /* 1: draw the preferred node; 0: the CPU's own */
	unsigned long iso; /* per mille of operations that isolate a range or undo it */
	unsigned long isomax; /* largest such range in pageblocks */
	unsigned long isozones; /* bit mask of zones for it */
	unsigned long
		offline; /* 1: pages of kinds M and V are marked PageOffline, and ranges isolated as for offlining */
	unsigned long drains; /* per mille of operations that drain per-cpu lists */
	unsigned int orders[PA_NR_ORDERS], kinds[PA_NR_KINDS]; /* weights */
};

/* An allocation that is in use. */
struct pa_live {
	struct page *page;
	u32 id;
	u8 order;
};

struct pa_oracle {
	/* The log. Past the end nothing is written and overflow says so. */
	char *log;
	size_t len, cap;
	bool overflow;

	/*
	 * Things of the kernel that are not exported, found by the guest's init in kallsyms. NULL
	 * where the kernel has none: the feature then counts as off.
	 */
	u64 *shuffle_word;
	u8 *shuffle_bits;
	struct static_key *shuffle_key, *reporting_key;
	unsigned int *report_order;

	struct pa_live *live, *held;
	u32 nr_live, nr_held, max_live;
	u64 live_pages;
	u32 next_id; /* unique within a boot */

	/*
	 * Two streams: what the kernel draws for shuffling must not change what is asked of it,
	 * or a kernel with and one without shuffling could not be compared.
	 */
	u64 script_rng, shuffle_rng;
};

extern struct pa_oracle pa;

/* Functions of the kernel that are not exported, found in kallsyms; 0: none. */
struct pa_addresses {
	unsigned long isolate, unisolate, drain_all, drain_local, contig, contig_free, refresh;
};
extern struct pa_addresses pa_at;

/* pa_cpus.c */
int pa_series_init(void);
void pa_stop_others(void (*fn)(void *), void *arg);
void pa_on_cpu(int cpu, void (*fn)(void *), void *arg);
int pa_isolate(unsigned long start, unsigned long end, int mt, int flags);
void pa_unisolate(unsigned long start, unsigned long end, int mt);
bool pa_whole_range(struct zone *z, unsigned long start, unsigned long end);
void pa_dump_more(const char *name);
int pa_cwatch2(char *args);
int pa_contig(char *args);
int pa_trace_begin(char *label);
void pa_trace_end(char *label);
extern bool pa_tracing, pa_trace_drains, pa_want_fixed;

void pa_log(const char *fmt, ...) __printf(1, 2);
void pa_log_char(char c);
void pa_log_num(unsigned long n);

bool pa_shuffle_on(void);
void pa_log_head(void);
void pa_dump(const char *name);
void pa_dump_with(const char *name, void (*more)(const char *name));
void pa_log_check(unsigned long op);

void pa_run(const struct pa_params *p);
void pa_release_held(void);

/* One operation, done and logged by the CPU whose turn it is. */
struct pa_op {
	unsigned int order, kind;
	int nid;
	bool this_node;
	struct page *page;
	u64 word;
};
extern const char pa_kind_name[];
extern int pa_turn_cpu;
struct page *pa_alloc_logged(struct pa_op *op, u32 id, bool offline);
void pa_free_logged(struct pa_op *op, u32 id, long offset);
void pa_drain_logged(struct zone *z, bool local);
void pa_seed_shuffle(unsigned long seed);

/* pa_ops.c */
int pa_ops_init(unsigned int mib);
void pa_ops_exit(void);
int pa_replay(char *args);

extern unsigned long pa_lru_drain_addr;
int pa_compact_init(void);
int pa_cfill(char *args);
int pa_cthin(char *args);
int pa_chold(char *args);
int pa_ccompact(char *label, bool drop);
int pa_cdirect(char *args);
void pa_cdrel(void);
int pa_cwatch(char *args);
int pa_cpress(char *args);
void pa_cdump(const char *name);
int pa_uon(char *label);
int pa_uoff(char *label);
int pa_udump(char *name);
int pa_umark(char *text);
int pa_vhook(char *args);
int pa_vrec(char *args);
int pa_vstart(char *label);
int pa_vstop(char *label);
int pa_valloc(char *args);
int pa_vfree(char *args);

/* Zones of all nodes: node * MAX_NR_ZONES + index. */
#define PA_MAX_NODES 8

static inline int pa_nr_zones(void)
{
	int nid, n = 1;

	for_each_online_node(nid) n = nid + 1;
	return min(n, PA_MAX_NODES) * MAX_NR_ZONES;
}

static inline struct zone *pa_zone(int i)
{
	int nid = i / MAX_NR_ZONES;
	struct zone *z;

	if (!node_online(nid))
		return NULL;
	z = &NODE_DATA(nid)->node_zones[i % MAX_NR_ZONES];
	return populated_zone(z) ? z : NULL;
}

static inline int pa_zone_number(struct zone *z)
{
	return zone_to_nid(z) * MAX_NR_ZONES + zone_idx(z);
}

static inline int pa_free_diff_of(struct zone *z, int cpu)
{
#ifdef CONFIG_SMP
	return per_cpu_ptr(z->per_cpu_zonestats, cpu)->vm_stat_diff[NR_FREE_PAGES];
#else
	return 0;
#endif
}

/* The first CPU's. */
static inline int pa_free_diff(struct zone *z)
{
	return pa_free_diff_of(z, 0);
}

#endif
