// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * page.c - records as one page of HTML: what it shows is written as one piece of JSON between a style
 * sheet and a program that were written by hand (plots/report.*).
 *
 * A record may hold any text. None of it is ever read as markup: it is in the page as JSON in which no
 * character means anything to HTML, and the page's program puts it in place as text; a picture is shown
 * as an image, in which nothing runs.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cast.h"
#include "json.h"
#include "outfile.h"
#include "page_series.h"
#include "row_fault.h"

/* Parts of BS_PAGE_BYTES. What the rows' figures and the page itself leave is for pictures, which take a quarter
 * more as a part of JSON. */
#define SAMPLES_ROOM 700000
#define MAPS_ROOM 500000
#define PAGE_ROOM 150000

#define SAMPLE_BYTES 110 /* as text, of one row */
#define MOST_SAMPLES 400
#define FEW_SAMPLES 30
#define MANY_ROWS 1000 /* of more only what a table shows by default is there */

struct bs_page {
	json_t *root;
	struct bs_stored *const *records;
	struct bs_cast *casts;
	size_t nr, nr_rows;
	size_t pictures, maps; /* room that is left */
};

/* ---- Figures --------------------------------------------------------------------------------- */

static bool is_shown(const struct bs_metric *m)
{
	struct bs_table_column c;

	for (unsigned int i = 0; bs_table_column_at(i, &c); i++)
		if (c.metric == m)
			return c.shown;
	return false;
}

static bool is_kept(const struct bs_page *p, const struct bs_metric *m)
{
	return m->cell && (p->nr_rows <= MANY_ROWS || is_shown(m));
}

static json_t *metrics_json(const struct bs_page *p)
{
	const struct bs_metric *m;
	json_t *list = json_array();

	for (unsigned int i = 0; (m = bs_metric_at(i)); i++) {
		json_t *o;

		if (!is_kept(p, m))
			continue;
		o = json_object();
		bs_json_put_text(o, "key", m->key);
		bs_json_put_text(o, "heading", m->heading ? m->heading : m->key);
		bs_json_put_text(o, "unit", bs_unit_name(m->unit));
		bs_json_put_text(o, "is", m->definition);
		bs_json_put_bool(o, "shown", is_shown(m));
		json_array_append_new(list, o);
	}
	return list;
}

/* One value where all rows have the same one. */
static json_t *column_json(const struct bs_stored *in, const char *key)
{
	json_t *first = bs_json_at(json_array_get(in->cells, 0), key), *list = json_array();
	bool same = true;

	for (size_t i = 0; i < in->nr_cells; i++) {
		json_t *v = bs_json_at(json_array_get(in->cells, i), key);

		same = same && (v == first || (v && first && json_equal(v, first)));
		if (json_is_object(v) || json_is_array(v))
			v = NULL;
		json_array_append_new(list, v ? json_incref(v) : json_null());
	}
	if (!same || in->nr_cells < 2)
		return list;
	first = json_incref(json_array_get(list, 0));
	json_decref(list);
	return first;
}

static json_t *figures_json(const struct bs_page *p, const struct bs_stored *in)
{
	static const char *const texts[] = {"strategy",	       "params",	 "kernel",
					    "device",	       "checks.machine", "checks.content",
					    "checks.residency"};
	const struct bs_metric *m;
	json_t *o = json_object();

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		json_object_set_new(o, texts[i], column_json(in, texts[i]));
	for (unsigned int i = 0; (m = bs_metric_at(i)); i++)
		if (is_kept(p, m))
			json_object_set_new(o, m->key, column_json(in, m->key));
	return o;
}

/* ---- Records --------------------------------------------------------------------------------- */

static bool is_front(const struct bs_cast *f, const struct bs_row *r)
{
	for (size_t i = 0; i < f->nr; i++)
		if (f->front[i] == r)
			return true;
	return false;
}

static json_t *faults_json(const struct bs_row *r)
{
	json_t *list = json_array();
	const char *key;
	uint64_t v;

	for (unsigned int i = 0; (key = bs_row_fault(i)); i++)
		if (!bs_json_uint_at(r->cell, key, &v) && v)
			json_array_append_new(list, json_string(key));
	return list;
}

