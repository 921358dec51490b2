// SPDX-License-Identifier: GPL-2.0-or-later
/* util/: units, parameters as data, errors, text lines. */
#include "bs_test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "textfile.h"
#include "units.h"

static void test_sizes_and_times(void **state)
{
	uint64_t v;
	char buf[32];

	(void)state;
	assert_int_equal(bs_parse_size("4KiB", &v), 0);
	assert_int_equal(v, 4096);
	assert_int_equal(bs_parse_size("1.5GiB", &v), 0);
	assert_int_equal(v, 1610612736);
	assert_int_equal(bs_parse_size("6G", &v), 0);
	assert_int_equal(v, 6442450944);
	assert_int_equal(bs_parse_time("250ms", &v), 0);
	assert_int_equal(v, 250000000);
	assert_int_equal(bs_parse_time("0.5s", &v), 0);
	assert_int_equal(v, 500000000);
	assert_int_equal(bs_parse_size("", &v), -EINVAL);
	assert_int_equal(bs_parse_size("12parsecs", &v), -EINVAL);
	assert_int_equal(bs_parse_size("-1", &v), -EINVAL);
	assert_int_equal(bs_parse_size("0.3B", &v), -EINVAL); /* not a whole byte */
	assert_int_equal(bs_parse_size("99999999999999999999", &v), -EINVAL);
	assert_int_equal(bs_parse_size("99999999999999TiB", &v), -EINVAL);
	bs_format_size(3 * 1048576, buf, sizeof(buf));
	assert_string_equal(buf, "3MiB");
	bs_format_size(4097, buf, sizeof(buf));
	assert_string_equal(buf, "4097B");
	bs_format_time(2000000000, buf, sizeof(buf));
	assert_string_equal(buf, "2s");
	bs_format_time(0, buf, sizeof(buf));
	assert_string_equal(buf, "0ns");
}

static const char *const ends[] = {"head", "tail", NULL};
static const char *const bugs[] = {"stale", "lost", "hang", NULL};
static const char *const bug_codes[] = {"D1", "D2", "D3", NULL};
static const struct bs_param table[] = {
	{.name = "order", .type = BS_PARAM_ORDER, .def = 9, .max = 10, .help = "lowest order"},
	{.name = "delay", .type = BS_PARAM_TIME, .def = 2000000000, .max = 60000000000},
	{.name = "from", .type = BS_PARAM_ENUM, .names = ends},
	{.name = "defects", .type = BS_PARAM_FLAGS, .names = bugs, .aliases = bug_codes},
	{.name = "warm", .type = BS_PARAM_BOOL, .def = 1},
	{0},
};

static void test_parameters_are_read_and_printed(void **state)
{
	uint64_t v[5];
	struct bs_error err;
	char buf[64];

	(void)state;
	bs_param_defaults(table, v);
	assert_int_equal(v[0], 9);
	assert_ok(bs_param_parse(table, "strategy x",
				 "order=5,delay=250ms,from=tail,defects=stale+D3,warm=off", v,
				 &err),
		  &err);
	assert_int_equal(v[0], 5);
	assert_int_equal(v[1], 250000000);
	assert_int_equal(v[2], 1);
	assert_int_equal(v[3], 5);
	assert_int_equal(v[4], 0);
	bs_param_format(&table[3], 5, buf, sizeof(buf));
	assert_string_equal(buf, "stale+hang"); /* an alias is read, never written */
	bs_param_format(&table[1], v[1], buf, sizeof(buf));
	assert_string_equal(buf, "250ms");
	assert_ok(bs_param_parse(table, "strategy x", "", v, &err), &err);
	assert_ok(bs_param_parse(table, "strategy x", NULL, v, &err), &err);
}

static void assert_refused(const char *text, const char *in_text, const char *in_advice)
{
	uint64_t v[5];
	struct bs_error err;

	bs_param_defaults(table, v);
	assert_int_equal(bs_param_parse(table, "strategy x", text, v, &err), -EINVAL);
	assert_int_equal(err.status, BS_USAGE);
	assert_string_equal(err.where, "strategy x");
	assert_non_null(strstr(err.text, in_text));
	assert_non_null(strstr(err.advice, in_advice));
}

static void test_bad_parameters_say_what_would_be_good(void **state)
{
	(void)state;
	assert_refused("colour=red", "colour", "order, delay, from, defects, warm");
	assert_refused("order=11", "order", "0 to 10");
	assert_refused("order=", "order", "0 to 10");
	assert_refused("delay=soon", "delay", "0ns to 1min");
	assert_refused("from=middle", "from", "head, tail");
	assert_refused("defects=D1+D9", "defects", "stale, lost, hang");
	assert_refused("order", "no value", "name=value");
}

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
		cmocka_unit_test(test_sizes_and_times),
		cmocka_unit_test(test_parameters_are_read_and_printed),
		cmocka_unit_test(test_bad_parameters_say_what_would_be_good),
		cmocka_unit_test(test_lines_plain_gzip_zstd),
		cmocka_unit_test(test_truncated_compression_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
