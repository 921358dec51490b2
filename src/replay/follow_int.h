/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * agreement_int.h - between agreement.c, which follows the kernel, and agreement_known.c, which reads
 * beforehand what trace and dumps say.
 */
#ifndef BS_AGREEMENT_INT_H
#define BS_AGREEMENT_INT_H

#include "follow.h"
#include "cell.h"

/* Block @number frees @pfn without having been allocated in the trace or before it. */
struct bs_untraced {
	bs_pfn pfn;
	uint32_t number;
	bool taken; /* the guest has given the page out for it */
};

struct bs_agree {
	struct bs_agreement r;
	uint32_t *recorded; /* pfn per allocation number */
	/* Numbers + 1 of traced allocations: per page the last one at all, and per block from before
	 * the trace the last one of its page before it is freed. */
	uint32_t *last_alloc, *alloc_before;
	/* Several CPUs: per page its first traced request and the latest so far, per number the next
	 * of the same page, all as number + 1; and who made it. */
	uint32_t *first_of, *latest_of, *next_of;
	uint8_t *cpu_of;
	struct bs_untraced *untraced; /* ascending by pfn, then by number */
	size_t nr_untraced, cap_untraced;
	/* bit per page: in use in the end dump; put on a list that the start dump does not hold */
	uint8_t *used_at_end, *rebuilt;
	uint8_t *named; /* the trace has named it by now */
	bs_pfn max_pfn;
	bool over;
};

static inline bool bs_agree_bit(const uint8_t *bits, bs_pfn pfn)
{
	return bits[pfn >> 3] >> (pfn & 7) & 1;
}

/* The next free of @pfn that no allocation is known for; NULL if there is none. */
struct bs_untraced *bs_agree_find_untraced(const struct bs_agree *a, bs_pfn pfn);
/* The place of a block from before the trace, or BS_NO_PFN if it is not in use yet. */
bs_pfn bs_agree_adopt(struct bs_cell *c, uint32_t number, unsigned int order);

#endif
