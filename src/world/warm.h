/* SPDX-License-Identifier: GPL-2.0-or-later */
/* warm.h - what a restored guest has touched again of what lay in its snapshot, and when (pause.h). */
#ifndef BS_WARM_H
#define BS_WARM_H

#include "parts.h"

/* Some of its memory was touched, by @cpu: what came out of the snapshot by that is there when the CPU goes on. @used:
 * it was in use when the guest was restored, which is warm when all of that is there. */
void bs_guest_came_back(struct bs_guest *g, unsigned int cpu, bool used);

#endif
