/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vio_before.h - what a driver holds when a log begins, from the logs of the same boot beside it. */
#ifndef BS_VIO_BEFORE_H
#define BS_VIO_BEFORE_H

#include "vio.h"

/*
 * bs_vio_before - complete the stacks of @vio, which is at work in the log at @path
 * @in_use: a page is neither free nor on a per-cpu list when the log begins
 *
 * A log came before another if the same kernel's counters went on from where it ended, and what it left behind is in
 * use. What no log shows stays unknown. Return: 0; negative with @err: no memory, a log that cannot be read.
 */
int bs_vio_before(struct bs_vio *vio, const char *path, bool (*in_use)(const void *arg, bs_pfn pfn),
		  const void *arg, struct bs_error *err);

#endif
