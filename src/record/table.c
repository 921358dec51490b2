// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * table.c - the record for people: the answer in the first line, then one row per strategy; and the
 * same figures as CSV, one column per metric.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "result.h"

enum unit { COUNT, MIB, MIB_S, SECONDS, MILLISECONDS };

static const struct column {
	const char *head, *path;
	enum unit unit;
} columns[] = {
	{"held MiB.s", "held_mib_s", MIB_S},
	{"peak MiB", "peak_resident_bytes", MIB},
	{"requests", "calls", COUNT},
	{"ranges", "ranges", COUNT},
	{"reported MiB", "reported_bytes", MIB},
	{"returned MiB", "returned_bytes", MIB},
	{"unmapped MiB", "unmapped_bytes", MIB},
	{"refault MiB", "refault_bytes.total", MIB},
	{"settle90 s", "settle_ns.t90", SECONDS},
	{"left raw MiB", "left_raw_bytes", MIB},
	{"cost ms", "cost_ns", MILLISECONDS},
	{"lag ms", "cpu_lag_ns", MILLISECONDS},
	{"failed", "alloc_failed", COUNT},
	{"lost", "content_loss", COUNT},
};
#define NR_COLUMNS (sizeof(columns) / sizeof(columns[0]))

static void format_value(const json_t *cell, const struct column *col, char *buf, size_t size)
{
	int64_t v;

	if (bs_json_int(cell, col->path, &v)) {
		snprintf(buf, size, "-");
		return;
	}
	switch (col->unit) {
	case COUNT:
	case MIB_S:
		snprintf(buf, size, "%" PRId64, v);
		break;
	case MIB:
		snprintf(buf, size, "%" PRId64, v >> 20);
		break;
	case SECONDS:
		snprintf(buf, size, "%" PRId64 ".%02" PRId64, v / 1000000000,
			 v % 1000000000 / 10000000);
		break;
	case MILLISECONDS:
		snprintf(buf, size, "%" PRId64, v / 1000000);
		break;
	}
}

static const char *label_of(const json_t *cell)
{
	return json_string_value(json_object_get(cell, "label"));
}

static int64_t value_of(const json_t *cell, const char *path)
{
	int64_t v = 0;

	bs_json_int(cell, path, &v);
	return v;
}

/* What knows the trace is there to be compared with, not to be chosen. */
static bool is_for_use(const json_t *cell)
{
	const struct bs_strategy *s = bs_strategy_find(label_of(cell), NULL);

	return !s || !(s->caps & BS_CAP_KNOWS_FUTURE);
}

/* "boundary holds least: ..." or, with nothing to compare, what the only cell holds. */
static void print_answer(const struct bs_result *r, FILE *f)
{
	const json_t *cells = json_object_get(r->record, "cells"), *cell, *best = NULL;
	const json_t *none = NULL;
	int64_t base;
	size_t i;

	json_array_foreach(cells, i, cell)
	{
		if (!strcmp(label_of(cell), "none"))
			none = cell;
		if (best && is_for_use(best) && !is_for_use(cell))
			continue;
		if (!best || is_for_use(cell) > is_for_use(best) ||
		    value_of(cell, "held_mib_s") < value_of(best, "held_mib_s"))
			best = cell;
	}
	if (!best) {
		fprintf(f, "%s: no cell was finished\n", r->trace_name);
		return;
	}
	fprintf(f, "%s: %s holds %s%" PRId64 " MiB.s beyond what the guest uses", r->trace_name,
		label_of(best), i > 1 ? "least: " : "", value_of(best, "held_mib_s"));
	base = none ? value_of(none, "held_mib_s") : 0;
	if (none && best != none && base > 0) {
		int64_t share = value_of(best, "held_mib_s") * 1000 / base;

		fprintf(f, ", %" PRId64 ".%" PRId64 " %% of none's %" PRId64, share / 10,
			share % 10, base);
	}
	fprintf(f, "; %" PRId64 " requests, %" PRId64 " MiB refaulted\n", value_of(best, "calls"),
		value_of(best, "refault_bytes.total") >> 20);
}

