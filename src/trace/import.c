// SPDX-License-Identifier: GPL-2.0-or-later
/* import.c - recordings in, a trace out: what the passes do is in their files (import_parts.h). */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "import_parts.h"
#include "reasons.h"
#include "timesort.h"

#define DEFAULT_UNKNOWN_E4 100

/* ---- Is it enough? --------------------------------------------------------------------------- */

static int nothing_usable(struct import *im)
{
	const struct bs_import_note *why = bs_import_note_most(&im->notes, "unusable");
	const struct bs_import_note *looks = bs_import_note_most(&im->notes, "looks");
	char others[64] = "";
	const char *advice;

	if (why) {
		advice = bs_reason_advice(why->what);
		return bs_error_set(im->err, BS_INPUT, 0, im->path, advice,
				    "no event in it can be used, of %" PRIu64 ": %s (%" PRIu64
				    ", first in line %" PRIu64 ")",
				    im->info.unusable, why->what, why->count, why->line);
	}
	if (looks)
		return bs_error_set(im->err, BS_INPUT, 0, im->path, looks->example,
				    "no page allocator event in it; it looks like %s", looks->what);
	if (!im->info.lines)
		return bs_error_set(im->err, BS_INPUT, 0, im->path,
				    "see what the tool that recorded or printed it says",
				    "there is nothing in it");
	if (im->info.other_events)
		snprintf(others, sizeof(others), ", only %" PRIu64 " of other kinds",
			 im->info.other_events);
	return bs_error_set(im->err, BS_INPUT, 0, im->path,
			    "record kmem:mm_page_alloc, mm_page_free and mm_page_free_batched "
			    "(traces/capture/record.sh), and import what ftrace, trace-cmd report, "
			    "perf script, babeltrace or bpftrace print",
			    "no page allocator event in it%s", others);
}

/* Times are differences, if they go back all the time and the first one is none. */
static bool is_deltatime(const struct import *im)
{
	uint64_t back = 0;

	if (im->first_time || im->raw.nr < 8)
		return false;
	for (uint64_t i = 0; i < im->raw.nr; i++)
		back += bs_raw_at(&im->raw, i)->flags & BS_RAW_CLAMPED ? 1 : 0;
	return back > im->raw.nr / 4;
}

static int check(struct import *im)
{
	const struct bs_trace_info *info = &im->info;
	const unsigned int most =
		im->config->max_unknown_e4 ? im->config->max_unknown_e4 : DEFAULT_UNKNOWN_E4;
	const struct bs_import_note *unknown = bs_import_note_most(&im->notes, "unknown");

	if (!im->raw.nr)
		return nothing_usable(im);
	if (unknown &&
	    (unsigned __int128)info->unknown_lines * 10000 > (unsigned __int128)info->lines * most)
		return bs_error_set(im->err, BS_INPUT, 0, im->path,
				    "pass over them with --max-unknown 100%, and keep them with "
				    "--keep-unknown FILE",
				    "%" PRIu64 " of %" PRIu64
				    " lines are not understood, more than "
				    "%.4g %%; the first is line %" PRIu64 ": %s",
				    info->unknown_lines, info->lines, most / 100.0, unknown->line,
				    unknown->example);
	if (is_deltatime(im))
		return bs_error_set(im->err, BS_INPUT, 0, im->path,
				    "run perf script again without --deltatime",
				    "the times are differences between lines");
	return 0;
}

/* ---- Between the passes ---------------------------------------------------------------------- */

/* 131072 is hex where another pfn of the recording has letters and no prefix either. */
static int read_bare_as_hex(struct import *im)
{
	memset(&im->space, 0, sizeof(im->space));
	for (uint64_t i = 0; i < im->raw.nr; i++) {
		struct bs_raw_event *e = bs_raw_at(&im->raw, i);
		char digits[24];
		uint64_t pfn;

		if (e->flags & BS_RAW_FAILED)
			continue;
		if (e->flags & BS_RAW_BARE) {
			snprintf(digits, sizeof(digits), "%" PRIu64, (uint64_t)e->pfn);
			pfn = strtoull(digits, NULL, 16);
			e->flags |= pfn < BS_SPACE_LIMIT ? 0 : BS_RAW_BEYOND;
			e->pfn = pfn & (BS_SPACE_LIMIT - 1);
		}
		if (!(e->flags & BS_RAW_BEYOND))
			bs_pfnspace_add(&im->space, e->pfn);
		bs_spool_cool(&im->raw, i);
	}
	return 0;
}

/* The window that a ring buffer still holds whole begins with the last CPU's first event. Where that would
 * leave out most of the events, that CPU was idle, and not overwritten. */
static void find_window(struct import *im)
{
	uint64_t early = 0;

	if (im->overwritten && im->latest_first > im->window_from) {
		while (early < im->raw.nr && bs_raw_at(&im->raw, early)->time < im->latest_first)
			early++;
		if (early <= im->raw.nr / 2)
			im->window_from = im->latest_first;
	}
	if (im->info.overwritten)
		bs_import_note_add(&im->notes, "window", "older events were overwritten", 1, 0,
				   NULL);
}

static void note_gfp_names(struct import *im)
{
	for (uint32_t i = 0; i < im->texts.nr; i++) {
		const struct bs_gfp_text *x = &im->texts.text[i];
		const char *at = x->text, *name;
		size_t left = x->len, n;

		for (unsigned int k = 0; k < x->unknown; k++) {
			char one[64];
			uint32_t mask;

			if (!bs_gfp_parse_names(at, left, BS_GFP_OWN_ERA, &mask, NULL, &name, &n))
				break;
			snprintf(one, sizeof(one), "%.*s", (int)(n < 60 ? n : 60), name);
			bs_import_note_add(&im->notes, "gfp-name", one, x->count, x->line, NULL);
			n += name + n < x->text + x->len; /* the bar */
			left = (size_t)(x->text + x->len - name) - n;
			at = name + n;
		}
	}
}

