// SPDX-License-Identifier: GPL-2.0-or-later
#include "grid_file.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options_read.h"
#include "values.h"

struct bs_sweep_grid *bs_sweep_grid_new(void)
{
	struct bs_sweep_grid *g = calloc(1, sizeof(*g));

	if (!g)
		return NULL;
	g->zip = json_array();
	g->exclude = json_array();
	if (g->zip && g->exclude)
		return g;
	bs_sweep_grid_free(g);
	return NULL;
}

void bs_sweep_grid_free(struct bs_sweep_grid *g)
{
	if (!g)
		return;
	for (unsigned int i = 0; i < g->nr_axes; i++)
		bs_values_free(&g->axes[i].values);
	free(g->axes);
	bs_values_free(&g->traces);
	bs_values_free(&g->strategies);
	json_decref(g->zip);
	json_decref(g->exclude);
	free(g);
}

/* ---- Options -------------------------------------------------------------------------------------- */

bool bs_axis_option(const struct bs_option *opt)
{
	return opt->group != BS_OPTIONS_OUTPUT && opt->group != BS_OPTIONS_PROGRAM;
}

const struct bs_option *bs_axis_find(const char *name, const char *where, struct bs_error *err)
{
	const struct bs_option *opt = bs_option_find(name);
	const char *names[65], *near;
	unsigned int nr = 0;
	char advice[128];

	if (opt && bs_axis_option(opt))
		return opt;
	for (unsigned int i = 0; (opt = bs_option_at(i)) && nr < 64; i++)
		if (bs_axis_option(opt))
			names[nr++] = opt->name;
	names[nr] = NULL;
	near = bs_nearest(names, name);
	snprintf(advice, sizeof(advice), near ? "did you mean \"%s\"?" : "see `%s`",
		 near ? near : "buddysim sweep plan --help");
	bs_error_set(err, BS_USAGE, 0, where, advice, "\"%s\" is no option of a run", name);
	return NULL;
}

static struct bs_axis *axis_of(struct bs_sweep_grid *g, const struct bs_option *opt)
{
	struct bs_axis *more;

	for (unsigned int i = 0; i < g->nr_axes; i++)
		if (g->axes[i].opt == opt)
			return &g->axes[i];
	more = realloc(g->axes, (g->nr_axes + 1) * sizeof(*more));
	if (!more)
		return NULL;
	g->axes = more;
	more += g->nr_axes++;
	*more = (struct bs_axis){.opt = opt};
	return more;
}

/* Which of the option's values a text may be is found where it is read: with all others set. */
int bs_sweep_grid_option(struct bs_sweep_grid *g, const struct bs_option *opt, const char *text,
			 struct bs_error *err)
{
	struct bs_axis *axis;
	char where[64];

	snprintf(where, sizeof(where), "--%s", opt->name);
	if (!bs_axis_option(opt))
		return bs_error_set(err, BS_USAGE, 0, where, NULL, "is no axis of a grid");
	/* The strategies are the one list that a comparison has of its own. */
	if (opt->offset == offsetof(struct bs_sim_config, strategies))
		return bs_values_expand(&g->strategies, text, where, err);
	axis = axis_of(g, opt);
	if (!axis)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, where, NULL, "the grid does not fit");
	if (opt->kind != BS_OPTION_FLAG)
		return bs_values_expand(&axis->values, text, where, err);
	text = text ? text : "on";
	if (strcmp(text, "on") && strcmp(text, "off"))
		return bs_error_set(err, BS_USAGE, 0, where, "say on or off", "cannot be \"%s\"",
				    text);
	return bs_words_add(&axis->values, text, strlen(text), err) ? 0 : -ENOMEM;
}

int bs_sweep_grid_trace(struct bs_sweep_grid *g, const char *pattern, struct bs_error *err)
{
	const int flags = strpbrk(pattern, "*?[") ? 0 : GLOB_NOCHECK;
	glob_t found;
	int ret = glob(pattern, flags | GLOB_ERR, NULL, &found);

	if (ret)
		return bs_error_set(err, ret == GLOB_NOSPACE ? BS_RESOURCE : BS_INPUT,
				    ret == GLOB_NOSPACE ? ENOMEM : 0, pattern, "name a trace",
				    "no file is like that");
	for (size_t i = 0; i < found.gl_pathc && !ret; i++)
		if (!bs_words_add(&g->traces, found.gl_pathv[i], strlen(found.gl_pathv[i]), err))
			ret = -ENOMEM;
	globfree(&found);
	return ret;
}

