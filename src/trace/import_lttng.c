// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * import_lttng.c - what babeltrace prints of an LTTng recording:
 *
 *   [18:18:55.359015241] (+0.000100000) host kmem_mm_page_free: { cpu_id = 2 }, { page = 0xFFFFE1C28,
 *   pfn = 131072, order = 0 }                                                   (on one line)
 *
 * The time is that of the day, with a date before it, or in seconds.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "textline.h"

/* "[18:18:55.359015241]", "[2026-11-29 18:18:55.359015241]", "[1700000000.359015241]" */
static bool read_time(const char **at, struct bs_text_event *ev)
{
	const char *close = strchr(*at, ']'), *p = *at + 1;
	struct bs_token t;

	if (**at != '[' || !close)
		return false;
	/* The date is left out: what counts is how far apart events are. */
	if (close - p > 11 && p[4] == '-' && p[7] == '-' && p[10] == ' ')
		p += 11;
	t = (struct bs_token){p, (size_t)(close - p)};
	*at = close + 1;
	if (bs_token_is_seconds(&t, &ev->time))
		return true;
	ev->time_of_day = true;
	return bs_token_is_time_of_day(&t, &ev->time);
}

/* "kmem_mm_page_free:" somewhere behind the host's name, and *@at behind it. */
static bool read_name(const char **at, struct bs_token *name)
{
	for (unsigned int i = 0; i < 8 && bs_token_next(at, name); i++) {
		if (name->n < 2 || name->s[name->n - 1] != ':')
			continue;
		name->n--;
		if (bs_token_begins(name, "kmem_"))
			*name = (struct bs_token){name->s + 5, name->n - 5};
		return *(*at + strspn(*at, " ")) == '{';
	}
	return false;
}

static enum bs_line read_fields(const char *at, enum bs_line kind, struct bs_text_event *ev,
				const char **why)
{
	struct bs_token key, equals, value;
	unsigned int has = 0;
	bool is_number = true;

	while (is_number && bs_token_next(&at, &key)) {
		const char *behind = at;

		if (!bs_token_next(&behind, &equals) || !bs_token_is(&equals, "=") ||
		    !bs_token_next(&behind, &value))
			continue;
		at = behind;
		value.n -= value.s[value.n - 1] == ',';
		if (bs_token_is(&key, "cpu_id") && value.n && isdigit((unsigned char)value.s[0]))
			ev->cpu = (unsigned int)strtoul(value.s, NULL, 10);
		is_number = bs_text_field(&key, &value, ev, &has);
	}
	*why = is_number ? bs_why_no_cpu : bs_why_number;
	/* babeltrace prints decimal numbers, and hex with its prefix. */
	ev->bare_pfn = false;
	return !is_number || ev->cpu == BS_CPU_UNKNOWN ? BS_LINE_MALFORMED
						       : bs_text_whole(kind, has, ev, why);
}

static bool find(const char *line, struct bs_text_event *ev, struct bs_token *name, const char **at)
{
	*at = line + strspn(line, " \t");
	return read_time(at, ev) && read_name(at, name);
}

/* "[warning] Tracer discarded 34 events between [..": babeltrace 1 and 2 */
static bool is_lost(const char *line, struct bs_text_event *ev)
{
	const char *at = strstr(line, "racer discarded ");

	if (!at || (!strstr(line, "[warning]") && !strstr(line, "WARNING")) ||
	    !strstr(at, " event"))
		return false;
	ev->lost = bs_text_count(at);
	return true;
}

static enum bs_line parse(const char *line, struct bs_text_event *ev, const char **why)
{
	struct bs_token name;
	enum bs_line kind;
	const char *at;

	*ev = (struct bs_text_event){.migratetype = -1, .cpu = BS_CPU_UNKNOWN};
	if (!find(line, ev, &name, &at))
		return is_lost(line, ev) ? BS_LINE_LOST : BS_LINE_FOREIGN;
	kind = bs_text_kind(&name);
	return kind == BS_LINE_OTHER ? kind : read_fields(at, kind, ev, why);
}

static bool probe(const char *line)
{
	struct bs_text_event ev;
	struct bs_token name;
	const char *at;

	return find(line, &ev, &name, &at);
}

const struct bs_importer bs_import_lttng = {
	.form = {"lttng", "LTTng by babeltrace"},
	.probe = probe,
	.parse = parse,
};
