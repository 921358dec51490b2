// SPDX-License-Identifier: GPL-2.0-or-later
/* diff_print.c - what is different, for people, for programs and for spreadsheets. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "csv.h"
#include "diff.h"
#include "grid.h"
#include "json.h"

static const char *text_of(const json_t *o, const char *key)
{
	const char *text = json_string_value(json_object_get(o, key));

	return text ? text : "";
}

/* ---- Text -------------------------------------------------------------------------------------- */

/* Words as they are, all else as JSON has it; "-" for what is absent. */
static void add_value(struct bs_grid *g, const json_t *v)
{
	char *text;

	if (json_is_string(v)) {
		bs_grid_add(g, "%s", json_string_value(v));
		return;
	}
	text = json_is_null(v) ? strdup("-") : json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT);
	bs_grid_add(g, "%s", text ? text : "");
	g->no_memory |= !text;
	free(text);
}

/* A figure: its thousands can be told apart. */
static void add_number(struct bs_grid *g, const json_t *v)
{
	char buf[BS_GROUPED];
	uint64_t n;

	if (!json_is_boolean(v) && bs_json_get_uint(v, &n))
		bs_grid_add(g, "%s", bs_grouped(n, buf));
	else
		add_value(g, v);
}

/* The sign of a difference stands in front of it, whichever form it has. */
static void add_difference(struct bs_grid *g, const json_t *v)
{
	const json_int_t n = json_integer_value(v);
	const char *digits = json_string_value(v);
	const bool down = json_is_integer(v) ? n < 0 : digits && *digits == '-';
	char buf[BS_GROUPED];
	uint64_t amount = 0;

	if (!v) {
		bs_grid_add(g, "-");
		return;
	}
	if (json_is_integer(v))
		amount = down ? -(uint64_t)n : (uint64_t)n;
	else if (digits)
		amount = strtoull(digits + down, NULL, 10);
	bs_grid_add(g, "%c%s", down ? '-' : '+', bs_grouped(amount, buf));
}

static void add_share(struct bs_grid *g, const json_t *v)
{
	const double x = json_real_value(v);

	if (!json_is_real(v))
		bs_grid_add(g, "-");
	else if (x > -0.005 && x < 0.005)
		bs_grid_add(g, "%c<0.01", x < 0 ? '-' : '+');
	else
		bs_grid_add(g, "%+.2f", x);
}

static int print_grid(struct bs_grid *g, unsigned int indent, FILE *f)
{
	const bool ok = !g->no_memory;

	if (ok)
		bs_grid_print(g, indent, f);
	bs_grid_clear(g);
	return ok ? 0 : -ENOMEM;
}

static int print_config(const json_t *list, unsigned int indent, FILE *f)
{
	struct bs_grid g = {.columns = 3, .left = "lll"};
	const json_t *row;
	size_t i;

	json_array_foreach(list, i, row)
	{
		bs_grid_add(&g, "%s", text_of(row, "key"));
		add_value(&g, json_object_get(row, "a"));
		add_value(&g, json_object_get(row, "b"));
	}
	return print_grid(&g, indent, f);
}

static int print_figures(const json_t *list, FILE *f)
{
	static const char *const heads[] = {"figure", "A", "B", "difference", "%", "unit"};
	struct bs_grid g = {.columns = 6, .left = "lrrrrl"};
	const json_t *row;
	size_t i;

	for (size_t c = 0; c < sizeof(heads) / sizeof(heads[0]); c++)
		bs_grid_add(&g, "%s", heads[c]);
	json_array_foreach(list, i, row)
	{
		bs_grid_add(&g, "%s", text_of(row, "key"));
		add_number(&g, json_object_get(row, "a"));
		add_number(&g, json_object_get(row, "b"));
		add_difference(&g, json_object_get(row, "difference"));
		add_share(&g, json_object_get(row, "per_cent"));
		bs_grid_add(&g, "%s", text_of(row, "unit"));
	}
	return print_grid(&g, 2, f);
}

static void print_labels(const json_t *cell, FILE *f)
{
	const char *a = text_of(cell, "a"), *b = text_of(cell, "b");

	if (strcmp(a, b))
		fprintf(f, "A %s, B %s: ", a, b);
	else
		fprintf(f, "%s: ", a);
}

static int print_cell(const json_t *cell, FILE *f)
{
	const json_t *config = json_object_get(cell, "config");
	const json_t *figures = json_object_get(cell, "figures");
	const size_t n = json_array_size(figures);
	uint64_t equal = 0;
	int ret;

	bs_json_uint_at(cell, "equal", &equal);
	fputc('\n', f);
	print_labels(cell, f);
	if (n)
		fprintf(f, "%zu of %" PRIu64 " figures differ\n", n, n + equal);
	else
		fprintf(f, "all %" PRIu64 " figures are equal\n", equal);
	ret = print_config(config, 2, f);
	return !ret && n ? print_figures(figures, f) : ret;
}

static void print_list(const char *what, const json_t *list, const char *key, FILE *f)
{
	const json_t *row;
	size_t i;

	json_array_foreach(list, i, row)
	{
		const char *why = text_of(row, "error");

		fprintf(f, "%s%s", i ? ", " : what,
			key ? text_of(row, key) : json_string_value(row));
		if (*why)
			fprintf(f, " (did not run there: %s)", why);
	}
	if (json_array_size(list))
		fputc('\n', f);
}

