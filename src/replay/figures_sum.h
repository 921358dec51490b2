/* SPDX-License-Identifier: GPL-2.0-or-later */
/* figures_sum.h - the figures of several guests, as those of one cell. */
#ifndef BS_FIGURES_SUM_H
#define BS_FIGURES_SUM_H

#include "cell_parts.h"

/* Of the guests of cell @c, in @c->sum. */
void bs_figures_sum(struct bs_cell *c);

#endif
