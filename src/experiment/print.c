// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * print.c - an experiment's rows as table, CSV, record, and as TSV for gnuplot. All
 * four read the same JSON.
 */
#include <buddysim/report.h>

#include "kind.h"
#include "palette.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "csv.h"
#include "outfile.h"

/* ---- Table and CSV --------------------------------------------------------------------------- */

static const json_t *cell_of(const struct bs_experiment *x, size_t row, const struct bs_column *col)
{
	return json_object_get(json_array_get(col->measured ? x->measured_rows : x->rows, row),
			       col->key);
}

/* As it is shown: words as they are, figures in @buf. */
static const char *shown(const json_t *v, enum bs_column_unit unit, char *buf, size_t size)
{
	uint64_t n;

	if (json_is_string(v) && unit == BS_COLUMN_TEXT)
		return json_string_value(v);
	if (!bs_json_get_uint(v, &n))
		return "-";
	if (unit == BS_COLUMN_BYTES)
		snprintf(buf, size, "%" PRIu64, n >> 20);
	else if (unit == BS_COLUMN_NS)
		snprintf(buf, size, "%" PRIu64 ".%04" PRIu64, n / 1000000000,
			 n % 1000000000 / 100000);
	else if (unit == BS_COLUMN_NS_SHORT || unit == BS_COLUMN_MILLI)
		snprintf(buf, size, "%" PRIu64 ".%02" PRIu64, n / 1000, n % 1000 / 10);
	else
		snprintf(buf, size, "%" PRIu64, n);
	return buf;
}

static int width_of(const struct bs_experiment *x, const struct bs_column *col)
{
	size_t width = strlen(col->head);
	char buf[48];

	for (size_t i = 0; i < json_array_size(x->rows); i++) {
		const size_t len = strlen(shown(cell_of(x, i, col), col->unit, buf, sizeof(buf)));

		if (len > width)
			width = len;
	}
	return (int)width;
}

static void print_row(const struct bs_experiment *x, bool measured, size_t i, const int *width,
		      FILE *f)
{
	const struct bs_column *col;
	char buf[48];

	for (unsigned int c = 0; (col = &x->kind->columns[c])->key; c++) {
		if (col->measured && !measured)
			continue;
		fprintf(f, "%s%*s", c ? "  " : "",
			col->unit == BS_COLUMN_TEXT ? -width[c] : width[c],
			i ? shown(cell_of(x, i - 1, col), col->unit, buf, sizeof(buf)) : col->head);
	}
	fputc('\n', f);
}

static int print_table(const struct bs_experiment *x, bool measured, FILE *f)
{
	unsigned int columns = 0;
	int *width;

	while (x->kind->columns[columns].key)
		columns++;
	width = calloc(columns + 1, sizeof(*width));
	if (!width)
		return -ENOMEM;
	for (unsigned int c = 0; c < columns; c++)
		width[c] = width_of(x, &x->kind->columns[c]);
	for (size_t i = 0; i <= json_array_size(x->rows); i++)
		print_row(x, measured, i, width, f);
	free(width);
	return 0;
}

static int print_text(const struct bs_experiment *x, bool measured, FILE *f)
{
	const char *costs = json_string_value(json_object_get(x->setting, "costs"));

	fprintf(f, "%s\n", bs_experiment_answer(x, measured));
	fprintf(f, "experiment %s, %s size: %s; %s%s%s, %s device%s%s; seed %" PRIu64 "\n",
		x->kind->name, x->ci ? "ci" : "full", x->text ? x->text : "", x->cfg.kernel,
		x->cfg.policy ? ", policy " : "", x->cfg.policy ? x->cfg.policy : "", x->device,
		costs ? ", costs " : "", costs ? costs : "", x->cfg.seed);
	if (x->left_out && *x->left_out)
		fprintf(f, "left out: %s\n", x->left_out);
	return print_table(x, measured, f);
}

/* One line of values in full (bytes, ns); @quote for labels that may hold commas. */
static void print_values(const struct bs_experiment *x, bool measured, size_t row, const char *sep,
			 bool quote, const char *nothing, FILE *f)
{
	const struct bs_column *col;
	uint64_t n;

	for (unsigned int c = 0; (col = &x->kind->columns[c])->key; c++) {
		const json_t *v = cell_of(x, row, col);

		if (col->measured && !measured)
			continue;
		fputs(c ? sep : "", f);
		if (col->unit != BS_COLUMN_TEXT && bs_json_get_uint(v, &n))
			fprintf(f, "%" PRIu64, n);
		else if (json_is_string(v) && quote)
			bs_csv_put(f, json_string_value(v));
		else
			fputs(json_is_string(v) ? json_string_value(v) : nothing, f);
	}
}

static void print_heads(const struct bs_experiment *x, bool measured, const char *sep, FILE *f)
{
	const struct bs_column *col;

	for (unsigned int c = 0; (col = &x->kind->columns[c])->key; c++)
		if (!col->measured || measured)
			fprintf(f, "%s%s", c ? sep : "", col->key);
}

static void print_csv(const struct bs_experiment *x, bool measured, FILE *f)
{
	print_heads(x, measured, ",", f);
	fputs("\r\n", f);
	for (size_t i = 0; i < json_array_size(x->rows); i++) {
		print_values(x, measured, i, ",", true, "", f);
		fputs("\r\n", f);
	}
}

static void print_tsv(const struct bs_experiment *x, bool measured, FILE *f)
{
	print_heads(x, measured, "\t", f);
	fputc('\n', f);
	for (size_t i = 0; i < json_array_size(x->rows); i++) {
		print_values(x, measured, i, "\t", false, "", f);
		fputc('\n', f);
	}
}

