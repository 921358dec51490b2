/* SPDX-License-Identifier: GPL-2.0-or-later */
/* watch_layout.h - what the live view of a run looks like, from what is known to a page of text. */
#ifndef BS_SIM_WATCH_LAYOUT_H
#define BS_SIM_WATCH_LAYOUT_H

#include "watch_page.h"
#include "watch_shown.h"

#define WATCH_ROWS 24
#define WATCH_COLS 80

/* All of @p, whose size is set. */
void watch_layout(const struct watch_shown *s, struct watch_page *p);
/* Real seconds until the cell is over, and until all of them are; negative: not known. */
double watch_cell_to_go(const struct watch_shown *s);
double watch_all_to_go(const struct watch_shown *s);

#endif
