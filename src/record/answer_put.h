/* SPDX-License-Identifier: GPL-2.0-or-later */
/* answer_put.h - an answer's figures in words. */
#ifndef BS_ANSWER_PUT_H
#define BS_ANSWER_PUT_H

#include <stdio.h>

#include "answer_rows.h"

#define BS_NAMED 4 /* rows of a kind that a sentence names; of more it says how many */

const char *bs_answer_label(const struct bs_answer *a, unsigned int row);
const char *bs_answer_kernel(const struct bs_answer *a);
const char *bs_idle_name(void);
void bs_put_count(FILE *f, uint64_t v);
/* x/y in per cent with one decimal, rounded. */
void bs_put_share(FILE *f, uint64_t x, uint64_t y);
/* Three digits that count, in the unit that suits. */
void bs_put_time(FILE *f, bs_ns t);
void bs_put_held(const struct bs_answer *a, unsigned int row, FILE *f);
/* "cost 1.63 s, 33.1 % of none's" */
void bs_put_cost(const struct bs_answer *a, unsigned int row, FILE *f);
/* "; in the running guest `echo 5 >...`; QEMU `-device ...`": how a stock kernel is set to it. */
void bs_put_setting(const struct bs_answer *a, unsigned int row, FILE *f);
/* " (+2.6 %)": than none. */
void bs_put_more_cost(const struct bs_answer *a, unsigned int row, FILE *f);

#endif
