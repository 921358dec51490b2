// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * boundary: trigger, sweep, lazy boundary, what it does to blocks that go away (STRATEGIES.md,
 * boundary). In the drawings ^ stands under the boundary; a list without one has it at its end.
 */
#include "bs_test.h"

#include <errno.h>
#include <stdlib.h>

#include "boundary_slots.h"
#include "bs_report_world.h"
#include "mm_report.h"

#define M BS_MIGRATE_MOVABLE

static bs_pfn boundary_of(struct bs_world *w, unsigned int order, unsigned int mt)
{
	const struct bs_boundary *s = bs_state(w->rc);

	return s->slot[bs_boundary_slot(s, order, mt)];
}

static const struct bs_hwm_zone *zone0(struct bs_world *w)
{
	return bs_zone_state(w->rc, 0);
}

/*
 *   before   o10 M: [7168] [6144] ... [1024] [0]           all raw
 *   batch 1  0 1024 from the tail, back to it              [..2048] [0r] [1024r]
 *   batch 2  boundary steps to 0: 2048 3072 go before it   [..4096] [2048r] [3072r] [0r] [1024r]
 *                                                                                   ^
 *   after    [6144r] [7168r] [4096r] [5120r] [2048r] [3072r] [0r] [1024r]
 */
static void test_initial_flush_sweeps_each_list_once(void **state)
{
	struct bs_world *w = bs_world_create("linux-5.4", 8192);

	(void)state;
	bs_world_start(w, "boundary:capacity=2,hwm=2", 32);
	assert_int_equal(w->wake_at, 100 * BS_NS_PER_MS);
	assert_int_equal(bs_world_settle(w, 9), 1);
	assert_string_equal(
		bs_world_log(w),
		"0:10 1024:10 | 2048:10 3072:10 | 4096:10 5120:10 | 6144:10 7168:10 | ");
	bs_assert_list(w, 10, M, "6144r,7168r,4096r,5120r,2048r,3072r,0r,1024r");
	assert_int_equal(bs_hwm_reported(zone0(w), 10), 8);
	assert_int_equal(bs_report_raw_bytes(w->rc), 0);
	bs_world_destroy(w);
}

/* 32 raw blocks of one order: 31 start nothing; a returned block never does. */
static void test_the_high_water_mark(void **state)
{
	struct bs_world *w = bs_world_create("linux-5.4", 40 * 1024);
	bs_pfn got[33];

	(void)state;
	bs_world_start(w, "boundary", 32);
	bs_world_settle(w, 9);
	for (unsigned int i = 0; i < 33; i++)
		got[i] = bs_world_alloc(w, 10, M);
	assert_int_equal(bs_hwm_reported(zone0(w), 10), 7);
	for (unsigned int i = 0; i < 31; i++) {
		bs_world_free(w, got[i], 10);
		assert_false(w->wake_armed);
	}
	bs_world_free(w, got[31], 10);
	assert_true(w->wake_armed);
	assert_true(zone0(w)->requested);
	bs_world_free(w, got[32], 10);
	bs_world_log(w);
	assert_int_equal(bs_world_settle(w, 9), 1);
	assert_int_equal(bs_hwm_reported(zone0(w), 10), 40);
	bs_world_destroy(w);
}

static void look_and_free(struct bs_world *w, unsigned int call)
{
	if (call != 2)
		return;
	/* Batch 2 is out: its scan has moved the boundary to 0. */
	assert_true(zone0(w)->active);
	assert_int_equal(boundary_of(w, 10, M), 0);
	bs_assert_list(w, 10, M, "4096,5120,0r,1024r");
	/* The boundary's block goes away: it steps towards the tail. */
	for (unsigned int i = 0; i < 3; i++)
		assert_int_not_equal(bs_world_alloc(w, 10, M), BS_NO_PFN);
	assert_int_equal(boundary_of(w, 10, M), 1024);
	assert_int_equal(bs_hwm_reported(zone0(w), 10), 1);
}

/*
 *   during batch 2   [4096] [5120] [0r] [1024r]   allocate three: 4096 5120 0
 *                                  ^
 *   after            [1024r]
 *                    ^
 */
static void test_the_boundary_steps_off_a_block_that_is_allocated(void **state)
{
	struct bs_world *w = bs_world_create("linux-5.4", 6144);

	(void)state;
	/* linux-5.4 boots the highest first; take all and free ascending: 0 is the oldest */
	for (unsigned int i = 0; i < 6; i++)
		bs_world_alloc(w, 10, M);
	for (bs_pfn p = 0; p < 6144; p += 1024)
		bs_world_free(w, p, 10);
	bs_assert_list(w, 10, M, "5120,4096,3072,2048,1024,0");
	for (unsigned int i = 0; i < 2; i++)
		bs_world_alloc(w, 10, M);
	bs_world_free(w, 5120, 10);
	bs_world_free(w, 4096, 10);
	bs_assert_list(w, 10, M, "4096,5120,3072,2048,1024,0");
	w->during = look_and_free;
	bs_world_start(w, "boundary:capacity=2,hwm=2", 32);
	bs_world_settle(w, 9);
	assert_int_equal(w->violations, 0);
	assert_false(w->not_taken);
	bs_world_destroy(w);
}

