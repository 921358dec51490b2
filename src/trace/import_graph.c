// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * import_graph.c - the function_graph tracer, which prints events as comments between its calls:
 *
 *    7.000123 |   1)  cc1-268   |               |  /\* mm_page_free: page=00000000aa pfn=0x10 order=0 *\/
 *    7.000124 |   1)  cc1-268   |   1.011 us    |  }
 *
 * Time and CPU are there with options/funcgraph-abstime and funcgraph-cpu.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "textline.h"

/* "1)" */
static bool is_cpu(const struct bs_token *t, unsigned int *cpu)
{
	char *end;

	if (t->n < 2 || t->n > 6 || !isdigit((unsigned char)t->s[0]))
		return false;
	*cpu = (unsigned int)strtoul(t->s, &end, 10);
	return end == t->s + t->n - 1 && *end == ')';
}

/* What stands before the first bar and before the one behind it. False: no line of this tracer. */
static bool read_columns(const char *line, struct bs_text_event *ev)
{
	const char *at = line;
	struct bs_token t;

	ev->time = UINT64_MAX;
	if (!bs_token_next(&at, &t))
		return false;
	if (bs_token_is_seconds(&t, &ev->time)) {
		if (!bs_token_next(&at, &t) || !bs_token_is(&t, "|") || !bs_token_next(&at, &t))
			return false;
		is_cpu(&t, &ev->cpu);
		return true;
	}
	ev->time = UINT64_MAX;
	if (!is_cpu(&t, &ev->cpu))
		return bs_token_is(&t, "|");
	return strchr(at, '|') || strstr(at, " => ");
}

static enum bs_line parse(const char *line, struct bs_text_event *ev, const char **why)
{
	const char *comment = strstr(line, "/* "), *at;
	struct bs_token name;
	enum bs_line kind;

	*ev = (struct bs_text_event){.migratetype = -1, .cpu = BS_CPU_UNKNOWN};
	at = line + strspn(line, " ");
	if (!strncmp(at, "------------------------------------------", 42))
		return BS_LINE_NOTHING;
	if (!read_columns(line, ev))
		return BS_LINE_FOREIGN;
	at = comment ? comment + 3 : "";
	if (!comment || !bs_token_next(&at, &name) || name.s[name.n - 1] != ':')
		return BS_LINE_NOTHING;
	name.n--;
	kind = bs_text_read(&name, at, ev, why);
	if (kind == BS_LINE_OTHER || kind == BS_LINE_MALFORMED)
		return kind;
	*why = ev->time == UINT64_MAX ? bs_why_graph_time : bs_why_no_cpu;
	return ev->time == UINT64_MAX || ev->cpu == BS_CPU_UNKNOWN ? BS_LINE_MALFORMED : kind;
}

static bool probe(const char *line)
{
	struct bs_text_event ev = {.cpu = BS_CPU_UNKNOWN};

	return strstr(line, "/* ") && read_columns(line, &ev);
}

const struct bs_importer bs_import_graph = {
	.form = {"graph", "function_graph text"},
	.probe = probe,
	.parse = parse,
};
