/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * importer.h - a form of text that can be imported. One is one file, import_NAME.c, that defines
 * bs_import_NAME, and one line in importers.def. It says what a line of its form is; what the event
 * on the line means for the pages is the same for all of them (import.c).
 */
#ifndef BS_TRACE_IMPORTER_H
#define BS_TRACE_IMPORTER_H

#include <buddysim/trace.h>

enum bs_line {
	BS_LINE_FOREIGN, /* nothing that this form has */
	BS_LINE_NOTHING, /* comment, header, call chain: no event */
	BS_LINE_ALLOC, /* mm_page_alloc */
	BS_LINE_FREE, /* mm_page_free, before 3.3 mm_page_free_direct */
	BS_LINE_BATCHED, /* mm_page_free_batched, before 3.3 mm_pagevec_free */
	BS_LINE_OTHER, /* an event of another kind */
	BS_LINE_LOST, /* events were lost here */
	BS_LINE_MALFORMED, /* an event of ours that cannot be read */
};

struct bs_text_event {
	uint64_t time; /* ns, as the line says */
	uint64_t pfn; /* all ones: none */
	uint64_t lost; /* LOST: how many, at least 1 */
	uint32_t gfp;
	unsigned int order, cpu;
	int migratetype; /* -1: not said */
	bool early; /* the idle task or pgdatinit did it */
};

/**
 * struct bs_importer - a form of text
 * @form: its name for --source and its title for the trace's header
 * @probe: is the line an event as only this form writes it? Decides whose text it is
 * @parse: what the line is. @line is NUL-terminated; *@ev is valid for events and LOST, *@why says
 *         what is wrong with a malformed one
 */
struct bs_importer {
	struct bs_import_form form;
	bool (*probe)(const char *line);
	enum bs_line (*parse)(const char *line, struct bs_text_event *ev, const char **why);
};

#endif
