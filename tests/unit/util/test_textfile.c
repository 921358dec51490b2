// SPDX-License-Identifier: GPL-2.0-or-later
/* util/textfile: lines of a file, plain or compressed. */
#include "bs_test.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
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

typedef int filter_fn(struct archive *a);

/* Every way to pack text that people have, by one of its writers. */
static const struct {
	const char *name;
	filter_fn *add;
} filters[] = {
	{"gzip", archive_write_add_filter_gzip}, {"zstd", archive_write_add_filter_zstd},
	{"xz", archive_write_add_filter_xz},	 {"bzip2", archive_write_add_filter_bzip2},
	{"lz4", archive_write_add_filter_lz4},
};
#define NR_FILTERS (sizeof(filters) / sizeof(filters[0]))

static void write_packed(const char *path, filter_fn *add, const char *text, size_t n)
{
	struct archive *a = archive_write_new();
	struct archive_entry *e = archive_entry_new();

	archive_entry_set_pathname(e, "text");
	archive_entry_set_filetype(e, AE_IFREG);
	assert_int_equal(add(a), ARCHIVE_OK);
	archive_write_set_format_raw(a);
	archive_write_set_bytes_in_last_block(a, 1);
	assert_int_equal(archive_write_open_filename(a, path), ARCHIVE_OK);
	assert_int_equal(archive_write_header(a, e), ARCHIVE_OK);
	assert_int_equal(archive_write_data(a, text, n), n);
	assert_int_equal(archive_write_close(a), ARCHIVE_OK);
	archive_write_free(a);
	archive_entry_free(e);
}

/* By content: the name says nothing. */
static void test_lines_plain_and_packed(void **state)
{
	static const char text[] = "one\n\nthree"; /* the last line has no newline */
	char path[128];

	(void)state;
	in_scratch(path, sizeof(path), "lines");
	write_bytes(path, text, strlen(text));
	assert_lines(path);
	for (size_t i = 0; i < NR_FILTERS; i++) {
		write_packed(path, filters[i].add, text, strlen(text));
		assert_lines(path);
	}
	unlink(path);
}

static void test_last_line_without_a_newline_is_known(void **state)
{
	char path[128], *line;
	struct bs_textfile *t;
	struct bs_error err;
	const char *at;

	(void)state;
	in_scratch(path, sizeof(path), "cut-line");
	write_bytes(path, "a\nb", 3);
	assert_ok(bs_textfile_open(path, &t, &err), &err);
	assert_int_equal(bs_textfile_size(t), 3);
	assert_int_equal(bs_textfile_peek(t, &at, 100, &err), 3);
	assert_memory_equal(at, "a\nb", 3);
	assert_int_equal(bs_textfile_line(t, &line, &err), 1);
	assert_false(bs_textfile_line_is_cut(t));
	assert_int_equal(bs_textfile_peek(t, &at, 1, &err), 1);
	assert_int_equal(bs_textfile_line(t, &line, &err), 1);
	assert_true(bs_textfile_line_is_cut(t));
	assert_int_equal(bs_textfile_read(t), 3);
	assert_int_equal(bs_textfile_peek(t, &at, 1, &err), 0);
	bs_textfile_close(t);
	unlink(path);
}

/* Cut anywhere, a compressed file is an error that says so, never a short success. */
static void test_truncated_compression_is_noticed(void **state)
{
	char path[128], text[2000];
	struct bs_textfile *t;
	struct bs_error err;
	char *line;

	(void)state;
	in_scratch(path, sizeof(path), "cut");
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = i % 40 == 39 ? '\n' : (char)('a' + i * i * 7 % 26);
	for (size_t f = 0; f < NR_FILTERS; f++) {
		char packed[4096];
		size_t n;
		FILE *in;

		write_packed(path, filters[f].add, text, sizeof(text));
		in = fopen(path, "r");
		n = fread(packed, 1, sizeof(packed), in);
		fclose(in);
		assert_true(n > 20 && n < sizeof(packed));
		for (size_t cut = 7; cut < n; cut += 7) {
			long len = 0;

			write_bytes(path, packed, cut);
			if (!bs_textfile_open(path, &t, &err)) {
				while ((len = bs_textfile_line(t, &line, &err)) >= 0)
					;
				bs_textfile_close(t);
				if (len != -EBADMSG)
					fail_msg("%s cut at %zu of %zu", filters[f].name, cut, n);
			}
			assert_int_equal(err.status, BS_INPUT);
			assert_string_equal(err.where, path);
		}
	}
	assert_int_equal(bs_textfile_open("/nonexistent/file", &t, &err), -ENOENT);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines_plain_and_packed),
		cmocka_unit_test(test_last_line_without_a_newline_is_known),
		cmocka_unit_test(test_truncated_compression_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
