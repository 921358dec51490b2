// SPDX-License-Identifier: GPL-2.0-or-later
/* The first difference is kept as it was found, the others are counted by their kind. */
#include "bs_test.h"

#include "notes.h"

static void test_the_first_is_kept_and_all_are_counted(void **state)
{
	const struct bs_found first = {BS_DIFF_PFN, 3, 7, "alloc", "pfn 1", "pfn 2"};
	const struct bs_found later = {BS_DIFF_DUMP + BS_PART_LRU, 9, 99, "lru", "a", "b"};
	struct bs_verify_result r = {0};

	(void)state;
	bs_verify_note(&r, &first);
	bs_verify_note(&r, &later);
	bs_verify_note(&r, &later);
	assert_int_equal(r.total_differences, 3);
	assert_int_equal(r.differences[BS_DIFF_PFN], 1);
	assert_int_equal(r.differences[BS_DIFF_DUMP + BS_PART_LRU], 2);
	assert_int_equal(r.at, 3);
	assert_int_equal(r.line, 7);
	assert_string_equal(r.what, "alloc");
	assert_string_equal(r.expected, "pfn 1");
	assert_string_equal(r.got, "pfn 2");
}

static void test_every_kind_has_a_name_of_its_own(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < BS_NR_DIFFS; i++)
		for (unsigned int k = 0; k < i; k++)
			assert_string_not_equal(bs_difference_name(i), bs_difference_name(k));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_first_is_kept_and_all_are_counted),
		cmocka_unit_test(test_every_kind_has_a_name_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
