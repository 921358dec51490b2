/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nearest.h - which known word somebody most likely meant. */
#ifndef BS_NEAREST_H
#define BS_NEAREST_H

/* The entry of @names (NULL-terminated) that takes the fewest edits to become @word, if those are
 * few enough (a third of the longer of the two) to be a slip; else NULL. */
const char *bs_nearest(const char *const *names, const char *word);

#endif
