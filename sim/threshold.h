/* SPDX-License-Identifier: GPL-2.0-or-later */
/* threshold.h - the expressions of --fail-if. */
#ifndef BS_SIM_THRESHOLD_H
#define BS_SIM_THRESHOLD_H

#include "cli.h"
#include "junit.h"

/* An expression that makes no sense ends the program, before anything has run ... */
void threshold_check_syntax(const char *expr);
/* ... and so does one about a row, or about a figure, that this comparison will not have. */
void threshold_check_rows(const struct bs_options *o);
/* Tests all of them on a result; says on stderr which are crossed, and to @j what became of each.
 * Returns BS_UNEQUAL if one is, BS_USAGE if a row does not have the figure, else 0. */
int threshold_test(const struct bs_options *o, const struct bs_result *r, struct junit *j);

#endif
