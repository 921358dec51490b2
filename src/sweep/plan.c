// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cell_id.h"
#include "group.h"
#include "json.h"

/* Cells are counted in 32 bits, one left to spare. */
#define MOST_CELLS (UINT64_C(1) << 31)

/* ---- The manifest, which anyone may have edited --------------------------------------------------- */

static int bad(const struct bs_sweep *s, const char *what, struct bs_error *err)
{
	char where[320];

	snprintf(where, sizeof(where), "%.300s/" BS_MANIFEST, s->dir);
	return bs_error_set(err, BS_INPUT, 0, where, "make it again with `buddysim sweep plan`",
			    "%s is missing or no such thing", what);
}

static int no_memory(const struct bs_sweep *s, struct bs_error *err)
{
	return bs_error_set(err, BS_RESOURCE, ENOMEM, s->dir, NULL, "the plan does not fit");
}

static bool read_trace(struct bs_sweep_trace *t, const json_t *o)
{
	t->path = json_string_value(json_object_get(o, "path"));
	t->name = json_string_value(json_object_get(o, "name"));
	t->sha256 = json_string_value(json_object_get(o, "sha256"));
	return t->path && t->name && t->sha256 && !bs_json_uint_at(o, "events", &t->events) &&
	       !bs_json_uint_at(o, "numbers", &t->numbers) &&
	       !bs_json_uint_at(o, "peak_pages", &t->peak_pages);
}

static int read_traces(struct bs_sweep *s, struct bs_error *err)
{
	const json_t *list = json_object_get(s->root, "traces");

	s->nr_traces = (unsigned int)json_array_size(list);
	s->traces = calloc(s->nr_traces + 1, sizeof(*s->traces));
	if (!s->traces)
		return no_memory(s, err);
	for (unsigned int i = 0; i < s->nr_traces; i++)
		if (!read_trace(&s->traces[i], json_array_get(list, i)))
			return bad(s, "a trace", err);
	return s->nr_traces ? 0 : bad(s, "traces", err);
}

static int read_strategies(struct bs_sweep *s, struct bs_error *err)
{
	const json_t *list = json_object_get(s->root, "strategies");

	s->nr_strategies = (unsigned int)json_array_size(list);
	s->strategies = calloc(s->nr_strategies + 1, sizeof(*s->strategies));
	if (!s->strategies)
		return no_memory(s, err);
	for (unsigned int i = 0; i < s->nr_strategies; i++) {
		s->strategies[i] = json_string_value(json_array_get(list, i));
		if (!s->strategies[i])
			return bad(s, "a strategy", err);
	}
	return s->nr_strategies ? 0 : bad(s, "strategies", err);
}

/* {"kernel": ["linux-6.1", ...]}; several options in it change together. */
static int read_dimension(struct bs_sweep *s, struct bs_dimension *d, json_t *o,
			  struct bs_error *err)
{
	const char *name;
	json_t *values, *v;
	size_t i;

	d->opts = calloc(json_object_size(o) + 1, sizeof(*d->opts));
	d->values = calloc(json_object_size(o) + 1, sizeof(*d->values));
	if (!d->opts || !d->values)
		return no_memory(s, err);
	json_object_foreach(o, name, values)
	{
		const struct bs_option *opt = bs_option_find(name);

		if (!opt || !json_array_size(values) ||
		    (d->nr_opts && json_array_size(values) != d->nr))
			return bad(s, "an axis", err);
		json_array_foreach(values, i, v) if (!json_is_string(v)) return bad(s, "a value",
										    err);
		d->opts[d->nr_opts] = opt;
		d->values[d->nr_opts++] = values;
		d->nr = (unsigned int)json_array_size(values);
	}
	return d->nr_opts ? 0 : bad(s, "an axis", err);
}

static int read_dimensions(struct bs_sweep *s, struct bs_error *err)
{
	const json_t *list = json_object_get(s->root, "axes");
	int ret = 0;

	s->nr_dims = (unsigned int)json_array_size(list);
	s->dims = calloc(s->nr_dims + 1, sizeof(*s->dims));
	if (!s->dims)
		return no_memory(s, err);
	for (unsigned int i = 0; i < s->nr_dims && !ret; i++)
		ret = read_dimension(s, &s->dims[i], json_array_get(list, i), err);
	return ret;
}

