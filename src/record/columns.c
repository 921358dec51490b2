// SPDX-License-Identifier: GPL-2.0-or-later
#include "columns.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "grid.h"
#include "json.h"

#define SHARE "held_share"
#define SPEED "speed_share"

/* The columns that are no figure of a cell, for they need two of them: @key of this one, and of the row that
 * reports nothing. */
static const struct {
	const char *name, *heading, *key, *definition;
	bool less_is_more; /* the other one's is divided by this one's */
} shares[] = {
	{SHARE, "of none", "held_mib_s",
	 "held_mib_s in per cent of that of the row that reports nothing; only in tables", false},
	{SPEED, "speed of none", "load.ns_per_cycle",
	 "cycles of the load per time in per cent of those of the row that reports nothing; only in "
	 "tables, and only of a load",
	 true},
};
#define NR_SHARES (sizeof(shares) / sizeof(shares[0]))

/* What a table shows unless it is asked for more. */
static const struct {
	const char *name;
	const char *if_any; /* only where a row has more than 0 of that, NULL: always */
} defaults[] = {
	{"held_mib_s", NULL},
	{SHARE, NULL},
	{"settle_ns.t50", NULL},
	{"settle_ns.t90", NULL},
	{"load.cycles", "load.cycles"},
	{SPEED, "load.cycles"},
	{"stall_per_minute", NULL},
	{"alloc_delay_ns.p99", NULL},
	{"alloc_delay_ns.max", NULL},
	{"refault_bytes.total", NULL},
	{"calls", NULL},
	{"cost_ns", NULL},
	{"alloc_failed", "alloc_failed"},
	{"oom_kills", "oom_kills"},
	{"rescued_allocs", "rescued_allocs"},
	{"failed_calls", "failed_calls"},
	{"unanswered_calls", "unanswered_calls"},
	{"skipped_ranges", "skipped_ranges"},
	{"host_errors", "host_errors"},
	{"content_loss", "content_loss"},
};
#define NR_DEFAULTS (sizeof(defaults) / sizeof(defaults[0]))

static bool is_default(const char *name)
{
	for (size_t i = 0; i < NR_DEFAULTS; i++)
		if (!strcmp(defaults[i].name, name))
			return true;
	return false;
}

bool bs_table_column_at(unsigned int index, struct bs_table_column *c)
{
	const struct bs_metric *m;

	for (unsigned int i = 0; (m = bs_metric_at(i)); i++) {
		if (!m->cell || index--)
			continue;
		*c = (struct bs_table_column){m->key, m->heading ? m->heading : m->key,
					      m->definition, m, is_default(m->key)};
		return true;
	}
	if (index >= NR_SHARES)
		return false;
	*c = (struct bs_table_column){shares[index].name, shares[index].heading,
				      shares[index].definition, NULL,
				      is_default(shares[index].name)};
	return true;
}

/* ---- What is asked for ------------------------------------------------------------------------ */

static int find_column(const char *name, size_t len, struct bs_table_column *c,
		       struct bs_error *err)
{
	char *word = strndup(name, len);
	const char **names, *near;
	unsigned int n = 0;
	bool found = false;

	while (bs_table_column_at(n, c))
		n++;
	names = calloc(2 * (size_t)n + 1, sizeof(*names));
	for (unsigned int i = 0; word && names && i < n && !found; i++) {
		bs_table_column_at(i, c);
		names[i] = c->name;
		names[n + i] = c->heading;
		found = !strcmp(c->name, word) || !strcmp(c->heading, word);
	}
	if (!word || !names) {
		bs_error_set(err, BS_RESOURCE, ENOMEM, "--columns", NULL, "cannot be read");
	} else if (!found) {
		near = bs_nearest(names, word);
		bs_error_set(err, BS_USAGE, 0, word, "`--columns help` prints all of them",
			     "is no column of a table%s%s%s", near ? "; did you mean " : "",
			     near ? near : "", near ? "?" : "");
	}
	free(names);
	free(word);
	return found ? 0 : -EINVAL;
}

