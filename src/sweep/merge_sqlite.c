// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * merge_sqlite.c - a merged sweep as a database for SQL, pandas and R: `cells` has a row for each cell and a
 * column for each axis and figure, `figures` says what these are, `plan` holds the manifest.
 */
#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "json.h"
#include "merge_form.h"

struct database {
	char *path, *made_as; /* its name until it is whole */
	sqlite3 *db;
	sqlite3_stmt *insert;
};

static int refuse(const struct database *d, const char *path, struct bs_error *err)
{
	return bs_error_set(err, BS_RESOURCE, 0, path, NULL, "cannot be written: %s",
			    d && d->db ? sqlite3_errmsg(d->db) : "no memory");
}

static int run(struct database *d, const char *sql, struct bs_error *err)
{
	return sqlite3_exec(d->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0
								       : refuse(d, d->path, err);
}

/* ---- Columns ------------------------------------------------------------------------------------------ */

/* Of text, before the figures. */
static const char *const words[] = {"label", "strategy", "params", "kernel"};

#define NR_WORDS (sizeof(words) / sizeof(words[0]))

/* "CREATE TABLE ..." or "INSERT ...": names and types, or a question mark for each. */
static char *statement(const struct bs_sweep *s, bool create)
{
	const struct bs_metric *m;
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return NULL;
	fputs(create ? "CREATE TABLE cells (\"trace\" TEXT" : "INSERT INTO cells VALUES (?", f);
	for (unsigned int d = 0; d < s->nr_dims; d++)
		for (unsigned int i = 0; i < s->dims[d].nr_opts; i++)
			fprintf(f, create ? ", \"--%s\" TEXT" : ", ?", s->dims[d].opts[i]->name);
	for (size_t i = 0; i < NR_WORDS; i++)
		fprintf(f, create ? ", \"%s\" TEXT" : ", ?", words[i]);
	for (unsigned int i = 0; (m = bs_metric_at(i)); i++)
		if (m->cell)
			fprintf(f, create ? ", \"%s\" INTEGER" : ", ?", m->key);
	fputs(create ? ", \"error\" TEXT)" : ", ?)", f);
	if (!fclose(f))
		return text;
	free(text);
	return NULL;
}

static int put_figures(struct database *d, struct bs_error *err)
{
	static const char sql[] = "INSERT INTO figures VALUES (?, ?, ?)";
	const struct bs_metric *m;
	sqlite3_stmt *st;
	int ret = 0;

	if (sqlite3_prepare_v2(d->db, sql, -1, &st, NULL) != SQLITE_OK)
		return refuse(d, d->path, err);
	for (unsigned int i = 0; (m = bs_metric_at(i)) && !ret; i++) {
		if (!m->cell)
			continue;
		sqlite3_bind_text(st, 1, m->key, -1, SQLITE_STATIC);
		sqlite3_bind_text(st, 2, bs_unit_name(m->unit), -1, SQLITE_STATIC);
		sqlite3_bind_text(st, 3, m->definition, -1, SQLITE_STATIC);
		if (sqlite3_step(st) != SQLITE_DONE)
			ret = refuse(d, d->path, err);
		sqlite3_reset(st);
	}
	sqlite3_finalize(st);
	return ret;
}

static int put_plan(struct database *d, const struct bs_sweep *s, struct bs_error *err)
{
	char *text = json_dumps(s->root, JSON_INDENT(1) | JSON_ENSURE_ASCII);
	sqlite3_stmt *st;
	int ret = 0;

	if (sqlite3_prepare_v2(d->db, "INSERT INTO plan VALUES (?)", -1, &st, NULL) != SQLITE_OK) {
		free(text);
		return refuse(d, d->path, err);
	}
	sqlite3_bind_text(st, 1, text, -1, SQLITE_STATIC);
	if (!text || sqlite3_step(st) != SQLITE_DONE)
		ret = refuse(d, d->path, err);
	sqlite3_finalize(st);
	free(text);
	return ret;
}

/* ---- From beginning to end ---------------------------------------------------------------------------- */

static void forget(struct database *d)
{
	sqlite3_finalize(d->insert);
	sqlite3_close(d->db);
	if (d->made_as)
		unlink(d->made_as);
	free(d->made_as);
	free(d->path);
	free(d);
}

/* One that is written once needs no journal: until it is whole it has another name. */
static int set_up(struct database *d, const struct bs_sweep *s, struct bs_error *err)
{
	char *create = statement(s, true), *insert = statement(s, false);
	int ret = create && insert ? 0 : -ENOMEM;

	if (ret)
		ret = bs_error_set(err, BS_RESOURCE, ENOMEM, d->path, NULL, "cannot be written");
	if (!ret)
		ret = run(
			d,
			"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA page_size=4096; BEGIN;"
			"CREATE TABLE plan (json TEXT);"
			"CREATE TABLE figures (key TEXT PRIMARY KEY, unit TEXT, definition TEXT)",
			err);
	if (!ret)
		ret = run(d, create, err);
	if (!ret)
		ret = put_plan(d, s, err);
	if (!ret)
		ret = put_figures(d, err);
	if (!ret && sqlite3_prepare_v2(d->db, insert, -1, &d->insert, NULL) != SQLITE_OK)
		ret = refuse(d, d->path, err);
	free(create);
	free(insert);
	return ret;
}

static int begin(void **to, const struct bs_sweep *s, const char *path, struct bs_error *err)
{
	struct database *d = calloc(1, sizeof(*d));
	int fd, ret;

	if (!strcmp(path, "-")) {
		free(d);
		return bs_error_set(err, BS_USAGE, 0, "-o", "name a file: -o cells.sqlite",
				    "a database cannot go to standard output");
	}
	if (!d || !(d->path = strdup(path)) || asprintf(&d->made_as, "%s.tmp-XXXXXX", path) < 0) {
		if (d)
			free(d->path);
		free(d);
		return refuse(NULL, path, err);
	}
	fd = mkstemp(d->made_as);
	if (fd < 0) {
		ret = bs_error_set(err, BS_RESOURCE, errno, path, NULL, "cannot be written");
		free(d->made_as);
		d->made_as = NULL;
		forget(d);
		return ret;
	}
	fchmod(fd, 0644);
	close(fd);
	ret = sqlite3_open(d->made_as, &d->db) == SQLITE_OK ? set_up(d, s, err)
							    : refuse(d, path, err);
	if (ret)
		forget(d);
	else
		*to = d;
	return ret;
}

static int put_row(struct database *d, const struct bs_merged *g, const json_t *cell,
		   struct bs_error *err)
{
	const struct bs_metric *m;
	int at = 1, ret;
	uint64_t v;

	sqlite3_clear_bindings(d->insert);
	sqlite3_bind_text(d->insert, at++, bs_group_trace(g->s, g->g)->name, -1, SQLITE_STATIC);
	for (unsigned int dim = 0; dim < g->s->nr_dims; dim++)
		for (unsigned int i = 0; i < g->s->dims[dim].nr_opts; i++)
			sqlite3_bind_text(d->insert, at++, bs_group_value(g->s, g->g, dim, i), -1,
					  SQLITE_STATIC);
	for (size_t i = 0; i < NR_WORDS; i++)
		sqlite3_bind_text(d->insert, at++,
				  json_string_value(json_object_get(cell, words[i])), -1,
				  SQLITE_STATIC);
	for (unsigned int i = 0; (m = bs_metric_at(i)); i++) {
		if (!m->cell)
			continue;
		if (!bs_json_uint_at(cell, m->key, &v) && v <= INT64_MAX)
			sqlite3_bind_int64(d->insert, at, (sqlite3_int64)v);
		at++;
	}
	sqlite3_bind_text(d->insert, at, json_string_value(json_object_get(cell, "error")), -1,
			  SQLITE_STATIC);
	ret = sqlite3_step(d->insert) == SQLITE_DONE ? 0 : refuse(d, d->path, err);
	sqlite3_reset(d->insert);
	return ret;
}

static int group(void *to, const struct bs_merged *m, struct bs_error *err)
{
	const json_t *row;
	int ret = 0;
	size_t i;

	json_array_foreach(json_object_get(m->record, "cells"), i, row) if (!ret) ret =
		put_row(to, m, row, err);
	json_array_foreach(json_object_get(m->record, "failed"), i, row) if (!ret) ret =
		put_row(to, m, row, err);
	return ret;
}

static int end(void *to, bool whole, struct bs_error *err)
{
	struct database *d = to;
	int ret = whole ? run(d, "COMMIT", err) : 0;

	if (whole && !ret && rename(d->made_as, d->path)) {
		ret = bs_error_set(err, BS_RESOURCE, errno, d->path, NULL, "cannot be written");
	} else if (whole && !ret) {
		free(d->made_as);
		d->made_as = NULL;
	}
	forget(d);
	return ret;
}

const struct bs_merge_form bs_merge_sqlite = {"sqlite", begin, group, end};
