/* SPDX-License-Identifier: GPL-2.0 */
/*
 * pa_oracle.h - what the parts of the module share
 *
 * pa_main.c  the log, the commands of /proc/pa_oracle, loading and unloading
 * pa_dump.c  the allocator's state as text
 * pa_run.c   allocations and frees drawn from a seed, logged one by one
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

void pa_log(const char *fmt, ...) __printf(1, 2);
void pa_log_char(char c);
void pa_log_num(unsigned long n);

bool pa_shuffle_on(void);
void pa_log_head(void);
void pa_dump(const char *name);
void pa_log_check(unsigned long op);

void pa_run(const struct pa_params *p);
void pa_release_held(void);

static inline struct zone *pa_zone(int i)
{
	struct zone *z = &NODE_DATA(0)->node_zones[i];

	return populated_zone(z) ? z : NULL;
}

static inline int pa_free_diff(struct zone *z)
{
#ifdef CONFIG_SMP
	return this_cpu_ptr(z->per_cpu_zonestats)->vm_stat_diff[NR_FREE_PAGES];
#else
	return 0;
#endif
}

#endif
