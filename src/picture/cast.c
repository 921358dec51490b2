// SPDX-License-Identifier: GPL-2.0-or-later
#include "cast.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <buddysim/report.h>

#include "json.h"
#include "palette.h"

#define BOUND "bound"

double bs_row_figure(const struct bs_row *r, const char *key)
{
	uint64_t v;

	return bs_json_uint_at(r->cell, key, &v) ? NAN : (double)v;
}

/* What reports nothing on the row's own kernel. */
static const struct bs_row *none_of(const struct bs_cast *f, const struct bs_row *r)
{
	const json_t *kernel = json_object_get(r->cell, "kernel");

	if (f->none && json_equal(json_object_get(f->none->cell, "kernel"), kernel))
		return f->none;
	for (size_t i = 0; f->none && kernel && i < f->nr_rows; i++)
		if (f->rows[i].idle &&
		    json_equal(json_object_get(f->rows[i].cell, "kernel"), kernel))
			return &f->rows[i];
	return kernel ? NULL : f->none;
}

double bs_cast_returned(const struct bs_cast *f, const struct bs_row *r)
{
	const struct bs_row *none = none_of(f, r);
	const double all = none ? bs_row_figure(none, "held_mib_s") : NAN;

	return all > 0 ? 100 * (1 - bs_row_figure(r, "held_mib_s") / all) : NAN;
}

/* What decides between two rows: their cost, or, in a record that does not know it, what they hold. */
static double price(const struct bs_row *r)
{
	const double cost = bs_row_figure(r, "cost_ns");

	return isnan(cost) ? bs_row_figure(r, "held_mib_s") : cost;
}

bool bs_cast_is_tie(const struct bs_cast *f)
{
	return f->none && f->best && !(price(f->best) < 0.99 * price(f->none));
}

/* ---- Who is who ------------------------------------------------------------------------------ */

static bool is_same(const struct bs_row *a, const struct bs_row *b)
{
	const size_t len = strcspn(a->label, ":");

	return len == strcspn(b->label, ":") && !memcmp(a->label, b->label, len);
}

/* Somebody looks after the guest's memory beside the strategy. */
static bool has_agent(const struct bs_row *r)
{
	return json_is_string(json_object_get(r->cell, "agent"));
}

static void look_at(struct bs_row *r, const struct bs_cast *f)
{
	const char *name = json_string_value(json_object_get(r->cell, "strategy"));
	unsigned int place = bs_strategy_place(name ? name : r->label);
	const struct bs_strategy *s = bs_strategy_at(place);
	const double finished = bs_row_figure(r, "finished");
	unsigned int others = 0;

	/* One of a shared object has no place: behind the last, in the order of their coming. */
	for (size_t i = 0; i < r->index; i++)
		others += !s && !is_same(&f->rows[i], r) &&
			  !bs_strategy_at(bs_strategy_place(f->rows[i].label));
	r->colour = bs_palette(place + others);
	for (size_t i = 0; i < r->index; i++)
		r->variant += f->rows[i].colour == r->colour;
	r->idle = s && (s->caps & BS_CAP_IDLE) && !has_agent(r);
	r->knows_future = s && (s->caps & BS_CAP_KNOWS_FUTURE);
	/* What an older record does not know is taken for fine. */
	r->finished = !(finished == 0) && !(bs_row_figure(r, "alloc_failed") > 0);
}

static bool is_stock(const struct bs_row *r)
{
	return bs_row_figure(r, "stock") > 0;
}

/* As the kernel is, unless somebody sets it: what works by itself, with no parameter given. */
static bool is_default(const struct bs_row *r)
{
	const struct bs_strategy *s = bs_strategy_at(bs_strategy_place(r->label));

	return is_stock(r) && s && !(s->caps & (BS_CAP_IDLE | BS_CAP_CLIENT)) &&
	       !strchr(r->label, ':') && !has_agent(r);
}

/* The row that the record's own answer names for @part; NULL: none. */
static const struct bs_row *answered(const struct bs_cast *f, const json_t *answer,
				     const char *part)
{
	uint64_t cell;

	if (bs_json_uint_at(json_object_get(answer, part), "cell", &cell) || cell >= f->nr_rows)
		return NULL;
	return &f->rows[cell];
}

