// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rotation: the pass, the rotation, the budget, the states, what revisions differ in
 * (STRATEGIES.md, rotation). linux-6.1 boots the lowest block first, linux-5.4 the highest.
 */
#include "bs_test.h"

#include <errno.h>

#include "bs_report_world.h"
#include "bs_rotation_test.h"

#define M BS_MIGRATE_MOVABLE

/*
 *   before   o10 M: [0] [1024] [2048] [3072]
 *   full     0, 1024 are out; 2048 is raw too: it becomes first, the batch goes to the host
 *            [2048] [3072] [1024r] [0r]            newest first, to the tail
 *   zone end 2048, 3072 are left in the batch
 *   after    [1024r] [0r] [3072r] [2048r]
 */
static void test_a_pass_of_6_1(void **state)
{
	struct bs_world *w = bs_world_create("linux-6.1", 4096);

	(void)state;
	bs_world_start(w, "rotation:capacity=2", 32);
	assert_int_equal(w->wake_at, 2 * BS_NS_PER_S);
	assert_int_equal(bs_rotation_state_of(w), BS_ROTATION_REQUESTED);
	assert_int_equal(bs_world_settle(w, 9), 1);
	assert_string_equal(bs_world_log(w), "1024:10 0:10 | 3072:10 2048:10 | ");
	bs_assert_list(w, 10, M, "1024r,0r,3072r,2048r");
	/* put-backs are no news */
	assert_int_equal(bs_rotation_state_of(w), BS_ROTATION_IDLE);
	assert_false(w->wake_armed);
	bs_world_destroy(w);
}

/*
 *   before   o10 M: [3072] [2048] [1024] [0]
 *   full     3072, 2048 are out; back to the head:  [3072r] [2048r] [1024] [0]
 *   zone end 1024, 0; back to the head, and there they stay
 *   after    [1024r] [0r] [3072r] [2048r]           the next allocation takes what was just dropped
 */
static void test_a_pass_of_5_7_leaves_the_last_batch_at_the_head(void **state)
{
	struct bs_world *w = bs_world_create("linux-5.4", 4096);

	(void)state;
	bs_world_start(w, "rotation:rev=5.7,capacity=2", 32);
	assert_int_equal(bs_world_settle(w, 9), 1);
	assert_string_equal(bs_world_log(w), "2048:10 3072:10 | 0:10 1024:10 | ");
	bs_assert_list(w, 10, M, "1024r,0r,3072r,2048r");
	bs_world_destroy(w);
}

/* 8 blocks, batches of 1: B = ceil(8 / 16) = 1, so B + 1 = 2 calls a list and pass. The pass stops
 * in front of a raw block, which is rotated to the front, and asks for the next pass. */
static void test_the_budget(void **state)
{
	struct bs_world *w = bs_world_create("linux-6.1", 8192);

	(void)state;
	bs_world_start(w, "rotation:capacity=1", 32);
	assert_true(bs_world_work(w));
	assert_string_equal(bs_world_log(w), "0:10 | 1024:10 | ");
	bs_assert_list(w, 10, M, "2048,3072,4096,5120,6144,7168,0r,1024r");
	assert_int_equal(bs_rotation_state_of(w), BS_ROTATION_REQUESTED);
	assert_int_equal(w->wake_at, w->now + 2 * BS_NS_PER_S);
	assert_int_equal(bs_world_settle(w, 9), 3);
	assert_int_equal(bs_report_raw_bytes(w->rc), 0);
	assert_int_equal(w->now, 8 * BS_NS_PER_S);
	bs_world_destroy(w);
}

static void test_no_budget_is_one_pass(void **state)
{
	struct bs_world *w = bs_world_create("linux-6.1", 8192);

	(void)state;
	bs_world_start(w, "rotation:capacity=1,budget=0", 32);
	assert_int_equal(bs_world_settle(w, 9), 1);
	assert_int_equal(w->calls, 8);
	bs_world_destroy(w);
}

static void free_one(struct bs_world *w, unsigned int call)
{
	if (call == 1)
		bs_world_free(w, 0, 10);
}

/* A free while the pass runs arms nothing at once, and the timer at the end of the pass. */
static void test_a_free_during_the_pass(void **state)
{
	struct bs_world *w = bs_world_create("linux-6.1", 4096);

	(void)state;
	assert_int_equal(bs_world_alloc(w, 10, M), 0);
	w->during = free_one;
	bs_world_start(w, "rotation:capacity=2", 32);
	assert_true(bs_world_work(w));
	assert_int_equal(bs_rotation_state_of(w), BS_ROTATION_REQUESTED);
	assert_int_equal(w->wake_at, w->now + 2 * BS_NS_PER_S);
	assert_int_equal(bs_world_settle(w, 9), 1);
	assert_int_equal(bs_rotation_state_of(w), BS_ROTATION_IDLE);
	assert_int_equal(bs_report_raw_bytes(w->rc), 0);
	bs_world_destroy(w);
}

