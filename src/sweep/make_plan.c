// SPDX-License-Identifier: GPL-2.0-or-later
/* make_plan.c - from a grid to a plan: what the cells read is copied into its folder, everything is checked,
 * and then the manifest is replaced. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <buddysim/report.h>
#include <buddysim/trace.h>

#include "config_json.h"
#include "digest.h"
#include "grid_file.h"
#include "json.h"
#include "outcome.h"
#include "outfile.h"
#include "plan.h"

struct making {
	const struct bs_sweep_grid *g;
	const char *dir;
	struct bs_error *err;
};

static int no_memory(const struct making *m)
{
	return bs_error_set(m->err, BS_RESOURCE, ENOMEM, m->dir, NULL, "the plan does not fit");
}

/* ---- Inputs ------------------------------------------------------------------------------------- */

static int cannot(const struct making *m, const char *path, int error, const char *what)
{
	return bs_error_set(m->err, error == ENOMEM ? BS_RESOURCE : BS_INPUT, error, path, NULL,
			    "cannot be %s", what);
}

static int copy_stream(const struct making *m, const char *from, struct bs_outfile *to)
{
	FILE *f = fopen(from, "re");
	char buf[1 << 16];
	size_t n;
	int error = f ? 0 : errno;

	while (f && (n = fread(buf, 1, sizeof(buf), f)) > 0)
		fwrite(buf, 1, n, to->f);
	if (f && ferror(f))
		error = EIO;
	if (f)
		fclose(f);
	if (!error)
		return bs_outfile_commit(to, m->err);
	bs_outfile_abandon(to);
	return cannot(m, from, error, "copied");
}

static int copy_to(const struct making *m, const char *from, const char *within)
{
	struct bs_outfile to;
	char *path, *slash;
	int ret;

	if (asprintf(&path, "%s/%s", m->dir, within) < 0)
		return no_memory(m);
	slash = strrchr(path, '/');
	*slash = '\0';
	ret = bs_make_folders(path);
	*slash = '/';
	if (ret)
		ret = bs_error_set(m->err, BS_RESOURCE, -ret, path, NULL, "cannot be made");
	else if (access(path, F_OK))
		ret = bs_outfile_open(&to, path, m->err) ? -EIO : copy_stream(m, from, &to);
	free(path);
	return ret;
}

/* "inputs/HASH/NAME" of a file that is there now, to be free()d; NULL with @err. */
static char *take_input(const struct making *m, const char *path)
{
	char hex[BS_SHA256_HEX], *within;
	int ret = bs_file_sha256(path, hex);

	if (ret) {
		cannot(m, path, -ret, "read");
		return NULL;
	}
	if (asprintf(&within, BS_INPUTS "/%.32s/%s", hex, bs_base_name(path)) < 0) {
		no_memory(m);
		return NULL;
	}
	if (!copy_to(m, path, within))
		return within;
	free(within);
	return NULL;
}

static bool is_file(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode);
}

/* ---- Traces -------------------------------------------------------------------------------------- */

static int describe_trace(const struct making *m, const char *path, const char *within,
			  json_t *list)
{
	const struct bs_trace_info *info;
	struct bs_trace *t;
	json_t *o = json_object();
	int ret = bs_trace_open(path, &t, m->err);

	if (ret) {
		json_decref(o);
		return ret;
	}
	/* A damaged one is for its cells to refuse, or to take up to its last whole chunk. */
	ret = bs_trace_scan(t, true, m->err);
	info = bs_trace_info(t);
	bs_json_put_text(o, "path", within);
	bs_json_put_text(o, "name", bs_base_name(path));
	bs_json_put_text(o, "sha256", info->sha256);
	bs_json_put_uint(o, "events", info->events);
	bs_json_put_uint(o, "numbers", info->numbers);
	bs_json_put_uint(o, "peak_pages", info->peak_pages);
	bs_trace_close(t);
	if (ret < 0) {
		json_decref(o);
		return ret;
	}
	return json_array_append_new(list, o) ? no_memory(m) : 0;
}

/* Append @text unless it was before; @seen is an object, in which that is quickly found. */
static void append_once(json_t *list, json_t *seen, const char *text)
{
	if (json_object_get(seen, text))
		return;
	json_object_set_new(seen, text, json_true());
	json_array_append_new(list, bs_json_text(text));
}

/* In place of traces, if the grid has loads. */
static bool has_loads(const struct bs_sweep_grid *g)
{
	for (unsigned int i = 0; i < g->nr_axes; i++)
		if (g->axes[i].opt->offset == offsetof(struct bs_sim_config, load))
			return true;
	return false;
}

/* What stands where a plan has a trace: its cells have none. */
static int put_no_trace(const struct making *m, json_t *list)
{
	json_t *o = json_object();

	bs_json_put_text(o, "path", "");
	bs_json_put_text(o, "name", "-");
	bs_json_put_text(o, "sha256", "");
	bs_json_put_uint(o, "events", 0);
	bs_json_put_uint(o, "numbers", 0);
	bs_json_put_uint(o, "peak_pages", 0);
	return json_array_append_new(list, o) ? no_memory(m) : 0;
}

