// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * compare_plans.c - two plans cell by cell: a cell of one is that of the other with the same trace, options
 * and strategy, whichever program and machine ran it. Per figure: in how many cells it differs, and where most.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "grid.h"
#include "group.h"
#include "json.h"

/* One figure over all cells. */
struct figure {
	const struct bs_metric *m;
	uint64_t differs, grew, shrank;
	uint64_t a, b; /* where it differs most */
	double most; /* by so large a share of A's */
	char *cell; /* there */
};

struct plans {
	const struct bs_sweep *a, *b;
	double limit;
	json_t *at; /* of B: number of a cell by what it is */
	struct figure *figures;
	unsigned int nr_figures;
	uint64_t both, differ, only_a, only_b, unlike; /* unlike: one of them failed */
	struct bs_error *err;
};

static int no_memory(const struct plans *p)
{
	return bs_error_set(p->err, BS_RESOURCE, ENOMEM, p->a->dir, NULL, "cannot be compared");
}

/* "memhog.cborseq --kernel linux-6.1 --seed 2 rotation", whatever order the axes have in the plan. */
static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static unsigned int nr_options(const struct bs_sweep *s)
{
	unsigned int n = 0;

	for (unsigned int d = 0; d < s->nr_dims; d++)
		n += s->dims[d].nr_opts;
	return n;
}

static char *name_of(const struct bs_sweep *s, const struct bs_planned *c)
{
	const struct bs_group *g = &s->groups[c->group];
	const unsigned int nr = nr_options(s);
	char **words = calloc(nr + 1, sizeof(*words)), *text = NULL;
	unsigned int n = 0;
	size_t size;
	FILE *f = words ? open_memstream(&text, &size) : NULL;

	for (unsigned int d = 0; f && d < s->nr_dims; d++)
		for (unsigned int i = 0; i < s->dims[d].nr_opts; i++)
			if (asprintf(&words[n], " --%s %s", s->dims[d].opts[i]->name,
				     bs_group_value(s, g, d, i)) >= 0)
				n++;
	if (f) {
		qsort(words, n, sizeof(*words), by_text);
		fputs(bs_group_trace(s, g)->name, f);
		for (unsigned int i = 0; i < n; i++)
			fputs(words[i], f);
		fprintf(f, " %s", s->strategies[c->strategy]);
		if (fclose(f)) {
			free(text);
			text = NULL;
		}
	}
	for (unsigned int i = 0; i < n; i++)
		free(words[i]);
	free(words);
	return text;
}

/* ---- Figures ---------------------------------------------------------------------------------------- */

static int make_figures(struct plans *p)
{
	const struct bs_metric *m;
	unsigned int nr = 0;

	while (bs_metric_at(nr))
		nr++;
	p->figures = calloc(nr + 1, sizeof(*p->figures));
	if (!p->figures)
		return no_memory(p);
	for (unsigned int i = 0; (m = bs_metric_at(i)); i++)
		if (m->cell)
			p->figures[p->nr_figures++].m = m;
	return 0;
}

static int note(struct figure *f, uint64_t a, uint64_t b, const char *cell)
{
	const double change = fabs((double)b - (double)a);
	const double share = a ? change / (double)a : INFINITY;

	f->differs++;
	f->grew += b > a;
	f->shrank += b < a;
	if (f->cell && share <= f->most)
		return 0;
	free(f->cell);
	f->cell = strdup(cell);
	f->most = share;
	f->a = a;
	f->b = b;
	return f->cell ? 0 : -ENOMEM;
}

static bool is_within(double limit, uint64_t a, uint64_t b)
{
	return fabs((double)b - (double)a) <= limit * (double)a;
}

/* A figure that one of them does not have is as much a difference as another value. */
static int compare_cells(struct plans *p, const json_t *a, const json_t *b, const char *name)
{
	bool any = false;
	int ret = 0;

	for (unsigned int i = 0; i < p->nr_figures && !ret; i++) {
		const char *key = p->figures[i].m->key;
		uint64_t x = 0, y = 0;
		const bool has_a = !bs_json_uint_at(a, key, &x),
			   has_b = !bs_json_uint_at(b, key, &y);

		if (has_a == has_b && (x == y || is_within(p->limit, x, y)))
			continue;
		any = true;
		ret = note(&p->figures[i], x, y, name);
	}
	p->differ += any;
	return ret ? no_memory(p) : 0;
}

/* ---- Cells ------------------------------------------------------------------------------------------ */

static int index_b(struct plans *p)
{
	int ret = 0;

	p->at = json_object();
	for (uint64_t i = 0; i < p->b->nr_cells && !ret; i++) {
		char *name = name_of(p->b, &p->b->cells[i]);

		ret = name ? json_object_set_new(p->at, name, json_integer((json_int_t)i)) : -1;
		free(name);
	}
	return ret ? no_memory(p) : 0;
}

