// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * record_csv.c - the figures of every cell in full, one column per figure, and behind it those of each of its
 * guests, if it has several; and the cells that could not run, with why in the last column. A figure that a cell
 * does not have is an empty field.
 */
#include "record_csv.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "columns.h"
#include "csv.h"
#include "json.h"

struct writer {
	const struct bs_result *r;
	struct bs_shown *columns;
	unsigned int nr, *order;
	char sep; /* ',' or '\t' */
	FILE *f;
};

/* @row: of which it is a guest; NULL: it is a row itself. */
static void put_words(const struct writer *w, const json_t *cell, const json_t *row)
{
	static const char *const keys[] = {"strategy", "params"};
	const char *label = json_string_value(json_object_get(cell, "label"));
	char *both = NULL;

	if (row && asprintf(&both, "%s/%s", json_string_value(json_object_get(row, "label")),
			    label ? label : "") < 0)
		both = NULL;
	bs_field_put(w->f, w->sep, json_string_value(bs_json_at(w->r->record, "trace.name")));
	fputc(w->sep, w->f);
	bs_field_put(w->f, w->sep, both ? both : label);
	free(both);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		fputc(w->sep, w->f);
		bs_field_put(w->f, w->sep, json_string_value(json_object_get(cell, keys[i])));
	}
}

static void put_figures(const struct writer *w, const json_t *cell, const json_t *row)
{
	double share;
	uint64_t v;

	for (unsigned int c = 0; c < w->nr; c++) {
		const struct bs_shown *s = &w->columns[c];

		fputc(w->sep, w->f);
		/* What a guest has is no share of what a row has. */
		if (!s->column.metric && !row && json_object_get(cell, "held_mib_s") &&
		    bs_column_value(w->r, s, cell, &share))
			fprintf(w->f, "%.3f", share);
		else if (s->column.metric && !bs_json_uint_at(cell, s->column.name, &v))
			fprintf(w->f, "%" PRIu64, v);
	}
}

static void put_row(const struct writer *w, const json_t *cell, const json_t *row)
{
	put_words(w, cell, row);
	put_figures(w, cell, row);
	fputc(w->sep, w->f);
	bs_field_put(w->f, w->sep, json_string_value(json_object_get(cell, "error")));
	fputs(w->sep == ',' ? "\r\n" : "\n", w->f);
}

static void put_cell(const struct writer *w, const json_t *cell)
{
	const json_t *guest;
	size_t i;

	put_row(w, cell, NULL);
	json_array_foreach(json_object_get(cell, "guests"), i, guest) put_row(w, guest, cell);
}

static void put_heads(const struct writer *w)
{
	static const char *const heads[] = {"trace", "label", "strategy", "params"};

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		fprintf(w->f, "%s%c", heads[i], w->sep);
	for (unsigned int c = 0; c < w->nr; c++)
		fprintf(w->f, "%s%c", w->columns[c].column.name, w->sep);
	fprintf(w->f, "error%s", w->sep == ',' ? "\r\n" : "\n");
}

static void put_all(const struct writer *w)
{
	const json_t *cells = json_object_get(w->r->record, "cells"), *row;
	size_t i;

	if (!w->r->form.headless)
		put_heads(w);
	for (unsigned int n = 0; n < w->r->nr_rows; n++)
		put_cell(w, json_array_get(cells, w->order[n]));
	json_array_foreach(json_object_get(w->r->record, "failed"), i, row) put_row(w, row, NULL);
}

static int write_all(const struct bs_result *r, char sep, FILE *f)
{
	struct writer w = {.r = r, .sep = sep, .f = f};
	bool ok;

	w.columns = bs_columns_shown(r, true, &w.nr);
	w.order = bs_rows_order(r, r->form.sort);
	ok = w.columns && w.order;
	if (ok)
		put_all(&w);
	free(w.columns);
	free(w.order);
	return !ok ? -ENOMEM : ferror(f) ? -EIO : 0;
}

int bs_result_csv(const struct bs_result *r, FILE *f)
{
	return write_all(r, ',', f);
}

int bs_result_tsv(const struct bs_result *r, FILE *f)
{
	return write_all(r, '\t', f);
}
