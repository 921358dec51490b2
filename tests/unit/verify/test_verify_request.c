// SPDX-License-Identifier: GPL-2.0-or-later
/* verify_request.c: what a log's requests say beyond an order and a page. */
#include "bs_test.h"

#include "bs_dump_test.h"

/*
 * A block comes back in parts, as a kernel frees what it has split.
 *
 *   before        o10 M:[1024]
 *   a o5          o5 M:[1056] o6 M:[1088] ... o9 M:[1536]
 *   f +16 o4      o4 M:[1040] o5 ...
 *   a o4          it is that part again
 *   f +0, f       o10 M:[1024]
 */
static void test_parts_of_a_block_are_freed(void **state)
{
	(void)state;
	bs_test_exact(DUMP_START "a 1 5 M 1024\nf 1 +16 4\na 2 4 M 1040\nf 1 +0 4\nf 2\n"
				 "a 3 10 M 1024\n",
		      6);
	/* The other part, were it this one. */
	bs_test_differs(DUMP_START "a 1 5 M 1024\nf 1 +0 4\na 2 4 M 1040\n", 3, "pfn 1040",
			"pfn 1024");
}

static void test_what_is_no_part_is_refused(void **state)
{
	(void)state;
	bs_test_refused(DUMP_START "a 1 5 M 1024\nf 1 +8 4\n", "malformed free");
	bs_test_refused(DUMP_START "a 1 5 M 1024\nf 1 +32 4\n", "malformed free");
	bs_test_refused(DUMP_START "a 1 5 M 1024\nf 1 +0 6\n", "malformed free");
	bs_test_refused(DUMP_START "a 1 5 M 1024\nf 1 +0 4\nf 1\n", "part that is not allocated");
	bs_test_refused(DUMP_START "a 1 5 M 1024\nf 1 +0 4\nf 1 +16 4\nf 1\n", "not allocated");
}

/* The part went twice, which the count of pages alone does not show. */
static void test_a_part_that_is_gone(void **state)
{
	(void)state;
	bs_test_differs(DUMP_START "a 1 5 M 1024\nf 1 +0 4\nf 1 +0 4\n", 3, "in use",
			"no longer in use");
	/* In between it was given to somebody else, who then has it no more. */
	bs_test_differs(DUMP_START "a 1 5 M 1024\nf 1 +0 4\na 2 4 M 1024\nf 1 +0 4\nf 2\n", 5,
			"in use", "no longer in use");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parts_of_a_block_are_freed),
		cmocka_unit_test(test_what_is_no_part_is_refused),
		cmocka_unit_test(test_a_part_that_is_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
