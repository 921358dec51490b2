/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zone.h - the machine and its zones from the inside: the data that every file of this room works
 * on, and the memory map.
 *
 * The room is the guest's page allocator. It calls src/util and nothing else; it knows no strategy
 * and no device: a listener is told (hooks.h), and what rooms above may ask for beyond the public
 * headers stands in mm_report.h, mm_follow.h and mm_verify.h. The picture of who calls whom here is
 * in RULES.md.
 */
#ifndef BS_MM_ZONE_H
#define BS_MM_ZONE_H

#include <buddysim/hooks.h>
#include <buddysim/machine.h>

#include "compiler.h"
#include "kernel_model.h"
#include "page.h"
#include "rng.h"

enum wmark { WMARK_MIN, WMARK_LOW, WMARK_HIGH, NR_WMARK };

enum zone_flag { ZONE_BOOSTED = 1, ZONE_RECLAIM_ACTIVE = 2, ZONE_BELOW_HIGH = 4 };

struct page_list {
	bs_pfn first, last;
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
	int32_t kept_high_min, kept_high_max, kept_batch; /* while per-cpu lists are off */
	uint64_t nr_isolated_pages; /* in a reporter's hands */
	uint64_t nr_foreign_pages; /* managed, in use, by nobody we know: from a dump */
	uint64_t allocs[BS_NR_ORDERS]; /* calls that succeeded */
	uint64_t frees[BS_NR_ORDERS];
	uint16_t nonempty[BS_MIGRATE_TYPES]; /* bit per order */
	uint64_t nr_free[BS_NR_ORDERS];
	uint64_t free_of_type[BS_MIGRATE_TYPES]; /* pages on the lists of each */
	struct page_list area[BS_NR_ORDERS][BS_MIGRATE_TYPES];
};

/* What is known per pageblock. @stored: its type beside ISOLATE (isolate_keeps_type). */
struct pageblock {
	uint8_t type, zone, stored;
	bool fine; /* descriptors below pageblock_order were used here */
};
#define PB_ZONE_NONE 0xff
#define PB_ZONE_MIXED 0xfe

/* Candidate zones of a request, best first. The first is the preferred zone. */
struct zonelist {
	uint8_t n;
	bool nofragment; /* its fast pass avoids mixing pageblocks */
	uint8_t lowmem_idx; /* which lowmem_reserve protects its zones */
	uint8_t zone[BS_MAX_ZONES];
};

/* Where a request up to a zone type looks first, from one CPU; zone is NULL if nowhere, or if it has to go
 * the long way: there is a listener to allocations, somebody wants to know why, no grouping. */
struct first_look {
	struct zone *zone;
	struct per_cpu_pages *pcp;
	const int64_t *others; /* what order 0 leaves to the reserve */
	uint32_t lowmem_idx;
	/* Have larger blocks a short way, too (page_alloc.c): from per-cpu lists, from the buddy? */
	bool larger, buddy;
};
/* May a block be given back by a short way (page_alloc.c)? A page has one of its own, but where lists tune
 * themselves (LISTED): there it goes the way of larger blocks. */
enum short_free { SHORT_FREE_NONE, SHORT_FREE_PAGE, SHORT_FREE_LISTED };
#define FIRST_LOOKS 8 /* of a CPU, by zone type: a power of two */

/* A block of @order that is to be kept for whoever compacts @zone for a request of @mt, as soon as it is
 * freed; @pfn: the one that was. */
struct mm_capture {
	const struct zone *zone;
	unsigned int order, mt;
	bs_pfn pfn;
};

/* Beside the nodes' bits in kswapd_awake, where every walk over zones looks: this one asks the policy. */
#define WALK_ASKS (UINT32_C(1) << 31)

struct compaction;
struct bs_policy_ctx;

struct bs_machine {
	struct page *mem_map, *side;
	struct pageblock *pb;
	char *kernel; /* its model as it was asked for */
	struct kernel_model km;
	unsigned int max_order, pbo, thp_order, nr_zones, nr_cpus, nr_nodes, page_shift;
	const struct bs_platform *platform;
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
	struct first_look *first_look; /* [nr_cpus][FIRST_LOOKS] */
	uint8_t short_free; /* enum short_free */
	int64_t pgfree_other; /* pages that pgfree counts, or not, beyond the calls' own */
	uint64_t kswapd_wakes; /* through the BOOSTED flag */
	uint64_t slow_passes; /* of requests that wake kswapd */
	uint64_t min_free_kb; /* that the marks were made from; 0: they are a dump's */
	uint32_t kswapd_awake; /* bit per node (avoids_awake_nodes), and WALK_ASKS */
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
	struct compaction *compaction; /* NULL: nobody compacts this guest */
	struct mm_capture
		*capture; /* NULL: nobody waits for a block, no policy is asked about merges */
	struct bs_policy_ctx *policy; /* NULL: there is none */
	bool split_asks; /* whoever takes a block asks first: a mark may stay, or a policy decides */
	bool one_walk; /* what must not fragment memory does not, whatever else fails (defrag_mode) */
};

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

/* The zone of a pfn in a pageblock that several zones share. */
struct zone *mm_zone_slow(struct bs_machine *m, bs_pfn pfn);

/* Zone of a pfn; NULL in a hole. */
static inline struct zone *pfn_zone(const struct bs_machine *m, bs_pfn pfn)
{
	unsigned int z = m->pb[pfn >> m->pbo].zone;

	if (likely(z < BS_MAX_ZONES))
		return (struct zone *)&m->zones[z];
	return z == PB_ZONE_MIXED ? mm_zone_slow((struct bs_machine *)m, pfn) : NULL;
}

/* Is there a page of the guest's memory at all? (lookup.c) */
bool mm_is_memory(const struct bs_machine *m, bs_pfn pfn);

/* ---- Setting up, in this order (machine.c) --------------------------------------------------- */

int mm_make_ranges(struct bs_machine *m, const struct bs_machine_config *c, struct bs_error *err);
int mm_make_zones(struct bs_machine *m, const struct bs_machine_config *c, struct bs_error *err);
/* Whose each pageblock is; the pageblocks exist. */
void mm_mark_pageblock_zones(struct bs_machine *m);

/* ---- Memory that comes and goes (memory_map.c) ----------------------------------------------- */

/* [start, end) of @node is there from now on, or is no more. 0 or -ENOMEM. */
int mm_add_range(struct bs_machine *m, bs_pfn start, bs_pfn end, unsigned int node);
int mm_remove_range(struct bs_machine *m, bs_pfn start, bs_pfn end);
/* The zone spans this now; descriptors are there for all of it. 0 or -ENOMEM. */
int mm_set_span(struct bs_machine *m, struct zone *z, bs_pfn start, bs_pfn end);

#endif