void bs_sweep_grid_timeline(struct bs_sweep_grid *g, bool keep)
{
	g->timeline = keep;
}

void bs_sweep_grid_map(struct bs_sweep_grid *g, bool keep)
{
	g->map = keep;
}

/* ---- From a file ------------------------------------------------------------------------------------ */

struct file {
	struct bs_sweep_grid *g;
	const char *path;
	struct bs_error *err;
};

static int bad(const struct file *f, const char *key, const char *advice)
{
	return bs_error_set(f->err, BS_INPUT, 0, f->path, advice, "\"%s\" cannot be that", key);
}

/* Messages name the file. */
static int in_file(const struct file *f, int ret)
{
	char text[512];

	if (!ret || !f->err || !strcmp(f->err->where, f->path))
		return ret;
	snprintf(text, sizeof(text), "%.200s: %.300s", f->err->where, f->err->text);
	snprintf(f->err->where, sizeof(f->err->where), "%s", f->path);
	snprintf(f->err->text, sizeof(f->err->text), "%s", text);
	return ret;
}

static int add_value(const struct file *f, const struct bs_option *opt, const json_t *v)
{
	char text[32];

	if (json_is_string(v))
		return bs_sweep_grid_option(f->g, opt, json_string_value(v), f->err);
	if (json_is_boolean(v))
		return bs_sweep_grid_option(f->g, opt, json_is_true(v) ? "on" : "off", f->err);
	if (!json_is_integer(v) || json_integer_value(v) < 0)
		return bad(f, opt->name,
			   "write a text, a whole number, true or false, or a list of them");
	snprintf(text, sizeof(text), "%lld", (long long)json_integer_value(v));
	return bs_sweep_grid_option(f->g, opt, text, f->err);
}

static int add_option(const struct file *f, const char *name, const json_t *v)
{
	const struct bs_option *opt = bs_axis_find(name, f->path, f->err);
	const json_t *one;
	int ret = 0;
	size_t i;

	if (!opt)
		return -EINVAL;
	if (!json_is_array(v))
		return in_file(f, add_value(f, opt, v));
	json_array_foreach(v, i, one) if (!ret) ret = add_value(f, opt, one);
	return in_file(f, ret);
}

static int add_options(const struct file *f, json_t *v)
{
	const char *name;
	json_t *one;
	int ret = 0;

	if (!json_is_object(v))
		return bad(f, "options", "write {\"NAME\": VALUES, ...}");
	json_object_foreach(v, name, one) if (!ret) ret = add_option(f, name, one);
	return ret;
}

static int add_trace(const struct file *f, const char *name)
{
	const char *slash = strrchr(f->path, '/');
	char *path;
	int ret;

	if (name[0] == '/' || !slash)
		return bs_sweep_grid_trace(f->g, name, f->err);
	if (asprintf(&path, "%.*s%s", (int)(slash + 1 - f->path), f->path, name) < 0)
		return bs_error_set(f->err, BS_RESOURCE, ENOMEM, f->path, NULL, "cannot be read");
	ret = bs_sweep_grid_trace(f->g, path, f->err);
	free(path);
	return ret;
}

static int add_traces(const struct file *f, const json_t *v)
{
	const json_t *one;
	int ret = 0;
	size_t i;

	if (json_is_string(v))
		return add_trace(f, json_string_value(v));
	if (!json_is_array(v))
		return bad(f, "traces", "write a list of paths");
	json_array_foreach(v, i, one)
	{
		if (!json_is_string(one))
			return bad(f, "traces", "write a list of paths");
		if (!ret)
			ret = add_trace(f, json_string_value(one));
	}
	return ret;
}

static int add_zip(const struct file *f, json_t *v)
{
	const json_t *group, *name;
	size_t i, j;

	if (!json_is_array(v))
		return bad(f, "zip", "write [[\"OPTION\", \"OPTION\"], ...]");
	json_array_foreach(v, i, group)
	{
		if (json_array_size(group) < 2)
			return bad(f, "zip", "write [[\"OPTION\", \"OPTION\"], ...]");
		json_array_foreach(group, j, name)
		{
			if (!json_is_string(name))
				return bad(f, "zip", "write [[\"OPTION\", \"OPTION\"], ...]");
			if (!bs_axis_find(json_string_value(name), f->path, f->err))
				return -EINVAL;
		}
	}
	return json_array_extend(f->g->zip, v) ? bad(f, "zip", NULL) : 0;
}

