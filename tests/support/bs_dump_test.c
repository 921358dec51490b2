// SPDX-License-Identifier: GPL-2.0-or-later
#include "bs_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bs_dump_test.h"

char *bs_test_file(const char *text, const char *suffix)
{
	char *path;
	FILE *f;
	int fd;

	assert_true(asprintf(&path, "/tmp/bs-dump-XXXXXX%s", suffix) > 0);
	fd = mkstemps(path, (int)strlen(suffix));
	assert_true(fd >= 0);
	f = fdopen(fd, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
	return path;
}

static void keep_result(void *arg, const struct bs_verify_result *r)
{
	*(struct bs_verify_result *)arg = *r;
}

int bs_test_verify(const char *text, struct bs_verify_result *r, struct bs_error *err)
{
	const struct bs_verify_config cfg = {.result = keep_result, .arg = r};
	char *path = bs_test_file(text, ".txt");
	int ret;

	memset(r, 0, sizeof(*r));
	ret = bs_verify_file(path, &cfg, err);
	unlink(path);
	free(path);
	r->drawn = NULL;
	return ret;
}

void bs_test_exact(const char *text, unsigned int operations)
{
	struct bs_verify_result r;
	struct bs_error err;

	if (bs_test_verify(text, &r, &err))
		fail_msg("%s: expected %s, got %s", r.what, r.expected, r.got);
	assert_int_equal(r.operations, operations);
}

void bs_test_differs(const char *text, unsigned int at, const char *expected, const char *got)
{
	struct bs_verify_result r;
	struct bs_error err;

	assert_int_equal(bs_test_verify(text, &r, &err), 1);
	if (!strstr(r.expected, expected) || !strstr(r.got, got) || r.at != at)
		fail_msg("%u: %s: expected %s, got %s", (unsigned int)r.at, r.what, r.expected,
			 r.got);
}

void bs_test_refused(const char *text, const char *says)
{
	struct bs_verify_result r;
	struct bs_error err = {0};

	if (bs_test_verify(text, &r, &err) >= 0)
		fail_msg("accepted: %s", text);
	assert_int_equal(err.status, BS_INPUT);
	if (!strstr(err.text, says))
		fail_msg("%s: %s", err.where, err.text);
}
