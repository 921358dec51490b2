// SPDX-License-Identifier: GPL-2.0-or-later
/* drop_caches.c - clean page cache of a dump, which no owner here has, dropped file by file. */
#include "compaction.h"

#include <errno.h>
#include <stdlib.h>

/* A page, and its place in the files. */
struct in_file {
	uint32_t place;
	bs_pfn pfn;
};

static int by_place(const void *a, const void *b)
{
	const struct in_file *x = a, *y = b;

	return x->place < y->place ? -1 : x->place > y->place;
}

static bool is_foreign_cache(const struct bs_machine *m, bs_pfn pfn)
{
	return is_marked(m, BS_MM_CACHE, pfn) && !(m->mem_map[pfn].flags & PG_ALLOCATED);
}

static size_t find_cache(const struct bs_machine *m, struct in_file *out)
{
	size_t n = 0;

	for (bs_pfn pfn = 0; pfn < m->max_pfn; pfn++) {
		if (!is_foreign_cache(m, pfn))
			continue;
		if (out)
			out[n] = (struct in_file){m->mem_map[pfn].word, pfn};
		n++;
	}
	return n;
}

uint64_t bs_mm_foreign_cache(const struct bs_machine *m)
{
	return m->compaction && m->compaction->marks[BS_MM_CACHE] ? find_cache(m, NULL) : 0;
}

int bs_mm_drop_foreign(struct bs_machine *m, unsigned int cpu, uint64_t *pages)
{
	struct in_file *found;
	bs_pfn *pfns;
	size_t n;

	*pages = 0;
	if (!m->compaction)
		return 0;
	mm_lru_drain(m);
	n = find_cache(m, NULL);
	found = malloc(n * sizeof(*found) + 1);
	pfns = malloc(n * sizeof(*pfns) + 1);
	if (!found || !pfns) {
		free(found);
		free(pfns);
		return -ENOMEM;
	}
	find_cache(m, found);
	qsort(found, n, sizeof(*found), by_place);
	for (size_t i = 0; i < n; i++) {
		pfns[i] = found[i].pfn;
		if (m->mem_map[pfns[i]].flags & PG_LRU)
			mm_lru_take(m, pfns[i]);
	}
	for (size_t i = 0; i < n;)
		i += bs_mm_drop_portion(m, cpu, pfns + i, n - i);
	free(found);
	free(pfns);
	*pages = n;
	return 0;
}
