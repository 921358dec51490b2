// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * diff.c - what is different between two records, or between two cells.
 *
 * Compared is what is reproducible: configuration, trace, which rows are the answer, and each number and
 * word of the cells and of the bound. The timeline is for pictures, and what was measured is another on each machine: they are
 * not looked at.
 */
#include "diff.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diff_answer.h"
#include "json.h"

/* A cell's own configuration; all else in it is a figure. Its label is what it is found by. */
static const char *const words[] = {"strategy", "params", "kernel", "device"};

const char *bs_diff_label(const json_t *cell)
{
	return json_string_value(json_object_get(cell, "label"));
}

static int no_memory(struct bs_error *err)
{
	return bs_error_set(err, BS_RESOURCE, ENOMEM, "diff", NULL, "cannot compare");
}

/* ---- Values ---------------------------------------------------------------------------------- */

/* Every value below @v that is no part of its own, into the object @flat: "settle_ns.t90",
 * "nr_free.9". 0 or -1: out of memory. */
static int flatten(json_t *v, const char *key, json_t *flat)
{
	const bool list = json_is_array(v);
	void *at = json_object_iter(v);
	const size_t n = list ? json_array_size(v) : json_object_size(v);
	int ret = 0;

	if (!n)
		return json_object_set(flat, key, v);
	for (size_t i = 0; i < n && !ret; i++) {
		const char *dot = *key ? "." : "";
		char *sub;

		if (list) {
			ret = asprintf(&sub, "%s%s%zu", key, dot, i);
		} else {
			ret = asprintf(&sub, "%s%s%s", key, dot, json_object_iter_key(at));
		}
		if (ret < 0)
			return -1;
		ret = flatten(list ? json_array_get(v, i) : json_object_iter_value(at), sub, flat);
		free(sub);
		at = list ? NULL : json_object_iter_next(v, at);
	}
	return ret;
}

/* What is not there, and what the run did not have, are one. */
static bool is_absent(const json_t *v)
{
	return !v || json_is_null(v) || (json_is_object(v) && !json_object_size(v)) ||
	       (json_is_array(v) && !json_array_size(v));
}

static bool are_equal(const json_t *a, const json_t *b)
{
	uint64_t x, y;

	if (is_absent(a) || is_absent(b))
		return is_absent(a) && is_absent(b);
	if (bs_json_get_uint(a, &x) && bs_json_get_uint(b, &y))
		return x == y;
	return json_equal(a, b);
}

static json_t *difference_json(uint64_t a, uint64_t b)
{
	char text[32];

	if (b >= a)
		return bs_json_uint(b - a);
	if (a - b <= INT64_MAX)
		return json_integer(-(json_int_t)(a - b));
	snprintf(text, sizeof(text), "-%llu", (unsigned long long)(a - b));
	return json_string(text);
}

/* A copy of one side's value; null for what is absent. */
static json_t *side_json(json_t *v)
{
	return is_absent(v) ? json_null() : json_incref(v);
}

static json_t *change_json(const char *key, json_t *a, json_t *b)
{
	json_t *o = json_object();

	bs_json_put_text(o, "key", key);
	json_object_set_new(o, "a", side_json(a));
	json_object_set_new(o, "b", side_json(b));
	return o;
}

/* "nr_free.9" is of nr_free's unit. */
static const char *unit_of(const char *key)
{
	const struct bs_metric *m, *best = NULL;
	size_t longest = 0;

	for (unsigned int i = 0; (m = bs_metric_at(i)); i++) {
		const size_t n = strlen(m->key);

		if (n > longest && !strncmp(m->key, key, n) && (!key[n] || key[n] == '.')) {
			longest = n;
			best = m;
		}
	}
	return best ? bs_unit_name(best->unit) : "";
}

