/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pfnmap.h - what a trace said of each page last, by pfn: 64 bits a page, in leaves of 1 Ki pages
 * that appear when one of them is first named. They lie one behind the other, in huge pages: pages
 * are named in any order, so that each leaf would cost two faults, and each look at it a walk of
 * the page tables.
 */
#ifndef BS_TRACE_PFNMAP_H
#define BS_TRACE_PFNMAP_H

#include "compiler.h"
#include "format.h"

#define BS_PFNMAP_LEAF_SHIFT BS_TRACE_MAX_ORDER
/* Leaves that one table leads to: those of 4 GiB. */
#define BS_PFNMAP_TABLE_SHIFT 10
#define BS_PFNMAP_TABLES (BS_MAX_PFN >> (BS_PFNMAP_LEAF_SHIFT + BS_PFNMAP_TABLE_SHIFT))

struct bs_pfnmap {
	uint64_t *leaves; /* a place for as many as there can be, of which @nr are in use */
	size_t nr;
	uint64_t **table[BS_PFNMAP_TABLES];
};

void bs_pfnmap_init(struct bs_pfnmap *m);
void bs_pfnmap_free(struct bs_pfnmap *m);
/* The page's word, and those of all pages of its aligned 4 MiB behind it; NULL: out of memory. */
uint64_t *bs_pfnmap_at(struct bs_pfnmap *m, bs_pfn pfn);
/* It will be asked for soon. */
static inline void bs_pfnmap_prefetch(const struct bs_pfnmap *m, bs_pfn pfn)
{
	uint64_t *const *table = m->table[pfn >> (BS_PFNMAP_LEAF_SHIFT + BS_PFNMAP_TABLE_SHIFT)];
	const uint64_t *leaf;

	if (!table)
		return;
	leaf = table[pfn >> BS_PFNMAP_LEAF_SHIFT & ((1u << BS_PFNMAP_TABLE_SHIFT) - 1)];
	if (leaf)
		bs_prefetch(leaf + (pfn & ((1u << BS_PFNMAP_LEAF_SHIFT) - 1)));
}

#endif
