// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * table.c - the record for people: the answer first, then one row per strategy.
 *
 * Which figures are shown stands here; their headings and units come from figures.def.
 */
#include "table.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "follow_json.h"
#include "json.h"

static const char *const shown[] = {
	"held_mib_s",	  "peak_resident_bytes", "calls",	   "ranges",
	"reported_bytes", "returned_bytes",	 "unmapped_bytes", "refault_bytes.total",
	"settle_ns.t90",  "left_raw_bytes",	 "cost_ns",	   "cpu_lag_ns",
	"alloc_failed",	  "content_loss",
};
#define NR_COLUMNS (sizeof(shown) / sizeof(shown[0]))

struct column {
	const struct bs_metric *metric;
	const char *unit; /* of what is printed; "" for what is counted */
	char *heading;
	int width;
};

static uint64_t value_of(const json_t *o, const char *path)
{
	uint64_t v = 0;

	bs_json_uint_at(o, path, &v);
	return v;
}

static const char *text_of(const json_t *o, const char *path)
{
	const char *text = json_string_value(bs_json_at(o, path));

	return text ? text : "";
}

static const json_t *cell_at(const struct bs_result *r, unsigned int i)
{
	return json_array_get(json_object_get(r->record, "cells"), i);
}

/* ---- The answer ------------------------------------------------------------------------------ */

static bool is_touched(const struct bs_result *r)
{
	return strcmp(text_of(r->record, "config.touch"), "none");
}

/* A row that did not do all that the trace asked for is not to be compared by what it holds. */
static bool is_whole(const json_t *cell)
{
	return !value_of(cell, "alloc_failed") && !value_of(cell, "unfinished_events");
}

/* Is row @a to be chosen before row @b? What knows the trace is there to be compared with: it comes
 * behind whatever does not. */
static bool is_better(const struct bs_result *r, unsigned int a, unsigned int b)
{
	if (r->rows[a].knows_future != r->rows[b].knows_future)
		return r->rows[b].knows_future;
	return value_of(cell_at(r, a), "held_mib_s") < value_of(cell_at(r, b), "held_mib_s");
}

/* The row that holds least of those that are whole, or nr_rows: none is. */
static unsigned int find_best(const struct bs_result *r)
{
	unsigned int best = r->nr_rows;

	for (unsigned int i = 0; i < r->nr_rows; i++)
		if (is_whole(cell_at(r, i)) && (best == r->nr_rows || is_better(r, i, best)))
			best = i;
	return best;
}

/* ", 0.8 % of none's 48376": the last idle row that is whole, unless it is the best itself. */
static void print_share(const struct bs_result *r, unsigned int best, FILE *f)
{
	uint64_t base, share;

	for (unsigned int i = r->nr_rows; i-- > 0;) {
		if (!r->rows[i].idle || !is_whole(cell_at(r, i)))
			continue;
		base = value_of(cell_at(r, i), "held_mib_s");
		if (i == best || !base)
			return;
		share = value_of(cell_at(r, best), "held_mib_s") * 1000 / base;
		fprintf(f, ", %" PRIu64 ".%" PRIu64 " %% of %s's %" PRIu64, share / 10, share % 10,
			r->rows[i].label, base);
		return;
	}
}

/* "boundary holds least: ..." or, with nothing to compare, what the only cell holds. */
static void print_best(const struct bs_result *r, FILE *f)
{
	const unsigned int best = find_best(r);
	const json_t *cell;

	fprintf(f, "%s: ", r->trace_path);
	if (!r->nr_rows) {
		fputs("no cell was finished\n", f);
	} else if (!is_touched(r)) {
		fputs("what is held was not measured: with --touch none the guest touches no page, "
		      "and a host holds only what was touched\n",
		      f);
	} else if (best == r->nr_rows) {
		fputs("no strategy is the answer: no row did all that the trace asks for\n", f);
	} else {
		cell = cell_at(r, best);
		fprintf(f, "%s holds %s%" PRIu64 " MiB.s beyond what the guest uses",
			r->rows[best].label, r->nr_rows > 1 ? "least: " : "",
			value_of(cell, "held_mib_s"));
		print_share(r, best, f);
		fprintf(f, "; %" PRIu64 " requests, %" PRIu64 " MiB refaulted\n",
			value_of(cell, "calls"), value_of(cell, "refault_bytes.total") >> 20);
	}
}

