// SPDX-License-Identifier: GPL-2.0-or-later
#include "beside.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const trace_ends[] = {".cborseq.zst", ".cborseq"};
static const char *const state_ends[] = {".state.txt.zst", ".state.txt.gz", ".state.txt", ".state"};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* The name without its ending, unless it is nothing else. */
static size_t stem(const char *trace)
{
	const char *slash = strrchr(trace, '/');
	const size_t base = slash ? (size_t)(slash + 1 - trace) : 0, len = strlen(trace);

	for (size_t i = 0; i < COUNT(trace_ends); i++) {
		const size_t end = strlen(trace_ends[i]);

		if (len > base + end && !strcmp(trace + len - end, trace_ends[i]))
			return len - end;
	}
	return len;
}

int bs_state_beside(const char *trace, char **found, struct bs_error *err)
{
	const size_t len = stem(trace);
	char *path = malloc(len + sizeof(".state.txt.zst"));
	int ret;

	if (!path)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, trace, NULL, "looking for its state");
	memcpy(path, trace, len);
	for (size_t i = 0; i < COUNT(state_ends); i++) {
		strcpy(path + len, state_ends[i]);
		if (!access(path, F_OK)) {
			*found = path;
			return 0;
		}
	}
	path[len] = '\0';
	ret = bs_error_set(err, BS_INPUT, 0, trace, "name the file with --state DUMP",
			   "no state lies beside it: no %s%s, %s, %s or %s", path, state_ends[0],
			   state_ends[1], state_ends[2], state_ends[3]);
	free(path);
	return ret;
}