/* A free below the order is no news; at the order it is. */
static void test_only_large_frees_ask(void **state)
{
	struct bs_world *w = bs_world_create("linux-6.1", 4096);

	(void)state;
	assert_int_equal(bs_world_alloc(w, 10, M), 0);
	bs_world_start(w, "rotation:capacity=2", 32);
	bs_world_settle(w, 9);
	bs_world_free(w, 0, 8);
	assert_false(w->wake_armed);
	bs_world_free(w, 256, 8); /* merges to order 9 */
	assert_true(w->wake_armed);
	bs_world_destroy(w);
}

/* An error: nothing is marked, the pass ends, nothing is tried again until a free asks. */
static void test_an_error_ends_the_pass(void **state)
{
	struct bs_world *w = bs_world_create("linux-6.1", 4096);

	(void)state;
	w->fail_call = 1;
	bs_world_start(w, "rotation:capacity=2", 32);
	assert_int_equal(bs_world_settle(w, 9), 1);
	assert_string_equal(bs_world_log(w), "1024:10 0:10 | ");
	bs_assert_list(w, 10, M, "2048,3072,1024,0");
	assert_int_equal(bs_rotation_state_of(w), BS_ROTATION_IDLE);
	assert_int_equal(bs_report_raw_bytes(w->rc), 16 << 20);
	bs_world_destroy(w);
}

/* Free 4096, batch 2 x 2 MiB = 1024 pages: a low mark of 3072 refuses (equality), 3071 does not. */
static void test_a_zone_near_its_low_mark_is_left_alone(void **state)
{
	(void)state;
	for (uint64_t low = 3071; low <= 3072; low++) {
		struct bs_world *w = bs_world_create("linux-6.1", 4096);

		bs_zone_set_watermarks(w->m, 0, 0, low, low);
		bs_world_start(w, "rotation:capacity=2", 32);
		bs_world_settle(w, 9);
		assert_int_equal(w->calls, low == 3071 ? 2 : 0);
		bs_world_destroy(w);
	}
}

/* Up to the patch of 2026 a device with a short queue is refused. */
static void test_a_short_queue(void **state)
{
	struct bs_world *w = bs_world_create("linux-6.1", 4096);
	struct bs_error err;

	(void)state;
	bs_world_bind(w, bs_strategy_find("rotation", &err), NULL, 2);
	assert_int_equal(bs_report_start(w->rc), -ENOSPC);
	assert_false(w->wake_armed);
	bs_world_set(w, "rev", "2026");
	assert_int_equal(bs_report_start(w->rc), 0);
	bs_world_settle(w, 9);
	assert_string_equal(bs_world_log(w), "1024:10 0:10 | 3072:10 2048:10 | ");
	bs_world_destroy(w);
}

/*
 *   order=10   o9 M: [0]  o10 M: [1024r] ...      the half block is not looked at
 *   order=9 at run time: its next free asks, and it is
 */
static void test_the_order_changes_at_run_time(void **state)
{
	struct bs_world *w = bs_world_create("linux-6.1", 4096);

	(void)state;
	assert_int_equal(bs_world_alloc(w, 10, M), 0);
	bs_world_free(w, 0, 9);
	bs_world_start(w, "rotation:order=10,capacity=2", 32);
	bs_world_settle(w, 9);
	bs_assert_list(w, 9, M, "0");
	assert_int_equal(bs_report_raw_bytes(w->rc), 0); /* below the order: not raw */
	bs_world_set(w, "order", "9");
	assert_int_equal(bs_report_raw_bytes(w->rc), 2 << 20);
	assert_int_equal(bs_world_alloc(w, 8, M), 0);
	assert_false(w->wake_armed);
	bs_world_free(w, 0, 8);
	bs_world_settle(w, 9);
	bs_assert_list(w, 9, M, "0r");
	bs_world_destroy(w);
}

