/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bound_law.h - what a row cost, and that it cost no less than anybody can. */
#ifndef BS_BOUND_LAW_H
#define BS_BOUND_LAW_H

#include <buddysim/stats.h>

#include "cell_parts.h"

/* The cell has run: price it, and hold it against the bound if that is about it. 0, or -EUCLEAN with
 * @err: it undercuts the bound, and one of the two is wrong. */
int bs_bound_law(struct bs_cell *c, const struct bs_bound *b, struct bs_error *err);

#endif
