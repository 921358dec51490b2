/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * migrate.h - a guest's kernel moves pages that are in use, and everybody who has them follows: their owner (struct
 * bs_load), the device with their content, whoever looks on (MEANING.md, pages that move).
 *
 * Pages in a strategy's hands, and whatever an owner could not find again, are no sources.
 */
#ifndef BS_MIGRATE_H
#define BS_MIGRATE_H

#include "mm_compact.h"
#include "parts.h"

/* Memory may be moved from now on, by compaction or for a range. @watch: who else looks on at compaction; its @arg,
 * @moved and @stays are filled in, and @arg is the guest. NULL: nobody. 0 or -ENOMEM. */
int bs_guest_may_move(struct bs_guest *g, const struct bs_mm_watch *watch);
/* From now on it is @who that moves, and @cpu waits for that; BS_NO_CPU: nobody does. */
void bs_guest_mover(struct bs_guest *g, enum bs_mover who, unsigned int cpu);
/* How long a thread of the kernel was at it since this was last asked. */
bs_ns bs_guest_moved_alone(struct bs_guest *g);

#endif
