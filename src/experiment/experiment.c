// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * experiment.c - the public side of the experiments: which there are, which strategies take part,
 * and the record they fill (same conventions as a comparison's: integers in ns and bytes, whatever
 * was measured under "measured").
 */
#include "experiment_int.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nearest.h"
#include "json.h"

static const struct bs_lab_kind *const kinds[] = {
	&bs_lab_kind_release, &bs_lab_kind_list_walk, &bs_lab_kind_pressure,
	&bs_lab_kind_churn,   &bs_lab_kind_stall,
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

/* ---- Rows ------------------------------------------------------------------------------------ */

json_t *bs_lab_row(struct bs_experiment *x, const char *strategy)
{
	json_t *row = json_object();

	bs_lab_put_text(row, "strategy", strategy);
	json_array_append_new(x->rows, row);
	return row;
}

void bs_lab_put(json_t *o, const char *key, uint64_t v)
{
	json_object_set_new(o, key, json_integer((json_int_t)v));
}

void bs_lab_put_time(json_t *o, const char *key, bs_ns t)
{
	json_object_set_new(o, key, t == BS_NO_TIME ? json_null() : json_integer((json_int_t)t));
}

void bs_lab_put_text(json_t *o, const char *key, const char *text)
{
	json_object_set_new(o, key, json_string(text));
}

uint64_t bs_lab_get(const json_t *row, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(row, key));
}

void bs_lab_answer(struct bs_experiment *x, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(x->answer, sizeof(x->answer), fmt, ap);
	va_end(ap);
	bs_lab_put_text(x->record, "answer", x->answer);
}

/* ---- What a strategy may leave --------------------------------------------------------------- */

uint64_t bs_lab_missed(const struct bs_lab *lab, uint64_t left_raw)
{
	const struct bs_strategy *s = bs_report_strategy(lab->rc);
	const uint64_t allowed = bs_report_may_leave(lab->rc);

	if (!s->pass && !s->freeing && !s->merged && !s->place)
		return BS_NO_TIME;
	return left_raw > allowed ? left_raw - allowed : 0;
}

/* ---- Life ------------------------------------------------------------------------------------ */

static const struct bs_lab_kind *find_kind(const char *name, struct bs_error *err)
{
	const char *names[NR_KINDS + 1] = {NULL}, *meant;
	char advice[200] = "";

	for (size_t i = 0; i < NR_KINDS; i++) {
		if (name && !strcmp(name, kinds[i]->name))
			return kinds[i];
		names[i] = kinds[i]->name;
	}
	meant = bs_nearest(names, name ? name : "");
	snprintf(advice, sizeof(advice),
		 "%s%s%sthere are release, list-walk, pressure, churn, stall",
		 meant ? "did you mean \"" : "", meant ? meant : "", meant ? "\"? " : "");
	bs_error_set(err, BS_USAGE, 0, "experiment", advice, "unknown experiment \"%s\"",
		     name ? name : "");
	return NULL;
}

static void add_spec(struct bs_experiment *x, const char *spec)
{
	if (x->nr_specs < sizeof(x->specs) / sizeof(x->specs[0]))
		x->specs[x->nr_specs++] = spec;
}

/* Every strategy that runs inside the guest, knows no future and allocates nothing for itself: the
 * others answer another question, and are run when they are asked for by name. */
static void choose_specs(struct bs_experiment *x)
{
	const unsigned int others = BS_CAP_HOST_SIDE | BS_CAP_CLIENT | BS_CAP_KNOWS_FUTURE;
	const struct bs_strategy *s;

	for (unsigned int i = 0; i < x->cfg.nr_strategies; i++)
		add_spec(x, x->cfg.strategies[i]);
	if (x->cfg.nr_strategies)
		return;
	for (unsigned int i = 0; !x->kind->only_extra && (s = bs_strategy_at(i)); i++)
		if (!(s->caps & others))
			add_spec(x, s->name);
	for (unsigned int i = 0; x->kind->extra && x->kind->extra[i]; i++)
		add_spec(x, x->kind->extra[i]);
}

static void make_record(struct bs_experiment *x)
{
	x->record = json_object();
	x->rows = json_array();
	x->setting = json_object();
	x->series = json_array();
	x->measured = json_object();
	x->measured_rows = json_array();
	bs_lab_put_text(x->record, "schema", BS_EXPERIMENT_SCHEMA);
	bs_lab_put_text(x->record, "experiment", x->kind->name);
	bs_lab_put_text(x->record, "question", x->kind->question);
	bs_lab_put_text(x->record, "size", x->ci ? "ci" : "full");
	bs_lab_put(x->record, "seed", x->cfg.seed);
	bs_lab_put_text(x->setting, "kernel", x->cfg.kernel);
	bs_lab_put_text(x->setting, "device", x->kind->device);
	bs_lab_put_text(x->setting, "costs", strcmp(x->kind->device, "null") ? "default" : "null");
	bs_lab_put(x->setting, "capacity", BS_LAB_CAPACITY);
	bs_lab_put(x->setting, "wake_latency_ns", BS_LAB_WAKE_LATENCY);
	json_object_set_new(x->record, "config", x->setting);
	json_object_set_new(x->record, "rows", x->rows);
	json_object_set_new(x->record, "series", x->series);
	json_object_set_new(x->measured, "rows", x->measured_rows);
}

int bs_experiment_run(const struct bs_experiment_config *config, struct bs_experiment **out,
		      struct bs_error *err)
{
	const struct bs_lab_kind *kind = find_kind(config->name, err);
	struct bs_experiment *x;
	int ret;

	*out = NULL;
	if (!kind)
		return -EINVAL;
	if (config->nr_strategies > sizeof(x->specs) / sizeof(x->specs[0]))
		return bs_error_set(err, BS_USAGE, 0, "experiment", "run it in parts",
				    "more than 64 strategies");
	x = calloc(1, sizeof(*x));
	if (!x)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, kind->name, NULL, "experiment");
	x->kind = kind;
	x->cfg = *config;
	x->cfg.seed = config->seed ? config->seed : 1;
	x->cfg.kernel = config->kernel ? config->kernel : "linux-6.1";
	x->ci = config->size == BS_EXPERIMENT_CI;
	choose_specs(x);
	make_record(x);
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
	free(x);
}

/* ---- Looking at it --------------------------------------------------------------------------- */

const char *bs_experiment_answer(const struct bs_experiment *x, bool measured)
{
	return measured && x->measured_answer[0] ? x->measured_answer : x->answer;
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
