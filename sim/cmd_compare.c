// SPDX-License-Identifier: GPL-2.0-or-later
/* cmd_compare.c - `buddysim compare TRACE...` and `buddysim run TRACE`. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <buddysim/picture.h>

#include "gnuplot.h"
#include "outputs.h"
#include "report.h"
#include "sim_options.h"
#include "table_form.h"
#include "threshold.h"
#include "watch.h"

struct compare_input {
	struct sim_options o;
	struct bs_table_form form;
	struct junit junit;
	struct watch *watch; /* NULL: nobody looks on */
	const char *verb;
	char **traces, *load;
	unsigned int nr_traces, nr_printed;
	void (*print)(const struct sim_options *, const struct bs_result *); /* more, or NULL */
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct compare_input *in = state->input;

	(void)arg;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &in->o;
		return 0;
	case ARGP_KEY_ARGS:
		if (in->o.lib.config.load)
			cli_usage("--load", "is run in place of a trace: leave one of them out");
		if (in->o.lib.config.scenario)
			cli_usage("--scenario",
				  "says what each guest runs: leave it or the trace out");
		in->traces = state->argv + state->next;
		in->nr_traces = (unsigned int)(state->argc - state->next);
		return 0;
	case ARGP_KEY_NO_ARGS:
		if (!in->o.lib.config.load && !in->o.lib.config.scenario)
			cli_usage("TRACE",
				  "no trace given, and no --load or --scenario; see `%s --help`",
				  state->name);
		/* It stands where a trace's path does. */
		in->load = cli_memory(strdup(in->o.lib.config.scenario ? in->o.lib.config.scenario
								       : in->o.lib.config.load));
		in->traces = &in->load;
		in->nr_traces = 1;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static int no_memory(const char *where, struct bs_error *err)
{
	return bs_error_set(err, BS_RESOURCE, ENOMEM, where, NULL, "cannot write");
}

/* The record into @dir, and its pictures where they are wanted: all of it or nothing. */
static int write_folder(const struct compare_input *in, const struct bs_result *r, const char *dir,
			bool with_pictures, struct bs_error *err)
{
	const struct report_form form = {in->o.lib.program.highlight,
					 in->o.lib.program.plots_format};
	char *record = NULL;
	struct folder f;
	int ret = folder_open(&f, dir, err);

	if (ret)
		return ret;
	record = folder_file(&f, "record.json");
	ret = record ? bs_result_write(r, BS_FORMAT_JSON, in->o.lib.program.measured, record, err)
		     : no_memory(dir, err);
	if (!ret && with_pictures)
		ret = report_plots(record, &f, &form, err);
	if (ret)
		folder_abandon(&f);
	else
		ret = folder_commit(&f, err);
	free(record);
	return ret;
}

/* Record and pictures of one trace. What was computed is kept, whatever becomes of what is drawn of it. */
static int write_plots(const struct compare_input *in, const struct bs_result *r,
		       unsigned int trace)
{
	char *dir = outputs_folder(in->o.lib.program.plots, in->traces, in->nr_traces, trace);
	struct bs_error err, again;
	int status = 0;

	if (!dir ? no_memory(in->o.lib.program.plots, &err)
		 : write_folder(in, r, dir, true, &err)) {
		status = cli_error(&err);
		if (dir && status != BS_INTERRUPTED && !write_folder(in, r, dir, false, &again))
			cli_warn("the record is in %s all the same, without pictures", dir);
	} else {
		fprintf(stderr, "record and pictures: %s\n", dir);
	}
	free(dir);
	return status;
}

static void print_warnings(const struct bs_result *r)
{
	const char *text;

	for (unsigned int i = 0; (text = bs_result_warning(r, i)); i++)
		cli_warn("%s", text);
}

static void worse(int *status, int other)
{
	if (other > *status)
		*status = other;
}

/* A record that is there, and perhaps whole, does not give way to a part of one. */
static char *partial_path(const char *output)
{
	struct stat st;
	char *path;

	if (!output || stat(output, &st) || !S_ISREG(st.st_mode))
		return NULL;
	if (asprintf(&path, "%s.partial", output) < 0)
		return NULL;
	cli_warn("interrupted: %s is left as it was, the rows that are whole are in %s", output,
		 path);
	return path;
}

/* Several results are one value of JSON, one table of CSV. */
static void begin_result(struct compare_input *in)
{
	const enum bs_format format = in->o.lib.program.format;

	in->form.headless = in->nr_printed > 0;
	if (format == BS_FORMAT_JSON && in->nr_traces > 1)
		fputs(in->nr_printed ? ",\n" : "[\n", stdout);
	if ((format == BS_FORMAT_TEXT || format == BS_FORMAT_MARKDOWN) && in->nr_printed)
		putchar('\n');
	in->nr_printed++;
}

