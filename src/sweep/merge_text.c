// SPDX-License-Identifier: GPL-2.0-or-later
/* merge_text.c - a merged sweep as text: records as JSON, or one table with a column for each axis. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "csv.h"
#include "json.h"
#include "merge_form.h"
#include "outfile.h"

struct text {
	struct bs_outfile o;
	char sep; /* of a table */
	bool several; /* groups: JSON is an array then */
	uint64_t nr; /* groups so far */
};

static int begin(void **to, const struct bs_sweep *s, const char *path, char sep,
		 struct bs_error *err)
{
	struct text *t = calloc(1, sizeof(*t));
	int ret;

	if (!t)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, path, NULL, "cannot be written");
	t->sep = sep;
	t->several = s->nr_groups > 1;
	ret = bs_outfile_open(&t->o, path, err);
	if (ret)
		free(t);
	else
		*to = t;
	return ret;
}

static int end_text(void *to, bool whole, struct bs_error *err)
{
	struct text *t = to;
	int ret = 0;

	if (whole)
		ret = bs_outfile_commit(&t->o, err);
	else
		bs_outfile_abandon(&t->o);
	free(t);
	return ret;
}

/* ---- JSON ------------------------------------------------------------------------------------------- */

static int begin_json(void **to, const struct bs_sweep *s, const char *path, struct bs_error *err)
{
	return begin(to, s, path, '\0', err);
}

static int group_json(void *to, const struct bs_merged *m, struct bs_error *err)
{
	struct text *t = to;

	if (t->several)
		fputs(t->nr ? ",\n" : "[\n", t->o.f);
	t->nr++;
	json_dumpf(m->record, t->o.f, JSON_INDENT(1) | JSON_ENSURE_ASCII);
	fputc('\n', t->o.f);
	return ferror(t->o.f) ? bs_outfile_failed(&t->o, err) : 0;
}

static int end_json(void *to, bool whole, struct bs_error *err)
{
	struct text *t = to;

	if (t->several)
		fputs("]\n", t->o.f);
	return end_text(to, whole, err);
}

const struct bs_merge_form bs_merge_json = {"json", begin_json, group_json, end_json};

/* ---- A table ---------------------------------------------------------------------------------------- */

static const char *const words[] = {"label", "strategy", "params", "kernel"};

#define NR_WORDS (sizeof(words) / sizeof(words[0]))

static const char *line_end(const struct text *t)
{
	return t->sep == ',' ? "\r\n" : "\n";
}

static void put_heads(struct text *t, const struct bs_sweep *s)
{
	const struct bs_metric *m;

	fputs("trace", t->o.f);
	for (unsigned int d = 0; d < s->nr_dims; d++)
		for (unsigned int i = 0; i < s->dims[d].nr_opts; i++)
			fprintf(t->o.f, "%c--%s", t->sep, s->dims[d].opts[i]->name);
	for (size_t i = 0; i < NR_WORDS; i++)
		fprintf(t->o.f, "%c%s", t->sep, words[i]);
	for (unsigned int i = 0; (m = bs_metric_at(i)); i++)
		if (m->cell)
			fprintf(t->o.f, "%c%s", t->sep, m->key);
	fprintf(t->o.f, "%cerror%s", t->sep, line_end(t));
}

static void put_row(struct text *t, const struct bs_merged *g, const json_t *cell)
{
	const struct bs_metric *m;
	uint64_t v;

	bs_field_put(t->o.f, t->sep, bs_group_trace(g->s, g->g)->name);
	for (unsigned int d = 0; d < g->s->nr_dims; d++)
		for (unsigned int i = 0; i < g->s->dims[d].nr_opts; i++) {
			fputc(t->sep, t->o.f);
			bs_field_put(t->o.f, t->sep, bs_group_value(g->s, g->g, d, i));
		}
	for (size_t i = 0; i < NR_WORDS; i++) {
		fputc(t->sep, t->o.f);
		bs_field_put(t->o.f, t->sep, json_string_value(json_object_get(cell, words[i])));
	}
	for (unsigned int i = 0; (m = bs_metric_at(i)); i++) {
		if (!m->cell)
			continue;
		fputc(t->sep, t->o.f);
		if (!bs_json_uint_at(cell, m->key, &v))
			fprintf(t->o.f, "%" PRIu64, v);
	}
	fputc(t->sep, t->o.f);
	bs_field_put(t->o.f, t->sep, json_string_value(json_object_get(cell, "error")));
	fputs(line_end(t), t->o.f);
}

static int group_table(void *to, const struct bs_merged *m, struct bs_error *err)
{
	struct text *t = to;
	const json_t *row;
	size_t i;

	if (!t->nr++)
		put_heads(t, m->s);
	json_array_foreach(json_object_get(m->record, "cells"), i, row) put_row(t, m, row);
	json_array_foreach(json_object_get(m->record, "failed"), i, row) put_row(t, m, row);
	return ferror(t->o.f) ? bs_outfile_failed(&t->o, err) : 0;
}

static int begin_csv(void **to, const struct bs_sweep *s, const char *path, struct bs_error *err)
{
	return begin(to, s, path, ',', err);
}

static int begin_tsv(void **to, const struct bs_sweep *s, const char *path, struct bs_error *err)
{
	return begin(to, s, path, '\t', err);
}

const struct bs_merge_form bs_merge_csv = {"csv", begin_csv, group_table, end_text},
			   bs_merge_tsv = {"tsv", begin_tsv, group_table, end_text};
