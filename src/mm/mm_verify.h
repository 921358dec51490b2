/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mm_verify.h - what the allocator offers to a verifier: requests as the vectors' harness made
 * them, the shuffle's random bits, counters as a dump has them.
 */
#ifndef BS_MM_VERIFY_H
#define BS_MM_VERIFY_H

#include <buddysim/machine.h>

#include <limits.h>

/* Figures of a zone that a check line holds; @diff and @pcp are those of @cpu. */
struct bs_mm_counts {
	int64_t vm_free, diff, pcp, boost, highatomic;
	uint32_t flags;
	const uint64_t *nr_free; /* [BS_NR_ORDERS] */
};
void bs_mm_counts(const struct bs_machine *m, unsigned int zone, unsigned int cpu,
		  struct bs_mm_counts *out);

/* Per-cpu list figures beside the lists themselves. */
struct bs_mm_pcp {
	int32_t count, high, batch, high_min, high_max, free_factor, free_count;
	unsigned int alloc_factor, flags;
	int64_t nr_free_highatomic; /* the zone's */
};
void bs_mm_pcp(const struct bs_machine *m, unsigned int zone, unsigned int cpu,
	       struct bs_mm_pcp *out);

/* Exactly @n bits for the shuffle to draw, the next one lowest; how many are left. More draws ask
 * the random source (bs_machine_set_random()). */
void bs_mm_set_shuffle_bits(struct bs_machine *m, uint64_t bits, unsigned int n);
unsigned int bs_mm_shuffle_bits_left(const struct bs_machine *m);

/* One request of which only the fast and one slow pass are made, with type and highest zone beside
 * the mask (RULES.md, rmqueue). */
bs_pfn bs_mm_alloc_two_passes(struct bs_machine *m, unsigned int order, unsigned int mt,
			      unsigned int highest_zone, unsigned int gfp);

/* A request of @cpu that prefers the memory of @node. */
bs_pfn bs_mm_alloc_on(struct bs_machine *m, unsigned int cpu, unsigned int node, unsigned int gfp,
		      unsigned int order);
/* Empty per-cpu lists, of @zone or BS_ALL_ZONES, of @cpu or BS_ALL_CPUS; @by does it, and its delta
 * of the free counter changes. */
#define BS_ALL_ZONES UINT_MAX
void bs_mm_drain(struct bs_machine *m, unsigned int zone, unsigned int cpu, unsigned int by);

/* A range of whole pageblocks (RULES.md, isolation), by @cpu. @keeps: does a page of the pageblock [pfn, end)
 * keep it? @mt: what a failure restores. 0 or -EBUSY. */
int bs_mm_isolate_range(struct bs_machine *m, unsigned int cpu, bs_pfn start, bs_pfn end,
			unsigned int mt, bool (*keeps)(void *arg, bs_pfn pfn, bs_pfn end),
			void *arg);
void bs_mm_unisolate_range(struct bs_machine *m, unsigned int cpu, bs_pfn start, bs_pfn end,
			   unsigned int mt);

/* Cut a free block at @offset pages, as the isolation of a range does. */
void bs_mm_split_free_page(struct bs_machine *m, bs_pfn pfn, unsigned int order, bs_pfn offset);

/* For drawings of the vectors: free_factor of a CPU; how often BOOSTED woke kswapd. */
unsigned int bs_mm_pcp_free_factor(const struct bs_machine *m, unsigned int zone, unsigned int cpu);
uint64_t bs_mm_kswapd_wakes(const struct bs_machine *m);

/* set_isolate and unset_isolate themselves (RULES.md, isolation), as the vectors have them:
 * whatever the pageblock holds, whatever reaches across its ends, and nothing is drained. Used on
 * part of a block, NR_FREE_PAGES goes wrong as it does in the kernel. 0 or -EBUSY. */
int bs_mm_set_isolate(struct bs_machine *m, bs_pfn pfn);
void bs_mm_unset_isolate(struct bs_machine *m, bs_pfn pfn, unsigned int mt);

#endif
