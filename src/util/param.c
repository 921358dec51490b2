// SPDX-License-Identifier: GPL-2.0-or-later
#include <buddysim/types.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "units.h"

static const char *const bool_words[] = {"off", "on", "no", "yes", "false", "true", "0", "1", NULL};

unsigned int bs_param_count(const struct bs_param *table)
{
	unsigned int n = 0;

	while (table && table[n].name)
		n++;
	return n;
}

void bs_param_defaults(const struct bs_param *table, uint64_t *values)
{
	for (unsigned int i = 0; i < bs_param_count(table); i++)
		values[i] = table[i].def;
}

static int name_index(const char *const *names, const char *text, size_t len)
{
	for (int i = 0; names && names[i]; i++)
		if (strlen(names[i]) == len && !strncasecmp(names[i], text, len))
			return i;
	return -1;
}

static int word_index(const struct bs_param *p, const char *text, size_t len)
{
	const int i = name_index(p->names, text, len);

	return i < 0 ? name_index(p->aliases, text, len) : i;
}

static int parse_flags(const struct bs_param *p, const char *text, uint64_t *value)
{
	uint64_t mask = 0;

	if (!*text || !strcasecmp(text, "none")) {
		*value = 0;
		return 0;
	}
	while (*text) {
		size_t len = strcspn(text, "+");
		int i = word_index(p, text, len);

		if (i < 0)
			return -EINVAL;
		mask |= UINT64_C(1) << i;
		text += len + (text[len] == '+');
	}
	*value = mask;
	return 0;
}

static int parse_uint(const char *text, uint64_t *value)
{
	char *end;

	if (*text < '0' || *text > '9')
		return -EINVAL;
	errno = 0;
	*value = strtoull(text, &end, 0);
	return *end || errno ? -EINVAL : 0;
}

static int parse_typed(const struct bs_param *p, const char *text, uint64_t *value)
{
	int i;

	switch (p->type) {
	case BS_PARAM_UINT:
	case BS_PARAM_ORDER:
		return parse_uint(text, value);
	case BS_PARAM_SIZE:
		return bs_parse_size(text, value);
	case BS_PARAM_TIME:
		return bs_parse_time(text, value);
	case BS_PARAM_FLAGS:
		return parse_flags(p, text, value);
	case BS_PARAM_BOOL:
		i = name_index(bool_words, text, strlen(text));
		*value = (uint64_t)(i & 1);
		return i < 0 ? -EINVAL : 0;
	case BS_PARAM_ENUM:
		i = word_index(p, text, strlen(text));
		*value = (uint64_t)i;
		return i < 0 ? -EINVAL : 0;
	}
	return -EINVAL;
}

static bool has_range(const struct bs_param *p)
{
	return p->type == BS_PARAM_UINT || p->type == BS_PARAM_ORDER || p->type == BS_PARAM_SIZE ||
	       p->type == BS_PARAM_TIME;
}

/* A number that is none for want of a unit, or with one that there is not; false: it is no number. */
static bool describe_units(const struct bs_param *p, const char *text, char *buf, size_t size)
{
	if (p->type == BS_PARAM_SIZE)
		return bs_advise_size(text, buf, size) > 0;
	return p->type == BS_PARAM_TIME && bs_advise_time(text, buf, size) > 0;
}

/* "a number from 0 to 10", "one of head, tail": what the parameter wants. */
static void describe_wanted(const struct bs_param *p, const char *text, char *buf, size_t size)
{
	char min[32], max[32];

	if (p->type == BS_PARAM_BOOL) {
		snprintf(buf, size, "use yes or no (or on, off)");
	} else if (!has_range(p)) {
		bs_nearest_advice(p->type == BS_PARAM_ENUM
					  ? "use one of:"
					  : "use none, or any of these joined by '+':",
				  p->names, text, buf, size);
	} else {
		bs_param_format(p, p->min, min, sizeof(min));
		bs_param_format(p, p->max, max, sizeof(max));
		snprintf(buf, size, "use a value from %s to %s", min, max);
	}
}

int bs_param_value(const struct bs_param *p, const char *owner, const char *text, uint64_t *value,
		   struct bs_error *err)
{
	uint64_t v = 0;
	const bool unread = parse_typed(p, text, &v);

	if (unread || (has_range(p) && (v < p->min || v > p->max))) {
		char wanted[256];

		if (!unread || !describe_units(p, text, wanted, sizeof(wanted)))
			describe_wanted(p, text, wanted, sizeof(wanted));
		return bs_error_set(err, BS_USAGE, 0, owner, wanted,
				    "parameter %s cannot be \"%s\"", p->name, text);
	}
	*value = v;
	return 0;
}

int bs_param_unknown(const struct bs_param *table, const char *owner, const char *name,
		     struct bs_error *err)
{
	const unsigned int nr = bs_param_count(table);
	const char **names = calloc(nr + 1, sizeof(*names));
	char known[384] = "it has no parameters";

