/* SPDX-License-Identifier: GPL-2.0-or-later */
/* answer_kernels.h - the sentences about several kernels: each row is compared with its own kernel's idle one. */
#ifndef BS_ANSWER_KERNELS_H
#define BS_ANSWER_KERNELS_H

#include <stdio.h>

#include "answer_rows.h"

/* What each kernel's own reporting gives back. */
void bs_say_defaults(const struct bs_answer *a, FILE *f);
/* What that leaves, from each kernel to the next. */
void bs_say_changed(const struct bs_answer *a, FILE *f);
/* On each kernel the cheapest that it offers unpatched, and the cheapest of all. */
void bs_say_stocks(const struct bs_answer *a, FILE *f);
void bs_say_bests(const struct bs_answer *a, FILE *f);

#endif