static json_t *row_json(const struct bs_cast *f, const struct bs_row *r, size_t samples)
{
	json_t *o = json_object(), *faults = faults_json(r);
	char colour[8];

	snprintf(colour, sizeof(colour), "#%06x", r->colour & 0xffffff);
	bs_json_put_text(o, "label", r->label);
	bs_json_put_text(o, "colour", colour);
	bs_json_put_uint(o, "variant", r->variant);
	bs_json_put_bool(o, "front", is_front(f, r));
	bs_json_put_text(o, "role", r->role);
	bs_json_put_bool(o, "finished", r->finished);
	if (json_array_size(faults))
		json_object_set(o, "faults", faults);
	json_decref(faults);
	if (f->in->series && (samples >= FEW_SAMPLES || is_front(f, r)))
		json_object_set_new(o, "series",
				    bs_page_samples(f, r->index,
						    samples < FEW_SAMPLES ? FEW_SAMPLES : samples));
	return o;
}

static void add_maps(struct bs_page *p, const struct bs_cast *f, json_t *rows, bool front)
{
	for (size_t i = 0; i < f->nr_rows; i++) {
		json_t *map = NULL;

		if (is_front(f, &f->rows[i]) == front)
			map = bs_page_map(f, i, &p->maps);
		if (map)
			json_object_set_new(json_array_get(rows, i), "map", map);
	}
}

/* The rows in front, of whichever record, are the last to go without. */
static void add_all_maps(struct bs_page *p, json_t *records)
{
	for (int front = 1; front >= 0; front--)
		for (size_t i = 0; i < p->nr; i++)
			add_maps(p, &p->casts[i],
				 json_object_get(json_array_get(records, i), "rows"), front);
}

static json_t *record_json(const struct bs_page *p, const struct bs_cast *f, size_t samples)
{
	static const char *const parts[] = {"schema", "seed",  "partial", "config",  "trace",
					    "failed", "bound", "answer",  "warnings"};
	const struct bs_stored *in = f->in;
	json_t *o = json_object(), *rows = json_array(), *part;
	char *command = bs_record_command(in);

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		part = json_object_get(in->root, parts[i]);
		if (part)
			json_object_set(o, parts[i], part);
	}
	/* Its folder is nobody's business whom the page is sent to. */
	bs_json_put_text(o, "file", strrchr(in->path, '/') ? strrchr(in->path, '/') + 1 : in->path);
	if (command)
		bs_json_put_text(o, "command", command);
	free(command);
	for (size_t i = 0; i < f->nr_rows; i++)
		json_array_append_new(rows, row_json(f, &f->rows[i], samples));
	json_object_set_new(o, "rows", rows);
	json_object_set_new(o, "figures", figures_json(p, in));
	json_object_set_new(o, "pictures", json_object());
	return o;
}

/* ---- The page -------------------------------------------------------------------------------- */

static int no_memory(struct bs_error *err)
{
	return bs_error_set(err, BS_RESOURCE, ENOMEM, "page", NULL, "cannot be made");
}

static void make(struct bs_page *p)
{
	size_t samples = p->nr_rows ? SAMPLES_ROOM / SAMPLE_BYTES / p->nr_rows : 0;
	json_t *list = json_array();
	size_t used;

	samples = samples < MOST_SAMPLES ? samples : MOST_SAMPLES;
	json_object_set_new(p->root, "metrics", metrics_json(p));
	json_object_set_new(p->root, "records", list);
	for (size_t i = 0; i < p->nr; i++)
		json_array_append_new(list, record_json(p, &p->casts[i], samples));
	add_all_maps(p, list);
	used = json_dumpb(p->root, NULL, 0, JSON_COMPACT | JSON_ENSURE_ASCII) + PAGE_ROOM;
	p->pictures = used < BS_PAGE_BYTES ? (BS_PAGE_BYTES - used) / 5 * 4 : 0;
}

int bs_page_open(struct bs_stored *const *records, size_t nr, const char *highlight,
		 struct bs_page **out, struct bs_error *err)
{
	struct bs_page *p = calloc(1, sizeof(*p));
	int ret = 0;

	*out = NULL;
	if (!p)
		return no_memory(err);
	*p = (struct bs_page){.records = records, .maps = MAPS_ROOM};
	p->root = json_object();
	p->casts = calloc(nr + 1, sizeof(*p->casts));
	if (!p->casts)
		ret = no_memory(err);
	for (size_t i = 0; !ret && i < nr; i++) {
		ret = bs_cast_make(&p->casts[i], records[i], highlight, err);
		p->nr += !ret;
		p->nr_rows += records[i]->nr_cells;
	}
	if (!ret)
		make(p);
	if (ret)
		bs_page_close(p);
	else
		*out = p;
	return ret;
}

