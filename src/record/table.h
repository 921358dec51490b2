/* SPDX-License-Identifier: GPL-2.0-or-later */
/* table.h - a result for people. */
#ifndef BS_TABLE_H
#define BS_TABLE_H

#include <stdio.h>

#include "result.h"

/* 0 or -errno. */
int bs_result_text(const struct bs_result *r, FILE *f);
/* The answer and the rows as Markdown. 0 or -errno. */
int bs_result_markdown(const struct bs_result *r, FILE *f);

#endif
