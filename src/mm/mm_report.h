/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mm_report.h - what the allocator offers to a reporter, beyond the public machine.h: walking and
 * rotating free lists, taking blocks off them and putting them back (RULES.md, taking a block).
 *
 * Used by src/report and src/world only. List positions are pfns of block heads; BS_NO_PFN is the
 * list's end.
 */
#ifndef BS_MM_REPORT_H
#define BS_MM_REPORT_H

#include <buddysim/hooks.h>
#include <buddysim/machine.h>

/* The zone lock. In replay it only records that it is held, so that a law can be tested: no device
 * call under it (invariant 30), list steps only under it. */
void bs_mm_zone_lock(struct bs_machine *m, unsigned int zone);
void bs_mm_zone_unlock(struct bs_machine *m, unsigned int zone);
bool bs_mm_zone_locked(const struct bs_machine *m, unsigned int zone);

bs_pfn bs_mm_list_first(const struct bs_machine *m, unsigned int zone, unsigned int order,
			unsigned int mt);
bs_pfn bs_mm_list_last(const struct bs_machine *m, unsigned int zone, unsigned int order,
		       unsigned int mt);
/* @pfn must be the head of a free block of @order. */
bs_pfn bs_mm_list_next(const struct bs_machine *m, unsigned int order, bs_pfn pfn);
bs_pfn bs_mm_list_prev(const struct bs_machine *m, unsigned int order, bs_pfn pfn);
/* Make @pfn the first node of its list by moving the list's head: cyclic order stays. */
void bs_mm_list_rotate(struct bs_machine *m, unsigned int zone, unsigned int order, unsigned int mt,
		       bs_pfn pfn);
/* Foreign reorder, as compaction does it: calls reordered() and rotates. */
void bs_mm_list_reorder(struct bs_machine *m, unsigned int zone, unsigned int order,
			unsigned int mt, bs_pfn pfn, bool first);

/* Head of a free block: 0 and its order, list and mark in @b; -ENOENT otherwise. */
int bs_mm_free_block(const struct bs_machine *m, bs_pfn pfn, struct bs_block *b);
/* Its zone, if @pfn is the head of a free block of just that order; -ENOENT otherwise. */
int bs_mm_zone_of_free(const struct bs_machine *m, bs_pfn pfn, unsigned int order);
/* What is asked of a free block that is looked at from within: its order, its list's type, its mark. */
struct bs_free_around {
	uint8_t order, mt;
	bool reported;
};
/* Is the page in a free block of @order or above? What it is in @is. Asked for all memory at a time. */
bool bs_mm_free_around(const struct bs_machine *m, bs_pfn pfn, unsigned int order,
		       struct bs_free_around *is);
bool bs_mm_is_reported(const struct bs_machine *m, bs_pfn pfn, unsigned int order);
void bs_mm_set_reported(struct bs_machine *m, bs_pfn pfn, unsigned int order, bool on);

/* The isolate primitive: checks raw WMARK_MIN + 2^order, lowers the free
 * counters, unlinks, retypes whole mergeable pageblocks to MOVABLE. False: refused, nothing done.
 * The block is then BS_PAGE_ISOLATED. */
bool bs_mm_isolate_free_page(struct bs_machine *m, bs_pfn pfn, unsigned int order);
/* Take a free block without watermark test and without retyping. */
void bs_mm_pull_free_page(struct bs_machine *m, bs_pfn pfn, unsigned int order);
/*
 * Put a block back: buddy free under the zone lock, merging allowed.
 * @mt: list type, or BS_MT_NOW for the pageblock's type at this moment
 * @to_tail: force the tail (5.10+); else the model's ordinary position rule
 * place(BS_RETURN) and block_in(BS_RETURN) are called.
 * @final: receives the final head. Return: the final order; == @order means it did not merge.
 */
unsigned int bs_mm_putback(struct bs_machine *m, bs_pfn pfn, unsigned int order, unsigned int mt,
			   bool to_tail, bs_pfn *final);

void bs_mm_set_pageblock_type(struct bs_machine *m, bs_pfn pfn, unsigned int mt);

/* The order-0 test against @mark (boost not added), lowmem index @hz. */
bool bs_mm_watermark_ok(const struct bs_machine *m, unsigned int zone, unsigned int order,
			uint64_t mark, unsigned int hz);
/* Would the request pass if @extra_free pages and one block of @extra_order of @zone were on its
 * free lists? For false_oom. */
bool bs_mm_would_satisfy(const struct bs_machine *m, unsigned int zone, unsigned int gfp,
			 unsigned int order, uint64_t extra_free, unsigned int extra_order);

/* Every block on a per-cpu list. */
void bs_mm_pcp_each(const struct bs_machine *m,
		    void (*visit)(void *arg, bs_pfn pfn, unsigned int order), void *arg);

/* Is a listener installed? One guest has at most one. */
bool bs_mm_has_listener(const struct bs_machine *m);
/* Flush all per-cpu lists of one zone. */
void bs_mm_drain_zone(struct bs_machine *m, unsigned int zone);
/* The word of a block in the reporter's hands or on a free list (strategy's boundary slot,
 * stash). */
uint32_t bs_mm_block_word(const struct bs_machine *m, bs_pfn pfn, unsigned int order);
void bs_mm_set_block_word(struct bs_machine *m, bs_pfn pfn, unsigned int order, uint32_t word);

/* Totals of a guest's life without those that bs_machine_counters() sums up over zones. */
const struct bs_machine_counters *bs_mm_counters(const struct bs_machine *m);

#endif
