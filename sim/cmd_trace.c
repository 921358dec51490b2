// SPDX-License-Identifier: GPL-2.0-or-later
/* cmd_trace.c - `buddysim trace import|info|validate|gen|cut|convert|export`: traces in, out, and looked at. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "gnuplot.h"
#include "progress.h"
#include "trace_export.h"
#include "trace_figures.h"
#include "trace_plots.h"
#include "trace_print.h"
#include "trace_verdict.h"

enum {
	OPT_MEMORY = 0x100,
	OPT_KERNEL,
	OPT_COMMENT,
	OPT_SOURCE,
	OPT_KERNEL_VERSION,
	OPT_MAX_UNKNOWN,
	OPT_STRICT,
	OPT_COALESCE,
	OPT_KEEP_UNKNOWN,
	OPT_UNTRACED,
	OPT_MIN_TRUST,
	OPT_FORMAT,
	OPT_ALLOW_LOSSY,
	OPT_KEEP,
	OPT_PARAMS,
	OPT_SEED,
	OPT_FROM,
	OPT_TO,
	OPT_STATE,
	OPT_PLOTS_FORMAT,
	OPT_LOAD,
	OPT_MACHINE,
};

/** What any of the verbs may be told. */
struct trace_options {
	const char *input, *output, *params, *plots, *plots_format, *load;
	const char *const *inputs; /* of import, which takes several; the first is @input */
	unsigned int nr_inputs;
	unsigned int min_trust_e4;
	struct bs_import_config import;
	struct bs_state *state; /* of import, which points at it */
	enum bs_format format;
	bool allow_lossy, keep_whole;
	const struct bs_platform *on; /* NULL: none was named */
	uint64_t seed;
	bs_ns from, to;
};

/* A trace's header is text, and whoever reads it relies on that. */
static const char *checked_comment(const char *text)
{
	json_t *s = json_string(text);

	if (!s)
		cli_usage("--comment", "is no UTF-8; say it in UTF-8");
	json_decref(s);
	return text;
}

/* "1%", "0.5%", or "0.95" of one: in 1/10000. */
static unsigned int share_e4(const char *option, const char *text)
{
	char *end;
	const double v = strtod(text, &end);
	const double share = *end == '%' ? v / 100 : v;

	if (end == text || (*end == '%' ? end[1] : *end) || !(share >= 0 && share <= 1))
		cli_usage(option, "cannot be \"%s\"; use a share like 5%% or 0.05", text);
	return (unsigned int)(share * 10000 + 0.5);
}

static enum bs_coalesce coalesce_of(const char *text)
{
	static const char *const names[] = {"auto", "on", "off", NULL};

	return (enum bs_coalesce)cli_enum("--coalesce", text, names);
}

