// SPDX-License-Identifier: GPL-2.0-or-later
/* digest.c: the examples of FIPS 180-2, and files that cannot be read. */
#include "bs_test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bs_trace_test.h"
#include "digest.h"

static void assert_digest(const void *data, size_t len, const char *expected)
{
	const char *path = bs_test_path("digest");
	char hex[BS_SHA256_HEX];

	bs_test_write_file(path, data, len);
	assert_int_equal(bs_file_sha256(path, hex), 0);
	assert_string_equal(hex, expected);
}

static void test_known_digests(void **state)
{
	const size_t million = 1000000; /* many reads, the last one not full */
	char *a = malloc(million);

	(void)state;
	assert_non_null(a);
	memset(a, 'a', million);
	assert_digest("", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_digest("abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_digest(a, million,
		      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
	free(a);
}

static void test_what_cannot_be_read(void **state)
{
	char hex[BS_SHA256_HEX];

	(void)state;
	assert_int_equal(bs_file_sha256("/nonexistent/trace", hex), -ENOENT);
	assert_int_equal(bs_file_sha256("/", hex), -EISDIR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_digests),
		cmocka_unit_test(test_what_cannot_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
