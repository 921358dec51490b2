// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * data.c - a record's figures and series as TSV, for gnuplot and for spreadsheets. All of the record is
 * checked before the first file is written.
 */
#include <buddysim/record.h>

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data_guests.h"
#include "outfile.h"
#include "stored.h"

#define BS_NAN "NaN" /* "no such figure in this cell", for gnuplot, R and pandas alike */

/* The samples of a cell on their way out. */
struct column {
	const struct bs_series *s;
	char file[320]; /* of orders-*.tsv */
	size_t at; /* the next one to be merged */
};

struct data {
	const struct bs_stored *in;
	const char *dir;
	struct bs_error *err;
	struct column *columns; /* one per cell; NULL: the record has no timeline */
};

/* orders-LABEL.tsv, with what a file name cannot hold replaced; equal names get a number. */
static void name_file(const struct data *d, size_t index)
{
	static const char fine[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				   "0123456789._=,:+-";
	struct column *c = &d->columns[index];
	char safe[201]; /* NAME_MAX is 255, and the temporary name is longer than the final one */
	size_t n, same = 0;

	n = (size_t)snprintf(safe, sizeof(safe), "%s", c->s->label);
	for (size_t i = 0; i < n && safe[i]; i++) {
		if (!strchr(fine, safe[i]))
			safe[i] = '_';
	}
	snprintf(c->file, sizeof(c->file), "orders-%s.tsv", safe);
	for (size_t i = 0; i < index; i++) {
		if (strcmp(d->columns[i].file, c->file))
			continue;
		same++;
		snprintf(c->file, sizeof(c->file), "orders-%s-%zu.tsv", safe, same + 1);
		i = (size_t)-1; /* the new name must differ from all, too */
	}
}

static int open_file(struct data *d, const char *name, struct bs_outfile *o)
{
	char *path;
	int ret;

	if (asprintf(&path, "%s/%s", d->dir, name) < 0)
		return bs_error_set(d->err, BS_RESOURCE, ENOMEM, d->dir, NULL, "cannot write");
	ret = bs_outfile_open(o, path, d->err);
	free(path);
	return ret;
}

/* A field must not end the field or the line. */
static void put_text(FILE *f, const char *text)
{
	for (; *text; text++)
		fputc((unsigned char)*text < ' ' ? ' ' : *text, f);
}

static void put_mib(FILE *f, double bytes)
{
	fprintf(f, "\t%.6f", bytes / (1 << 20));
}

/* Is it a figure? Booleans are 0 and 1. */
static bool is_figure(const json_t *v)
{
	return json_is_number(v) || json_is_boolean(v);
}

static void put_figure(FILE *f, const json_t *v)
{
	if (json_is_integer(v))
		fprintf(f, "\t%" JSON_INTEGER_FORMAT, json_integer_value(v));
	else if (json_is_real(v))
		fprintf(f, "\t%.17g", json_real_value(v));
	else if (json_is_boolean(v))
		fprintf(f, "\t%d", json_is_true(v));
	else
		fputs("\t" BS_NAN, f);
}

/* The columns of cells.tsv: the path of each figure, as a flat object of path -> [key, sub-key].
 * False when out of memory. */
static bool add_column(json_t *columns, const char *key, const char *sub)
{
	char *path;
	int ret = 0;

	if (asprintf(&path, "%s%s%s", key, sub ? "." : "", sub ? sub : "") < 0)
		return false;
	if (!json_object_get(columns, path))
		ret = json_object_set_new(
			columns, path, sub ? json_pack("[ss]", key, sub) : json_pack("[s]", key));
	free(path);
	return !ret;
}

/* The columns of one value: its own, those of its members, those of its places. A null is a figure this
 * cell lacks: the column stays in its place. */
static bool add_columns(json_t *columns, const char *key, json_t *v)
{
	bool ok = true;
	const char *sub;
	size_t i;
	json_t *w;

	if (is_figure(v) || json_is_null(v))
		ok = add_column(columns, key, NULL);
	json_object_foreach(v, sub, w)
	{
		if (is_figure(w) || json_is_null(w))
			ok = add_column(columns, key, sub) && ok;
	}
	json_array_foreach(v, i, w)
	{
		char place[24];

		snprintf(place, sizeof(place), "%zu", i);
		if (is_figure(w))
			ok = add_column(columns, key, place) && ok;
	}
	return ok;
}

/* All figures that any cell has, in the record's order; "params" are words, and in the label. NULL when
 * out of memory. */
static json_t *find_columns(const struct data *d)
{
	json_t *columns = json_object(), *cell, *v;
	bool ok = columns;
	const char *key;
	size_t i;

	json_array_foreach(d->in->cells, i, cell)
	{
		json_object_foreach(cell, key, v)
		{
			if (ok && strcmp(key, "params"))
				ok = add_columns(columns, key, v);
		}
	}
	if (ok)
		return columns;
	json_decref(columns);
	return NULL;
}

static const json_t *figure(const json_t *cell, const json_t *path)
{
	const json_t *v = json_object_get(cell, json_string_value(json_array_get(path, 0)));
	const char *sub = json_string_value(json_array_get(path, 1));

	if (!sub)
		return v;
	if (json_is_array(v))
		return json_array_get(v, strtoul(sub, NULL, 10));
	return json_object_get(v, sub);
}

static int write_cells(struct data *d)
{
	json_t *columns = find_columns(d), *cell, *path;
	struct bs_outfile o;
	const char *key;
	size_t i;
	int ret;

	ret = columns ? open_file(d, "cells.tsv", &o)
		      : bs_error_set(d->err, BS_RESOURCE, ENOMEM, d->dir, NULL, "cannot write");
	if (ret) {
		json_decref(columns);
		return ret;
	}
	fputs("label\torders_file", o.f);
	json_object_foreach(columns, key, path)
	{
		fputc('\t', o.f);
		put_text(o.f, key);
	}
	fputc('\n', o.f);
	json_array_foreach(d->in->cells, i, cell)
	{
		put_text(o.f, json_string_value(json_object_get(cell, "label")));
		fprintf(o.f, "\t%s", d->columns ? d->columns[i].file : "-");
		json_object_foreach(columns, key, path) put_figure(o.f, figure(cell, path));
		fputc('\n', o.f);
	}
	json_decref(columns);
	return bs_outfile_commit(&o, d->err);
}

/* The sample that holds at @now: the last one not after it. Before the first: the first. */
static size_t advance(struct column *c, json_int_t now)
{
	while (c->at < c->s->nr && bs_stored_number(c->s->time, c->at) <= now)
		c->at++;
	return c->at ? c->at - 1 : 0;
}

static bool next_time(const struct data *d, json_int_t *time)
{
	bool any = false;

	for (size_t i = 0; i < d->in->nr_cells; i++) {
		const struct column *c = &d->columns[i];

		if (c->at == c->s->nr || (any && bs_stored_number(c->s->time, c->at) >= *time))
			continue;
		*time = bs_stored_number(c->s->time, c->at);
		any = true;
	}
	return any;
}

/* Cells share one trace but not all sample times (a blocked CPU's events come later): one row per
 * time at which any of them has a sample. */
static int write_timeline(struct data *d)
{
	struct bs_outfile o;
	json_int_t now = 0;
	int ret = open_file(d, "timeline.tsv", &o);

	if (ret)
		return ret;
	fputs("time_s\tused_mib", o.f);
	for (size_t i = 0; i < d->in->nr_cells; i++) {
		static const char *const what[] = {"held", "resident", "unmapped"};

		for (int k = 0; k < 3; k++) {
			fprintf(o.f, "\t%s_mib ", what[k]);
			put_text(o.f, d->columns[i].s->label);
		}
	}
	fputc('\n', o.f);
	while (next_time(d, &now)) {
		fprintf(o.f, "%.9f", (double)now / BS_NS_PER_S);
		for (size_t i = 0; i < d->in->nr_cells; i++) {
			struct column *c = &d->columns[i];
			size_t k = advance(c, now);
			double used = (double)bs_stored_number(c->s->used, k);
			double resident = (double)bs_stored_number(c->s->resident, k);
			double unmapped = (double)bs_stored_number(c->s->unmapped, k);
			double held = resident + unmapped - used;

			if (!i)
				put_mib(o.f, used);
			put_mib(o.f, held > 0 ? held : 0);
			put_mib(o.f, resident);
			put_mib(o.f, unmapped);
		}
		fputc('\n', o.f);
	}
	return bs_outfile_commit(&o, d->err);
}

static int write_orders(struct data *d, const struct column *c)
{
	struct bs_outfile o;
	int ret = open_file(d, c->file, &o);

	if (ret)
		return ret;
	fputs("time_s", o.f);
	for (unsigned int k = 0; k < d->in->nr_orders; k++)
		fprintf(o.f, "\torder %u", k);
	fputc('\n', o.f);
	for (size_t i = 0; i < c->s->nr; i++) {
		const json_t *blocks = json_array_get(c->s->nr_free, i);

		fprintf(o.f, "%.9f", (double)bs_stored_number(c->s->time, i) / BS_NS_PER_S);
		for (unsigned int k = 0; k < d->in->nr_orders; k++)
			put_mib(o.f, (double)bs_stored_number(blocks, k) *
					     (double)(d->in->page_bytes << k));
		fputc('\n', o.f);
	}
	return bs_outfile_commit(&o, d->err);
}

/* guests-LABEL.tsv beside orders-LABEL.tsv. */
static int write_guests(struct data *d, const struct column *c)
{
	char name[sizeof(c->file)];
	struct bs_outfile o;
	int ret;

	if (!c->s->nr_guests)
		return 0;
	snprintf(name, sizeof(name), "guests%s", strchr(c->file, '-'));
	ret = open_file(d, name, &o);
	if (ret)
		return ret;
	bs_data_guests(c->s, o.f);
	return bs_outfile_commit(&o, d->err);
}

/* A title's word. Where cells differ, as those of older records do in their huge pages, the clauses that
 * all of them begin with. */
static void put_about(FILE *f, const char *key, const json_t *first, const json_t *cells)
{
	const char *text = json_string_value(first), *other;
	size_t i, n = text ? strlen(text) : 0;
	const json_t *cell;

	json_array_foreach(cells, i, cell)
	{
		size_t same = 0, clause = 0;

		other = json_string_value(json_object_get(cell, key));
		if (!other || !n)
			continue;
		for (; same < n && text[same] == other[same]; same++) {
			if (text[same] == ',')
				clause = same;
		}
		n = same == n && (!other[n] || other[n] == ',') ? n : clause;
	}
	if (!n)
		return;
	fprintf(f, "%s\t", key);
	for (i = 0; i < n; i++)
		fputc((unsigned char)text[i] < ' ' ? ' ' : text[i], f);
	fputc('\n', f);
}

/* The words of a picture's title, and what is of the whole comparison: one per line. */
static int write_about(struct data *d)
{
	const json_t *trace = json_object_get(d->in->root, "trace"),
		     *cell = json_array_get(d->in->cells, 0);
	const json_t *bound = json_object_get(d->in->root, "bound"), *name, *v;
	static const char *const keys[] = {"held_mib_s", "refault_bytes"};
	struct bs_outfile o;
	int ret = open_file(d, "about.tsv", &o);

	if (ret)
		return ret;
	name = json_object_get(trace, "name");
	if (!name)
		name = json_object_get(trace, "sha256");
	fputs("key\tvalue\n", o.f);
	put_about(o.f, "trace", name, NULL);
	put_about(o.f, "device", json_object_get(cell, "device"), d->in->cells);
	put_about(o.f, "kernel", json_object_get(cell, "kernel"), d->in->cells);
	for (int i = 0; i < 2; i++) {
		v = json_object_get(bound, keys[i]);
		if (json_is_integer(v))
			fprintf(o.f, "bound.%s\t%" JSON_INTEGER_FORMAT "\n", keys[i],
				json_integer_value(v));
	}
	return bs_outfile_commit(&o, d->err);
}

static int make_dir(struct data *d)
{
	const int ret = bs_make_folders(d->dir);

	if (!ret)
		return 0;
	return bs_error_set(d->err, BS_RESOURCE, -ret, d->dir,
			    "give a folder that can be written to", "cannot be created");
}

static int write_all(struct data *d)
{
	int ret = make_dir(d);

	if (!ret)
		ret = write_about(d);
	if (!ret)
		ret = write_cells(d);
	if (!d->columns)
		return ret ? ret : 1;
	if (!ret)
		ret = write_timeline(d);
	for (size_t i = 0; i < d->in->nr_cells && !ret; i++)
		ret = write_orders(d, &d->columns[i]);
	for (size_t i = 0; i < d->in->nr_cells && !ret; i++)
		ret = write_guests(d, &d->columns[i]);
	return ret;
}

static int make_columns(struct data *d)
{
	if (!d->in->series)
		return 0;
	d->columns = calloc(d->in->nr_cells, sizeof(*d->columns));
	if (!d->columns)
		return bs_error_set(d->err, BS_RESOURCE, ENOMEM, d->in->path, NULL,
				    "cannot be read");
	for (size_t i = 0; i < d->in->nr_cells; i++) {
		d->columns[i].s = &d->in->series[i];
		name_file(d, i);
	}
	return 0;
}

int bs_record_data(const struct bs_stored *in, const char *dir, char **lacks, struct bs_error *err)
{
	struct data d = {.in = in, .dir = dir, .err = err};
	int ret;

	if (lacks)
		*lacks = bs_stored_lacks(in);
	ret = make_columns(&d);
	if (!ret)
		ret = write_all(&d);
	free(d.columns);
	return ret;
}