static void rotate_list(struct bs_world *w, unsigned int call)
{
	(void)call;
	if (call != 2)
		return;
	bs_mm_list_reorder(w->m, 0, 10, M, 1024, true);
	assert_int_equal(boundary_of(w, 10, M), BS_NO_PFN);
}

/* after a foreign rotation nothing is known to be behind the boundary: it starts anew, walks
 * over the reported blocks again, and misses none. */
static void test_a_foreign_rotation_resets_the_boundary(void **state)
{
	struct bs_world *w = bs_world_create("linux-5.4", 8192);

	(void)state;
	w->during = rotate_list;
	bs_world_start(w, "boundary:capacity=2,hwm=2", 32);
	bs_world_settle(w, 9);
	assert_int_equal(bs_report_raw_bytes(w->rc), 0);
	assert_int_equal(bs_hwm_reported(zone0(w), 10), 8);
	bs_world_destroy(w);
}

static void free_buddy(struct bs_world *w, unsigned int call)
{
	if (call == 1)
		bs_world_free(w, 512, 9);
}

/* A block that merges on its way back is raw, is no news (no request), and is not counted. */
static void test_a_returned_block_that_merged_is_raw(void **state)
{
	struct bs_world *w = bs_world_create_full("linux-5.4", 4096);

	(void)state;
	bs_world_free(w, 0, 9);
	bs_world_free(w, 1024, 9);
	bs_world_start(w, "boundary:hwm=32", 32);
	w->during = free_buddy;
	assert_int_equal(bs_world_settle(w, 9), 1);
	bs_assert_list(w, 10, M, "0");
	bs_assert_list(w, 9, M, "1024r");
	assert_int_equal(bs_hwm_reported(zone0(w), 9), 1);
	assert_int_equal(bs_hwm_reported(zone0(w), 10), 0);
	bs_world_destroy(w);
}

/* Off and on: marks and counters persist, so nothing is reported again. */
static void test_marks_survive_being_switched_off(void **state)
{
	struct bs_world *w = bs_world_create("linux-5.4", 8192);

	(void)state;
	bs_world_start(w, "boundary:hwm=2", 32);
	bs_world_settle(w, 9);
	assert_int_equal(bs_report_start(w->rc), -EBUSY);
	bs_report_stop(w->rc);
	bs_world_alloc(w, 10, M);
	assert_int_equal(bs_hwm_reported(zone0(w), 10), 7);
	assert_int_equal(bs_report_start(w->rc), 0);
	bs_world_log(w);
	assert_int_equal(bs_world_settle(w, 9), 1);
	assert_string_equal(bs_world_log(w), "");
	bs_world_destroy(w);
}

/* Marks that this run did not set: from a dump, or from a run with another smallest order. They are
 * counted, and whatever becomes of their blocks afterwards, no count goes below 0.
 *
 *   order=9     o9 M: [3072r] [1024r] [0r]      counted: o9 3, o10 0
 *   order=10    the same; o9 is nobody's        counted: o10 0
 *   order=9     after two were allocated        counted: o9 1
 */
static void test_marks_of_an_earlier_life_are_counted(void **state)
{
	static const char *const strategy[] = {"boundary", "scatterlist", "bubble", "list-walk"};

	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		struct bs_world *w = bs_world_create_full("linux-5.4", 4096);

		bs_world_free(w, 0, 9);
		bs_world_free(w, 1024, 9);
		bs_world_free(w, 3072, 9);
		for (bs_pfn p = 0; p < 4096; p += p ? 2048 : 1024)
			bs_mm_set_reported(w->m, p, 9, true);
		bs_world_start(w, strategy[i], 32);
		assert_int_equal(bs_hwm_reported(zone0(w), 9), 3);
		assert_int_equal(bs_hwm_reported(zone0(w), 10), 0);
		bs_report_stop(w->rc);
		bs_world_set(w, "order", "10");
		assert_int_equal(bs_report_start(w->rc), 0);
		for (unsigned int k = 0; k < 2; k++)
			assert_int_not_equal(bs_world_alloc(w, 9, M), BS_NO_PFN);
		bs_world_settle(w, 9);
		bs_report_stop(w->rc);
		bs_world_set(w, "order", "9");
		assert_int_equal(bs_report_start(w->rc), 0);
		assert_int_equal(bs_nr_marked(w->rc, 0, 9), 1);
		assert_int_equal(bs_hwm_reported(zone0(w), 9), 1);
		assert_int_equal(w->violations, 0);
		bs_world_destroy(w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_initial_flush_sweeps_each_list_once),
		cmocka_unit_test(test_the_high_water_mark),
		cmocka_unit_test(test_the_boundary_steps_off_a_block_that_is_allocated),
		cmocka_unit_test(test_a_foreign_rotation_resets_the_boundary),
		cmocka_unit_test(test_a_returned_block_that_merged_is_raw),
		cmocka_unit_test(test_marks_survive_being_switched_off),
		cmocka_unit_test(test_marks_of_an_earlier_life_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