/* As text, which values are in a plan; NULL: no pattern can be that. */
static json_t *pattern_of(json_t *v)
{
	if (json_is_integer(v))
		return json_sprintf("%" JSON_INTEGER_FORMAT, json_integer_value(v));
	if (json_is_boolean(v))
		return json_string(json_is_true(v) ? "on" : "off");
	return json_is_string(v) ? json_incref(v) : NULL;
}

static int add_rule(const struct file *f, json_t *v, const char *how)
{
	json_t *rule = json_object(), *pattern, *text;
	const char *name;

	json_array_append_new(f->g->exclude, rule);
	json_object_foreach(v, name, pattern)
	{
		if (strcmp(name, "trace") && !bs_axis_find(name, f->path, f->err))
			return -EINVAL;
		text = pattern_of(pattern);
		if (!text)
			return bad(f, name, how);
		json_object_set_new(rule, name, text);
	}
	return json_object_size(rule) ? 0 : bad(f, "exclude", how);
}

static int add_exclude(const struct file *f, json_t *v)
{
	static const char how[] =
		"write [{\"OPTION\": \"PATTERN\", ...}, ...], trace and strategy being "
		"names, too";
	json_t *rule;
	size_t i;
	int ret = 0;

	if (!json_is_array(v))
		return bad(f, "exclude", how);
	json_array_foreach(v, i, rule) if (!ret) ret = add_rule(f, rule, how);
	return ret;
}

static int add_strategies(const struct file *f, const json_t *v)
{
	/* The name that it has on the command line. */
	return add_option(f, "strategy", v);
}

static int add_part(const struct file *f, const char *key, json_t *v)
{
	static const char *const keys[] = {"schema", "comment", "traces",   "strategies", "options",
					   "zip",    "exclude", "timeline", "map",	  NULL};
	const char *near = bs_nearest(keys, key);
	char advice[64];

	if (!strcmp(key, "comment"))
		return 0;
	if (!strcmp(key, "schema"))
		return json_is_string(v) && !strcmp(json_string_value(v), BS_GRID_SCHEMA)
			       ? 0
			       : bad(f, key, "this program reads \"" BS_GRID_SCHEMA "\"");
	if (!strcmp(key, "traces"))
		return add_traces(f, v);
	if (!strcmp(key, "strategies"))
		return add_strategies(f, v);
	if (!strcmp(key, "options"))
		return add_options(f, v);
	if (!strcmp(key, "zip"))
		return add_zip(f, v);
	if (!strcmp(key, "exclude"))
		return add_exclude(f, v);
	if (!strcmp(key, "timeline") || !strcmp(key, "map")) {
		*(*key == 'm' ? &f->g->map : &f->g->timeline) = json_is_true(v);
		return json_is_boolean(v) ? 0 : bad(f, key, "write true or false");
	}
	snprintf(advice, sizeof(advice), near ? "did you mean \"%s\"?" : "see %s",
		 near ? near : "buddysim-grid(5)");
	return bs_error_set(f->err, BS_INPUT, 0, f->path, advice, "\"%s\" is no part of a grid",
			    key);
}

int bs_sweep_grid_read(struct bs_sweep_grid *g, const char *path, struct bs_error *err)
{
	const struct file f = {.g = g, .path = path, .err = err};
	json_error_t why;
	json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &why), *v;
	const char *key;
	char where[320];
	int ret = 0;

	if (!root) {
		snprintf(where, sizeof(where), why.line > 0 ? "%s: line %d" : "%s", path, why.line);
		return bs_error_set(err, BS_INPUT, 0, where,
				    "write a grid as buddysim-grid(5) says", "%s", why.text);
	}
	if (!json_is_object(root))
		ret = bs_error_set(err, BS_INPUT, 0, path, "write a grid as buddysim-grid(5) says",
				   "is no object of JSON");
	json_object_foreach(root, key, v) if (!ret) ret = add_part(&f, key, v);
	json_decref(root);
	return ret;
}
