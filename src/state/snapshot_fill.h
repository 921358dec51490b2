/* SPDX-License-Identifier: GPL-2.0-or-later */
/* snapshot_fill.h - how readers fill snapshots. Each function returns NULL without memory. */
#ifndef BS_SNAPSHOT_FILL_H
#define BS_SNAPSHOT_FILL_H

#include <buddysim/snapshot.h>

/* Number @index, which may be the one behind the last. Those before it may move. */
struct bs_snapshot *bs_snapshots_at(struct bs_snapshots *s, size_t index);
struct bs_snapshot_zone *bs_snapshot_zone_made(struct bs_snapshot *s, unsigned int node,
					       const char *name);
struct bs_snapshot_types *bs_snapshot_types_made(struct bs_snapshot_zone *z);
struct bs_snapshot_sizes *bs_snapshot_sizes_made(struct bs_snapshot_zone *z);

#endif