static json_t *figure_json(const char *key, const char *unit, json_t *a, json_t *b)
{
	json_t *o = change_json(key, a, b);
	uint64_t x, y;

	bs_json_put_text(o, "unit", unit);
	if (!bs_json_get_uint(a, &x) || !bs_json_get_uint(b, &y) || json_is_boolean(a))
		return o;
	json_object_set_new(o, "difference", difference_json(x, y));
	json_object_set_new(o, "per_cent",
			    x ? json_real(((double)y - (double)x) * 100 / (double)x) : json_null());
	return o;
}

/* ---- What one side does not know --------------------------------------------------------------- */

static json_t *lacks_of(const struct bs_diff *d, unsigned int side)
{
	return json_object_get(json_object_get(d->root, side ? "b" : "a"), "lacks");
}

static void add_lack(json_t *list, const char *key)
{
	json_t *known;
	size_t i;

	json_array_foreach(list, i, known)
	{
		if (!strcmp(json_string_value(known), key))
			return;
	}
	json_array_append_new(list, bs_json_text(key));
}

/* A figure of today may be missing by itself; of others, which today's program does not know, parts
 * come and go within one schema ("agreement.lost.pcp"). */
static bool is_lacking(const struct bs_diff *d, unsigned int side, const char *key)
{
	char part[128];

	snprintf(part, sizeof(part), "%s", key);
	if (!bs_metric_find(key, NULL))
		part[strcspn(part, ".")] = '\0';
	if (bs_stored_knows(d->side[side], part))
		return false;
	add_lack(lacks_of(d, side), part);
	return true;
}

static void name_lacks(const struct bs_diff *d)
{
	const struct bs_metric *m;

	for (unsigned int i = 0; (m = bs_metric_at(i)); i++)
		for (unsigned int side = 0; m->cell && side < 2; side++)
			is_lacking(d, side, m->key);
}

/* ---- Comparing --------------------------------------------------------------------------------- */

/* Values of both below "a" and "b", of which one may be missing; calls @add for each pair. */
struct comparison {
	const struct bs_diff *d;
	json_t *flat[2];
	json_t *to; /* what differs */
	size_t equal;
	bool figures; /* numbers, of cells: else configuration */
	const char *prefix; /* of the key, for its unit */
};

static void compare_value(struct comparison *c, const char *key, json_t *a, json_t *b)
{
	char whole[256];

	if (!are_equal(a, b)) {
		snprintf(whole, sizeof(whole), "%s%s", c->prefix, key);
		json_array_append_new(c->to, c->figures ? figure_json(key, unit_of(whole), a, b)
							: change_json(key, a, b));
	} else if (!is_absent(a)) {
		c->equal++;
	}
}

/* In A's order, then what only B has. */
static void compare_flat(struct comparison *c)
{
	for (unsigned int side = 0; side < 2; side++) {
		const char *key;
		json_t *v;

		json_object_foreach(c->flat[side], key, v)
		{
			json_t *other = json_object_get(c->flat[!side], key);

			if (side && other)
				continue;
			if (c->figures && !*c->prefix && !other && is_lacking(c->d, !side, key))
				continue;
			compare_value(c, key, side ? other : v, side ? v : other);
		}
	}
}

/* 0 or -1: out of memory. */
static int compare_parts(struct comparison *c, json_t *a, json_t *b)
{
	int ret = -1;

	c->flat[0] = json_object();
	c->flat[1] = json_object();
	c->to = json_array();
	if (c->flat[0] && c->flat[1] && c->to && (!a || !flatten(a, "", c->flat[0])) &&
	    (!b || !flatten(b, "", c->flat[1]))) {
		compare_flat(c);
		ret = 0;
	}
	json_decref(c->flat[0]);
	json_decref(c->flat[1]);
	if (ret)
		json_decref(c->to);
	return ret;
}

