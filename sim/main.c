// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * main.c - buddysim VERB: finds the verb, says what there is.
 *
 * The program: reads options (sim_options.c, from the library's table), has the library do the work,
 * writes what comes out. It includes the public headers only, and nothing includes it.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"

const struct cli_command cli_commands[] = {
	{"compare", "replay a trace under several reporting strategies: one table, one record",
	 cmd_compare},
	{"run", "replay a trace under one strategy: everything about it", cmd_run},
	{"advise", "try many settings on a trace and name the one to choose", cmd_advise},
	{"trace", "import, describe, check, cut or generate traces", cmd_trace},
	{"sweep", "thousands of cells: plan, run anywhere, merge", cmd_sweep},
	{"state", "what is free now, and start states of it: /proc/buddyinfo is enough", cmd_state},
	{"experiment", "loads of their own, with every strategy: no trace needed", cmd_experiment},
	{"report", "turn a record into data files and pictures", cmd_report},
	{"diff", "what differs between two records, or two cells of one", cmd_diff},
	{"verify", "replay a live kernel's dump, pfn by pfn", cmd_verify},
	{"list", "strategies, devices, workloads, metrics, kernels", cmd_list},
	{"bench", "replay rate and cost per operation on this machine", cmd_bench},
	{"calibrate", "measure this machine's costs, as a preset for --costs", cmd_calibrate},
	{NULL, NULL, NULL},
};

#define NR_COMMANDS (sizeof(cli_commands) / sizeof(cli_commands[0]))

static void print_help(FILE *f)
{
	fputs("Usage: buddysim VERB [OPTION...] [ARGUMENT...]\n"
	      "Simulate a guest's page allocator and compare free page reporting strategies.\n\n",
	      f);
	for (const struct cli_command *c = cli_commands; c->name; c++)
		fprintf(f, "  %-10s %s\n", c->name, c->summary);
	fputs("\n`buddysim VERB --help` describes a verb. Exit status: 0 done, 1 compared unequal or "
	      "over a\nthreshold, 2 usage, 3 bad input, 4 out of a resource, 5 an invariant broke, "
	      "130 interrupted.\n",
	      f);
}

static _Noreturn void unknown(const char *verb)
{
	const char *names[NR_COMMANDS];

	for (size_t i = 0; i < NR_COMMANDS; i++)
		names[i] = cli_commands[i].name;
	cli_unknown("verb", verb, names);
}

int main(int argc, char **argv)
{
	/* A write beyond the limit of file sizes fails then, and is told like any other. */
	signal(SIGXFSZ, SIG_IGN);
	cli_watch_stdout();
	if (argc < 2) {
		print_help(stderr);
		return BS_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		print_help(stdout);
		return 0;
	}
	if (!strcmp(argv[1], "--describe")) {
		describe_verbs(cli_commands);
		return 0;
	}
	if (!strcmp(argv[1], "--version")) {
		puts("buddysim " BS_VERSION);
		return 0;
	}
	for (const struct cli_command *c = cli_commands; c->name; c++)
		if (!strcmp(argv[1], c->name))
			return c->run(argc - 1, argv + 1);
	unknown(argv[1]);
}
