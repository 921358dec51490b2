/* SPDX-License-Identifier: GPL-2.0-or-later */
/* table_form.h - --columns and --sort. */
#ifndef BS_SIM_TABLE_FORM_H
#define BS_SIM_TABLE_FORM_H

#include "cli.h"

/* A name that no column has ends the program with status 2; "help" prints all of them and ends it. */
void table_form_check(const struct bs_option *opt, const char *text);
/* How a result is to be printed: with colour if it goes to a terminal and nobody minds. Ends the program
 * where that has no meaning with the format. */
struct bs_table_form table_form_of(const struct bs_options *o);

#endif
