/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cell_id.h - what a cell is known by: the content of all that its result follows from. */
#ifndef BS_CELL_ID_H
#define BS_CELL_ID_H

#include "group.h"

/*
 * Name the cells of a group. Into an id go the program's sources, the trace, every option that shapes a
 * run, with its default if it was not given, the content of each file that is read, and the strategy as
 * it is written. 0, or negative with @err: an option cannot be that.
 */
int bs_group_ids(const struct bs_sweep *s, const struct bs_group *g, struct bs_error *err);

#endif
