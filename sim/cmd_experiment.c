// SPDX-License-Identifier: GPL-2.0-or-later
/* cmd_experiment.c - `buddysim experiment NAME`: loads that need no trace. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "gnuplot.h"
#include "outputs.h"
#include "report.h"
#include "sim_options.h"

struct experiment_input {
	struct bs_experiment_config cfg;
	char **specs;
	struct sim_options o; /* of which only those of `shared` */
};

enum { OPT_SIZE = 1000, OPT_REPEATS };

static error_t parse(int key, char *arg, struct argp_state *state)
{
	static const char *const sizes[] = {"full", "ci", NULL};
	struct experiment_input *in = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &in->o;
		return 0;
	case 's':
		/* One at a time, and "all" is for the experiment to understand. */
		in->specs = realloc(in->specs, (in->cfg.nr_strategies + 1) * sizeof(*in->specs));
		if (!in->specs)
			exit(BS_RESOURCE);
		in->specs[in->cfg.nr_strategies++] = arg;
		in->cfg.strategies = (const char *const *)in->specs;
		return 0;
	case OPT_SIZE:
		in->cfg.size = (enum bs_experiment_size)cli_enum("--size", arg, sizes);
		return 0;
	case OPT_REPEATS:
		in->cfg.repeats = (unsigned int)cli_uint("--repeats", arg, 1, 1000);
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
	const struct report_form form = {.formats = in->o.lib.program.plots_format};
	char *record = folder_file(f, "record.json"), picture[64];
	int ret;

	snprintf(picture, sizeof(picture), "experiment_%s", in->cfg.name);
	for (char *c = picture; *c; c++)
		if (*c == '-')
			*c = '_';
	ret = record ? bs_experiment_write(x, BS_FORMAT_JSON, in->o.lib.program.measured, record,
					   err)
		     : bs_error_set(err, BS_RESOURCE, ENOMEM, in->o.lib.program.plots, NULL,
				    "cannot write");
	if (!ret)
		ret = bs_experiment_data(x, f->path, err);
	if (!ret)
		ret = report_picture(picture, f, &form, err);
	free(record);
	return ret;
}

static int write_plots(const struct experiment_input *in, const struct bs_experiment *x)
{
	struct bs_error err;
	struct folder f;
	int ret = folder_open(&f, in->o.lib.program.plots, &err);

	if (ret)
		return cli_error(&err);
	ret = write_files(in, x, &f, &err);
	if (ret)
		folder_abandon(&f);
	else
		ret = folder_commit(&f, &err);
	if (ret)
		return cli_error(&err);
	fprintf(stderr, "record and picture: %s\n", in->o.lib.program.plots);
	return 0;
}

static const char *const shared[] = {"seed",  "kernel",	      "policy",	     "format", "output",
				     "plots", "plots-format", "no-measured", NULL};

static const struct argp_option options[] = {
	{"strategy", 's', "SPEC", 0,
	 "Strategy with its parameters, one per option, or \"all\", instead of the experiment's own choice",
	 0},
	{"size", OPT_SIZE, "full|ci", 0, "full (default), or ci: small, for a quick check", 0},
	{"repeats", OPT_REPEATS, "N", 0, "list-walk: how often the walk is timed, 1 to 1000", 0},
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
	fclose(f);
	return out;
}

static int run(struct experiment_input *in)
{
	const struct bs_program_config *p = &in->o.lib.program;
	struct progress *progress;
	struct bs_experiment *x;
	struct bs_error err;
	int status, ret;

	if (p->plots_format && gnuplot_check_formats(p->plots_format, &err))
		return cli_error(&err);
	status = outputs_check_file(p->output);
	if (!status)
		status = outputs_check_folder(p->plots);
	if (status)
		return status;
	in->cfg.kernel = in->o.lib.config.guest.machine.kernel;
	in->cfg.policy = in->o.lib.config.guest.policy;
	in->cfg.seed = in->o.lib.config.seed;
	in->cfg.stop = cli_stop();
	progress = progress_begin(false);
	in->cfg.ear = progress_ear(progress, in->cfg.name, "rows");
	progress_tell(progress, in->cfg.name, 0, 0, "");
	ret = bs_experiment_run(&in->cfg, &x, &err);
	progress_end(progress);
	if (ret)
		return cli_error(&err);
	if (bs_experiment_write(x, p->format, p->measured, p->output ? p->output : "-", &err))
		status = cli_error(&err);
	if (!status && p->plots)
		status = write_plots(in, x);
	bs_experiment_free(x);
	return status;
}

int cmd_experiment(int argc, char **argv)
{
	struct experiment_input in = {0};
	const struct argp argp = {
		.options = options,
		.parser = parse,
		.args_doc = "NAME",
		.doc = "Put every strategy, or those of --strategy, through an experiment that "
		       "needs no trace, in virtual time, and print one table: the answer "
		       "first.",
		.children = in.o.child,
		.help_filter = help_filter,
	};
	int status;

	sim_options_init(&in.o, shared);
	cli_parse(&argp, "experiment", argc, argv, &in);
	status = run(&in);
	free(in.specs);
	sim_options_free(&in.o);
	return status;
}
