/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zero.h - what the guest may take for zeroed by the host, and what it would find there (parameter
 * zero_once of strategies).
 */
#ifndef BS_DEVICE_ZERO_H
#define BS_DEVICE_ZERO_H

#include "device_state.h"

/* Nothing is kept account of unless @wanted: then d->dirty is not NULL. 0 or -ENOMEM. */
int bs_zero_init(struct bs_device *d, bool wanted, struct bs_error *err);
void bs_zero_destroy(struct bs_device *d);
void bs_zero_set_dirty(struct bs_device *d, bs_pfn pfn, unsigned int nr, bool dirty);
/* The host served the range. */
void bs_zero_discarded(struct bs_device *d, struct bs_range r);

#endif
