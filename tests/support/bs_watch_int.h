/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bs_watch_int.h - what the files of the watch share: bs_watch.c, and bs_watch_front.c for law
 * 14. */
#ifndef BS_WATCH_INT_H
#define BS_WATCH_INT_H

#include "bs_watch.h"

#define LOWEST 9 /* what is followed block by block: the orders that every series reports */
#define NR_FOLLOWED (BS_NR_ORDERS - LOWEST)
#define MAX_BLOCKS 128 /* of one order, down to 7 */
#define NR_FRAMES (PAGES >> LOWEST)

enum family { NO_FAMILY, BUBBLE, SCATTERLIST, BOUNDARY, LIST_WALK, ROTATION, BITMAP };

struct list {
	bs_pfn pfn[MAX_BLOCKS];
	bool marked[MAX_BLOCKS];
	unsigned int n;
};

/* A bit per block, by its pfn >> LOWEST. */
typedef uint64_t frames;
_Static_assert(NR_FRAMES <= 64, "a bit per block");

struct bs_watch {
	enum family family;
	/* As the strategy was given the word: where its pass began, or the last request ended. */
	struct list lists[2][NR_FOLLOWED][BS_MIGRATE_TYPES];
	uint64_t most_free[2][NR_FOLLOWED]; /* blocks, in this pass */
	uint8_t came_from[NR_FOLLOWED]
			 [NR_FRAMES]; /* the list of what is free or isolated, or 0xff */
	unsigned int full_calls[2][NR_FOLLOWED][BS_MIGRATE_TYPES]; /* in this pass */
	unsigned int nr_full; /* all full requests of this pass */
	uint64_t acts; /* of the guest, when the pass began */
	/* Per zone: what was raw when nobody worked on it (16). */
	struct list raw[2][NR_FOLLOWED];
	bool reordered;
	/* 14: what may be reported and stand in front of the boundary. */
	frames may_front[2][NR_FOLLOWED][BS_MIGRATE_TYPES];
	frames drained; /* reported by the last request */
	uint8_t on_list[NR_FRAMES]; /* its type, 0xff: none, when last looked at */
};

void bs_watch_list(struct bs_guest *g, unsigned int zone, unsigned int order, unsigned int mt,
		   struct list *l);
int bs_watch_index(const struct list *l, bs_pfn pfn);

/* bs_watch_front.c: as in bs_watch.h; @order: of movable blocks. */
void bs_front_look(struct bs_guest *g);
void bs_front_reordered(struct bs_guest *g, unsigned int zone, unsigned int order);
void bs_front_request(struct bs_guest *g, const struct bs_range *r, unsigned int n);
void bs_front_completed(struct bs_guest *g);

#endif
