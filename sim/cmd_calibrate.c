// SPDX-License-Identifier: GPL-2.0-or-later
/* cmd_calibrate.c - `buddysim calibrate`: this machine's costs, as a preset that --costs reads. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "costs.h"

#define SCHEMA "buddysim-costs-1"

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

static json_t *costs_json(struct bs_device_costs *c)
{
	json_t *o = json_object();
	const char *name;
	bs_ns *field;

	for (unsigned int i = 0; (field = bs_cost_field(c, i, &name)); i++)
		json_object_set_new(o, name, json_integer((json_int_t)*field));
	return o;
}

static int write_preset(struct bs_calibration *k, const struct calibrate_input *in)
{
	json_t *o = json_pack("{s:s, s:i, s:o, s:o, s:o}", "schema", SCHEMA, "rounds",
			      (int)in->rounds, "costs_ns", costs_json(&k->median), "p10_ns",
			      costs_json(&k->low), "p90_ns", costs_json(&k->high));
	struct bs_error err;
	int ret = json_dump_file(o, in->output, JSON_INDENT(2));

	json_decref(o);
	if (!ret)
		return 0;
	bs_error_set(&err, BS_RESOURCE, 0, in->output, NULL, "cannot write the preset");
	return cli_error(&err);
}

int costs_read(const char *path, struct bs_device_costs *out, struct bs_error *err)
{
	json_error_t why;
	json_t *o = json_load_file(path, 0, &why), *costs = json_object_get(o, "costs_ns");
	const char *schema = json_string_value(json_object_get(o, "schema")), *name;
	int ret = 0;
	bs_ns *field;

	if (!o)
		return bs_error_set(err, BS_INPUT, 0, path, "use null, default or a preset's file",
				    "no preset: %s", why.text);
	if (!schema || strcmp(schema, SCHEMA))
		ret = bs_error_set(err, BS_INPUT, 0, path, "buddysim calibrate -o writes one",
				   "not a preset of costs (%s)", SCHEMA);
	for (unsigned int i = 0; !ret && (field = bs_cost_field(out, i, &name)); i++) {
		const json_t *v = json_object_get(costs, name);

		/* Files of before it was measured: as in the presets. */
		if (!v && !strcmp(name, "zero_per_mib"))
			*field = 0;
		else if (!json_is_integer(v) || json_integer_value(v) < 0)
			ret = bs_error_set(err, BS_INPUT, 0, path, NULL,
					   "\"%s\" is missing or no number of ns", name);
		else
			*field = (bs_ns)json_integer_value(v);
	}
	json_decref(o);
	return ret;
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
	return in.output ? write_preset(&k, &in) : 0;
}