json_t *bs_manifest_read(const char *dir, struct bs_error *err)
{
	json_t *root = NULL;
	json_error_t why;
	char *path;

	if (asprintf(&path, "%s/" BS_MANIFEST, dir) < 0) {
		bs_error_set(err, BS_RESOURCE, ENOMEM, dir, NULL, "the plan does not fit");
		return NULL;
	}
	root = json_load_file(path, JSON_REJECT_DUPLICATES, &why);
	if (!root && access(path, F_OK))
		bs_error_set(err, BS_INPUT, errno, dir,
			     "make a plan with `buddysim sweep plan TRACE... -o DIR`",
			     "has no plan");
	else if (!root)
		bs_error_set(err, BS_INPUT, 0, path,
			     "make a plan with `buddysim sweep plan TRACE... -o DIR`", "%s",
			     why.text);
	free(path);
	return root;
}

static int read_head(struct bs_sweep *s, struct bs_error *err)
{
	const char *schema = json_string_value(json_object_get(s->root, "schema"));
	const char *sources = json_string_value(json_object_get(s->root, "sources"));

	if (!schema || strcmp(schema, BS_PLAN_SCHEMA) || !sources)
		return bad(s, "its schema, \"" BS_PLAN_SCHEMA "\",", err);
	s->sources = sources;
	s->timeline = json_is_true(json_object_get(s->root, "timeline"));
	s->map = json_is_true(json_object_get(s->root, "map"));
	return 0;
}

/* ---- What is left out ------------------------------------------------------------------------------ */

/* What the cell has under that name; NULL: the default, which no pattern names. */
static const char *value_of(const struct bs_sweep *s, const struct bs_group *g,
			    unsigned int strategy, const char *name)
{
	const struct bs_option *opt = bs_option_find(name);

	if (!strcmp(name, "trace"))
		return bs_group_trace(s, g)->name;
	if (opt && opt->offset == offsetof(struct bs_sim_config, strategies))
		return s->strategies[strategy];
	for (unsigned int d = 0; d < s->nr_dims; d++)
		for (unsigned int i = 0; i < s->dims[d].nr_opts; i++)
			if (s->dims[d].opts[i] == opt)
				return bs_group_value(s, g, d, i);
	return NULL;
}

static bool rule_holds(const struct bs_sweep *s, const struct bs_group *g, unsigned int strategy,
		       json_t *rule)
{
	const char *name, *value;
	json_t *pattern;

	json_object_foreach(rule, name, pattern)
	{
		value = value_of(s, g, strategy, name);
		if (!value || !json_is_string(pattern) ||
		    fnmatch(json_string_value(pattern), value, 0))
			return false;
	}
	return true;
}

/* Each rule is tried until it has fitted once: one that another hides is not idle. */
static bool is_excluded(struct bs_sweep *s, const struct bs_group *g, unsigned int strategy)
{
	const json_t *rules = json_object_get(s->root, "exclude");
	bool out = false;

	for (size_t i = 0; i < json_array_size(rules); i++) {
		if ((out && s->rule_fits[i]) ||
		    !rule_holds(s, g, strategy, json_array_get(rules, i)))
			continue;
		out = s->rule_fits[i] = true;
	}
	return out;
}

/* ---- Cells ------------------------------------------------------------------------------------------ */

static uint64_t nr_products(const struct bs_sweep *s)
{
	uint64_t n = s->nr_traces;

	for (unsigned int d = 0; d < s->nr_dims; d++) {
		if (n > MOST_CELLS / s->dims[d].nr)
			return MOST_CELLS;
		n *= s->dims[d].nr;
	}
	return n > MOST_CELLS / s->nr_strategies ? MOST_CELLS : n;
}

static void count_out(struct bs_sweep *s, uint64_t products)
{
	for (uint64_t number = 0; number < products; number++) {
		struct bs_group *g = &s->groups[s->nr_groups];

		*g = (struct bs_group){.first = s->nr_cells, .number = number};
		for (unsigned int i = 0; i < s->nr_strategies; i++) {
			if (is_excluded(s, g, i))
				continue;
			s->cells[s->nr_cells++] =
				(struct bs_planned){.group = (uint32_t)s->nr_groups, .strategy = i};
			g->nr++;
		}
		s->nr_groups += g->nr > 0;
	}
}

