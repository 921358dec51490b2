// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * data.c - a record's figures and series as TSV, for gnuplot and for spreadsheets.
 *
 * A record comes from a file that anyone may have edited: every field is checked before use, and
 * all are checked before the first file is written.
 */
#include <buddysim/record.h>

#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "json.h"
#include "outfile.h"

#define BS_NAN "NaN" /* "no such figure in this cell", for gnuplot, R and pandas alike */

/* One cell's series, all of the same length. */
struct series {
	const char *label;
	char file[320]; /* of orders-*.tsv */
	size_t nr, at; /* samples; the next one to be merged */
	json_t *time, *used, *resident, *unmapped, *nr_free;
};

struct data {
	const char *record, *dir;
	struct bs_error *err;
	json_t *root, *cells;
	size_t nr_cells;
	struct series *series; /* one per cell; NULL: the record has no timeline */
};

__attribute__((format(printf, 2, 3))) static int malformed(const struct data *d, const char *fmt,
							   ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return bs_error_set(d->err, BS_INPUT, 0, d->record,
			    "give a record as `buddysim compare --format json` wrote it", "%s",
			    text);
}

/* ---- Reading -------------------------------------------------------------------------------- */

static int no_memory(const struct data *d)
{
	return bs_error_set(d->err, BS_RESOURCE, ENOMEM, d->record, NULL, "cannot be read");
}

static int parse(struct data *d)
{
	json_error_t e;

	errno = 0;
	if (!strcmp(d->record, "-"))
		d->root = json_loadf(stdin, JSON_REJECT_DUPLICATES, &e);
	else
		d->root = json_load_file(d->record, JSON_REJECT_DUPLICATES, &e);
	if (d->root)
		return 0;
	if (json_error_code(&e) == json_error_cannot_open_file)
		return bs_error_set(d->err, BS_INPUT, errno, d->record, NULL, "cannot be read");
	/* Where jansson had no room for a word, it says that the word was not expected. */
	if (errno == ENOMEM)
		return no_memory(d);
	return malformed(d, "line %d column %d: not a JSON record: %s", e.line, e.column, e.text);
}

/* Every schema up to today's can be read: what was not known yet is a figure that is not there. */
static int check_schema(struct data *d)
{
	static const char series[] = "buddysim-record-", today[] = BS_RECORD_SCHEMA;
	const char *schema = json_string_value(json_object_get(d->root, "schema")), *number;
	unsigned long n;
	char *end;

	if (!schema)
		return malformed(d, "has no \"schema\": not a record");
	number = schema + strlen(series);
	if (strncmp(schema, series, strlen(series)) || *number < '1' || *number > '9' ||
	    (n = strtoul(number, &end, 10), *end))
		return malformed(d,
				 "has schema \"%.64s\", this program reads \"%s\" and older ones",
				 schema, today);
	if (n > strtoul(today + strlen(series), NULL, 10))
		return bs_error_set(d->err, BS_INPUT, 0, d->record, "use the program that wrote it",
				    "has schema \"%.64s\", newer than this program's \"%s\"",
				    schema, today);
	return 0;
}

static int load(struct data *d)
{
	int ret = parse(d);

	if (!ret)
		ret = check_schema(d);
	if (ret)
		return ret;
	d->cells = json_object_get(d->root, "cells");
	d->nr_cells = json_array_size(d->cells);
	if (!d->nr_cells)
		return malformed(d, "has no cells");
	for (size_t i = 0; i < d->nr_cells; i++) {
		const json_t *cell = json_array_get(d->cells, i);

		if (!json_string_value(json_object_get(cell, "label")))
			return malformed(d, "cells[%zu] has no label", i);
		if (!json_is_integer(json_object_get(cell, "held_mib_s")))
			return malformed(d, "cells[%zu] has no figure held_mib_s", i);
	}
	return 0;
}

/* The array @key of @o: @nr numbers, or lists of BS_NR_ORDERS numbers. */
static json_t *column(const json_t *o, const char *key, size_t nr, bool orders)
{
	json_t *a = json_object_get(o, key);

	if (!json_is_array(a) || json_array_size(a) != nr)
		return NULL;
	for (size_t i = 0; i < nr; i++) {
		const json_t *v = json_array_get(a, i);

		if (!orders && !json_is_integer(v))
			return NULL;
		if (orders && json_array_size(v) != BS_NR_ORDERS)
			return NULL;
		for (size_t k = 0; orders && k < BS_NR_ORDERS; k++) {
			if (!json_is_integer(json_array_get(v, k)))
				return NULL;
		}
	}
	return a;
}

