/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mm_range.h - ranges of memory that one owner takes, and memory that goes and comes (RULES.md, ranges
 * for one owner, memory blocks): whole, and step by step for whoever follows a log.
 */
#ifndef BS_MM_RANGE_H
#define BS_MM_RANGE_H

#include <buddysim/machine.h>

/*
 * bs_mm_alloc_contig - take [start, end), like alloc_contig_range(): what is free in it leaves the lists
 *
 * What is movable goes elsewhere first, if struct bs_mm_watch has @moved; then all of it must be free. What is taken
 * belongs to nobody until bs_mm_free_contig() (nr_foreign_pages). Return: 0; -EBUSY, as much as possible undone.
 */
int bs_mm_alloc_contig(struct bs_machine *m, unsigned int cpu, bs_pfn start, bs_pfn end);
/* Alignment of what a range isolates: who cannot cut a block in two keeps off the largest. */
unsigned int bs_mm_contig_order(const struct bs_machine *m);
void bs_mm_free_contig(struct bs_machine *m, unsigned int cpu, bs_pfn start, bs_pfn end);

/*
 * Take a memory block offline, and back. As above what is movable goes elsewhere first. Both ends are aligned to the
 * largest order. Return: 0; -EBUSY with all undone; -ENOMEM.
 */
int bs_mm_offline(struct bs_machine *m, unsigned int cpu, bs_pfn start, bs_pfn end);
int bs_mm_online(struct bs_machine *m, unsigned int cpu, bs_pfn start, bs_pfn end);

/* ---- Steps ----------------------------------------------------------------------------------- */

/* Head of the free block that covers @pfn; @pfn itself if none does. */
bs_pfn bs_mm_free_head(const struct bs_machine *m, bs_pfn pfn);
/* Free blocks from @pfn on, up to @end or beyond, leave the lists, uncounted, and are nobody's. Return:
 * the end of the last; BS_NO_PFN, and nothing changed, if not all is free. */
bs_pfn bs_mm_take_free(struct bs_machine *m, bs_pfn pfn, bs_pfn end);
/* A caller's block becomes nobody's, like memory that was in use when a state was dumped. */
void bs_mm_abandon(struct bs_machine *m, bs_pfn pfn, unsigned int order);
/* Nobody's pages are freed as the largest aligned blocks that fit, ascending. 0 or -EBUSY. */
int bs_mm_free_run(struct bs_machine *m, unsigned int cpu, bs_pfn pfn, bs_pfn n);

/* Are adjacent pages that are given back at once freed so? */
bool bs_mm_frees_runs(const struct bs_machine *m);

/* Per-cpu lists of a zone off, empty, and on again. */
void bs_mm_pcp_disable(struct bs_machine *m, unsigned int zone);
void bs_mm_pcp_enable(struct bs_machine *m, unsigned int zone);
/* Isolated memory that was taken: it is no more isolated; it is no more managed. */
void bs_mm_isolated_gone(struct bs_machine *m, bs_pfn start, bs_pfn end);
int bs_mm_managed_gone(struct bs_machine *m, bs_pfn start, bs_pfn end);
/* [pfn, pfn + 2^order) of an isolated range comes to its lists, managed. 0 or -ENOMEM. */
int bs_mm_online_chunk(struct bs_machine *m, bs_pfn pfn, unsigned int order);
/* The pageblocks of a range that comes are isolated. */
void bs_mm_isolated_come(struct bs_machine *m, bs_pfn start, bs_pfn end);
/* Nobody's page, of a balloon: it is no more managed, or it is again; it stays present. */
void bs_mm_page_managed(struct bs_machine *m, bs_pfn pfn, bool on);
/* The same for a caller's block: nobody's, movable as it was, and out of what is managed; then managed and
 * the caller's again. */
void bs_mm_unmanage(struct bs_machine *m, bs_pfn pfn, unsigned int order);
void bs_mm_manage(struct bs_machine *m, bs_pfn pfn, unsigned int order);
/* [start, end) as bs_mm_alloc_contig() takes it, and no longer managed, but present; @order and more of it is managed
 * again, and free: handed over to the tail of its list, as memory that comes. */
int bs_mm_take_range(struct bs_machine *m, unsigned int cpu, bs_pfn start, bs_pfn end);
void bs_mm_hand_over(struct bs_machine *m, unsigned int cpu, bs_pfn pfn, unsigned int order);
/* What a zone spans. 0 or -ENOMEM. */
int bs_mm_set_span(struct bs_machine *m, unsigned int zone, bs_pfn start, bs_pfn end);
/* All marks, reserves, thresholds and per-cpu sizes anew: first from what is managed, then
 * (@for_huge_pages) once more for as much as huge pages want. */
void bs_mm_marks_anew(struct bs_machine *m, bool for_huge_pages);

#endif
