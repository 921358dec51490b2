// SPDX-License-Identifier: GPL-2.0-or-later
#include "gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* What gnuplot can draw, and how a file of it ends. */
static const struct {
	const char *name, *end;
} known_formats[] = {{"svg", "</svg>"}, {"png", "IEND"}, {"pdf", "%%EOF"}};
#define NR_FORMATS (sizeof(known_formats) / sizeof(known_formats[0]))

static int no_memory(struct bs_error *err)
{
	return bs_error_set(err, BS_RESOURCE, ENOMEM, "pictures", NULL, "cannot be drawn");
}

/* The folder that was installed with this program, wherever both have gone to since. */
static char *installed_scripts(void)
{
	char self[4096], *path = NULL;
	const ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	const char *slash;

	if (n <= 0)
		return NULL;
	self[n] = '\0';
	slash = strrchr(self, '/');
	if (!slash || asprintf(&path, "%.*s/%s", (int)(slash - self), self, BS_PLOTS_INSTALLED) < 0)
		return NULL;
	return path;
}

static bool has_scripts(const char *folder)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/resident.gp", folder);
	return !access(path, R_OK);
}

char *gnuplot_scripts(struct bs_error *err)
{
	const char *named = getenv("BUDDYSIM_PLOTS");
	char *folder = named && *named ? strdup(named) : installed_scripts();

	if (folder && has_scripts(folder))
		return folder;
	/* Who names a folder wants no other one. */
	if (!(named && *named) && has_scripts(BS_PLOTS_DIR)) {
		free(folder);
		return strdup(BS_PLOTS_DIR);
	}
	bs_error_set(err, BS_RESOURCE, 0, folder ? folder : BS_PLOTS_INSTALLED,
		     "set BUDDYSIM_PLOTS to the folder with resident.gp",
		     "the gnuplot scripts are not there");
	free(folder);
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

/* Start it, talking into @talk, with the signals that a program usually gets. 0 or errno. */
static int start(char *const argv[], FILE *talk, pid_t *pid)
{
	posix_spawn_file_actions_t fa;
	posix_spawnattr_t attr;
	sigset_t none;
	int e = posix_spawn_file_actions_init(&fa);

	if (e)
		return e;
	e = posix_spawnattr_init(&attr);
	if (e)
		goto out;
	sigemptyset(&none);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
	e = posix_spawn_file_actions_adddup2(&fa, fileno(talk), STDERR_FILENO);
	if (!e)
		e = posix_spawn_file_actions_addopen(&fa, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	/* stdout is data: gnuplot's must not get there. */
	if (!e)
		e = posix_spawn_file_actions_adddup2(&fa, STDERR_FILENO, STDOUT_FILENO);
	if (!e)
		e = posix_spawnp(pid, "gnuplot", &fa, &attr, argv, environ);
	posix_spawnattr_destroy(&attr);
out:
	posix_spawn_file_actions_destroy(&fa);
	return e;
}

/* Until it has ended, or a signal has come that ends us. The signal's number, or 0. */
static int wait_for(pid_t pid, int *status)
{
	sigset_t set, before;
	int signal = 0, got;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, &before);
	while (!signal && !waitpid(pid, status, WNOHANG)) {
		got = sigwaitinfo(&set, NULL);
		if (got > 0 && got != SIGCHLD)
			signal = got;
	}
	if (signal) {
		kill(pid, SIGTERM);
		while (waitpid(pid, status, 0) < 0 && errno == EINTR)
			;
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	return signal;
}

static int not_there(int e, struct bs_error *err)
{
	return bs_error_set(err, BS_RESOURCE, e, "gnuplot", "install the package gnuplot-nox",
			    "cannot be run");
}

static int run_gnuplot(char *const argv[], const char *script, struct bs_error *err)
{
	FILE *talk = tmpfile();
	char text[256];
	int e, status = 0, signal;
	pid_t pid;

	if (!talk)
		return bs_error_set(err, BS_RESOURCE, errno, script, NULL, "no temporary file");
	e = start(argv, talk, &pid);
	if (e) {
		fclose(talk);
		return not_there(e, err);
	}
	signal = wait_for(pid, &status);
	first_complaint(talk, text, sizeof(text));
	fclose(talk);
	/* Ctrl-C reaches gnuplot as well, and may have ended it first. */
	if (signal || (WIFSIGNALED(status) && WTERMSIG(status) == SIGINT))
		return bs_error_set(err, BS_INTERRUPTED, 0, "pictures", NULL,
				    "stopped while they were drawn");
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return not_there(0, err);
	return bs_error_set(
		err, BS_RESOURCE, 0, script,
		"pictures need gnuplot 5.4 with svg, pngcairo and pdfcairo: gnuplot-nox",
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

/* ---- Formats --------------------------------------------------------------------------------- */

/* Number of the format that @text begins with up to a comma; NR_FORMATS: none. */
static size_t format_at(const char *text)
{
	const size_t len = strcspn(text, ",");
	size_t i = 0;

	while (i < NR_FORMATS &&
	       (strlen(known_formats[i].name) != len || memcmp(known_formats[i].name, text, len)))
		i++;
	return i;
}

int gnuplot_check_formats(const char *list, struct bs_error *err)
{
	const char *names[NR_FORMATS + 1] = {NULL}, *near;

	for (size_t i = 0; i < NR_FORMATS; i++)
		names[i] = known_formats[i].name;
	for (const char *p = list;; p++) {
		const size_t len = strcspn(p, ",");

		if (format_at(p) == NR_FORMATS) {
			char word[32];

			snprintf(word, sizeof(word), "%.*s", (int)len, p);
			near = bs_nearest(names, word);
			return bs_error_set(err, BS_USAGE, 0, "--plots-format",
					    "use svg, png or pdf, or several: svg,png",
					    "\"%s\" is no format of pictures%s%s%s", word,
					    near ? "; did you mean \"" : "", near ? near : "",
					    near ? "\"?" : "");
		}
		p += len;
		if (!*p)
			return 0;
	}
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

static int check_whole(const char *dir, const char *name, const char *format, const char *end,
		       struct bs_error *err)
{
	char *path;
	int ret = 0;

	if (asprintf(&path, "%s/%s.%s", dir, name, format) < 0)
		return no_memory(err);
	if (!is_whole(path, end))
		ret = bs_error_set(err, BS_RESOURCE, 0, path, "check the free space there",
				   "the picture is not whole");
	free(path);
	return ret;
}

static int check_all(const char *dir, const char *name, const char *formats, struct bs_error *err)
{
	int ret = 0;

	for (const char *p = formats; !ret; p++) {
		const size_t i = format_at(p);

		ret = check_whole(dir, name, known_formats[i].name, known_formats[i].end, err);
		p += strcspn(p, ",");
		if (!*p)
			break;
	}
	return ret;
}

/* gnuplot's words are apart by spaces. */
static char *formats_setting(const char *formats)
{
	char *s;

	if (asprintf(&s, "formats='%s'", formats) < 0)
		return NULL;
	for (char *c = s; *c; c++)
		if (*c == ',')
			*c = ' ';
	return s;
}

int gnuplot_draw(const char *scripts, const char *name, const char *dir, const char *formats,
		 struct bs_error *err)
{
	char *data = setting("data", dir, NULL), *out = setting("out", dir, name);
	char *how = formats_setting(formats ? formats : known_formats[0].name), *script = NULL;
	int ret;

	if (!data || !out || !how || asprintf(&script, "%s/%s.gp", scripts, name) < 0) {
		script = NULL;
		ret = no_memory(err);
	} else {
		/* -d: the user's own gnuplot settings stay out of it. */
		char *const argv[] = {"gnuplot", "-d", "-e", data,   "-e",
				      out,	 "-e", how,  script, NULL};

		ret = run_gnuplot(argv, script, err);
	}
	if (!ret)
		ret = check_all(dir, name, formats ? formats : known_formats[0].name, err);
	free(script);
	free(how);
	free(out);
	free(data);
	return ret;
}
