// SPDX-License-Identifier: GPL-2.0-or-later
/* bench_trace.c - a generated trace for a benchmark, in a file that does not stay. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

char *bench_trace(const char *generator, const char *params, const char *ending, int *status)
{
	const char *dir = getenv("TMPDIR");
	const struct bs_generator *g;
	struct bs_error err;
	char *path;
	int fd;

	*status = 0;
	g = bs_generator_find(generator, &err);
	if (!g) {
		*status = cli_error(&err);
		return NULL;
	}
	if (asprintf(&path, "%s/buddysim-bench-XXXXXX%s", dir && *dir ? dir : "/tmp", ending) < 0) {
		*status = BS_RESOURCE;
		return NULL;
	}
	fd = mkstemps(path, (int)strlen(ending));
	if (fd < 0) {
		bs_error_set(&err, BS_RESOURCE, errno, path, "set TMPDIR to a folder with room",
			     "cannot write");
		*status = cli_error(&err);
		free(path);
		return NULL;
	}
	close(fd);
	if (bs_trace_generate(g, params, 1, NULL, path, cli_stop(), NULL, &err)) {
		*status = cli_error(&err);
		bench_trace_remove(path);
		path = NULL;
	}
	return path;
}

void bench_trace_remove(char *path)
{
	if (path)
		unlink(path);
	free(path);
}
