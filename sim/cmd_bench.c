// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_bench.c - `buddysim bench`: how fast this build is on this machine. Medians with the spread;
 * ratios within one run are worth more than any absolute figure (anchors.md F).
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"
#include "sim_options.h"

struct bench_input {
	const char *what, *events, *kernel;
	unsigned int runs;
	struct sim_options o; /* of which only the strategies and the format */
	bool only_memory; /* an option was given that the others do not have */
};

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * BS_NS_PER_S + (uint64_t)ts.tv_nsec;
}

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

int bench_trace(const char *generator, const char *params, char *path)
{
	const struct bs_generator *g;
	struct bs_trace_info info;
	struct bs_error err;
	int fd, status = 0;

	g = bs_generator_find(generator, &err);
	if (!g)
		return cli_error(&err);
	fd = mkstemps(path, 8);
	if (fd < 0) {
		cli_warn("cannot write below /tmp");
		return BS_RESOURCE;
	}
	close(fd);
	if (bs_trace_generate(g, params, 1, path, NULL, &info, &err))
		status = cli_error(&err);
	if (status)
		unlink(path);
	return status;
}

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
	cfg.guest.machine.kernel = in->kernel;
	if (bs_compare(&cfg, &r, &err) < 0)
		return cli_error(&err);
	/* By CPU time: what else runs on this machine does not count. */
	if (bs_result_measured(r, 0, "cpu_ns", &cpu) || bs_result_measured(r, 0, "events", &events))
		events = 0, cpu = 1;
	*rate = (double)events * 1e3 / (double)(cpu ? cpu : 1);
	bs_result_free(r);
	return 0;
}

static int bench_replay(const struct bench_input *in)
{
	static const struct {
		const char *strategy;
		enum bs_touch touch;
		const char *what;
	} cases[] = {
		{"none", BS_TOUCH_NONE, "replay, none, touch none"},
		{"none", BS_TOUCH_PAGE, "replay, none, residency modelled"},
		{"rotation", BS_TOUCH_NONE, "replay, rotation, touch none"},
		{"rotation", BS_TOUCH_PAGE, "replay, rotation, residency modelled"},
	};
	char path[] = BENCH_TRACE, params[160];
	double rate[64];
	int status;

	snprintf(params, sizeof(params), "events=%s,live=300000,memory=16GiB", in->events);
	fprintf(stderr, "generating churn:%s\n", params);
	status = bench_trace("churn", params, path);
	if (status)
		return status;
	for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]) && !status; k++) {
		for (unsigned int i = 0; i < in->runs && !status; i++)
			status = replay_once(in, path, cases[k].strategy, cases[k].touch, &rate[i]);
		if (!status)
			print_spread(cases[k].what, rate, in->runs, "M events/s");
	}
	unlink(path);
	return status;
}

/* ---- Operations ------------------------------------------------------------------------------ */

#define PAIRS 2000000u

static double pair_ns(struct bs_machine *m, unsigned int gfp, unsigned int order)
{
	uint64_t begin = now_ns();

	for (unsigned int i = 0; i < PAIRS; i++)
		bs_free_pages(m, 0, bs_alloc_pages(m, 0, gfp, order), order);
	return (double)(now_ns() - begin) / PAIRS;
}

static double bulk_ns(struct bs_machine *m, bs_pfn *pfns, unsigned int n)
{
	uint64_t begin = now_ns();

	for (unsigned int i = 0; i < n; i++)
		pfns[i] = bs_alloc_pages(m, 0, BS_GFP_HIGHUSER_MOVABLE, 0);
	for (unsigned int i = 0; i < n; i++)
		bs_free_pages(m, 0, pfns[i], 0);
	return (double)(now_ns() - begin) / (2.0 * n);
}

