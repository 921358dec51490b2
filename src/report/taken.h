/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * taken.h - the blocks a strategy has in its hands, by pfn: an open-addressed table that grows with
 * the most ever held and is then never allocated again.
 */
#ifndef BS_TAKEN_H
#define BS_TAKEN_H

#include <buddysim/types.h>

enum bs_hold {
	BS_HOLD_ISOLATED, /* off its list: bs_isolate(), bs_pull() */
	BS_HOLD_CLIENT, /* allocated by the strategy: bs_take_pages() */
	BS_HOLD_CLAIMED, /* still on its list: bs_claim() */
};

struct bs_taken {
	bs_pfn pfn; /* BS_NO_PFN: empty slot */
	uint8_t order, zone, hold;
	bool in_flight;
	bool unmanaged; /* BS_KEEP_UNMANAGED */
	bool ranged; /* bs_take_range(): nobody's allocation */
};

struct bs_taken_set {
	struct bs_taken *slot;
	uint32_t size, used; /* size: a power of two, at most half used */
};

int bs_taken_init(struct bs_taken_set *set, uint32_t expected);
void bs_taken_free(struct bs_taken_set *set);
/* Room for one more: 0 or -ENOMEM. After it, bs_taken_add() cannot fail. */
int bs_taken_reserve(struct bs_taken_set *set);
void bs_taken_add(struct bs_taken_set *set, const struct bs_taken *t);
/* NULL if @pfn is not the head of a block held. Valid until the next add or remove. */
struct bs_taken *bs_taken_find(const struct bs_taken_set *set, bs_pfn pfn);
/* A block held that begins within [pfn, 2^order), the block that page @pfn belongs to; NULL if
 * there is none. Valid as above. Both cost next to nothing while nothing is held. */
struct bs_taken *bs_taken_inside(const struct bs_taken_set *set, bs_pfn pfn, unsigned int order);
struct bs_taken *bs_taken_around(const struct bs_taken_set *set, bs_pfn pfn);
void bs_taken_remove(struct bs_taken_set *set, struct bs_taken *t);

#endif
