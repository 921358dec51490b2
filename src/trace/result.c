// SPDX-License-Identifier: GPL-2.0-or-later
#include "result.h"

#include <stdio.h>
#include <string.h>

#include "reader.h"
#include "writer.h"

#define OF_MAX 160 /* bytes of the old comment that the new one repeats */

/* A byte that goes on a character of UTF-8. */
static bool goes_on(char c)
{
	return (c & 0xc0) == 0x80;
}

void bs_trace_comment_of(struct bs_trace_info *info, const char *head, const char *of)
{
	char text[sizeof(info->comment)];
	size_t n = strlen(of);

	/* What does not fit is left out in whole characters. */
	if (n > OF_MAX)
		for (n = OF_MAX; n && goes_on(of[n]);)
			n--;
	snprintf(text, sizeof(text), "%s%.*s", head, (int)n, of);
	memcpy(info->comment, text, sizeof(text));
}

static int read_back(int fd, const volatile int *stop, struct bs_trace_info *result,
		     struct bs_error *err)
{
	struct bs_trace *t;
	char path[64];
	int ret;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	ret = bs_trace_open(path, &t, err);
	if (ret)
		return ret;
	bs_trace_stop_reading_on(t, stop);
	ret = bs_trace_scan(t, false, err);
	if (!ret) {
		*result = *bs_trace_info(t);
		result->gfp = NULL;
		result->names = NULL;
		result->nr_gfp = result->nr_names = 0;
	}
	bs_trace_close(t);
	return ret;
}

int bs_trace_hand_over(struct bs_trace_writer *w, const struct bs_trace_info *info,
		       const volatile int *stop, struct bs_trace_info *result, struct bs_error *err)
{
	int ret = bs_trace_seal(w, info, err), fd;

	if (result)
		memset(result, 0, sizeof(*result));
	fd = ret || !result ? -1 : bs_trace_writer_fd(w);
	if (fd >= 0) {
		ret = read_back(fd, stop, result, err);
		/* The file has no name yet: say the one that it would have had. */
		if (ret && err)
			snprintf(err->where, sizeof(err->where), "%s", bs_trace_writer_path(w));
	}
	if (!ret)
		return bs_trace_commit(w, err);
	bs_trace_abandon(w);
	return ret;
}
