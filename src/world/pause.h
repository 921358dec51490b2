/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pause.h - a host has a guest stand still for a while, writes down what it holds, or has it go on from
 * what was written down (MEANING.md, pause, snapshot, restore).
 */
#ifndef BS_PAUSE_H
#define BS_PAUSE_H

#include "snapshot.h"

/* Nothing happens in the guest for so long, and then what would have happened. One that stands still already does
 * so for as long as either of them says. */
void bs_guest_pause(struct bs_guest *g, bs_ns time);
/* It goes on from one of this moment, with nothing resident. Its device may restore. */
void bs_guest_restore(struct bs_guest *g);

#endif
