/* SPDX-License-Identifier: GPL-2.0-or-later */
/* shell.h - text that a shell is to read as one word. */
#ifndef BS_SHELL_H
#define BS_SHELL_H

#include <stdio.h>

/* As it is, where no shell would find anything in it; else in single quotes. */
void bs_shell_put(FILE *f, const char *text);

#endif