static int bench_ops(const struct bench_input *in)
{
	static const unsigned int orders[] = {0, 1, 3, 4, 6, 9, 10};
	struct bs_machine_config mc = {.kernel = in->kernel, .memory_bytes = UINT64_C(1) << 30};
	const unsigned int bulk = 200000;
	bs_pfn *pfns = calloc(bulk, sizeof(*pfns));
	struct bs_machine *m;
	struct bs_error err;
	double ns[64];

	if (!pfns)
		return BS_RESOURCE;
	if (bs_machine_create(&mc, &m, &err)) {
		free(pfns);
		return cli_error(&err);
	}
	for (size_t k = 0; k < sizeof(orders) / sizeof(orders[0]); k++) {
		char what[64];

		for (unsigned int i = 0; i < in->runs; i++)
			ns[i] = pair_ns(m, BS_GFP_HIGHUSER_MOVABLE, orders[k]);
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
	struct bs_machine_config mc = {.kernel = in->kernel, .memory_bytes = UINT64_C(1) << 40};
	double ms[64], mib[64];

	for (unsigned int i = 0; i < in->runs; i++) {
		double before = resident_mib();
		uint64_t begin = now_ns();
		struct bs_machine *m;
		struct bs_error err;

		if (bs_machine_create(&mc, &m, &err))
			return cli_error(&err);
		ms[i] = (double)(now_ns() - begin) / 1e6;
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
	return bench_memory(in->o.cfg.strategies, in->o.cfg.nr_strategies, in->kernel,
			    in->o.format);
}

static const struct {
	const char *name;
	int (*run)(const struct bench_input *);
} benches[] = {
	{"ops", bench_ops},
	{"start", bench_start},
	{"replay", bench_replay},
	{"memory", run_memory},
};

enum { OPT_EVENTS = 256, OPT_RUNS, OPT_BENCH_KERNEL, OPT_BENCH_FORMAT };

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct bench_input *in = state->input;

	switch (key) {
	case OPT_EVENTS:
		in->events = arg;
		return 0;
	case OPT_RUNS:
		in->runs = (unsigned int)cli_uint("--runs", arg, 1, 64);
		return 0;
	case OPT_BENCH_KERNEL:
		in->kernel = bs_kernel_names()[cli_enum("--kernel", arg, bs_kernel_names())];
		return 0;
	case 's':
		sim_options_add_strategies(&in->o, arg);
		in->only_memory = true;
		return 0;
	case OPT_BENCH_FORMAT:
		in->o.format = cli_format(arg);
		in->only_memory = true;
		return 0;
	case ARGP_KEY_ARG:
		if (in->what)
			return ARGP_ERR_UNKNOWN;
		in->what = arg;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

int cmd_bench(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{"events", OPT_EVENTS, "N", 0, "Events of the generated trace (default 50000000)",
		 0},
		{"runs", OPT_RUNS, "N", 0, "Runs per figure, 1 to 64 (default 5)", 0},
		{"kernel", OPT_BENCH_KERNEL, "NAME", 0, "Kernel model (default linux-6.1)", 0},
		{"strategy", 's', "LIST", 0,
		 "Of memory: strategies, as `compare` takes them; default all", 0},
		{"format", OPT_BENCH_FORMAT, "NAME", 0, "Of memory: text (default), json, csv", 0},
		{0},
	};
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.args_doc = "[ops|start|replay|memory]",
		.doc = "Measure this build on this machine: cost per operation, start of a 1 TiB "
		       "guest, replay rate with the null device (churn, 16 GiB guest, 300 thousand "
		       "live blocks; events per second of CPU time). Median first, then the "
		       "spread. memory: what each strategy's own state takes per page, GiB, zone "
		       "and CPU, found by running it in guests of several shapes, beside what its "
		       "series took; the same on every machine.",
	};
	struct bench_input in = {.events = "50000000", .runs = 5, .kernel = "linux-6.1"};
	bool found = false;
	int status = 0;

	cli_parse(&argp, "bench", argc, argv, &in);
	if (in.only_memory && (!in.what || strcmp(in.what, "memory")))
		cli_usage(in.what ? in.what : "bench",
			  "only `bench memory` takes --strategy and --format");
	if (!in.o.cfg.nr_strategies)
		sim_options_add_strategies(&in.o, "all");
	for (size_t i = 0; i < sizeof(benches) / sizeof(benches[0]) && !status; i++) {
		if (in.what && strcmp(in.what, benches[i].name))
			continue;
		found = true;
		status = benches[i].run(&in);
	}
	if (!found)
		cli_usage(in.what, "unknown benchmark; use ops, start, replay or memory");
	sim_options_free(&in.o);
	return status;
}
