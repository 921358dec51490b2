// SPDX-License-Identifier: GPL-2.0-or-later
#include "trace_print.h"

#include <inttypes.h>
#include <jansson.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** A counter of bs_trace_info, for the text, the JSON and the words of a warning. */
struct figure {
	const char *key;
	size_t offset;
	const char *text;
	bool doubt; /* takes trust away */
};

#define FIGURE(field, text, doubt)                                         \
	{                                                                  \
#field, offsetof(struct bs_trace_info, field), text, doubt \
	}

static const struct figure figures[] = {
	FIGURE(events, "events", false),
	FIGURE(allocs, "allocations", false),
	FIGURE(frees, "frees", false),
	FIGURE(pres, "blocks from before the trace", false),
	FIGURE(failed, "failed allocations", false),
	FIGURE(chunks, "chunks", false),
	FIGURE(unused_batched_twins, "batched twins merged", false),
	FIGURE(other_events, "other events passed over", false),
	FIGURE(boot_frees, "frees by boot's initialisation", false),
	FIGURE(clamped_times, "times that went back", false),
	FIGURE(unknown_frees, "frees of pages never allocated in it", true),
	FIGURE(realloc_live, "live pages allocated again", true),
	FIGURE(unusable, "unusable events", true),
	FIGURE(lost_events, "lost events", true),
};
#define NR_FIGURES (sizeof(figures) / sizeof(figures[0]))
/* The first ones are printed even when they are 0. */
#define NR_ALWAYS 3

static uint64_t value_of(const struct bs_trace_info *info, const struct figure *f)
{
	return *(const uint64_t *)(const void *)((const char *)info + f->offset);
}

const char *trace_main_doubt(const struct bs_trace_info *info)
{
	const struct figure *most = NULL;

	for (size_t i = 0; i < NR_FIGURES; i++)
		if (figures[i].doubt &&
		    (!most || value_of(info, &figures[i]) > value_of(info, most)))
			most = &figures[i];
	return most->text;
}

static double mib(uint64_t pages)
{
	return (double)pages * (double)BS_PAGE_SIZE / (1 << 20);
}

static void print_text(const struct bs_trace_info *info, const char *path)
{
	printf("%s: %" PRIu64 " events in %.3f s, peak %.1f MiB, trust %.4f\n", path, info->events,
	       (double)info->duration / 1e9, mib(info->peak_pages), bs_trace_trust(info) / 10000.0);
	printf("  source    %s, format version %" PRIu32 "\n", info->source, info->version);
	if (info->comment[0])
		printf("  comment   %s\n", info->comment);
	if (info->kernel[0])
		printf("  kernel    %s\n", info->kernel);
	if (info->memory_bytes)
		printf("  machine   %u CPU%s, %.1f MiB\n", info->nr_cpus,
		       info->nr_cpus == 1 ? "" : "s", mib(info->memory_bytes / BS_PAGE_SIZE));
	else
		printf("  machine   %u CPU%s, memory not known\n", info->nr_cpus,
		       info->nr_cpus == 1 ? "" : "s");
	if (info->memory_bytes && info->peak_pages > info->memory_bytes / BS_PAGE_SIZE)
		printf("  larger    than the machine: at its peak it holds %.1f %% of the memory, and "
		       "allocations will fail\n",
		       100 * mib(info->peak_pages) / mib(info->memory_bytes / BS_PAGE_SIZE));
	printf("  live      %.1f MiB at the start, %.1f MiB at the end\n", mib(info->start_pages),
	       mib(info->end_pages));
	if (info->max_pfn)
		printf("  pfns      below %#" PRIx32 "\n", info->max_pfn);
	for (size_t i = 0; i < NR_FIGURES; i++)
		if (i < NR_ALWAYS || value_of(info, &figures[i]))
			printf("  %-10" PRIu64 "%s\n", value_of(info, &figures[i]),
			       figures[i].text);
	for (unsigned int i = 0; i < info->nr_names; i++)
		printf("  phase %-3u %s\n", i, info->names[i]);
	printf("  sha256    %s\n", info->sha256);
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

static void print_json(const struct bs_trace_info *info, const char *path)
{
	json_t *o = json_object(), *names = json_array();

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
	for (size_t i = 0; i < NR_FIGURES; i++)
		set_uint(o, figures[i].key, value_of(info, &figures[i]));
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
	if (format == BS_FORMAT_JSON) {
		print_json(info, path);
		return;
	}
	printf("%s: valid: %" PRIu64 " events in %" PRIu64 " chunks, trust %.4f\n", path,
	       info->events, info->chunks, bs_trace_trust(info) / 10000.0);
}
