/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * importer.h - a form of text that can be imported. One is one file, import_NAME.c, that defines
 * bs_import_NAME, and one line in importers.def. It says what a line of its form is; what the event
 * on the line means for the pages is the same for all of them (import_meaning.c).
 *
 * A form is strict about lines that claim to be events of ours, and generous with everything else.
 */
#ifndef BS_TRACE_IMPORTER_H
#define BS_TRACE_IMPORTER_H

#include <buddysim/trace.h>

enum bs_line {
	BS_LINE_FOREIGN, /* nothing that this form has */
	BS_LINE_NOTHING, /* comment, header, call chain: no event; the two first ones say least */
	BS_LINE_ALLOC, /* mm_page_alloc */
	BS_LINE_FREE, /* mm_page_free, before 3.3 mm_page_free_direct */
	BS_LINE_BATCHED, /* mm_page_free_batched, before 3.3 mm_pagevec_free */
	BS_LINE_OTHER, /* an event of another kind */
	BS_LINE_LOST, /* events were lost here */
	BS_LINE_OVERWRITTEN, /* older events were: the trace begins later */
	BS_LINE_KERNEL, /* a header names the kernel's version */
	BS_LINE_MALFORMED, /* an event of ours that cannot be read */
};

/* The CPU of a line that names none; of a LOST line too. */
#define BS_CPU_UNKNOWN UINT32_MAX

struct bs_text_event {
	uint64_t time; /* ns, as the line says */
	uint64_t pfn; /* all ones: none */
	uint64_t lost; /* LOST, OVERWRITTEN: how many, at least 1 */
	const char *text; /* ALLOC: the gfp mask; KERNEL: its version; @len bytes of the line */
	size_t len;
	unsigned int order, cpu;
	int migratetype; /* -1: not said */
	bool early; /* the idle task or pgdatinit did it */
	bool failed; /* ALLOC: there is no page */
	bool time_of_day; /* @time begins at midnight */
	bool bare_pfn; /* digits that may be decimal or hex */
	bool bare_letters; /* hex without a prefix: then those that may be are */
	bool total; /* LOST: a sum at the end, not what was lost here */
	const char *buffer; /* the recording's part whose line it is, or NULL; @buffer_len bytes */
	size_t buffer_len;
};

/**
 * struct bs_importer - a form of text
 * @form: its name for --source and its title for the trace's header
 * @probe: is the line an event as only this form writes it? Decides whose text it is
 * @parse: what the line is. @line is NUL-terminated; *@ev is valid for events and LOST, *@why says
 *         what is wrong with a malformed one, and is a text that stays
 * @unwrap: the line that stands within this one, as a mail or a kernel's log has it; NULL: none does.
 *          May be NULL, and so may be the others of a form that only wraps
 * @begins: from this line on, what nobody understands is text of the form's own. May be NULL
 */
struct bs_importer {
	struct bs_import_form form;
	bool (*probe)(const char *line);
	enum bs_line (*parse)(const char *line, struct bs_text_event *ev, const char **why);
	const char *(*unwrap)(const char *line);
	bool (*begins)(const char *line);
};

#endif