static void print_markdown(const struct bs_experiment *x, bool measured, FILE *f)
{
	const struct bs_column *col;
	char buf[48];

	fprintf(f, "%s\n\n", bs_experiment_answer(x, measured));
	for (size_t i = 0; i <= json_array_size(x->rows); i++) {
		for (unsigned int c = 0; (col = &x->kind->columns[c])->key; c++)
			if (!col->measured || measured)
				fprintf(f, "| %s ",
					i ? shown(cell_of(x, i - 1, col), col->unit, buf,
						  sizeof(buf))
					  : col->head);
		fputs("|\n", f);
		for (unsigned int c = 0; !i && (col = &x->kind->columns[c])->key; c++)
			if (!col->measured || measured)
				fputs(col->unit == BS_COLUMN_TEXT ? "|---" : "|---:", f);
		fputs(i ? "" : "|\n", f);
	}
}

static int print_json(const struct bs_experiment *x, bool measured, FILE *f)
{
	json_t *o = json_copy(x->record);
	int ret;

	if (measured)
		json_object_set(o, "measured", x->measured);
	ret = json_dumpf(o, f, JSON_INDENT(1) | JSON_ENSURE_ASCII);
	json_decref(o);
	fputc('\n', f);
	return ret && !ferror(f) ? -ENOMEM : 0;
}

int bs_experiment_write(const struct bs_experiment *x, enum bs_format format, bool measured,
			const char *path, struct bs_error *err)
{
	struct bs_outfile o;
	int ret = bs_outfile_open(&o, path, err);

	if (ret)
		return ret;
	if (format == BS_FORMAT_TEXT)
		ret = print_text(x, measured, o.f);
	else if (format == BS_FORMAT_CSV)
		print_csv(x, measured, o.f);
	else if (format == BS_FORMAT_TSV)
		print_tsv(x, measured, o.f);
	else if (format == BS_FORMAT_MARKDOWN)
		print_markdown(x, measured, o.f);
	else
		ret = print_json(x, measured, o.f);
	/* A disk that is full is the file's to say. */
	if (!ret)
		return bs_outfile_commit(&o, err);
	bs_outfile_abandon(&o);
	return bs_error_set(err, BS_RESOURCE, -ret, path, NULL, "cannot be written");
}

/* ---- For gnuplot ----------------------------------------------------------------------------- */

static void data_rows(const struct bs_experiment *x, FILE *f)
{
	print_heads(x, true, "\t", f);
	fputc('\n', f);
	for (size_t i = 0; i < json_array_size(x->rows); i++) {
		print_values(x, true, i, "\t", false, "NaN", f);
		fputc('\n', f);
	}
}

/* Who is in the picture, in the order of the rows: in its strategy's colour, and which of that strategy's rows
 * it is. */
static void data_cells(const struct bs_experiment *x, FILE *f)
{
	fputs("label\tcolour\tvariant\n", f);
	for (unsigned int i = 0; i < x->nr_specs; i++) {
		const unsigned int place = bs_strategy_place(x->specs[i]);
		unsigned int before = 0;

		for (unsigned int k = 0; k < i; k++)
			before += bs_palette(bs_strategy_place(x->specs[k])) == bs_palette(place);
		fprintf(f, "%s\t%u\t%u\n", x->specs[i], bs_palette(place), before);
	}
}

static void data_about(const struct bs_experiment *x, FILE *f)
{
	fprintf(f, "key\tvalue\ntrace\texperiment %s, %s size\ndevice\t%s\nkernel\t%s%s%s\n",
		x->kind->name, x->ci ? "ci" : "full", x->device, x->cfg.kernel,
		x->cfg.policy ? ", policy " : "", x->cfg.policy ? x->cfg.policy : "");
	fprintf(f, "answer\t%s\nsetting\t%s\n", bs_experiment_answer(x, true),
		x->text ? x->text : "");
}

/* strategy, group, x, y; one line per point. */
static void data_series(const struct bs_experiment *x, FILE *f)
{
	const json_t *s, *px, *py;
	size_t i;

	fputs("strategy\tgroup\tx\ty\n", f);
	json_array_foreach(x->series, i, s)
	{
		px = json_object_get(s, "x");
		py = json_object_get(s, "y");
		for (size_t k = 0; k < json_array_size(px); k++)
			fprintf(f, "%s\t%s\t%" PRId64 "\t%" PRId64 "\n",
				json_string_value(json_object_get(s, "strategy")),
				json_string_value(json_object_get(s, "group")),
				(int64_t)json_integer_value(json_array_get(px, k)),
				(int64_t)json_integer_value(json_array_get(py, k)));
	}
}

int bs_experiment_data(const struct bs_experiment *x, const char *dir, struct bs_error *err)
{
	static const struct {
		const char *name;
		void (*write)(const struct bs_experiment *x, FILE *f);
	} files[] = {{"rows.tsv", data_rows},
		     {"cells.tsv", data_cells},
		     {"about.tsv", data_about},
		     {"series.tsv", data_series}};
	int ret = 0;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]) && !ret; i++) {
		struct bs_outfile o;
		char *path;

		if (asprintf(&path, "%s/%s", dir, files[i].name) < 0)
			return bs_error_set(err, BS_RESOURCE, ENOMEM, dir, NULL, "out of memory");
		ret = bs_outfile_open(&o, path, err);
		free(path);
		if (ret)
			break;
		files[i].write(x, o.f);
		ret = bs_outfile_commit(&o, err);
	}
	return ret;
}