static void print_why(const json_t *cell, FILE *f)
{
	const uint64_t failed = value_of(cell, "alloc_failed");
	const uint64_t unfinished = value_of(cell, "unfinished_events");

	if (failed)
		fprintf(f, "%" PRIu64 " of %" PRIu64 " allocations failed", failed,
			value_of(cell, "allocations"));
	if (unfinished)
		fprintf(f, "%snot finished: %" PRIu64 " events left", failed ? "; " : "",
			unfinished);
}

/* Who cannot be the answer, and why. */
static void print_left_out(const struct bs_result *r, FILE *f)
{
	const char *sep = "left out of the answer: ";

	for (unsigned int i = 0; i < r->nr_rows; i++) {
		if (is_whole(cell_at(r, i)))
			continue;
		fprintf(f, "%s%s (", sep, r->rows[i].label);
		print_why(cell_at(r, i), f);
		fputc(')', f);
		sep = ", ";
	}
	for (unsigned int i = 0; i < r->nr_failures; i++) {
		fprintf(f, "%s%s (did not run)", sep, r->failures[i].label);
		sep = ", ";
	}
	if (*sep == ',')
		fputc('\n', f);
}

static void print_setting(const struct bs_result *r, FILE *f)
{
	const json_t *config = json_object_get(r->record, "config");
	const uint64_t duration = value_of(r->record, "trace.duration_ns");

	fprintf(f,
		"%s guest of %" PRIu64 " MiB, %" PRIu64 " CPU%s, %s; %" PRIu64
		" round(s) of %" PRIu64 ".%03" PRIu64 " s, gap %" PRIu64 " ms, tail %" PRIu64
		" ms; seed %" PRIu64 "%s\n",
		text_of(config, "kernel"), value_of(config, "memory_bytes") >> 20,
		value_of(config, "nr_cpus"), value_of(config, "nr_cpus") == 1 ? "" : "s",
		text_of(cell_at(r, 0), "device"), value_of(config, "repeat"),
		duration / BS_NS_PER_S, duration % BS_NS_PER_S / BS_NS_PER_MS,
		value_of(config, "gap_ns") / BS_NS_PER_MS,
		value_of(config, "tail_ns") / BS_NS_PER_MS, value_of(r->record, "seed"),
		r->partial ? "; PARTIAL" : "");
}

/* ---- Rows ------------------------------------------------------------------------------------ */

/* How much of a second is of interest: settling takes seconds, what a row costs milliseconds. */
static bool is_in_seconds(const struct bs_metric *m)
{
	return m->unit == BS_UNIT_NS && !strncmp(m->key, "settle_ns.", strlen("settle_ns."));
}

static const char *unit_of(const struct bs_metric *m)
{
	switch (m->unit) {
	case BS_UNIT_BYTES:
		return " MiB";
	case BS_UNIT_MIB_S:
		return " MiB.s";
	case BS_UNIT_NS:
		return is_in_seconds(m) ? " s" : " ms";
	default:
		return "";
	}
}

static void format_value(const json_t *cell, const struct bs_metric *m, char *buf, size_t size)
{
	uint64_t v;

	if (bs_json_uint_at(cell, m->key, &v))
		snprintf(buf, size, "-");
	else if (is_in_seconds(m))
		snprintf(buf, size, "%" PRIu64 ".%02" PRIu64, v / BS_NS_PER_S,
			 v % BS_NS_PER_S / 10000000);
	else if (m->unit == BS_UNIT_NS)
		snprintf(buf, size, "%" PRIu64, v / BS_NS_PER_MS);
	else if (m->unit == BS_UNIT_BYTES)
		snprintf(buf, size, "%" PRIu64, v >> 20);
	else
		snprintf(buf, size, "%" PRIu64, v);
}

