/* SPDX-License-Identifier: GPL-2.0-or-later */
/* answer_words.h - an answer in sentences. */
#ifndef BS_ANSWER_WORDS_H
#define BS_ANSWER_WORDS_H

#include "answer_rows.h"

/* At most four sentences, or groups of them, into the array @lines. 0 or -ENOMEM. */
int bs_answer_words(const struct bs_answer *a, json_t *lines);

#endif
