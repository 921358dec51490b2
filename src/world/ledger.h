/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ledger.h - what a guest uses and what the host holds for it, over time: exact integrals, and
 * samples for pictures. It is a meter of the guest's clock.
 */
#ifndef BS_LEDGER_H
#define BS_LEDGER_H

#include <buddysim/stats.h>

#include "held_split.h"
#include "memory_map.h"

struct bs_ledger {
	struct bs_meter meter;
	struct bs_guest *g;
	struct bs_timeline *tl;
	bs_ns next_sample, interval;
	unsigned __int128 cache_byte_ns; /* of page cache that the host holds */
	bs_ns next_look; /* the earliest of what is to be looked at: samples, split, map */
	struct bs_held_split split;
	struct bs_memory_map map;
};

/* From now on, for about @window; @samples: for pictures too, and why memory is held. 0 or -ENOMEM. */
int bs_ledger_begin(struct bs_ledger *l, struct bs_guest *g, bs_ns window, bool samples);
/* ... and where memory is, for about @window. 0 or -ENOMEM. */
int bs_ledger_map(struct bs_ledger *l, bs_ns window);
/* Rare: it is time for a sample, or for one of the others. */
void bs_ledger_look(struct bs_ledger *l, bs_ns t);
/* Page cache that the host holds now: what a guest that is asked to could give back at once. */
uint64_t bs_ledger_cache(const struct bs_guest *g);
/* What its meter does before time goes on to @t; who has many events in a row calls it without the clock. */
static inline void bs_ledger_until(struct bs_ledger *l, bs_ns t)
{
	const struct bs_guest *g = l->g;
	uint64_t resident, unmapped;

	if (unlikely(g->cache_pages))
		l->cache_byte_ns += (unsigned __int128)bs_ledger_cache(g) * (t - g->clock->now);
	bs_device_levels(g->dev, &resident, &unmapped);
	bs_timeline_set(l->tl, g->clock->now, g->used_bytes, resident, unmapped);
	if (unlikely(l->next_look <= t))
		bs_ledger_look(l, t);
}
/* The load is over: settle times count from here. */
void bs_ledger_load_end(struct bs_ledger *l);
/* The window closes at @end, and with it the guest: nothing is reported any more. */
void bs_ledger_close(struct bs_ledger *l, bs_ns end);
/* ... and it is not looked at any more. */
void bs_ledger_free(struct bs_ledger *l);
/* Bytes that the host holds for memory that has no owner. */
uint64_t bs_ledger_excess(const struct bs_guest *g);

#endif
