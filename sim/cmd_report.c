// SPDX-License-Identifier: GPL-2.0-or-later
/* cmd_report.c - `buddysim report`: a record's figures as TSV, and the pictures drawn from them. */
#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli.h"

extern char **environ;

static const char *const pictures[] = {"resident", "orders", "cost_gain", NULL};

/* ---- gnuplot -------------------------------------------------------------------------------- */

static int no_memory(struct bs_error *err)
{
	return bs_error_set(err, BS_RESOURCE, ENOMEM, "pictures", NULL, "cannot be drawn");
}

/* The folder with the scripts: the user's, else the installed one, else the source tree's. */
static const char *find_scripts(struct bs_error *err)
{
	const char *const places[] = {getenv("BUDDYSIM_PLOTS"), BS_PLOTS_INSTALLED, BS_PLOTS_DIR};

	for (unsigned int i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		char path[4096];

		if (!places[i] || !*places[i])
			continue;
		snprintf(path, sizeof(path), "%s/%s.gp", places[i], pictures[0]);
		if (!access(path, R_OK))
			return places[i];
		/* Who names a folder wants no other one. */
		if (!i)
			break;
	}
	bs_error_set(err, BS_RESOURCE, 0, places[0] ? places[0] : BS_PLOTS_INSTALLED,
		     "set BUDDYSIM_PLOTS to the folder with resident.gp",
		     "the gnuplot scripts are not there");
	return NULL;
}

/* The first line of what gnuplot complained about that says something. */
static void first_complaint(FILE *f, char *text, size_t size)
{
	char line[256];

	snprintf(text, size, "no message");
	rewind(f);
	while (fgets(line, sizeof(line), f)) {
		size_t blank = strspn(line, " \t^\n");

		line[strcspn(line, "\n")] = '\0';
		/* gnuplot repeats the line with a caret under it; the message comes after. */
		if (!line[blank] || !strstr(line, "line "))
			continue;
		snprintf(text, size, "%s", line + blank);
		return;
	}
}

