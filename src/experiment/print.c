// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * experiment_print.c - an experiment's rows as table, CSV, record, and as TSV for gnuplot. All
 * four read the same JSON.
 */
#include "experiment_int.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "outfile.h"

/* ---- Table and CSV --------------------------------------------------------------------------- */

static const json_t *cell_of(const struct bs_experiment *x, size_t row,
			     const struct bs_lab_column *col)
{
	return json_object_get(json_array_get(col->measured ? x->measured_rows : x->rows, row),
			       col->key);
}

static void format_cell(const json_t *v, enum bs_lab_unit unit, char *buf, size_t size)
{
	const int64_t n = json_integer_value(v);

	if (json_is_string(v))
		snprintf(buf, size, "%s", json_string_value(v));
	else if (!json_is_integer(v))
		snprintf(buf, size, "-");
	else if (unit == BS_LAB_BYTES)
		snprintf(buf, size, "%" PRId64, n >> 20);
	else if (unit == BS_LAB_NS)
		snprintf(buf, size, "%" PRId64 ".%04" PRId64, n / 1000000000,
			 n % 1000000000 / 100000);
	else if (unit == BS_LAB_NS_SHORT)
		snprintf(buf, size, "%" PRId64 ".%02" PRId64, n / 1000, n % 1000 / 10);
	else if (unit == BS_LAB_MILLI)
		snprintf(buf, size, "%" PRId64 ".%02" PRId64, n / 1000, n % 1000 / 10);
	else
		snprintf(buf, size, "%" PRId64, n);
}

static int width_of(const struct bs_experiment *x, const struct bs_lab_column *col)
{
	size_t width = strlen(col->head);
	char buf[160];

	for (size_t i = 0; i < json_array_size(x->rows); i++) {
		format_cell(cell_of(x, i, col), col->unit, buf, sizeof(buf));
		if (strlen(buf) > width)
			width = strlen(buf);
	}
	return (int)width;
}

static void print_table(const struct bs_experiment *x, bool measured, FILE *f)
{
	const struct bs_lab_column *col;
	char buf[160];
	int width[32];

	for (unsigned int c = 0; x->kind->columns[c].key; c++)
		width[c] = width_of(x, &x->kind->columns[c]);
	for (size_t i = 0; i <= json_array_size(x->rows); i++) {
		for (unsigned int c = 0; (col = &x->kind->columns[c])->key; c++) {
			if (col->measured && !measured)
				continue;
			if (i)
				format_cell(cell_of(x, i - 1, col), col->unit, buf, sizeof(buf));
			else
				snprintf(buf, sizeof(buf), "%s", col->head);
			fprintf(f, "%s%*s", c ? "  " : "",
				col->unit == BS_LAB_TEXT ? -width[c] : width[c], buf);
		}
		fputc('\n', f);
	}
}

static void print_text(const struct bs_experiment *x, bool measured, FILE *f)
{
	fprintf(f, "%s\n", bs_experiment_answer(x, measured));
	fprintf(f, "experiment %s, %s size: %s; %s, %s device; seed %" PRIu64 "\n", x->kind->name,
		x->ci ? "ci" : "full", x->text, x->cfg.kernel, x->kind->device, x->cfg.seed);
	print_table(x, measured, f);
}

/* One line of values in full (bytes, ns); @quote for labels that may hold commas. */
static void print_values(const struct bs_experiment *x, bool measured, size_t row, const char *sep,
			 bool quote, const char *nothing, FILE *f)
{
	const struct bs_lab_column *col;

	for (unsigned int c = 0; (col = &x->kind->columns[c])->key; c++) {
		const json_t *v = cell_of(x, row, col);

		if (col->measured && !measured)
			continue;
		fputs(c ? sep : "", f);
		if (json_is_string(v))
			fprintf(f, quote ? "\"%s\"" : "%s", json_string_value(v));
		else if (json_is_integer(v))
			fprintf(f, "%" PRId64, (int64_t)json_integer_value(v));
		else
			fputs(nothing, f);
	}
}

static void print_heads(const struct bs_experiment *x, bool measured, const char *sep, FILE *f)
{
	const struct bs_lab_column *col;

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

int bs_lab_print(const struct bs_experiment *x, enum bs_format format, bool measured, FILE *f)
{
	json_t *o;
	int ret = 0;

	if (format == BS_FORMAT_TEXT) {
		print_text(x, measured, f);
	} else if (format == BS_FORMAT_CSV) {
		print_csv(x, measured, f);
	} else {
		o = json_copy(x->record);
		if (measured)
			json_object_set(o, "measured", x->measured);
		ret = json_dumpf(o, f, JSON_INDENT(1) | JSON_ENSURE_ASCII);
		json_decref(o);
		fputc('\n', f);
	}
	return ret || ferror(f) ? -EIO : 0;
}

int bs_experiment_write(const struct bs_experiment *x, enum bs_format format, bool measured,
			const char *path, struct bs_error *err)
{
	struct bs_outfile o;
	int ret = bs_outfile_open(&o, path, err);

	if (ret)
		return ret;
	ret = bs_lab_print(x, format, measured, o.f);
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

/* Who is in the picture, in the order of the rows; the second column is style.gp's. */
static void data_cells(const struct bs_experiment *x, FILE *f)
{
	fputs("label\tfile\n", f);
	for (unsigned int i = 0; i < x->nr_specs; i++)
		fprintf(f, "%s\trows.tsv\n", x->specs[i]);
}

static void data_about(const struct bs_experiment *x, FILE *f)
{
	fprintf(f, "key\tvalue\ntrace\texperiment %s, %s size\ndevice\t%s\nkernel\t%s\n",
		x->kind->name, x->ci ? "ci" : "full", x->kind->device, x->cfg.kernel);
	fprintf(f, "answer\t%s\nsetting\t%s\n", bs_experiment_answer(x, true), x->text);
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
	char path[4200];
	int ret = 0;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]) && !ret; i++) {
		struct bs_outfile o;

		snprintf(path, sizeof(path), "%s/%s", dir, files[i].name);
		ret = bs_outfile_open(&o, path, err);
		if (ret)
			break;
		files[i].write(x, o.f);
		ret = bs_outfile_commit(&o, err);
	}
	return ret;
}
