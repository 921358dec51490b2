// SPDX-License-Identifier: GPL-2.0-or-later
/* wrap.c: where a line may be broken, and where not. */
#include "bs_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wrap.h"

static void assert_wrapped(const char *text, unsigned int width, const char *want)
{
	char *got = NULL;
	size_t size;
	FILE *f = open_memstream(&got, &size);

	assert_non_null(f);
	bs_wrap(f, text, width);
	assert_int_equal(fclose(f), 0);
	assert_string_equal(got, want);
	free(got);
}

static void test_lines_are_no_wider(void **state)
{
	(void)state;
	assert_wrapped("", 10, "\n");
	assert_wrapped("one two", 7, "one two\n");
	assert_wrapped("one two", 6, "one\n  two\n");
	/* The lines behind the first are indented, which takes room. */
	assert_wrapped("one two three", 9, "one two\n  three\n");
	assert_wrapped("one two three", 6, "one\n  two\n  three\n");
	/* By characters, and not by bytes. */
	assert_wrapped("\xc3\xbc\xc3\xbc\xc3\xbc four", 8, "\xc3\xbc\xc3\xbc\xc3\xbc four\n");
}

static void test_a_long_word_stands_there_whole(void **state)
{
	(void)state;
	assert_wrapped("a abcdefghijkl b", 6, "a\n  abcdefghijkl\n  b\n");
}

static void test_a_figure_stays_with_its_unit(void **state)
{
	(void)state;
	assert_wrapped("takes 20 ms or so", 8, "takes\n  20 ms\n  or so\n");
}

/* What is to be copied is in one piece; a backtick alone is none. */
static void test_what_is_typed_stays_together(void **state)
{
	(void)state;
	assert_wrapped("type `echo a b` there", 8, "type\n  `echo a b`\n  there\n");
	assert_wrapped("a ` b c", 4, "a `\n  b\n  c\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines_are_no_wider),
		cmocka_unit_test(test_a_long_word_stands_there_whole),
		cmocka_unit_test(test_a_figure_stays_with_its_unit),
		cmocka_unit_test(test_what_is_typed_stays_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
