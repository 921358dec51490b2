// SPDX-License-Identifier: GPL-2.0-or-later
/* What an import noticed: counted by kind, with the first example, in a text of bounded size. */
#include "bs_test.h"

#include <stdio.h>
#include <string.h>

#include "import_notes.h"

static void test_the_first_example_is_kept(void **state)
{
	struct bs_import_notes n = {0};
	char text[256];

	(void)state;
	bs_import_note_add(&n, "unknown", "words", 1, 7, "  a\tb\x01 \xff ");
	bs_import_note_add(&n, "unknown", "words", 2, 9, "c");
	bs_import_note_add(&n, "unusable", "words", 1, 8, NULL);
	assert_int_equal(n.nr, 2);
	assert_int_equal(bs_import_note_most(&n, "unknown")->count, 3);
	assert_null(bs_import_note_most(&n, "gfp"));
	bs_import_notes_format(&n, text, sizeof(text));
	assert_string_equal(text, "unknown\t3\t7\twords\ta b? ?\nunusable\t1\t8\twords\t\n");
	bs_import_notes_format(&n, text, 30);
	assert_string_equal(text, "unknown\t3\t7\twords\ta b? ?\n");
}

static void test_kinds_are_bounded(void **state)
{
	struct bs_import_notes n = {0};

	(void)state;
	for (unsigned int i = 0; i < 1000; i++) {
		char what[16];

		snprintf(what, sizeof(what), "kind %u", i);
		bs_import_note_add(&n, "unknown", what, 1, i, NULL);
	}
	assert_int_equal(n.nr, BS_IMPORT_NOTES_MAX);
	assert_string_equal(n.note[n.nr - 1].what, "other kinds");
	assert_int_equal(n.note[n.nr - 1].count, 1000 - BS_IMPORT_NOTES_MAX + 1);
}

static void test_shapes(void **state)
{
	(void)state;
	assert_string_equal(bs_line_shape("what is this"), "words");
	assert_string_equal(bs_line_shape("  what"), "indented words");
	assert_string_equal(bs_line_shape("[x"), "begins with a bracket");
	assert_string_equal(bs_line_shape("12 x"), "begins with a number");
	assert_string_equal(bs_line_shape("a=1"), "key=value");
	assert_string_equal(bs_line_shape("a: 1"), "name: value");
	assert_string_equal(bs_line_shape("\x01\x02"), "not text");
	assert_string_equal(bs_line_shape("\xc3\xa9"), "not ASCII");
	assert_string_equal(bs_line_shape("== x"), "begins with a sign");
}

/* Whatever makes an event unusable, something can be done about it. */
static void test_every_reason_has_advice(void **state)
{
	(void)state;
#define BS_REASON(id, text, todo)                                               \
	assert_true(strlen(text) < sizeof(((struct bs_import_note *)0)->what)); \
	assert_string_equal(bs_reason_advice(text), todo);
#include "reasons.def"
#undef BS_REASON
	assert_null(bs_reason_advice("no reason"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_first_example_is_kept),
		cmocka_unit_test(test_kinds_are_bounded),
		cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_every_reason_has_advice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
