/* SPDX-License-Identifier: GPL-2.0-or-later */
/* answer_rest.h - the sentences at an answer's end: each says its own, or nothing. */
#ifndef BS_ANSWER_REST_H
#define BS_ANSWER_REST_H

#include <stdio.h>

#include "answer_rows.h"

void bs_say_traps(const struct bs_answer *a, FILE *f);
void bs_say_worse(const struct bs_answer *a, FILE *f);
void bs_say_left_out(const struct bs_answer *a, FILE *f);
void bs_say_blocker(const struct bs_answer *a, FILE *f);
void bs_say_trust(const struct bs_answer *a, FILE *f);

#endif