static int wider(int width, const char *text)
{
	const size_t len = strlen(text);

	return len > (size_t)width ? (int)len : width;
}

/* False when out of memory. */
static bool make_columns(const struct bs_result *r, struct column *columns)
{
	char value[32];

	for (size_t c = 0; c < NR_COLUMNS; c++) {
		const struct bs_metric *m = bs_metric_find(shown[c], NULL);
		struct column *col = &columns[c];

		col->metric = m;
		if (asprintf(&col->heading, "%s%s", m->heading ? m->heading : m->key, unit_of(m)) <
		    0) {
			col->heading = NULL;
			return false;
		}
		col->width = wider(0, col->heading);
		for (unsigned int i = 0; i < r->nr_rows; i++) {
			format_value(cell_at(r, i), m, value, sizeof(value));
			col->width = wider(col->width, value);
		}
	}
	return true;
}

static void print_rows(const struct bs_result *r, const struct column *columns, int width, FILE *f)
{
	char value[32];

	fprintf(f, "%-*s", width, "strategy");
	for (size_t c = 0; c < NR_COLUMNS; c++)
		fprintf(f, "  %*s", columns[c].width, columns[c].heading);
	fputc('\n', f);
	for (unsigned int i = 0; i < r->nr_rows; i++) {
		fprintf(f, "%-*s", width, r->rows[i].label);
		for (size_t c = 0; c < NR_COLUMNS; c++) {
			format_value(cell_at(r, i), columns[c].metric, value, sizeof(value));
			fprintf(f, "  %*s", columns[c].width, value);
		}
		fputc('\n', f);
	}
	for (unsigned int i = 0; i < r->nr_failures; i++)
		fprintf(f, "%-*s  did not run: %s\n", width, r->failures[i].label,
			r->failures[i].reason);
}

static void print_bound(const json_t *bound, int width, FILE *f)
{
	if (!json_is_object(bound))
		return;
	fprintf(f,
		"%-*s  no strategy can cost less than %" PRIu64 " ms: %" PRIu64
		" MiB.s held, %" PRIu64 " MiB refaulted\n"
		"%-*s  (cost: 1 MiB held for 1 s is worth %" PRIu64
		" us, 1 MiB faulted in costs %" PRIu64 " us)\n",
		width, "bound", value_of(bound, "cost_ns") / BS_NS_PER_MS,
		value_of(bound, "held_mib_s"), value_of(bound, "refault_bytes") >> 20, width, "",
		value_of(bound, "weight_ns_per_mib_s") / BS_NS_PER_US,
		value_of(bound, "refault_ns_per_mib") / BS_NS_PER_US);
}

int bs_result_text(const struct bs_result *r, FILE *f)
{
	struct column columns[NR_COLUMNS] = {0};
	int width = wider(0, "strategy");
	const bool ok = make_columns(r, columns);

	for (unsigned int i = 0; i < r->nr_rows; i++)
		width = wider(width, r->rows[i].label);
	for (unsigned int i = 0; i < r->nr_failures; i++)
		width = wider(width, r->failures[i].label);
	print_best(r, f);
	print_left_out(r, f);
	if (r->nr_rows)
		print_setting(r, f);
	if (ok)
		print_rows(r, columns, width, f);
	print_bound(json_object_get(r->record, "bound"), width, f);
	for (unsigned int i = 0; i < r->nr_rows; i++)
		bs_agreement_text(r->rows[i].label, json_object_get(cell_at(r, i), "agreement"), f);
	for (size_t c = 0; c < NR_COLUMNS; c++)
		free(columns[c].heading);
	return !ok ? -ENOMEM : ferror(f) ? -EIO : 0;
}
