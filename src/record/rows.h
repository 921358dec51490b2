/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rows.h - the rows of a result's table. */
#ifndef BS_ROWS_H
#define BS_ROWS_H

#include <stdio.h>

#include "result.h"

/* For people: heads and units, a line for each row and the bound, then what its marks mean, within
 * BS_TABLE_WIDTH columns of text unless more was asked for. 0 or -ENOMEM. */
#define BS_TABLE_WIDTH 100
int bs_rows_text(const struct bs_result *r, FILE *f);
/* The same as a table of Markdown. */
int bs_rows_markdown(const struct bs_result *r, FILE *f);
/* Text that may hold what means something there; what stands between backticks is code there, too. */
void bs_put_markdown(FILE *f, const char *text);

#endif
