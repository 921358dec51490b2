// SPDX-License-Identifier: GPL-2.0-or-later
/* cmd_advise.c - `buddysim advise TRACE...`: which setting to choose for a load. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gnuplot.h"
#include "outputs.h"
#include "report.h"
#include "sim_options.h"

struct advise_input {
	struct sim_options o; /* of which only those of `shared` */
	struct bs_advise_config asked;
	char **kernels;
	unsigned int nr_kernels; /* 0: the trace's own */
	char **traces, *load;
	unsigned int nr_traces, nr_printed;
};

enum { OPT_STOCK = 1000, OPT_MAX_STALL, OPT_MAX_HELD, OPT_KERNEL };

static const char *const shared[] = {"strategy",
				     "load",
				     "contention",
				     "policy",
				     "reclaim",
				     "guest-swap",
				     "seed",
				     "state",
				     "memory",
				     "machine",
				     "cpus",
				     "shuffle",
				     "lru",
				     "wake-latency",
				     "guest-event",
				     "agent",
				     "cache-counts",
				     "device",
				     "capacity",
				     "thp",
				     "costs",
				     "resident-at-start",
				     "host-memory",
				     "host-poll",
				     "host-event",
				     "weight",
				     "tail",
				     "repeat",
				     "gap",
				     "allow-lossy",
				     "keep-whole-chunks",
				     "format",
				     "output",
				     "plots",
				     "plots-format",
				     "jobs",
				     "quiet",
				     NULL};

static const struct argp_option options[] = {
	{NULL, 0, NULL, 0, "What to choose from:", -2},
	{"stock", OPT_STOCK, NULL, 0,
	 "Only what an unpatched kernel offers, as it can be set there", -2},
	{"max-stall", OPT_MAX_STALL, "TIME/min", 0,
	 "Most time that the guest's CPUs may be blocked per minute of load, first touches included, "
	 "as 100ms/min",
	 -2},
	{"max-held", OPT_MAX_HELD, "SIZE", 0,
	 "The most that may be held beyond what the guest uses, in the mean over the window", -2},
	{"kernel", OPT_KERNEL, "NAME[:BEHAVIOUR=VALUE,...][,NAME...]", CLI_AGAIN,
	 "Kernel model, see `list kernels`; of several, also given again: advice for each (default: "
	 "the traced machine's, if it is known)",
	 -2},
	{0},
};

static bs_ns per_minute(const char *text)
{
	const char *slash = strchr(text, '/');
	bs_ns limit;
	char *time;

	if (!slash || strcmp(slash, "/min"))
		cli_usage("--max-stall", "is a time per minute of load: say 100ms/min");
	time = cli_memory(strndup(text, (size_t)(slash - text)));
	limit = cli_time("--max-stall", time);
	free(time);
	return limit;
}

static void add_kernel(struct advise_input *in, char *name)
{
	struct bs_error err;

	if (bs_kernel_check(name, &err))
		exit(cli_error(&err));
	for (unsigned int i = 0; i < in->nr_kernels; i++)
		if (!strcmp(in->kernels[i], name))
			cli_usage("--kernel", "%s is there already", name);
	in->kernels = cli_memory(realloc(in->kernels, (in->nr_kernels + 1) * sizeof(*in->kernels)));
	in->kernels[in->nr_kernels++] = name;
}

/* One or several, as `compare` takes them. */
static void add_kernels(struct advise_input *in, const char *list)
{
	for (;; list++) {
		const size_t len = bs_kernel_span(list);

		add_kernel(in, cli_memory(strndup(list, len)));
		list += len;
		if (!*list)
			return;
	}
}

