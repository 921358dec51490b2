// SPDX-License-Identifier: GPL-2.0-or-later
#include "trace_figures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIGURE(field, text, doubt)                                         \
	{                                                                  \
#field, offsetof(struct bs_trace_info, field), text, doubt \
	}

const struct trace_figure trace_figures[] = {
	FIGURE(events, "events", false),
	FIGURE(allocs, "allocations", false),
	FIGURE(frees, "frees", false),
	FIGURE(pres, "blocks from before the trace", false),
	FIGURE(failed, "failed allocations", false),
	FIGURE(chunks, "chunks", false),
	FIGURE(unused_batched_twins, "batched twins merged", false),
	FIGURE(other_events, "other events passed over", false),
	FIGURE(duplicates, "events printed twice", false),
	FIGURE(coalesced, "frees that were one of a larger block", false),
	FIGURE(overwritten, "events overwritten before it begins", false),
	FIGURE(boot_frees, "frees by boot's initialisation", false),
	FIGURE(unknown_frees, "frees of memory from before it", false),
	FIGURE(clamped_times, "events whose time went back on their CPU", true),
	FIGURE(freed_again, "frees of memory that was free already", true),
	FIGURE(realloc_live, "live pages allocated again", true),
	FIGURE(unusable, "unusable events", true),
	FIGURE(lost_events, "lost events", true),
};
const size_t trace_nr_figures = sizeof(trace_figures) / sizeof(trace_figures[0]);

const struct trace_figure trace_text_figures[] = {
	FIGURE(lines, "lines", false),
	FIGURE(unknown_lines, "lines not understood", false),
	FIGURE(cut_lines, "last line cut short", false),
};
const size_t trace_nr_text_figures = sizeof(trace_text_figures) / sizeof(trace_text_figures[0]);

uint64_t trace_figure_value(const struct bs_trace_info *info, const struct trace_figure *f)
{
	return *(const uint64_t *)(const void *)((const char *)info + f->offset);
}

/* ---- Notes ----------------------------------------------------------------------------------- */

/* The field at *@at, up to a tab or the line's end, and *@at behind it. */
static const char *field(const char **at, int *len)
{
	const char *from = *at;
	const size_t n = strcspn(from, "\t\n");

	*len = (int)n;
	*at = from + n + (from[n] == '\t');
	return from;
}

bool trace_note_next(const char **at, struct trace_note *note)
{
	int len;

	if (!**at)
		return false;
	note->kind = field(at, &note->kind_len);
	note->count = strtoull(field(at, &len), NULL, 10);
	note->line = strtoull(field(at, &len), NULL, 10);
	note->what = field(at, &note->what_len);
	note->example = field(at, &note->example_len);
	*at += strcspn(*at, "\n");
	*at += **at == '\n';
	return true;
}

bool trace_note_is(const struct trace_note *note, const char *kind)
{
	return (size_t)note->kind_len == strlen(kind) &&
	       !memcmp(note->kind, kind, (size_t)note->kind_len);
}

/* ---- Doubts ---------------------------------------------------------------------------------- */

const char *trace_main_doubt(const struct bs_trace_info *info)
{
	const struct trace_figure *most = NULL;

	for (size_t i = 0; i < trace_nr_figures; i++)
		if (trace_figures[i].doubt &&
		    (!most ||
		     trace_figure_value(info, &trace_figures[i]) > trace_figure_value(info, most)))
			most = &trace_figures[i];
	return most->text;
}

/* Of unusable events the reason says more. */
void trace_main_reason(const struct bs_trace_info *info, char *text, size_t size)
{
	const char *doubt = trace_main_doubt(info), *at = info->notes;
	struct trace_note n, most = {0};

	while (trace_note_next(&at, &n))
		if (trace_note_is(&n, "unusable") && n.count > most.count)
			most = n;
	if (most.count && !strcmp(doubt, "unusable events"))
		snprintf(text, size, "%s (%.*s)", doubt, most.what_len, most.what);
	else
		snprintf(text, size, "%s", doubt);
}
