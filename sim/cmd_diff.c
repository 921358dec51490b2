// SPDX-License-Identifier: GPL-2.0-or-later
/* cmd_diff.c - `buddysim diff`: two records, or two cells of one, side by side. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

#define MAX_THRESHOLDS 256

struct diff_input {
	const char *record[2], *cells;
	const char *thresholds[MAX_THRESHOLDS];
	unsigned int nr_records, nr_thresholds;
	enum bs_format format;
};

static void check_input(const struct diff_input *in)
{
	if (!in->nr_records)
		cli_usage("diff", "no record given; see `buddysim diff --help`");
	if (in->nr_records == 1 && !in->cells)
		cli_usage(
			in->record[0],
			"there is nothing to compare it with; give a second record, or two of its "
			"cells: --cells LABEL,LABEL");
	if (in->nr_records == 2 && !strcmp(in->record[0], "-") && !strcmp(in->record[1], "-"))
		cli_usage("-", "standard input has one record only; name a file for the other");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct diff_input *in = state->input;

	switch (key) {
	case 'c':
		in->cells = arg;
		return 0;
	case 'f':
		in->format = cli_format(arg);
		return 0;
	case 't':
		if (in->nr_thresholds == MAX_THRESHOLDS)
			cli_usage("--threshold", "may be given %d times at most", MAX_THRESHOLDS);
		in->thresholds[in->nr_thresholds++] = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (in->nr_records == 2)
			cli_usage(arg, "diff takes two records");
		in->record[in->nr_records++] = arg;
		return 0;
	case ARGP_KEY_END:
		check_input(in);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

/* What makes no sense is said before anything is printed. */
static int tell(struct bs_diff *d, const struct diff_input *in)
{
	int status = 0;
	const char *text;
	struct bs_error err;

	for (unsigned int i = 0; i < in->nr_thresholds; i++) {
		const int ret = bs_diff_threshold(d, in->thresholds[i], &err);

		if (ret < 0)
			return cli_error(&err);
		if (ret)
			status = BS_UNEQUAL;
	}
	if (bs_diff_print(d, in->format, stdout)) {
		bs_error_set(&err, BS_RESOURCE, 0, "standard output", NULL, "writing failed");
		return cli_error(&err);
	}
	for (unsigned int i = 0; (text = bs_diff_crossed(d, i)); i++)
		fprintf(stderr, "buddysim: --threshold %s\n", text);
	return status;
}

int cmd_diff(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{"cells", 'c', "LABEL,LABEL", 0,
		 "Compare these two cells: the first one of A, the second one of B, or of A where no B "
		 "is given",
		 0},
		{"threshold", 't', "[CELL/]FIGURE:LIMIT", CLI_AGAIN,
		 "End with status 1 if FIGURE differs by more than LIMIT: 2% of A's value, or an amount "
		 "in its unit (64MiB, 5ms, 100); +2% if it grew by more, -2% if it fell by more. May be "
		 "given again",
		 0},
		{"format", 'f', "text|json|csv", 0, "What to print on stdout (default text)", 0},
		{0},
	};
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.args_doc = "A [B]",
		.doc = "Which figures and which configuration differ between two records, by how much. "
		       "A and B are what `compare --format json` wrote, also with an older schema (- "
		       "reads one of them from stdin). Cells are paired by their labels. The timeline, "
		       "and what was measured on the host, are not compared.",
	};
	struct diff_input in = {.format = BS_FORMAT_TEXT};
	struct bs_diff *d;
	struct bs_error err;
	int status;

	cli_parse(&argp, "diff", argc, argv, &in);
	if (bs_diff_records(in.record[0], in.record[1], in.cells, &d, &err))
		return cli_error(&err);
	status = tell(d, &in);
	bs_diff_free(d);
	return status;
}
