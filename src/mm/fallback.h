/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fallback.h - a block of a migratetype, from others where it has none left. */
#ifndef BS_MM_FALLBACK_H
#define BS_MM_FALLBACK_H

#include "zone.h"

#define BOOST_FACTOR 15000 /* watermark_boost_factor, 1/10000 */

/* Remembered over the pages of one refill: once a block was stolen, no claim is tried again. */
enum rmqueue_mode { RMQUEUE_NORMAL, RMQUEUE_STEAL };
bs_pfn mm_rmqueue_buddy(struct bs_machine *m, struct zone *z, unsigned int order, unsigned int mt,
			unsigned int flags, enum rmqueue_mode *mode);
/* The same, but the machine's policy is asked where the type has none left. */
bs_pfn mm_rmqueue_asking(struct bs_machine *m, struct zone *z, unsigned int order, unsigned int mt,
			 unsigned int flags, enum rmqueue_mode *mode);
void mm_reserve_highatomic(struct bs_machine *m, struct zone *z, bs_pfn pfn, unsigned int order);

#endif
