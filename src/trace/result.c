// SPDX-License-Identifier: GPL-2.0-or-later
#include "result.h"

#include <string.h>
#include <sys/stat.h>

int bs_trace_result(const char *path, struct bs_trace_info *result, struct bs_error *err)
{
	struct bs_trace *t;
	struct stat st;
	int ret;

	if (result)
		memset(result, 0, sizeof(*result));
	if (!result || !strcmp(path, "-") || stat(path, &st) || !S_ISREG(st.st_mode))
		return 0;
	ret = bs_trace_open(path, &t, err);
	if (ret)
		return ret;
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
