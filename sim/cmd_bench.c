// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_bench.c - `buddysim bench`: how fast this build is on this machine. Medians with the spread;
 * ratios within one run are worth more than any absolute figure.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bench.h"
#include "real_time.h"
#include "sim_options.h"

#define MOST_RUNS 64

struct bench_input {
	const char *what, *events;
	uint64_t text_bytes;
	unsigned int runs;
	struct progress *progress;
	struct sim_options o; /* of which only strategies, kernel and format */
};

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void print_spread(const char *what, double *v, unsigned int n, const char *unit)
{
	qsort(v, n, sizeof(*v), by_value);
	printf("%-44s %10.2f %s  (%.2f to %.2f in %u runs)\n", what, v[n / 2], unit, v[0], v[n - 1],
	       n);
}

/* ---- Replay rate ----------------------------------------------------------------------------- */

static int replay_once(const struct bench_input *in, const char *path, const char *strategy,
		       enum bs_touch touch, double *rate)
{
	struct bs_sim_config cfg;
	struct bs_result *r;
	struct bs_error err;
	uint64_t events, cpu;

	bs_sim_defaults(&cfg);
	cfg.trace_path = path;
	cfg.strategies = &strategy;
	cfg.nr_strategies = 1;
	cfg.host.device.kind = bs_device_for(BS_DEVICE_INSTANT);
	cfg.host.device.touch = touch;
	cfg.guest.machine.kernel = in->o.lib.config.guest.machine.kernel;
	cfg.output.timeline = false;
	cfg.output.stop = cli_stop();
	if (bs_compare(&cfg, &r, &err) < 0) {
		bs_result_free(r);
		return cli_error(&err);
	}
	/* By CPU time: what else runs on this machine does not count. */
	if (bs_result_measured(r, 0, "cpu_ns", &cpu) || bs_result_measured(r, 0, "events", &events))
		events = 0, cpu = 1;
	*rate = (double)events * 1e3 / (double)(cpu ? cpu : 1);
	bs_result_free(r);
	return 0;
}

/* What does nothing, and what a kernel of today does. */
static const struct bs_strategy *kernels_own(void)
{
	const struct bs_strategy *s;

	for (unsigned int i = 0; (s = bs_strategy_at(i)); i++)
		if ((s->caps & BS_CAP_STOCK) && !(s->caps & (BS_CAP_IDLE | BS_CAP_CLIENT)))
			return s;
	return bs_strategy_at(0);
}

static int bench_replay(const struct bench_input *in)
{
	static const struct {
		enum bs_touch touch;
		const char *what;
	} cases[] = {
		{BS_TOUCH_NONE, "touch none"},
		{BS_TOUCH_PAGE, "residency modelled"},
	};
	char params[160], what[80], *path;
	double rate[MOST_RUNS];
	int status;

	snprintf(params, sizeof(params), "events=%s,live=300000,memory=16GiB", in->events);
	fprintf(stderr, "generating churn:%s\n", params);
	progress_tell(in->progress, "generating", 0, 0, "");
	path = bench_trace("churn", params, ".cborseq", &status);
	for (size_t k = 0; k < 4 && !status; k++) {
		const char *strategy =
			(k < 2 ? bs_strategy_with(BS_CAP_IDLE) : kernels_own())->name;

		for (unsigned int i = 0; i < in->runs && !status; i++) {
			progress_tell(in->progress, "replaying", k * in->runs + i, 4 * in->runs,
				      "runs");
			status = replay_once(in, path, strategy, cases[k % 2].touch, &rate[i]);
		}
		progress_wipe(in->progress);
		snprintf(what, sizeof(what), "replay, %s, %s", strategy, cases[k % 2].what);
		if (!status)
			print_spread(what, rate, in->runs, "M events/s");
	}
	bench_trace_remove(path);
	return status;
}

/* ---- Operations ------------------------------------------------------------------------------ */

#define PAIRS 2000000u

