// SPDX-License-Identifier: GPL-2.0-or-later
#include "outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where the bytes go. stdio forgets why a write failed before anybody asks; this does not. */
struct bs_outfile_cookie {
	int fd;
	int error; /* of the first write that failed */
	bool in_place; /* stdout, a device, a pipe: nothing to rename */
	bool linkable; /* made by O_TMPFILE */
};

static ssize_t sink_write(void *cookie, const char *buf, size_t n)
{
	struct bs_outfile_cookie *s = cookie;
	size_t done = 0;

	while (done < n && !s->error) {
		const ssize_t w = write(s->fd, buf + done, n - done);

		if (w >= 0)
			done += (size_t)w;
		else if (errno != EINTR)
			s->error = errno;
	}
	if (s->error)
		errno = s->error;
	return (ssize_t)done;
}

static int told(const char *path, int error, const char *what, struct bs_error *err)
{
	const char *advice = "check the path and its permissions";

	if (error == ENOSPC || error == EDQUOT)
		advice = "make room there, or choose another place";
	else if (error == EFBIG)
		advice = "raise the limit of file sizes (ulimit -f)";
	else if (error == ENOMEM)
		advice = NULL;
	return bs_error_set(err, BS_RESOURCE, error, path, advice, "%s", what);
}

/* ---- Files without a name -------------------------------------------------------------------- */

/* @path, in a string of its own, with something behind it that nobody else has. */
static char *beside(const char *path, unsigned int attempt)
{
	char *name;

	if (asprintf(&name, "%s.tmp-%ld-%u", path, (long)getpid(), attempt) < 0)
		return NULL;
	return name;
}

/* A new file beside @path: its descriptor, and its name in @name; or -errno. */
static int create_beside(const char *path, char **name)
{
	for (unsigned int attempt = 0;; attempt++) {
		int fd;

		*name = beside(path, attempt);
		if (!*name)
			return -ENOMEM;
		fd = open(*name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (fd >= 0)
			return fd;
		fd = -errno;
		free(*name);
		*name = NULL;
		if (fd != -EEXIST)
			return fd;
	}
}

static int open_unlinked(const char *path)
{
	char *name;
	int fd = create_beside(path, &name);

	if (fd >= 0)
		unlink(name);
	free(name);
	return fd;
}

static int open_nameless(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *dir = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
	int fd = dir ? open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0666) : -1;

	free(dir);
	return fd;
}

static int open_sink(struct bs_outfile_cookie *s, const char *path, bool plain)
{
	struct stat st;

	/* A device or pipe cannot be replaced by a rename, and needs not be. */
	if (!stat(path, &st) && !S_ISREG(st.st_mode)) {
		s->in_place = true;
		s->fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
		return s->fd < 0 ? -errno : 0;
	}
	s->fd = plain ? -1 : open_nameless(path);
	s->linkable = s->fd >= 0;
	/* Why it was refused does not matter: if it is the path's fault this one says so. */
	if (s->fd < 0)
		s->fd = open_unlinked(path);
	return s->fd < 0 ? s->fd : 0;
}

static int open_file(struct bs_outfile *o, const char *path, bool plain, struct bs_error *err)
{
	const bool to_stdout = !strcmp(path, "-");
	int ret = 0;

	*o = (struct bs_outfile){.sink = calloc(1, sizeof(*o->sink))};
	if (!o->sink)
		return told(path, ENOMEM, "cannot write", err);
	o->sink->fd = -1;
	if (to_stdout) {
		/* What was printed before comes first. */
		if (fflush(stdout))
			o->sink->error = errno;
		o->sink->fd = STDOUT_FILENO;
		o->sink->in_place = true;
	} else {
		ret = open_sink(o->sink, path, plain);
		o->path = strdup(path);
	}
	if (!ret)
		o->f = fopencookie(o->sink, "w", (cookie_io_functions_t){.write = sink_write});
	if (o->f && (to_stdout || o->path))
		return 0;
	bs_outfile_abandon(o);
	return told(path, ret ? -ret : ENOMEM, "cannot write", err);
}

