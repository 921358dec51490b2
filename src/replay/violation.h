/* SPDX-License-Identifier: GPL-2.0-or-later */
/* violation.h - a law broke: what is needed to see it again, in a file. */
#ifndef BS_VIOLATION_H
#define BS_VIOLATION_H

#include "cell_parts.h"

/* Leave the state behind; changes the advice of @err, which says where. */
void bs_violation_write(struct bs_cell *c, struct bs_error *err);
/* ... and the request that was about to be made, if one was: only the first. */
void bs_violation_request(struct bs_cell *c, const struct bs_range *r, unsigned int n);

#endif
