// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * import_ftrace.c - what the kernel prints itself (/sys/kernel/tracing/trace, trace_pipe) and what
 * trace-cmd report makes of a recording, with whatever other tracers and options print between:
 *
 *   # entries-in-buffer/entries-written: 66484/66484   #P:1
 *            cc1-268   [000] d..3.     7.000123: mm_page_free: page=00000000aa pfn=0x10 order=0
 *            cc1-268   [000] d..3.     7.000125: <stack trace>
 *    => free_unref_page
 *   CPU:1 [LOST 17 EVENTS]                              trace-cmd: CPU:3 [17 EVENTS DROPPED]
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "textline.h"

/* perf's period before an event's name; the wakeup tracer prints numbers, too. */
static bool is_period(const struct bs_token *t, const char *behind)
{
	struct bs_token next;

	return bs_token_is_number(t) && bs_token_next(&behind, &next) && next.s[next.n - 1] == ':';
}

/* "mm_page_alloc:"; behind a task whatever the tracer prints is a line of the trace; trace-cmd's
 * --ts-diff prints "(+300)" before it. */
static bool name_at(const char **at, struct bs_token *name, enum bs_place found)
{
	if (!bs_token_next(at, name))
		return false;
	if (bs_token_begins(name, "(+") && !bs_token_next(at, name))
		return false;
	if (bs_token_begins(name, "PERF_RECORD_") || is_period(name, *at))
		return false;
	if (name->n > 1 && name->s[name->n - 1] == ':') {
		if (isdigit((unsigned char)name->s[0]))
			return false;
		name->n--;
		return !memchr(name->s, ':', name->n);
	}
	/* No event's name: the function tracer, a stack. It cannot be one of ours. */
	name->n = 0;
	return found == BS_PLACE_TASK;
}

static enum bs_line record(const struct bs_token *name, const char *fields,
			   struct bs_text_event *ev)
{
	(void)fields;
	(void)ev;
	return name->n || name->s[0] != '<' ? BS_LINE_OTHER : BS_LINE_NOTHING;
}

/* The header: what was written and is no longer there was overwritten. */
static enum bs_line header(const char *line, struct bs_text_event *ev)
{
	static const char entries[] = "entries-written: ", latency[] = " latency trace v";
	const char *at = strstr(line, entries);
	uint64_t left, written;
	char *slash;

	if (at) {
		left = strtoull(at + strlen(entries), &slash, 10);
		written = *slash == '/' ? strtoull(slash + 1, NULL, 10) : 0;
		ev->lost = written > left ? written - left : 0;
		return ev->lost ? BS_LINE_OVERWRITTEN : BS_LINE_NOTHING;
	}
	at = strstr(line, latency);
	at = at ? strstr(at, " on ") : NULL;
	return at ? bs_text_kernel(at + strlen(" on "), ev) : BS_LINE_NOTHING;
}

/* "CPU:1 [LOST 17 EVENTS]", "CPU:3 [17 EVENTS DROPPED]"; behind a buffer's name, too. */
static bool is_lost(const char *line, struct bs_text_event *ev)
{
	const char *at = strstr(line, "CPU:"), *bracket;
	struct bs_token first;
	char *end;

	if (!at)
		return false;
	if (at != line) {
		const char *p = line;

		bs_token_next(&p, &first);
		if (first.s != at && (first.s[first.n - 1] != ':' || p + strspn(p, " \t") != at))
			return false;
	}
	ev->cpu = (unsigned int)strtoul(at + 4, &end, 10);
	bracket = end + strspn(end, " \t");
	if (end == at + 4 || bracket[0] != '[' ||
	    (strncmp(bracket, "[LOST ", 6) && !strstr(bracket, "EVENTS DROPPED]")))
		return false;
	ev->lost = bs_text_count(bracket);
	return true;
}

/* Comments, stack traces, trace-cmd's own header, what atrace says of itself. */
static enum bs_line other(const char *line, struct bs_text_event *ev)
{
	const char *at = line;
	struct bs_token t;

	if (!bs_token_next(&at, &t))
		return BS_LINE_NOTHING;
	if (t.s[0] == '#')
		return header(line, ev);
	if (is_lost(line, ev))
		return BS_LINE_LOST;
	if (bs_token_is(&t, "=>") || bs_token_begins(&t, "cpus=") || bs_token_is(&t, "TRACE:") ||
	    !strncmp(line, "version = ", 10) || !strncmp(line, "registering plugin: ", 20) ||
	    !strncmp(line, "overriding event ", 17) ||
	    (!strncmp(line, "CPU:", 4) && strstr(line, " [SUBBUFFER START]")) ||
	    (!strncmp(line, "CPU ", 4) && strstr(line, " is empty")))
		return BS_LINE_NOTHING;
	/* Of several recordings: "    one.dat: cpus=2". */
	if (t.s[t.n - 1] == ':' && bs_token_next(&at, &t) &&
	    (bs_token_begins(&t, "cpus=") || bs_token_is(&t, "=>")))
		return BS_LINE_NOTHING;
	return BS_LINE_FOREIGN;
}

static const struct bs_text_form form = {name_at, record, other};

static bool probe(const char *line)
{
	return bs_text_probe(&form, line);
}

static enum bs_line parse(const char *line, struct bs_text_event *ev, const char **why)
{
	/* As most lines of a recording with stack traces begin. */
	const char *arrow = line + (*line == ' ');

	if (arrow[0] == '=' && arrow[1] == '>' && arrow[2] == ' ')
		return BS_LINE_NOTHING;
	return bs_text_parse(&form, line, ev, why);
}

const struct bs_importer bs_import_ftrace = {
	.form = {"ftrace", "ftrace text"},
	.probe = probe,
	.parse = parse,
};