static int compare_two(struct plans *p, const struct bs_planned *a, const struct bs_planned *b,
		       const char *name)
{
	json_t *x, *y;
	int ret = -EINVAL;

	if (!a->at.segment || !b->at.segment) {
		p->only_a += a->at.segment > 0;
		p->only_b += b->at.segment > 0;
		return 0;
	}
	p->both++;
	if (a->at.failed || b->at.failed) {
		p->unlike += a->at.failed != b->at.failed;
		return 0;
	}
	x = bs_segments_read(&p->a->segments, &a->at, p->err);
	y = x ? bs_segments_read(&p->b->segments, &b->at, p->err) : NULL;
	if (y)
		ret = compare_cells(p, bs_json_at(x, "cells.0"), bs_json_at(y, "cells.0"), name);
	json_decref(x);
	json_decref(y);
	return ret;
}

static int compare_one(struct plans *p, const struct bs_planned *a)
{
	char *name = name_of(p->a, a);
	const json_t *at = name ? json_object_get(p->at, name) : NULL;
	int ret = name ? 0 : no_memory(p);

	if (at)
		ret = compare_two(p, a, &p->b->cells[json_integer_value(at)], name);
	else if (!ret)
		p->only_a += a->at.segment > 0;
	if (at)
		json_object_del(p->at, name);
	free(name);
	return ret;
}

/* ---- Telling ---------------------------------------------------------------------------------------- */

static int by_most(const void *a, const void *b)
{
	const struct figure *x = a, *y = b;

	return (x->most < y->most) - (x->most > y->most);
}

static void print_text(const struct plans *p, FILE *f)
{
	struct bs_grid g = {.columns = 7, .left = "lrrrrrl"};
	char a[BS_GROUPED], b[BS_GROUPED], share[32];
	static const char *const heads[] = {"figure", "cells", "more",	    "less",
					    "A",      "B",     "where most"};

	fprintf(f, "%" PRIu64 " cells are in both, %" PRIu64 " of them differ", p->both, p->differ);
	fprintf(f, "; %" PRIu64 " are in A only, %" PRIu64 " in B only", p->only_a, p->only_b);
	fprintf(f, p->unlike ? "; %" PRIu64 " failed in one of them\n" : "\n", p->unlike);
	if (!p->differ)
		return;
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		bs_grid_add(&g, "%s", heads[i]);
	for (unsigned int i = 0; i < p->nr_figures; i++) {
		const struct figure *x = &p->figures[i];

		if (!x->differs)
			continue;
		snprintf(share, sizeof(share), x->a ? "%+.1f %%" : "new",
			 ((double)x->b - (double)x->a) * 100 / (double)(x->a ? x->a : 1));
		bs_grid_add(&g, "%s", x->m->key);
		bs_grid_add(&g, "%" PRIu64, x->differs);
		bs_grid_add(&g, "%" PRIu64, x->grew);
		bs_grid_add(&g, "%" PRIu64, x->shrank);
		bs_grid_add(&g, "%s", bs_grouped(x->a, a));
		bs_grid_add(&g, "%s", bs_grouped(x->b, b));
		bs_grid_add(&g, "%s in %s", share, x->cell);
	}
	bs_grid_print(&g, 0, f);
	bs_grid_clear(&g);
}

static void print_json(const struct plans *p, FILE *f)
{
	json_t *root = json_object(), *figures = json_array();

	bs_json_put_uint(root, "both", p->both);
	bs_json_put_uint(root, "differ", p->differ);
	bs_json_put_uint(root, "only_a", p->only_a);
	bs_json_put_uint(root, "only_b", p->only_b);
	bs_json_put_uint(root, "failed_in_one", p->unlike);
	json_object_set_new(root, "figures", figures);
	for (unsigned int i = 0; i < p->nr_figures; i++) {
		const struct figure *x = &p->figures[i];
		json_t *o;

		if (!x->differs)
			continue;
		o = json_object();
		bs_json_put_text(o, "figure", x->m->key);
		bs_json_put_uint(o, "cells", x->differs);
		bs_json_put_uint(o, "more", x->grew);
		bs_json_put_uint(o, "less", x->shrank);
		bs_json_put_uint(o, "a", x->a);
		bs_json_put_uint(o, "b", x->b);
		bs_json_put_text(o, "most", x->cell);
		json_array_append_new(figures, o);
	}
	json_dumpf(root, f, JSON_INDENT(1) | JSON_ENSURE_ASCII);
	fputc('\n', f);
	json_decref(root);
}

int bs_sweep_diff(const struct bs_sweep *a, const struct bs_sweep *b, double limit,
		  enum bs_format format, void *file, struct bs_error *err)
{
	struct plans p = {.a = a, .b = b, .limit = limit, .err = err};
	const char *name;
	json_t *at;
	int ret = make_figures(&p);

	if (!ret)
		ret = index_b(&p);
	for (uint64_t i = 0; i < a->nr_cells && !ret; i++)
		ret = compare_one(&p, &a->cells[i]);
	/* Those that nobody in A is like. */
	json_object_foreach(p.at, name, at) p.only_b +=
		b->cells[json_integer_value(at)].at.segment > 0;
	if (!ret) {
		qsort(p.figures, p.nr_figures, sizeof(*p.figures), by_most);
		if (format == BS_FORMAT_JSON)
			print_json(&p, file);
		else
			print_text(&p, file);
		ret = p.differ || p.only_a || p.only_b || p.unlike;
	}
	for (unsigned int i = 0; i < p.nr_figures; i++)
		free(p.figures[i].cell);
	free(p.figures);
	json_decref(p.at);
	return ret;
}
