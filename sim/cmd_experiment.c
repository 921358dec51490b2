// SPDX-License-Identifier: GPL-2.0-or-later
/* cmd_experiment.c - `buddysim experiment NAME`: what needs no trace. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "report.h"

struct experiment_input {
	struct bs_experiment_config cfg;
	char **specs;
	enum bs_format format;
	const char *output, *plots;
	bool no_measured;
};

enum { OPT_SIZE = 256, OPT_FORMAT, OPT_PLOTS, OPT_SEED, OPT_REPEATS, OPT_KERNEL, OPT_NO_MEASURED };

static error_t parse(int key, char *arg, struct argp_state *state)
{
	static const char *const sizes[] = {"full", "ci", NULL};
	struct experiment_input *in = state->input;

	switch (key) {
	case 's':
		/* One at a time: a strategy's own parameters have commas between them. */
		in->specs = realloc(in->specs, (in->cfg.nr_strategies + 1) * sizeof(*in->specs));
		if (!in->specs)
			exit(BS_RESOURCE);
		in->specs[in->cfg.nr_strategies++] = arg;
		in->cfg.strategies = (const char *const *)in->specs;
		return 0;
	case OPT_SIZE:
		in->cfg.size = (enum bs_experiment_size)cli_enum("--size", arg, sizes);
		return 0;
	case OPT_FORMAT:
		in->format = cli_format(arg);
		return 0;
	case 'o':
		in->output = arg;
		return 0;
	case OPT_PLOTS:
		in->plots = arg;
		return 0;
	case OPT_SEED:
		in->cfg.seed = cli_uint("--seed", arg, 1, UINT64_MAX);
		return 0;
	case OPT_REPEATS:
		in->cfg.repeats = (unsigned int)cli_uint("--repeats", arg, 1, 1000);
		return 0;
	case OPT_KERNEL:
		in->cfg.kernel = bs_kernel_names()[cli_enum("--kernel", arg, bs_kernel_names())];
		return 0;
	case OPT_NO_MEASURED:
		in->no_measured = true;
		return 0;
	case ARGP_KEY_ARG:
		if (in->cfg.name)
			cli_usage(arg, "one experiment at a time");
		in->cfg.name = arg;
		return 0;
	case ARGP_KEY_NO_ARGS:
		cli_usage("NAME", "no experiment named; see `%s --help`", state->name);
	}
	return ARGP_ERR_UNKNOWN;
}

/* Record, data and the experiment's own picture, together. */
static int write_files(const struct experiment_input *in, const struct bs_experiment *x,
		       const struct folder *f, struct bs_error *err)
{
	char *record = folder_file(f, "record.json"), picture[64];
	int ret;

	snprintf(picture, sizeof(picture), "experiment_%s", in->cfg.name);
	for (char *c = picture; *c; c++)
		if (*c == '-')
			*c = '_';
	ret = record ? bs_experiment_write(x, BS_FORMAT_JSON, !in->no_measured, record, err)
		     : bs_error_set(err, BS_RESOURCE, ENOMEM, in->plots, NULL, "cannot write");
	if (!ret)
		ret = bs_experiment_data(x, f->path, err);
	if (!ret)
		ret = report_picture(picture, f, err);
	free(record);
	return ret;
}

static int write_plots(const struct experiment_input *in, const struct bs_experiment *x)
{
	struct bs_error err;
	struct folder f;
	int ret = folder_open(&f, in->plots, &err);

	if (ret)
		return cli_error(&err);
	ret = write_files(in, x, &f, &err);
	if (ret)
		folder_abandon(&f);
	else
		ret = folder_commit(&f, &err);
	if (ret)
		return cli_error(&err);
	fprintf(stderr, "record and picture: %s\n", in->plots);
	return 0;
}

static const struct argp_option options[] = {
	{"size", OPT_SIZE, "SIZE", 0, "full (default) or ci: small, for a quick check", 0},
	{"strategy", 's', "SPEC", 0,
	 "Strategy with its parameters, one per option, or \"all\", instead of the experiment's own choice",
	 0},
	{"format", OPT_FORMAT, "FORMAT", 0, "text (default), json: the whole record, csv", 0},
	{"output", 'o', "FILE", 0, "Write there instead of to stdout; whole or not at all", 0},
	{"plots", OPT_PLOTS, "DIR", 0, "Write record, data and picture into DIR", 0},
	{"seed", OPT_SEED, "N", 0, "Of every random choice (default 1)", 0},
	{"repeats", OPT_REPEATS, "N", 0, "list-walk: how often the walk is timed, 1 to 1000", 0},
	{"kernel", OPT_KERNEL, "NAME", 0, "Kernel model (default linux-6.1)", 0},
	{"no-measured", OPT_NO_MEASURED, NULL, 0,
	 "Leave out what this host's clock showed: the same bytes everywhere", 0},
	{0},
};

static char *help_filter(int key, const char *text, void *input)
{
	const char *name, *question;
	char *out = NULL;
	size_t size;
	FILE *f;

	(void)input;
	if (key != ARGP_KEY_HELP_POST_DOC || !(f = open_memstream(&out, &size)))
		return (char *)(uintptr_t)text;
	fputs("Experiments:\n", f);
	for (unsigned int i = 0; (name = bs_experiment_at(i, &question)); i++)
		fprintf(f, "  %-10s %s\n", name, question);
	fprintf(f, "\n%s", text);
	fclose(f);
	return out;
}

int cmd_experiment(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.args_doc = "NAME",
		.doc = "Put every strategy through an experiment that needs no trace, in virtual "
		       "time, and print one table: the answer first.\vExample: buddysim experiment "
		       "release --size ci --plots out/release",
		.help_filter = help_filter,
	};
	struct experiment_input in = {0};
	struct bs_experiment *x;
	struct bs_error err;
	int status = 0;

	in.cfg.stop = cli_stop();
	cli_parse(&argp, "experiment", argc, argv, &in);
	status = bs_experiment_run(&in.cfg, &x, &err) ? cli_error(&err) : 0;
	free(in.specs);
	if (status)
		return status;
	if (bs_experiment_write(x, in.format, !in.no_measured, in.output ? in.output : "-", &err))
		status = cli_error(&err);
	if (!status && in.plots)
		status = write_plots(&in, x);
	bs_experiment_free(x);
	return status;
}
