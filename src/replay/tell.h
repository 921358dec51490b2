/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tell.h - what a comparison has to say to its sink. */
#ifndef BS_TELL_H
#define BS_TELL_H

#include "cell_parts.h"

/* What a cell has to say; valid as long as the cell is, and what of it points into the guest as long as
 * the guest is: bs_cell_rest() copies that. */
void bs_cell_outcome(const struct bs_cell *c, struct bs_outcome *o);
/* What the user ought to know. @label: the cell's, or NULL: of all of them. */
void bs_plan_warn(const struct bs_plan *plan, const char *label, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* ... of a cell before it runs, and of its figures. */
void bs_cell_warn_before(const struct bs_cell *c);
void bs_cell_warn_after(const struct bs_cell *c);

#endif