void bs_page_close(struct bs_page *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->nr; i++)
		bs_cast_free(&p->casts[i]);
	free(p->casts);
	json_decref(p->root);
	free(p);
}

/* A whole file as text; NULL with @err. */
static char *read_file(const char *path, size_t *size, struct bs_error *err)
{
	FILE *f = fopen(path, "re");
	char *text = NULL, buf[8192];
	FILE *to = f ? open_memstream(&text, size) : NULL;
	size_t n;

	while (to && (n = fread(buf, 1, sizeof(buf), f)))
		fwrite(buf, 1, n, to);
	if (to && (fclose(to) || ferror(f))) {
		free(text);
		text = NULL;
	}
	if (!text)
		bs_error_set(err, BS_RESOURCE, errno, path, NULL, "cannot be read");
	if (f)
		fclose(f);
	return text;
}

int bs_page_picture(struct bs_page *p, size_t record, const char *name, const char *path,
		    struct bs_error *err)
{
	json_t *pictures = json_object_get(
		json_array_get(json_object_get(p->root, "records"), record), "pictures");
	size_t size;
	char *svg = read_file(path, &size, err);

	if (!svg)
		return -EIO;
	if (size > p->pictures) {
		free(svg);
		bs_json_put_bool(p->root, "pictures_left_out", true);
		return 1;
	}
	p->pictures -= size;
	bs_json_put_text(pictures, name, svg);
	free(svg);
	return 0;
}

/* ---- Writing --------------------------------------------------------------------------------- */

/* As JSON says it too, and HTML finds nothing in it. */
static int put_json(const char *text, size_t n, void *to)
{
	for (size_t i = 0; i < n; i++) {
		if (text[i] == '<' || text[i] == '>' || text[i] == '&')
			fprintf(to, "\\u%04x", text[i]);
		else
			fputc(text[i], to);
	}
	return 0;
}

static int put_part(FILE *f, const char *parts, const char *name, struct bs_error *err)
{
	char *path, *text = NULL;
	size_t size;

	if (asprintf(&path, "%s/%s", parts, name) < 0)
		return no_memory(err);
	text = read_file(path, &size, err);
	if (text)
		fwrite(text, 1, size, f);
	free(path);
	free(text);
	return text ? 0 : -EIO;
}

/* The page as it was written, with what belongs in place of each @name@. */
static int fill(struct bs_page *p, FILE *f, const char *parts, const char *page,
		struct bs_error *err)
{
	static const struct {
		const char *mark, *part;
	} marks[] = {
		{"@style@", "report.css"},  {"@data@", NULL},
		{"@script@", "report.js"},  {"@curves@", "report_curves.js"},
		{"@map@", "report_map.js"}, {"@start@", "report_start.js"},
	};
	int ret = 0;

	for (size_t i = 0; !ret && i < sizeof(marks) / sizeof(marks[0]); i++) {
		const char *at = strstr(page, marks[i].mark);

		if (!at)
			return bs_error_set(err, BS_RESOURCE, 0, "report.html.in", NULL,
					    "has no place for %s", marks[i].mark);
		fwrite(page, 1, (size_t)(at - page), f);
		page = at + strlen(marks[i].mark);
		if (marks[i].part)
			ret = put_part(f, parts, marks[i].part, err);
		else
			json_dump_callback(p->root, put_json, f, JSON_COMPACT | JSON_ENSURE_ASCII);
	}
	fputs(page, f);
	return ret;
}

int bs_page_write(struct bs_page *p, const char *parts, const char *path, struct bs_error *err)
{
	struct bs_outfile o;
	char *name, *page = NULL;
	size_t size;
	int ret = 0;

	if (asprintf(&name, "%s/report.html.in", parts) < 0)
		return no_memory(err);
	page = read_file(name, &size, err);
	free(name);
	if (!page)
		return -EIO;
	ret = bs_outfile_open(&o, path, err);
	if (!ret) {
		ret = fill(p, o.f, parts, page, err);
		if (!ret && o.path && ftell(o.f) > BS_PAGE_BYTES)
			ret = bs_error_set(err, BS_USAGE, 0, path, "give fewer records or rows",
					   "%zu rows do not fit on a page of %d bytes", p->nr_rows,
					   BS_PAGE_BYTES);
		if (ret)
			bs_outfile_abandon(&o);
		else
			ret = bs_outfile_commit(&o, err);
	}
	free(page);
	return ret;
}
