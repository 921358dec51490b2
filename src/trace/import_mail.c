// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * import_mail.c - a recording in a mail or a report: quoted with ">", between what people write. Once a
 * line shows that this is a mail, what nobody understands is somebody's words.
 */
#include <ctype.h>
#include <string.h>

#include "textline.h"

/* "> > " */
static const char *unwrap(const char *line)
{
	const char *p = line;

	while (*p == '>' || (p > line && *p == ' ' && p[1] == '>'))
		p++;
	if (p == line)
		return NULL;
	return *p == ' ' && p[1] == ' ' ? p : p + (*p == ' ');
}

/* "Subject: ..", "On Mon, 29 Nov 2026 at 10:00, somebody wrote:" */
static bool begins(const char *line)
{
	static const char *const headers[] = {"From: ",	      "To: ",	       "Cc: ",
					      "Subject: ",    "Date: ",	       "From ",
					      "Message-ID: ", "In-Reply-To: ", "Reply-To: "};
	const size_t n = strlen(line);

	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
		if (!strncasecmp(line, headers[i], strlen(headers[i])))
			return true;
	return line[0] == '>' || (n > 7 && !strcmp(line + n - 7, " wrote:"));
}

/* What marks a text in a report, on a page, or in a terminal: "```", "[...]", "user@host:~# perf script". */
static bool is_mark(const char *line)
{
	static const char *const marks[] = {"```",
					    "~~~",
					    "{code",
					    "{noformat",
					    "<snip",
					    "[snip",
					    "--8<--",
					    "---8<---",
					    "[...]",
					    "[…]",
					    "...",
					    "…",
					    "--More--",
					    "Script started on ",
					    "Script done on ",
					    "kdb>",
					    "crash> ",
					    "(gdb) ",
					    "$ ",
					    "# cat "};
	const char *p = line + strspn(line, " \t"), *at, *prompt;

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (!strncmp(p, marks[i], strlen(marks[i])))
			return true;
	/* "[0]kdb> ftdump" */
	if (*p == '[' && strstr(p, "]kdb> "))
		return true;
	at = memchr(p, '@', strcspn(p, " "));
	prompt = at ? strpbrk(at, "#$") : NULL;
	return prompt && (prompt[1] == ' ' || !prompt[1]);
}

static enum bs_line parse(const char *line, struct bs_text_event *ev, const char **why)
{
	(void)why;
	*ev = (struct bs_text_event){.migratetype = -1, .cpu = BS_CPU_UNKNOWN};
	if (is_mark(line))
		return BS_LINE_NOTHING;
	return begins(line) ? BS_LINE_NOTHING : BS_LINE_FOREIGN;
}

const struct bs_importer bs_import_mail = {
	.form = {"mail", "a mail"},
	.parse = parse,
	.unwrap = unwrap,
	.begins = begins,
};