static int put_traces(const struct making *m, json_t *manifest)
{
	json_t *list = json_array(), *seen = json_object();
	int ret = 0;

	json_object_set_new(manifest, "traces", list);
	for (unsigned int i = 0; i < m->g->traces.nr && !ret; i++) {
		const char *path = m->g->traces.at[i];
		char *within = take_input(m, path);

		if (!within)
			ret = -EINVAL;
		else if (!json_object_get(seen, within))
			ret = describe_trace(m, path, within, list);
		if (within)
			json_object_set_new(seen, within, json_true());
		free(within);
	}
	json_decref(seen);
	if (!ret && json_array_size(list) && has_loads(m->g))
		return bs_error_set(m->err, BS_USAGE, 0, "--load", "leave one of them out",
				    "is run in place of a trace");
	if (!ret && !json_array_size(list))
		return has_loads(m->g) ? put_no_trace(m, list)
				       : bs_error_set(m->err, BS_USAGE, 0, "TRACE",
						      "name a trace, or a grid, or a --load",
						      "no trace given");
	return ret;
}

/* ---- Strategies and axes ---------------------------------------------------------------------------- */

/* A shared object stands in front of its parameters. */
static int put_strategy(const struct making *m, const char *text, json_t *list, json_t *seen)
{
	const size_t len = strcspn(text, ":");
	char *name = strndup(text, len), *within = NULL, *label = NULL;
	int ret = name ? 0 : no_memory(m);

	if (!ret && strchr(name, '/')) {
		within = take_input(m, name);
		if (!within)
			ret = -EINVAL;
		else if (asprintf(&label, "%s%s", within, text + len) < 0)
			ret = no_memory(m);
	}
	if (!ret)
		append_once(list, seen, label ? label : text);
	free(label);
	free(within);
	free(name);
	return ret;
}

static int put_strategies(const struct making *m, json_t *manifest)
{
	json_t *list = json_array(), *seen = json_object();
	const struct bs_strategy *s;
	int ret = 0;

	json_object_set_new(manifest, "strategies", list);
	for (unsigned int i = 0; i < m->g->strategies.nr && !ret; i++) {
		if (strcmp(m->g->strategies.at[i], "all"))
			ret = put_strategy(m, m->g->strategies.at[i], list, seen);
		else
			for (unsigned int n = 0; (s = bs_strategy_at(n)) && !ret; n++)
				ret = put_strategy(m, s->name, list, seen);
	}
	json_decref(seen);
	if (!ret && !json_array_size(list))
		return bs_error_set(m->err, BS_USAGE, 0, "--strategy", "say -s all, or name some",
				    "no strategy given");
	return ret;
}

static bool is_word(const struct bs_option *opt, const char *text)
{
	const size_t len = strcspn(text, ":");
	const char *word;

	for (unsigned int i = 0; opt->word && (word = opt->word(i)); i++)
		if (strlen(word) == len && !strncmp(word, text, len))
			return true;
	return false;
}

/* A value that is no word of the option's but a file that is there is one that the cells read. */
static json_t *values_json(const struct making *m, const struct bs_axis *a, bool once)
{
	json_t *list = json_array(), *seen = json_object();

	for (unsigned int i = 0; list && i < a->values.nr; i++) {
		const char *text = a->values.at[i];
		const bool file =
			(a->opt->kind == BS_OPTION_TEXT || a->opt->kind == BS_OPTION_OWN) &&
			!is_word(a->opt, text) && is_file(text);
		char *within = file ? take_input(m, text) : NULL;

		if (!once)
			json_object_clear(seen);
		if (!file || within) {
			append_once(list, seen, file ? within : text);
		} else {
			json_decref(list);
			list = NULL;
		}
		free(within);
	}
	json_decref(seen);
	return list;
}

static const struct bs_axis *axis_named(const struct bs_sweep_grid *g, const char *name)
{
	for (unsigned int i = 0; i < g->nr_axes; i++)
		if (!strcmp(g->axes[i].opt->name, name))
			return &g->axes[i];
	return NULL;
}

/* The options that change together with this one, itself included; NULL: none does. */
static const json_t *zip_of(const struct bs_sweep_grid *g, const char *name)
{
	const json_t *group, *v;
	size_t i, j;

	json_array_foreach(g->zip, i, group) json_array_foreach(
		group, j, v) if (!strcmp(json_string_value(v), name)) return group;
	return NULL;
}

static int put_zipped(const struct making *m, const json_t *names, json_t *axes)
{
	json_t *o = json_object(), *values;
	const json_t *v;
	size_t i, nr = 0;

	json_array_append_new(axes, o);
	json_array_foreach(names, i, v)
	{
		const struct bs_axis *a = axis_named(m->g, json_string_value(v));

		if (!a || (nr && a->values.nr != nr))
			return bs_error_set(
				m->err, BS_USAGE, 0, json_string_value(v),
				"give each option of a zip as many values as the others",
				"has %u values in a zip of %zu", a ? a->values.nr : 0, nr);
		nr = a->values.nr;
		values = values_json(m, a, false);
		if (!values)
			return -EINVAL;
		json_object_set_new(o, a->opt->name, values);
	}
	return 0;
}

