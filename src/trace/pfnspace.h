/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pfnspace.h - where a machine's memory lies. A trace holds pfns below 2 TiB; servers have memory that
 * begins at 8 TiB, or lies in pieces far apart. Where a pfn is too high the large holes are taken out,
 * in whole GiB, so that order and alignment stay.
 */
#ifndef BS_TRACE_PFNSPACE_H
#define BS_TRACE_PFNSPACE_H

#include <buddysim/types.h>

#define BS_SPACE_SHIFT 18 /* pages of a GiB */
#define BS_SPACE_LOW (BS_MAX_PFN >> BS_SPACE_SHIFT)
#define BS_SPACE_HIGH 4096 /* different GiB above 2 TiB that are told apart */
/* No architecture has more physical memory than 2^64 bytes. */
#define BS_SPACE_LIMIT (UINT64_C(1) << 52)

struct bs_pfnspace {
	bool low[BS_SPACE_LOW]; /* something lies in this GiB */
	uint64_t high[BS_SPACE_HIGH]; /* those above, sorted */
	unsigned int nr_high, last;
	/* once settled */
	uint32_t to_low[BS_SPACE_LOW], to_high[BS_SPACE_HIGH];
	uint64_t first; /* the first pfn that moved, and where to */
	bs_pfn first_to;
};

/* There is a page. False: it is one of too many places. */
bool bs_pfnspace_add_high(struct bs_pfnspace *s, uint64_t pfn);
static inline bool bs_pfnspace_add(struct bs_pfnspace *s, uint64_t pfn)
{
	if (pfn >= BS_MAX_PFN)
		return bs_pfnspace_add_high(s, pfn);
	s->low[pfn >> BS_SPACE_SHIFT] = true;
	return true;
}
/* Does an event's page lie in @pfn's GiB, and stay where it is? */
static inline bool bs_pfnspace_is_low(const struct bs_pfnspace *s, bs_pfn pfn)
{
	return pfn < BS_MAX_PFN && s->low[pfn >> BS_SPACE_SHIFT] && !s->nr_high;
}
/* All pages are known. True: some have to move. */
bool bs_pfnspace_settle(struct bs_pfnspace *s);
/* Where a page is then; BS_NO_PFN: there was no room. */
bs_pfn bs_pfnspace_at(struct bs_pfnspace *s, uint64_t pfn);

#endif
