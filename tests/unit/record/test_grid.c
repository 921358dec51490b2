// SPDX-License-Identifier: GPL-2.0-or-later
/* grid.c: columns as wide as what is in them, no blanks at a row's end, thousands told apart. */
#include "bs_test.h"

#include <stdio.h>
#include <stdlib.h>

#include "grid.h"

static void test_columns_are_as_wide_as_their_widest(void **state)
{
	struct bs_grid g = {.columns = 3, .left = "lrl"};
	char *text;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	(void)state;
	bs_grid_add(&g, "name");
	bs_grid_add(&g, "n");
	bs_grid_add(&g, "unit");
	/* three characters of four bytes */
	bs_grid_add(&g, "a\xc3\xb6"
			"b");
	bs_grid_add(&g, "%d", 1234);
	bs_grid_add(&g, "%s", "");
	bs_grid_add(&g, "%s", "");
	bs_grid_add(&g, "%s", "");
	bs_grid_add(&g, "MiB");
	bs_grid_print(&g, 1, f);
	fclose(f);
	assert_string_equal(text, " name     n  unit\n"
				  " a\xc3\xb6"
				  "b   1234\n"
				  "             MiB\n");
	assert_false(g.no_memory);
	bs_grid_clear(&g);
	free(text);
}

static void test_more_cells_than_there_was_room_for(void **state)
{
	struct bs_grid g = {.columns = 1, .left = "l"};

	(void)state;
	for (int i = 0; i < 1000; i++)
		bs_grid_add(&g, "%d", i);
	assert_int_equal(g.nr, 1000);
	assert_string_equal(g.cells[999], "999");
	bs_grid_clear(&g);
	assert_int_equal(g.nr, 0);
}

static void test_thousands(void **state)
{
	char buf[BS_GROUPED];

	(void)state;
	assert_string_equal(bs_grouped(0, buf), "0");
	assert_string_equal(bs_grouped(999, buf), "999");
	assert_string_equal(bs_grouped(1000, buf), "1,000");
	assert_string_equal(bs_grouped(123456, buf), "123,456");
	assert_string_equal(bs_grouped(UINT64_MAX, buf), "18,446,744,073,709,551,615");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_columns_are_as_wide_as_their_widest),
		cmocka_unit_test(test_more_cells_than_there_was_room_for),
		cmocka_unit_test(test_thousands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