/* What only makes sense together. */
static void check(const struct advise_input *in)
{
	const struct bs_sim_config *c = &in->o.lib.config;

	if (c->guest.policy && bs_kernel_count(c->guest.policy) > 1)
		cli_usage("--policy", "one at a time is advised on; `compare` takes several");
	if (in->nr_kernels && c->guest.state_path)
		cli_usage("--kernel", "is decided by --state");
	if (bs_device_traits(c->host.device.kind)->has_arena)
		cli_usage("--device",
			  "%s has real memory behind each of some hundred guests: use one that has "
			  "none, as %s",
			  c->host.device.kind, bs_device_for(BS_DEVICE_TIMED));
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct advise_input *in = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &in->o;
		return 0;
	case OPT_STOCK:
		in->asked.stock = true;
		return 0;
	case OPT_MAX_STALL:
		in->asked.max_stall_per_minute = per_minute(arg);
		return 0;
	case OPT_MAX_HELD:
		in->asked.max_held_bytes = cli_size("--max-held", arg);
		return 0;
	case OPT_KERNEL:
		add_kernels(in, arg);
		return 0;
	case ARGP_KEY_ARGS:
		if (in->o.lib.config.load)
			cli_usage("--load", "is run in place of a trace: leave one of them out");
		in->traces = state->argv + state->next;
		in->nr_traces = (unsigned int)(state->argc - state->next);
		return 0;
	case ARGP_KEY_NO_ARGS:
		if (!in->o.lib.config.load)
			cli_usage("TRACE", "no trace given, and no --load; see `%s --help`",
				  state->name);
		/* It stands where a trace's path does. */
		in->load = cli_memory(strdup(in->o.lib.config.load));
		in->traces = &in->load;
		in->nr_traces = 1;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

/* ---- Progress ---------------------------------------------------------------------------------- */

static void heard(void *arg, const struct bs_advise_progress *p)
{
	struct advise_input *in = arg;

	sim_progress_tell(in->o.progress, &in->o.lib.config, &p->sim);
	progress_note(in->o.progress, "round %u: %u of %u settings, %u before", p->round, p->done,
		      p->cells, p->before);
}

/* ---- Pictures ---------------------------------------------------------------------------------- */

/* What the table shows, run once more for a record with its samples over time. */
static int compare_finalists(const struct advise_input *in, const struct bs_counsel *a,
			     struct bs_result **r, struct bs_error *err)
{
	struct bs_sim_config config = in->o.lib.config;
	unsigned int nr = 0;
	const char **labels;
	int ret;

	while (bs_counsel_finalist(a, nr))
		nr++;
	labels = cli_memory(calloc(nr + 1, sizeof(*labels)));
	for (unsigned int i = 0; i < nr; i++)
		labels[i] = bs_counsel_finalist(a, i);
	config.strategies = labels;
	config.nr_strategies = nr;
	ret = bs_compare(&config, r, err);
	free(labels);
	return ret < 0 ? ret : 0;
}

/* In front of the pictures stands what the sentences are about. */
static char *highlight(const struct bs_counsel *a)
{
	const char *stock = bs_counsel_stock(a), *choice = bs_counsel_choice(a);
	const char *base = bs_counsel_base(a);
	char *text;

	if (!stock || !strcmp(stock, choice) || !strcmp(stock, base))
		stock = NULL;
	if (!strcmp(base, choice))
		base = NULL;
	if (asprintf(&text, "%s%s%s%s%s,bound", choice, stock ? "," : "", stock ? stock : "",
		     base ? "," : "", base ? base : "") < 0)
		text = NULL;
	return cli_memory(text);
}

/* Record, data and pictures of the finalists, and the advice itself. */
static int write_files(const struct bs_counsel *a, const struct bs_result *r,
		       const struct folder *f, const char *formats, struct bs_error *err)
{
	char *front = highlight(a);
	const struct report_form form = {.formats = formats, .highlight = front};
	char *record = cli_memory(folder_file(f, "record.json"));
	char *advice = cli_memory(folder_file(f, "advice.json"));
	char *cells = cli_memory(folder_file(f, "advice.tsv"));
	int ret = bs_result_write(r, BS_FORMAT_JSON, false, record, err);

	if (!ret)
		ret = bs_counsel_write(a, BS_FORMAT_JSON, false, advice, err);
	if (!ret)
		ret = bs_counsel_write(a, BS_FORMAT_TSV, false, cells, err);
	if (!ret)
		ret = report_plots(record, f, &form, err);
	free(front);
	free(cells);
	free(advice);
	free(record);
	return ret;
}

static int write_plots(const struct advise_input *in, const struct bs_counsel *a, const char *dir)
{
	struct bs_result *r = NULL;
	struct bs_error err;
	struct folder f;
	int ret = compare_finalists(in, a, &r, &err);

	if (!ret)
		ret = folder_open(&f, dir, &err);
	if (!ret) {
		ret = write_files(a, r, &f, in->o.lib.program.plots_format, &err);
		if (ret)
			folder_abandon(&f);
		else
			ret = folder_commit(&f, &err);
	}
	bs_result_free(r);
	if (ret)
		return cli_error(&err);
	fprintf(stderr, "advice, record and pictures: %s\n", dir);
	return 0;
}

/* A folder for each piece of advice, if there are several. */
static char *folder_of(const struct advise_input *in, unsigned int trace, unsigned int kernel)
{
	char *dir = cli_memory(
		outputs_folder(in->o.lib.program.plots, in->traces, in->nr_traces, trace));
	char *path;

	if (in->nr_kernels < 2)
		return dir;
	if (asprintf(&path, "%s/%s", dir, in->kernels[kernel]) < 0)
		path = NULL;
	free(dir);
	return cli_memory(path);
}

/* ---- One piece of advice ------------------------------------------------------------------------ */

static unsigned int nr_of_pieces(const struct advise_input *in)
{
	return in->nr_traces * (in->nr_kernels ? in->nr_kernels : 1);
}

/* Several are one value of JSON, one table of CSV. */
static int print(struct advise_input *in, const struct bs_counsel *a)
{
	const struct bs_program_config *p = &in->o.lib.program;
	const bool several = p->format == BS_FORMAT_JSON && nr_of_pieces(in) > 1;
	const bool headless = in->nr_printed > 0;
	struct bs_error err;
	int status;

	if (several)
		fputs(headless ? ",\n" : "[\n", stdout);
	if ((p->format == BS_FORMAT_TEXT || p->format == BS_FORMAT_MARKDOWN) && headless)
		putchar('\n');
	in->nr_printed++;
	if (!bs_counsel_write(a, p->format, headless, p->output ? p->output : "-", &err))
		return 0;
	status = cli_error(&err);
	if (p->output) {
		cli_warn("the advice follows on standard output instead");
		if (bs_counsel_write(a, p->format, headless, "-", &err))
			cli_error(&err);
	}
	return status;
}

static int tell(struct advise_input *in, const struct bs_counsel *a, const char *dir)
{
	const char *text;
	int status;

	for (unsigned int i = 0; (text = bs_counsel_warning(a, i)); i++)
		cli_warn("%s", text);
	status = print(in, a);
	return dir && !status ? write_plots(in, a, dir) : status;
}

static int advise(struct advise_input *in, unsigned int trace, unsigned int kernel)
{
	struct bs_sim_config *config = &in->o.lib.config;
	struct bs_counsel *a;
	struct bs_error err = {0};
	int ret, status;
	char *dir;

	config->trace_path = in->traces[trace];
	if (in->nr_kernels)
		config->guest.machine.kernel = in->kernels[kernel];
	in->asked.sim = config;
	in->o.progress = progress_begin(in->o.lib.program.quiet);
	in->asked.progress = in->o.progress ? heard : NULL;
	in->asked.progress_arg = in;
	ret = bs_advise(&in->asked, &a, &err);
	progress_end(in->o.progress);
	if (ret < 0)
		return cli_error(&err);
	dir = in->o.lib.program.plots ? folder_of(in, trace, kernel) : NULL;
	status = tell(in, a, dir);
	free(dir);
	bs_counsel_free(a);
	return status ? status : ret ? BS_UNEQUAL : 0;
}

/* Before the first event, not after the last. */
static int check_outputs(const struct advise_input *in)
{
	const struct bs_program_config *p = &in->o.lib.program;
	struct bs_error err;
	int status;

	if (p->output && nr_of_pieces(in) > 1)
		cli_usage("--output",
			  "takes one trace and one kernel; use --plots DIR for several");
	if (p->plots_format && gnuplot_check_formats(p->plots_format, &err))
		return cli_error(&err);
	status = outputs_check_file(p->output);
	return status ? status : outputs_check_folder(p->plots);
}

static int advise_all(struct advise_input *in)
{
	const unsigned int kernels = in->nr_kernels ? in->nr_kernels : 1;
	int status = check_outputs(in);

	if (status)
		return status;
	for (unsigned int i = 0; i < nr_of_pieces(in) && status != BS_INTERRUPTED; i++) {
		const int one = advise(in, i / kernels, i % kernels);

		status = one > status ? one : status;
	}
	if (in->o.lib.program.format == BS_FORMAT_JSON && nr_of_pieces(in) > 1)
		puts(in->nr_printed ? "]" : "[]");
	return status;
}

int cmd_advise(int argc, char **argv)
{
	struct advise_input in = {0};
	const struct argp argp = {
		.options = options,
		.parser = parse,
		.args_doc = "TRACE...\n--load NAME[:PARAM=VALUE,...]",
		.doc = "Try every strategy on each TRACE with many reporting orders, delays and other "
		       "parameters, on a simulated host, and name the setting to choose: what it "
		       "gives back, what it costs, and how sure that is. Status 1: no setting is "
		       "within the limits.",
		.children = in.o.child,
	};
	int status;

	sim_options_init(&in.o, shared);
	bs_advise_defaults(&in.asked);
	in.o.lib.config.host.device.kind = bs_device_for(BS_DEVICE_TIMED);
	cli_parse(&argp, "advise", argc, argv, &in);
	check(&in);
	status = advise_all(&in);
	for (unsigned int i = 0; i < in.nr_kernels; i++)
		free(in.kernels[i]);
	free(in.kernels);
	free(in.load);
	sim_options_free(&in.o);
	return status;
}
