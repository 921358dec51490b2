// SPDX-License-Identifier: GPL-2.0-or-later
#include "batch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "parts.h"
#include "result.h"

/* A batch while it runs. What is told of a cell becomes a record with nothing but it. */
struct running {
	const struct bs_sweep *s;
	const struct bs_batch *b;
	const struct bs_batch_sink *to;
	const struct bs_sim_config *cfg;
	const struct bs_trace_info *info;
	const struct bs_bound *bound;
	bs_ns refault, weight;
	json_t *of_all, *of_one; /* warnings: of all cells, of the one that is told next */
	unsigned int told; /* cells so far */
	int ret; /* of what could not be written */
	struct bs_error *err;
};

static int begin(void *arg, const struct bs_sim_config *cfg, const struct bs_trace_info *info)
{
	struct running *r = arg;

	r->cfg = cfg;
	r->info = info;
	return 0;
}

static void keep_bound(void *arg, const struct bs_bound *b, bs_ns refault, bs_ns weight)
{
	struct running *r = arg;

	r->bound = b;
	r->refault = refault;
	r->weight = weight;
}

static void warned(void *arg, const char *label, const char *text)
{
	const struct running *r = arg;
	const struct bs_planned *c;
	json_t *o;

	if (r->told == r->b->nr)
		return;
	/* By its name in the plan, as in name_cell(). */
	c = &r->s->cells[r->b->cells[r->told]];
	o = bs_warning_json(label ? r->s->strategies[c->strategy] : NULL, text);
	bs_warning_add(label ? r->of_one : r->of_all, o);
	json_decref(o);
}

/* Each cell has what is said of all of them, for it may be the only one. */
static int hand_over(struct running *r, bool failed, json_t *result)
{
	json_t *warnings = json_copy(r->of_all);
	int ret;

	json_array_extend(warnings, r->of_one);
	json_array_clear(r->of_one);
	json_object_set_new(result, "warnings", warnings);
	ret = r->to->done(r->to->arg, r->b->cells[r->told], failed, result, r->err);
	r->told++;
	r->ret = ret;
	return ret;
}

/* Not by the path that this machine has it under. */
static void name_cell(const struct running *r, json_t *record)
{
	const struct bs_planned *c = &r->s->cells[r->b->cells[r->told]];
	json_t *cell = json_array_get(json_object_get(record, "cells"), 0);
	json_t *timeline = bs_json_at(record, "timeline.cells.0");

	bs_json_put_text(cell, "label", r->s->strategies[c->strategy]);
	if (timeline && json_object_get(timeline, "label"))
		bs_json_put_text(timeline, "label", r->s->strategies[c->strategy]);
}

static int add_cell(void *arg, const struct bs_outcome *o)
{
	struct running *r = arg;
	struct bs_result *result;
	int ret;

	/* What could not be written is not there, and nor is what came behind it. */
	if (r->ret)
		return r->ret;
	result = bs_result_new(r->cfg, r->info);
	ret = result ? 0 : -ENOMEM;
	if (!ret && r->bound)
		bs_result_bound(result, r->bound, r->refault, r->weight);
	if (!ret)
		ret = bs_result_add(result, o);
	if (!ret)
		ret = bs_result_build_timeline(result);
	if (!ret) {
		r->told = o->index;
		name_cell(r, result->record);
		json_object_set_new(result->record, BS_ROW, bs_result_row_json(&result->rows[0]));
		ret = hand_over(r, false, result->record);
	}
	bs_result_free(result);
	return ret;
}

static int hand_over_failure(struct running *r, const struct bs_error *why)
{
	const struct bs_planned *c = &r->s->cells[r->b->cells[r->told]];
	char *text = bs_failure_reason(why);
	json_t *o = bs_failure_json(r->s->strategies[c->strategy], text, why->status);
	const int ret = hand_over(r, true, o);

	json_decref(o);
	free(text);
	return ret;
}

/* Also told of a cell whose result could not be written: it did not fail. */
static void add_failed(void *arg, const char *label, const struct bs_error *why)
{
	struct running *r = arg;

	(void)label;
	if (!r->ret)
		hand_over_failure(r, why);
}

static int set_strategies(const struct bs_sweep *s, const struct bs_batch *b, struct bs_options *o,
			  struct bs_error *err)
{
	const struct bs_option *opt = bs_option_find("strategy");
	int ret = 0;

	for (unsigned int i = 0; i < b->nr && !ret; i++) {
		char *text = bs_sweep_strategy(s, s->cells[b->cells[i]].strategy);

		ret = text ? bs_option_set(o, opt, text, err)
			   : bs_error_set(err, BS_RESOURCE, ENOMEM, s->dir, NULL, "no memory");
		free(text);
	}
	return ret;
}

/* Whether a cell or all of them fail, each has a result that says so; only who was stopped has none. */
static int tell_rest(struct running *r, int ret, const struct bs_error *why)
{
	if (r->ret || !ret)
		return r->ret;
	if (why->status == BS_INTERRUPTED) {
		*r->err = *why;
		return ret;
	}
	while (r->told < r->b->nr && !r->ret)
		hand_over_failure(r, why);
	return r->ret;
}

int bs_batch_run(const struct bs_sweep *s, const struct bs_batch *b,
		 const struct bs_batch_sink *sink, struct bs_error *err)
{
	struct running r = {.s = s,
			    .b = b,
			    .to = sink,
			    .of_all = json_array(),
			    .of_one = json_array(),
			    .err = err};
	const struct bs_sink listener = {.arg = &r,
					 .begin = begin,
					 .bound = keep_bound,
					 .cell = add_cell,
					 .failed = add_failed,
					 .warn = warned};
	struct bs_error why = {0};
	struct bs_options o;
	char *path;
	int ret = bs_group_options(s, &s->groups[b->group], &o, &path, &why);

	if (!ret)
		ret = set_strategies(s, b, &o, &why);
	o.config.output.stop = sink->stop;
	if (!ret)
		ret = bs_replay_compare(&o.config, &listener, &why);
	ret = tell_rest(&r, ret, &why);
	bs_options_free(&o);
	free(path);
	json_decref(r.of_all);
	json_decref(r.of_one);
	return ret;
}
