/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cell_figures.h - a cell's figures, taken from all that has counted them. */
#ifndef BS_CELL_FIGURES_H
#define BS_CELL_FIGURES_H

#include "cell_parts.h"

/* When the window has closed, and its ledger and its load with it. */
void bs_cell_take_window(struct bs_cell *c);
/* What the stream and the guest counted, behind the window too. */
void bs_cell_take_counts(struct bs_cell *c);

#endif