/* "order=9,delay=2s" by its names, so that those are told that differ. */
static json_t *params_json(const json_t *text)
{
	const char *at = json_string_value(text);
	json_t *o = json_object();

	while (at && *at) {
		const size_t len = strcspn(at, ","), name = strcspn(at, "=,");
		const size_t value = name < len ? name + 1 : len;

		json_object_setn_new(o, at, name, json_stringn(at + value, len - value));
		at += len + (at[len] == ',');
	}
	return o;
}

static json_t *config_of(const json_t *cell)
{
	json_t *o = json_object();

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		json_object_set(o, words[i], json_object_get(cell, words[i]));
	json_object_set_new(o, "params", params_json(json_object_get(cell, "params")));
	return o;
}

static json_t *figures_of(const json_t *cell)
{
	json_t *o = json_copy((json_t *)(uintptr_t)cell);

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		json_object_del(o, words[i]);
	json_object_del(o, "label");
	json_object_del(o, "stock_setting"); /* follows from the configuration */
	return o;
}

/* One part of a pair, into @o: "config" or "figures". */
static int compare_half(const struct bs_diff *d, const json_t *const *cell, bool configuration,
			json_t *o)
{
	struct comparison c = {.d = d, .figures = !configuration, .prefix = ""};
	json_t *a = configuration ? config_of(cell[0]) : figures_of(cell[0]);
	json_t *b = configuration ? config_of(cell[1]) : figures_of(cell[1]);
	int ret = a && b ? compare_parts(&c, a, b) : -1;

	json_decref(a);
	json_decref(b);
	if (ret)
		return ret;
	if (!configuration)
		bs_json_put_uint(o, "equal", c.equal);
	return json_object_set_new(o, configuration ? "config" : "figures", c.to);
}

static int compare_pair(const struct bs_diff *d, const struct bs_diff_pair *p, json_t *cells)
{
	json_t *o = json_object();
	int ret;

	bs_json_put_text(o, "a", bs_diff_label(p->cell[0]));
	bs_json_put_text(o, "b", bs_diff_label(p->cell[1]));
	ret = compare_half(d, p->cell, true, o);
	if (!ret)
		ret = compare_half(d, p->cell, false, o);
	return json_array_append_new(cells, o) || ret ? -1 : 0;
}

static int compare_bounds(const struct bs_diff *d)
{
	struct comparison c = {.d = d, .figures = true, .prefix = "bound."};
	json_t *a = json_object_get(d->side[0]->root, "bound");
	json_t *b = json_object_get(d->side[1]->root, "bound");

	if (json_is_object(a) != json_is_object(b) || !json_is_object(a))
		return json_object_set_new(d->root, "bound", json_null());
	if (compare_parts(&c, a, b))
		return -1;
	return json_object_set_new(d->root, "bound", c.to);
}

/* How it was run, and on what. */
static json_t *setting_of(const struct bs_stored *r)
{
	static const char *const parts[] = {"seed", "partial", "config", "trace"};
	json_t *o = json_object();

	for (size_t i = 0; o && i < sizeof(parts) / sizeof(parts[0]); i++)
		json_object_set(o, parts[i], json_object_get(r->root, parts[i]));
	return o;
}

static int compare_settings(const struct bs_diff *d)
{
	struct comparison c = {.d = d, .prefix = ""};
	json_t *a = setting_of(d->side[0]), *b = setting_of(d->side[1]);
	int ret = a && b ? compare_parts(&c, a, b) : -1;

	json_decref(a);
	json_decref(b);
	return ret ? ret : json_object_set_new(d->root, "config", c.to);
}

/* ---- Pairs --------------------------------------------------------------------------------------- */

/* Number @nth of the cells of @r with this label, or NULL. */
static const json_t *find_cell(const struct bs_stored *r, const char *label, size_t len, size_t nth)
{
	const json_t *cell;
	size_t i;

	json_array_foreach(r->cells, i, cell)
	{
		const char *its = bs_diff_label(cell);

		if (strlen(its) == len && !memcmp(its, label, len) && !nth--)
			return cell;
	}
	return NULL;
}