/* an isolated pageblock's block keeps its mark on the way there and back. */
static void test_a_move_keeps_the_mark(void **state)
{
	static const char *const strategy[] = {"rotation:rev=5.7,capacity=2",
					       "rotation:capacity=2"};
	/* back from isolation: to the head, or to the tail */
	static const char *const after[] = {"0r,2048r,3072r,1024r", "1024r,3072r,2048r,0r"};

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		struct bs_world *w = bs_world_create("linux-6.1", 4096);

		bs_world_start(w, strategy[i], 32);
		bs_world_settle(w, 9);
		assert_int_equal(bs_isolate_range(w->m, 0, 1024), 0);
		bs_assert_list(w, 10, BS_MIGRATE_ISOLATE, "0r");
		bs_unisolate_range(w->m, 0, 1024, M);
		bs_assert_list(w, 10, M, after[i]);
		bs_world_destroy(w);
	}
}

/*
 *   before   o10 M: [0] [1024] [2048] [3072]      pull=tail: the same, mirrored
 *   full     3072, 2048 are out; back to the tail: [0] [1024] [2048r] [3072r]
 *   zone end 1024, 0, found behind the reported ones
 *   after    [2048r] [3072r] [0r] [1024r]
 */
static void test_pulled_from_the_tail(void **state)
{
	struct bs_world *w = bs_world_create("linux-6.1", 4096);

	(void)state;
	bs_world_start(w, "rotation:capacity=2,pull=tail", 32);
	assert_int_equal(bs_world_settle(w, 9), 1);
	assert_string_equal(bs_world_log(w), "2048:10 3072:10 | 0:10 1024:10 | ");
	bs_assert_list(w, 10, M, "2048r,3072r,0r,1024r");
	bs_world_destroy(w);
}

/*
 * A budget of ceil(6 / 6) = 1 full request after the first ends each pass in the middle of the
 * list; the block at which it stopped is made the last, where the next pass begins.
 *
 *   before   o10 M: [0] [1024] [2048] [3072] [4096] [5120]
 *   pass     5120, 4096 go to the host; 3072 is raw and too much
 *   after    [4096r] [5120r] [0] [1024] [2048] [3072]
 */
static void test_the_mirrored_rotation_keeps_its_place(void **state)
{
	struct bs_world *w = bs_world_create("linux-6.1", 6 * 1024);

	(void)state;
	bs_world_start(w, "rotation:capacity=1,budget=6,pull=tail", 32);
	bs_world_work(w);
	assert_string_equal(bs_world_log(w), "5120:10 | 4096:10 | ");
	assert_true(w->wake_armed);
	bs_assert_list(w, 10, M, "4096r,5120r,0,1024,2048,3072");
	bs_world_settle(w, 9);
	assert_string_equal(bs_world_log(w), "3072:10 | 2048:10 | 1024:10 | 0:10 | ");
	assert_int_equal(bs_report_raw_bytes(w->rc), 0);
	bs_world_destroy(w);
}

/*
 *   put=head    full: [0r] [1024r] [2048] [3072]    end: [2048r] [3072r] [0r] [1024r]
 */
static void test_put_to_the_head(void **state)
{
	struct bs_world *w = bs_world_create("linux-6.1", 4096);

	(void)state;
	bs_world_start(w, "rotation:capacity=2,put=head", 32);
	assert_int_equal(bs_world_settle(w, 9), 1);
	assert_string_equal(bs_world_log(w), "1024:10 0:10 | 3072:10 2048:10 | ");
	bs_assert_list(w, 10, M, "2048r,3072r,0r,1024r");
	bs_world_destroy(w);
}

/* One block of each order in one batch, which is filled from its end. */
static void test_direction_of_the_orders(void **state)
{
	static const char *const runs[][2] = {
		{"rotation:capacity=2,dir=up", "1024:10 2048:9 | "},
		{"rotation:capacity=2,dir=down", "2048:9 1024:10 | "}};

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		struct bs_world *w = bs_world_create_full("linux-6.1", 4096);

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
		cmocka_unit_test(test_pulled_from_the_tail),
		cmocka_unit_test(test_the_mirrored_rotation_keeps_its_place),
		cmocka_unit_test(test_put_to_the_head),
		cmocka_unit_test(test_direction_of_the_orders),
		cmocka_unit_test(test_a_pass_of_6_1),
		cmocka_unit_test(test_a_pass_of_5_7_leaves_the_last_batch_at_the_head),
		cmocka_unit_test(test_the_budget),
		cmocka_unit_test(test_no_budget_is_one_pass),
		cmocka_unit_test(test_a_free_during_the_pass),
		cmocka_unit_test(test_only_large_frees_ask),
		cmocka_unit_test(test_an_error_ends_the_pass),
		cmocka_unit_test(test_a_zone_near_its_low_mark_is_left_alone),
		cmocka_unit_test(test_a_short_queue),
		cmocka_unit_test(test_the_order_changes_at_run_time),
		cmocka_unit_test(test_a_move_keeps_the_mark),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
