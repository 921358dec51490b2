// SPDX-License-Identifier: GPL-2.0-or-later
#include "outfile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char advice[] = "check the path, its permissions and the free space there";

int bs_outfile_open(struct bs_outfile *o, const char *path, struct bs_error *err)
{
	struct stat st;
	mode_t mask;
	int fd;

	memset(o, 0, sizeof(*o));
	if (!strcmp(path, "-")) {
		o->f = stdout;
		return 0;
	}
	/* A device or pipe cannot be replaced by a rename, and needs not be. */
	if (!stat(path, &st) && !S_ISREG(st.st_mode)) {
		o->f = fopen(path, "we");
		if (!o->f)
			return bs_error_set(err, BS_RESOURCE, errno, path, advice, "cannot write");
		o->path = strdup(path);
		return 0;
	}
	o->path = strdup(path);
	if (!o->path || asprintf(&o->tmp, "%s.tmp-XXXXXX", path) < 0) {
		o->tmp = NULL;
		bs_outfile_abandon(o);
		return bs_error_set(err, BS_RESOURCE, ENOMEM, path, NULL, "cannot write");
	}
	fd = mkstemp(o->tmp);
	o->f = fd < 0 ? NULL : fdopen(fd, "w");
	if (!o->f) {
		int e = errno;

		if (fd >= 0) {
			close(fd);
			unlink(o->tmp);
		}
		free(o->tmp);
		o->tmp = NULL;
		bs_outfile_abandon(o);
		return bs_error_set(err, BS_RESOURCE, e, path, advice, "cannot write");
	}
	/* mkstemp() made it private; the result should be what open() would have made. */
	mask = umask(0);
	umask(mask);
	fchmod(fd, 0666 & ~mask);
	return 0;
}

int bs_outfile_commit(struct bs_outfile *o, struct bs_error *err)
{
	const char *name = o->path ? o->path : "standard output";
	int e = 0, ret = 0;

	if (fflush(o->f) || ferror(o->f))
		e = errno ? errno : EIO;
	else if (o->tmp && fsync(fileno(o->f)))
		e = errno;
	if (o->path && fclose(o->f) && !e)
		e = errno;
	o->f = NULL;
	if (!e && o->tmp && rename(o->tmp, o->path))
		e = errno;
	if (e)
		ret = bs_error_set(err, BS_RESOURCE, e, name, advice, "writing failed");
	else
		free(o->tmp), o->tmp = NULL;
	bs_outfile_abandon(o);
	return ret;
}

void bs_outfile_abandon(struct bs_outfile *o)
{
	if (o->f && o->path)
		fclose(o->f);
	if (o->tmp)
		unlink(o->tmp);
	free(o->tmp);
	free(o->path);
	memset(o, 0, sizeof(*o));
}