/* An older record has no answer: then it is found in the figures. */
static void find_parts(struct bs_cast *f)
{
	const json_t *answer = json_object_get(f->in->root, "answer");

	if (json_is_object(answer)) {
		f->none = answered(f, answer, "none");
		f->stock_default = answered(f, answer, "default");
		f->stock = answered(f, answer, "stock");
		f->best = answered(f, answer, "best");
		return;
	}
	for (size_t i = 0; i < f->nr_rows; i++) {
		const struct bs_row *r = &f->rows[i];

		if (r->idle && !f->none)
			f->none = r;
		if (is_default(r) && !f->stock_default)
			f->stock_default = r;
		if (!r->finished || r->idle || r->knows_future)
			continue;
		if (is_stock(r) && (!f->stock || price(r) < price(f->stock)))
			f->stock = r;
		if (!f->best || price(r) < price(f->best))
			f->best = r;
	}
}

static void add_role(const struct bs_cast *f, const struct bs_row *who, const char *role)
{
	struct bs_row *r = who ? &f->rows[who->index] : NULL;
	const size_t len = r ? strlen(r->role) : 0;

	if (r)
		snprintf(r->role + len, sizeof(r->role) - len, "%s%s", len ? ", " : "", role);
}

/* Of several kernels each has a default: number @i, NULL where it is not known or there are no more. One whose
 * allocator has a policy is nobody's. */
static const struct bs_row *default_on(const struct bs_cast *f, size_t i)
{
	const json_t *kernels = bs_json_at(f->in->root, "answer.kernels");
	const struct bs_row *r = answered(f, json_array_get(kernels, i), "default");

	return r && is_stock(r) ? r : NULL;
}

static size_t nr_kernels(const struct bs_cast *f)
{
	return json_array_size(bs_json_at(f->in->root, "answer.kernels"));
}

static void add_roles(const struct bs_cast *f)
{
	add_role(f, f->none, "no reporting");
	if (!nr_kernels(f))
		add_role(f, f->stock_default, "kernel default");
	for (size_t i = 0; i < nr_kernels(f); i++)
		add_role(f, default_on(f, i), "kernel default");
	if (f->stock == f->best && f->stock)
		add_role(f, f->stock, "cheapest");
	else
		add_role(f, f->stock, "cheapest of stock kernels");
	if (f->stock != f->best)
		add_role(f, f->best, "cheapest");
	for (size_t i = 0; i < f->nr_rows; i++) {
		if (!f->rows[i].finished)
			add_role(f, &f->rows[i], "unfinished");
	}
}

/* ---- Who is in front ------------------------------------------------------------------------- */

static void put_in_front(struct bs_cast *f, const struct bs_row *who)
{
	struct bs_row *r = who ? &f->rows[who->index] : NULL;

	if (!r || r->in_front || f->nr + f->bound >= BS_HIGHLIGHTS)
		return;
	r->in_front = true;
	f->front[f->nr++] = r;
}

static void choose(struct bs_cast *f)
{
	f->bound = json_is_object(json_object_get(f->in->root, BOUND));
	put_in_front(f, f->none);
	put_in_front(f, f->stock_default);
	for (size_t i = 0; i < nr_kernels(f); i++)
		put_in_front(f, default_on(f, i));
	put_in_front(f, f->stock);
	put_in_front(f, f->best);
	/* Few rows need no background; the cheapest first, the others as they stand. */
	for (size_t i = 0; i < f->nr_rows && f->nr_rows + f->bound <= BS_HIGHLIGHTS; i++)
		put_in_front(f, &f->rows[i]);
}

/* Of "A,B,...", in which labels have commas of their own, the next item. Returns its length: that of the
 * longest label that stands there, else up to the comma. */