static void end_results(const struct compare_input *in)
{
	if (in->o.lib.program.format == BS_FORMAT_JSON && in->nr_traces > 1)
		puts(in->nr_printed ? "]" : "[]");
}

static int write_result(struct compare_input *in, struct bs_result *r, bool interrupted)
{
	const struct sim_options *o = &in->o;
	const char *output = o->lib.program.output;
	char *instead = interrupted ? partial_path(output) : NULL;
	struct bs_error err;
	int ret, status;

	begin_result(in);
	bs_result_set_form(r, &in->form);
	ret = bs_result_write(r, o->lib.program.format, o->lib.program.measured,
			      instead  ? instead
			      : output ? output
				       : "-",
			      &err);
	free(instead);
	if (!ret)
		return 0;
	status = cli_error(&err);
	if (output) {
		/* It took long, perhaps: whoever can still read it shall have it. */
		cli_warn("the result follows on standard output instead");
		if (bs_result_write(r, o->lib.program.format, o->lib.program.measured, "-", &err))
			cli_error(&err);
	}
	return status;
}

/* What came of one trace: the rows that are whole are kept, whatever became of the others. */
static int tell(struct compare_input *in, struct bs_result *r, unsigned int trace, bool interrupted)
{
	int status;

	print_warnings(r);
	if (interrupted && !bs_result_cells(r))
		return 0;
	status = write_result(in, r, interrupted);
	if (in->print && !status)
		in->print(&in->o, r);
	if (in->o.lib.program.plots && bs_result_cells(r) && !interrupted)
		worse(&status, write_plots(in, r, trace));
	worse(&status, threshold_test(&in->o.lib, r, &in->junit));
	return status;
}

static int run(struct compare_input *in, struct bs_result **r, struct bs_error *err)
{
	const struct bs_program_config *p = &in->o.lib.program;
	struct bs_sim_config *config = &in->o.lib.config;
	int ret;

	/* Samples are in the record, and in pictures of it; no table has them. */
	if (p->format != BS_FORMAT_JSON && !p->plots)
		config->output.timeline = false;
	if (!in->watch) {
		sim_options_progress(&in->o);
		ret = bs_compare(config, r, err);
		sim_options_progress_end(&in->o);
		return ret;
	}
	ret = watch_begin(in->watch, config, config->output.stop, err);
	if (ret)
		return ret;
	ret = bs_compare(config, r, err);
	watch_end(in->watch);
	return ret;
}

static int compare_one(struct compare_input *in, unsigned int trace)
{
	struct bs_result *r = NULL;
	struct bs_error err = {0};
	int status = 0, ret;

	in->o.lib.config.trace_path = in->traces[trace];
	ret = run(in, &r, &err);
	if (ret < 0) {
		junit_case(&in->junit, JUNIT_ERROR, in->traces[trace], "compare", err.text);
		status = cli_error(&err);
	} else if (ret) {
		status = BS_UNEQUAL;
	}
	if (r && (ret >= 0 || bs_result_cells(r)))
		worse(&status, tell(in, r, trace, status == BS_INTERRUPTED));
	bs_result_free(r);
	return status;
}

/* One strategy: every figure, with its unit. */
static void print_figures(const struct sim_options *o, const struct bs_result *r)
{
	const struct bs_metric *m;
	uint64_t v;

	if (o->lib.program.format != BS_FORMAT_TEXT || o->lib.program.output || !bs_result_cells(r))
		return;
	putchar('\n');
	for (unsigned int i = 0; (m = bs_metric_at(i)); i++)
		if (m->cell && !bs_result_metric(r, 0, m->key, &v))
			printf("%-24s %20" PRIu64 " %s\n", m->key, v, bs_unit_name(m->unit));
}

static int check_pictures(const struct sim_options *o)
{
	const struct bs_program_config *p = &o->lib.program;
	struct bs_error err;
	int ret = 0;

	if (p->plots_format)
		ret = gnuplot_check_formats(p->plots_format, &err);
	if (!ret && p->highlight)
		ret = bs_highlight_check(p->highlight, o->lib.config.strategies,
					 o->lib.config.nr_strategies, &err);
	return ret ? cli_error(&err) : 0;
}

#define ROW_BYTES 8192 /* a row of a record, and the least that is written */
#define SAMPLES_BYTES (400u << 10) /* its samples over time */
#define TEXT_BYTES 512 /* a row of a table */
#define PICTURES_BYTES (2u << 20)

static uint64_t record_bytes(const struct compare_input *in)
{
	return (in->o.lib.config.nr_strategies + 1) *
	       (uint64_t)(ROW_BYTES + (in->o.lib.config.output.timeline ? SAMPLES_BYTES : 0));
}

