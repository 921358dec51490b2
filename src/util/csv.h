/* SPDX-License-Identifier: GPL-2.0-or-later */
/* csv.h - text as a field of CSV (RFC 4180). */
#ifndef BS_CSV_FIELD_H
#define BS_CSV_FIELD_H

#include <stdio.h>

/* In quotes where it could be taken for more than one field, or for a line's end; quotes in it are
 * doubled. NULL is an empty field. */
void bs_csv_put(FILE *f, const char *text);
/* The same where @sep is ','; else a field of TSV, which has no quotes: a tab or a line's end in it is a
 * blank. */
void bs_field_put(FILE *f, char sep, const char *text);

#endif
