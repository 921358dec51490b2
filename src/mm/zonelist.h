/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zonelist.h - the zones a request may use, best first. */
#ifndef BS_MM_ZONELIST_H
#define BS_MM_ZONELIST_H

#include "zone.h"

/* The CPUs have their nodes, the zones their memory. */
void mm_make_zonelists(struct bs_machine *m);
int mm_make_first_looks(struct bs_machine *m, struct bs_error *err);
/* Again, when something has changed that they depend on: grouping, kswapd, a listener, explain. */
void mm_set_first_looks(struct bs_machine *m);
void mm_make_gfp_zones(struct bs_machine *m);

/*
 * A request of @order up to zone type @hz wants kswapd of @node: it gets up unless there is nothing to
 * do, and stays up until bs_kswapd_boost_done() of a zone of the node. Meanwhile other nodes are
 * preferred (avoids_awake_nodes).
 */
void mm_wake_kswapd(struct bs_machine *m, unsigned int node, unsigned int order, unsigned int hz);

#endif