/* How many of the cells before number @index have its label. */
static size_t nth_of_its_label(const struct bs_stored *r, size_t index)
{
	const char *label = bs_diff_label(json_array_get(r->cells, index));
	size_t n = 0;

	for (size_t i = 0; i < index; i++)
		n += !strcmp(bs_diff_label(json_array_get(r->cells, i)), label);
	return n;
}

/* Why it is not among the cells of @r, if it was tried there. */
static json_t *failure_of(const struct bs_stored *r, const char *label)
{
	json_t *row, *its;
	size_t i;

	json_array_foreach(json_object_get(r->root, "failed"), i, row)
	{
		its = json_object_get(row, "label");
		if (json_is_string(its) && !strcmp(json_string_value(its), label))
			return json_object_get(row, "error");
	}
	return NULL;
}

static void add_alone(const struct bs_diff *d, unsigned int side, const char *label)
{
	json_t *o = json_object(), *why = failure_of(d->side[!side], label);

	bs_json_put_text(o, "label", label);
	if (json_is_string(why))
		json_object_set(o, "error", why);
	json_array_append_new(json_object_get(d->root, side ? "only_b" : "only_a"), o);
}

static void pair_by_label(struct bs_diff *d)
{
	for (unsigned int side = 0; side < 2; side++) {
		const struct bs_stored *r = d->side[side];

		for (size_t i = 0; i < r->nr_cells; i++) {
			const json_t *cell = json_array_get(r->cells, i);
			const char *label = bs_diff_label(cell);
			const json_t *other = find_cell(d->side[!side], label, strlen(label),
							nth_of_its_label(r, i));

			if (!other)
				add_alone(d, side, label);
			else if (!side)
				d->pairs[d->nr_pairs++] = (struct bs_diff_pair){{cell, other}};
		}
	}
}

int bs_diff_no_cell(const struct bs_diff *d, unsigned int side, const char *label,
		    struct bs_error *err)
{
	const struct bs_stored *r = d->side[side];
	const char **names = calloc(r->nr_cells + 1, sizeof(*names)), *near;
	char advice[300];
	size_t used = 0;

	if (!names)
		return no_memory(err);
	for (size_t i = 0; i < r->nr_cells; i++)
		names[i] = bs_diff_label(json_array_get(r->cells, i));
	near = bs_nearest(names, label);
	used += (size_t)snprintf(advice, sizeof(advice), "its cells are");
	for (size_t i = 0; i < r->nr_cells && used < sizeof(advice); i++)
		used += (size_t)snprintf(advice + used, sizeof(advice) - used, "%s %s",
					 i ? "," : "", names[i]);
	free(names);
	return bs_error_set(err, BS_USAGE, 0, r->path, advice, "has no cell \"%.100s\"%s%s%s",
			    label, near ? "; did you mean " : "", near ? near : "",
			    near ? "?" : "");
}

/*
 * "rotation:order=9,delay=2s,boundary": labels hold commas themselves, so the one is taken that has
 * the label of a cell on each side of it. The same label twice means its first two cells.
 */
static int pair_two(struct bs_diff *d, const char *text, struct bs_error *err)
{
	const bool one = d->side[0] == d->side[1];
	const char *comma, *first = NULL;
	char *label;
	int ret;

	for (comma = strchr(text, ','); comma; comma = strchr(comma + 1, ',')) {
		const size_t len = (size_t)(comma - text);
		const bool twice = one && !strncmp(text, comma + 1, len) && !comma[1 + len];
		const json_t *a = find_cell(d->side[0], text, len, 0);
		const json_t *b = find_cell(d->side[1], comma + 1, strlen(comma + 1), twice);

		if (a && b) {
			d->pairs[d->nr_pairs++] = (struct bs_diff_pair){{a, b}};
			return 0;
		}
		if (a)
			first = comma;
	}
	comma = strchr(text, ',');
	if (!comma)
		return bs_error_set(err, BS_USAGE, 0, "--cells",
				    "give two labels: rotation,boundary", "\"%s\" is not two cells",
				    text);
	if (first)
		return bs_diff_no_cell(d, 1, first + 1, err);
	label = strndup(text, (size_t)(comma - text));
	ret = label ? bs_diff_no_cell(d, 0, label, err) : no_memory(err);
	free(label);
	return ret;
}