static int run_gnuplot(char *const argv[], const char *script, struct bs_error *err)
{
	posix_spawn_file_actions_t fa;
	FILE *talk = tmpfile();
	char text[256];
	int e, status;
	pid_t pid;

	if (!talk)
		return bs_error_set(err, BS_RESOURCE, errno, script, NULL, "no temporary file");
	e = posix_spawn_file_actions_init(&fa);
	if (!e) {
		e = posix_spawn_file_actions_adddup2(&fa, fileno(talk), STDERR_FILENO);
		if (!e)
			e = posix_spawn_file_actions_addopen(&fa, STDIN_FILENO, "/dev/null",
							     O_RDONLY, 0);
		/* stdout is data: gnuplot's must not get there. */
		if (!e)
			e = posix_spawn_file_actions_adddup2(&fa, STDERR_FILENO, STDOUT_FILENO);
		if (!e)
			e = posix_spawnp(&pid, "gnuplot", &fa, NULL, argv, environ);
		posix_spawn_file_actions_destroy(&fa);
	}
	if (e) {
		fclose(talk);
		return bs_error_set(err, BS_RESOURCE, e, "gnuplot",
				    "install the package gnuplot-nox", "cannot be run");
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	first_complaint(talk, text, sizeof(text));
	fclose(talk);
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return bs_error_set(err, BS_RESOURCE, 0, "gnuplot",
				    "install the package gnuplot-nox", "cannot be run");
	return bs_error_set(err, BS_RESOURCE, 0, script,
			    "pictures need gnuplot 5.4 with svg and pngcairo: gnuplot-nox",
			    "gnuplot failed: %s", text);
}

/*
 * The setting name='DIR/FILE' for gnuplot -e. In its single quotes only the quote itself is special;
 * but a name that begins with < or | would be a command to it, so none begins with what the user
 * gave, unless that is a /.
 */
static char *setting(const char *name, const char *dir, const char *file)
{
	char *s = NULL;
	size_t size;
	FILE *f = open_memstream(&s, &size);

	if (!f)
		return NULL;
	fprintf(f, "%s='%s", name, *dir == '/' ? "" : "./");
	for (; *dir; dir++)
		fputs(*dir == '\'' ? "''" : (char[]){*dir, '\0'}, f);
	fprintf(f, "%s%s'", file ? "/" : "", file ? file : "");
	if (!fclose(f))
		return s;
	free(s);
	return NULL;
}

/* gnuplot does not say when the disk was full: a whole picture ends the way its format ends. */
static bool is_whole(const char *path, const char *end)
{
	char tail[16];
	FILE *f = fopen(path, "re");
	bool whole;

	if (!f)
		return false;
	whole = !fseek(f, -(long)sizeof(tail), SEEK_END) &&
		fread(tail, 1, sizeof(tail), f) == sizeof(tail) &&
		memmem(tail, sizeof(tail), end, strlen(end));
	fclose(f);
	return whole;
}

/* DIR/NAME.tmp.FORMAT becomes DIR/NAME.FORMAT, or goes. */
static int finish(const char *dir, const char *name, const char *format, int ret,
		  struct bs_error *err)
{
	char *tmp = NULL, *path = NULL;

	if (asprintf(&tmp, "%s/%s.tmp.%s", dir, name, format) < 0)
		return ret ? ret : no_memory(err);
	if (asprintf(&path, "%s/%s.%s", dir, name, format) < 0) {
		path = NULL;
		ret = ret ? ret : no_memory(err);
	} else if (!ret && !is_whole(tmp, strcmp(format, "svg") ? "IEND" : "</svg>")) {
		ret = bs_error_set(err, BS_RESOURCE, 0, path, "check the free space there",
				   "the picture is not whole");
	} else if (!ret && rename(tmp, path)) {
		ret = bs_error_set(err, BS_RESOURCE, errno, path, NULL, "cannot be written");
	}
	if (ret)
		unlink(tmp);
	free(path);
	free(tmp);
	return ret;
}

static int draw(const char *scripts, const char *name, const char *dir, struct bs_error *err)
{
	char *data = setting("data", dir, NULL), *out, *script = NULL, tmp[64];
	int ret;

	snprintf(tmp, sizeof(tmp), "%s.tmp", name);
	out = setting("out", dir, tmp);
	if (!data || !out || asprintf(&script, "%s/%s.gp", scripts, name) < 0) {
		script = NULL;
		ret = no_memory(err);
	} else {
		/* -d: the user's own gnuplot settings stay out of it. */
		char *const argv[] = {"gnuplot", "-d", "-e", data, "-e", out, script, NULL};

		ret = run_gnuplot(argv, script, err);
		ret = finish(dir, name, "svg", ret, err);
		ret = finish(dir, name, "png", ret, err);
	}
	free(script);
	free(out);
	free(data);
	return ret;
}

int report_picture(const char *name, const char *dir, struct bs_error *err)
{
	const char *scripts = find_scripts(err);

	return scripts ? draw(scripts, name, dir, err) : -ENOENT;
}

int report_plots(const char *record_path, const char *dir, struct bs_error *err)
{
	const char *scripts = find_scripts(err);
	int ret;

	if (!scripts)
		return -ENOENT;
	ret = bs_record_data(record_path, dir, NULL, err);
	if (ret == 1)
		return bs_error_set(err, BS_INPUT, 0, record_path,
				    "run the comparison again without --no-timeline",
				    "the record has no timeline to draw");
	for (unsigned int i = 0; pictures[i] && !ret; i++)
		ret = draw(scripts, pictures[i], dir, err);
	return ret;
}

/* ---- The verb ------------------------------------------------------------------------------- */

struct options {
	const char *record, *data, *plots;
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 'd':
		o->data = arg;
		return 0;
	case 'p':
		o->plots = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (o->record)
			argp_error(state, "one record at a time: \"%s\" is a second one", arg);
		o->record = arg;
		return 0;
	case ARGP_KEY_END:
		if (!o->record)
			argp_error(state, "no record given");
		if (!o->data && !o->plots)
			argp_error(state, "nothing to do: give --data DIR or --plots DIR");
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

int cmd_report(int argc, char **argv)
{
	static const struct argp_option list[] = {
		{"data", 'd', "DIR", 0, "Write cells.tsv, timeline.tsv and orders-*.tsv into DIR",
		 0},
		{"plots", 'p', "DIR", 0,
		 "The same, and draw resident, orders and cost_gain as SVG and PNG there", 0},
		{0},
	};
	static const struct argp argp = {
		.options = list,
		.parser = parse_option,
		.args_doc = "RECORD",
		.doc = "Data files and pictures from a record that `compare --format json` wrote "
		       "(- reads it from stdin).",
	};
	struct options o = {0};
	struct bs_error err;

	cli_parse(&argp, "report", argc, argv, &o);
	if (o.data && bs_record_data(o.record, o.data, NULL, &err) < 0)
		return cli_error(&err);
	if (o.plots && report_plots(o.record, o.plots, &err) < 0)
		return cli_error(&err);
	return BS_OK;
}
