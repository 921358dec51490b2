// SPDX-License-Identifier: GPL-2.0-or-later
/* table.c - the record for people: the answer first, then one row per strategy. */
#include "table.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "columns.h"
#include "follow_json.h"
#include "json.h"
#include "rows.h"

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
		if (bs_row_whole(cell_at(r, i)) && (best == r->nr_rows || is_better(r, i, best)))
			best = i;
	return best;
}

/* ", 0.8 % of none's 48376": the row to compare with, unless it is the best itself. */
static void print_share(const struct bs_result *r, unsigned int best, FILE *f)
{
	const unsigned int row = bs_row_base(r);
	const uint64_t base = row < r->nr_rows ? value_of(cell_at(r, row), "held_mib_s") : 0;
	uint64_t share;

	if (row == best || !base)
		return;
	share = value_of(cell_at(r, best), "held_mib_s") * 1000 / base;
	fprintf(f, ", %" PRIu64 ".%" PRIu64 " %% of %s's %" PRIu64, share / 10, share % 10,
		r->rows[row].label, base);
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
		if (bs_row_whole(cell_at(r, i)))
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
		" ms; costs %s, weight %" PRIu64 " us per MiB.s; seed %" PRIu64 "%s\n",
		text_of(config, "kernel"), value_of(config, "memory_bytes") >> 20,
		value_of(config, "nr_cpus"), value_of(config, "nr_cpus") == 1 ? "" : "s",
		text_of(cell_at(r, 0), "device"), value_of(config, "repeat"),
		duration / BS_NS_PER_S, duration % BS_NS_PER_S / BS_NS_PER_MS,
		value_of(config, "gap_ns") / BS_NS_PER_MS,
		value_of(config, "tail_ns") / BS_NS_PER_MS, text_of(config, "costs_preset"),
		value_of(r->record, "bound.weight_ns_per_mib_s") / BS_NS_PER_US,
		value_of(r->record, "seed"), r->partial ? "; PARTIAL" : "");
}

/* What stands in the last row, and what things are worth. */
static void print_prices(const json_t *bound, FILE *f)
{
	if (!json_is_object(bound))
		return;
	fprintf(f,
		"bound: no strategy can cost less; 1 MiB held for 1 s is worth %" PRIu64
		" us, 1 MiB taken back costs %" PRIu64 " us\n",
		value_of(bound, "weight_ns_per_mib_s") / BS_NS_PER_US,
		value_of(bound, "refault_ns_per_mib") / BS_NS_PER_US);
}

int bs_result_text(const struct bs_result *r, FILE *f)
{
	int ret;

	print_best(r, f);
	print_left_out(r, f);
	if (r->nr_rows)
		print_setting(r, f);
	ret = bs_rows_text(r, f);
	print_prices(json_object_get(r->record, "bound"), f);
	for (unsigned int i = 0; i < r->nr_rows; i++)
		bs_agreement_text(r->rows[i].label, json_object_get(cell_at(r, i), "agreement"), f);
	return ret ? ret : ferror(f) ? -EIO : 0;
}

int bs_result_markdown(const struct bs_result *r, FILE *f)
{
	int ret;

	print_best(r, f);
	fputc('\n', f);
	ret = bs_rows_markdown(r, f);
	return ret ? ret : ferror(f) ? -EIO : 0;
}
