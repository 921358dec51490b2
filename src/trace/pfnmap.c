// SPDX-License-Identifier: GPL-2.0-or-later
#include "pfnmap.h"

#include <stdlib.h>
#include <string.h>

#include "lazy.h"

#define LEAVES (1u << BS_PFNMAP_TABLE_SHIFT)
#define PAGES (1u << BS_PFNMAP_LEAF_SHIFT)
#define GROUP (1u << BS_PFNMAP_GROUP_SHIFT)
#define GROUP_SIZE (GROUP * sizeof(uint64_t))
#define ALL_LEAVES (BS_MAX_PFN >> BS_PFNMAP_LEAF_SHIFT)
#define ALL_BYTES (BS_MAX_PFN * sizeof(uint64_t))
#define PART_BYTES (ALL_LEAVES * sizeof(struct bs_pfnmap_part))
/* With more of them it is no short recording, and all leaves will be whole before long. */
#define GROUPS (1u << 15)
#define GROUP_BYTES (GROUPS * GROUP_SIZE)
/*
 * Filled at once. Not in huge pages: the memory for those has come back from the host where the guest that this
 * runs in reports what is free, and that takes ten times as long as the faults that they save.
 */
#define STEP_BYTES (UINT64_C(256) << 10)

void bs_pfnmap_init(struct bs_pfnmap *m)
{
	memset(m, 0, sizeof(*m));
}

void bs_pfnmap_free(struct bs_pfnmap *m)
{
	for (unsigned int i = 0; i < BS_PFNMAP_TABLES; i++)
		free(m->table[i]);
	bs_lazy_unmap(m->leaves, ALL_BYTES);
	bs_lazy_unmap(m->groups, GROUP_BYTES);
	bs_lazy_unmap(m->parts, PART_BYTES);
	bs_pfnmap_init(m);
}

/* ---- Whole leaves ---------------------------------------------------------------------------- */

static uint64_t *new_leaf(struct bs_pfnmap *m)
{
	uint64_t *words;

	m->leaves = m->leaves ? m->leaves : bs_lazy_map(ALL_BYTES);
	if (!m->leaves)
		return NULL;
	words = m->leaves + m->nr * PAGES;
	if (!(m->nr++ % (STEP_BYTES / (PAGES * sizeof(*words)))))
		bs_lazy_fill(words, STEP_BYTES);
	return words;
}

static void free_group(struct bs_pfnmap *m, uint32_t group)
{
	*bs_pfnmap_group(m, group) = m->free_group;
	m->free_group = group + 1;
}

/* Its parts are put together. */
static uint64_t *make_whole(struct bs_pfnmap *m, union bs_pfnmap_leaf *leaf)
{
	const struct bs_pfnmap_part *p = bs_pfnmap_part(*leaf);
	uint64_t *words = new_leaf(m);

	if (!words)
		return NULL;
	for (unsigned int i = 0; p && i < BS_PFNMAP_GROUPS; i++) {
		uint32_t group;

		if (!p->slot[i])
			continue;
		group = p->group[p->slot[i] - 1];
		memcpy(words + (size_t)i * GROUP, bs_pfnmap_group(m, group), GROUP_SIZE);
		free_group(m, group);
	}
	leaf->words = words;
	return words;
}

/* ---- Leaves in parts ------------------------------------------------------------------------- */

static struct bs_pfnmap_part *new_part(struct bs_pfnmap *m, union bs_pfnmap_leaf *leaf)
{
	struct bs_pfnmap_part *p;

	m->parts = m->parts ? m->parts : bs_lazy_map(PART_BYTES);
	m->groups = m->groups ? m->groups : bs_lazy_map(GROUP_BYTES);
	if (!m->parts || !m->groups)
		return NULL;
	p = &m->parts[m->nr_parts++];
	leaf->as_int = (uintptr_t)p | 1;
	return p;
}

static uint32_t new_group(struct bs_pfnmap *m)
{
	uint32_t group = m->free_group - 1;

	if (m->free_group) {
		m->free_group = (uint32_t)*bs_pfnmap_group(m, group);
		memset(bs_pfnmap_group(m, group), 0, GROUP_SIZE);
		return group;
	}
	group = (uint32_t)m->nr_groups++;
	if (!(group % (STEP_BYTES / GROUP_SIZE)))
		bs_lazy_fill(bs_pfnmap_group(m, group), STEP_BYTES);
	return group;
}

/* NULL: out of memory, or it would be one group too many of this leaf, or of all. */
static uint64_t *in_part(struct bs_pfnmap *m, union bs_pfnmap_leaf *leaf, bs_pfn pfn)
{
	const unsigned int i = (pfn & (PAGES - 1)) >> BS_PFNMAP_GROUP_SHIFT;
	struct bs_pfnmap_part *p = bs_pfnmap_part(*leaf);

	if (!p || !p->slot[i]) {
		if (m->nr_groups == GROUPS)
			return NULL;
		p = p ? p : new_part(m, leaf);
		if (!p || p->nr == BS_PFNMAP_FEW)
			return NULL;
		p->group[p->nr] = new_group(m);
		p->slot[i] = ++p->nr;
	}
	return bs_pfnmap_group(m, p->group[p->slot[i] - 1]) + (pfn & (GROUP - 1));
}

/* ---- All ------------------------------------------------------------------------------------- */

uint64_t *bs_pfnmap_at(struct bs_pfnmap *m, bs_pfn pfn, unsigned int order)
{
	union bs_pfnmap_leaf **table =
		&m->table[pfn >> (BS_PFNMAP_LEAF_SHIFT + BS_PFNMAP_TABLE_SHIFT)];
	union bs_pfnmap_leaf *leaf;
	uint64_t *word;

	if (!*table)
		*table = calloc(LEAVES, sizeof(**table));
	if (!*table)
		return NULL;
	leaf = &(*table)[pfn >> BS_PFNMAP_LEAF_SHIFT & (LEAVES - 1)];
	if (likely(bs_pfnmap_is_whole(*leaf)))
		return leaf->words + (pfn & (PAGES - 1));
	word = order <= BS_PFNMAP_GROUP_SHIFT ? in_part(m, leaf, pfn) : NULL;
	if (word)
		return word;
	word = make_whole(m, leaf);
	return word ? word + (pfn & (PAGES - 1)) : NULL;
}
