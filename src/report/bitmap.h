/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bitmap.h - state of bitmap, shown to the tests. */
#ifndef BS_BITMAP_H
#define BS_BITMAP_H

#include <buddysim/types.h>

/* What one zone type, merged over the nodes, remembers about its free blocks. */
struct bs_bitmap_zone {
	bs_pfn base, end; /* lowest start, highest end of its zones */
	uint32_t nbits, free_pages; /* free_pages = bits that are set */
	uint64_t *bits; /* NULL: no such zone, or the strategy is off */
};

struct bs_bitmap {
	struct bs_bitmap_zone zone[BS_NR_ZONE_TYPES];
	bool active; /* a run is in progress: frees set bits but queue nothing */
	bool missed; /* ... and would have queued a run */
	uint8_t order; /* a bit stands for 2^order pages */
	/* The array handed to the device; it keeps what the last request left in it
	 * (defects=stale). */
	struct bs_range *slot;
	unsigned int slots_used; /* the most slots ever filled */
};

#endif