/* Enough for what will be written, about. */
static int check_room(const struct compare_input *in, const char *dir)
{
	const struct bs_program_config *p = &in->o.lib.program;
	const uint64_t rows = in->o.lib.config.nr_strategies + 1;
	int status = outputs_check_room(p->output, p->format == BS_FORMAT_JSON ? record_bytes(in)
									       : rows * TEXT_BYTES);

	if (!status)
		status = outputs_check_room(in->o.lib.config.output.dump_path, rows * ROW_BYTES);
	/* The record, its data as text beside it, and what is drawn of them. */
	return status || !dir ? status
			      : outputs_check_room(dir, 2 * record_bytes(in) + PICTURES_BYTES);
}

/* Before the first event, not after the last. */
static int check_outputs(const struct compare_input *in)
{
	const struct bs_program_config *p = &in->o.lib.program;
	int status;

	if (p->output && in->nr_traces > 1)
		cli_usage("--output", "takes one trace; use --plots DIR for several");
	if (in->o.lib.config.output.dump_path && in->nr_traces > 1)
		cli_usage("--dump-state", "takes one trace, or each would replace the last one's");
	status = check_pictures(&in->o);
	if (!status)
		status = outputs_check_file(p->output);
	if (!status)
		status = outputs_check_file(in->o.lib.config.output.dump_path);
	for (unsigned int i = 0; p->plots && i < in->nr_traces && !status; i++) {
		char *dir = outputs_folder(p->plots, in->traces, in->nr_traces, i);

		status = dir ? outputs_check_folder(dir) : BS_RESOURCE;
		if (!status)
			status = check_room(in, dir);
		free(dir);
	}
	return status ? status : check_room(in, NULL);
}

static int begin_watch(struct compare_input *in)
{
	int status;

	if (!in->o.lib.program.watch)
		return 0;
	status = watch_check();
	if (!status)
		in->watch = cli_memory(watch_create(in->verb));
	return status;
}

static int run_all(struct compare_input *in)
{
	int status;

	threshold_check_rows(&in->o.lib);
	in->form = table_form_of(&in->o.lib);
	status = check_outputs(in);
	if (!status)
		status = begin_watch(in);
	if (!status)
		status = junit_begin(&in->junit, in->o.lib.program.junit);
	if (status)
		return status;
	for (unsigned int i = 0; i < in->nr_traces && status != BS_INTERRUPTED; i++)
		worse(&status, compare_one(in, i));
	watch_destroy(in->watch);
	end_results(in);
	worse(&status, junit_end(&in->junit, "buddysim compare"));
	return status;
}

static int print_configs(struct compare_input *in)
{
	struct bs_error err;

	for (unsigned int i = 0; i < in->nr_traces; i++) {
		in->o.lib.config.trace_path = in->traces[i];
		if (bs_sim_print_config(&in->o.lib.config, stdout, &err))
			return cli_error(&err);
	}
	return 0;
}

int cmd_compare(int argc, char **argv)
{
	struct compare_input in = {.verb = "compare"};
	const struct argp argp = {
		.parser = parse,
		.args_doc = "TRACE...\n--load NAME[:PARAM=VALUE,...]",
		.doc = "Replay each TRACE on one guest per strategy and compare what the host gets "
		       "back with what it costs the guest.",
		.children = in.o.child,
	};
	int status;

	sim_options_init(&in.o, NULL);
	in.o.strategies = "all";
	cli_parse(&argp, "compare", argc, argv, &in);
	status = in.o.lib.program.print_config ? print_configs(&in) : run_all(&in);
	free(in.load);
	sim_options_free(&in.o);
	return status;
}

int cmd_run(int argc, char **argv)
{
	struct compare_input in = {.verb = "run", .print = print_figures};
	const struct argp argp = {
		.parser = parse,
		.args_doc = "TRACE\n--load NAME[:PARAM=VALUE,...]",
		.doc = "Replay TRACE under one strategy and print everything about it.",
		.children = in.o.child,
	};
	int status;

	sim_options_init(&in.o, NULL);
	in.o.strategies = bs_strategy_with(BS_CAP_IDLE)->name;
	cli_parse(&argp, "run", argc, argv, &in);
	if (in.o.lib.config.nr_strategies > 1)
		cli_usage("--strategy", "run takes one; `buddysim compare` takes several");
	if (in.o.lib.config.guest.machine.kernel &&
	    bs_kernel_count(in.o.lib.config.guest.machine.kernel) > 1)
		cli_usage("--kernel", "run takes one; `buddysim compare` takes several");
	if (in.nr_traces > 1)
		cli_usage(in.traces[1], "run takes one trace; `buddysim compare` takes several");
	status = in.o.lib.program.print_config ? print_configs(&in) : run_all(&in);
	free(in.load);
	sim_options_free(&in.o);
	return status;
}