static void print_setting(const struct bs_result *r, FILE *f)
{
	const json_t *config = json_object_get(r->record, "config");
	const json_t *cells = json_object_get(r->record, "cells");

	fprintf(f,
		"%s guest of %" PRId64 " MiB, %" PRId64 " CPU%s, %s; %" PRId64
		" round(s) of %" PRId64 ".%03" PRId64 " s, gap %" PRId64 " ms, tail %" PRId64
		" ms; seed %" PRId64 "%s\n",
		json_string_value(json_object_get(config, "kernel")),
		value_of(config, "memory_bytes") >> 20, value_of(config, "nr_cpus"),
		value_of(config, "nr_cpus") == 1 ? "" : "s",
		json_string_value(json_object_get(json_array_get(cells, 0), "device")),
		value_of(config, "repeat"), value_of(r->record, "trace.duration_ns") / 1000000000,
		value_of(r->record, "trace.duration_ns") % 1000000000 / 1000000,
		value_of(config, "gap_ns") / 1000000, value_of(config, "tail_ns") / 1000000,
		value_of(r->record, "seed"), r->partial ? "; PARTIAL" : "");
}

static int label_width(const json_t *cells)
{
	const json_t *cell;
	int width = (int)strlen("strategy");
	size_t i;

	json_array_foreach(cells, i, cell)
	{
		int len = (int)strlen(label_of(cell));

		if (len > width)
			width = len;
	}
	return width;
}

static void print_row(const json_t *cell, int width, FILE *f)
{
	char value[32];

	fprintf(f, "%-*s", width, label_of(cell));
	for (size_t c = 0; c < NR_COLUMNS; c++) {
		format_value(cell, &columns[c], value, sizeof(value));
		fprintf(f, "  %*s", (int)strlen(columns[c].head), value);
	}
	fputc('\n', f);
}

int bs_result_text(const struct bs_result *r, FILE *f)
{
	const json_t *cells = json_object_get(r->record, "cells"), *cell;
	const json_t *bound = json_object_get(r->record, "bound");
	int width = label_width(cells);
	size_t i;

	print_answer(r, f);
	if (json_array_size(cells))
		print_setting(r, f);
	fprintf(f, "%-*s", width, "strategy");
	for (size_t c = 0; c < NR_COLUMNS; c++)
		fprintf(f, "  %s", columns[c].head);
	fputc('\n', f);
	json_array_foreach(cells, i, cell) print_row(cell, width, f);
	if (json_is_object(bound))
		fprintf(f,
			"%-*s  no strategy can cost less than %" PRId64 " ms: %" PRId64
			" MiB.s held, %" PRId64 " MiB refaulted\n"
			"%-*s  (cost: 1 MiB held for 1 s is worth %" PRId64
			" us, 1 MiB faulted in costs %" PRId64 " us)\n",
			width, "bound", value_of(bound, "cost_ns") / 1000000,
			value_of(bound, "held_mib_s"), value_of(bound, "refault_bytes") >> 20,
			width, "", value_of(bound, "weight_ns_per_mib_s") / 1000,
			value_of(bound, "refault_ns_per_mib") / 1000);
	json_array_foreach(cells, i, cell)
		bs_agreement_text(label_of(cell), json_object_get(cell, "agreement"), f);
	return ferror(f) ? -EIO : 0;
}

int bs_result_csv(const struct bs_result *r, FILE *f)
{
	const json_t *cells = json_object_get(r->record, "cells"), *cell;
	const struct bs_metric *metric;
	size_t i;

	fputs("trace,label,strategy,params", f);
	for (unsigned int k = 0; (metric = bs_metric_at(k)); k++)
		if (metric->cell)
			fprintf(f, ",%s", metric->key);
	fputs("\r\n", f);
	json_array_foreach(cells, i, cell)
	{
		/* Labels and parameters may hold commas, never quotes (semantics.md 11). */
		fprintf(f, "%s,\"%s\",%s,\"%s\"",
			json_string_value(
				json_object_get(json_object_get(r->record, "trace"), "name")),
			label_of(cell), json_string_value(json_object_get(cell, "strategy")),
			json_string_value(json_object_get(cell, "params")));
		for (unsigned int k = 0; (metric = bs_metric_at(k)); k++) {
			int64_t v;

			if (!metric->cell)
				continue;
			if (bs_json_int(cell, metric->key, &v))
				fputc(',', f);
			else
				fprintf(f, ",%" PRId64, v);
		}
		fputs("\r\n", f);
	}
	return ferror(f) ? -EIO : 0;
}
