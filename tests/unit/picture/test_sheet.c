// SPDX-License-Identifier: GPL-2.0-or-later
/* sheet.c: text that fits, and a file that gnuplot reads block by block. */
#include "bs_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "sheet.h"

static void assert_wrapped(const char *text, double width, const char *want)
{
	char *got = bs_sheet_wrap(text, width, 10, false);

	assert_string_equal(got, want);
	free(got);
}

static void test_text_is_wrapped_where_it_may_break(void **state)
{
	const double five = bs_sheet_text_width("aaaaa", 10, false);

	(void)state;
	assert_wrapped("", five, "");
	assert_wrapped("aa", five, "aa");
	assert_wrapped("aaa aaa aaa", five, "aaa\naaa\naaa");
	assert_wrapped("aaa aaa aaa", 3 * five, "aaa aaa aaa");
	/* Labels have no spaces. */
	assert_wrapped("a:b=9,c=2s,d=1", 1.4 * five, "a:b=9,\nc=2s,\nd=1");
	/* What cannot be broken stands out. */
	assert_wrapped("aaaaaaaaaaaa a", five, "aaaaaaaaaaaa\na");
}

static void test_a_number_keeps_its_unit(void **state)
{
	(void)state;
	assert_wrapped("within 4.2 s of", bs_sheet_text_width("within 4.2", 10, false) + 1,
		       "within\n4.2 s of");
	assert_wrapped("just 76 %", bs_sheet_text_width("just 76", 10, false) + 1, "just\n76 %");
}

static void test_no_line_is_wider_than_it_may_be(void **state)
{
	static const char text[] =
		"Of what the host holds though unused, rotation:order=9,delay=2s returns "
		"76 %, 90 % within 4.2 s of the load's end; boundary 97 %";

	(void)state;
	for (double width = 250; width < 2000; width += 17) {
		char *got = bs_sheet_wrap(text, width, 26, true);

		for (char *line = strtok(got, "\n"); line; line = strtok(NULL, "\n"))
			if (bs_sheet_text_width(line, 26, true) > width && strchr(line, ' '))
				fail_msg("\"%s\" is wider than %g", line, width);
		free(got);
	}
}

/* Whoever writes a label can break neither line nor field. */
static void test_file_has_its_blocks(void **state)
{
	char dir[] = "/tmp/bs-sheet-XXXXXX", path[64], got[2000] = "";
	struct bs_error err = {0};
	struct bs_sheet s;
	FILE *f;

	(void)state;
	assert_non_null(mkdtemp(dir));
	assert_ok(bs_sheet_open(&s, dir, "small", &err), &err);
	bs_sheet_text(&s, 1, 2, BS_RIGHT, 10, true, 0xFF, "a\t\"b\"\nc");
	fputs("1\t2\n", bs_sheet_block(&s, "own"));
	bs_sheet_set(&s, "key", 1.5);
	s.left = 7;
	assert_ok(bs_sheet_commit(&s, &err), &err);
	snprintf(path, sizeof(path), "%s/small.tsv", dir);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_true(fread(got, 1, sizeof(got) - 1, f) > 0);
	fclose(f);
	assert_says(got, "\n\n# own\n1\t2\n\n\n# set\nkey\t1.5\nleft\t7\n");
	assert_says(got,
		    "\n\n# text\n1.0\t2.0\t1\t10\t1\t255\ta 'b'\n1.0\t-10.5\t1\t10\t1\t255\tc\n");
	assert_says(got, "\n\n# line\n0.0\t");
	unlink(path);
	rmdir(dir);
}

static void test_a_folder_that_is_not_there_is_said(void **state)
{
	struct bs_error err = {0};
	struct bs_sheet s;

	(void)state;
	assert_true(bs_sheet_open(&s, "/nowhere/at/all", "x", &err) < 0);
	assert_says(err.where, "/nowhere/at/all");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_is_wrapped_where_it_may_break),
		cmocka_unit_test(test_a_number_keeps_its_unit),
		cmocka_unit_test(test_no_line_is_wider_than_it_may_be),
		cmocka_unit_test(test_file_has_its_blocks),
		cmocka_unit_test(test_a_folder_that_is_not_there_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
