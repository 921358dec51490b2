/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * arena_check.h - the residency model against the kernel's own account of the arena. Mismatches are
 * counted and the first is described in d->mismatch.
 */
#ifndef BS_DEVICE_ARENA_CHECK_H
#define BS_DEVICE_ARENA_CHECK_H

#include "device_state.h"

/* All of it, or a range just discarded. 0 or -errno. */
int bs_arena_check(struct bs_device *d);
int bs_arena_check_discarded(struct bs_device *d, struct bs_range r);

#endif
