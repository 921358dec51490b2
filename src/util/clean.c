// SPDX-License-Identifier: GPL-2.0-or-later
#include "clean.h"

#include <string.h>

#define ESCAPE '\x1b'
/* A blank that does not break, in UTF-8. */
#define NBSP "\xc2\xa0"
/* "...\n\": a line of a string that goes on in the next one. */
#define CONTINUED "\\n\\"

/* A carriage return that ends no line: some do with it alone. */
static bool has_lone_return(const char *text, size_t n)
{
	const char *end = text + n;

	for (const char *p = text; (p = memchr(p, '\r', (size_t)(end - p))); p++)
		if (p + 1 < end && p[1] != '\n' && p[1] != '\r')
			return true;
	return false;
}

bool bs_text_is_unclean(const char *text, size_t n)
{
	return memchr(text, ESCAPE, n) || memmem(text, n, NBSP, strlen(NBSP)) ||
	       memmem(text, n, CONTINUED "\n", strlen(CONTINUED) + 1) || has_lone_return(text, n);
}

/* Behind "ESC [ 01;31 m" and its like; a lone escape is left out alone. */
static const char *skip_escape(const char *p, const char *end)
{
	p++;
	if (p == end || *p != '[')
		return p;
	for (p++; p < end && *p >= ' ' && *p < '@'; p++)
		;
	return p < end ? p + 1 : p;
}

size_t bs_line_clean(char *line, size_t n)
{
	const char *p = line, *end = line + n;
	char *to = line;

	if (n >= strlen(CONTINUED) &&
	    !memcmp(end - strlen(CONTINUED), CONTINUED, strlen(CONTINUED)))
		end -= strlen(CONTINUED);
	while (p < end) {
		if (*p == ESCAPE) {
			p = skip_escape(p, end);
		} else if (end - p >= 2 && !memcmp(p, NBSP, 2)) {
			*to++ = ' ';
			p += 2;
		} else {
			*to++ = *p++;
		}
	}
	*to = '\0';
	return (size_t)(to - line);
}
