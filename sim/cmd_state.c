// SPDX-License-Identifier: GPL-2.0-or-later
/* cmd_state.c - `buddysim state info|import|diff`: free memory as /proc shows it, and start states. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "progress.h"
#include "snapshot_print.h"

#define MAX_FILES 256

enum {
	OPT_PAGE_SIZE = 0x100,
	OPT_FORMAT,
	OPT_BUDDYINFO,
	OPT_ZONEINFO,
	OPT_PAGETYPEINFO,
	OPT_KPAGEFLAGS,
	OPT_KPAGECOUNT,
	OPT_KERNEL,
	OPT_MEMORY,
	OPT_MACHINE,
	OPT_CPUS,
	OPT_NODE,
	OPT_SEED,
};

/** What any of the verbs may be told. */
struct state_options {
	const char *files[MAX_FILES], *output;
	unsigned int nr_files, wanted; /* wanted: 0 for any number */
	struct bs_state_import import;
	uint64_t page_size;
	enum bs_format format;
};

static void add_file(struct state_options *o, const char *path)
{
	if (o->nr_files == MAX_FILES)
		cli_usage(path, "%d files at most; put samples into one file", MAX_FILES);
	o->files[o->nr_files++] = path;
}

static uint64_t page_size(const char *text)
{
	const uint64_t v = cli_size("--page-size", text);

	if (v < 4096 || v > 1 << 20 || v & (v - 1))
		cli_usage("--page-size", "cannot be \"%s\"; 4KiB, 16KiB or 64KiB", text);
	return v;
}

static error_t parse_import(int key, const char *arg, struct bs_state_import *c)
{
	switch (key) {
	case OPT_KPAGEFLAGS:
		c->pageflags = arg;
		return 0;
	case OPT_KPAGECOUNT:
		c->pagecount = arg;
		return 0;
	case OPT_KERNEL:
		c->kernel = arg;
		return 0;
	case OPT_MEMORY:
		c->memory_bytes = cli_size("--memory", arg);
		return 0;
	case OPT_MACHINE:
		c->machine = cli_machine(arg);
		return 0;
	case OPT_CPUS:
		c->nr_cpus = (unsigned int)cli_uint("--cpus", arg, 1, BS_MAX_CPUS);
		return 0;
	case OPT_NODE:
		c->node = (unsigned int)cli_uint("--node", arg, 0, 1023);
		return 0;
	case OPT_SEED:
		c->seed = cli_uint("--seed", arg, 0, UINT64_MAX);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct state_options *o = state->input;

	switch (key) {
	case 'o':
		o->output = arg;
		return 0;
	case OPT_FORMAT:
		o->format = cli_format(arg);
		if (o->format == BS_FORMAT_CSV)
			cli_usage("--format", "text or json, not csv");
		return 0;
	case OPT_PAGE_SIZE:
		o->page_size = page_size(arg);
		return 0;
	case OPT_BUDDYINFO:
	case OPT_ZONEINFO:
	case OPT_PAGETYPEINFO:
		add_file(o, arg);
		return 0;
	case ARGP_KEY_ARG:
		if (o->wanted && o->nr_files == o->wanted)
			cli_usage(arg, "%s takes %u files", state->name, o->wanted);
		add_file(o, arg);
		return 0;
	case ARGP_KEY_END:
		if (!o->nr_files || o->nr_files < o->wanted)
			cli_usage("state", "no file named; /proc/buddyinfo is one, see `%s --help`",
				  state->name);
		return 0;
	}
	return arg ? parse_import(key, arg, &o->import) : ARGP_ERR_UNKNOWN;
}

static struct state_options read_options(const struct argp_option *options, const char *args,
					 const char *doc, const char *verb, unsigned int wanted,
					 int argc, char **argv)
{
	const struct argp argp = {options, parse, args, doc, NULL, NULL, NULL};
	struct state_options o = {
		.wanted = wanted,
		.import = {.seed = 1, .node = BS_EVERY_NODE, .machine = BS_MACHINE_QEMU_PC}};

	cli_parse(&argp, verb, argc, argv, &o);
	return o;
}

#define FORMAT_OPTION                                                   \
	{                                                               \
		"format", OPT_FORMAT, "text|json", 0, "how to print", 0 \
	}

/* ---- info ------------------------------------------------------------------------------------ */

static int state_info(int argc, char **argv)
{
	static const struct argp_option options[] = {
		FORMAT_OPTION,
		{"page-size", OPT_PAGE_SIZE, "SIZE", 0,
		 "of the machine, where it is not 4 KiB (what the kernel logs says it itself)", 0},
		{0}};
	const struct state_options o = read_options(
		options, "FILE...",
		"What is free, by zone, order and type, and what reporting from each order on could "
		"give back right now. FILEs in any order: /proc/buddyinfo, /proc/pagetypeinfo, "
		"/proc/zoneinfo, /proc/vmstat, /proc/kpageflags, copies of them also in a mail or a "
		"log, what the kernel logs when it runs out of memory, a dump; - is stdin. Many "
		"samples of them: how it moved.",
		"state info", 0, argc, argv);
	struct bs_snapshots *all;
	struct bs_error err = {0};
	uint64_t size;

	if (bs_snapshots_read(o.files, o.nr_files, &all, &err))
		return cli_error(&err);
	size = o.page_size ? o.page_size : all->s[0].page_size;
	state_print(all, size ? size : BS_UNIT_SIZE, o.format);
	bs_snapshots_free(all);
	return 0;
}

/* ---- import ---------------------------------------------------------------------------------- */

static int make(struct state_options *o)
{
	struct bs_state_notes notes;
	struct progress *progress;
	struct bs_error err = {0};
	struct bs_state *s;
	int status = 0;

	o->import.paths = o->files;
	o->import.nr_paths = o->nr_files;
	progress = progress_begin(false);
	progress_tell(progress, "placing what is free and what is used", 0, 0, "");
	status = bs_state_import(&o->import, &s, &notes, &err) ? err.status : 0;
	if (!status) {
		progress_tell(progress, "writing", 0, 0, "");
		status = bs_state_save(s, o->output, &err) ? err.status : 0;
		if (status)
			bs_state_free(s);
	}
	progress_end(progress);
	if (status)
		return cli_error(&err);
	if (strcmp(o->output, "-"))
		state_print_made(s, o->output, &notes);
	for (unsigned int i = 0; !strcmp(o->output, "-") && i < notes.n; i++)
		cli_warn("%s", notes.text[i]);
	bs_state_free(s);
	return status;
}

static int state_import(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{"output", 'o', "FILE", 0, "where the state goes; - is stdout", 0},
		{"buddyinfo", OPT_BUDDYINFO, "FILE", 0, "/proc/buddyinfo, or a copy", 0},
		{"zoneinfo", OPT_ZONEINFO, "FILE", 0, "where the zones are, their marks, CPUs", 0},
		{"pagetypeinfo", OPT_PAGETYPEINFO, "FILE", 0, "free blocks and pageblocks by type",
		 0},
		{"kpageflags", OPT_KPAGEFLAGS, "FILE", 0,
		 "what each page is (also .gz): memory is then where it was", 0},
		{"kpagecount", OPT_KPAGECOUNT, "FILE", 0,
		 "who is mapped; counts as movable where kpageflags shows no list", 0},
		{"seed", OPT_SEED, "N", 0, "of what is drawn: placement, order within lists (1)",
		 0},
		{"kernel", OPT_KERNEL, "NAME", 0,
		 "kernel model, or the machine's release (`uname -r`) that one fits", 0},
		{"memory", OPT_MEMORY, "SIZE", 0, "of the guest, where no zoneinfo says it", 0},
		{"machine", OPT_MACHINE, "NAME", 0,
		 "size of a page, and with --memory where memory lies (see `list machines`)", 0},
		{"layout", OPT_MACHINE, "NAME", OPTION_HIDDEN, "", 0},
		{"cpus", OPT_CPUS, "N", 0, "simulated CPUs (as zoneinfo says)", 0},
		{"node", OPT_NODE, "N", 0, "one node of several (all that zoneinfo has)", 0},
		{0}};
	struct state_options o = read_options(
		options, "[FILE...]",
		"Make a state that --state takes. From counts alone: a placement drawn from the seed "
		"that has exactly these free blocks by zone, order and type. With --kpageflags: free "
		"memory and the LRU are where they were. FILEs are recognised, as for `state info`; "
		"the first sample counts.",
		"state import", 0, argc, argv);

	if (!o.output)
		cli_usage("-o", "say where the state goes: -o NAME.state");
	if (o.import.pagecount && !o.import.pageflags)
		cli_usage("--kpagecount", "says nothing without --kpageflags");
	return make(&o);
}