static int make_cells(struct bs_sweep *s, struct bs_error *err)
{
	const uint64_t products = nr_products(s);

	if (products >= MOST_CELLS / 2)
		return bs_error_set(err, BS_USAGE, 0, s->dir, "make several plans of it",
				    "stands for more cells than can be counted");
	s->groups = calloc(products + 1, sizeof(*s->groups));
	s->cells = calloc(products * s->nr_strategies + 1, sizeof(*s->cells));
	s->rule_fits = calloc(json_array_size(json_object_get(s->root, "exclude")) + 1,
			      sizeof(*s->rule_fits));
	if (!s->groups || !s->cells || !s->rule_fits)
		return no_memory(s, err);
	count_out(s, products);
	return s->nr_cells ? 0
			   : bs_error_set(err, BS_USAGE, 0, s->dir, "exclude less",
					  "no cell is left of the grid");
}

static uint64_t slot_of(const struct bs_sweep *s, const uint8_t *id)
{
	uint64_t hash;

	memcpy(&hash, id, sizeof(hash));
	return hash & (s->nr_slots - 1);
}

static int make_slots(struct bs_sweep *s, struct bs_error *err)
{
	s->nr_slots = 16;
	while (s->nr_slots < 2 * s->nr_cells)
		s->nr_slots *= 2;
	s->slots = calloc(s->nr_slots, sizeof(*s->slots));
	if (!s->slots)
		return no_memory(s, err);
	for (uint64_t i = 0; i < s->nr_cells; i++) {
		uint64_t slot = slot_of(s, s->cells[i].id);

		while (s->slots[slot])
			slot = (slot + 1) & (s->nr_slots - 1);
		s->slots[slot] = (uint32_t)(i + 1);
	}
	return 0;
}

struct bs_planned *bs_sweep_find(const struct bs_sweep *s, const uint8_t *id)
{
	uint64_t slot = slot_of(s, id);

	for (; s->slots[slot]; slot = (slot + 1) & (s->nr_slots - 1)) {
		struct bs_planned *c = &s->cells[s->slots[slot] - 1];

		if (!memcmp(c->id, id, BS_ID))
			return c;
	}
	return NULL;
}

static int name_cells(struct bs_sweep *s, struct bs_error *err)
{
	int ret = 0;

	for (uint64_t i = 0; i < s->nr_groups && !ret; i++)
		ret = bs_group_ids(s, &s->groups[i], err);
	return ret ? ret : make_slots(s, err);
}

/* ---- Opening ----------------------------------------------------------------------------------------- */

static int read_all(struct bs_sweep *s, struct bs_error *err)
{
	int ret = read_head(s, err);

	if (!ret)
		ret = read_traces(s, err);
	if (!ret)
		ret = read_strategies(s, err);
	if (!ret)
		ret = read_dimensions(s, err);
	if (!ret)
		ret = make_cells(s, err);
	return ret ? ret : name_cells(s, err);
}

int bs_sweep_of(json_t *manifest, const char *dir, struct bs_sweep **out, struct bs_error *err)
{
	struct bs_sweep *s = calloc(1, sizeof(*s));
	int ret;

	*out = NULL;
	if (!s) {
		json_decref(manifest);
		return bs_error_set(err, BS_RESOURCE, ENOMEM, dir, NULL, "the plan does not fit");
	}
	s->root = manifest;
	s->dir = strdup(dir);
	ret = s->dir ? read_all(s, err) : no_memory(s, err);
	if (ret)
		bs_sweep_close(s);
	else
		*out = s;
	return ret;
}

void bs_sweep_close(struct bs_sweep *s)
{
	if (!s)
		return;
	for (unsigned int i = 0; s->dims && i < s->nr_dims; i++) {
		free(s->dims[i].opts);
		free(s->dims[i].values);
	}
	bs_segments_close(&s->segments);
	free(s->dims);
	free(s->traces);
	free(s->strategies);
	free(s->groups);
	free(s->cells);
	free(s->rule_fits);
	free(s->slots);
	json_decref(s->root);
	free(s->dir);
	free(s);
}
