// SPDX-License-Identifier: GPL-2.0-or-later
#include "pfnmap.h"

#include <stdlib.h>
#include <string.h>

#define LEAVES (1u << BS_PFNMAP_TABLE_SHIFT)
#define PAGES (1u << BS_PFNMAP_LEAF_SHIFT)

void bs_pfnmap_init(struct bs_pfnmap *m)
{
	memset(m, 0, sizeof(*m));
}

void bs_pfnmap_free(struct bs_pfnmap *m)
{
	for (unsigned int i = 0; i < BS_PFNMAP_TABLES; i++) {
		for (unsigned int k = 0; m->table[i] && k < LEAVES; k++)
			free(m->table[i][k]);
		free(m->table[i]);
	}
	bs_pfnmap_init(m);
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
		*leaf = calloc(PAGES, sizeof(**leaf));
	return *leaf ? *leaf + (pfn & (PAGES - 1)) : NULL;
}
