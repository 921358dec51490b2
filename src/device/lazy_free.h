/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lazy_free.h - what was advised MADV_FREE and is still there: the host takes it when it is short of memory.
 * Only on a device that may be swapped, where d->lazy is not NULL. */
#ifndef BS_DEVICE_LAZY_FREE_H
#define BS_DEVICE_LAZY_FREE_H

#include "device_state.h"

/* The range was advised so at @now. */
void bs_lazy_note(struct bs_device *d, struct bs_range r, bs_ns now);
/* These pages have an owner again, or are gone. */
void bs_lazy_forget(struct bs_device *d, bs_pfn pfn, unsigned int nr);

#endif