static double pair_ns(struct bs_machine *m, unsigned int gfp, unsigned int order)
{
	uint64_t begin = real_ns();

	for (unsigned int i = 0; i < PAIRS; i++)
		bs_free_pages(m, 0, bs_alloc_pages(m, 0, gfp, order), order);
	return (double)(real_ns() - begin) / PAIRS;
}

static double bulk_ns(struct bs_machine *m, bs_pfn *pfns, unsigned int n)
{
	uint64_t begin = real_ns();

	for (unsigned int i = 0; i < n; i++)
		pfns[i] = bs_alloc_pages(m, 0, BS_GFP_HIGHUSER_MOVABLE, 0);
	for (unsigned int i = 0; i < n; i++)
		bs_free_pages(m, 0, pfns[i], 0);
	return (double)(real_ns() - begin) / (2.0 * n);
}

static int bench_ops(const struct bench_input *in)
{
	static const unsigned int orders[] = {0, 1, 3, 4, 6, 9, 10};
	struct bs_machine_config mc = {.kernel = in->o.lib.config.guest.machine.kernel,
				       .memory_bytes = UINT64_C(1) << 30};
	const unsigned int bulk = 200000;
	bs_pfn *pfns = calloc(bulk, sizeof(*pfns));
	struct bs_machine *m;
	struct bs_error err;
	double ns[MOST_RUNS];

	if (!pfns)
		return BS_RESOURCE;
	if (bs_machine_create(&mc, &m, &err)) {
		free(pfns);
		return cli_error(&err);
	}
	for (size_t k = 0; k < sizeof(orders) / sizeof(orders[0]); k++) {
		char what[64];

		progress_tell(in->progress, "allocating", k, sizeof(orders) / sizeof(orders[0]),
			      "orders");
		for (unsigned int i = 0; i < in->runs; i++)
			ns[i] = pair_ns(m, BS_GFP_HIGHUSER_MOVABLE, orders[k]);
		progress_wipe(in->progress);
		snprintf(what, sizeof(what), "alloc+free pair, order %u, 1 GiB", orders[k]);
		print_spread(what, ns, in->runs, "ns");
	}
	for (unsigned int i = 0; i < in->runs; i++)
		ns[i] = bulk_ns(m, pfns, bulk);
	print_spread("order 0 in bulk, per operation", ns, in->runs, "ns");
	bs_machine_destroy(m);
	free(pfns);
	return 0;
}

/* ---- Start ----------------------------------------------------------------------------------- */

/* Growth of this process's resident memory while @m was made, in MiB. */
static double resident_mib(void)
{
	long size, resident = 0;
	FILE *f = fopen("/proc/self/statm", "re");

	if (f && fscanf(f, "%ld %ld", &size, &resident) != 2)
		resident = 0;
	if (f)
		fclose(f);
	return (double)resident * (double)sysconf(_SC_PAGESIZE) / (1 << 20);
}

static int bench_start(const struct bench_input *in)
{
	struct bs_machine_config mc = {.kernel = in->o.lib.config.guest.machine.kernel,
				       .memory_bytes = UINT64_C(1) << 40};
	double ms[MOST_RUNS], mib[MOST_RUNS];

	for (unsigned int i = 0; i < in->runs; i++) {
		double before = resident_mib();
		uint64_t begin = real_ns();
		struct bs_machine *m;
		struct bs_error err;

		if (bs_machine_create(&mc, &m, &err))
			return cli_error(&err);
		ms[i] = (double)(real_ns() - begin) / 1e6;
		mib[i] = resident_mib() - before;
		bs_machine_destroy(m);
	}
	print_spread("start a guest of 1 TiB", ms, in->runs, "ms");
	print_spread("... resident memory it takes", mib, in->runs, "MiB");
	return 0;
}

/* ---- Memory ---------------------------------------------------------------------------------- */

static int run_memory(const struct bench_input *in)
{
	return bench_memory(&in->o.lib.config, in->o.lib.program.format, in->progress);
}

