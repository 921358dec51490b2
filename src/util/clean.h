/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * clean.h - what stands in a line only because of the way that it came: colours of a terminal, blanks
 * of a web page, the end of a line within a script's string, zeros that a crash left in a log.
 */
#ifndef BS_UTIL_CLEAN_H
#define BS_UTIL_CLEAN_H

#include <stdbool.h>
#include <stddef.h>

/* Is there any of that in a text that begins so? */
bool bs_text_is_unclean(const char *text, size_t n);
/* A line of @n bytes without it, in place. Returns its length; it is NUL-terminated. */
size_t bs_line_clean(char *line, size_t n);

#endif
