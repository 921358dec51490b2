// SPDX-License-Identifier: GPL-2.0-or-later
#include "group.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The last dimension changes fastest, the trace slowest. */
static unsigned int value_index(const struct bs_sweep *s, uint64_t number, unsigned int dim)
{
	for (unsigned int i = s->nr_dims - 1; i > dim; i--)
		number /= s->dims[i].nr;
	return (unsigned int)(number % s->dims[dim].nr);
}

const struct bs_sweep_trace *bs_group_trace(const struct bs_sweep *s, const struct bs_group *g)
{
	uint64_t number = g->number;

	for (unsigned int i = 0; i < s->nr_dims; i++)
		number /= s->dims[i].nr;
	return &s->traces[number];
}

const char *bs_group_value(const struct bs_sweep *s, const struct bs_group *g, unsigned int dim,
			   unsigned int opt)
{
	const json_t *values = s->dims[dim].values[opt];

	return json_string_value(json_array_get(values, value_index(s, g->number, dim)));
}

char *bs_sweep_path(const struct bs_sweep *s, const char *name)
{
	char *path;

	return asprintf(&path, "%s/%s", s->dir, name) < 0 ? NULL : path;
}

static bool is_input(const char *text)
{
	return !strncmp(text, BS_INPUTS "/", strlen(BS_INPUTS "/"));
}

/* What lies in the plan's folder, from where this process is. */
static char *as_seen_from_here(const struct bs_sweep *s, const char *text)
{
	return is_input(text) ? bs_sweep_path(s, text) : strdup(text);
}

char *bs_sweep_strategy(const struct bs_sweep *s, unsigned int strategy)
{
	return as_seen_from_here(s, s->strategies[strategy]);
}

static int set_value(const struct bs_sweep *s, struct bs_options *o, const struct bs_option *opt,
		     const char *value, struct bs_error *err)
{
	char *text;
	int ret;

	if (opt->kind == BS_OPTION_FLAG)
		return strcmp(value, "on") ? 0 : bs_option_set(o, opt, NULL, err);
	text = as_seen_from_here(s, value);
	ret = text ? bs_option_set(o, opt, text, err)
		   : bs_error_set(err, BS_RESOURCE, ENOMEM, s->dir, NULL, "the plan does not fit");
	free(text);
	return ret;
}

int bs_group_options(const struct bs_sweep *s, const struct bs_group *g, struct bs_options *o,
		     char **path, struct bs_error *err)
{
	int ret = 0;

	bs_options_init(o);
	*path = bs_sweep_path(s, bs_group_trace(s, g)->path);
	if (!*path)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, s->dir, NULL,
				    "the plan does not fit");
	o->config.trace_path = *path;
	o->config.output.timeline = s->timeline || s->map;
	o->config.output.map = s->map;
	o->config.output.jobs = 1;
	for (unsigned int d = 0; d < s->nr_dims; d++)
		for (unsigned int i = 0; i < s->dims[d].nr_opts && !ret; i++)
			ret = set_value(s, o, s->dims[d].opts[i], bs_group_value(s, g, d, i), err);
	return ret;
}
