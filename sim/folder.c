// SPDX-License-Identifier: GPL-2.0-or-later
#include "folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <buddysim/record.h>

static const char private_name[] = ".buddysim-";

static int told(const char *path, int error, struct bs_error *err)
{
	return bs_error_set(err, BS_RESOURCE, error, path,
			    "give a folder that can be written to, with room in it",
			    "cannot be written");
}

int folder_make(const char *dir, struct bs_error *err)
{
	struct stat st;
	int e = -bs_make_folders(dir);

	if (!e && stat(dir, &st))
		e = errno;
	else if (!e && !S_ISDIR(st.st_mode))
		e = ENOTDIR;
	else if (!e && faccessat(AT_FDCWD, dir, W_OK | X_OK, AT_EACCESS))
		e = errno;
	return e ? told(dir, e, err) : 0;
}

static bool is_dots(const char *name)
{
	return !strcmp(name, ".") || !strcmp(name, "..");
}

/* The folder @name in @dir_fd with all files in it. */
static void remove_folder(int dir_fd, const char *name)
{
	const int fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;

	while (d && (e = readdir(d)))
		if (!is_dots(e->d_name))
			unlinkat(fd, e->d_name, 0);
	if (d)
		closedir(d);
	else if (fd >= 0)
		close(fd);
	unlinkat(dir_fd, name, AT_REMOVEDIR);
}

/* Folders that nobody holds the lock of are of runs that were killed. */
static void remove_orphans(int dir_fd)
{
	const int copy = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = copy < 0 ? NULL : fdopendir(copy);
	const struct dirent *e;

	while (d && (e = readdir(d))) {
		int fd;

		if (strncmp(e->d_name, private_name, strlen(private_name)))
			continue;
		fd = openat(dir_fd, e->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd >= 0 && !flock(fd, LOCK_EX | LOCK_NB))
			remove_folder(dir_fd, e->d_name);
		if (fd >= 0)
			close(fd);
	}
	if (d)
		closedir(d);
}

/* Under the lock of the folder around it: a new one is never without its own. 0 or errno. */
static int make_private(struct folder *f)
{
	int e = 0;

	if (asprintf(&f->path, "%s/%sXXXXXX", f->dir, private_name) < 0) {
		f->path = NULL;
		return ENOMEM;
	}
	if (flock(f->dir_fd, LOCK_EX))
		return errno;
	remove_orphans(f->dir_fd);
	if (!mkdtemp(f->path)) {
		e = errno;
		free(f->path);
		f->path = NULL;
	} else {
		f->lock_fd = open(f->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (f->lock_fd < 0 || flock(f->lock_fd, LOCK_EX))
			e = errno;
	}
	flock(f->dir_fd, LOCK_UN);
	return e;
}

static void block_signals(sigset_t *before)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, before);
}

int folder_open(struct folder *f, const char *dir, struct bs_error *err)
{
	int e = -bs_make_folders(dir);

	*f = (struct folder){.dir = dir, .dir_fd = -1, .lock_fd = -1};
	block_signals(&f->signals);
	if (!e) {
		f->dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		e = f->dir_fd < 0 ? errno : make_private(f);
	}
	if (!e)
		return 0;
	folder_abandon(f);
	return told(dir, e, err);
}

char *folder_file(const struct folder *f, const char *name)
{
	char *path;

	return asprintf(&path, "%s/%s", f->path, name) < 0 ? NULL : path;
}

/* 0 or errno. */
static int move_files(const struct folder *f)
{
	DIR *d = opendir(f->path);
	const struct dirent *e;
	int error = d ? 0 : errno;

	while (d && !error && (e = readdir(d)))
		if (!is_dots(e->d_name) && renameat(f->lock_fd, e->d_name, f->dir_fd, e->d_name))
			error = errno;
	if (d)
		closedir(d);
	return error;
}

int folder_commit(struct folder *f, struct bs_error *err)
{
	const char *dir = f->dir;
	int e;

	/* One run at a time, or the files of two would end up side by side. */
	e = flock(f->dir_fd, LOCK_EX) ? errno : move_files(f);
	folder_abandon(f);
	return e ? told(dir, e, err) : 0;
}

void folder_abandon(struct folder *f)
{
	if (f->path)
		remove_folder(f->dir_fd, strrchr(f->path, '/') + 1);
	if (f->lock_fd >= 0)
		close(f->lock_fd);
	if (f->dir_fd >= 0)
		close(f->dir_fd); /* and its lock is gone */
	free(f->path);
	sigprocmask(SIG_SETMASK, &f->signals, NULL);
	*f = (struct folder){.dir_fd = -1, .lock_fd = -1};
}
