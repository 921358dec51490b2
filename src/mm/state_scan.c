// SPDX-License-Identifier: GPL-2.0-or-later
/* state_scan.c - words and numbers of a line, and what is said of one that cannot be read. */
#include "state_scan.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

int bs_scan_bad(struct bs_scan *c, const char *fmt, ...)
{
	char where[320], text[200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	snprintf(where, sizeof(where), "%.280s:%" PRIu64, c->path, c->number);
	return bs_error_set(c->err, BS_INPUT, 0, where, "the file is damaged or not a dump", "%s",
			    text);
}

char *bs_scan_word(struct bs_scan *c)
{
	char *w;

	while (*c->p == ' ')
		c->p++;
	w = c->p;
	while (*c->p && *c->p != ' ')
		c->p++;
	if (*c->p)
		*c->p++ = '\0';
	return *w ? w : NULL;
}

bool bs_scan_digits(char **p, uint64_t *v)
{
	char *s = *p;
	uint64_t x = 0;

	while (*s >= '0' && *s <= '9' && s - *p < 19)
		x = x * 10 + (uint64_t)(*s++ - '0');
	if (s == *p)
		return false;
	*p = s;
	*v = x;
	return true;
}

bool bs_scan_at_end(const char *p)
{
	return !*p || *p == ' ';
}

int bs_scan_number(struct bs_scan *c, uint64_t max, uint64_t *v)
{
	*v = 0;
	while (*c->p == ' ')
		c->p++;
	if (!bs_scan_digits(&c->p, v) || !bs_scan_at_end(c->p) || *v > max)
		return bs_scan_bad(c, "a number from 0 to %" PRIu64 " is missing or malformed",
				   max);
	return 0;
}
