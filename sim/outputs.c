// SPDX-License-Identifier: GPL-2.0-or-later
#include "outputs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "cli.h"
#include "folder.h"

static int told(const char *path, int error)
{
	struct bs_error err;

	bs_error_set(&err, BS_RESOURCE, error, path, "check the path and its permissions",
		     "cannot write");
	return cli_error(&err);
}

/* The folder that @path is in; to be free()d. */
static char *parent_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
}

int outputs_check_file(const char *path)
{
	struct stat st;
	char *parent;
	int e = 0;

	if (!path || !strcmp(path, "-"))
		return 0;
	if (!stat(path, &st)) {
		if (S_ISDIR(st.st_mode))
			return told(path, EISDIR);
		/* A device or a pipe is written to where it is; a file is replaced. */
		if (!S_ISREG(st.st_mode))
			return faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) ? told(path, errno) : 0;
	} else if (errno != ENOENT) {
		return told(path, errno);
	}
	parent = parent_of(path);
	if (!parent)
		e = ENOMEM;
	else if (stat(parent, &st) || faccessat(AT_FDCWD, parent, W_OK | X_OK, AT_EACCESS))
		e = errno;
	free(parent);
	return e ? told(path, e) : 0;
}

int outputs_check_folder(const char *path)
{
	struct bs_error err;

	if (!path || !folder_make(path, &err))
		return 0;
	return cli_error(&err);
}

int outputs_check_room(const char *path, uint64_t bytes)
{
	struct statvfs v;
	struct bs_error err;
	struct stat st;
	uint64_t room;
	char *parent;
	bool known;

	if (!path || !strcmp(path, "-") ||
	    (!stat(path, &st) && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)))
		return 0;
	parent = parent_of(path);
	/* Some file systems have no size. */
	known = parent && !statvfs(!stat(path, &st) && S_ISDIR(st.st_mode) ? path : parent, &v) &&
		v.f_blocks;
	free(parent);
	room = known ? (uint64_t)v.f_bavail * v.f_frsize : UINT64_MAX;
	if (room >= bytes)
		return 0;
	bs_error_set(&err, BS_RESOURCE, ENOSPC, path, "make room, or write elsewhere",
		     "about %llu KiB will be written, and there is room for %llu KiB",
		     (unsigned long long)(bytes >> 10), (unsigned long long)(room >> 10));
	return cli_error(&err);
}

/* ---- One folder per trace -------------------------------------------------------------------- */

static size_t name_length(const char *name)
{
	static const char *const endings[] = {".cborseq", ".cborseq.zst"};
	const size_t len = strlen(name);

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		const size_t end = strlen(endings[i]);

		if (len > end && !strcmp(name + len - end, endings[i]))
			return len - end;
	}
	return len;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

/* The name of trace number @index, given those of the ones before it. */
static char *pick_name(const char *trace, char *const *names, unsigned int index)
{
	const char *base = base_name(trace);
	const int len = (int)name_length(base);
	char *name = strndup(base, (size_t)len);

	for (unsigned int n = 2; name; n++) {
		bool is_taken = false;

		for (unsigned int i = 0; i < index; i++)
			is_taken |= !strcmp(names[i], name);
		if (!is_taken)
			return name;
		free(name);
		if (asprintf(&name, "%.*s-%u", len, base, n) < 0)
			return NULL;
	}
	return NULL;
}

char *outputs_folder(const char *dir, char *const *traces, unsigned int nr, unsigned int index)
{
	char **names, *path = NULL;
	unsigned int done = 0;

	if (nr == 1)
		return strdup(dir);
	names = calloc(nr, sizeof(*names));
	while (names && done <= index && (names[done] = pick_name(traces[done], names, done)))
		done++;
	if (done <= index || asprintf(&path, "%s/%s", dir, names[index]) < 0)
		path = NULL;
	while (done)
		free(names[--done]);
	free(names);
	return path;
}
