// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * record_csv.c - the figures of every cell as CSV (RFC 4180), one column per figure; and the cells that could
 * not run, with why in the last column. A figure that a cell does not have is an empty field.
 */
#include "record_csv.h"

#include <errno.h>
#include <inttypes.h>

#include "csv.h"
#include "json.h"

static void put_words(FILE *f, const struct bs_result *r, const json_t *cell)
{
	static const char *const keys[] = {"label", "strategy", "params"};
	bs_csv_put(f, json_string_value(bs_json_at(r->record, "trace.name")));
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		fputc(',', f);
		bs_csv_put(f, json_string_value(json_object_get(cell, keys[i])));
	}
}

static void put_figures(FILE *f, const json_t *cell)
{
	const struct bs_metric *m;
	uint64_t v;

	for (unsigned int k = 0; (m = bs_metric_at(k)); k++) {
		if (!m->cell)
			continue;
		fputc(',', f);
		if (!bs_json_uint_at(cell, m->key, &v))
			fprintf(f, "%" PRIu64, v);
	}
}

int bs_result_csv(const struct bs_result *r, FILE *f)
{
	const json_t *row;
	const struct bs_metric *m;
	size_t i;

	fputs("trace,label,strategy,params", f);
	for (unsigned int k = 0; (m = bs_metric_at(k)); k++)
		if (m->cell)
			fprintf(f, ",%s", m->key);
	fputs(",error\r\n", f);
	json_array_foreach(json_object_get(r->record, "cells"), i, row)
	{
		put_words(f, r, row);
		put_figures(f, row);
		fputs(",\r\n", f);
	}
	json_array_foreach(json_object_get(r->record, "failed"), i, row)
	{
		put_words(f, r, row);
		put_figures(f, row);
		fputc(',', f);
		bs_csv_put(f, json_string_value(json_object_get(row, "error")));
		fputs("\r\n", f);
	}
	return ferror(f) ? -EIO : 0;
}
