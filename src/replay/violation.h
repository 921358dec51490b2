/* SPDX-License-Identifier: GPL-2.0-or-later */
/* violation.h - a law broke: what is needed to see it again, in a file. */
#ifndef BS_VIOLATION_H
#define BS_VIOLATION_H

#include "cell_parts.h"

/* Write down the state; the file appears, whole, when it is closed. */
void bs_violation_write(struct bs_cell *c, const struct bs_error *err);
/* ... and the request that was about to be made, if one was: only the first. */
void bs_violation_request(struct bs_cell *c, const struct bs_range *r, unsigned int n);
/* The cell has broken, with @err, whose advice then says where the file is. Cells of one label each leave
 * the same file: the last one's stays. */
void bs_violation_close(struct bs_cell *c, struct bs_error *err);

#endif
