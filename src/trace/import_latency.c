// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * import_latency.c - ftrace's options/latency-format, which is also how the kernel dumps its buffer
 * into the log, and options/verbose on top of it. Times are us since the trace began; with verbose, the
 * us of the clock stand beside, in hex.
 *
 *       cc1-268     1d..3. 16698us!: mm_page_free: page=00000000aa pfn=0x10 order=0
 *       cc1-268     1d..3.     2us : mm_page_free: page=00000000aa pfn=0x10 order=0
 *       cc1   268 1 0 00000003 0000002a [0000413a] 16.698ms (+0.244ms): mm_page_free: ...
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "textline.h"

/* "16698us!:", or "2us" with " :" behind it at *@at. */
static bool is_us(const struct bs_token *t, const char **at, uint64_t *ns)
{
	const char *mark = t->s;
	uint64_t us = 0;
	struct bs_token colon;

	while (isdigit((unsigned char)*mark) && mark - t->s < 14)
		us = us * 10 + (uint64_t)(*mark++ - '0');
	if (mark == t->s || (size_t)(mark - t->s) + 2 > t->n || mark[0] != 'u' || mark[1] != 's')
		return false;
	*ns = us * 1000;
	if ((size_t)(mark - t->s) + 2 < t->n)
		return t->s[t->n - 1] == ':';
	return bs_token_next(at, &colon) && bs_token_is(&colon, ":");
}

/* "[0000413a]" before "16.698ms (+0.244ms):" */
static bool is_verbose(const struct bs_token *t, const char **at, uint64_t *ns)
{
	struct bs_token since, step;
	char *end;

	if (t->n < 3 || t->n > 18 || t->s[0] != '[' || t->s[t->n - 1] != ']')
		return false;
	*ns = strtoull(t->s + 1, &end, 16);
	if (end != t->s + t->n - 1 || *ns >= BS_NS_PER_S * 4000000 || !bs_token_next(at, &since) ||
	    since.n < 4 || memcmp(since.s + since.n - 2, "ms", 2) || !bs_token_next(at, &step) ||
	    !bs_token_begins(&step, "(+") || step.s[step.n - 1] != ':')
		return false;
	*ns *= 1000;
	return true;
}

/* "1d..3." and what is before it ends a task. */
static bool cpu_of(const struct bs_token *t, const struct bs_token *task, unsigned int *cpu)
{
	char *end;

	if (!t->n || !isdigit((unsigned char)t->s[0]) || !task->n ||
	    !isdigit((unsigned char)task->s[task->n - 1]))
		return false;
	*cpu = (unsigned int)strtoul(t->s, &end, 10);
	return end > t->s && end - t->s < 5 && (size_t)(end - t->s) + 3 <= t->n;
}

/* What the line is an event of: its name and *@fields behind it. */
static bool find(const char *line, struct bs_text_event *ev, struct bs_token *name,
		 const char **fields)
{
	/* the words before this one, the nearest first */
	struct bs_token word[5] = {{"", 0}, {"", 0}, {"", 0}, {"", 0}, {"", 0}}, t;
	const char *at = line;

	while (bs_token_next(&at, &t)) {
		const char *behind = at;
		bool found = false;

		if (isdigit((unsigned char)t.s[0]) && is_us(&t, &behind, &ev->time)) {
			found = cpu_of(&word[0], &word[1], &ev->cpu);
		} else if (t.s[0] == '[' && is_verbose(&t, &behind, &ev->time)) {
			found = bs_token_is_number(&word[3]) && word[3].n < 5;
			ev->cpu = (unsigned int)strtoul(word[3].s, NULL, 10);
		}
		if (found && bs_token_next(&behind, name)) {
			const bool named = name->n > 1 && name->s[name->n - 1] == ':';

			name->n = named ? name->n - 1 : 0;
			*fields = behind;
			return true;
		}
		memmove(word + 1, word, sizeof(word) - sizeof(word[0]));
		word[0] = t;
	}
	return false;
}

static bool probe(const char *line)
{
	struct bs_text_event ev;
	struct bs_token name;
	const char *fields;

	return find(line, &ev, &name, &fields);
}

/* What stands around a dump of the buffer, into a log or by kdb. */
static bool is_frame_of_dump(const char *line)
{
	static const char dashes[] = "---------------------------------";

	return !strncmp(line, "Dumping ftrace buffer:", 22) ||
	       !strncmp(line, "Dumping ftrace instance", 23) ||
	       !strncmp(line, "   (ftrace buffer empty)", 24) ||
	       !strncmp(line, dashes, strlen(dashes));
}

static enum bs_line parse(const char *line, struct bs_text_event *ev, const char **why)
{
	struct bs_token name;
	const char *fields;

	*ev = (struct bs_text_event){.migratetype = -1, .cpu = BS_CPU_UNKNOWN};
	if (!find(line, ev, &name, &fields))
		return is_frame_of_dump(line) ? BS_LINE_NOTHING : BS_LINE_FOREIGN;
	return name.n ? bs_text_read(&name, fields, ev, why) : BS_LINE_OTHER;
}

const struct bs_importer bs_import_latency = {
	.form = {"latency", "ftrace text in its latency format"},
	.probe = probe,
	.parse = parse,
};
