// SPDX-License-Identifier: GPL-2.0-or-later
/* space.c - a guest's processes as a whole, and where in one of them what is. */
#include "user_parts.h"

#include <stdlib.h>

#include <buddysim/machine.h>

const char *const *bs_huge_words(void)
{
	static const char *const words[] = {"never", "madvise", "always", NULL};

	return words;
}

const char *const *bs_huge_defrag_words(void)
{
	static const char *const words[] = {"always",  "defer", "defer+madvise",
					    "madvise", "never", NULL};

	return words;
}

const struct bs_user_settings bs_user_defaults = {
	.thp = BS_HUGE_ALWAYS,
	.defrag = BS_HUGE_DEFRAG_MADVISE,
	.max_ptes_none = BS_USER_HUGE_PAGES - 1,
	.collapse_compacts = true,
	.zero_page = true,
};

struct bs_user *bs_user_create(const char *kernel, const struct bs_user_ops *ops, void *arg)
{
	struct bs_user *u = calloc(1, sizeof(*u));

	if (!u)
		return NULL;
	if (mm_kernel_model(kernel ? kernel : bs_kernel_default(), &u->km, NULL)) {
		free(u);
		return NULL;
	}
	u->ops = ops;
	u->arg = arg;
	u->set = bs_user_defaults;
	u->zero_block = BS_NO_PFN;
	return u;
}

void bs_user_destroy(struct bs_user *u)
{
	if (!u)
		return;
	while (u->spaces)
		bs_space_forget(u->spaces);
	free(u->hash);
	free(u->shared);
	bs_pfn_map_free(&u->place);
	free(u);
}

struct bs_user_settings *bs_user_settings(struct bs_user *u)
{
	return &u->set;
}

const struct bs_user_counts *bs_user_counts(const struct bs_user *u)
{
	return &u->counts;
}

unsigned int bs_user_lru_batch(const struct bs_user *u)
{
	return (unsigned int)u->km.lru_batch;
}

/* ---- Mappings -------------------------------------------------------------------------------- */

void bs_space_map(struct bs_space *s, uint64_t at, uint64_t bytes)
{
	size_t i = 0;

	while (i < s->nr_maps && s->map[i].start < at)
		i++;
	user_mapping_insert(s, i, (struct mapping){.start = at, .end = at + bytes});
}

void bs_space_grow(struct bs_space *s, uint64_t at, uint64_t bytes)
{
	for (size_t i = 0; i < s->nr_maps; i++)
		if (s->map[i].end == at)
			s->map[i].end += bytes;
}

bool bs_space_has(const struct bs_space *s, uint64_t at)
{
	return user_mapping(s, at) != NULL;
}

void bs_space_advise(struct bs_space *s, uint64_t at, uint64_t bytes, bool huge)
{
	user_mapping_cut(s, at);
	user_mapping_cut(s, at + bytes);
	for (size_t i = 0; i < s->nr_maps; i++) {
		if (s->map[i].start < at || s->map[i].end > at + bytes)
			continue;
		s->map[i].huge = huge;
		s->map[i].no_huge = !huge;
	}
	user_mappings_join(s);
}

/* ---- A process ------------------------------------------------------------------------------- */

struct bs_space *bs_space_create(struct bs_user *u)
{
	struct bs_space *s = calloc(1, sizeof(*s));

	if (!s) {
		u->ops->failed(u->arg);
		return NULL;
	}
	s->u = u;
	s->number = u->numbers++;
	s->owner = u->owner;
	s->next = u->spaces;
	u->spaces = s;
	return s;
}

/* Nobody else knows its blocks any more: without a backend that wants them back. */
static void forget_range(struct bs_user *u, struct range *r)
{
	bs_pfn pfn;
	unsigned int order;
	struct block *b;

	r->nr_swapped = 0;
	u->counts.tables -= r->table != BS_NO_PFN || r->huge || r->zero_block;
	if (r->huge && user_unmap_huge(u, r->huge))
		block_free(u, r->huge);
	for (unsigned int i = 0; r->pte && i < BS_USER_HUGE_PAGES; i++) {
		pfn = r->pte[i];
		if (pfn < BS_ZERO_PFN && user_unmap_page(u, &pfn, &order, &b) && b)
			block_free(u, b);
	}
}

void bs_space_forget(struct bs_space *s)
{
	struct bs_space **at = &s->u->spaces;

	while (s->nr_ranges) {
		forget_range(s->u, &s->range[s->nr_ranges - 1]);
		user_range_drop(s, s->nr_ranges - 1);
	}
	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
	for (size_t i = 0; i < s->nr_upper[0]; i++)
		free(s->upper[0][i].deposit);
	free(s->map);
	free(s->range);
	free(s->upper[0]);
	free(s->upper[1]);
	free(s);
}

bs_pfn bs_space_page(const struct bs_space *s, uint64_t at, bool *huge)
{
	const struct range *r = user_range(s, at >> BS_USER_HUGE_SHIFT);
	const unsigned int i = at >> BS_USER_PAGE_SHIFT & (BS_USER_HUGE_PAGES - 1);

	*huge = r && (r->huge || r->zero_block);
	if (!r)
		return BS_NO_PFN;
	if (r->zero_block)
		return BS_ZERO_PFN;
	if (r->huge)
		return r->huge->head + i;
	return r->pte ? r->pte[i] : BS_NO_PFN;
}

bs_pfn bs_space_block(const struct bs_space *s, uint64_t at)
{
	bool huge;
	const bs_pfn pfn = bs_space_page(s, at, &huge);
	const struct block *b = pfn < BS_ZERO_PFN && !huge ? block_of(s->u, pfn) : NULL;

	return b ? b->head : pfn;
}

uint64_t bs_space_next(const struct bs_space *s, uint64_t at)
{
	for (size_t i = user_range_from(s, at >> BS_USER_HUGE_SHIFT); i < s->nr_ranges; i++) {
		const struct range *r = &s->range[i];
		const uint64_t start = r->n << BS_USER_HUGE_SHIFT;
		unsigned int p = at > start ? (at - start) >> BS_USER_PAGE_SHIFT : 0;

		if (r->huge || r->zero_block)
			return at > start ? at : start;
		for (; r->pte && p < BS_USER_HUGE_PAGES; p++)
			if (r->pte[p] != BS_NO_PFN)
				return start + ((uint64_t)p << BS_USER_PAGE_SHIFT);
	}
	return UINT64_MAX;
}