/* "4.4 to 4.11", "6.8 and later": eras follow each other, but for those that a proof left out. */
static void format_eras(unsigned int eras, char *text, size_t size)
{
	unsigned int first = 0, last = BS_GFP_ERAS - 1;
	const struct bs_gfp_era *a, *b;

	while (first < last && !(eras >> first & 1))
		first++;
	while (last > first && !(eras >> last & 1))
		last--;
	a = &bs_gfp_eras[first];
	b = &bs_gfp_eras[last];
	if (first == last)
		snprintf(text, size, "%s", a->name);
	else if (!first)
		snprintf(text, size, "up to %u.%u", b->to / 1000, b->to % 1000);
	else if (last == BS_GFP_ERAS - 1)
		snprintf(text, size, "%u.%u and later", a->from / 1000, a->from % 1000);
	else
		snprintf(text, size, "%u.%u to %u.%u", a->from / 1000, a->from % 1000, b->to / 1000,
			 b->to % 1000);
}

static void note_sources(struct import *im)
{
	char eras[64];

	format_eras(im->texts.eras, eras, sizeof(eras));
	if (im->texts.nr && im->texts.eras != BS_GFP_ALL_ERAS)
		bs_import_note_add(&im->notes, "gfp", eras, im->texts.nr, 0, im->texts.how);
	if (im->kernel[0])
		bs_import_note_add(&im->notes, "kernel", im->kernel, 1, 0, NULL);
	if (im->may_hide_losses)
		bs_import_note_add(&im->notes, "losses",
				   "perf script shows losses only with --show-lost-events", 1, 0,
				   NULL);
}

static int settle(struct import *im)
{
	const char *version = im->config->kernel_version, *how = "--kernel-version";
	unsigned int eras = 0;
	int ret = 0;

	if (version) {
		eras = bs_gfp_eras_of(version, strlen(version));
		if (!eras)
			return bs_error_set(im->err, BS_USAGE, 0, how, "say it like 5.10 or 6.1.0",
					    "\"%s\" is no version of a kernel", version);
		snprintf(im->kernel, sizeof(im->kernel), "%s", version);
	} else if (im->kernel[0]) {
		eras = bs_gfp_eras_of(im->kernel, strlen(im->kernel));
		how = "the recording's header";
	}
	bs_gfp_texts_settle(&im->texts, eras, how);
	if (im->bare_letters)
		ret = read_bare_as_hex(im);
	if (bs_pfnspace_settle(&im->space)) {
		char what[64];

		snprintf(what, sizeof(what), "from %#" PRIx64 " on they are %#" PRIx32 " and up",
			 im->space.first, im->space.first_to);
		bs_import_note_add(&im->notes, "pfn", what, 1, 0, NULL);
	}
	if (!ret && im->unsorted)
		ret = bs_timesort(&im->raw, im->out_path, im->err);
	find_window(im);
	note_sources(im);
	note_gfp_names(im);
	return ret;
}

/* ---- All of it ------------------------------------------------------------------------------- */

/* What was said of the trace fits into its header. */
static int check_config(struct import *im)
{
	const struct bs_import_config *config = im->config;

	if (config->comment && strlen(config->comment) >= sizeof(im->info.comment))
		return bs_error_set(im->err, BS_USAGE, 0, "comment", "say it in fewer words",
				    "longer than the %zu bytes that a trace's header holds",
				    sizeof(im->info.comment) - 1);
	if (config->kernel && strlen(config->kernel) >= sizeof(im->info.kernel))
		return bs_error_set(im->err, BS_USAGE, 0, "kernel", NULL,
				    "its name is longer than the %zu bytes that a trace's header "
				    "holds",
				    sizeof(im->info.kernel) - 1);
	return 0;
}

static int import(struct import *im, const char *const *paths, unsigned int nr,
		  struct bs_trace_info *result)
{
	int ret = check_config(im);

	if (!ret)
		ret = bs_spool_open(&im->raw, im->out_path, sizeof(struct bs_raw_event), im->err);
	for (unsigned int i = 0; i < nr && !ret; i++)
		ret = bs_import_read(im, paths[i], i);
	if (!ret)
		ret = check(im);
	if (!ret)
		ret = settle(im);
	if (!ret)
		ret = bs_spool_open(&im->out, im->out_path, sizeof(struct bs_spooled), im->err);
	return ret ? ret : bs_import_write(im, result);
}

int bs_trace_import_files(const char *const *paths, unsigned int nr, const char *out_path,
			  const struct bs_import_config *config, struct bs_trace_info *result,
			  struct bs_error *err)
{
	struct import *im = calloc(1, sizeof(*im));
	int ret;

	if (!im)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, paths[0], NULL, "importing");
	im->config = config;
	im->out_path = out_path;
	im->err = err;
	im->raw.fd = im->out.fd = -1;
	snprintf(im->path, sizeof(im->path), "%s",
		 strcmp(paths[0], "-") ? paths[0] : "standard input");
	ret = import(im, paths, nr, result);
	bs_spool_close(&im->raw);
	bs_spool_close(&im->out);
	bs_gfp_texts_free(&im->texts);
	free(im);
	return ret;
}

int bs_trace_import(const char *text_path, const char *out_path,
		    const struct bs_import_config *config, struct bs_trace_info *result,
		    struct bs_error *err)
{
	return bs_trace_import_files(&text_path, 1, out_path, config, result, err);
}
