// SPDX-License-Identifier: GPL-2.0-or-later
#include "import_notes.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "reasons.h"

/* Printable, without the tabs that separate fields; what is no ASCII becomes "?". */
static void take_example(char *to, size_t size, const char *from)
{
	size_t n = 0;

	while (from && isspace((unsigned char)*from))
		from++;
	for (; from && *from && n + 1 < size; from++)
		to[n++] = (char)(*from == '\t' ? ' ' : *from >= ' ' && *from <= '~' ? *from : '?');
	while (n && to[n - 1] == ' ')
		n--;
	to[n] = '\0';
}

static bool is_note(const struct bs_import_note *x, const char *kind, const char *what)
{
	return !strcmp(x->kind, kind) && !strncmp(x->what, what, sizeof(x->what) - 1);
}

void bs_import_note_add(struct bs_import_notes *n, const char *kind, const char *what,
			uint64_t count, uint64_t line, const char *example)
{
	struct bs_import_note *x = NULL;

	for (unsigned int i = 0; i < n->nr && !x; i++)
		if (is_note(&n->note[i], kind, what))
			x = &n->note[i];
	if (!x && n->nr == BS_IMPORT_NOTES_MAX)
		x = &n->note[BS_IMPORT_NOTES_MAX - 1];
	if (!x) {
		/* The last place is for all that have none. */
		if (n->nr == BS_IMPORT_NOTES_MAX - 1)
			what = "other kinds";
		x = &n->note[n->nr++];
		*x = (struct bs_import_note){.line = line};
		snprintf(x->kind, sizeof(x->kind), "%s", kind);
		take_example(x->what, sizeof(x->what), what);
		take_example(x->example, sizeof(x->example), example);
	}
	if (__builtin_add_overflow(x->count, count, &x->count))
		x->count = UINT64_MAX;
}

const struct bs_import_note *bs_import_note_most(const struct bs_import_notes *n, const char *kind)
{
	const struct bs_import_note *most = NULL;

	for (unsigned int i = 0; i < n->nr; i++)
		if (!strcmp(n->note[i].kind, kind) && (!most || n->note[i].count > most->count))
			most = &n->note[i];
	return most;
}

void bs_import_notes_format(const struct bs_import_notes *n, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (unsigned int i = 0; i < n->nr; i++) {
		const struct bs_import_note *x = &n->note[i];
		int got =
			snprintf(text + used, size - used, "%s\t%" PRIu64 "\t%" PRIu64 "\t%s\t%s\n",
				 x->kind, x->count, x->line, x->what, x->example);

		if (got < 0 || (size_t)got >= size - used) {
			text[used] = '\0';
			return;
		}
		used += (size_t)got;
	}
}

const char *bs_line_shape(const char *line)
{
	const bool indented = *line == ' ' || *line == '\t';
	const char *p = line + strspn(line, " \t"), *word = p;

	for (const char *c = p; *c && c - p < 64; c++)
		if ((unsigned char)*c < ' ' && *c != '\t' && *c != '\r')
			return "not text";
	if (*p == '[')
		return "begins with a bracket";
	if (isdigit((unsigned char)*p))
		return "begins with a number";
	while (isalnum((unsigned char)*word) || *word == '_' || *word == '-')
		word++;
	if (word > p && *word == '=')
		return "key=value";
	if (word > p && *word == ':')
		return "name: value";
	if (word > p)
		return indented ? "indented words" : "words";
	return (unsigned char)*p >= 0x80 ? "not ASCII" : "begins with a sign";
}

const char *bs_reason_advice(const char *why)
{
	static const struct {
		const char *why, *advice;
	} advice[] = {
#define BS_REASON(id, text, what) {text, what},
#include "reasons.def"
#undef BS_REASON
	};

	for (size_t i = 0; i < sizeof(advice) / sizeof(advice[0]); i++)
		if (!strncmp(advice[i].why, why, sizeof(((struct bs_import_note *)0)->what) - 1))
			return advice[i].advice;
	return NULL;
}

#define BS_REASON(id, text, what) const char bs_why_##id[] = text;
#include "reasons.def"
#undef BS_REASON
