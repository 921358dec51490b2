// SPDX-License-Identifier: GPL-2.0-or-later
/* cmd_calibrate.c - `buddysim calibrate`: this machine's costs, as a preset that --costs reads. */
#include <inttypes.h>
#include <stdio.h>

#include "cli.h"

struct calibrate_input {
	const char *output;
	unsigned int rounds;
};

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
	case ARGP_KEY_ARG:
		cli_usage(arg, "calibrate takes no arguments; -o names the preset");
	}
	return ARGP_ERR_UNKNOWN;
}

int cmd_calibrate(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{"output", 'o', "FILE", 0, "Write the preset there, for --costs FILE", 0},
		{"rounds", 'r', "N", 0, "Measure N times (default 15)", 0},
		{0}};
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.doc = "Measure what this machine takes to discard memory and to get it back."};
	struct calibrate_input in = {.rounds = 15};
	struct bs_calibration k;
	struct bs_error err;
	const char *name;
	bs_ns *field;

	cli_parse(&argp, "calibrate", argc, argv, &in);
	if (bs_device_calibrate(in.rounds, &k, &err))
		return cli_error(&err);
	printf("%-20s %12s %12s %12s   ns, %u rounds\n", "cost", "median", "p10", "p90", in.rounds);
	for (unsigned int i = 0; (field = bs_cost_field(&k.median, i, &name)); i++)
		printf("%-20s %12" PRIu64 " %12" PRIu64 " %12" PRIu64 "\n", name, *field,
		       *bs_cost_field(&k.low, i, NULL), *bs_cost_field(&k.high, i, NULL));
	if (in.output && bs_calibration_write(&k, in.output, &err))
		return cli_error(&err);
	return 0;
}
