// SPDX-License-Identifier: GPL-2.0-or-later
/* pagetypeinfo of several kernels: with and without CMA, before 4.4, with page_owner's table. */
#include "bs_test.h"

#include "bs_snapshot_test.h"

#define HEAD                                             \
	"Page block order: 9\nPages per block:  512\n\n" \
	"Free pages count per migrate type at order       0      1      2      3      4 \n"

static const struct bs_snapshot_types *types_of(const struct bs_snapshots *all, const char *zone)
{
	const struct bs_snapshot_zone *z = bs_snapshot_zone(&all->s[0], 0, zone);

	assert_non_null(z);
	assert_non_null(z->types);
	return z->types;
}

/* 6.12 without CMA. Without buddyinfo the lists add up to it. */
static void test_without_cma(void **state)
{
	struct bs_snapshots *all = snapshots_of(
		HEAD
		"Node    0, zone   Normal, type    Unmovable      1      2      3      4      5 \n"
		"Node    0, zone   Normal, type      Movable     10     20     30     40     50 \n"
		"Node    0, zone   Normal, type  Reclaimable      0      0      0      0      0 \n"
		"Node    0, zone   Normal, type   HighAtomic      7      0      0      0      0 \n"
		"Node    0, zone   Normal, type      Isolate      0      0      0      0      0 \n\n"
		"Number of blocks type     Unmovable      Movable  Reclaimable   HighAtomic      Isolate \n"
		"Node 0, zone   Normal          145         6892          323            1            0 \n");
	const struct bs_snapshot_types *t = types_of(all, "Normal");

	(void)state;
	assert_int_equal(all->n, 1);
	assert_int_equal(all->s[0].pageblock_order, 9);
	assert_int_equal(t->nr_free[BS_TYPE_UNMOVABLE][4], 5);
	assert_int_equal(t->nr_free[BS_TYPE_HIGHATOMIC][0], 7);
	assert_int_equal(t->blocks[BS_TYPE_UNMOVABLE], 145);
	assert_int_equal(t->blocks[BS_TYPE_MOVABLE], 6892);
	assert_int_equal(t->blocks[BS_TYPE_RECLAIMABLE], 323);
	assert_int_equal(t->blocks[BS_TYPE_HIGHATOMIC], 1);
	assert_string_equal(counts_of(all, 0, 0, "Normal"), "18 22 33 44 55 0 0 0 0 0 0");
	bs_snapshots_free(all);
}

/* With CMA there is a column more, between HighAtomic and Isolate; an old kernel has Reserve. */
static void test_other_columns(void **state)
{
	struct bs_snapshots *all = snapshots_of(
		HEAD
		"Node    0, zone    DMA32, type          CMA      9      0      0      0      0 \n"
		"Node    0, zone    DMA32, type      Reserve      0      0      0      0      2 \n"
		"Number of blocks type     Unmovable  Reclaimable      Movable      Reserve        "
		"  CMA      Isolate \n"
		"Node 0, zone    DMA32            1            2            3            4          "
		"  5            6 \n");
	const struct bs_snapshot_types *t = types_of(all, "DMA32");

	(void)state;
	assert_int_equal(t->nr_free[BS_TYPE_CMA][0], 9);
	assert_int_equal(t->nr_free[BS_TYPE_HIGHATOMIC][4], 2);
	assert_int_equal(t->blocks[BS_TYPE_RECLAIMABLE], 2);
	assert_int_equal(t->blocks[BS_TYPE_MOVABLE], 3);
	assert_int_equal(t->blocks[BS_TYPE_CMA], 5);
	assert_int_equal(t->blocks[BS_TYPE_ISOLATE], 6);
	bs_snapshots_free(all);
}

/* The kernel stops counting at 100000. */
static void test_more_than_is_counted(void **state)
{
	struct bs_snapshots *all = snapshots_of(
		HEAD
		"Node    0, zone   Normal, type      Movable >100000     20      0      0      0 \n"
		"> Node    1, zone   Normal, type      Movable 1 >100000\n");
	const struct bs_snapshot_types *t = types_of(all, "Normal");

	(void)state;
	assert_int_equal(t->capped[BS_TYPE_MOVABLE], 1);
	assert_int_equal(t->nr_free[BS_TYPE_MOVABLE][0], 100000);
	assert_int_equal(t->nr_free[BS_TYPE_MOVABLE][1], 20);
	t = bs_snapshot_zone(&all->s[0], 1, "Normal")->types;
	assert_int_equal(t->capped[BS_TYPE_MOVABLE], 2);
	bs_snapshots_free(all);
}

/* page_owner adds a table of the same form that says something else; buddyinfo may come behind. */
static void test_what_comes_behind(void **state)
{
	struct bs_snapshots *all =
		snapshots_of("Number of blocks type     Unmovable      Movable  Reclaimable\n"
			     "Node 0, zone   Normal          1         2          3 \n"
			     "Number of mixed blocks    Unmovable      Movable  Reclaimable\n"
			     "Node 0, zone   Normal          100         200          300 \n"
			     "Node 0, zone   Normal  11 12 13 14 15\n");
	const struct bs_snapshot_types *t = types_of(all, "Normal");

	(void)state;
	assert_int_equal(all->n, 1);
	assert_int_equal(t->blocks[BS_TYPE_MOVABLE], 2);
	assert_string_equal(counts_of(all, 0, 0, "Normal"), "11 12 13 14 15");
	bs_snapshots_free(all);
}

static void test_wrapped(void **state)
{
	struct bs_snapshots *all =
		snapshots_of("> Node    0, zone   Normal, type      Movable      1      2\n"
			     ">      3      4\n");

	(void)state;
	assert_int_equal(types_of(all, "Normal")->nr_free[BS_TYPE_MOVABLE][3], 4);
	bs_snapshots_free(all);
}

static void test_bad_lines(void **state)
{
	struct bs_error err;

	(void)state;
	refused_text(HEAD "Node 0, zone Normal, type Movable 1 2 z\n", &err);
	assert_says(err.where, ":5");
	assert_says(err.text, "order 2");
	refused_text("Node 0, zone Normal, type Wobbly 1 2 3\n", &err);
	assert_says(err.text, "migratetype");
	refused_text("Node 0, zone Normal, type Movable >1000000000000000000000 2 3\n", &err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_without_cma),
		cmocka_unit_test(test_other_columns),
		cmocka_unit_test(test_more_than_is_counted),
		cmocka_unit_test(test_what_comes_behind),
		cmocka_unit_test(test_wrapped),
		cmocka_unit_test(test_bad_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
