// SPDX-License-Identifier: GPL-2.0-or-later
#include "shell.h"

#include <string.h>

static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
			    "_-./:=,+%@";

void bs_shell_put(FILE *f, const char *text)
{
	if (*text && !text[strspn(text, plain)]) {
		fputs(text, f);
		return;
	}
	/* In single quotes all is itself but the quote. */
	fputc('\'', f);
	for (; *text; text++) {
		if (*text == '\'')
			fputs("'\\''", f);
		else
			fputc(*text, f);
	}
	fputc('\'', f);
}
