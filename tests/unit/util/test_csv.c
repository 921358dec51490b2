// SPDX-License-Identifier: GPL-2.0-or-later
/* csv.c: a field comes out of a reader of RFC 4180 as it went in. */
#include "bs_test.h"

#include <stdio.h>
#include <stdlib.h>

#include "csv.h"

static void test_quoted_where_it_must_be(void **state)
{
	static const struct {
		const char *text, *field;
	} cases[] = {
		{"rotation", "rotation"},
		{"", ""},
		{NULL, ""},
		{"a b;c'd", "a b;c'd"},
		{"a,b", "\"a,b\""},
		{"say \"x\"", "\"say \"\"x\"\"\""},
		{"two\nlines", "\"two\nlines\""},
		{"cr\r", "\"cr\r\""},
		{"\xff", "\xff"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text = NULL;
		size_t size;
		FILE *f = open_memstream(&text, &size);

		bs_csv_put(f, cases[i].text);
		assert_int_equal(fclose(f), 0);
		assert_string_equal(text, cases[i].field);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_quoted_where_it_must_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
