/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pfnmap.h - what a trace said of each page last, by pfn: 64 bits a page, in leaves of 1 Ki pages
 * that appear when one of them is first named.
 *
 * Pages are named in any order. A leaf of which few are named has words for eight pages around each of
 * those, so that a short recording of a large machine touches little memory: its pages are as likely
 * as not in as many leaves as it has events. With more of them, or a larger block, it becomes whole.
 * Parts lie one behind the other, and so do whole leaves: what is touched is filled many pages at a time.
 */
#ifndef BS_TRACE_PFNMAP_H
#define BS_TRACE_PFNMAP_H

#include "compiler.h"
#include "format.h"

#define BS_PFNMAP_LEAF_SHIFT BS_TRACE_MAX_ORDER
/* Leaves that one table leads to: those of 4 GiB. */
#define BS_PFNMAP_TABLE_SHIFT 10
#define BS_PFNMAP_TABLES (BS_MAX_PFN >> (BS_PFNMAP_LEAF_SHIFT + BS_PFNMAP_TABLE_SHIFT))

#define BS_PFNMAP_GROUP_SHIFT 3
#define BS_PFNMAP_GROUPS (1u << (BS_PFNMAP_LEAF_SHIFT - BS_PFNMAP_GROUP_SHIFT)) /* in a leaf */
#define BS_PFNMAP_FEW 15 /* more groups of a leaf than that and it becomes whole */

/** A leaf of which few groups were named. */
struct bs_pfnmap_part {
	uint8_t slot[BS_PFNMAP_GROUPS]; /* 1 + index into @group; 0: the group was not named */
	uint32_t group[BS_PFNMAP_FEW]; /* where their words are, among all groups */
	uint8_t nr;
};

/** The word of a whole leaf's first page, or its parts; the lowest bit of @as_int tells which. */
union bs_pfnmap_leaf {
	uint64_t *words;
	uintptr_t as_int;
};

struct bs_pfnmap {
	/* Places for as many of each as there can be, of which so many are in use: */
	uint64_t *leaves, *groups;
	struct bs_pfnmap_part *parts;
	size_t nr, nr_groups, nr_parts;
	/* 1 + a group of a leaf that is whole by now; the next one is its first word. */
	uint32_t free_group;
	union bs_pfnmap_leaf *table[BS_PFNMAP_TABLES];
};

void bs_pfnmap_init(struct bs_pfnmap *m);
void bs_pfnmap_free(struct bs_pfnmap *m);
/* The words of the aligned block at @pfn: there until a word is asked for that is none of them. NULL: out of
 * memory. */
uint64_t *bs_pfnmap_at(struct bs_pfnmap *m, bs_pfn pfn, unsigned int order);

static inline bool bs_pfnmap_is_whole(union bs_pfnmap_leaf leaf)
{
	return leaf.as_int && !(leaf.as_int & 1);
}

static inline struct bs_pfnmap_part *bs_pfnmap_part(union bs_pfnmap_leaf leaf)
{
	return leaf.as_int & 1 ? (struct bs_pfnmap_part *)(leaf.as_int - 1) : NULL;
}

static inline uint64_t *bs_pfnmap_group(const struct bs_pfnmap *m, uint32_t group)
{
	return m->groups + ((size_t)group << BS_PFNMAP_GROUP_SHIFT);
}

/* It will be asked for soon. */
static inline void bs_pfnmap_prefetch(const struct bs_pfnmap *m, bs_pfn pfn)
{
	const union bs_pfnmap_leaf *table =
		m->table[pfn >> (BS_PFNMAP_LEAF_SHIFT + BS_PFNMAP_TABLE_SHIFT)];
	const unsigned int in_leaf = pfn & ((1u << BS_PFNMAP_LEAF_SHIFT) - 1);
	const struct bs_pfnmap_part *p;
	union bs_pfnmap_leaf leaf;
	unsigned int slot;

	if (!table)
		return;
	leaf = table[pfn >> BS_PFNMAP_LEAF_SHIFT & ((1u << BS_PFNMAP_TABLE_SHIFT) - 1)];
	if (likely(bs_pfnmap_is_whole(leaf))) {
		bs_prefetch(leaf.words + in_leaf);
		return;
	}
	p = bs_pfnmap_part(leaf);
	slot = p ? p->slot[in_leaf >> BS_PFNMAP_GROUP_SHIFT] : 0;
	if (slot)
		bs_prefetch(bs_pfnmap_group(m, p->group[slot - 1]));
}

#endif