static int put_axes(const struct making *m, json_t *manifest)
{
	json_t *axes = json_array();
	int ret = 0;

	json_object_set_new(manifest, "axes", axes);
	for (unsigned int i = 0; i < m->g->nr_axes && !ret; i++) {
		const struct bs_axis *a = &m->g->axes[i];
		const json_t *zip = zip_of(m->g, a->opt->name);
		json_t *values, *o;

		if (zip) {
			/* All of them where the first one stands. */
			if (!strcmp(json_string_value(json_array_get(zip, 0)), a->opt->name))
				ret = put_zipped(m, zip, axes);
			continue;
		}
		values = values_json(m, a, true);
		if (!values)
			return -EINVAL;
		o = json_object();
		json_object_set_new(o, a->opt->name, values);
		json_array_append_new(axes, o);
	}
	return ret;
}

/* ---- Checking --------------------------------------------------------------------------------------- */

static int begun(void *arg, const struct bs_sim_config *cfg, const struct bs_trace_info *info)
{
	(void)arg;
	(void)cfg;
	(void)info;
	return 0;
}

/* All that can be known before it runs, of a group with each of its strategies. */
static int check_group(const struct bs_sweep *s, const struct bs_group *g, struct bs_error *err)
{
	const struct bs_sink sink = {.begin = begun};
	struct bs_options o;
	char *path, *text;
	int ret = bs_group_options(s, g, &o, &path, err);

	for (uint64_t i = g->first; i < g->first + g->nr && !ret; i++) {
		text = bs_sweep_strategy(s, s->cells[i].strategy);
		ret = bs_option_set(&o, bs_option_find("strategy"), text ? text : "", err);
		free(text);
	}
	if (!ret)
		ret = bs_options_check(&o, err);
	if (!ret)
		ret = bs_replay_check(&o.config, &sink, err);
	bs_options_free(&o);
	free(path);
	return ret;
}

/* Is it the first group with its trace, or the first one with one of its values? */
static bool brings_something(const struct bs_sweep *s, const struct bs_group *g, json_t *seen)
{
	char key[64];
	bool any = false;

	for (unsigned int d = 0; d <= s->nr_dims; d++) {
		const void *what = d < s->nr_dims ? (const void *)bs_group_value(s, g, d, 0)
						  : (const void *)bs_group_trace(s, g);

		snprintf(key, sizeof(key), "%u %p", d, what);
		if (json_object_get(seen, key))
			continue;
		json_object_set_new(seen, key, json_true());
		any = true;
	}
	return any;
}

/* So many groups are set up as if they were to run: hours of checking would be worth less than what a cell
 * that cannot run loses, which is itself. */
#define MOST_CHECKED 256

/* Each value and each trace once: all of their combinations would take longer than some sweeps. */
static int check_groups(const struct bs_sweep *s, struct bs_error *err)
{
	json_t *seen = json_object();
	unsigned int checked = 0;
	int ret = 0;

	for (uint64_t i = 0; i < s->nr_groups && checked < MOST_CHECKED && !ret; i++)
		if (brings_something(s, &s->groups[i], seen)) {
			ret = check_group(s, &s->groups[i], err);
			checked++;
		}
	json_decref(seen);
	return ret;
}

static int write_manifest(const struct bs_sweep *s, struct bs_error *err)
{
	char *path = bs_sweep_path(s, BS_MANIFEST), *results = bs_sweep_path(s, BS_RESULTS);
	struct bs_outfile o;
	int ret = path && results ? bs_make_folders(results) : -ENOMEM;

	if (ret)
		ret = bs_error_set(err, BS_RESOURCE, -ret, s->dir, NULL, "cannot be made");
	if (!ret)
		ret = bs_outfile_open(&o, path, err);
	if (!ret) {
		json_dumpf(s->root, o.f, JSON_INDENT(1) | JSON_ENSURE_ASCII);
		fputc('\n', o.f);
		ret = bs_outfile_commit(&o, err);
	}
	free(path);
	free(results);
	return ret;
}

int bs_sweep_plan(const struct bs_sweep_grid *g, const char *dir, struct bs_error *err)
{
	const struct making m = {.g = g, .dir = dir, .err = err};
	json_t *manifest = json_object();
	struct bs_sweep *s;
	int ret;

	bs_json_put_text(manifest, "schema", BS_PLAN_SCHEMA);
	bs_json_put_text(manifest, "sources", bs_sources());
	bs_json_put_bool(manifest, "timeline", g->timeline);
	bs_json_put_bool(manifest, "map", g->map);
	json_object_set(manifest, "exclude", g->exclude);
	ret = put_traces(&m, manifest);
	if (!ret)
		ret = put_strategies(&m, manifest);
	if (!ret)
		ret = put_axes(&m, manifest);
	if (ret) {
		json_decref(manifest);
		return ret;
	}
	ret = bs_sweep_of(manifest, dir, &s, err);
	if (!ret) {
		ret = check_groups(s, err);
		if (!ret)
			ret = write_manifest(s, err);
		bs_sweep_close(s);
	}
	return ret;
}
