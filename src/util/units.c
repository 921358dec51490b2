// SPDX-License-Identifier: GPL-2.0-or-later
#include "units.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct unit {
	const char *name;
	uint64_t factor;
};

/* Largest first: formatting takes the first that divides. */
static const struct unit size_units[] = {
	{"TiB", UINT64_C(1) << 40},
	{"GiB", UINT64_C(1) << 30},
	{"MiB", UINT64_C(1) << 20},
	{"KiB", UINT64_C(1) << 10},
	{"B", 1},
	{NULL, 0},
};
static const struct unit size_aliases[] = {
	{"T", UINT64_C(1) << 40},
	{"G", UINT64_C(1) << 30},
	{"M", UINT64_C(1) << 20},
	{"K", UINT64_C(1) << 10},
	{NULL, 0},
};
static const struct unit time_units[] = {
	{"h", UINT64_C(3600000000000)},
	{"min", UINT64_C(60000000000)},
	{"s", UINT64_C(1000000000)},
	{"ms", 1000000},
	{"us", 1000},
	{"ns", 1},
	{NULL, 0},
};

static uint64_t unit_factor(const struct unit *units, const char *name)
{
	for (; units->name; units++)
		if (!strcasecmp(units->name, name))
			return units->factor;
	return 0;
}

static int parse(const char *text, const struct unit *units, const struct unit *aliases,
		 uint64_t *out)
{
	unsigned __int128 value = 0;
	uint64_t scale = 1, factor = 1;
	const char *p = text;

	if (!isdigit((unsigned char)*p))
		return -EINVAL;
	for (; isdigit((unsigned char)*p); p++) {
		value = value * 10 + (unsigned int)(*p - '0');
		if (value > UINT64_MAX)
			return -EINVAL;
	}
	if (*p == '.') {
		for (p++; isdigit((unsigned char)*p) && scale < UINT64_C(1000000000); p++) {
			value = value * 10 + (unsigned int)(*p - '0');
			scale *= 10;
		}
	}
	while (*p == ' ')
		p++;
	if (*p) {
		factor = unit_factor(units, p);
		if (!factor && aliases)
			factor = unit_factor(aliases, p);
		if (!factor)
			return -EINVAL;
	} else if (value) {
		return -EINVAL;
	}
	value *= factor;
	if (value % scale || value / scale > UINT64_MAX)
		return -EINVAL;
	*out = (uint64_t)(value / scale);
	return 0;
}

static int advise(const char *text, const char *what, const struct unit *units, const char *likely,
		  char *buf, size_t size)
{
	const size_t digits = strspn(text, "0123456789"), number = strspn(text, "0123456789.");
	const char *smallest = units->name;
	size_t used;

	buf[0] = '\0';
	if (!digits)
		return 0;
	for (const struct unit *u = units; u->name; u++)
		smallest = u->name;
	/* There is no part of the smallest unit. */
	if (!text[number])
		return snprintf(buf, size, digits == number ? "say %s%s or %s%s" : "say %s%s", text,
				likely, text, smallest);
	used = (size_t)snprintf(buf, size, "%s take", what);
	for (const struct unit *u = units; u->name && used < size; u++)
		used += (size_t)snprintf(buf + used, size - used, "%s %s", u == units ? "" : ",",
					 u->name);
	return (int)used;
}

static int format(uint64_t value, const struct unit *units, char *buf, size_t size)
{
	for (; units->factor != 1; units++)
		if (value && value % units->factor == 0)
			break;
	return snprintf(buf, size, "%" PRIu64 "%s", value / units->factor, units->name);
}

int bs_parse_size(const char *text, uint64_t *bytes)
{
	return parse(text, size_units, size_aliases, bytes);
}

int bs_parse_time(const char *text, uint64_t *ns)
{
	return parse(text, time_units, NULL, ns);
}

int bs_advise_size(const char *text, char *buf, size_t size)
{
	return advise(text, "sizes", size_units, "MiB", buf, size);
}

int bs_advise_time(const char *text, char *buf, size_t size)
{
	return advise(text, "times", time_units, "s", buf, size);
}

int bs_format_size(uint64_t bytes, char *buf, size_t size)
{
	return format(bytes, size_units, buf, size);
}

int bs_format_time(uint64_t ns, char *buf, size_t size)
{
	return format(ns, time_units, buf, size);
}
