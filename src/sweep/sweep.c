// SPDX-License-Identifier: GPL-2.0-or-later
/* sweep.c - a plan with its results: how far it is, what it needs, each of its cells. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cell_need.h"
#include "json.h"
#include "plan.h"
#include "shell.h"

/* The first result of a cell that succeeded is its result; any other one is the same. */
static void found(void *arg, const uint8_t *id, const struct bs_place *at)
{
	const struct bs_sweep *s = arg;
	struct bs_planned *c = bs_sweep_find(s, id);

	if (c && (!c->at.segment || (c->at.failed && !at->failed)))
		c->at = *at;
}

int bs_sweep_open(const char *dir, struct bs_sweep **out, struct bs_error *err)
{
	json_t *manifest = bs_manifest_read(dir, err);
	char *results;
	int ret = manifest ? bs_sweep_of(manifest, dir, out, err) : -EINVAL;

	if (ret)
		return ret;
	results = bs_sweep_path(*out, BS_RESULTS);
	ret = results ? bs_segments_open(&(*out)->segments, results, found, *out, err)
		      : bs_error_set(err, BS_RESOURCE, ENOMEM, dir, NULL, "cannot read results");
	free(results);
	if (!ret)
		return 0;
	bs_sweep_close(*out);
	*out = NULL;
	return ret;
}

void bs_sweep_count(const struct bs_sweep *s, struct bs_sweep_counts *c)
{
	*c = (struct bs_sweep_counts){.cells = s->nr_cells,
				      .traces = *s->traces[0].path ? s->nr_traces : 0,
				      .groups = s->nr_groups,
				      .segments = s->segments.nr,
				      .bytes = s->segments.bytes,
				      .torn = s->segments.torn};
	for (uint64_t i = 0; i < s->nr_cells; i++) {
		const struct bs_place *at = &s->cells[i].at;

		c->failed += at->segment && at->failed;
		c->done += at->segment && !at->failed;
	}
}

char *bs_sweep_idle_rule(const struct bs_sweep *s, unsigned int index)
{
	const json_t *rules = json_object_get(s->root, "exclude");

	for (size_t i = 0; i < json_array_size(rules); i++)
		if (!s->rule_fits[i] && !index--)
			return json_dumps(json_array_get(rules, i), JSON_ENSURE_ASCII);
	return NULL;
}

/* ---- One cell ------------------------------------------------------------------------------------- */

static void print_value(const struct bs_option *opt, const char *value, FILE *f)
{
	if (opt->kind == BS_OPTION_FLAG) {
		if (!strcmp(value, "on"))
			fprintf(f, " --%s", opt->name);
		return;
	}
	fprintf(f, " --%s ", opt->name);
	bs_shell_put(f, value);
}

/* As a user would type it within the plan's folder. */
static char *command_of(const struct bs_sweep *s, const struct bs_planned *c)
{
	const struct bs_group *g = &s->groups[c->group];
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return NULL;
	fputs("buddysim run ", f);
	if (*bs_group_trace(s, g)->path) {
		bs_shell_put(f, bs_group_trace(s, g)->path);
		fputc(' ', f);
	}
	fputs("-s ", f);
	bs_shell_put(f, s->strategies[c->strategy]);
	for (unsigned int d = 0; d < s->nr_dims; d++)
		for (unsigned int i = 0; i < s->dims[d].nr_opts; i++)
			print_value(s->dims[d].opts[i], bs_group_value(s, g, d, i), f);
	if (!fclose(f))
		return text;
	free(text);
	return NULL;
}

static int put_error(const struct bs_sweep *s, const struct bs_planned *c, char **text,
		     struct bs_error *err)
{
	json_t *result = bs_segments_read(&s->segments, &c->at, err);
	const char *why = json_string_value(json_object_get(result, "error"));

	if (!result)
		return -EINVAL;
	*text = strdup(why ? why : "unknown");
	json_decref(result);
	return *text ? 0 : bs_error_set(err, BS_RESOURCE, ENOMEM, s->dir, NULL, "no memory");
}

int bs_sweep_cell_at(const struct bs_sweep *s, uint64_t index, struct bs_sweep_cell *cell,
		     struct bs_error *err)
{
	const struct bs_planned *c;

	*cell = (struct bs_sweep_cell){0};
	if (index >= s->nr_cells)
		return -ENOENT;
	c = &s->cells[index];
	for (unsigned int i = 0; i < BS_ID; i++)
		snprintf(cell->id + 2 * (size_t)i, 3, "%02x", c->id[i]);
	cell->done = c->at.segment && !c->at.failed;
	cell->failed = c->at.segment && c->at.failed;
	cell->command = command_of(s, c);
	if (!cell->command)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, s->dir, NULL, "no memory");
	return cell->failed ? put_error(s, c, &cell->error, err) : 0;
}

void bs_sweep_cell_free(struct bs_sweep_cell *cell)
{
	free(cell->command);
	free(cell->error);
	*cell = (struct bs_sweep_cell){0};
}

/* ---- What is still to be done ----------------------------------------------------------------------- */

void bs_sweep_needs(const struct bs_sweep *s, double *seconds, uint64_t *bytes)
{
	*seconds = 0;
	*bytes = 0;
	for (uint64_t i = 0; i < s->nr_groups; i++) {
		const struct bs_group *g = &s->groups[i];
		struct bs_options o;
		char *path;
		struct bs_need need;
		uint64_t left = 0;

		for (uint64_t c = g->first; c < g->first + g->nr; c++)
			left += !s->cells[c].at.segment;
		if (left && !bs_group_options(s, g, &o, &path, NULL)) {
			need = bs_cell_need(&o.config, bs_group_trace(s, g));
			*seconds += need.seconds * (double)left;
			*bytes = need.bytes > *bytes ? need.bytes : *bytes;
		}
		if (left) {
			bs_options_free(&o);
			free(path);
		}
	}
}
