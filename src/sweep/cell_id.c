// SPDX-License-Identifier: GPL-2.0-or-later
#include "cell_id.h"

#include <errno.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config_json.h"
#include "grid_file.h"

static void put(struct sha256_ctx *h, const char *text)
{
	/* With its NUL, so that no two texts in a row can be taken for two others. */
	sha256_update(h, strlen(text) + 1, (const uint8_t *)text);
}

/* What the record's configuration does not have. */
static bool put_others(struct sha256_ctx *h, const struct bs_sim_config *c)
{
	const struct bs_option *opt;
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);
	bool ok;

	if (!f)
		return false;
	for (unsigned int i = 0; (opt = bs_option_at(i)); i++)
		if (bs_axis_option(opt) && !opt->record && opt->kind != BS_OPTION_OWN)
			bs_option_print(c, opt, f);
	ok = !fclose(f);
	if (ok)
		put(h, text);
	free(text);
	/* Who is beside the strategies, which are told apart below. */
	for (unsigned int i = 0; i < c->nr_agents; i++)
		put(h, c->agents[i]);
	return ok;
}

static bool put_config(struct sha256_ctx *h, const struct bs_sim_config *c)
{
	json_t *o = bs_config_json(c);
	char *text = json_dumps(o, JSON_SORT_KEYS | JSON_COMPACT);

	json_decref(o);
	if (text)
		put(h, text);
	free(text);
	return text && put_others(h, c);
}

/* Paths within the plan begin with a hash of what is in the file. */
static void put_inputs(struct sha256_ctx *h, const struct bs_sweep *s, const struct bs_group *g)
{
	for (unsigned int d = 0; d < s->nr_dims; d++)
		for (unsigned int i = 0; i < s->dims[d].nr_opts; i++) {
			const char *value = bs_group_value(s, g, d, i);

			if (!strncmp(value, BS_INPUTS "/", strlen(BS_INPUTS "/")))
				put(h, value);
		}
}

int bs_group_ids(const struct bs_sweep *s, const struct bs_group *g, struct bs_error *err)
{
	const struct bs_sweep_trace *t = bs_group_trace(s, g);
	struct sha256_ctx group, cell;
	struct bs_options o;
	char *path;
	int ret = bs_group_options(s, g, &o, &path, err);

	sha256_init(&group);
	put(&group, BS_PLAN_SCHEMA);
	put(&group, s->sources);
	put(&group, t->name);
	put(&group, t->sha256);
	put(&group, s->map ? "map" : s->timeline ? "timeline" : "");
	if (!ret && !put_config(&group, &o.config))
		ret = bs_error_set(err, BS_RESOURCE, ENOMEM, s->dir, NULL, "the plan does not fit");
	put_inputs(&group, s, g);
	for (uint64_t i = g->first; i < g->first + g->nr; i++) {
		cell = group;
		put(&cell, s->strategies[s->cells[i].strategy]);
		sha256_digest(&cell, BS_ID, s->cells[i].id);
	}
	bs_options_free(&o);
	free(path);
	return ret;
}
