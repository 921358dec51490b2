/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pfn_map.h - a number for each page of a guest, 0 where none was put: whose a page is, for an owner that knows its
 * pages by another name. It takes memory where numbers are put.
 *
 * Nothing is ever taken out. Whoever looks a page up asks its own books whether the page is still there.
 */
#ifndef BS_UTIL_PFN_MAP_H
#define BS_UTIL_PFN_MAP_H

#include <buddysim/types.h>

#include "compiler.h"
#include "lazy.h"

struct bs_pfn_map {
	uint64_t *at; /* NULL: nobody has asked yet, and nothing is put */
	bs_pfn nr_pages;
};

/* False: no memory. */
static inline bool bs_pfn_map_init(struct bs_pfn_map *m, bs_pfn nr_pages)
{
	m->nr_pages = nr_pages;
	m->at = bs_lazy_map(nr_pages * sizeof(*m->at));
	return m->at;
}

static inline void bs_pfn_map_free(struct bs_pfn_map *m)
{
	bs_lazy_unmap(m->at, m->nr_pages * sizeof(*m->at));
	m->at = NULL;
}

static inline void bs_pfn_map_put(struct bs_pfn_map *m, bs_pfn pfn, uint64_t number)
{
	if (unlikely(m->at) && pfn < m->nr_pages)
		m->at[pfn] = number;
}

static inline uint64_t bs_pfn_map_get(const struct bs_pfn_map *m, bs_pfn pfn)
{
	return m->at && pfn < m->nr_pages ? m->at[pfn] : 0;
}

#endif
