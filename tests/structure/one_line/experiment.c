// SPDX-License-Identifier: GPL-2.0-or-later
// file: src/experiment/example.c
// line: src/experiment/experiments.def: BS_EXPERIMENT(example)
/* A guest frees everything: how much is reported within ten seconds? */
#include <stdlib.h>

#include "json.h"
#include "reporter.h"
#include "trial.h"

static const struct bs_column columns[] = {
	{"strategy", "strategy", BS_COLUMN_TEXT, false, "who"},
	{"reported_bytes", "reported MiB", BS_COLUMN_BYTES, false, "reported in ten seconds"},
	{NULL, NULL, BS_COLUMN_TEXT, false, NULL},
};

static int release(struct bs_experiment *x, struct bs_trial *t, const char *spec,
		   struct bs_error *err)
{
	struct bs_trial_release r = {.step = bs_trial_free_ns(9)};
	struct bs_report_stats stats;
	int ret = bs_trial_fill(t, &r, 384 * BS_MIB, 9, err);

	if (!ret)
		ret = bs_reporter_start(t->g, err);
	if (!ret) {
		bs_trial_load(t, bs_trial_release_one, &r);
		bs_trial_run(t, 10 * BS_NS_PER_S);
		bs_report_stats(t->g->rc, &stats);
		bs_json_put_uint(bs_experiment_row(x, spec), "reported_bytes",
				 stats.reported_bytes);
		ret = bs_trial_check(t, err);
	}
	free(r.pfn);
	return ret;
}

static int run(struct bs_experiment *x, struct bs_error *err)
{
	const struct bs_trial_setup setup = {
		.bytes = 512 * BS_MIB,
		.wake_latency = BS_TRIAL_WAKE_LATENCY,
		.window = 10 * BS_NS_PER_S,
	};
	struct bs_trial t;
	int ret = 0;

	for (unsigned int i = 0; i < x->nr_specs && !ret; i++) {
		ret = bs_trial_begin(&t, x, x->specs[i], &setup, err);
		if (ret)
			return ret;
		ret = release(x, &t, x->specs[i], err);
		bs_trial_end(&t);
	}
	if (!ret)
		bs_experiment_answers(x, "example: %u strategies ran", x->nr_specs);
	return ret;
}

const struct bs_experiment_kind bs_experiment_example = {
	.name = "example",
	.question = "how much is reported of what is freed at once",
	.columns = columns,
	.run = run,
};
