// SPDX-License-Identifier: GPL-2.0-or-later
/* folders.c: parents are made, what is there stays, a file in the way is said. */
#include "bs_test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <buddysim/record.h>

static void test_parents_are_made_and_files_are_in_the_way(void **state)
{
	char top[] = "/tmp/bs-folders-XXXXXX", deep[64], file[64], below[96];
	struct stat st;

	(void)state;
	assert_non_null(mkdtemp(top));
	snprintf(deep, sizeof(deep), "%s/a/b", top);
	snprintf(file, sizeof(file), "%s/a/file", top);
	snprintf(below, sizeof(below), "%s/c", file);
	for (int again = 0; again < 2; again++) {
		assert_int_equal(bs_make_folders(deep), 0);
		assert_int_equal(stat(deep, &st), 0);
		assert_true(S_ISDIR(st.st_mode));
	}
	assert_int_equal(close(open(file, O_CREAT | O_WRONLY, 0600)), 0);
	assert_int_equal(bs_make_folders(below), -ENOTDIR);
	unlink(file);
	rmdir(deep);
	snprintf(deep, sizeof(deep), "%s/a", top);
	rmdir(deep);
	assert_int_equal(rmdir(top), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parents_are_made_and_files_are_in_the_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
