// SPDX-License-Identifier: GPL-2.0-or-later
#include "wrap.h"

#include <stdbool.h>
#include <string.h>

#define INDENT "  "

unsigned int bs_text_width(const char *text, size_t bytes)
{
	unsigned int n = 0;

	/* The bytes that go on with a character take no place. */
	for (size_t i = 0; i < bytes; i++)
		n += ((unsigned char)text[i] & 0xc0) != 0x80;
	return n;
}

/* A blank is no place to break a line at behind a number, which its unit follows. */
static bool is_break(const char *text, size_t n)
{
	return text[n] == ' ' && !(n && text[n - 1] >= '0' && text[n - 1] <= '9');
}

/* Up to the next blank that a line may be broken at. */
static size_t word_length(const char *text)
{
	bool quoted = false;
	size_t n = 0;

	for (; text[n] && (quoted || !is_break(text, n)); n++)
		quoted ^= text[n] == '`' && (quoted || strchr(text + n + 1, '`'));
	return n;
}

void bs_wrap(FILE *f, const char *text, unsigned int width)
{
	unsigned int at = 0;

	while (*text) {
		const size_t n = word_length(text);
		const unsigned int w = bs_text_width(text, n);

		if (at && at + 1 + w > width) {
			fputs("\n" INDENT, f);
			at = strlen(INDENT);
		} else if (at) {
			fputc(' ', f);
			at++;
		}
		fprintf(f, "%.*s", (int)n, text);
		at += w;
		text += n;
		text += strspn(text, " ");
	}
	fputc('\n', f);
}
