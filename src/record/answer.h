/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * answer.h - what a comparison answers: what the kernel's own reporting gives back, the cheapest row that
 * needs no patch, the cheapest of all, who was left out and why, and what keeps the rest. First the rows
 * are chosen (answer_rows.c), then it is put into sentences (answer_words.c). MEANING.md, the answer.
 */
#ifndef BS_ANSWER_H
#define BS_ANSWER_H

#include "result.h"

/* Work it out of the rows so far, and put it into the record. 0 or -ENOMEM. */
int bs_answer_add(struct bs_result *r);

#endif
