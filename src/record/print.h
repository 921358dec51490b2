/* SPDX-License-Identifier: GPL-2.0-or-later */
/* print.h - the forms of a result beside JSON. 0 or -errno. */
#ifndef BS_PRINT_H
#define BS_PRINT_H

#include <stdio.h>

#include "result.h"

/* table.c */
int bs_result_text(const struct bs_result *r, FILE *f);
/* csv.c */
int bs_result_csv(const struct bs_result *r, FILE *f);

#endif
