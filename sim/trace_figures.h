/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trace_figures.h - the counters and notes of a trace, with their words. */
#ifndef BS_TRACE_FIGURES_H
#define BS_TRACE_FIGURES_H

#include <stddef.h>

#include <buddysim/buddysim.h>

/** A counter of bs_trace_info, for the text, the JSON and the words of a warning. */
struct trace_figure {
	const char *key;
	size_t offset;
	const char *text;
	bool doubt; /* takes trust away */
};
extern const struct trace_figure trace_figures[], trace_text_figures[];
extern const size_t trace_nr_figures, trace_nr_text_figures;
/* The first ones are printed even when they are 0. */
#define TRACE_FIGURES_ALWAYS 3

uint64_t trace_figure_value(const struct bs_trace_info *info, const struct trace_figure *f);

/** One of the importer's notes (struct bs_trace_info); the texts are not terminated. */
struct trace_note {
	const char *kind, *what, *example;
	int kind_len, what_len, example_len;
	uint64_t count, line;
};
/* The next one at *@at, which begins with the notes and moves on; false behind the last. */
bool trace_note_next(const char **at, struct trace_note *note);
bool trace_note_is(const struct trace_note *note, const char *kind);

/* The largest of the things that take trust away, in words. */
const char *trace_main_doubt(const struct bs_trace_info *info);
/* The same, with the importer's reason where it has one. */
void trace_main_reason(const struct bs_trace_info *info, char *text, size_t size);

#endif