/* ---- Import ---------------------------------------------------------------------------------- */

static int run_import(const struct bench_input *in)
{
	fprintf(stderr, "making texts of %" PRIu64 " MB\n", in->text_bytes / 1000000);
	return bench_import(in->text_bytes, in->runs, print_spread, in->progress);
}

static int run_trace(const struct bench_input *in)
{
	return bench_decode(in->events, in->runs, in->progress);
}

static const struct {
	const char *name;
	int (*run)(const struct bench_input *);
} benches[] = {
	{"ops", bench_ops},   {"start", bench_start}, {"replay", bench_replay},
	{"trace", run_trace}, {"import", run_import}, {"memory", run_memory},
};
#define NR_BENCHES (sizeof(benches) / sizeof(benches[0]))

enum { OPT_EVENTS = 1000, OPT_RUNS, OPT_TEXT };

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct bench_input *in = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &in->o;
		return 0;
	case OPT_EVENTS:
		in->events = arg;
		return 0;
	case OPT_TEXT:
		in->text_bytes = cli_size("--text", arg);
		return 0;
	case OPT_RUNS:
		in->runs = (unsigned int)cli_uint("--runs", arg, 1, MOST_RUNS);
		return 0;
	case ARGP_KEY_ARG:
		if (in->what)
			return ARGP_ERR_UNKNOWN;
		in->what = arg;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

/* Is @in's option one that the others than memory do not have? */
static bool is_of_memory(const struct bench_input *in)
{
	return bs_option_given(&in->o.lib, "strategy") || bs_option_given(&in->o.lib, "format");
}

static int run_benches(const struct bench_input *in)
{
	const char *names[NR_BENCHES + 1] = {NULL};
	bool found = false;
	int status = 0;

	for (size_t i = 0; i < NR_BENCHES && !status; i++) {
		names[i] = benches[i].name;
		if (in->what && strcmp(in->what, benches[i].name))
			continue;
		found = true;
		status = benches[i].run(in);
	}
	if (!found)
		cli_unknown("benchmark", in->what, names);
	return status;
}

int cmd_bench(int argc, char **argv)
{
	static const char *const shared[] = {"strategy", "kernel", "format", NULL};
	static const struct argp_option options[] = {
		{"events", OPT_EVENTS, "N", 0, "Events of the generated trace (default 50000000)",
		 0},
		{"text", OPT_TEXT, "SIZE", 0, "Size of the texts to import (default 200MiB)", 0},
		{"runs", OPT_RUNS, "N", 0, "Runs per figure, 1 to 64 (default 5)", 0},
		{0},
	};
	struct bench_input in = {
		.events = "50000000", .text_bytes = UINT64_C(200) << 20, .runs = 5};
	const struct argp argp = {
		.options = options,
		.parser = parse,
		.args_doc = "[ops|start|replay|trace|import|memory]",
		.doc = "Measure this build on this machine: cost per operation, start of a 1 TiB "
		       "guest, replay rate with a device that takes no time (churn, 16 GiB guest, "
		       "300 thousand live blocks; events per second of CPU time). Median first, "
		       "then the spread. trace: how fast a trace is read, what an event takes, and the "
		       "way from the file to the record, each with its goal. import: text read per second of CPU time. memory: what each strategy's own state takes per page, "
		       "GiB, zone and CPU, found by running it in guests of several shapes, beside "
		       "what its series took; the same on every machine; only memory takes "
		       "--strategy (default all) and --format.",
		.children = in.o.child,
	};
	int status;

	sim_options_init(&in.o, shared);
	in.o.strategies = "all";
	cli_parse(&argp, "bench", argc, argv, &in);
	if (is_of_memory(&in) && (!in.what || strcmp(in.what, "memory")))
		cli_usage(in.what ? in.what : "bench",
			  "only `bench memory` takes --strategy and --format");
	in.progress = progress_begin(false);
	status = run_benches(&in);
	progress_end(in.progress);
	sim_options_free(&in.o);
	return status;
}