	for (unsigned int i = 0; names && i < nr; i++)
		names[i] = table[i].name;
	if (names && nr)
		bs_nearest_advice("known:", names, name, known, sizeof(known));
	free(names);
	return bs_error_set(err, BS_USAGE, 0, owner, known, "unknown parameter \"%s\"", name);
}

static int index_of(const struct bs_param *table, const char *name)
{
	for (unsigned int i = 0; i < bs_param_count(table); i++)
		if (!strcmp(table[i].name, name))
			return (int)i;
	return -1;
}

static int parse_item(const struct bs_param *table, const char *owner, char *item, uint64_t *values,
		      bool *seen, struct bs_error *err)
{
	char *eq = strchr(item, '=');
	int i;

	if (!eq)
		return bs_error_set(err, BS_USAGE, 0, owner, "write name=value",
				    "parameter \"%s\" has no value", item);
	*eq = '\0';
	i = index_of(table, item);
	if (i < 0)
		return bs_param_unknown(table, owner, item, err);
	if (seen[i])
		return bs_error_set(err, BS_USAGE, 0, owner, "only one can count: leave one out",
				    "parameter %s is given twice", item);
	seen[i] = true;
	return bs_param_value(&table[i], owner, eq + 1, &values[i], err);
}

/* What changes nothing is not what its user had in mind. */
static int check_needs(const struct bs_param *table, const char *owner, const uint64_t *values,
		       struct bs_error *err)
{
	for (unsigned int i = 0; i < bs_param_count(table); i++) {
		const struct bs_param *p = &table[i];
		const int needed = p->needs ? index_of(table, p->needs) : -1;
		char advice[128];

		if (needed < 0 || values[needed] || values[i] == p->def)
			continue;
		snprintf(advice, sizeof(advice), "say %s=..., too", p->needs);
		return bs_error_set(err, BS_USAGE, 0, owner, advice,
				    "parameter %s has no effect without %s", p->name, p->needs);
	}
	return 0;
}

int bs_param_parse(const struct bs_param *table, const char *owner, const char *text,
		   uint64_t *values, struct bs_error *err)
{
	char *copy, *item, *save = NULL;
	bool *seen;
	int ret = 0;

	if (!text || !*text)
		return 0;
	copy = strdup(text);
	seen = calloc(bs_param_count(table) + 1, sizeof(*seen));
	if (!copy || !seen)
		ret = bs_error_set(err, BS_RESOURCE, ENOMEM, owner, NULL, "reading parameters");
	for (item = ret ? NULL : strtok_r(copy, ",", &save); item && !ret;
	     item = strtok_r(NULL, ",", &save))
		ret = parse_item(table, owner, item, values, seen, err);
	free(seen);
	free(copy);
	return ret ? ret : check_needs(table, owner, values, err);
}

static int format_flags(const struct bs_param *p, uint64_t value, char *buf, size_t size)
{
	int used = 0;

	if (!value)
		return snprintf(buf, size, "none");
	for (int i = 0; p->names[i]; i++) {
		size_t at = (size_t)used < size ? (size_t)used : size;

		if (value >> i & 1)
			used += snprintf(buf + at, size - at, "%s%s", used ? "+" : "", p->names[i]);
	}
	return used;
}

int bs_param_format(const struct bs_param *p, uint64_t value, char *buf, size_t size)
{
	switch (p->type) {
	case BS_PARAM_UINT:
	case BS_PARAM_ORDER:
		return snprintf(buf, size, "%" PRIu64, value);
	case BS_PARAM_SIZE:
		return bs_format_size(value, buf, size);
	case BS_PARAM_TIME:
		return bs_format_time(value, buf, size);
	case BS_PARAM_FLAGS:
		return format_flags(p, value, buf, size);
	case BS_PARAM_BOOL:
		return snprintf(buf, size, "%s", value ? "on" : "off");
	case BS_PARAM_ENUM:
		return snprintf(buf, size, "%s", p->names[value]);
	}
	return snprintf(buf, size, "%" PRIu64, value);
}

static int print_param(FILE *out, const struct bs_param *p, uint64_t value)
{
	const int len = bs_param_format(p, value, NULL, 0);
	char *text = malloc((size_t)len + 1);

	if (!text)
		return -ENOMEM;
	bs_param_format(p, value, text, (size_t)len + 1);
	fprintf(out, "%s=%s", p->name, text);
	free(text);
	return 0;
}

char *bs_params_text(const struct bs_param *table, const uint64_t *values)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int ret = 0;

	if (!out)
		return NULL;
	for (unsigned int i = 0; i < bs_param_count(table) && !ret; i++) {
		if (i)
			fputc(',', out);
		ret = print_param(out, &table[i], values[i]);
	}
	/* A stream that ran out of memory says so here at the latest. */
	if (fclose(out) || ret) {
		free(text);
		return NULL;
	}
	return text;
}

int bs_param_of_role(const struct bs_param *table, enum bs_param_role role)
{
	for (unsigned int i = 0; i < bs_param_count(table); i++)
		if (table[i].role == role)
			return (int)i;
	return -1;
}
