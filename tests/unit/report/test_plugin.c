// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin.c: what is a path, and what is said of one that is no strategy. (Objects that are one:
 * cli/test_plugin.sh.) */
#include "bs_test.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plugin.h"

static void test_a_path_is_no_name(void **state)
{
	(void)state;
	assert_true(bs_plugin_is_path("./mine"));
	assert_true(bs_plugin_is_path("mine.so"));
	assert_true(bs_plugin_is_path("/usr/lib/mine"));
	assert_false(bs_plugin_is_path("rotation"));
	assert_false(bs_plugin_is_path(".so")); /* no name before it */
	assert_false(bs_plugin_is_path("so"));
}

static void test_what_cannot_be_loaded_is_named(void **state)
{
	/* Not UTF-8: a path is bytes, and said as it is. */
	static const char *const paths[] = {"./absent.so", "./\xff\xfe.so", "absent-in-cwd.so"};
	struct bs_error err;

	(void)state;
	for (unsigned int i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		assert_null(bs_plugin_load(paths[i], &err));
		assert_int_equal(err.status, BS_USAGE);
		assert_string_equal(err.where, paths[i]);
		assert_non_null(strstr(err.text, "cannot load strategy"));
		assert_null(bs_plugin_load(paths[i], NULL));
	}
}

static void test_a_file_that_is_no_object(void **state)
{
	char path[] = "/tmp/bs-plugin-XXXXXX";
	struct bs_error err;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0 && write(fd, "text\n", 5) == 5);
	close(fd);
	assert_null(bs_plugin_load(path, &err));
	assert_string_equal(err.where, path);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_path_is_no_name),
		cmocka_unit_test(test_what_cannot_be_loaded_is_named),
		cmocka_unit_test(test_a_file_that_is_no_object),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
