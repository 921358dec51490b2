/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * device_state.h - what a device is made of.
 */
#ifndef BS_DEVICE_STATE_H
#define BS_DEVICE_STATE_H

#include <buddysim/device.h>

#include "account.h"
#include "arena.h"
#include "compiler.h"
#include "device_ops.h"
#include "faults.h"
#include "residency.h"
#include "virtqueue.h"

#define BS_DEVICE_MAX_CAPACITY 512
#define BS_DEVICE_MAX_DEPTH 256

struct bs_device {
	struct bs_residency res;
	const struct bs_device_ops *ops;
	enum bs_touch touch;
	unsigned int unit_shift; /* a page of the guest is 2^unit_shift units */
	unsigned int max_order; /* of its largest block, in units */
	bool plain; /* a block that comes or goes is bits of res and nothing else (touch.c) */
	struct bs_virtqueue vq;
	struct bs_device_costs costs;
	struct bs_faults faults;
	struct bs_fate fate[BS_DEVICE_MAX_DEPTH]; /* of the requests in flight */
	char *words; /* all that it is, as text */
	enum bs_advice advice;
	enum bs_poison poison;
	uint8_t poison_byte;
	uint64_t *dirty; /* bitmap, see zero.c; or NULL */
	uint64_t *kept; /* bitmap, see kept.h */
	bool any_kept; /* ... of which some bit was ever set */
	uint64_t *
		lazy; /* the part of it that was advised MADV_FREE; NULL unless the host may swap */
	struct bs_cold lazy_units; /* where that is, by the latest advice */
	uint64_t *poisoned; /* bitmap, see poison.c; NULL if poison is off */
	enum bs_verify verify;
	struct bs_device_stats stats; /* what the residency model does not count itself */

	/* devices with an arena */
	struct bs_arena arena;
	struct bs_account account;
	uint64_t collapses; /* of khugepaged, when the arena was mapped */
	struct bs_error mismatch; /* the first one found */
};

/*
 * What comes from outside counts in the guest's pages, all within in units of 4 KiB (residency.h and
 * whatever stands on it call these pages). A pfn that is beyond all units stays beyond.
 */
static inline void bs_device_in_units(const struct bs_device *d, bs_pfn *pfn, unsigned int *order)
{
	if (likely(!d->unit_shift))
		return;
	*pfn = *pfn >> (32 - d->unit_shift) ? BS_NO_PFN : *pfn << d->unit_shift;
	*order += d->unit_shift;
}

/* Whatever may come and go with a block has been set up, or has changed. */
static inline void bs_device_note_plain(struct bs_device *d)
{
	d->plain = !d->unit_shift && d->touch != BS_TOUCH_NONE && !d->ops->touch &&
		   !d->ops->verify && !d->dirty && !d->poisoned && !d->lazy && !d->res.swapped &&
		   !d->res.saved;
}

#endif
