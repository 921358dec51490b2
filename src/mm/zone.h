/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zone.h - the machine and its zones from the inside, and what the files of this room share.
 */
#ifndef BS_MM_ZONE_H
#define BS_MM_ZONE_H

#include <buddysim/hooks.h>
#include <buddysim/machine.h>

#include "compiler.h"
#include "kernel_model.h"
#include "page.h"
#include "rng.h"

#define NR_PCP_LISTS 14 /* 3 types x orders 0-3, THP not movable, THP movable */
#define PCP_BATCH_SCALE 5 /* CONFIG_PCP_BATCH_SCALE_MAX of Debian's kernels */
#define BOOST_FACTOR 15000 /* watermark_boost_factor, 1/10000 */

enum wmark { WMARK_MIN, WMARK_LOW, WMARK_HIGH, NR_WMARK };

enum zone_flag { ZONE_BOOSTED = 1, ZONE_RECLAIM_ACTIVE = 2, ZONE_BELOW_HIGH = 4 };

enum pcp_flag { PCP_PREV_FREE_HIGH_ORDER = 1, PCP_FREE_HIGH_BATCH = 2 };

struct page_list {
	bs_pfn first, last;
};

/* What an order-0 hit touches comes first: one cache line. */
struct per_cpu_pages {
	int32_t count; /* base pages on all lists */
	int32_t high, high_min, high_max, batch;
	int16_t free_factor, free_count; /* free_factor: P61, free_count: P612 */
	uint8_t alloc_factor, flags;
	uint16_t nonempty; /* bit per list */
	struct page_list lists[NR_PCP_LISTS];
};

/* The first lines are what a per-cpu hit reads: marks, free pages, flags. */
struct zone {
	int64_t nr_free_pages; /* what watermarks read; exact unless drift is modelled */
	uint64_t mark[NR_WMARK], boost;
	int64_t nr_reserved_highatomic, nr_free_highatomic;
	uint32_t flags; /* enum zone_flag */
	uint8_t index, node, type, hook_order;
	uint32_t hook_mask;
	bool locked;
	uint64_t lowmem_reserve[BS_NR_ZONE_TYPES];
	struct per_cpu_pages *pcp; /* [nr_cpus] */
	int8_t *stat_diff; /* [nr_cpus]: not yet folded into nr_free_pages */
	int32_t stat_threshold;
	bs_pfn start, end; /* spanned: [start, end) */
	uint64_t present, managed;
	uint64_t nr_isolate_pageblock;
	uint64_t nr_isolated_pages; /* in a reporter's hands */
	uint64_t nr_foreign_pages; /* managed, in use, by nobody we know: from a dump */
	uint64_t allocs[BS_NR_ORDERS]; /* calls that succeeded */
	uint64_t frees[BS_NR_ORDERS];
	uint16_t nonempty[BS_MIGRATE_TYPES]; /* bit per order */
	uint64_t nr_free[BS_NR_ORDERS];
	struct page_list area[BS_NR_ORDERS][BS_MIGRATE_TYPES];
};

/* What is known per pageblock. */
struct pageblock {
	uint8_t type, zone;
	bool fine; /* descriptors below pageblock_order were used here */
};
#define PB_ZONE_NONE 0xff
#define PB_ZONE_MIXED 0xfe

/* Candidate zones of a request, best first. The first is the preferred zone. */
struct zonelist {
	uint8_t n;
	bool nofragment; /* its fast pass avoids mixing pageblocks (spec 4.3) */
	uint8_t lowmem_idx; /* which lowmem_reserve protects its zones (spec 4.5) */
	uint8_t zone[BS_MAX_ZONES];
};

/* Where a request up to a zone type looks first, from one CPU; zone is NULL if nowhere. */
struct first_look {
	struct zone *zone;
	struct per_cpu_pages *pcp;
	uint8_t lowmem_idx;
};

struct bs_machine {
	struct page *mem_map, *side;
	struct pageblock *pb;
	const struct kernel_model *km;
	unsigned int pbo, thp_order, nr_zones, nr_cpus, nr_nodes;
	unsigned int pcp_orders; /* bit mask of the orders that per-cpu lists hold */
	bool grouping, drift, thp, shuffle, booted;
	int boost_factor;
	unsigned int cpu; /* on whose behalf things happen */
	bs_pfn max_pfn;
	size_t nr_pageblocks;
	struct zone zones[BS_MAX_ZONES];
	uint8_t cpu_node[BS_MAX_CPUS];
	uint8_t node_distance[BS_MAX_NODES][BS_MAX_NODES];
	struct zonelist zonelist[BS_MAX_NODES][BS_NR_ZONE_TYPES];
	struct zonelist thisnode[BS_MAX_NODES][BS_NR_ZONE_TYPES]; /* __GFP_THISNODE */
	uint8_t gfp_zone[16];
	struct first_look *first_look; /* [nr_cpus][BS_NR_ZONE_TYPES] */
	int64_t pgfree_other; /* pages that pgfree counts, or not, beyond the calls' own */
	uint64_t kswapd_wakes; /* through the BOOSTED flag */
	struct bs_mem_range *ranges;
	unsigned int nr_ranges;
	const struct bs_hooks *hooks;
	void *hook_arg;
	struct bs_machine_counters counters;
	struct bs_rng rng;
	uint64_t (*random)(void *arg);
	void *random_arg;
	uint64_t shuffle_pool;
	unsigned int shuffle_bits;
	void (*explain)(void *arg, const char *text);
	void *explain_arg;
	size_t map_bytes, side_bytes;
};

