// SPDX-License-Identifier: GPL-2.0-or-later
#include "sweep_submit.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <buddysim/sweep.h>

#include "cli.h"

/*
 * An engine is a script in sim/engines: what is to be done is the same for all of them, part K of N by
 * `buddysim sweep run DIR --shard K/N`, and how a machine is found for it is theirs.
 */

enum { OPT_ENGINE = 0x1000, OPT_SHARDS, OPT_MERGE };

#define MOST_ENGINES 32
#define PART_SECONDS \
	600.0 /* a part that is lost does not cost more, and starting one costs little */

struct input {
	const char *engine, *dir, *merge;
	unsigned int shards;
	char **rest; /* the engine's own options */
	int nr_rest;
};

/* "engines" beside the program's other data, or in the sources. */
static char *engines_folder(void)
{
	const char *named = getenv("BUDDYSIM_ENGINES");
	char self[4096], *path;
	const ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	if (named && *named)
		return cli_memory(strdup(named));
	self[n > 0 ? n : 0] = '\0';
	slash = strrchr(self, '/');
	if (slash &&
	    asprintf(&path, "%.*s/%s", (int)(slash - self), self, BS_ENGINES_INSTALLED) > 0) {
		if (!access(path, X_OK))
			return path;
		free(path);
	}
	return cli_memory(strdup(BS_ENGINES_DIR));
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Names of the scripts, NULL-terminated; they are the process's until it ends. */
static const char *const *engine_names(const char *folder)
{
	static const char *names[MOST_ENGINES + 1];
	DIR *d = opendir(folder);
	const struct dirent *e;
	unsigned int nr = 0;

	while (d && (e = readdir(d)) && nr < MOST_ENGINES)
		if (e->d_name[0] != '.' && !strchr(e->d_name, '.'))
			names[nr++] = cli_memory(strdup(e->d_name));
	if (d)
		closedir(d);
	names[nr] = NULL;
	qsort(names, nr, sizeof(*names), by_name);
	return names;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct input *in = state->input;

	switch (key) {
	case OPT_ENGINE:
		in->engine = arg;
		return 0;
	case OPT_SHARDS:
		in->shards = (unsigned int)cli_uint("--shards", arg, 1, 1000000);
		return 0;
	case OPT_MERGE:
		in->merge = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (!in->dir) {
			in->dir = arg;
			return 0;
		}
		/* All that follows is for the engine. */
		in->rest = state->argv + state->next - 1;
		in->nr_rest = state->argc - state->next + 1;
		state->next = state->argc;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

/* Parts of ten minutes each on one core, if nobody says otherwise. */
static unsigned int shards_of(const struct input *in, double seconds)
{
	if (in->shards)
		return in->shards;
	return seconds < PART_SECONDS ? 1 : (unsigned int)(seconds / PART_SECONDS) + 1;
}

static void tell_engine(const struct input *in, struct bs_sweep *s)
{
	char text[64], self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	unsigned int shards;
	double seconds;
	uint64_t bytes;

	bs_sweep_needs(s, &seconds, &bytes);
	shards = shards_of(in, seconds);
	self[n > 0 ? n : 0] = '\0';
	/* Where all machines have it installed. */
	if (!getenv("BUDDYSIM"))
		setenv("BUDDYSIM", self, 1);
	snprintf(text, sizeof(text), "%u", shards);
	setenv("SHARDS", text, 1);
	snprintf(text, sizeof(text), "%.0f", seconds / shards + 60);
	setenv("SECONDS_EACH", text, 1);
	snprintf(text, sizeof(text), "%llu", (unsigned long long)(bytes >> 20) + 64);
	setenv("MIB_EACH", text, 1);
	if (in->merge)
		setenv("MERGE", in->merge, 1);
}

static _Noreturn void start(const struct input *in, const char *folder)
{
	char **argv = cli_memory(calloc((size_t)in->nr_rest + 3, sizeof(*argv)));
	struct bs_error err;

	if (asprintf(&argv[0], "%s/%s", folder, in->engine) < 0)
		argv[0] = NULL;
	cli_memory(argv[0]);
	argv[1] = cli_memory(realpath(in->dir, NULL));
	for (int i = 0; i < in->nr_rest; i++)
		argv[2 + i] = in->rest[i];
	fflush(stdout);
	execv(argv[0], argv);
	bs_error_set(&err, BS_RESOURCE, errno, argv[0], NULL, "cannot be started: %s",
		     strerror(errno));
	exit(cli_error(&err));
}

int sweep_submit(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{"engine", OPT_ENGINE, "parallel|slurm", 0,
		 "parallel (GNU parallel, here or over ssh) or slurm (a job array)", 0},
		{"shards", OPT_SHARDS, "N", 0,
		 "Parts (default: so many that each takes ten minutes at most)", 0},
		{"merge", OPT_MERGE, "FILE", 0, "Merge into FILE when all are done", 0},
		{0},
	};
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.args_doc = "DIR [-- ENGINE-OPTION...]",
		.doc = "Have an engine run a plan in parts, `buddysim sweep run DIR --shard K/N`. The machines "
		       "need this program and DIR under the same path. What stands behind -- is the engine's "
		       "own: --sshlogin a,b for parallel, --partition=x for slurm. BUDDYSIM=PATH names the "
		       "program on the machines. A submission that was lost is submitted again: what is done "
		       "is done.",
	};
	struct input in = {0};
	const char *const *names;
	struct bs_sweep *s;
	struct bs_error err;
	char *folder = engines_folder();

	names = engine_names(folder);
	cli_parse(&argp, "sweep submit", argc, argv, &in);
	if (!in.dir)
		cli_usage("DIR", "name the folder that `buddysim sweep plan` made");
	if (!in.engine)
		cli_unknown("engine", "--engine", names);
	for (unsigned int i = 0; !names[i] || strcmp(names[i], in.engine); i++)
		if (!names[i])
			cli_unknown("engine", in.engine, names);
	if (bs_sweep_open(in.dir, &s, &err)) {
		free(folder);
		return cli_error(&err);
	}
	tell_engine(&in, s);
	bs_sweep_close(s);
	start(&in, folder);
}
