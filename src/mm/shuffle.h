/* SPDX-License-Identifier: GPL-2.0-or-later */
/* shuffle.h - random ends and random order for the largest blocks. */
#ifndef BS_MM_SHUFFLE_H
#define BS_MM_SHUFFLE_H

#include "zone.h"

bool mm_shuffle_pick_tail(struct bs_machine *m);
void mm_shuffle_zone(struct bs_machine *m, struct zone *z);

#endif
