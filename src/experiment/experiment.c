// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * experiment.c - the public side of the experiments: which there are, which strategies take part,
 * and the record they fill (same conventions as a comparison's: integers in ns and bytes, whatever
 * was measured under "measured").
 */
#include "kind.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "spec.h"
#include "trial.h"

#define BS_EXPERIMENT(id) extern const struct bs_experiment_kind bs_experiment_##id;
#include "experiments.def"
#undef BS_EXPERIMENT

static const struct bs_experiment_kind *const kinds[] = {
#define BS_EXPERIMENT(id) &bs_experiment_##id,
#include "experiments.def"
#undef BS_EXPERIMENT
};
#define NR_KINDS (sizeof(kinds) / sizeof(kinds[0]))

const char *bs_experiment_at(unsigned int index, const char **question)
{
	if (index >= NR_KINDS)
		return NULL;
	if (question)
		*question = kinds[index]->question;
	return kinds[index]->name;
}

bool bs_experiment_column_at(unsigned int index, unsigned int column,
			     struct bs_experiment_column *out)
{
	const struct bs_column *c = index < NR_KINDS ? kinds[index]->columns : NULL;

	while (c && c->key && column--)
		c++;
	if (!c || !c->key)
		return false;
	*out = (struct bs_experiment_column){c->key, c->head, c->about};
	return true;
}

static const struct bs_experiment_kind *find_kind(const char *name, struct bs_error *err)
{
	const char *names[NR_KINDS + 1] = {NULL};
	char advice[300];

	for (size_t i = 0; i < NR_KINDS; i++) {
		if (name && !strcmp(name, kinds[i]->name))
			return kinds[i];
		names[i] = kinds[i]->name;
	}
	bs_nearest_advice("there are", names, name ? name : "", advice, sizeof(advice));
	bs_error_set(err, BS_USAGE, 0, "experiment", advice, "unknown experiment \"%s\"",
		     name ? name : "");
	return NULL;
}

/* ---- Who takes part -------------------------------------------------------------------------- */

static int no_memory(const struct bs_experiment *x, struct bs_error *err)
{
	return bs_error_set(err, BS_RESOURCE, ENOMEM, x->kind->name, NULL, "experiment");
}

/* Each once, however often it is named: a strategy's rows are summed up in the answer. */
static int add_spec(struct bs_experiment *x, const char *spec, struct bs_error *err)
{
	char **more;

	for (unsigned int i = 0; i < x->nr_specs; i++)
		if (!strcmp(x->specs[i], spec))
			return 0;
	more = realloc(x->specs, (x->nr_specs + 1) * sizeof(*more));
	if (more)
		x->specs = more;
	if (!more || !(x->specs[x->nr_specs] = strdup(spec)))
		return no_memory(x, err);
	x->nr_specs++;
	return 0;
}

/* Found now, not when its turn comes. */
static int check_spec(const struct bs_experiment *x, const char *text, struct bs_error *err)
{
	struct bs_spec spec;
	int ret = bs_spec_parse(text, bs_platform_at(x->cfg.machine), &spec, err);

	if (ret)
		return ret;
	if (spec.s->caps & BS_CAP_KNOWS_FUTURE)
		ret = bs_error_set(err, BS_USAGE, 0, text,
				   "`buddysim compare` runs it on a trace, of which the future is "
				   "known",
				   "knows the future, which an experiment's load has not got");
	bs_spec_free(&spec);
	return ret;
}

/* Every registered strategy without one of @caps; who has one is told in @x->left_out. */
static int add_all(struct bs_experiment *x, unsigned int caps, struct bs_error *err)
{
	const struct bs_strategy *s;
	size_t size;
	FILE *f;
	int ret = 0;

	free(x->left_out);
	f = open_memstream(&x->left_out, &size);
	if (!f)
		return no_memory(x, err);
	for (unsigned int i = 0; !ret && (s = bs_strategy_at(i)); i++) {
		if (!(s->caps & caps))
			ret = add_spec(x, s->name, err);
		else
			fprintf(f, "%s%s (%s)", ftell(f) ? ", " : "", s->name,
				s->caps & BS_CAP_KNOWS_FUTURE ? "needs a trace"
				: s->caps & BS_CAP_HOST_SIDE
					? "runs on the host; name it to run it"
					: "allocates itself; name it to run it");
	}
	fclose(f);
	return ret;
}

/* The user's choice. Else every strategy that runs inside the guest, knows no future and allocates
 * nothing for itself: the others answer another question. */