static void print_side(const char *name, const json_t *side, FILE *f)
{
	fprintf(f, "%s: %s (%s)\n", name, text_of(side, "path"), text_of(side, "schema"));
	print_list("   its schema does not know: ", json_object_get(side, "lacks"), NULL, f);
}

static int print_text(const json_t *root, FILE *f)
{
	const json_t *config = json_object_get(root, "config"), *cell;
	const json_t *bound = json_object_get(root, "bound");
	const json_t *answer = json_object_get(root, "answer");
	int ret = 0;
	size_t i;

	print_side("A", json_object_get(root, "a"), f);
	print_side("B", json_object_get(root, "b"), f);
	fputs(json_array_size(config) ? "\nconfiguration: A and B\n"
				      : "\nconfiguration: the same\n",
	      f);
	ret = print_config(config, 2, f);
	if (!ret && json_array_size(answer)) {
		fputs("\nanswer: A and B\n", f);
		ret = print_config(answer, 2, f);
	}
	json_array_foreach(json_object_get(root, "cells"), i, cell) ret =
		ret ? ret : print_cell(cell, f);
	if (!ret && json_array_size(bound)) {
		fputs("\nbound:\n", f);
		ret = print_figures(bound, f);
	}
	fputs(json_array_size(json_object_get(root, "only_a")) ||
			      json_array_size(json_object_get(root, "only_b"))
		      ? "\n"
		      : "",
	      f);
	print_list("only in A: ", json_object_get(root, "only_a"), "label", f);
	print_list("only in B: ", json_object_get(root, "only_b"), "label", f);
	return ret;
}

/* ---- CSV --------------------------------------------------------------------------------------- */

/* A value as a field: absent is empty, words are quoted where they must be. */
static void put_value(FILE *f, const json_t *v)
{
	char *text;

	fputc(',', f);
	if (!v || json_is_null(v))
		return;
	if (json_is_string(v)) {
		bs_csv_put(f, json_string_value(v));
		return;
	}
	text = json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(6));
	bs_csv_put(f, text);
	free(text);
}

static void put_row(FILE *f, const char *section, const char *a, const char *b, const json_t *row)
{
	static const char *const keys[] = {"key",	 "unit",     "a",    "b",
					   "difference", "per_cent", "error"};

	fputs(section, f);
	fputc(',', f);
	bs_csv_put(f, a);
	fputc(',', f);
	bs_csv_put(f, b);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		put_value(f, json_object_get(row, keys[i]));
	fputs("\r\n", f);
}

static void put_rows(FILE *f, const char *section, const char *a, const char *b, const json_t *list)
{
	const json_t *row;
	size_t i;

	json_array_foreach(list, i, row) put_row(f, section, a, b, row);
}

static void put_alone(FILE *f, const json_t *root, const char *section, bool in_b)
{
	const json_t *row;
	size_t i;

	json_array_foreach(json_object_get(root, section), i, row)
	{
		const char *label = text_of(row, "label");

		put_row(f, section, in_b ? NULL : label, in_b ? label : NULL, row);
	}
}

static void put_lacks(FILE *f, const json_t *root, const char *side, const char *section)
{
	const json_t *key;
	size_t i;

	json_array_foreach(json_object_get(json_object_get(root, side), "lacks"), i, key)
	{
		fprintf(f, "%s,,,", section);
		bs_csv_put(f, json_string_value(key));
		fputs(",,,,,,\r\n", f);
	}
}

static void print_csv(const json_t *root, FILE *f)
{
	const json_t *cell;
	size_t i;

	fputs("section,cell_a,cell_b,key,unit,a,b,difference,per_cent,error\r\n", f);
	put_rows(f, "config", NULL, NULL, json_object_get(root, "config"));
	put_rows(f, "answer", NULL, NULL, json_object_get(root, "answer"));
	json_array_foreach(json_object_get(root, "cells"), i, cell)
	{
		const char *a = text_of(cell, "a"), *b = text_of(cell, "b");

		put_rows(f, "config", a, b, json_object_get(cell, "config"));
		put_rows(f, "figure", a, b, json_object_get(cell, "figures"));
	}
	put_rows(f, "bound", NULL, NULL, json_object_get(root, "bound"));
	put_alone(f, root, "only_a", false);
	put_alone(f, root, "only_b", true);
	put_lacks(f, root, "a", "lacks_a");
	put_lacks(f, root, "b", "lacks_b");
}

int bs_diff_print(const struct bs_diff *d, enum bs_format format, void *file)
{
	int ret = 0;

	switch (format) {
	case BS_FORMAT_JSON:
		ret = json_dumpf(d->root, file,
				 JSON_INDENT(1) | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(6));
		ret = ret || fputc('\n', file) == EOF ? -EIO : 0;
		break;
	case BS_FORMAT_CSV:
		print_csv(d->root, file);
		break;
	default:
		ret = print_text(d->root, file);
	}
	return ret ? ret : ferror(file) ? -EIO : 0;
}
