// SPDX-License-Identifier: GPL-2.0-or-later
/* cmd_calibrate.c - `buddysim calibrate`: this machine's costs, as a preset that --costs reads. */
#include <inttypes.h>
#include <stdio.h>

#include "cli.h"
#include "progress.h"

struct calibrate_input {
	const char *output;
	unsigned int rounds;
	bool contention;
};

enum { OPT_CONTENTION = 1000 };

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct calibrate_input *in = state->input;

	switch (key) {
	case 'o':
		in->output = arg;
		return 0;
	case 'r':
		in->rounds = (unsigned int)cli_uint("--rounds", arg, 1, BS_CALIBRATE_ROUNDS);
		return 0;
	case OPT_CONTENTION:
		in->contention = true;
		return 0;
	case ARGP_KEY_ARG:
		cli_usage(arg, "calibrate takes no arguments; -o names the preset");
	}
	return ARGP_ERR_UNKNOWN;
}

/* Beside the shipped ones; what no machine's clock can say stays as it is there. */
static int calibrate_contention(const struct calibrate_input *in)
{
	struct progress *progress = progress_begin(false);
	struct bs_lock_costs measured, shipped;
	const char *name, *about;
	bool measurable;
	struct bs_error err;
	bs_ns *ns;
	int ret;

	progress_tell(progress, "measuring what locks take", 0, 0, "");
	ret = bs_lock_calibrate(in->rounds, &measured, &err);
	progress_end(progress);
	if (ret)
		return cli_error(&err);
	bs_lock_costs_default(&shipped);
	printf("%-10s %8s %8s   ns, %u rounds\n", "cost", "here", "shipped", in->rounds);
	for (unsigned int i = 0;
	     (ns = bs_lock_cost_field(&measured, i, &name, &about, &measurable)); i++) {
		if (measurable)
			printf("%-10s %8" PRIu64, name, *ns);
		else
			printf("%-10s %8s", name, "-");
		printf(" %8" PRIu64 "   %s\n", *bs_lock_cost_field(&shipped, i, NULL, NULL, NULL),
		       about);
	}
	if (in->output && bs_lock_costs_write(&measured, in->output, &err))
		return cli_error(&err);
	return 0;
}

int cmd_calibrate(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{"output", 'o', "FILE", 0, "Write the preset there, for --costs FILE", 0},
		{"rounds", 'r', "N", 0, "Measure N times (default 15)", 0},
		{"contention", OPT_CONTENTION, NULL, 0,
		 "Measure what locks take instead, for --contention FILE", 0},
		{0}};
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.doc = "Measure what this machine takes to discard memory and to get it back."};
	struct calibrate_input in = {.rounds = 15};
	struct progress *progress;
	struct bs_calibration k;
	struct bs_error err;
	const char *name;
	bs_ns *field;
	int ret;

	cli_parse(&argp, "calibrate", argc, argv, &in);
	if (in.contention)
		return calibrate_contention(&in);
	progress = progress_begin(false);
	ret = bs_device_calibrate(in.rounds, progress_ear(progress, "measuring", "rounds"), &k,
				  &err);
	progress_end(progress);
	if (ret)
		return cli_error(&err);
	printf("%-20s %12s %12s %12s   ns, %u rounds\n", "cost", "median", "p10", "p90", in.rounds);
	for (unsigned int i = 0; (field = bs_cost_field(&k.median, i, &name)); i++)
		printf("%-20s %12" PRIu64 " %12" PRIu64 " %12" PRIu64 "\n", name, *field,
		       *bs_cost_field(&k.low, i, NULL), *bs_cost_field(&k.high, i, NULL));
	if (in.output && bs_calibration_write(&k, in.output, &err))
		return cli_error(&err);
	return 0;
}