static json_int_t number(const json_t *a, size_t i)
{
	return json_integer_value(json_array_get(a, i));
}

static int check_series(struct data *d, struct series *s, const json_t *o, size_t index)
{
	const json_t *cell = json_array_get(d->cells, index);
	struct {
		const char *key;
		json_t **column;
	} want[] = {
		{"time_ns", &s->time},
		{"used_bytes", &s->used},
		{"resident_bytes", &s->resident},
		{"unmapped_bytes", &s->unmapped},
		{"nr_free", &s->nr_free},
	};

	s->label = json_string_value(json_object_get(o, "label"));
	if (!s->label || strcmp(s->label, json_string_value(json_object_get(cell, "label"))))
		return malformed(d, "timeline.cells[%zu] has not the label of cells[%zu]", index,
				 index);
	s->nr = json_array_size(json_object_get(o, "time_ns"));
	if (!s->nr)
		return malformed(d, "timeline.cells[%zu].time_ns is missing or empty", index);
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		*want[i].column = column(o, want[i].key, s->nr, !strcmp(want[i].key, "nr_free"));
		if (!*want[i].column)
			return malformed(
				d,
				"timeline.cells[%zu].%s is missing, not as long as time_ns, "
				"or holds something else than whole numbers",
				index, want[i].key);
	}
	for (size_t i = 1; i < s->nr; i++) {
		if (number(s->time, i) < number(s->time, i - 1))
			return malformed(d, "timeline.cells[%zu].time_ns runs backwards", index);
	}
	return 0;
}

/* orders-LABEL.tsv, with what a file name cannot hold replaced; equal names get a number. */
static void name_file(const struct data *d, size_t index)
{
	static const char fine[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				   "0123456789._=,:+-";
	struct series *s = &d->series[index];
	char safe[201]; /* NAME_MAX is 255, and the temporary name is longer than the final one */
	size_t n, same = 0;

	n = (size_t)snprintf(safe, sizeof(safe), "%s", s->label);
	for (size_t i = 0; i < n && safe[i]; i++) {
		if (!strchr(fine, safe[i]))
			safe[i] = '_';
	}
	snprintf(s->file, sizeof(s->file), "orders-%s.tsv", safe);
	for (size_t i = 0; i < index; i++) {
		if (strcmp(d->series[i].file, s->file))
			continue;
		same++;
		snprintf(s->file, sizeof(s->file), "orders-%s-%zu.tsv", safe, same + 1);
		i = (size_t)-1; /* the new name must differ from all, too */
	}
}

static int load_timeline(struct data *d)
{
	json_t *cells, *tl = json_object_get(d->root, "timeline");

	if (!tl || json_is_null(tl))
		return 0;
	if (json_is_object(tl) && !json_object_size(tl))
		return 0;
	cells = json_object_get(tl, "cells");
	if (json_array_size(cells) != d->nr_cells)
		return malformed(d, "timeline.cells has not one entry for each of the %zu cells",
				 d->nr_cells);
	d->series = calloc(d->nr_cells, sizeof(*d->series));
	if (!d->series)
		return no_memory(d);
	for (size_t i = 0; i < d->nr_cells; i++) {
		int ret = check_series(d, &d->series[i], json_array_get(cells, i), i);

		if (ret)
			return ret;
		name_file(d, i);
	}
	return 0;
}

/* ---- Writing -------------------------------------------------------------------------------- */

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

	json_array_foreach(d->cells, i, cell)
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
	json_array_foreach(d->cells, i, cell)
	{
		put_text(o.f, json_string_value(json_object_get(cell, "label")));
		fprintf(o.f, "\t%s", d->series ? d->series[i].file : "-");
		json_object_foreach(columns, key, path) put_figure(o.f, figure(cell, path));
		fputc('\n', o.f);
	}
	json_decref(columns);
	return bs_outfile_commit(&o, d->err);
}

/* The sample that holds at @now: the last one not after it. Before the first: the first. */
static size_t advance(struct series *s, json_int_t now)
{
	while (s->at < s->nr && number(s->time, s->at) <= now)
		s->at++;
	return s->at ? s->at - 1 : 0;
}