/* ---- diff ------------------------------------------------------------------------------------ */

/* The last snapshot of a file: what a run ended with, or was recorded at the end. */
static int read_last(const char *path, struct bs_snapshots **all)
{
	struct bs_error err = {0};

	return bs_snapshots_read(&path, 1, all, &err) ? cli_error(&err) : 0;
}

static int state_diff(int argc, char **argv)
{
	static const struct argp_option options[] = {FORMAT_OPTION, {0}};
	const struct state_options o = read_options(
		options, "A B",
		"Which counts of free blocks differ between two states or snapshots, by zone, order "
		"and, where both know it, type; of a file with several, the last one. Ends with status "
		"1 if any does.",
		"state diff", 2, argc, argv);
	struct bs_snapshots *a, *b;
	int status = read_last(o.files[0], &a);

	if (status)
		return status;
	status = read_last(o.files[1], &b);
	if (!status) {
		status = state_print_diff(&a->s[a->n - 1], &b->s[b->n - 1], o.format) ? BS_UNEQUAL
										      : 0;
		bs_snapshots_free(b);
	}
	bs_snapshots_free(a);
	return status;
}

/* ---- The verb -------------------------------------------------------------------------------- */

static const struct cli_command verbs[] = {
	{"info", "what is free now, and what each order could give back", state_info},
	{"import", "a start state for --state out of what /proc says", state_import},
	{"diff", "which counts of free blocks differ between two", state_diff},
	{NULL, NULL, NULL},
};

int cmd_state(int argc, char **argv)
{
	return cli_verbs("state", verbs, argc, argv);
}
