/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * folder.h - several files that take their places in a folder together: those of one run, or none.
 *
 * They are made in a folder of their own inside it, which others do not look into. Two runs into one
 * folder do not see each other's files, and who is done last has all of his there. A run that is
 * stopped takes its folder with it; what one that was killed outright left is removed by the next.
 *
 * From folder_open() on SIGINT, SIGTERM and SIGHUP wait, until the folder is gone: what takes long in
 * between has to look for them (gnuplot.c does).
 */
#ifndef BS_SIM_FOLDER_H
#define BS_SIM_FOLDER_H

#include <signal.h>

#include <buddysim/buddysim.h>

struct folder {
	const char *dir; /* where the files shall be; the caller's */
	char *path; /* where they are made */
	int dir_fd, lock_fd;
	sigset_t signals; /* that were blocked before */
};

/* Make a folder with its parents, or find that files can be put into the one there is. 0, or negative
 * with @err. */
int folder_make(const char *dir, struct bs_error *err);
/* @dir is made, with its parents, if it is not there. 0, or negative with @err. */
int folder_open(struct folder *f, const char *dir, struct bs_error *err);
/* Path of a file in the making, to be free()d; NULL when out of memory. */
char *folder_file(const struct folder *f, const char *name);
/* All of them take their places. 0, or negative with @err. Nothing is left to abandon either way. */
int folder_commit(struct folder *f, struct bs_error *err);
void folder_abandon(struct folder *f);

#endif
