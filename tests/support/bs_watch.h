/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bs_watch.h - the laws of tests/README.md that speak of a series' own state: 11 to 18, 25 to
 * 29. The watch reads that state where the series keeps it (src/report/{hwm,boundary,rotation,
 * bitmap}.h) and compares it with the lists.
 */
#ifndef BS_WATCH_H
#define BS_WATCH_H

#include "bs_schedule_int.h"

/* Is @law about @s at all? Laws that this file does not know are about everybody. */
bool bs_watch_applies(const struct bs_strategy *s, unsigned int law);

void bs_watch_begin(struct bs_guest *g);
void bs_watch_end(struct bs_guest *g);

/* After each step of the guest, and whenever the strategy has given the word back. */
void bs_watch_look(struct bs_guest *g);
/* The guest has freed the block at @pfn. */
void bs_watch_freed(struct bs_guest *g, bs_pfn pfn);
/* Somebody else has rotated a list of movable blocks, as compaction does. */
void bs_watch_reordered(struct bs_guest *g, unsigned int zone, unsigned int order);
/* The guest is about to isolate [@pfn, @end), or to fail at it and take it back. */
void bs_watch_isolates(struct bs_guest *g, bs_pfn pfn, bs_pfn end);
/* Around a pass, and around each request that it makes. */
void bs_watch_pass(struct bs_guest *g, bool begins);
void bs_watch_request(struct bs_guest *g, const struct bs_range *r, unsigned int n);
/* ... which the device has accepted: its queue may be full. */
void bs_watch_accepted(struct bs_guest *g, const struct bs_range *r, unsigned int n);
void bs_watch_completed(struct bs_guest *g);

#endif
