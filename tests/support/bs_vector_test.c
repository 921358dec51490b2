// SPDX-License-Identifier: GPL-2.0-or-later
#include "bs_test.h"

#include <glob.h>
#include <stdio.h>
#include <string.h>

#include "bs_vector_test.h"
#include "strategy_vectors.h"

/* ".../boundary-04.ops.gz" -> ".../boundary-04.out.gz" */
static void expected_of(const char *ops, char *out, size_t size)
{
	const char *end = strstr(ops, ".ops");

	assert_non_null(end);
	snprintf(out, size, "%.*s.out%s", (int)(end - ops), ops, end + 4);
}

static void replay(const char *ops)
{
	struct bs_vector_result r;
	struct bs_error err;
	char out[512];

	expected_of(ops, out, sizeof(out));
	assert_ok(bs_strategy_vector_run(ops, out, &r, &err), &err);
	if (!r.equal)
		fail_msg("%s line %llu: %s\n  expected %s\n  got      %s", ops,
			 (unsigned long long)r.at, r.command, r.expected, r.got);
	assert_true(r.lines > 0);
	bs_vector_result_free(&r);
}

size_t bs_replay_vectors(const char *pattern)
{
	glob_t found;
	size_t n = 0;

	if (!glob(pattern, 0, NULL, &found)) {
		for (n = 0; n < found.gl_pathc; n++)
			replay(found.gl_pathv[n]);
	}
	globfree(&found);
	return n;
}
