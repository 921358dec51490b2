// SPDX-License-Identifier: GPL-2.0-or-later
#include "bs_test.h"

#include <glob.h>
#include <inttypes.h>
#include <stdio.h>

#include "bs_verify_test.h"

static void result(void *arg, const struct bs_verify_result *r)
{
	struct bs_verified *sum = arg;

	if (r->total_differences)
		print_error("%s (%s): operation %" PRIu64
			    ": %s\n  expected %s\n  got      %s\nbefore it:\n%s",
			    r->name, r->kernel, r->at, r->what, r->expected, r->got,
			    r->drawn ? r->drawn : "");
	sum->results++;
	sum->without_operations += !r->operations;
	sum->operations += r->operations;
	sum->pfns += r->pfns;
	sum->failures += r->failures;
	sum->checks += r->checks;
	sum->dumps += r->dumps;
}

void bs_verify_glob(const char *pattern, struct bs_verified *sum)
{
	const struct bs_verify_config cfg = {.result = result, .arg = sum};
	glob_t g;

	if (glob(pattern, 0, NULL, &g))
		fail_msg("no file matches %s", pattern);
	for (size_t i = 0; i < g.gl_pathc; i++) {
		struct bs_error err;
		const int ret = bs_verify_file(g.gl_pathv[i], &cfg, &err);

		if (ret < 0)
			fail_msg("%s: %s", err.where, err.text);
		assert_int_equal(ret, 0);
	}
	globfree(&g);
}
