// SPDX-License-Identifier: GPL-2.0-or-later
/* cmd_sweep.c - `buddysim sweep plan|run|status|merge|submit`: thousands of cells. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <buddysim/sweep.h>

#include "outputs.h"
#include "sim_options.h"
#include "sweep_submit.h"

static struct bs_sweep *open_plan(const char *dir)
{
	struct bs_sweep *s;
	struct bs_error err;

	if (!dir)
		cli_usage("DIR", "name the folder that `buddysim sweep plan` made");
	if (bs_sweep_open(dir, &s, &err))
		exit(cli_error(&err));
	return s;
}

static void take_dir(const char **dir, const char *arg)
{
	if (*dir)
		cli_usage(arg, "one plan at a time");
	*dir = arg;
}

static enum bs_format text_or_json(const char *arg)
{
	const enum bs_format format = cli_format(arg);

	if (format != BS_FORMAT_TEXT && format != BS_FORMAT_JSON)
		cli_usage("--format", "text or json");
	return format;
}

/* ---- plan ----------------------------------------------------------------------------------------- */

struct plan_input {
	struct sim_options o;
	struct bs_sweep_grid *g;
	const char *dir;
	bool list;
};

static void take_option(void *arg, const struct bs_option *opt, const char *text)
{
	struct plan_input *in = arg;
	struct bs_error err;

	if (bs_sweep_grid_option(in->g, opt, text, &err))
		exit(cli_error(&err));
}

/* A grid is a file of JSON; all else is a trace. */
static void take_argument(struct plan_input *in, const char *arg)
{
	const size_t len = strlen(arg);
	struct bs_error err;
	int ret;

	if (len > 5 && !strcmp(arg + len - 5, ".json"))
		ret = bs_sweep_grid_read(in->g, arg, &err);
	else
		ret = bs_sweep_grid_trace(in->g, arg, &err);
	if (ret)
		exit(cli_error(&err));
}

enum {
	OPT_TIMELINE = 0x1000,
	OPT_MAP,
	OPT_FORMAT,
	OPT_CELLS,
	OPT_RETRY,
	OPT_SHARD,
	OPT_PARTIAL,
	OPT_LIMIT
};

static error_t parse_plan(int key, char *arg, struct argp_state *state)
{
	struct plan_input *in = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &in->o;
		return 0;
	case 'o':
		in->dir = arg;
		return 0;
	case OPT_TIMELINE:
		bs_sweep_grid_timeline(in->g, true);
		return 0;
	case OPT_MAP:
		bs_sweep_grid_map(in->g, true);
		return 0;
	case ARGP_KEY_ARG:
		take_argument(in, arg);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static void print_counts(const struct bs_sweep *s)
{
	struct bs_sweep_counts c;
	double seconds;
	uint64_t bytes;

	bs_sweep_count(s, &c);
	printf("%" PRIu64 " cell%s: %" PRIu64 " trace%s, %" PRIu64
	       " group%s of the same configuration; ",
	       c.cells, c.cells == 1 ? "" : "s", c.traces, c.traces == 1 ? "" : "s", c.groups,
	       c.groups == 1 ? "" : "s");
	printf("%" PRIu64 " done, %" PRIu64 " failed, %" PRIu64 " to be run\n", c.done, c.failed,
	       c.cells - c.done - c.failed);
	if (c.done + c.failed == c.cells)
		return;
	bs_sweep_needs(s, &seconds, &bytes);
	printf("at most about %.0f s of one core, %" PRIu64 " MiB for a cell\n", seconds + 0.5,
	       bytes >> 20);
}

/* What shapes a run; where its result goes is the sweep's own. */
static const char *const *axis_names(void)
{
	static const char *names[65];
	const struct bs_option *opt;
	unsigned int nr = 0;

	for (unsigned int i = 0; (opt = bs_option_at(i)) && nr < 64; i++)
		if (opt->group != BS_OPTIONS_OUTPUT && opt->group != BS_OPTIONS_PROGRAM)
			names[nr++] = opt->name;
	names[nr] = NULL;
	return names;
}

static void tell_idle_rules(const struct bs_sweep *s)
{
	char *rule;

	for (unsigned int i = 0; (rule = bs_sweep_idle_rule(s, i)); i++) {
		fprintf(stderr,
			"exclude: %s fits no cell of this grid: look at its names and values\n",
			rule);
		free(rule);
	}
}

static int sweep_plan(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{"output", 'o', "DIR", 0,
		 "The plan's folder; a plan in it is replaced, results stay", 0},
		{"timeline", OPT_TIMELINE, NULL, 0, "Keep each cell's samples over time, too", 0},
		{"map", OPT_MAP, NULL, 0,
		 "Keep what each pageblock is, too, at up to 60 times: the map on the page of "
		 "`report -o`; with --timeline",
		 0},
		{0},
	};
	struct plan_input in = {.g = cli_memory(bs_sweep_grid_new())};
	const struct argp argp = {
		.options = options,
		.parser = parse_plan,
		.args_doc = "TRACE|GRID.json...\n--load NAME[:PARAM=VALUE,...]",
		.doc = "Plan every combination of traces (or of loads in place of them), strategies and options. Any option of `compare` "
		       "takes several values here: A,B or A|B, and 1..4, 10ms..50ms+10ms, 1MiB..1GiB*2 for "
		       "a range; within a strategy, too. Nothing is run.",
		.children = in.o.child,
	};
	struct progress *progress;
	struct bs_sweep *s;
	struct bs_error err;
	int ret;

	sim_options_init(&in.o, axis_names());
	in.o.take = take_option;
	in.o.take_arg = &in;
	cli_parse(&argp, "sweep plan", argc, argv, &in);
	if (!in.dir)
		cli_usage("-o", "say which folder the plan goes to: -o DIR");
	progress = progress_begin(false);
	progress_tell(progress, "planning", 0, 0, "");
	ret = bs_sweep_plan(in.g, in.dir, &err);
	progress_end(progress);
	sim_options_free(&in.o);
	bs_sweep_grid_free(in.g);
	if (ret)
		return cli_error(&err);
	s = open_plan(in.dir);
	print_counts(s);
	tell_idle_rules(s);
	printf("run them: buddysim sweep run %s\n", in.dir);
	bs_sweep_close(s);
	return 0;
}

