/* SPDX-License-Identifier: GPL-2.0-or-later */
/* alloc_flags.h - what a pass of a request may do; handed down from page_alloc.c to the lists. */
#ifndef BS_MM_ALLOC_FLAGS_H
#define BS_MM_ALLOC_FLAGS_H

#include "zone.h"

/* Allocation flags of a pass. The low two bits are the watermark. */
enum alloc_flag {
	ALLOC_WMARK_MASK = 3,
	ALLOC_NO_WATERMARKS = 1 << 2,
	ALLOC_OOM = 1 << 3,
	ALLOC_NON_BLOCK = 1 << 4, /* linux-5.4 calls it HARDER */
	ALLOC_MIN_RESERVE = 1 << 5, /* linux-5.4 calls it HIGH */
	ALLOC_NOFRAGMENT = 1 << 8,
	ALLOC_HIGHATOMIC = 1 << 9,
	ALLOC_KSWAPD = 1 << 11,
	ALLOC_GFP_ATOMIC = 1 << 12, /* the request's gfp has __GFP_ATOMIC */
};

#endif