static error_t parse_import(int key, const char *arg, struct bs_import_config *c)
{
	static const char *const untraced[] = {"drop", "keep", NULL};

	switch (key) {
	case OPT_KERNEL_VERSION:
		c->kernel_version = arg;
		return 0;
	case OPT_MAX_UNKNOWN:
		c->max_unknown_e4 = share_e4("--max-unknown", arg);
		c->strict |= !c->max_unknown_e4;
		return 0;
	case OPT_COALESCE:
		c->coalesce = coalesce_of(arg);
		return 0;
	case OPT_UNTRACED:
		c->keep_untraced = cli_enum("--untraced", arg, untraced) == 1;
		return 0;
	case OPT_KEEP_UNKNOWN:
		c->keep_unknown = arg;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

/* The first argument; import takes all that are left with it. */
static void take_input(struct trace_options *o, char *arg, struct argp_state *state)
{
	const char *verb = strrchr(state->name, ' ');

	if (verb && !strcmp(verb, " import")) {
		o->inputs = (const char *const *)state->argv + state->next - 1;
		o->nr_inputs = (unsigned int)(state->argc - state->next + 1);
		state->next = state->argc;
	} else if (o->input) {
		cli_usage(arg, "one argument only; see `%s --help`", state->name);
	}
	o->input = arg;
}

/* The traced machine is the one that the state is of; what is said otherwise counts more. */
static void take_machine(const char *path, struct trace_options *o)
{
	struct bs_import_config *c = &o->import;
	uint64_t pages = 0;
	struct bs_state *s;
	struct bs_error err;

	bs_state_free(o->state);
	o->state = NULL;
	if (bs_state_load(path, NULL, &s, &err))
		exit(cli_error(&err));
	for (unsigned int i = 0; i < s->nr_zones; i++)
		pages += (uint64_t)(s->zone[i].present ? s->zone[i].present : s->zone[i].spanned);
	if (!c->memory_bytes)
		c->memory_bytes = pages << bs_state_platform(s)->page_shift;
	if (!c->kernel)
		c->kernel = bs_state_model(s);
	c->state = o->state = s;
}

static error_t parse_value(int key, const char *arg, struct trace_options *o)
{
	switch (key) {
	case OPT_STATE:
		take_machine(arg, o);
		return 0;
	case OPT_MEMORY:
		o->import.memory_bytes = cli_size("--memory", arg);
		return 0;
	case OPT_KERNEL:
		o->import.kernel = cli_kernel(arg);
		return 0;
	case OPT_COMMENT:
		o->import.comment = checked_comment(arg);
		return 0;
	case OPT_SOURCE:
		o->import.form = strcmp(arg, "auto") ? arg : NULL;
		return 0;
	case OPT_SEED:
		o->seed = cli_uint("--seed", arg, 0, UINT64_MAX);
		return 0;
	case OPT_FROM:
		o->from = cli_time("--from", arg);
		return 0;
	case OPT_TO:
		o->to = cli_time("--to", arg);
		return 0;
	case OPT_FORMAT:
		o->format = cli_format(arg);
		if (o->format == BS_FORMAT_CSV)
			cli_usage("--format", "text or json, not csv");
		return 0;
	case OPT_MACHINE:
		o->on = bs_platform_at(cli_machine(arg));
		return 0;
	case OPT_MIN_TRUST:
		o->min_trust_e4 = share_e4("--min-trust", arg);
		return 0;
	}
	return parse_import(key, arg, &o->import);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct trace_options *o = state->input;

	switch (key) {
	case 'o':
		o->output = arg;
		return 0;
	case OPT_PARAMS:
		o->params = arg;
		return 0;
	case OPT_LOAD:
		o->load = arg;
		return 0;
	case 'p':
		o->plots = arg;
		return 0;
	case OPT_PLOTS_FORMAT:
		o->plots_format = arg;
		return 0;
	case OPT_ALLOW_LOSSY:
		o->allow_lossy = true;
		return 0;
	case OPT_KEEP:
		o->keep_whole = true;
		return 0;
	case OPT_STRICT:
		o->import.strict = true;
		return 0;
	case ARGP_KEY_ARG:
		take_input(o, arg, state);
		return 0;
	case ARGP_KEY_NO_ARGS:
		if (o->load)
			return 0;
		cli_usage("trace", "nothing named to work on; see `%s --help`", state->name);
	}
	return arg ? parse_value(key, arg, o) : ARGP_ERR_UNKNOWN;
}

static struct trace_options read_options(const struct argp_option *options, const char *args,
					 const char *doc, const char *verb, int argc, char **argv)
{
	const struct argp argp = {options, parse, args, doc, NULL, NULL, NULL};
	struct trace_options o = {.seed = 1, .to = BS_NO_TIME, .min_trust_e4 = TRACE_TRUST_FLOOR};

	cli_parse(&argp, verb, argc, argv, &o);
	return o;
}

static void need_output(const struct trace_options *o)
{
	if (!o->output)
		cli_usage("-o", "say where the trace goes: -o NAME.cborseq or NAME.cborseq.zst");
}

#define OUTPUT_OPTION                                                                        \
	{                                                                                    \
		"output", 'o', "FILE", 0, "where to write; compressed if it ends in .zst", 0 \
	}
#define FORMAT_OPTION                                                   \
	{                                                               \
		"format", OPT_FORMAT, "text|json", 0, "how to print", 0 \
	}
#define KEEP_OPTION                                                        \
	{                                                                  \
		"keep-whole-chunks", OPT_KEEP, NULL, 0,                    \
			"use a damaged file up to its last whole chunk", 0 \
	}

/* "first|a|b|c" of all that @name_at knows; the caller frees it. */
static char *joined(const char *first, const char *(*name_at)(unsigned int index))
{
	const char *name;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	fputs(first ? first : "", out);
	for (unsigned int i = 0; (name = name_at(i)); i++)
		fprintf(out, "%s%s", i || first ? "|" : "", name);
	return fclose(out) ? NULL : text;
}

/* ---- import --------------------------------------------------------------------------------- */

static const char *source_name(unsigned int index)
{
	const struct bs_import_form *f = bs_import_form_at(index);

	return f ? f->name : NULL;
}

/* "Import perf script or ftrace text ...", with every form that there is. */
static char *import_doc(void)
{
	const struct bs_import_form *f;
	char *doc = NULL;
	size_t size;
	FILE *out = open_memstream(&doc, &size);

	if (!out)
		return NULL;
	fputs("Import a recording, plain or compressed (- = stdin):", out);
	for (unsigned int i = 0; (f = bs_import_form_at(i)); i++)
		fprintf(out, "%s %s (%s)", i ? "," : "", f->summary, f->name);
	fputs(". Each line is read as what it is, unless --source names the only form. Several files "
	      "of one recording, as one for each CPU, are merged by time.",
	      out);
	return fclose(out) ? NULL : doc;
}

static void heard(void *arg, const struct bs_import_progress *p)
{
	progress_tell(arg, "importing", p->bytes, p->of_bytes, "MB");
	progress_note(arg, "%" PRIu64 " events, %" PRIu64 " lost, %" PRIu64 " unusable", p->events,
		      p->lost, p->unusable);
}

/* What was noticed on the way that the user should hear of, whatever reads the figures. */
static void warn(const struct bs_trace_info *info, const char *path)
{
	const char *at = info->notes;
	struct trace_note n;
	char reason[128];

	if (info->cut_lines)
		cli_warn(
			"%s: the last line is cut short and was left out: the recording stopped there",
			path);
	if (info->clamped_times)
		cli_warn("%s: the times of %" PRIu64 " events go back on their own CPU; several "
			 "recordings in one file have to be imported one by one",
			 path, info->clamped_times);
	while (trace_note_next(&at, &n))
		if (trace_note_is(&n, "losses"))
			cli_warn(
				"%s: no word of lost events: with --show-lost-events perf script says so "
				"where some were, without it nothing",
				path);
	trace_main_reason(info, reason, sizeof(reason));
	if (bs_trace_trust(info) < TRACE_TRUST_FLOOR)
		cli_warn("%s: only %.2f %% of the events can be trusted: %s", path,
			 bs_trace_trust(info) / 100.0, reason);
}

static int import(const struct trace_options *o)
{
	struct bs_import_config config = o->import;
	struct progress *progress;
	struct bs_trace_info info;
	struct bs_error err = {0};
	char text[32];
	const char *input = trace_as_text(o->input, text, sizeof(text));
	int ret;

	need_output(o);
	progress = progress_begin(false);
	config.progress = progress ? heard : NULL;
	config.progress_arg = progress;
	ret = bs_trace_import_files(o->nr_inputs == 1 ? &input : o->inputs, o->nr_inputs, o->output,
				    &config, &info, &err);
	progress_end(progress);
	if (ret)
		return cli_error(&err);
	if (info.events)
		warn(&info, o->input);
	trace_print(&info, o->output, o->format);
	return 0;
}

static int trace_import(int argc, char **argv)
{
	char *doc = import_doc(), *sources = joined("auto", source_name);
	const struct argp_option options[] = {
		OUTPUT_OPTION,
		{"memory", OPT_MEMORY, "SIZE", 0, "memory of the traced machine", 0},
		{"state", OPT_STATE, "FILE", 0,
		 "memory and kernel are those of this state; where its pages are those of the machine "
		 "(a dump, or made with --kpageflags), it says what was in use when the trace began",
		 0},
		{"kernel", OPT_KERNEL, "NAME", 0,
		 "kernel model that fits it; what replays the trace takes it", 0},
		{"comment", OPT_COMMENT, "TEXT", 0, "what ran, for the trace's header", 0},
		{"source", OPT_SOURCE, sources, 0, "what the text is", 0},
		{"kernel-version", OPT_KERNEL_VERSION, "VERSION", 0,
		 "version of the kernel that printed it, as 4.19: what its gfp masks mean", 0},
		{"max-unknown", OPT_MAX_UNKNOWN, "SHARE", 0,
		 "refuse if more lines than this are not understood (1%)", 0},
		{"strict", OPT_STRICT, NULL, 0, "refuse the first line that is not understood", 0},
		{"keep-unknown", OPT_KEEP_UNKNOWN, "FILE", 0, "write those lines there", 0},
		{"untraced", OPT_UNTRACED, "drop|keep", 0,
		 "frees of memory that was free already: drop them, or keep them for a replay from a "
		 "dump (run --state), which can explain them (drop)",
		 0},
		{"coalesce", OPT_COALESCE, "auto|on|off", 0,
		 "take frees of neighbouring pages at one instant for one of a block (auto: where the "
		 "kernel is 7.2 or later)",
		 0},
		FORMAT_OPTION,
		{0}};
	struct trace_options o = read_options(options, "TEXT...", doc, "trace import", argc, argv);
	int status;

	o.import.stop = cli_stop();
	status = import(&o);
	bs_state_free(o.state);
	free(sources);
	free(doc);
	return status;
}

/* ---- info, validate ------------------------------------------------------------------------- */

/* Open and read all of it; 0, or the exit status after printing why not. */
static int open_scanned(const struct trace_options *o, struct bs_trace **t)
{
	struct progress *progress;
	struct bs_error err = {0};
	int ret;

	if (bs_trace_open(o->input, t, &err))
		return cli_error(&err);
	bs_trace_stop_reading_on(*t, cli_stop());
	progress = progress_begin(false);
	bs_trace_tell(*t, progress_ear(progress, "reading", "MB"));
	ret = bs_trace_scan(*t, o->keep_whole, &err);
	bs_trace_tell(*t, NULL);
	progress_end(progress);
	if (ret < 0) {
		bs_trace_close(*t);
		return cli_error(&err);
	}
	if (ret)
		cli_warn("%s: %s; only what is before it is used", err.where, err.text);
	return 0;
}

static int trace_info(int argc, char **argv)
{
	static const struct argp_option options[] = {
		FORMAT_OPTION,
		KEEP_OPTION,
		{"plots", 'p', "DIR", 0, "draw allocated memory over time there (trace_live)", 0},
		{"plots-format", OPT_PLOTS_FORMAT, "LIST", 0,
		 "formats of the picture: svg, png, pdf, comma-separated (default svg)", 0},
		{0}};
	const struct trace_options o =
		read_options(options, "TRACE", "Describe a trace.", "trace info", argc, argv);
	struct bs_error err;
	struct bs_trace *t;
	int status;

	if (o.plots_format && !o.plots)
		cli_usage("--plots-format", "has no meaning without --plots DIR");
	if (o.plots_format && gnuplot_check_formats(o.plots_format, &err))
		return cli_error(&err);
	status = open_scanned(&o, &t);
	if (status)
		return status;
	trace_print(bs_trace_info(t), o.input, o.format);
	if (o.plots && trace_plots(bs_trace_info(t), o.input, o.plots, o.plots_format, &err))
		status = cli_error(&err);
	bs_trace_close(t);
	return status;
}

static int trace_validate(int argc, char **argv)
{
	static const struct argp_option options[] = {
		FORMAT_OPTION,
		KEEP_OPTION,
		{"min-trust", OPT_MIN_TRUST, "SHARE", 0, "least trust that is accepted (0.9)", 0},
		{"allow-lossy", OPT_ALLOW_LOSSY, NULL, 0, "accept any trust", 0},
		{0}};
	const struct trace_options o = read_options(
		options, "TRACE", "Check every chunk and every event of a trace, and its trust.",
		"trace validate", argc, argv);
	const struct bs_trace_info *info;
	struct bs_trace *t;
	struct bs_error err;
	int status = open_scanned(&o, &t);

	if (status)
		return status;
	info = bs_trace_info(t);
	trace_print_verdict(info, o.input, o.format);
	if (bs_trace_trust(info) < o.min_trust_e4 && !o.allow_lossy) {
		bs_error_set(&err, BS_INPUT, 0, o.input, "use --allow-lossy to use it all the same",
			     "trust %.4f is below %.4g: %s", bs_trace_trust(info) / 10000.0,
			     o.min_trust_e4 / 10000.0, trace_main_doubt(info));
		status = cli_error(&err);
	}
	bs_trace_close(t);
	return status;
}

/* ---- gen, cut ------------------------------------------------------------------------------- */

static const char *generator_name(unsigned int index)
{
	const struct bs_generator *g = bs_generator_at(index);

	return g ? g->name : NULL;
}

/* The load that `run --load` runs in a closed loop. */
static int write_load(const struct trace_options *o)
{
	struct bs_trace_info info;
	struct bs_error err = {0};

	if (o->input)
		cli_usage("--load", "is written in place of %s: leave one of them out", o->input);
	if (o->params)
		cli_usage("--params",
			  "a load's stand behind its name: --load NAME:PARAM=VALUE,...");
	if (bs_load_to_trace(o->load, o->seed, o->output, cli_stop(), &info, &err))
		return cli_error(&err);
	trace_print(&info, o->output, o->format);
	return 0;
}

static int generate(const struct trace_options *o)
{
	const struct bs_generator *g;
	struct progress *progress;
	struct bs_trace_info info;
	struct bs_error err = {0};
	int ret = -EINVAL;

	need_output(o);
	if (o->load)
		return write_load(o);
	g = bs_generator_find(o->input, &err);
	progress = progress_begin(false);
	if (g)
		ret = bs_trace_generate_heard(g, o->params, o->seed, o->on, o->output, cli_stop(),
					      progress_ear(progress, "generating", "events"), &info,
					      &err);
	progress_end(progress);
	if (ret)
		return cli_error(&err);
	trace_print(&info, o->output, o->format);
	return 0;
}

static int trace_gen(int argc, char **argv)
{
	static const struct argp_option options[] = {
		OUTPUT_OPTION,
		{"params", OPT_PARAMS, "NAME=VALUE,...", 0,
		 "parameters; `buddysim list workloads` describes them", 0},
		{"load", OPT_LOAD, "NAME[:PARAM=VALUE,...]", 0,
		 "write that load as a trace, see `buddysim list loads`", 0},
		{"seed", OPT_SEED, "N", 0, "seed of what is random (1)", 0},
		{"machine", OPT_MACHINE, "NAME", 0,
		 "for this machine: the same load in its pages, as `trace convert` makes it (qemu-pc)",
		 0},
		FORMAT_OPTION,
		{0}};
	char *names = joined(NULL, generator_name);
	const struct trace_options o = read_options(options, names, "Generate a synthetic trace.",
						    "trace gen", argc, argv);
	const int status = generate(&o);

	free(names);
	return status;
}

static int trace_cut(int argc, char **argv)
{
	static const struct argp_option options[] = {
		OUTPUT_OPTION,
		{"from", OPT_FROM, "TIME", 0, "start of the window (0)", 0},
		{"to", OPT_TO, "TIME", 0, "end of the window, not in it (the trace's end)", 0},
		KEEP_OPTION,
		FORMAT_OPTION,
		{0}};
	const struct trace_options o =
		read_options(options, "TRACE",
			     "Make a trace of a window of another one. Blocks live at its start "
			     "are allocated before it.",
			     "trace cut", argc, argv);
	struct progress *progress;
	struct bs_trace_info info;
	struct bs_error err = {0};
	struct bs_trace *t;
	int status;

	need_output(&o);
	status = open_scanned(&o, &t);
	if (status)
		return status;
	progress = progress_begin(false);
	bs_trace_tell(t, progress_ear(progress, "cutting", "MB"));
	if (bs_trace_cut(t, o.from, o.to, o.output, &info, &err))
		status = err.status;
	progress_end(progress);
	bs_trace_close(t);
	if (status)
		return cli_error(&err);
	trace_print(&info, o.output, o.format);
	return 0;
}

static int trace_convert(int argc, char **argv)
{
	static const struct argp_option options[] = {
		OUTPUT_OPTION,
		{"machine", OPT_MACHINE, "NAME", 0, "which one; see `buddysim list machines`", 0},
		KEEP_OPTION,
		FORMAT_OPTION,
		{0}};
	const struct trace_options o = read_options(
		options, "TRACE",
		"Make a trace of the same load, in bytes and in time, as a machine with "
		"larger pages would have it. What is smaller than one of them shares it "
		"with others of its size and gfp mask.",
		"trace convert", argc, argv);
	struct bs_trace_info info;
	struct bs_error err = {0};
	struct bs_trace *t;
	int status;

	need_output(&o);
	if (!o.on)
		cli_usage("--machine", "say for which one; see `buddysim list machines`");
	status = open_scanned(&o, &t);
	if (status)
		return status;
	if (bs_trace_convert(t, o.on, o.output, &info, &err))
		status = cli_error(&err);
	bs_trace_close(t);
	if (status)
		return status;
	trace_print(&info, o.output, o.format);
	return 0;
}

/* ---- The verb ------------------------------------------------------------------------------- */

static const struct cli_command verbs[] = {
	{"import", "the text of a recording into a trace", trace_import},
	{"info", "describe a trace", trace_info},
	{"validate", "check every event of a trace, and its trust", trace_validate},
	{"gen", "generate one of the workloads that `buddysim list workloads` describes",
	 trace_gen},
	{"cut", "a window of a trace as a trace", trace_cut},
	{"convert", "the same load in the larger pages of another machine", trace_convert},
	{"export", "its requests, for another program", trace_export},
	{NULL, NULL, NULL},
};

int cmd_trace(int argc, char **argv)
{
	return cli_verbs("trace", verbs, argc, argv);
}
