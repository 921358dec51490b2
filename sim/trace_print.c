// SPDX-License-Identifier: GPL-2.0-or-later
#include "trace_print.h"

#include <inttypes.h>
#include <jansson.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trace_figures.h"
#include "trace_verdict.h"

static double mib(const struct bs_trace_info *info, uint64_t pages)
{
	return (double)pages * (1U << info->page_shift) / (1 << 20);
}

/* Live memory over the trace's time. */
static void print_shape(const struct bs_trace_info *info)
{
	enum { ROWS = 6 };
	uint64_t most = 0;

	for (unsigned int i = 0; i < BS_TRACE_SHAPE; i++)
		most = info->shape[i] > most ? info->shape[i] : most;
	if (!most)
		return;
	for (unsigned int row = ROWS; row; row--) {
		char line[BS_TRACE_SHAPE + 1];
		size_t n = 0;

		for (unsigned int i = 0; i < BS_TRACE_SHAPE; i++) {
			const unsigned __int128 level =
				(unsigned __int128)info->shape[i] * ROWS * 2;

			line[i] = level > (unsigned __int128)most * (2 * row - 1)   ? '#'
				  : level > (unsigned __int128)most * (2 * row - 2) ? '.'
										    : ' ';
			n = line[i] != ' ' ? i + 1 : n;
		}
		line[n] = '\0';
		if (row == ROWS)
			printf("  %10.1f MiB |%s\n", mib(info, most), line);
		else
			printf("  %14s |%s\n", "", line);
	}
	printf("  %14s +%.*s\n  %14s 0 s%*.3f s\n", "0", BS_TRACE_SHAPE,
	       "------------------------------------------------------------", "",
	       BS_TRACE_SHAPE - 5, (double)info->duration / 1e9);
}

static void print_notes(const struct bs_trace_info *info)
{
	static const struct {
		const char *kind, *text;
	} counted[] = {
		{"unusable", "unusable"}, {"unknown", "not understood"}, {"gfp-name", "gfp name"}};
	const char *at = info->notes;
	struct trace_note n;

	while (trace_note_next(&at, &n)) {
		const char *text = NULL;

		for (size_t i = 0; i < sizeof(counted) / sizeof(counted[0]); i++)
			if (trace_note_is(&n, counted[i].kind))
				text = counted[i].text;
		if (text)
			printf("  %s: %" PRIu64 " x %.*s, first in line %" PRIu64 "%s%.*s\n", text,
			       n.count, n.what_len, n.what, n.line, n.example_len ? ": " : "",
			       n.example_len, n.example);
		else if (trace_note_is(&n, "gfp"))
			printf("  gfp       masks of Linux %.*s, known by %.*s\n", n.what_len,
			       n.what, n.example_len, n.example);
		else if (trace_note_is(&n, "state"))
			printf("  %-10" PRIu64 "%.*s\n", n.count, n.what_len, n.what);
		else if (trace_note_is(&n, "not-as-in"))
			printf("  meanwhile %.*s memory: the state was read while the machine ran on\n",
			       n.what_len, n.what);
		else if (trace_note_is(&n, "kernel"))
			printf("  recorded  on Linux %.*s\n", n.what_len, n.what);
		else if (trace_note_is(&n, "pfn"))
			printf("  moved     pfns: %.*s\n", n.what_len, n.what);
		else
			printf("  %-9.*s %.*s\n", n.kind_len, n.kind, n.what_len, n.what);
	}
}

static void print_machine(const struct bs_trace_info *info)
{
	const uint64_t pages = info->memory_bytes >> info->page_shift;

	if (info->memory_bytes)
		printf("  machine   %u CPU%s, %.1f MiB\n", info->nr_cpus,
		       info->nr_cpus == 1 ? "" : "s", mib(info, pages));
	else
		printf("  machine   %u CPU%s, memory not known\n", info->nr_cpus,
		       info->nr_cpus == 1 ? "" : "s");
	if (info->memory_bytes && info->peak_pages > pages)
		printf("  larger    than the machine: at its peak it holds %.1f %% of the memory, and "
		       "allocations will fail\n",
		       100 * mib(info, info->peak_pages) / mib(info, pages));
}

static void print_text(const struct bs_trace_info *info, const char *path)
{
	struct trace_verdict v;

	trace_judge(info, path, &v);
	printf("%s: can it be trusted? %s: %s\n", path, v.answer, v.why);
	printf("  %" PRIu64 " events in %.3f s, peak %.1f MiB, trust %.4f\n", info->events,
	       (double)info->duration / 1e9, mib(info, info->peak_pages),
	       bs_trace_trust(info) / 10000.0);
	printf("  source    %s, format version %" PRIu32 "\n", info->source, info->version);
	if (info->comment[0])
		printf("  comment   %s\n", info->comment);
	if (info->kernel[0])
		printf("  kernel    %s\n", info->kernel);
	print_machine(info);
	printf("  live      %.1f MiB at the start, %.1f MiB at the end\n",
	       mib(info, info->start_pages), mib(info, info->end_pages));
	if (info->max_pfn)
		printf("  pfns      below %#" PRIx32 "\n", info->max_pfn);
	for (size_t i = 0; i < trace_nr_figures; i++)
		if (i < TRACE_FIGURES_ALWAYS || trace_figure_value(info, &trace_figures[i]))
			printf("  %-10" PRIu64 "%s\n", trace_figure_value(info, &trace_figures[i]),
			       trace_figures[i].text);
	for (size_t i = 0; i < trace_nr_text_figures; i++)
		if (trace_figure_value(info, &trace_text_figures[i]))
			printf("  %-10" PRIu64 "%s\n",
			       trace_figure_value(info, &trace_text_figures[i]),
			       trace_text_figures[i].text);
	if (info->frees)
		printf("  %-6.1f %%  of the frees have their allocation in it%s\n",
		       trace_known_frees(info) / 100.0,
		       strstr(info->notes, "state\t") ? ", or in the state" : "");
	print_notes(info);
	for (unsigned int i = 0; i < info->nr_names; i++)
		printf("  phase %-3u %s\n", i, info->names[i]);
	print_shape(info);
	printf("  sha256    %s\n", info->sha256);
	printf("  next      %s\n", v.next);
}