static int choose_specs(struct bs_experiment *x, struct bs_error *err)
{
	const struct bs_experiment_kind *kind = x->kind;
	int ret = 0;

	for (unsigned int i = 0; i < x->cfg.nr_strategies && !ret; i++) {
		const char *text = x->cfg.strategies[i];

		if (!strcmp(text, "all")) {
			ret = add_all(x, BS_CAP_KNOWS_FUTURE, err);
			continue;
		}
		ret = check_spec(x, text, err);
		if (!ret)
			ret = add_spec(x, text, err);
	}
	if (ret || x->cfg.nr_strategies)
		return ret;
	if (!kind->only_extra)
		ret = add_all(x, BS_CAP_HOST_SIDE | BS_CAP_CLIENT | BS_CAP_KNOWS_FUTURE, err);
	for (unsigned int i = 0; kind->extra && kind->extra[i] && !ret; i++)
		ret = add_spec(x, kind->extra[i], err);
	return ret;
}

/* ---- Life ------------------------------------------------------------------------------------ */

static void make_record(struct bs_experiment *x)
{
	const struct bs_device_traits *device = bs_device_traits(x->device);

	x->record = json_object();
	x->rows = json_array();
	x->setting = json_object();
	x->series = json_array();
	x->measured = json_object();
	x->measured_rows = json_array();
	bs_json_put_text(x->record, "schema", BS_EXPERIMENT_SCHEMA);
	bs_json_put_text(x->record, "experiment", x->kind->name);
	bs_json_put_text(x->record, "question", x->kind->question);
	bs_json_put_text(x->record, "size", x->ci ? "ci" : "full");
	bs_json_put_uint(x->record, "seed", x->cfg.seed);
	bs_json_put_text(x->setting, "kernel", x->cfg.kernel);
	if (x->cfg.policy)
		bs_json_put_text(x->setting, "policy", x->cfg.policy);
	bs_json_put_text(x->setting, "device", x->device);
	bs_json_put_text(x->setting, "costs", device->preset);
	bs_json_put_uint(x->setting, "capacity", BS_TRIAL_CAPACITY);
	bs_json_put_uint(x->setting, "wake_latency_ns", BS_TRIAL_WAKE_LATENCY);
	bs_json_put_uint(x->setting, "vmstat_busy_ns", BS_TRIAL_VMSTAT_BUSY);
	bs_json_put_uint(x->setting, "vmstat_idle_ns", BS_TRIAL_VMSTAT_IDLE);
	json_object_set_new(x->record, "config", x->setting);
	json_object_set_new(x->record, "rows", x->rows);
	json_object_set_new(x->record, "series", x->series);
	json_object_set_new(x->measured, "rows", x->measured_rows);
}

int bs_experiment_run(const struct bs_experiment_config *config, struct bs_experiment **out,
		      struct bs_error *err)
{
	const struct bs_experiment_kind *kind = find_kind(config->name, err);
	struct bs_experiment *x;
	int ret;

	*out = NULL;
	if (!kind || (config->policy && !bs_policy_find(config->policy, err)))
		return -EINVAL;
	x = calloc(1, sizeof(*x));
	if (!x)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, kind->name, NULL, "experiment");
	x->kind = kind;
	x->cfg = *config;
	x->cfg.seed = config->seed ? config->seed : 1;
	x->kernel_asked = config->kernel;
	x->cfg.kernel = config->kernel ? config->kernel : "linux-6.1";
	x->ci = config->size == BS_EXPERIMENT_CI;
	x->device = bs_device_for(kind->instant ? BS_DEVICE_INSTANT : BS_DEVICE_TIMED);
	make_record(x);
	ret = choose_specs(x, err);
	if (!ret && x->left_out && *x->left_out)
		bs_json_put_text(x->record, "left_out", x->left_out);
	if (!ret)
		ret = kind->run(x, err);
	if (ret)
		bs_experiment_free(x);
	else
		*out = x;
	return ret;
}

void bs_experiment_free(struct bs_experiment *x)
{
	if (!x)
		return;
	json_decref(x->record);
	json_decref(x->measured);
	for (unsigned int i = 0; i < x->nr_specs; i++)
		free(x->specs[i]);
	free(x->specs);
	free(x->left_out);
	free(x->answer);
	free(x->measured_answer);
	free(x->text);
	free(x);
}

/* ---- Looking at it --------------------------------------------------------------------------- */

const char *bs_experiment_answer(const struct bs_experiment *x, bool measured)
{
	const char *answer = measured && x->measured_answer ? x->measured_answer : x->answer;

	return answer ? answer : "";
}

unsigned int bs_experiment_rows(const struct bs_experiment *x)
{
	return (unsigned int)json_array_size(x->rows);
}

int bs_experiment_value(const struct bs_experiment *x, unsigned int row, const char *key,
			uint64_t *value)
{
	return bs_json_uint_at(json_array_get(x->rows, row), key, value);
}

const char *bs_experiment_word(const struct bs_experiment *x, unsigned int row, const char *key)
{
	return json_string_value(json_object_get(json_array_get(x->rows, row), key));
}
