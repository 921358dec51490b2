/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * outfile.h - an output that appears whole or not at all, and leaves nothing behind however the
 * program ends. "-" is stdout.
 *
 * What is written has no name until it is whole (O_TMPFILE): whoever is killed meanwhile, by whatever
 * signal, needs no handler and no list of files to remove, for the kernel drops a file without a name
 * by itself. A file system that cannot do that gets a file that is unlinked at once, and copied when
 * it is whole. Only while a whole file takes its name, or the place of an older one, is there a
 * temporary name beside it; signals wait for that moment to pass.
 *
 * Writing beyond a limit of file sizes raises SIGXFSZ, which kills by default. The library does not
 * change its process' signals: a program that ignores it gets the error instead.
 */
#ifndef BS_OUTFILE_H
#define BS_OUTFILE_H

#include <stdio.h>

#include <buddysim/types.h>

struct bs_outfile_cookie;

struct bs_outfile {
	FILE *f;
	char *path; /* NULL for stdout */
	struct bs_outfile_cookie *sink;
};

/* 0, or negative with @err (BS_RESOURCE) naming the path. */
int bs_outfile_open(struct bs_outfile *o, const char *path, struct bs_error *err);
/* The same, as on a file system that knows no files without a name. */
int bs_outfile_open_plain(struct bs_outfile *o, const char *path, struct bs_error *err);
/* The file as it is so far, to be looked at before it has a name (/proc/self/fd/N, after a flush); -1
 * for what is written in place: stdout, a device, a pipe. */
int bs_outfile_fd(const struct bs_outfile *o);
/* Flush, fsync, give it its name: 0, or negative with @err, which has the cause of the first write
 * that failed. Nothing is left to abandon either way. */
int bs_outfile_commit(struct bs_outfile *o, struct bs_error *err);
/* For who notices a failed write before that: the negative value that it has, and @err. */
int bs_outfile_failed(const struct bs_outfile *o, struct bs_error *err);
void bs_outfile_abandon(struct bs_outfile *o);

#endif