static void set_uint(json_t *o, const char *key, uint64_t v)
{
	char digits[24];

	/* From 2^63 on as a string of digits, as in a record. */
	snprintf(digits, sizeof(digits), "%" PRIu64, v);
	json_object_set_new(o, key,
			    v <= INT64_MAX ? json_integer((json_int_t)v) : json_string(digits));
}

/* Text that is no UTF-8 (a path; the header of a trace from elsewhere): with \\xHH for each byte
 * beyond ASCII, which says more than nothing. */
static json_t *text_of(const char *text)
{
	json_t *s = json_string(text);
	char *escaped, *to;

	if (s)
		return s;
	escaped = to = malloc(4 * strlen(text) + 1);
	if (!escaped)
		return json_null();
	for (; *text; text++)
		to += sprintf(to, *text & 0x80 ? "\\x%02x" : "%c", (unsigned char)*text);
	s = json_string(escaped);
	free(escaped);
	return s;
}

static void set_text(json_t *o, const char *key, const char *text)
{
	json_object_set_new(o, key, text_of(text));
}

static json_t *notes_json(const struct bs_trace_info *info)
{
	json_t *notes = json_array();
	const char *at = info->notes;
	struct trace_note n;

	while (trace_note_next(&at, &n)) {
		json_t *o = json_object();

		json_object_set_new(o, "kind", json_stringn(n.kind, (size_t)n.kind_len));
		set_uint(o, "count", n.count);
		set_uint(o, "line", n.line);
		json_object_set_new(o, "what", json_stringn(n.what, (size_t)n.what_len));
		json_object_set_new(o, "example", json_stringn(n.example, (size_t)n.example_len));
		json_array_append_new(notes, o);
	}
	return notes;
}

static void print_json(const struct bs_trace_info *info, const char *path)
{
	json_t *o = json_object(), *names = json_array(), *shape = json_array();
	struct trace_verdict v;

	trace_judge(info, path, &v);
	set_text(o, "trusted", v.answer);
	set_text(o, "why", v.why);
	set_text(o, "path", path);
	set_text(o, "sha256", info->sha256);
	set_uint(o, "version", info->version);
	set_text(o, "source", info->source);
	set_text(o, "comment", info->comment);
	set_text(o, "kernel", info->kernel);
	set_uint(o, "memory_bytes", info->memory_bytes);
	set_uint(o, "nr_cpus", info->nr_cpus);
	json_object_set_new(o, "has_pfn", json_boolean(info->has_pfn));
	set_uint(o, "duration_ns", info->duration);
	set_uint(o, "peak_pages", info->peak_pages);
	set_uint(o, "start_pages", info->start_pages);
	set_uint(o, "end_pages", info->end_pages);
	set_uint(o, "max_pfn", info->max_pfn);
	set_uint(o, "trust_e4", bs_trace_trust(info));
	for (size_t i = 0; i < trace_nr_figures; i++)
		set_uint(o, trace_figures[i].key, trace_figure_value(info, &trace_figures[i]));
	for (size_t i = 0; i < trace_nr_text_figures; i++)
		set_uint(o, trace_text_figures[i].key,
			 trace_figure_value(info, &trace_text_figures[i]));
	set_uint(o, "known_frees_e4", trace_known_frees(info));
	json_object_set_new(o, "notes", notes_json(info));
	for (unsigned int i = 0; i < BS_TRACE_SHAPE; i++)
		json_array_append_new(shape, json_integer((json_int_t)info->shape[i]));
	json_object_set_new(o, "shape_pages", shape);
	for (unsigned int i = 0; i < info->nr_names; i++)
		json_array_append_new(names, text_of(info->names[i]));
	json_object_set_new(o, "names", names);
	json_dumpf(o, stdout, JSON_INDENT(1));
	putchar('\n');
	json_decref(o);
}

void trace_print(const struct bs_trace_info *info, const char *path, enum bs_format format)
{
	/* Written to a pipe or device: nothing could be read back, and there may be no stdout. */
	if (!info->chunks)
		return;
	if (format == BS_FORMAT_JSON)
		print_json(info, path);
	else
		print_text(info, path);
}

void trace_print_verdict(const struct bs_trace_info *info, const char *path, enum bs_format format)
{
	struct trace_verdict v;

	if (format == BS_FORMAT_JSON) {
		print_json(info, path);
		return;
	}
	trace_judge(info, path, &v);
	printf("%s: valid: %" PRIu64 " events in %" PRIu64 " chunks, trust %.4f (%s: %s)\n", path,
	       info->events, info->chunks, bs_trace_trust(info) / 10000.0, v.answer, v.why);
}
