/* SPDX-License-Identifier: GPL-2.0-or-later */
/* diff_answer.h - do two records answer the same? */
#ifndef BS_DIFF_ANSWER_H
#define BS_DIFF_ANSWER_H

#include <jansson.h>

/* Which rows two answers are about, where they are not the same: a list of key, a and b, the labels or
 * null. Empty where one of them has no answer. NULL: out of memory. */
json_t *bs_diff_answers(const json_t *a, const json_t *b);

#endif
