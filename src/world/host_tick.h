/* SPDX-License-Identifier: GPL-2.0-or-later */
/* host_tick.h - when a host's policy looks at the guests, and how what it wants gets to them. */
#ifndef BS_HOST_TICK_H
#define BS_HOST_TICK_H

#include "host.h"

/* From now on until the host's end. 0, or negative with @err. */
int bs_host_tick_start(struct bs_host *h, struct bs_error *err);
void bs_host_tick_free(struct bs_host *h);

#endif
