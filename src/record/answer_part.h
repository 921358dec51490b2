/* SPDX-License-Identifier: GPL-2.0-or-later */
/* answer_part.h - the parts of what is held, in words: the same in the answer and in pictures. */
#ifndef BS_ANSWER_PART_H
#define BS_ANSWER_PART_H

#include <stdbool.h>

/* What may keep memory with the host ("held_split.pcp_mib_s"), and how that is said; false behind the
 * last. */
bool bs_answer_part(unsigned int index, const char **key, const char **words);

#endif