/* Allocation flags of a pass. The low two bits are the watermark. */
enum alloc_flag {
	ALLOC_WMARK_MASK = 3,
	ALLOC_NO_WATERMARKS = 1 << 2,
	ALLOC_OOM = 1 << 3,
	ALLOC_NON_BLOCK = 1 << 4, /* P61; P54's HARDER */
	ALLOC_MIN_RESERVE = 1 << 5, /* P61; P54's HIGH */
	ALLOC_NOFRAGMENT = 1 << 8,
	ALLOC_HIGHATOMIC = 1 << 9,
	ALLOC_KSWAPD = 1 << 11,
	ALLOC_GFP_ATOMIC = 1 << 12, /* the request's gfp has __GFP_ATOMIC */
};

/* How a block is put on its list by free_one(). */
enum fpi { FPI_NONE = 0, FPI_TO_TAIL = 1 };

static inline struct page *bs_page(const struct bs_machine *m, bs_pfn pfn, unsigned int order)
{
	return order && order >= m->pbo ? &m->side[pfn >> m->pbo] : &m->mem_map[pfn];
}

static inline unsigned int pageblock_type(const struct bs_machine *m, bs_pfn pfn)
{
	return m->pb[pfn >> m->pbo].type;
}

static inline void set_pageblock_type(struct bs_machine *m, bs_pfn pfn, unsigned int mt)
{
	if (unlikely(!m->grouping && mt < BS_PCPTYPES))
		mt = BS_MIGRATE_UNMOVABLE;
	m->pb[pfn >> m->pbo].type = (uint8_t)mt;
}

/* Set the type of every pageblock that [pfn, pfn + 2^order) covers. */
static inline void set_pageblock_types(struct bs_machine *m, bs_pfn pfn, unsigned int order,
				       unsigned int mt)
{
	unsigned int n = order > m->pbo ? 1u << (order - m->pbo) : 1;

	for (unsigned int i = 0; i < n; i++)
		set_pageblock_type(m, pfn + ((bs_pfn)i << m->pbo), mt);
}

struct zone *bs_zone_slow(struct bs_machine *m, bs_pfn pfn);

/* Zone of a pfn; NULL in a hole. */
static inline struct zone *pfn_zone(const struct bs_machine *m, bs_pfn pfn)
{
	unsigned int z = m->pb[pfn >> m->pbo].zone;

	if (likely(z < BS_MAX_ZONES))
		return (struct zone *)&m->zones[z];
	return z == PB_ZONE_MIXED ? bs_zone_slow((struct bs_machine *)m, pfn) : NULL;
}

static inline bool hook_wanted(const struct zone *z, uint32_t hook, unsigned int order)
{
	return unlikely(z->hook_mask & hook) && order >= z->hook_order;
}