int bs_outfile_open(struct bs_outfile *o, const char *path, struct bs_error *err)
{
	return open_file(o, path, false, err);
}

int bs_outfile_open_plain(struct bs_outfile *o, const char *path, struct bs_error *err)
{
	return open_file(o, path, true, err);
}

int bs_outfile_fd(const struct bs_outfile *o)
{
	return o->sink->in_place ? -1 : o->sink->fd;
}

/* ---- A whole file gets its name -------------------------------------------------------------- */

/* Under a temporary name beside @path, for there is a file there that it replaces. */
static int link_beside(const char *self, const char *path, char **name)
{
	for (unsigned int attempt = 0;; attempt++) {
		int ret;

		*name = beside(path, attempt);
		if (!*name)
			return -ENOMEM;
		if (!linkat(AT_FDCWD, self, AT_FDCWD, *name, AT_SYMLINK_FOLLOW))
			return 0;
		ret = -errno;
		free(*name);
		*name = NULL;
		if (ret != -EEXIST)
			return ret;
	}
}

static int copy(int from, int to)
{
	char buf[1 << 16];
	struct bs_outfile_cookie s = {.fd = to};
	ssize_t n;

	if (lseek(from, 0, SEEK_SET))
		return -errno;
	while ((n = read(from, buf, sizeof(buf))) > 0)
		if (sink_write(&s, buf, (size_t)n) < n)
			return -s.error;
	if (n < 0 || fsync(to))
		return -errno;
	return 0;
}

static int copy_beside(int from, const char *path, char **name)
{
	int fd = create_beside(path, name), ret;

	if (fd < 0)
		return fd;
	ret = copy(from, fd);
	if (close(fd) && !ret)
		ret = -errno;
	return ret;
}

/* 0 or -errno. */
static int take_place(const struct bs_outfile_cookie *s, const char *path)
{
	char self[32], *name = NULL;
	int ret = -ENOENT;

	snprintf(self, sizeof(self), "/proc/self/fd/%d", s->fd);
	if (s->linkable) {
		if (!linkat(AT_FDCWD, self, AT_FDCWD, path, AT_SYMLINK_FOLLOW))
			return 0;
		if (errno == EEXIST)
			ret = link_beside(self, path, &name);
	}
	/* It never had a name, or /proc is not there. */
	if (ret && !name)
		ret = copy_beside(s->fd, path, &name);
	if (!ret && rename(name, path))
		ret = -errno;
	if (ret && name)
		unlink(name);
	free(name);
	return ret;
}

static int publish(const struct bs_outfile_cookie *s, const char *path)
{
	sigset_t all, before;
	int ret;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	ret = take_place(s, path);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return ret;
}

static int write_failed(const struct bs_outfile *o, int error, struct bs_error *err)
{
	return told(o->path ? o->path : "standard output", error, "writing failed", err);
}

int bs_outfile_failed(const struct bs_outfile *o, struct bs_error *err)
{
	return write_failed(o, o->sink->error ? o->sink->error : EIO, err);
}

int bs_outfile_commit(struct bs_outfile *o, struct bs_error *err)
{
	struct bs_outfile_cookie *s = o->sink;
	int ret = 0, e = 0;

	if (fflush(o->f) || ferror(o->f))
		e = s->error ? s->error : EIO;
	else if (s->error)
		e = s->error;
	else if (!s->in_place && fsync(s->fd))
		e = errno;
	else if (!s->in_place)
		e = -publish(s, o->path);
	if (o->path && close(s->fd) && !e)
		e = errno;
	s->fd = -1;
	if (e)
		ret = write_failed(o, e, err);
	bs_outfile_abandon(o);
	return ret;
}

void bs_outfile_abandon(struct bs_outfile *o)
{
	if (o->f)
		fclose(o->f);
	if (o->path && o->sink && o->sink->fd >= 0)
		close(o->sink->fd);
	free(o->sink);
	free(o->path);
	memset(o, 0, sizeof(*o));
}