static bool next_time(const struct data *d, json_int_t *time)
{
	bool any = false;

	for (size_t i = 0; i < d->nr_cells; i++) {
		const struct series *s = &d->series[i];

		if (s->at == s->nr || (any && number(s->time, s->at) >= *time))
			continue;
		*time = number(s->time, s->at);
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
	for (size_t i = 0; i < d->nr_cells; i++) {
		static const char *const what[] = {"held", "resident", "unmapped"};

		for (int k = 0; k < 3; k++) {
			fprintf(o.f, "\t%s_mib ", what[k]);
			put_text(o.f, d->series[i].label);
		}
	}
	fputc('\n', o.f);
	while (next_time(d, &now)) {
		fprintf(o.f, "%.9f", (double)now / BS_NS_PER_S);
		for (size_t i = 0; i < d->nr_cells; i++) {
			struct series *s = &d->series[i];
			size_t k = advance(s, now);
			double used = (double)number(s->used, k);
			double resident = (double)number(s->resident, k);
			double unmapped = (double)number(s->unmapped, k);
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

static int write_orders(struct data *d, const struct series *s)
{
	struct bs_outfile o;
	int ret = open_file(d, s->file, &o);

	if (ret)
		return ret;
	fputs("time_s", o.f);
	for (unsigned int k = 0; k < BS_NR_ORDERS; k++)
		fprintf(o.f, "\torder %u", k);
	fputc('\n', o.f);
	for (size_t i = 0; i < s->nr; i++) {
		const json_t *blocks = json_array_get(s->nr_free, i);

		fprintf(o.f, "%.9f", (double)number(s->time, i) / BS_NS_PER_S);
		for (unsigned int k = 0; k < BS_NR_ORDERS; k++)
			put_mib(o.f, (double)number(blocks, k) * (double)(BS_PAGE_SIZE << k));
		fputc('\n', o.f);
	}
	return bs_outfile_commit(&o, d->err);
}

/* A title's word. Where cells differ (huge pages depend on a strategy's order), the clauses that all
 * of them begin with. */
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
	const json_t *trace = json_object_get(d->root, "trace"),
		     *cell = json_array_get(d->cells, 0);
	const json_t *bound = json_object_get(d->root, "bound"), *name, *v;
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
	put_about(o.f, "device", json_object_get(cell, "device"), d->cells);
	put_about(o.f, "kernel", json_object_get(cell, "kernel"), d->cells);
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
	char *path = strdup(d->dir);
	int e = path ? 0 : ENOMEM;

	/* Each parent, then the folder itself; what is there already is fine. */
	for (char *p = path, c = 1; c && !e; p++) {
		p += strcspn(p + (*p == '/'), "/") + (*p == '/');
		c = *p;
		*p = '\0';
		if (mkdir(path, 0777) && errno != EEXIST)
			e = errno;
		*p = c;
	}
	free(path);
	if (!e)
		return 0;
	return bs_error_set(d->err, BS_RESOURCE, e, d->dir, "give a folder that can be written to",
			    "cannot be created");
}

static int write_all(struct data *d)
{
	int ret = make_dir(d);

	if (!ret)
		ret = write_about(d);
	if (!ret)
		ret = write_cells(d);
	if (!d->series)
		return ret ? ret : 1;
	if (!ret)
		ret = write_timeline(d);
	for (size_t i = 0; i < d->nr_cells && !ret; i++)
		ret = write_orders(d, &d->series[i]);
	return ret;
}

/* Does the schema of the record know the figure at all? What a run does not have is null there, or
 * the part it belongs to is. */
static bool is_known(const struct data *d, const char *key)
{
	const json_t *cell;
	size_t i;

	json_array_foreach(d->cells, i, cell)
	{
		char *part = strndup(key, strcspn(key, "."));
		const bool known = bs_json_at(cell, key) ||
				   (part && json_is_null(json_object_get(cell, part)));

		free(part);
		if (known)
			return true;
	}
	return false;
}

/* "words_set, meta_bytes.peak", or NULL. */
static char *find_lacks(const struct data *d)
{
	const struct bs_metric *m;
	const char *sep = "";
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	for (unsigned int i = 0; f && (m = bs_metric_at(i)); i++) {
		if (!m->cell || is_known(d, m->key))
			continue;
		fprintf(f, "%s%s", sep, m->key);
		sep = ", ";
	}
	if (f && (fclose(f) || !size)) {
		free(text);
		text = NULL;
	}
	return text;
}

int bs_record_data(const char *record_path, const char *dir, char **lacks, struct bs_error *err)
{
	struct data d = {.record = record_path, .dir = dir, .err = err};
	int ret = load(&d);

	if (!ret)
		ret = load_timeline(&d);
	if (lacks)
		*lacks = ret ? NULL : find_lacks(&d);
	if (!ret)
		ret = write_all(&d);
	free(d.series);
	json_decref(d.root);
	return ret;
}
