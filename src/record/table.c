// SPDX-License-Identifier: GPL-2.0-or-later
/* table.c - the record for people: the answer first, then one row per strategy. */
#include "table.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "follow_json.h"
#include "guests_text.h"
#include "json.h"
#include "rows.h"
#include "wrap.h"

static const json_t *cell_at(const struct bs_result *r, unsigned int i)
{
	return json_array_get(json_object_get(r->record, "cells"), i);
}

/* ---- The answer ------------------------------------------------------------------------------ */

/* "churn_gcc" of "churn_gcc.cborseq.zst"; its length. */
static int name_length(const char *name)
{
	const char *end = strstr(name, ".cborseq");

	return end && end != name ? (int)(end - name) : (int)strlen(name);
}

static const char *line_of(const struct bs_result *r, size_t i)
{
	const json_t *answer = json_object_get(r->record, "answer");

	return json_string_value(json_array_get(json_object_get(answer, "lines"), i));
}

/* The trace's name stands in front of the first line: of several traces each has an answer. */
static void print_answer(const struct bs_result *r, FILE *f)
{
	const char *name = bs_json_words(r->record, "trace.name"), *line;
	char *first;

	for (size_t i = 0; (line = line_of(r, i)); i++) {
		if (i) {
			bs_wrap(f, line, BS_TABLE_WIDTH);
		} else if (asprintf(&first, "%.*s: %s", name_length(name), name, line) >= 0) {
			bs_wrap(f, first, BS_TABLE_WIDTH);
			free(first);
		}
	}
}

/* Of several guests what the host is says more than what one of them is. */
static void print_host(const struct bs_result *r, FILE *f)
{
	const json_t *config = json_object_get(r->record, "config");
	const uint64_t duration = bs_json_value(r->record, "trace.duration_ns");
	const char *policy = bs_json_words(config, "host_policy");
	char *text;

	if (asprintf(&text,
		     "%s: %zu guests on a host of %" PRIu64 " MiB, %" PRIu64
		     " MiB of swap, %" PRIu64 " thread(s)%s%s, %s; %" PRIu64 ".%03" PRIu64
		     " s, tail %" PRIu64 " ms; costs %s, weight %" PRIu64
		     " us per MiB.s; seed %" PRIu64 "%s",
		     r->trace_path, json_array_size(json_object_get(cell_at(r, 0), "guests")),
		     bs_json_value(config, "host_memory_bytes") >> 20,
		     bs_json_value(config, "host_swap_bytes") >> 20,
		     bs_json_value(config, "host_threads"), *policy ? ", policy " : "", policy,
		     bs_json_words(cell_at(r, 0), "device"), duration / BS_NS_PER_S,
		     duration % BS_NS_PER_S / BS_NS_PER_MS,
		     bs_json_value(config, "tail_ns") / BS_NS_PER_MS,
		     bs_json_words(config, "costs_preset"),
		     bs_json_value(config, "weight_ns_per_mib_s") / BS_NS_PER_US,
		     bs_json_value(r->record, "seed"), r->partial ? "; PARTIAL" : "") < 0)
		return;
	bs_wrap(f, text, BS_TABLE_WIDTH);
	free(text);
}

static void print_setting(const struct bs_result *r, FILE *f)
{
	const json_t *config = json_object_get(r->record, "config");
	const uint64_t duration = bs_json_value(r->record, "trace.duration_ns");
	/* A load has no bound to say it. */
	const uint64_t weight =
		bs_json_value(json_object_get(config, "load") ? config : r->record,
			      json_object_get(config, "load") ? "weight_ns_per_mib_s"
							      : "bound.weight_ns_per_mib_s");
	char *text;

	if (asprintf(&text,
		     "%s: %s guest of %" PRIu64 " MiB, %" PRIu64 " CPU%s, %s; %" PRIu64
		     " round(s) of %" PRIu64 ".%03" PRIu64 " s, gap %" PRIu64 " ms, tail %" PRIu64
		     " ms; costs %s, weight %" PRIu64 " us per MiB.s; seed %" PRIu64 "%s",
		     r->trace_path, bs_json_words(config, "kernel"),
		     bs_json_value(config, "memory_bytes") >> 20, bs_json_value(config, "nr_cpus"),
		     bs_json_value(config, "nr_cpus") == 1 ? "" : "s",
		     bs_json_words(cell_at(r, 0), "device"), bs_json_value(config, "repeat"),
		     duration / BS_NS_PER_S, duration % BS_NS_PER_S / BS_NS_PER_MS,
		     bs_json_value(config, "gap_ns") / BS_NS_PER_MS,
		     bs_json_value(config, "tail_ns") / BS_NS_PER_MS,
		     bs_json_words(config, "costs_preset"), weight / BS_NS_PER_US,
		     bs_json_value(r->record, "seed"), r->partial ? "; PARTIAL" : "") < 0)
		return;
	bs_wrap(f, text, BS_TABLE_WIDTH);
	free(text);
}

/* What stands in the last row, and what things are worth. */
static void print_prices(const json_t *bound, FILE *f)
{
	if (!json_is_object(bound))
		return;
	fprintf(f,
		"bound: no strategy can cost less; 1 MiB held for 1 s is worth %" PRIu64
		" us, 1 MiB taken back costs %" PRIu64 " us\n",
		bs_json_value(bound, "weight_ns_per_mib_s") / BS_NS_PER_US,
		bs_json_value(bound, "refault_ns_per_mib") / BS_NS_PER_US);
}

int bs_result_text(const struct bs_result *r, FILE *f)
{
	int ret;

	print_answer(r, f);
	if (r->nr_rows && json_is_array(json_object_get(cell_at(r, 0), "guests")))
		print_host(r, f);
	else if (r->nr_rows)
		print_setting(r, f);
	ret = bs_rows_text(r, f);
	bs_guests_text(r, f);
	print_prices(json_object_get(r->record, "bound"), f);
	for (unsigned int i = 0; i < r->nr_rows; i++)
		bs_agreement_text(r->rows[i].label, json_object_get(cell_at(r, i), "agreement"), f);
	return ret ? ret : ferror(f) ? -EIO : 0;
}

int bs_result_markdown(const struct bs_result *r, FILE *f)
{
	const char *line;
	int ret;

	fputs("**", f);
	bs_put_markdown(f, bs_json_words(r->record, "trace.name"));
	fputs("**\n\n", f);
	for (size_t i = 0; (line = line_of(r, i)); i++) {
		fputs("- ", f);
		bs_put_markdown(f, line);
		fputc('\n', f);
	}
	fputc('\n', f);
	ret = bs_rows_markdown(r, f);
	return ret ? ret : ferror(f) ? -EIO : 0;
}
