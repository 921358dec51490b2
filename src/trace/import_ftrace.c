// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * import_ftrace.c - what the kernel prints itself (/sys/kernel/tracing/trace, trace_pipe) and what
 * trace-cmd report makes of a recording:
 *
 *   # entries-in-buffer/entries-written: 66484/66484   #P:1
 *            cc1-268   [000] d..3.     7.000123: mm_page_free: page=00000000aa pfn=0x10 order=0
 *   CPU:1 [LOST 17 EVENTS]                              trace-cmd: CPU:3 [17 EVENTS DROPPED]
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "textline.h"

/* "mm_page_alloc:" */
static bool name_at(const char **at, struct bs_token *name)
{
	if (!bs_token_next(at, name) || name->n < 2 || name->s[name->n - 1] != ':' ||
	    isdigit((unsigned char)name->s[0]))
		return false;
	name->n--;
	return !memchr(name->s, ':', name->n);
}

/* The header: what was written and is no longer there was overwritten. */
static uint64_t overwritten(const char *line)
{
	const char *at = strstr(line, "entries-written: ");
	uint64_t left, written;
	char *slash;

	if (line[0] != '#' || !at)
		return 0;
	left = strtoull(at + strlen("entries-written: "), &slash, 10);
	written = *slash == '/' ? strtoull(slash + 1, NULL, 10) : 0;
	return written > left ? written - left : 0;
}

static uint64_t lost(const char *line)
{
	const char *at = strstr(line, "[LOST ");

	if (!at && strstr(line, " EVENTS DROPPED]"))
		at = strchr(line, '[');
	return at ? bs_text_count(at) : overwritten(line);
}

/* Comments, stack traces, and trace-cmd's own header. */
static bool is_nothing(const char *line)
{
	const char *at = line;
	struct bs_token t;

	if (!bs_token_next(&at, &t) || t.s[0] == '#')
		return true;
	if (line[0] == ' ' || line[0] == '\t')
		return bs_token_is(&t, "=>");
	return !strncmp(line, "cpus=", 5) || !strncmp(line, "version = ", 10) ||
	       (!strncmp(line, "CPU ", 4) && strstr(line, " is empty"));
}

static const struct bs_text_form form = {name_at, lost, is_nothing};

static bool probe(const char *line)
{
	return bs_text_probe(&form, line);
}

static enum bs_line parse(const char *line, struct bs_text_event *ev, const char **why)
{
	return bs_text_parse(&form, line, ev, why);
}

const struct bs_importer bs_import_ftrace = {
	.form = {"ftrace", "ftrace text"},
	.probe = probe,
	.parse = parse,
};
