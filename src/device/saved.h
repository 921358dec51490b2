/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * saved.h - a guest goes on from a snapshot of itself: nothing of it is resident, what it held is in the
 * snapshot, and comes from there page by page as it is touched.
 */
#ifndef BS_DEVICE_SAVED_H
#define BS_DEVICE_SAVED_H

#include "device_state.h"

/* The first page of [pfn, pfn+nr) that the guest owns and that is neither resident nor in swap nor in the snapshot;
 * BS_NO_PFN: nothing is lost. @lost receives how many. */
bs_pfn bs_saved_find_lost(const struct bs_residency *r, bs_pfn pfn, unsigned int nr,
			  uint64_t *lost);

#endif
