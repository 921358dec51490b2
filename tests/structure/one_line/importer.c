// SPDX-License-Identifier: GPL-2.0-or-later
// file: src/trace/import_example.c
// line: src/trace/importers.def: BS_IMPORTER(example)
/* "alloc TIME_NS PFN ORDER" and "free TIME_NS PFN ORDER". */
#include <inttypes.h>
#include <stdio.h>

#include "importer.h"

static enum bs_line parse(const char *line, struct bs_text_event *ev, const char **why)
{
	char what[8];
	int n;

	*ev = (struct bs_text_event){.migratetype = -1};
	n = sscanf(line, "%7s %" SCNu64 " %" SCNu64 " %u", what, &ev->time, &ev->pfn, &ev->order);
	*why = "not four words";
	if (n > 0 && n < 4)
		return BS_LINE_FOREIGN;
	return what[0] == 'a' ? BS_LINE_ALLOC : BS_LINE_FREE;
}

static bool probe(const char *line)
{
	struct bs_text_event ev;
	const char *why;

	return parse(line, &ev, &why) != BS_LINE_FOREIGN;
}

const struct bs_importer bs_import_example = {
	.form = {"example", "four words"},
	.probe = probe,
	.parse = parse,
};
