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
