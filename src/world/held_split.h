/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * held_split.h - why memory is held (MEANING.md, why it is held): what the excess consists of, looked at
 * a number of times in a window.
 */
#ifndef BS_HELD_SPLIT_H
#define BS_HELD_SPLIT_H

#include <buddysim/stats.h>

#include "parts.h"

/* Each byte is in the first of these that it fits. What is free below the unit of the reporter is one
 * part of its own for each order. */
enum bs_held_part {
	BS_HELD_OTHER,
	BS_HELD_PCP,
	BS_HELD_IN_FLIGHT,
	BS_HELD_RAW,
	BS_HELD_KEPT,
	BS_HELD_HUGE_REST,
	BS_HELD_BELOW,
	BS_NR_HELD = BS_HELD_BELOW + BS_NR_ORDERS,
};

struct bs_held_split {
	struct bs_guest *g;
	struct bs_shares *shares; /* NULL: nobody wants to know */
	bs_ns next, interval; /* BS_NO_TIME: it is not looked at any more */
	uint64_t end[BS_NR_HELD]; /* what is held when the window closes, in bytes */
};

/* What the excess consists of now, in bytes. Returns all of it. */
uint64_t bs_held_split_now(const struct bs_guest *g, uint64_t part[BS_NR_HELD]);
/* For a window of that length. 0 or -ENOMEM. */
int bs_held_split_begin(struct bs_held_split *h, struct bs_guest *g, bs_ns window);
/* Nothing happens up to @t: it is looked at, for all instants due until then. */
void bs_held_split_look(struct bs_held_split *h, const struct bs_timeline *tl, bs_ns t);
/* The window closes at @end. */
void bs_held_split_close(struct bs_held_split *h, const struct bs_timeline *tl, bs_ns end);
void bs_held_split_free(struct bs_held_split *h);

#endif