static size_t item_at(const char *text, const char *const *labels, size_t nr, size_t *found)
{
	size_t longest = 0;

	*found = nr;
	for (size_t i = 0; i < nr; i++) {
		const size_t len = strlen(labels[i]);

		if (len > longest && !strncmp(text, labels[i], len) &&
		    (!text[len] || text[len] == ',')) {
			longest = len;
			*found = i;
		}
	}
	return longest ? longest : strcspn(text, ",");
}

/* A strategy's bare name stands for the first row of it. */
static size_t by_name(const char *text, size_t len, const char *const *labels, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (strcspn(labels[i], ":") == len && !memcmp(labels[i], text, len))
			return i;
	return nr;
}

static int refuse(const char *text, size_t len, const char *const *labels, size_t nr,
		  struct bs_error *err)
{
	const char **names = calloc(nr + 2, sizeof(*names)), *near = NULL;
	char *word = strndup(text, len);

	if (names && word) {
		memcpy(names, labels, nr * sizeof(*names));
		names[nr] = BOUND;
		near = bs_nearest(names, word);
	}
	bs_error_set(err, BS_USAGE, 0, "--highlight", "name rows of the comparison, or \"bound\"",
		     "no row is called \"%s\"%s%s%s", word ? word : text,
		     near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
	free(names);
	free(word);
	return -EINVAL;
}

/* Calls @put with each, nr being the bound. 0, or negative with @err. */
static int for_each(const char *highlight, const char *const *labels, size_t nr,
		    void (*put)(struct bs_cast *f, size_t index), struct bs_cast *f,
		    struct bs_error *err)
{
	unsigned int n = 0;

	for (const char *p = highlight;; p++) {
		size_t found, len = item_at(p, labels, nr, &found);
		const bool is_bound = len == strlen(BOUND) && !memcmp(p, BOUND, len);

		if (found == nr && !is_bound)
			found = by_name(p, len, labels, nr);
		if (found == nr && !is_bound)
			return refuse(p, len, labels, nr, err);
		if (++n > BS_HIGHLIGHTS)
			return bs_error_set(err, BS_USAGE, 0, "--highlight", NULL,
					    "takes at most %d names: more cannot be told apart",
					    BS_HIGHLIGHTS);
		if (put)
			put(f, found);
		p += len;
		if (!*p)
			return 0;
	}
}

int bs_highlight_check(const char *highlight, const char *const *labels, size_t nr,
		       struct bs_error *err)
{
	return for_each(highlight, labels, nr, NULL, NULL, err);
}

static void put_asked(struct bs_cast *f, size_t index)
{
	if (index == f->nr_rows)
		f->bound = json_is_object(json_object_get(f->in->root, BOUND));
	else
		put_in_front(f, &f->rows[index]);
}

static int choose_asked(struct bs_cast *f, const char *highlight, struct bs_error *err)
{
	const char **labels = calloc(f->nr_rows + 1, sizeof(*labels));
	int ret;

	if (!labels)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, "pictures", NULL, "cannot be drawn");
	for (size_t i = 0; i < f->nr_rows; i++)
		labels[i] = f->rows[i].label;
	ret = for_each(highlight, labels, f->nr_rows, put_asked, f, err);
	free(labels);
	return ret;
}

int bs_cast_make(struct bs_cast *f, const struct bs_stored *in, const char *highlight,
		 struct bs_error *err)
{
	int ret = 0;

	*f = (struct bs_cast){.in = in, .nr_rows = in->nr_cells};
	f->rows = calloc(f->nr_rows, sizeof(*f->rows));
	if (!f->rows)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, "pictures", NULL, "cannot be drawn");
	for (size_t i = 0; i < f->nr_rows; i++) {
		struct bs_row *r = &f->rows[i];

		r->cell = json_array_get(in->cells, i);
		r->label = json_string_value(json_object_get(r->cell, "label"));
		r->index = i;
		look_at(r, f);
	}
	find_parts(f);
	add_roles(f);
	if (highlight)
		ret = choose_asked(f, highlight, err);
	else
		choose(f);
	if (ret)
		bs_cast_free(f);
	return ret;
}

void bs_cast_free(struct bs_cast *f)
{
	free(f->rows);
	*f = (struct bs_cast){0};
}
