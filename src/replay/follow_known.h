/* SPDX-License-Identifier: GPL-2.0-or-later */
/* follow_known.h - what trace and dumps say of the recorded kernel before the replay begins. */
#ifndef BS_FOLLOW_KNOWN_H
#define BS_FOLLOW_KNOWN_H

#include "follow.h"
#include "stream_parts.h"

struct bs_state;

/* Block @number frees @pfn without having been allocated in the trace or before it. */
struct bs_untraced {
	bs_pfn pfn;
	uint32_t number;
	bool taken; /* the guest has given the page out for it */
};

struct bs_follow {
	struct bs_guest *g;
	struct bs_stream *s;
	const struct bs_state *state, *end_state; /* end_state: NULL if there is none */
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

static inline bool bs_follow_bit(const uint8_t *bits, bs_pfn pfn)
{
	return bits[pfn >> 3] >> (pfn & 7) & 1;
}

/* For the guest of @s, which starts from @state: reads what the trace recorded and leaves it anywhere.
 * 0, or negative with @err. */
int bs_follow_create(struct bs_stream *s, const struct bs_state *state,
		     const struct bs_state *end_state, struct bs_follow **out,
		     struct bs_error *err);
void bs_follow_destroy(struct bs_follow *f);

/* Is @number untraced memory, of which it is not known yet when it was allocated? */
bool bs_follow_is_untraced(const struct bs_follow *f, uint32_t number);
/* The next free of @pfn that no allocation is known for; NULL if there is none. */
struct bs_untraced *bs_follow_find_untraced(const struct bs_follow *a, bs_pfn pfn);
/* The place of a block from before the trace, or BS_NO_PFN if it is not in use yet. */
bs_pfn bs_follow_adopt(struct bs_follow *a, uint32_t number, unsigned int order);

#endif
