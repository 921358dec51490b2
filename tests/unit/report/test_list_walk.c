// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * list-walk against boundary: the same requests, but how many nodes are walked for them
 * (STRATEGIES.md, list-walk).
 *
 * Eight raw blocks, batches of two. When batch k (0..3) is filled, 2k reported blocks stand between
 * the tail and the raw ones; a last, empty fill looks at all eight.
 */
#include "bs_test.h"

#include "bs_report_world.h"

#define M BS_MIGRATE_MOVABLE
#define BLOCKS 8

static uint64_t walk(const char *strategy, const char *log)
{
	struct bs_world *w = bs_world_create("linux-5.4", BLOCKS * 1024);
	struct bs_report_stats st;

	bs_world_start(w, strategy, 32);
	assert_int_equal(bs_world_settle(w, 9), 1);
	assert_string_equal(bs_world_log(w), log);
	assert_int_equal(bs_report_raw_bytes(w->rc), 0);
	bs_report_stats(w->rc, &st);
	assert_int_equal(w->violations, 0);
	bs_world_destroy(w);
	return st.nodes_walked;
}

static const char from_tail[] =
	"0:10 1024:10 | 2048:10 3072:10 | 4096:10 5120:10 | 6144:10 7168:10 | ";

/* Each of a batch's two blocks costs a walk over all 2k reported ones and itself. */
static void test_restart_for_every_block(void **state)
{
	uint64_t nodes = BLOCKS;

	(void)state;
	for (unsigned int k = 0; k < 4; k++)
		nodes += 2 * (2 * k + 1);
	assert_int_equal(walk("list-walk:capacity=2,hwm=2", from_tail), nodes);
}

/* One walk over the 2k reported ones, then the two blocks, then the one the walk stands at when the
 * batch is full; there is none behind the last. */
static void test_restart_for_every_batch(void **state)
{
	uint64_t nodes = BLOCKS;

	(void)state;
	for (unsigned int k = 0; k < 4; k++)
		nodes += 2 * k + 2 + (k < 3);
	assert_int_equal(walk("list-walk:capacity=2,hwm=2,restart=batch", from_tail), nodes);
}

/* From the head, where raw blocks are freed to: one node each. */
static void test_from_the_head(void **state)
{
	(void)state;
	assert_int_equal(walk("list-walk:capacity=2,hwm=2,from=head",
			      "7168:10 6144:10 | 5120:10 4096:10 | 3072:10 2048:10 | 1024:10 0:10 "
			      "| "),
			 BLOCKS + BLOCKS);
}

/* boundary steps over each reported block once: raw or reported, a node is met once before and
 * once after. */
static void test_the_boundary_walks_each_node_twice_at_most(void **state)
{
	(void)state;
	assert_true(walk("boundary:capacity=2,hwm=2", from_tail) <= 2 * BLOCKS);
}

/* Put to the other end, reported blocks are never in the way: each raw block is the last of its
 * list, and only the empty fill meets all eight. */
static void test_put_to_the_head_needs_no_walk(void **state)
{
	(void)state;
	assert_int_equal(walk("list-walk:capacity=2,hwm=2,put=head", from_tail), BLOCKS + BLOCKS);
}

/* Three blocks stay raw: the head's, the next to be allocated. */
static void test_some_blocks_stay_warm(void **state)
{
	struct bs_world *w = bs_world_create("linux-5.4", BLOCKS * 1024);

	(void)state;
	bs_world_start(w, "list-walk:capacity=2,hwm=2,keep_raw=3", 32);
	assert_int_equal(bs_world_settle(w, 9), 1);
	assert_string_equal(bs_world_log(w), "0:10 1024:10 | 2048:10 3072:10 | 4096:10 | ");
	bs_assert_list(w, 10, M, "7168,6144,5120,0r,1024r,2048r,3072r,4096r");
	bs_world_destroy(w);
}

/* The same with every series that counts its marks; and with 0 at run time they are reported when
 * the high-water mark is next reached. */
static void test_some_blocks_stay_warm_in_each_series(void **state)
{
	static const char *const runs[] = {
		"list-walk:capacity=2,hwm=5,keep_raw=3", "boundary:capacity=2,hwm=5,keep_raw=3",
		"bubble:capacity=2,hwm=5,keep_raw=3", "scatterlist:capacity=2,hwm=5,keep_raw=3"};

	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		struct bs_world *w = bs_world_create("linux-5.4", BLOCKS * 1024);

		bs_world_start(w, runs[i], 32);
		assert_int_equal(bs_world_settle(w, 9), 1);
		assert_int_equal(bs_report_raw_bytes(w->rc), 3 * (4 << 20));
		/* the warm end is theirs: the next allocations find raw blocks there */
		for (bs_pfn p = 7168; p >= 5120; p -= 1024)
			assert_int_equal(bs_world_alloc(w, 10, M), p);
		for (bs_pfn p = 4096; p >= 3072; p -= 1024)
			assert_int_not_equal(bs_world_alloc(w, 10, M), BS_NO_PFN);
		for (bs_pfn p = 5120; p <= 7168; p += 1024)
			bs_world_free(w, p, 10);
		assert_false(w->wake_armed);
		bs_world_set(w, "keep_raw", "0");
		for (bs_pfn p = 0; p <= 4096; p += 1024)
			if (bs_page_state(w->m, p) == BS_PAGE_ALLOCATED)
				bs_world_free(w, p, 10);
		assert_int_equal(bs_world_settle(w, 9), 1);
		assert_int_equal(bs_report_raw_bytes(w->rc), 0);
		bs_world_destroy(w);
	}
}

static void test_direction_of_the_orders(void **state)
{
	static const char *const runs[][2] = {{"list-walk", "1024:10 2048:9 | "},
					      {"list-walk:dir=up", "2048:9 1024:10 | "}};

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		struct bs_world *w = bs_world_create_full("linux-5.4", 4096);

		bs_world_free(w, 1024, 10);
		bs_world_free(w, 2048, 9);
		bs_world_start(w, runs[i][0], 32);
		bs_world_settle(w, 9);
		assert_string_equal(bs_world_log(w), runs[i][1]);
		bs_world_destroy(w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_put_to_the_head_needs_no_walk),
		cmocka_unit_test(test_some_blocks_stay_warm),
		cmocka_unit_test(test_some_blocks_stay_warm_in_each_series),
		cmocka_unit_test(test_direction_of_the_orders),
		cmocka_unit_test(test_restart_for_every_block),
		cmocka_unit_test(test_restart_for_every_batch),
		cmocka_unit_test(test_from_the_head),
		cmocka_unit_test(test_the_boundary_walks_each_node_twice_at_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
