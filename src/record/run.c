// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * run.c - a comparison and its record: what the replay tells goes into the record as it comes.
 */
#include <errno.h>
#include <stdio.h>

#include "again.h"
#include "answer.h"
#include "json.h"
#include "result.h"

static int begin(void *arg, const struct bs_sim_config *cfg, const struct bs_trace_info *info)
{
	struct bs_result **r = arg;

	*r = bs_result_new(cfg, info);
	return *r ? 0 : -1;
}

static void add_bound(void *arg, const struct bs_bound *b, bs_ns refault, bs_ns weight)
{
	bs_result_bound(*(struct bs_result **)arg, b, refault, weight);
}

static int add_cell(void *arg, const struct bs_outcome *o)
{
	return bs_result_add(*(struct bs_result **)arg, o);
}

static void add_failed(void *arg, const char *label, const struct bs_error *err)
{
	bs_result_fail(*(struct bs_result **)arg, label, err);
}

static void add_warning(void *arg, const char *label, const char *text)
{
	bs_result_warn(*(struct bs_result **)arg, label, "%s", text);
}

static void add_remark(void *arg, const char *text)
{
	bs_result_remark(*(struct bs_result **)arg, text);
}

static bool again(void *arg, FILE *f, const struct bs_outcome *o)
{
	(void)arg;
	return bs_again_print(f, o);
}

static struct bs_sink sink_of(struct bs_result **r)
{
	return (struct bs_sink){.arg = r,
				.begin = begin,
				.bound = add_bound,
				.cell = add_cell,
				.failed = add_failed,
				.warn = add_warning,
				.warn_here = add_remark,
				.again = again};
}

static unsigned int nr_cells(const struct bs_sim_config *config)
{
	const char *kernels = config->guest.machine.kernel;

	const char *policies = config->guest.policy;

	return config->nr_strategies * (kernels ? bs_kernel_count(kernels) : 1) *
	       (policies ? bs_kernel_count(policies) : 1);
}

int bs_compare(const struct bs_sim_config *config, struct bs_result **out, struct bs_error *err)
{
	const struct bs_sink sink = sink_of(out);
	struct bs_error local = {0};
	int ret;

	*out = NULL;
	ret = bs_replay_compare(config, &sink, err ? err : &local);
	/* A row that could not run says so itself; missing are those whose turn never came. */
	if (*out && (*out)->nr_rows + (*out)->nr_failures < nr_cells(config)) {
		(*out)->partial = true;
		bs_json_put_bool((*out)->record, "partial", true);
	}
	if (*out && bs_answer_add(*out) && !ret)
		ret = bs_error_set(err, BS_RESOURCE, ENOMEM, config->trace_path, NULL,
				   "no memory for the answer");
	return ret ? ret : (*out)->unequal;
}

int bs_sim_print_config(const struct bs_sim_config *config, void *file, struct bs_error *err)
{
	struct bs_result *r = NULL;
	const struct bs_sink sink = sink_of(&r);
	json_t *o;
	int ret = bs_replay_check(config, &sink, err);

	if (ret) {
		bs_result_free(r);
		return ret;
	}
	o = json_object_get(r->record, "config");
	json_object_set_new(o, "strategies", json_array());
	for (unsigned int i = 0; i < config->nr_strategies; i++)
		json_array_append_new(json_object_get(o, "strategies"),
				      bs_json_text(config->strategies[i]));
	json_object_set(o, "seed", json_object_get(r->record, "seed"));
	json_dumpf(o, file, JSON_INDENT(1));
	fputc('\n', file);
	bs_result_free(r);
	return 0;
}
