// SPDX-License-Identifier: GPL-2.0-or-later
/* util/textfile: lines of a file, plain or compressed. */
#include "bs_test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "textfile.h"

static void in_scratch(char *path, size_t size, const char *name)
{
	snprintf(path, size, "/tmp/bs-util-%d-%s", (int)getpid(), name);
}

static void write_bytes(const char *path, const void *bytes, size_t n)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	fclose(f);
}

static void assert_lines(const char *path)
{
	struct bs_textfile *t;
	struct bs_error err;
	char *line;

	assert_ok(bs_textfile_open(path, &t, &err), &err);
	assert_int_equal(bs_textfile_line(t, &line, &err), 3);
	assert_string_equal(line, "one");
	assert_int_equal(bs_textfile_line(t, &line, &err), 0);
	assert_int_equal(bs_textfile_line(t, &line, &err), 5);
	assert_string_equal(line, "three");
	assert_int_equal(bs_textfile_number(t), 3);
	assert_int_equal(bs_textfile_line(t, &line, &err), -1);
	bs_textfile_close(t);
}

static void test_lines_plain_gzip_zstd(void **state)
{
	static const char text[] = "one\n\nthree"; /* the last line has no newline */
	char path[128], packed[256];
	size_t n;
	gzFile gz;

	(void)state;
	in_scratch(path, sizeof(path), "lines");
	write_bytes(path, text, strlen(text));
	assert_lines(path);
	gz = gzopen(path, "w");
	gzwrite(gz, text, (unsigned int)strlen(text));
	gzclose(gz);
	assert_lines(path);
	n = ZSTD_compress(packed, sizeof(packed), text, strlen(text), 1);
	write_bytes(path, packed, n);
	assert_lines(path);
	unlink(path);
}

/* Cut anywhere, a compressed file is an error that says so, never a short success. */
static void test_truncated_compression_is_noticed(void **state)
{
	char path[128], packed[4096], text[2000];
	struct bs_textfile *t;
	struct bs_error err;
	char *line;
	size_t n;

	(void)state;
	in_scratch(path, sizeof(path), "cut");
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = i % 40 == 39 ? '\n' : (char)('a' + i * 7 % 26);
	n = ZSTD_compress(packed, sizeof(packed), text, sizeof(text), 1);
	for (size_t cut = 5; cut < n; cut += 7) {
		long len;

		write_bytes(path, packed, cut);
		assert_ok(bs_textfile_open(path, &t, &err), &err);
		while ((len = bs_textfile_line(t, &line, &err)) >= 0)
			;
		assert_int_equal(len, -EBADMSG);
		assert_int_equal(err.status, BS_INPUT);
		assert_string_equal(err.where, path);
		bs_textfile_close(t);
	}
	assert_int_equal(bs_textfile_open("/nonexistent/file", &t, &err), -ENOENT);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines_plain_gzip_zstd),
		cmocka_unit_test(test_truncated_compression_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
