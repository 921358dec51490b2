// SPDX-License-Identifier: GPL-2.0-or-later
#include "pfnmap.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "lazy.h"

#define LEAVES (1u << BS_PFNMAP_TABLE_SHIFT)
#define PAGES (1u << BS_PFNMAP_LEAF_SHIFT)
#define ALL_BYTES (BS_MAX_PFN * sizeof(uint64_t))

void bs_pfnmap_init(struct bs_pfnmap *m)
{
	memset(m, 0, sizeof(*m));
}

void bs_pfnmap_free(struct bs_pfnmap *m)
{
	for (unsigned int i = 0; i < BS_PFNMAP_TABLES; i++)
		free(m->table[i]);
	bs_lazy_unmap(m->leaves, ALL_BYTES);
	bs_pfnmap_init(m);
}

static uint64_t *new_leaf(struct bs_pfnmap *m)
{
	if (!m->leaves) {
		m->leaves = bs_lazy_map(ALL_BYTES);
		if (!m->leaves)
			return NULL;
		madvise(m->leaves, ALL_BYTES, MADV_HUGEPAGE);
	}
	return m->leaves + m->nr++ * PAGES;
}

uint64_t *bs_pfnmap_at(struct bs_pfnmap *m, bs_pfn pfn)
{
	uint64_t ***table = &m->table[pfn >> (BS_PFNMAP_LEAF_SHIFT + BS_PFNMAP_TABLE_SHIFT)],
		 **leaf;

	if (!*table)
		*table = calloc(LEAVES, sizeof(**table));
	if (!*table)
		return NULL;
	leaf = &(*table)[pfn >> BS_PFNMAP_LEAF_SHIFT & (LEAVES - 1)];
	if (!*leaf)
		*leaf = new_leaf(m);
	return *leaf ? *leaf + (pfn & (PAGES - 1)) : NULL;
}
