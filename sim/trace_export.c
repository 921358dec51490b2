// SPDX-License-Identifier: GPL-2.0-or-later
#include "trace_export.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli.h"

struct export_args {
	const char *input, *output, *form;
};

enum { OPT_TO = 0x1000 };

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct export_args *a = state->input;

	switch (key) {
	case 'o':
		a->output = arg;
		return 0;
	case OPT_TO:
		a->form = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (a->input)
			cli_usage(arg, "one argument only; see `%s --help`", state->name);
		a->input = arg;
		return 0;
	case ARGP_KEY_NO_ARGS:
		cli_usage("trace", "nothing named to work on; see `%s --help`", state->name);
	}
	return ARGP_ERR_UNKNOWN;
}

/* "Write ... for another program: operations (...), ..." */
static char *doc(void)
{
	const struct bs_export_form *f;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	fputs("Write the requests of a trace for another program:", out);
	for (unsigned int i = 0; (f = bs_export_form_at(i)); i++)
		fprintf(out, "%s %s (%s)", i ? "," : "", f->name, f->title);
	fputs(".", out);
	return fclose(out) ? NULL : text;
}

const char *trace_as_text(const char *path, char *buf, size_t size)
{
	FILE *text = tmpfile();
	struct bs_error err;
	int ret;

	if (!text) {
		bs_error_set(&err, BS_RESOURCE, errno, path, NULL, "no temporary file");
		exit(cli_error(&err));
	}
	ret = bs_llfree_text(path, text, &err);
	if (ret < 0)
		exit(cli_error(&err));
	if (!ret) {
		snprintf(buf, size, "/proc/self/fd/%d", fileno(text));
		return buf;
	}
	fclose(text);
	return path;
}

int trace_export(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{"to", OPT_TO, "FORM", 0, "for which one (operations)", 0},
		{"output", 'o', "FILE", 0, "where to write (standard output)", 0},
		{0}};
	struct export_args a = {.output = "-"};
	char *text = cli_memory(doc());
	const struct argp argp = {options, parse, "TRACE", text, NULL, NULL, NULL};
	struct bs_trace *t = NULL;
	struct bs_error err = {0};
	int ret;

	cli_parse(&argp, "trace export", argc, argv, &a);
	free(text);
	ret = bs_trace_open(a.input, &t, &err);
	if (!ret) {
		bs_trace_stop_reading_on(t, cli_stop());
		ret = bs_trace_scan(t, false, &err);
	}
	if (!ret)
		ret = bs_trace_export(t, a.form, a.output, &err);
	bs_trace_close(t);
	return ret ? cli_error(&err) : 0;
}
