/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guest_ask.h - what somebody with the right to asks of a guest's kernel while it runs: to compact, to give page cache
 * back, to decide otherwise from now on (MEANING.md, guest events).
 */
#ifndef BS_GUEST_ASK_H
#define BS_GUEST_ASK_H

#include <buddysim/sim.h>

#include "parts.h"

/* Now, by a CPU that has nothing else to do, if there is one. */
void bs_guest_ask_now(struct bs_guest *g, enum bs_guest_ask ask, uint64_t value);
/* Clean page cache, its load's and a dump's. */
uint64_t bs_guest_cache_bytes(const struct bs_guest *g);
/* Free blocks of a huge page and more, as so many huge pages. */
uint64_t bs_guest_huge_blocks(const struct bs_guest *g);

/* All that will be asked of guests. Zero it to begin with. */
struct bs_guest_asks {
	struct bs_guest_asked *due;
};

/* From the first guest of @guests on: each event for each guest that it is for. 0 or -ENOMEM. */
int bs_guest_asks_start(struct bs_guest_asks *a, struct bs_guest *guests,
			const struct bs_guest_event *events, unsigned int nr);
void bs_guest_asks_free(struct bs_guest_asks *a);

#endif