/* ---- run ------------------------------------------------------------------------------------------ */

struct run_input {
	const char *dir;
	struct bs_sweep_run_config config;
	bool quiet;
	struct progress *progress;
};

static void show(void *arg, uint64_t done, uint64_t failed, uint64_t of)
{
	struct run_input *in = arg;

	progress_tell(in->progress, "running", done + failed, of, "cells");
	if (failed)
		progress_note(in->progress, "%" PRIu64 " failed", failed);
}

/* "2/8" */
static void read_shard(const char *text, struct bs_sweep_run_config *c)
{
	char *end;

	c->shard = (unsigned int)strtoul(text, &end, 10);
	if (*end == '/')
		c->shards = (unsigned int)strtoul(end + 1, &end, 10);
	if (*end || !c->shard || c->shard > c->shards)
		cli_usage("--shard", "cannot be \"%s\"; write 2/8 for the second of eight parts",
			  text);
}

static error_t parse_run(int key, char *arg, struct argp_state *state)
{
	struct run_input *in = state->input;

	switch (key) {
	case 'j':
		in->config.jobs = (unsigned int)cli_uint("--jobs", arg, 1, 1024);
		return 0;
	case OPT_SHARD:
		read_shard(arg, &in->config);
		return 0;
	case OPT_RETRY:
		in->config.retry = true;
		return 0;
	case 'q':
		in->quiet = true;
		return 0;
	case ARGP_KEY_ARG:
		take_dir(&in->dir, arg);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static int tell_failures(const char *dir)
{
	struct bs_sweep *s = open_plan(dir);
	struct bs_sweep_counts c;

	bs_sweep_count(s, &c);
	bs_sweep_close(s);
	cli_warn("%" PRIu64 " cells failed; `buddysim sweep status %s --failed` says why", c.failed,
		 dir);
	return BS_UNEQUAL;
}

static int sweep_run(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{"jobs", 'j', "N", 0,
		 "Cells side by side (default: as many as there are cores); fewer run "
		 "where memory is short",
		 0},
		{"shard", OPT_SHARD, "K/N", 0,
		 "Run part K of N, which has no cell in common with the others", 0},
		{"retry-failed", OPT_RETRY, NULL, 0, "Run those that failed, too", 0},
		{"quiet", 'q', NULL, 0, "No progress on the terminal", 0},
		{0},
	};
	static const struct argp argp = {
		.options = options,
		.parser = parse_run,
		.args_doc = "DIR",
		.doc = "Run the cells of a plan that have no result yet. Whatever ends it, what is done is "
		       "kept, and the next run goes on from there; several may run at once, each with its --shard, on one machine "
		       "or many that share DIR.",
	};
	struct run_input in = {0};
	struct bs_sweep *s;
	struct bs_error err;
	int ret;

	cli_parse(&argp, "sweep run", argc, argv, &in);
	s = open_plan(in.dir);
	in.config.stop = cli_stop();
	in.progress = progress_begin(in.quiet);
	in.config.progress = in.progress ? show : NULL;
	in.config.progress_arg = &in;
	ret = bs_sweep_run(s, &in.config, &err);
	bs_sweep_close(s);
	progress_end(in.progress);
	if (in.config.progress && !ret)
		fprintf(stderr, "all done: buddysim sweep merge %s -o FILE\n", in.dir);
	if (ret < 0)
		return cli_error(&err);
	return ret ? tell_failures(in.dir) : 0;
}

/* ---- status --------------------------------------------------------------------------------------- */

struct status_input {
	const char *dir;
	bool cells, failed;
	enum bs_format format;
};

static error_t parse_status(int key, char *arg, struct argp_state *state)
{
	struct status_input *in = state->input;

	switch (key) {
	case OPT_CELLS:
		in->cells = true;
		return 0;
	case OPT_RETRY:
		in->failed = true;
		return 0;
	case OPT_FORMAT:
		in->format = text_or_json(arg);
		return 0;
	case ARGP_KEY_ARG:
		take_dir(&in->dir, arg);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static int print_cells(const struct bs_sweep *s, bool failed_only)
{
	struct bs_sweep_cell cell;
	struct bs_error err;
	int ret;

	for (uint64_t i = 0; !(ret = bs_sweep_cell_at(s, i, &cell, &err)); i++) {
		if (cell.failed || !failed_only)
			printf("%.16s  %-7s  %s%s%s\n", cell.id,
			       cell.done     ? "done"
			       : cell.failed ? "failed"
					     : "to run",
			       cell.command, cell.error ? "  # " : "",
			       cell.error ? cell.error : "");
		bs_sweep_cell_free(&cell);
	}
	bs_sweep_cell_free(&cell);
	return ret == -ENOENT ? 0 : cli_error(&err);
}

static void print_status_json(const struct bs_sweep *s)
{
	struct bs_sweep_counts c;
	double seconds;
	uint64_t bytes;

	bs_sweep_count(s, &c);
	bs_sweep_needs(s, &seconds, &bytes);
	printf("{\"cells\": %" PRIu64 ", \"done\": %" PRIu64 ", \"failed\": %" PRIu64
	       ", \"to_run\": %" PRIu64 ", \"traces\": %" PRIu64 ", \"groups\": %" PRIu64
	       ", \"segments\": %" PRIu64 ", \"result_bytes\": %" PRIu64 ", \"torn\": %" PRIu64
	       ", \"seconds_left\": %.0f, \"cell_bytes\": %" PRIu64 "}\n",
	       c.cells, c.done, c.failed, c.cells - c.done - c.failed, c.traces, c.groups,
	       c.segments, c.bytes, c.torn, seconds, bytes);
}

static void print_status(const struct bs_sweep *s)
{
	struct bs_sweep_counts c;

	print_counts(s);
	bs_sweep_count(s, &c);
	printf("%" PRIu64 " KiB of results in %" PRIu64 " file%s\n", c.bytes >> 10, c.segments,
	       c.segments == 1 ? "" : "s");
	if (c.torn)
		printf("%" PRIu64 " of them end%s in a part of a result, whose cell is run again: "
		       "whoever wrote it was killed, or is writing now\n",
		       c.torn, c.torn == 1 ? "s" : "");
}

static int sweep_status(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{"cells", OPT_CELLS, NULL, 0,
		 "A line for each cell: its id, how it is, and the command that runs "
		 "it within DIR",
		 0},
		{"failed", OPT_RETRY, NULL, 0, "The same for those that failed, with why", 0},
		{"format", OPT_FORMAT, "text|json", 0, "How to print the counts", 0},
		{0},
	};
	static const struct argp argp = {
		.options = options,
		.parser = parse_status,
		.args_doc = "DIR",
		.doc = "How far a plan is.",
	};
	struct status_input in = {0};
	struct bs_sweep *s;
	int status = 0;

	cli_parse(&argp, "sweep status", argc, argv, &in);
	s = open_plan(in.dir);
	if (in.cells || in.failed)
		status = print_cells(s, in.failed && !in.cells);
	else if (in.format == BS_FORMAT_JSON)
		print_status_json(s);
	else
		print_status(s);
	bs_sweep_close(s);
	return status;
}

/* ---- merge ---------------------------------------------------------------------------------------- */

struct merge_input {
	const char *dir, *output, *form;
	bool partial;
};

static error_t parse_merge(int key, char *arg, struct argp_state *state)
{
	struct merge_input *in = state->input;

	switch (key) {
	case 'o':
		in->output = arg;
		return 0;
	case OPT_FORMAT:
		in->form = arg;
		return 0;
	case OPT_PARTIAL:
		in->partial = true;
		return 0;
	case ARGP_KEY_ARG:
		take_dir(&in->dir, arg);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

/* By name, or by what the file's name ends in; JSON where that says nothing. */
static enum bs_sweep_form form_of(const struct merge_input *in)
{
	const char *dot = in->output ? strrchr(in->output, '.') : NULL, *name, *names[8];
	unsigned int i;

	for (i = 0; (name = bs_sweep_form_name(i)); i++) {
		if (in->form ? !strcmp(in->form, name) : dot && !strcmp(dot + 1, name))
			return (enum bs_sweep_form)i;
		names[i] = name;
	}
	names[i] = NULL;
	if (in->form)
		cli_unknown("format", in->form, names);
	if (dot && (!strcmp(dot, ".db") || !strcmp(dot, ".sqlite3")))
		return BS_SWEEP_SQLITE;
	/* Who asks for a table of another kind does not want JSON of that name. */
	if (dot && !strchr(dot, '/'))
		cli_usage("-o",
			  "\"%s\" does not say which form: use --format, or end it in .json, "
			  ".csv, .tsv or .sqlite",
			  in->output);
	return BS_SWEEP_JSON;
}

static int sweep_merge(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{"output", 'o', "FILE", 0, "Write there (default: standard output)", 0},
		{"format", OPT_FORMAT, "json|csv|tsv|sqlite", 0,
		 "Which form (default: what FILE ends in, else json)", 0},
		{"partial", OPT_PARTIAL, NULL, 0, "Merge what is there, though cells are missing",
		 0},
		{0},
	};
	static const struct argp argp = {
		.options = options,
		.parser = parse_merge,
		.args_doc = "DIR",
		.doc = "Put all results together, in the plan's order: the same bytes whoever ran what, and when. "
		       "json: a record for each trace and configuration, as `compare` prints them; csv, tsv, "
		       "sqlite: a row for each cell. Status 1 if cells failed.",
	};
	struct merge_input in = {0};
	struct progress *progress;
	struct bs_error err;
	struct bs_sweep *s;
	int ret;

	cli_parse(&argp, "sweep merge", argc, argv, &in);
	ret = outputs_check_file(in.output);
	if (ret)
		return ret;
	s = open_plan(in.dir);
	progress = progress_begin(false);
	ret = bs_sweep_merge(s, form_of(&in), in.output ? in.output : "-", in.partial,
			     progress_ear(progress, "merging", "cells"), &err);
	progress_end(progress);
	bs_sweep_close(s);
	return ret < 0 ? cli_error(&err) : ret ? BS_UNEQUAL : 0;
}

/* ---- diff ----------------------------------------------------------------------------------------- */

struct diff_input {
	const char *dir[2];
	double limit;
	enum bs_format format;
	unsigned int nr;
};

/* "2%" */
static double read_share(const char *text)
{
	char *end;
	const double v = strtod(text, &end);

	if (end == text || strcmp(end, "%") || !(v >= 0))
		cli_usage("--limit", "cannot be \"%s\"; write a share of A's value: 2%%", text);
	return v / 100;
}

static error_t parse_diff(int key, char *arg, struct argp_state *state)
{
	struct diff_input *in = state->input;

	switch (key) {
	case OPT_FORMAT:
		in->format = text_or_json(arg);
		return 0;
	case OPT_LIMIT:
		in->limit = read_share(arg);
		return 0;
	case ARGP_KEY_ARG:
		if (in->nr == 2)
			cli_usage(arg, "diff takes two plans");
		in->dir[in->nr++] = arg;
		return 0;
	case ARGP_KEY_END:
		if (in->nr < 2)
			cli_usage("DIR", "diff takes two plans");
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static int sweep_diff(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{"limit", OPT_LIMIT, "SHARE", 0, "A change of at most so much is none: 2%", 0},
		{"format", OPT_FORMAT, "text|json", 0, "How to print it", 0},
		{0},
	};
	static const struct argp argp = {
		.options = options,
		.parser = parse_diff,
		.args_doc = "DIR DIR",
		.doc = "What differs between the results of two plans, A and B: cells are paired by trace, options "
		       "and strategy. Status 1 if anything does.",
	};
	struct diff_input in = {0};
	struct bs_sweep *a, *b;
	struct bs_error err;
	int ret;

	cli_parse(&argp, "sweep diff", argc, argv, &in);
	if (bs_sweep_open(in.dir[0], &a, &err) || bs_sweep_open(in.dir[1], &b, &err))
		return cli_error(&err);
	ret = bs_sweep_diff(a, b, in.limit, in.format, stdout, &err);
	bs_sweep_close(a);
	bs_sweep_close(b);
	return ret < 0 ? cli_error(&err) : ret ? BS_UNEQUAL : 0;
}

static const struct cli_command verbs[] = {
	{"plan", "every combination of traces, strategies and options", sweep_plan},
	{"run", "run what has no result yet", sweep_run},
	{"status", "how far it is, and what failed", sweep_status},
	{"merge", "all results as one file", sweep_merge},
	{"diff", "what differs between two plans", sweep_diff},
	{"submit", "have other machines run it: GNU parallel, Slurm", sweep_submit},
	{NULL, NULL, NULL},
};

int cmd_sweep(int argc, char **argv)
{
	return cli_verbs("sweep", verbs, argc, argv);
}
