/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * outfile.h - an output that appears whole or not at all: written under a temporary name beside
 * its final place, flushed, checked, renamed. "-" is stdout.
 */
#ifndef BS_OUTFILE_H
#define BS_OUTFILE_H

#include <stdio.h>

#include <buddysim/types.h>

struct bs_outfile {
	FILE *f;
	char *path, *tmp; /* NULL for stdout */
};

/* 0, or negative with @err (BS_RESOURCE) naming the path. */
int bs_outfile_open(struct bs_outfile *o, const char *path, struct bs_error *err);
/* Flush, fsync, rename: 0, or negative with @err; the temporary file is gone either way. */
int bs_outfile_commit(struct bs_outfile *o, struct bs_error *err);
void bs_outfile_abandon(struct bs_outfile *o);

#endif
