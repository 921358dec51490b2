// SPDX-License-Identifier: GPL-2.0-or-later
/* What stands in a line only because of the way that it came goes; everything else stays. */
#include "bs_test.h"

#include <string.h>

#include "clean.h"

static void assert_clean(const char *dirty, const char *clean)
{
	char line[128];

	strcpy(line, dirty);
	assert_int_equal(bs_line_clean(line, strlen(line)), strlen(clean));
	assert_string_equal(line, clean);
}

static void test_clean_text_is_known(void **state)
{
	(void)state;

	static const char *const clean[] = {"",	   "a b\n",	   "a\r\nb\r\n",
					    "a\r", "a \xc3\xa4 b", "\\n"};
	static const char *const unclean[] = {"\x1b[32ma", "x\xc2\xa0y", "a\\n\\\nb", "a\rb"};

	for (size_t i = 0; i < sizeof(clean) / sizeof(clean[0]); i++)
		assert_false(bs_text_is_unclean(clean[i], strlen(clean[i])));
	for (size_t i = 0; i < sizeof(unclean) / sizeof(unclean[0]); i++)
		assert_true(bs_text_is_unclean(unclean[i], strlen(unclean[i])));
}

static void test_escapes_go(void **state)
{
	(void)state;

	assert_clean("\x1b[01;31m\x1b[Kmm_page\x1b[m\x1b[K_free", "mm_page_free");
	assert_clean("a\x1b[0m", "a");
	/* Cut within one, and a lone one. */
	assert_clean("a\x1b[01;3", "a");
	assert_clean("a\x1b[", "a");
	assert_clean("a\x1b", "a");
	assert_clean("a\x1b"
		     "b",
		     "ab");
}

static void test_blanks_and_strings(void **state)
{
	(void)state;

	assert_clean("a\xc2\xa0\xc2\xa0"
		     "b",
		     "a  b");
	assert_clean("a\xc2", "a\xc2");
	assert_clean("order=0\\n\\", "order=0");
	assert_clean("\\n\\", "");
	assert_clean("n\\", "n\\");
	assert_clean("", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clean_text_is_known),
		cmocka_unit_test(test_escapes_go),
		cmocka_unit_test(test_blanks_and_strings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
