/* SPDX-License-Identifier: GPL-2.0-or-later */
/* record_csv.h - a result for spreadsheets and scripts. */
#ifndef BS_RECORD_CSV_H
#define BS_RECORD_CSV_H

#include <stdio.h>

#include "result.h"

/* Fields with commas between them as RFC 4180 has them, or with tabs; 0 or -errno. */
int bs_result_csv(const struct bs_result *r, FILE *f);
int bs_result_tsv(const struct bs_result *r, FILE *f);

#endif
