/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * swap.h - a host that is short of memory: what was advised MADV_FREE goes first, then what was touched
 * longest ago is swapped out, 2 MiB at a time, and comes back when somebody touches it.
 */
#ifndef BS_DEVICE_SWAP_H
#define BS_DEVICE_SWAP_H

#include "device_state.h"

void bs_swap_destroy(struct bs_device *d);

#endif
