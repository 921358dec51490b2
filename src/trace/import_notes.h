/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * import_notes.h - what an import noticed, counted by kind with the first example: events that could not be
 * used and why, lines that nobody understood, how the gfp layout is known. They travel in the trace's
 * header (struct bs_trace_info, notes).
 */
#ifndef BS_TRACE_IMPORT_NOTES_H
#define BS_TRACE_IMPORT_NOTES_H

#include <buddysim/trace.h>

#define BS_IMPORT_NOTES_MAX 40

struct bs_import_note {
	char kind[12], what[64];
	uint64_t count, line;
	char example[96];
};

struct bs_import_notes {
	struct bs_import_note note[BS_IMPORT_NOTES_MAX];
	unsigned int nr;
};

/* One more, or @count more, of @kind; @line and @example are kept of the first. When there are too many
 * kinds the rest is counted together. @example may be NULL. */
void bs_import_note_add(struct bs_import_notes *n, const char *kind, const char *what,
			uint64_t count, uint64_t line, const char *example);
/* The one that was counted most; NULL: none of the kind. */
const struct bs_import_note *bs_import_note_most(const struct bs_import_notes *n, const char *kind);
/* Into @text, as struct bs_trace_info has it; the first ones, if they do not fit. */
void bs_import_notes_format(const struct bs_import_notes *n, char *text, size_t size);

/* What kind of line this is, for lines that nobody understood. */
const char *bs_line_shape(const char *line);
/* What to do about events that cannot be used for reason @why, or NULL. */
const char *bs_reason_advice(const char *why);

#endif
