/* SPDX-License-Identifier: GPL-2.0-or-later */
/* held_why.h - why memory was held, as the figures of a cell have it. */
#ifndef BS_HELD_WHY_H
#define BS_HELD_WHY_H

#include "held_split.h"
#include "outcome.h"

/* The window is closed. */
void bs_held_why_take(const struct bs_held_split *h, struct bs_figures *f);
/* Right now, in bytes. Returns what is held. */
uint64_t bs_held_why_now(const struct bs_guest *g, struct bs_held_why *w);

#endif
