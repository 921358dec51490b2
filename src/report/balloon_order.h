/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * balloon_order.h - what the driver of a virtio balloon asks for, and in which order it tells and frees what it
 * got (STRATEGIES.md, balloon). The strategy acts by it, and whoever reads a driver's log judges by it.
 */
#ifndef BS_REPORT_BALLOON_ORDER_H
#define BS_REPORT_BALLOON_ORDER_H

#include <buddysim/gfp.h>

#define BS_BALLOON_PORTION \
	256 /* pages that are taken, or given back, before anything else is looked at */
#define BS_BALLOON_RETRY_MS \
	200 /* asleep after an allocation failed, with the pages that came before */

/* Single movable pages of any zone; kswapd and one round of direct reclaim, no reserves, no retry. */
#define BS_BALLOON_GFP \
	(BS_GFP_HIGHUSER_MOVABLE | BS_GFP_NOMEMALLOC | BS_GFP_NORETRY | BS_GFP_NOWARN)
/* The largest blocks, unmovable; no reclaim of any kind. */
#define BS_HINT_GFP (BS_GFP_NOMEMALLOC | BS_GFP_NORETRY | BS_GFP_NOWARN)

/*
 * Both directions go through a list of which each page becomes the head: what comes out of it is in the reverse
 * of the order in which it went in. A portion is told in the reverse of the order of its allocation; what is told
 * to come back is freed in the reverse of the order in which it was told.
 */
static inline bs_pfn bs_balloon_reversed(const bs_pfn *page, unsigned int n, unsigned int i)
{
	return page[n - 1 - i];
}

/* The portion that comes back from @held, the newest of which goes first: what is told, in that order. At most
 * @wanted pages. Return: how many. */
static inline unsigned int bs_balloon_leak(const bs_pfn *held, uint64_t n, uint64_t wanted,
					   bs_pfn leaked[BS_BALLOON_PORTION])
{
	uint64_t some = wanted < BS_BALLOON_PORTION ? wanted : BS_BALLOON_PORTION;

	if (some > n)
		some = n;
	for (uint64_t i = 0; i < some; i++)
		leaked[i] = held[n - 1 - i];
	return (unsigned int)some;
}

#endif
