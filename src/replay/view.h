/* SPDX-License-Identifier: GPL-2.0-or-later */
/* view.h - somebody looks on while a cell runs, and changes nothing (../include/buddysim/view.h). */
#ifndef BS_REPLAY_VIEW_H
#define BS_REPLAY_VIEW_H

#include "cell_parts.h"

/* From now on; the plan has a viewer. Behind bs_ledger_begin(). */
void bs_view_begin(struct bs_cell *c);
/* The window is closed: a last look. */
void bs_view_end(struct bs_cell *c);

#endif
