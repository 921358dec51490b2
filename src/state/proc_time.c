// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * proc_time.c - the time of a sample, as scripts that collect samples write it: ISO 8601, what date
 * prints, seconds since 1970 or, in brackets, since boot.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "proc_forms.h"

/* "123.456" at @s as ns; where it ends. NULL: no number. */
static const char *seconds(const char *s, bs_ns *ns)
{
	bs_ns unit = BS_NS_PER_S;
	uint64_t v;

	if (!bs_proc_number(&s, &v) || v > UINT64_C(10000000000))
		return NULL;
	*ns = v * BS_NS_PER_S;
	if (*s == '.' || *s == ',')
		for (s++; isdigit((unsigned char)*s); s++) {
			unit /= 10;
			*ns += unit * (bs_ns)(*s - '0');
		}
	return s;
}

/* A date in one of the forms at @s. NULL: none. */
static const char *date(const char *s, bs_ns *ns)
{
	static const char *const forms[] = {"%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S",
					    "%a %b %d %H:%M:%S %Y", "%a %b %d %H:%M:%S",
					    "%Y-%m-%d_%H:%M:%S"};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct tm tm = {0};
		const char *end = strptime(s, forms[i], &tm);
		time_t t;

		if (!end)
			continue;
		/* date puts the zone in front of the year. */
		if (!tm.tm_year) {
			const char *c = end + strspn(end, " ");
			const char *year = c + strspn(c, "ABCDEFGHIJKLMNOPQRSTUVWXYZ+-0123456789");
			char *after = strptime(year, " %Y", &tm);

			if (!after)
				continue;
			end = after;
		}
		t = timegm(&tm);
		if (t < 0)
			continue;
		*ns = (bs_ns)t * BS_NS_PER_S;
		if (*end == '.' || *end == ',')
			for (bs_ns unit = BS_NS_PER_S / 10; isdigit((unsigned char)*++end);
			     unit /= 10)
				*ns += unit * (bs_ns)(*end - '0');
		return end;
	}
	return NULL;
}

static bool keep(const char *from, const char *to, char *when, size_t size)
{
	while (to > from && isspace((unsigned char)to[-1]))
		to--;
	snprintf(when, size, "%.*s", (int)(to - from), from);
	return true;
}

bool bs_proc_time(const char *line, char *when, size_t size, bs_ns *time)
{
	const char *c = bs_proc_unquoted(line), *end;

	if (*c == '[') {
		end = seconds(c + 1, time);
		if (end && *end == ']')
			return keep(c, end + 1, when, size);
	}
	/* Seconds since 1970, alone on their line or in front of what was collected. */
	if (strspn(c, "0123456789") >= 9 && strspn(c, "0123456789") <= 10) {
		end = seconds(c, time);
		if (end && (bs_proc_at_end(end) || *end == ' ' || *end == ':'))
			return keep(c, end, when, size);
	}
	for (; *c; c++) {
		if (c > line && isalnum((unsigned char)c[-1]))
			continue;
		/* What cannot be one is not worth trying. */
		if (!(isdigit((unsigned char)*c) && strlen(c) > 15 && c[4] == '-') &&
		    !(isupper((unsigned char)*c) && strlen(c) > 15 && c[3] == ' '))
			continue;
		end = date(c, time);
		if (end)
			return keep(c, end, when, size);
	}
	return false;
}
