// SPDX-License-Identifier: GPL-2.0-or-later
/* cmd_report.c - `buddysim report`: a record's figures as TSV, and the pictures drawn from them. */
#include "report.h"

#include <errno.h>
#include <stdlib.h>

#include "cli.h"
#include "gnuplot.h"

static const char *const pictures[] = {"resident", "orders", "cost_gain", NULL};

int report_picture(const char *name, const struct folder *f, struct bs_error *err)
{
	char *scripts = gnuplot_scripts(err);
	int ret = scripts ? gnuplot_draw(scripts, name, f->path, err) : -ENOENT;

	free(scripts);
	return ret;
}

/* The files of a record; *lacks as bs_record_data() has it. */
static int draw_all(const char *record_path, const struct folder *f, char **lacks,
		    struct bs_error *err)
{
	char *scripts = gnuplot_scripts(err);
	int ret;

	if (!scripts)
		return -ENOENT;
	ret = bs_record_data(record_path, f->path, lacks, err);
	if (ret == 1)
		ret = bs_error_set(err, BS_INPUT, 0, record_path,
				   "run the comparison again without --no-timeline",
				   "the record has no timeline to draw");
	for (unsigned int i = 0; pictures[i] && !ret; i++)
		ret = gnuplot_draw(scripts, pictures[i], f->path, err);
	free(scripts);
	return ret;
}

int report_plots(const char *record_path, const struct folder *f, struct bs_error *err)
{
	return draw_all(record_path, f, NULL, err);
}

/* ---- The verb ------------------------------------------------------------------------------- */

struct options {
	const char *record, *data, *plots;
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 'd':
		o->data = arg;
		return 0;
	case 'p':
		o->plots = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (o->record)
			argp_error(state, "one record at a time: \"%s\" is a second one", arg);
		o->record = arg;
		return 0;
	case ARGP_KEY_END:
		if (!o->record)
			argp_error(state, "no record given");
		if (!o->data && !o->plots)
			argp_error(state, "nothing to do: give --data DIR or --plots DIR");
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

/* Data into @dir, and pictures where they are wanted: all of it or nothing. */
static int write_folder(const char *record, const char *dir, bool with_pictures)
{
	struct bs_error err = {0};
	char *lacks = NULL;
	struct folder f;
	int ret = folder_open(&f, dir, &err);

	if (ret)
		return cli_error(&err);
	if (with_pictures)
		ret = draw_all(record, &f, &lacks, &err);
	else
		ret = bs_record_data(record, f.path, &lacks, &err);
	if (ret < 0)
		folder_abandon(&f);
	else
		ret = folder_commit(&f, &err);
	if (ret >= 0 && lacks)
		cli_warn("%s: its schema does not know: %s", record, lacks);
	free(lacks);
	return ret < 0 ? cli_error(&err) : 0;
}

int cmd_report(int argc, char **argv)
{
	static const struct argp_option list[] = {
		{"data", 'd', "DIR", 0, "Write cells.tsv, timeline.tsv and orders-*.tsv into DIR",
		 0},
		{"plots", 'p', "DIR", 0,
		 "The same, and draw resident, orders and cost_gain as SVG and PNG there", 0},
		{0},
	};
	static const struct argp argp = {
		.options = list,
		.parser = parse_option,
		.args_doc = "RECORD",
		.doc = "Data files and pictures from a record that `compare --format json` wrote "
		       "(- reads it from stdin).",
	};
	struct options o = {0};
	int status = 0;

	cli_parse(&argp, "report", argc, argv, &o);
	if (o.data)
		status = write_folder(o.record, o.data, false);
	if (o.plots && !status)
		status = write_folder(o.record, o.plots, true);
	return status;
}