/* "held_split" stands for all figures "held_split.NAME": is @c one of them? */
static bool is_of_group(const struct bs_table_column *c, const char *name, size_t len)
{
	return !strncmp(c->name, name, len) && c->name[len] == '.';
}

static bool is_group(const char *name, size_t len)
{
	struct bs_table_column c;

	for (unsigned int i = 0; bs_table_column_at(i, &c); i++)
		if (is_of_group(&c, name, len))
			return true;
	return false;
}

int bs_table_form_check(const struct bs_table_form *form, struct bs_error *err)
{
	const char *at = form->columns;
	struct bs_table_column c;

	if (form->sort && find_column(form->sort, strlen(form->sort), &c, err))
		return -EINVAL;
	for (; at && strcmp(at, "all"); at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
		if (!is_group(at, strcspn(at, ",")) && find_column(at, strcspn(at, ","), &c, err))
			return -EINVAL;
	return 0;
}

void bs_result_set_form(struct bs_result *r, const struct bs_table_form *form)
{
	r->form = *form;
}

/* ---- Values ------------------------------------------------------------------------------------ */

static const json_t *cell_at(const struct bs_result *r, unsigned int i)
{
	return json_array_get(json_object_get(r->record, "cells"), i);
}

static uint64_t value_of(const json_t *o, const char *path)
{
	uint64_t v = 0;

	bs_json_uint_at(o, path, &v);
	return v;
}

const char *bs_row_fault(unsigned int index)
{
	static const char *const keys[] = {
		"unfinished_events", "alloc_failed", "rescued_allocs", "failed_calls",
		"host_errors",	     "content_loss", "unzeroed_bytes", "oom_kills",
	};

	return index < sizeof(keys) / sizeof(keys[0]) ? keys[index] : NULL;
}

bool bs_row_whole(const json_t *cell)
{
	const char *key;

	for (unsigned int i = 0; (key = bs_row_fault(i)); i++)
		if (value_of(cell, key))
			return false;
	return true;
}

unsigned int bs_row_base(const struct bs_result *r)
{
	for (unsigned int i = r->nr_rows; i-- > 0;)
		if (r->rows[i].idle && bs_row_whole(cell_at(r, i)))
			return i;
	return r->nr_rows;
}

static bool same_kernel(const json_t *a, const json_t *b)
{
	return json_equal(json_object_get(a, "kernel"), json_object_get(b, "kernel"));
}

unsigned int bs_row_base_of(const struct bs_result *r, const json_t *cell)
{
	for (unsigned int i = r->nr_rows; i-- > 0;)
		if (r->rows[i].idle && bs_row_whole(cell_at(r, i)) &&
		    same_kernel(cell_at(r, i), cell))
			return i;
	return r->nr_rows;
}

/* What a cell is compared with runs on its own kernel; the bound's is whoever is the base. */
static unsigned int base_of(const struct bs_result *r, const json_t *cell)
{
	return cell ? bs_row_base_of(r, cell) : bs_row_base(r);
}

static size_t share_number(const char *name)
{
	return !strcmp(name, SPEED);
}

static bool share_of(const struct bs_result *r, const char *name, const json_t *cell,
		     uint64_t value, double *share)
{
	const size_t n = share_number(name);
	const unsigned int base = base_of(r, cell);
	const uint64_t whole = value_of(cell_at(r, base), shares[n].key);
	const uint64_t from = shares[n].less_is_more ? whole : value;
	const uint64_t to = shares[n].less_is_more ? value : whole;

	if (base == r->nr_rows || !to)
		return false;
	*share = (double)from * 100 / (double)to;
	return true;
}

static bool number_at(const json_t *o, const char *key, double *value)
{
	uint64_t v;

	if (bs_json_uint_at(o, key, &v))
		return false;
	*value = (double)v;
	return true;
}

bool bs_column_value(const struct bs_result *r, const struct bs_shown *s, const json_t *cell,
		     double *value)
{
	if (!s->column.metric)
		return share_of(r, s->column.name, cell,
				value_of(cell, shares[share_number(s->column.name)].key), value);
	return number_at(cell, s->column.name, value);
}

bool bs_column_bound(const struct bs_result *r, const struct bs_shown *s, double *value)
{
	const json_t *bound = json_object_get(r->record, "bound");
	const char *name = s->column.name;

	if (!json_is_object(bound))
		return false;
	if (!s->column.metric)
		return !strcmp(name, SHARE) &&
		       share_of(r, name, NULL, value_of(bound, "held_mib_s"), value);
	/* It takes back memory; nobody tells it when. */
	return number_at(bound, strcmp(name, "refault_bytes.total") ? name : "refault_bytes",
			 value);
}

/* ---- Units ------------------------------------------------------------------------------------- */

struct scale {
	const char *unit;
	double per;
};

static const struct scale times[] = {
	{"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"h", 3600e9}, {NULL, 0}};
static const struct scale sizes[] = {
	{"MiB", 1048576.0}, {"GiB", 1073741824.0}, {"TiB", 1099511627776.0}, {NULL, 0}};
static const struct scale holdings[] = {
	{"MiB.s", 1}, {"GiB.s", 1024}, {"TiB.s", 1048576.0}, {NULL, 0}};

#define WIDE 100000.0 /* from here on the next unit is the better one */

static void pick_unit(struct bs_shown *s, const struct scale *scales, double most)
{
	while (scales[1].unit && most >= WIDE * scales->per)
		scales++;
	s->unit = scales->unit;
	s->per = scales->per;
	most /= s->per;
	s->decimals = most >= 1000 ? 0 : most >= 100 ? 1 : most >= 10 ? 2 : 3;
}

/* One unit for the whole column, by the largest value in it, the bound among them. */
static void set_unit(const struct bs_result *r, struct bs_shown *s)
{
	double most = 0, v;

	for (unsigned int i = 0; i < r->nr_rows; i++)
		if (bs_column_value(r, s, cell_at(r, i), &v) && v > most)
			most = v;
	if (bs_column_bound(r, s, &v) && v > most)
		most = v;
	s->per = 1;
	s->unit = "";
	if (!s->column.metric) {
		s->unit = "%";
		s->decimals = 1;
		return;
	}
	switch (s->column.metric->unit) {
	case BS_UNIT_NS:
		pick_unit(s, times + (most == 0), most);
		break;
	case BS_UNIT_BYTES:
		pick_unit(s, sizes, most);
		break;
	case BS_UNIT_MIB_S:
		pick_unit(s, holdings, most);
		break;
	default:
		break;
	}
}

const char *bs_column_text(const struct bs_shown *s, bool there, double value, char *buf)
{
	static const double least[] = {1, 0.1, 0.01, 0.001};
	char digits[BS_VALUE];
	int zeros = 0;

	value /= s->per;
	if (!there) {
		snprintf(buf, BS_VALUE, "-");
	} else if (value == 0) {
		snprintf(buf, BS_VALUE, "0");
	} else if (value < least[s->decimals] / 2) {
		snprintf(buf, BS_VALUE, "<%.*f", s->decimals, least[s->decimals]);
	} else if (value < 999.5 && s->decimals) {
		snprintf(buf, BS_VALUE, "%.*f", s->decimals, value);
	} else {
		for (; value >= 9999.5; value /= 10)
			zeros++;
		snprintf(digits, sizeof(digits), "%.0f%.*s", value, zeros, "00000000000000000000");
		bs_grouped_digits(digits, buf);
	}
	return buf;
}

/* ---- The columns of a table ------------------------------------------------------------------- */

static void add(const struct bs_result *r, struct bs_shown *list, unsigned int *nr,
		const struct bs_table_column *c)
{
	list[*nr].column = *c;
	set_unit(r, &list[(*nr)++]);
}

static bool is_anywhere(const struct bs_result *r, const char *key)
{
	for (unsigned int i = 0; i < r->nr_rows; i++)
		if (value_of(cell_at(r, i), key))
			return true;
	return false;
}

static void add_all(const struct bs_result *r, struct bs_shown *list, unsigned int *nr)
{
	struct bs_table_column c;

	for (unsigned int i = 0; bs_table_column_at(i, &c) && c.metric; i++)
		add(r, list, nr, &c);
}

static void add_defaults(const struct bs_result *r, struct bs_shown *list, unsigned int *nr)
{
	struct bs_table_column c;

	for (size_t i = 0; i < NR_DEFAULTS; i++)
		if ((!defaults[i].if_any || is_anywhere(r, defaults[i].if_any)) &&
		    !find_column(defaults[i].name, strlen(defaults[i].name), &c, NULL))
			add(r, list, nr, &c);
}

static void add_group(const struct bs_result *r, const char *name, size_t len,
		      struct bs_shown *list, unsigned int *nr)
{
	struct bs_table_column c;

	for (unsigned int i = 0; bs_table_column_at(i, &c); i++)
		if (is_of_group(&c, name, len))
			add(r, list, nr, &c);
}

/* One column, or a group of them. */
static void add_named(const struct bs_result *r, const char *name, size_t len,
		      struct bs_shown *list, unsigned int *nr)
{
	struct bs_table_column c;

	if (!find_column(name, len, &c, NULL))
		add(r, list, nr, &c);
	else
		add_group(r, name, len, list, nr);
}

struct bs_shown *bs_columns_shown(const struct bs_result *r, bool all, unsigned int *nr)
{
	const char *at = r->form.columns;
	struct bs_table_column c;
	struct bs_shown *list;
	size_t all_columns = 0, items = 1;

	*nr = 0;
	while (bs_table_column_at((unsigned int)all_columns, &c))
		all_columns++;
	for (const char *p = at; p && *p; p++)
		items += *p == ',';
	list = calloc(items * all_columns, sizeof(*list));
	if (!list)
		return NULL;
	if (at ? !strcmp(at, "all") : all)
		add_all(r, list, nr);
	else if (!at)
		add_defaults(r, list, nr);
	else
		for (; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
			add_named(r, at, strcspn(at, ","), list, nr);
	return list;
}

/* ---- Rows in order ---------------------------------------------------------------------------- */

struct place {
	unsigned int row, kernel; /* the first row on the same one */
	unsigned int group; /* idle, whole, not whole */
	bool there;
	double value;
};

static int by_place(const void *x, const void *y)
{
	const struct place *a = x, *b = y;

	if (a->kernel != b->kernel)
		return a->kernel < b->kernel ? -1 : 1;
	if (a->group != b->group)
		return a->group < b->group ? -1 : 1;
	if (a->there != b->there)
		return a->there ? -1 : 1;
	if (a->there && a->value != b->value)
		return a->value < b->value ? -1 : 1;
	return a->row < b->row ? -1 : 1;
}

/* Where nothing has a cost (its weight is 0), what is held decides. */
static struct bs_shown sort_key(const struct bs_result *r)
{
	struct bs_shown s = {0};
	const char *name = r->form.sort ? r->form.sort : "cost_ns";

	if (!r->form.sort && !is_anywhere(r, name))
		name = "held_mib_s";
	find_column(name, strlen(name), &s.column, NULL);
	return s;
}

unsigned int *bs_rows_order(const struct bs_result *r, bool sorted)
{
	unsigned int *order = calloc(r->nr_rows + 1, sizeof(*order));
	struct place *places = calloc(r->nr_rows + 1, sizeof(*places));
	const struct bs_shown key = sort_key(r);

	if (!order || !places) {
		free(order);
		free(places);
		return NULL;
	}
	for (unsigned int i = 0; i < r->nr_rows; i++) {
		struct place *p = &places[i];

		p->row = i;
		while (!r->form.sort && !same_kernel(cell_at(r, p->kernel), cell_at(r, i)))
			p->kernel++;
		p->there = bs_column_value(r, &key, cell_at(r, i), &p->value);
		p->group = !bs_row_whole(cell_at(r, i)) ? 2 : !r->rows[i].idle;
	}
	if (sorted)
		qsort(places, r->nr_rows, sizeof(*places), by_place);
	for (unsigned int i = 0; i < r->nr_rows; i++)
		order[i] = places[i].row;
	free(places);
	return order;
}