static int make_pairs(struct bs_diff *d, const char *cells, struct bs_error *err)
{
	d->pairs = calloc(d->side[0]->nr_cells, sizeof(*d->pairs));
	if (!d->pairs)
		return no_memory(err);
	if (cells)
		return pair_two(d, cells, err);
	pair_by_label(d);
	if (d->nr_pairs)
		return 0;
	return bs_error_set(err, BS_USAGE, 0, d->side[1]->path,
			    "say which to compare: --cells LABEL,LABEL",
			    "has none of the cells of %s", d->side[0]->path);
}

/* ---- All of it ----------------------------------------------------------------------------------- */

static int read_sides(struct bs_diff *d, const char *a, const char *b, struct bs_error *err)
{
	int ret = bs_stored_read(&d->record[0], a, err);

	d->side[0] = d->side[1] = &d->record[0];
	if (!ret && b) {
		ret = bs_stored_read(&d->record[1], b, err);
		d->side[1] = &d->record[1];
	}
	return ret;
}

static int begin(struct bs_diff *d)
{
	static const char *const lists[] = {"cells", "only_a", "only_b"};

	d->root = json_object();
	bs_json_put_text(d->root, "schema", BS_DIFF_SCHEMA);
	for (unsigned int i = 0; i < 2; i++) {
		json_t *o = json_object();

		bs_json_put_text(o, "path", d->side[i]->path);
		json_object_set(o, "schema", json_object_get(d->side[i]->root, "schema"));
		json_object_set_new(o, "lacks", json_array());
		json_object_set_new(d->root, i ? "b" : "a", o);
	}
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		json_object_set_new(d->root, lists[i], json_array());
	return d->root ? 0 : -1;
}

static int compare_all(struct bs_diff *d, struct bs_error *err)
{
	json_t *answers = bs_diff_answers(json_object_get(d->side[0]->root, "answer"),
					  json_object_get(d->side[1]->root, "answer"));

	name_lacks(d);
	if (compare_settings(d) || json_object_set_new(d->root, "answer", answers) ||
	    compare_bounds(d))
		return no_memory(err);
	for (size_t i = 0; i < d->nr_pairs; i++)
		if (compare_pair(d, &d->pairs[i], json_object_get(d->root, "cells")))
			return no_memory(err);
	return 0;
}

int bs_diff_records(const char *a, const char *b, const char *cells, struct bs_diff **out,
		    struct bs_error *err)
{
	struct bs_diff *d = calloc(1, sizeof(*d));
	int ret;

	*out = NULL;
	if (!d)
		return no_memory(err);
	ret = read_sides(d, a, b, err);
	if (!ret && begin(d))
		ret = no_memory(err);
	if (!ret)
		ret = make_pairs(d, cells, err);
	if (!ret)
		ret = compare_all(d, err);
	if (ret)
		bs_diff_free(d);
	else
		*out = d;
	return ret;
}

void bs_diff_free(struct bs_diff *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < d->nr_crossed; i++)
		free(d->crossed[i]);
	free(d->crossed);
	free(d->pairs);
	json_decref(d->root);
	for (unsigned int i = 0; i < 2; i++)
		if (d->record[i].root)
			bs_stored_free(&d->record[i]);
	free(d);
}

const char *bs_diff_crossed(const struct bs_diff *d, unsigned int index)
{
	return index < d->nr_crossed ? d->crossed[index] : NULL;
}
