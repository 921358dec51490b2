// SPDX-License-Identifier: GPL-2.0-or-later
/* util/nearest: the known word that was meant, if one was. */
#include "bs_test.h"

#include <string.h>

static const char *const words[] = {"rotation", "bitmap", "boundary", "none", NULL};

static void test_a_slip_is_seen_through(void **state)
{
	(void)state;
	assert_string_equal(bs_nearest(words, "rotaton"), "rotation");
	assert_string_equal(bs_nearest(words, "bitmpa"), "bitmap");
	assert_string_equal(bs_nearest(words, "boundry"), "boundary");
	assert_string_equal(bs_nearest(words, "non"), "none");
	assert_string_equal(bs_nearest(words, "none"), "none");
}

/* Another word is no slip, however short the list; nor is one that is longer than any. */
static void test_another_word_is_none_of_them(void **state)
{
	char longest[200];

	(void)state;
	assert_null(bs_nearest(words, "balloon"));
	assert_null(bs_nearest(words, ""));
	assert_null(bs_nearest(words, "xone1"));
	memset(longest, 'n', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_null(bs_nearest(words, longest));
}

static void test_what_to_say(void **state)
{
	static const char *const ends[] = {"head", "tail", NULL};
	char buf[64];

	(void)state;
	bs_nearest_advice("use one of:", ends, "hed", buf, sizeof(buf));
	assert_string_equal(buf, "did you mean \"head\"? use one of: head, tail");
	bs_nearest_advice("known:", ends, "middle", buf, sizeof(buf));
	assert_string_equal(buf, "known: head, tail");
	bs_nearest_advice("known:", ends, "middle", buf, 12); /* cut, and terminated */
	assert_string_equal(buf, "known: head");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_slip_is_seen_through),
		cmocka_unit_test(test_another_word_is_none_of_them),
		cmocka_unit_test(test_what_to_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
