// SPDX-License-Identifier: GPL-2.0-or-later
#include "pfnmap.h"

#include <errno.h>
#include <stdlib.h>

int bs_pfnmap_init(struct bs_pfnmap *m)
{
	m->leaf = calloc(BS_PFNMAP_LEAVES, sizeof(*m->leaf));
	return m->leaf ? 0 : -ENOMEM;
}

void bs_pfnmap_free(struct bs_pfnmap *m)
{
	for (unsigned int i = 0; m->leaf && i < BS_PFNMAP_LEAVES; i++)
		free(m->leaf[i]);
	free(m->leaf);
	m->leaf = NULL;
}

uint64_t *bs_pfnmap_at(struct bs_pfnmap *m, bs_pfn pfn)
{
	uint64_t **leaf = &m->leaf[pfn >> BS_PFNMAP_LEAF_SHIFT];

	if (!*leaf)
		*leaf = calloc(1u << BS_PFNMAP_LEAF_SHIFT, sizeof(**leaf));
	return *leaf ? *leaf + (pfn & ((1u << BS_PFNMAP_LEAF_SHIFT) - 1)) : NULL;
}