/* One line about a decision, for `--explain`; costs one predictable branch where it is off. */
void bs_mm_explain(struct bs_machine *m, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
#define mm_explain(m, ...)                             \
	do {                                           \
		if (unlikely((m)->explain != NULL))    \
			bs_mm_explain(m, __VA_ARGS__); \
	} while (0)

/* ---- boot.c ---- */
int bs_mm_boot(struct bs_machine *m, const struct bs_machine_config *c, struct bs_error *err);

/* ---- free_area.c ---- */
void mm_list_add(struct bs_machine *m, struct page_list *l, bs_pfn pfn, unsigned int order,
		 bool tail);
/* In front of @before, which is on the list; BS_NO_PFN = at the end. */
void mm_list_insert(struct bs_machine *m, struct page_list *l, bs_pfn pfn, bs_pfn before,
		    unsigned int order);
void mm_list_del(struct bs_machine *m, struct page_list *l, bs_pfn pfn, unsigned int order);
void mm_add_to_free_list(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int order,
			 unsigned int mt, bool tail);
/* The same, but the listener is asked where (H3, H4) and told (H5). */
void mm_place_free(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int order,
		   unsigned int mt, bool tail, enum bs_why why, bool merged);
/* Removes and clears Buddy, order, Reported; tells the listener (H6). Returns its list's type. */
unsigned int mm_del_from_free_list(struct bs_machine *m, struct zone *z, bs_pfn pfn,
				   unsigned int order, enum bs_why why);
/* Relink on another migratetype's list where the model puts moved blocks (H7). */
void mm_move_to_free_list(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int order,
			  unsigned int mt, enum bs_why why);
struct bs_block mm_describe(const struct bs_machine *m, const struct zone *z, bs_pfn pfn,
			    unsigned int order, unsigned int mt);
/* Is the block of @order at @pfn a free one of exactly that order in @z? */
static inline bool is_buddy(const struct bs_machine *m, const struct zone *z, bs_pfn pfn,
			    unsigned int order)
{
	const struct page *p;

	if (unlikely(pfn >= m->max_pfn))
		return false;
	p = bs_page(m, pfn, order);
	return (p->flags & PG_BUDDY) && p->order == order && p->zone == z->index;
}
void mm_account(struct bs_machine *m, struct zone *z, int64_t pages, unsigned int mt);
void mm_mod_free_pages(struct bs_machine *m, struct zone *z, int64_t pages);

/* ---- page_alloc.c ---- */
unsigned int mm_free_one(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int order,
			 unsigned int mt, unsigned int fpi, enum bs_why why, bs_pfn *final);
/* Free at the type(s) of its pageblock(s), split as the model does (spec 3.2). */
void mm_free_block(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int order,
		   unsigned int fpi, enum bs_why why);
bs_pfn mm_rmqueue_smallest(struct bs_machine *m, struct zone *z, unsigned int order,
			   unsigned int mt);
/* [pfn, 2^order) has left the lists for its new owner: what its descriptor must say. */
static inline void mm_removed(struct bs_machine *m, const struct zone *z, bs_pfn pfn,
			      unsigned int order, unsigned int mt)
{
	struct page *p = bs_page(m, pfn, order);

	p->zone = z->index;
	p->cached_type = mt & 0xf;
}
void mm_expand(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int low,
	       unsigned int high, unsigned int mt);
/* Flags of the slow pass (spec 4.4). */
unsigned int mm_slowpath_flags(const struct bs_machine *m, unsigned int order, unsigned int gfp);
/*
 * One request. @passes: 2 = fast and slow pass only (the vectors' harness), 3 = with the kernel's
 * second slow pass.
 */
bs_pfn mm_alloc(struct bs_machine *m, unsigned int cpu, unsigned int order, unsigned int mt,
		unsigned int highest, unsigned int gfp, unsigned int passes);

/* ---- fallback.c ---- */
enum rmqueue_mode { RMQUEUE_NORMAL, RMQUEUE_STEAL };
bs_pfn mm_rmqueue_buddy(struct bs_machine *m, struct zone *z, unsigned int order, unsigned int mt,
			unsigned int flags, enum rmqueue_mode *mode);
/* -1: refused (P612, straddling). Else pages moved; @movable counts LRU pages on the way. */
int mm_move_block(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int mt,
		  enum bs_why why, unsigned int *movable);
void mm_reserve_highatomic(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int order);

/* ---- pcp.c ---- */
bs_pfn mm_pcp_alloc(struct bs_machine *m, struct zone *z, unsigned int order, unsigned int mt,
		    unsigned int flags);
void mm_pcp_free(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int order);
/* Flush what a free that has just been pushed to list @index makes too many. */
void mm_pcp_trim(struct bs_machine *m, struct zone *z, struct per_cpu_pages *pcp,
		 unsigned int order, unsigned int index);
void mm_drain_zone(struct bs_machine *m, struct zone *z, unsigned int cpu);
void mm_drain_zone_all(struct bs_machine *m, struct zone *z);
void mm_pcp_setup(struct bs_machine *m, struct zone *z);

/* ---- watermark.c ---- */
bool mm_watermark_ok(const struct bs_machine *m, const struct zone *z, unsigned int order,
		     uint64_t mark, unsigned int hz, unsigned int flags);
bool mm_fast_watermark(struct bs_machine *m, struct zone *z, unsigned int order, uint64_t mark,
		       unsigned int hz, unsigned int flags);
void mm_setup_watermarks(struct bs_machine *m);

/* ---- shuffle.c ---- */
bool mm_shuffle_pick_tail(struct bs_machine *m);
void mm_shuffle_zone(struct bs_machine *m, struct zone *z);
uint64_t mm_random(struct bs_machine *m);

/* ---- page_isolation.c ---- */
void mm_split_free_page(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int order,
			bs_pfn offset);
bool mm_isolate_free_page(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int order,
			  enum bs_why why);

#endif
