/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cold.h - the 2 MiB of a guest in the order in which something happened to them, the longest ago first.
 * All zero: there is no order, and nobody asks for one.
 */
#ifndef BS_DEVICE_COLD_H
#define BS_DEVICE_COLD_H

#include <buddysim/types.h>

#define BS_NO_REGION UINT32_MAX

/* Neighbours in the order, as 1 + their number; 0: none. */
struct bs_cold_link {
	uint32_t older, newer;
	bs_ns at;
	bool in;
};

struct bs_cold {
	struct bs_cold_link *links; /* of each region; NULL: nobody asks */
	uint64_t nr;
	uint32_t oldest, newest; /* as in a link */
};

/* 0 or -ENOMEM. */
int bs_cold_init(struct bs_cold *c, uint64_t regions);
void bs_cold_destroy(struct bs_cold *c);
/* It happens to @region, at @now: it is the newest. */
void bs_cold_note(struct bs_cold *c, uint32_t region, bs_ns now);
void bs_cold_remove(struct bs_cold *c, uint32_t region);
/* The oldest, and since when; BS_NO_REGION if there is none. */
static inline uint32_t bs_cold_oldest(const struct bs_cold *c, bs_ns *at)
{
	if (!c->oldest)
		return BS_NO_REGION;
	*at = c->links[c->oldest - 1].at;
	return c->oldest - 1;
}

#endif
