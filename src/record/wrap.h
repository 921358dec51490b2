/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wrap.h - sentences on lines of a terminal. */
#ifndef BS_WRAP_H
#define BS_WRAP_H

#include <stdio.h>

/* @text on lines of at most @width characters, those behind the first indented by two. Broken is at
 * blanks, but for those behind a number, which its unit follows, and between backticks: what stands there
 * is to be copied as a whole. A word that is
 * longer than a line stands there whole. Ends with a newline. */
void bs_wrap(FILE *f, const char *text, unsigned int width);
/* Characters of the UTF-8 in the first @bytes of @text. */
unsigned int bs_text_width(const char *text, size_t bytes);

#endif
