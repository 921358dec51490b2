/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * timeline.h - exact integrals that the bound reads from a timeline.
 *
 * This room adds up levels over time, and knows neither guest nor host: whoever runs something tells it
 * what is used and held. It may call util and nothing else.
 */
#ifndef BS_TIMELINE_H
#define BS_TIMELINE_H

#include <buddysim/stats.h>

typedef unsigned __int128 bs_u128;

#define BS_MIB (UINT64_C(1) << 20)
/* One MiB held for one second, in the unit of the integrals. */
#define BS_MIB_S ((bs_u128)BS_MIB * BS_NS_PER_S)

/* Memory that the bound looks at as one: steps of used memory within it change nothing. */
#define BS_BOUND_LEVEL (2 * BS_MIB)

/* Integral of the excess in byte x ns, up to the last change or the end. */
bs_u128 bs_timeline_held_byte_ns(const struct bs_timeline *tl);
/* ... up to @t, not before those: the levels are as they were set last. */
bs_u128 bs_timeline_held_byte_ns_at(const struct bs_timeline *tl, bs_ns t);

#endif
