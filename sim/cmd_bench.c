// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_bench.c - `buddysim bench`: how fast this build is on this machine, beside yardsticks and goals. Ratios within
 * one run are worth more than any absolute figure.
 */
#include <stdlib.h>
#include <string.h>

#include "bench_parts.h"
#include "sim_options.h"

struct bench_input {
	const char *what, *log;
	uint64_t events, text_bytes;
	unsigned int runs;
	bool quick;
	struct sim_options o; /* of which only strategies, kernel and format */
};

static const char *const groups[] = {"allocator", "replay", "trace", "import", "verify",
				     "report",	  "device", "scale", "memory", NULL};
#define MEMORY "memory" /* reads no clock, and has a table of its own */

enum { OPT_EVENTS = 1000, OPT_RUNS, OPT_TEXT, OPT_QUICK, OPT_LOG };

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct bench_input *in = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &in->o;
		return 0;
	case OPT_EVENTS:
		in->events = cli_uint("--events", arg, 1000, 1000000000);
		return 0;
	case OPT_TEXT:
		in->text_bytes = cli_size("--text", arg);
		return 0;
	case OPT_RUNS:
		in->runs = (unsigned int)cli_uint("--runs", arg, 1, BENCH_MOST_RUNS);
		return 0;
	case OPT_QUICK:
		in->quick = true;
		return 0;
	case OPT_LOG:
		in->log = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (in->what)
			return ARGP_ERR_UNKNOWN;
		in->what = arg;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static void check(const struct bench_input *in)
{
	const bool memory = in->what && !strcmp(in->what, MEMORY);
	const enum bs_format f = in->o.lib.program.format;
	size_t i = 0;

	while (in->what && groups[i] && strcmp(in->what, groups[i]))
		i++;
	if (in->what && !groups[i])
		cli_unknown("benchmark", in->what, groups);
	if (memory)
		return;
	if (bs_option_given(&in->o.lib, "strategy"))
		cli_usage(in->what ? in->what : "bench", "only `bench memory` takes --strategy");
	if (f != BS_FORMAT_TEXT && f != BS_FORMAT_JSON)
		cli_usage("--format", "only `bench memory` has other forms than text and json");
}

/* What is enough to see that everything works. */
static void settle(const struct bench_input *in, struct bench_setting *b)
{
	*b = (struct bench_setting){
		.kernel = in->o.lib.config.guest.machine.kernel,
		.log = in->log,
		.quick = in->quick,
		.events = in->events  ? in->events
			  : in->quick ? 200000
				      : 20000000,
		.text_bytes = in->text_bytes ? in->text_bytes
			      : in->quick    ? 2000000
					     : UINT64_C(200) << 20,
		.runs = in->runs    ? in->runs
			: in->quick ? 1
				    : 3,
	};
}

int cmd_bench(int argc, char **argv)
{
	static const char *const shared[] = {"strategy", "kernel", "format", NULL};
	static const struct argp_option options[] = {
		{"events", OPT_EVENTS, "N", 0, "Events of the generated trace (default 20000000)",
		 0},
		{"text", OPT_TEXT, "SIZE", 0, "Size of the texts to import (default 200MiB)", 0},
		{"runs", OPT_RUNS, "N", 0,
		 "Runs per figure, 1 to 64, of which the best counts (default 3)", 0},
		{"log", OPT_LOG, "FILE", 0, "A kernel's log to verify, as `verify` takes it", 0},
		{"quick", OPT_QUICK, NULL, 0,
		 "Little of everything, once: does it work, not how fast it is", 0},
		{0},
	};
	struct bench_input in = {0};
	const struct argp argp = {
		.options = options,
		.parser = parse,
		.args_doc = "[allocator|replay|trace|import|verify|report|device|scale|memory]",
		.doc = "Measure this build on this machine, beside yardsticks and goals: cost of "
		       "single operations, replay of a long trace (churn, 16 GiB guest, 300 "
		       "thousand live blocks), decoding, import, verify, what a reported block "
		       "and a request cost, large guests. The yardstick is the least that a buddy "
		       "allocator can do. All of them unless one is named. memory: what each "
		       "strategy's own state takes per page, GiB, zone and CPU, beside what its "
		       "series took; the same on every machine; only memory takes --strategy "
		       "(default all).",
		.children = in.o.child,
	};
	const struct bench_row *const parts[] = {bench_allocator_rows, bench_run_rows,
						 bench_decode_rows, bench_device_rows,
						 bench_scale_rows};
	struct bench_setting b;
	int status;

	sim_options_init(&in.o, shared);
	in.o.strategies = "all";
	cli_parse(&argp, "bench", argc, argv, &in);
	check(&in);
	settle(&in, &b);
	b.progress = progress_begin(false);
	if (in.what && !strcmp(in.what, MEMORY))
		status = bench_memory(&in.o.lib.config, in.o.lib.program.format, b.progress);
	else
		status = bench_rows(&b, parts, sizeof(parts) / sizeof(parts[0]), in.what,
				    in.o.lib.program.format);
	progress_end(b.progress);
	sim_options_free(&in.o);
	return status;
}
