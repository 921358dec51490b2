// SPDX-License-Identifier: GPL-2.0-or-later
/* april-sketch: smallest fit from the head, Offline blocks at the tail, 64 MiB at a time, one
 * thread that does not cycle (STRATEGIES.md, april-sketch). */
#include "bs_test.h"

#include "april_sketch.h"
#include "bs_report_world.h"

#define M BS_MIGRATE_MOVABLE

static struct bs_world *full_world(const char *strategy, uint64_t pages)
{
	struct bs_world *w = bs_world_create_full("linux-5.4", pages);

	bs_world_start(w, strategy, 32);
	bs_world_settle(w, 8);
	bs_world_log(w);
	return w;
}

/*
 *   free            o9 M: [512]   o10 M: [3072] [5120]      two of order 10: the mark
 *   pass            order 9 first, then 10 from the head; back to the tail
 *   after           o9 M: [512r]  o10 M: [3072r] [5120r]
 */
static void test_smallest_fit_from_the_head(void **state)
{
	struct bs_world *w = full_world("april-sketch:hwm=2", 8192);

	(void)state;
	bs_world_free(w, 512, 9);
	bs_world_free(w, 5120, 10);
	assert_false(w->wake_armed);
	bs_world_free(w, 3072, 10);
	assert_true(w->wake_armed);
	assert_int_equal(w->wake_at - w->now, 100 * BS_NS_PER_MS);
	bs_world_work(w);
	assert_string_equal(bs_world_log(w), "512:9 3072:10 5120:10 | ");
	bs_assert_list(w, 9, M, "512r");
	bs_assert_list(w, 10, M, "3072r,5120r");
	assert_false(w->wake_armed);
	bs_world_destroy(w);
}

/* New blocks come to the head, Offline ones stand behind them: the search steps over none of them
 * until it has all that is raw. */
static void test_offline_blocks_gather_at_the_tail(void **state)
{
	struct bs_world *w = full_world("april-sketch:hwm=2", 8192);
	struct bs_report_stats before, after;

	(void)state;
	bs_world_free(w, 0, 10);
	bs_world_free(w, 1024, 10);
	bs_world_work(w);
	bs_world_log(w);
	bs_world_free(w, 2048, 10);
	bs_world_free(w, 3072, 10);
	bs_assert_list(w, 10, M, "3072,2048,1024r,0r");
	bs_report_stats(w->rc, &before);
	bs_world_work(w);
	bs_report_stats(w->rc, &after);
	assert_string_equal(bs_world_log(w), "3072:10 2048:10 | ");
	bs_assert_list(w, 10, M, "1024r,0r,3072r,2048r");
	/* two raw ones, then once over the Offline ones to see that no more is there */
	assert_int_equal(after.nodes_walked - before.nodes_walked, 2 + 2);
	bs_world_destroy(w);
}

/* Five blocks of 4 MiB under a limit of 8 MiB: two, two, one. */
static void test_never_more_than_the_limit_is_out(void **state)
{
	struct bs_world *w = full_world("april-sketch:hwm=5,limit=8MiB", 8192);
	struct bs_report_stats st;

	(void)state;
	for (bs_pfn p = 0; p < 5 * 1024; p += 1024)
		bs_world_free(w, p, 10);
	bs_world_work(w);
	assert_string_equal(bs_world_log(w), "4096:10 3072:10 | 2048:10 1024:10 | 0:10 | ");
	bs_report_stats(w->rc, &st);
	assert_int_equal(st.isolated_peak_bytes, 8 << 20);
	assert_int_equal(bs_report_raw_bytes(w->rc), 0);
	bs_world_destroy(w);
}

/* Two blocks stay free and one is used and freed over and over: nr_free is at the mark all the
 * time; the thread runs when as many blocks as the mark have come since it last looked. */
static void test_the_mark_counts_what_is_new(void **state)
{
	struct bs_world *w = full_world("april-sketch:hwm=2", 8192);
	const struct bs_sketch_zone *z = bs_zone_state(w->rc, 0);

	(void)state;
	bs_world_free(w, 0, 10);
	bs_world_free(w, 1024, 10);
	bs_world_work(w);
	assert_int_equal(z->area[10].nr_freed, z->area[10].collected);
	assert_int_equal(bs_world_alloc(w, 10, M), 1024);
	bs_world_free(w, 1024, 10);
	assert_int_equal(z->area[10].nr_freed, z->area[10].collected + 1);
	assert_false(w->wake_armed);
	assert_int_equal(bs_world_alloc(w, 10, M), 1024);
	bs_world_free(w, 1024, 10);
	assert_true(w->wake_armed);
	bs_world_destroy(w);
}

static void free_three(struct bs_world *w, unsigned int call)
{
	if (call > 1)
		return;
	bs_world_free(w, 5120, 10);
	bs_world_free(w, 6144, 10);
	assert_false(w->wake_armed);
	bs_world_free(w, 7168, 10);
	assert_true(w->wake_armed);
}

/* Three are in hand, three come meanwhile: what is new does not depend on what is in hand. */
static void test_the_mark_while_blocks_are_in_hand(void **state)
{
	struct bs_world *w = full_world("april-sketch:hwm=3", 8192);

	(void)state;
	w->during = free_three;
	for (bs_pfn p = 0; p < 3072; p += 1024)
		bs_world_free(w, p, 10);
	bs_world_settle(w, 1);
	assert_string_equal(bs_world_log(w), "2048:10 1024:10 0:10 | ");
	bs_world_work(w);
	assert_string_equal(bs_world_log(w), "7168:10 6144:10 5120:10 | ");
	assert_false(w->wake_armed);
	bs_world_destroy(w);
}

/* A refused request leaves its blocks raw, and ends the pass. */
static void test_an_error_leaves_raw(void **state)
{
	struct bs_world *w = full_world("april-sketch:hwm=2", 8192);

	(void)state;
	bs_world_free(w, 0, 10);
	bs_world_free(w, 1024, 10);
	w->fail_call = w->calls + 1;
	bs_world_work(w);
	bs_assert_list(w, 10, M, "1024,0");
	assert_false(w->wake_armed);
	bs_world_free(w, 2048, 10);
	bs_world_free(w, 3072, 10);
	bs_world_work(w);
	assert_int_equal(bs_report_raw_bytes(w->rc), 0);
	bs_world_destroy(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_smallest_fit_from_the_head),
		cmocka_unit_test(test_offline_blocks_gather_at_the_tail),
		cmocka_unit_test(test_never_more_than_the_limit_is_out),
		cmocka_unit_test(test_the_mark_counts_what_is_new),
		cmocka_unit_test(test_the_mark_while_blocks_are_in_hand),
		cmocka_unit_test(test_an_error_leaves_raw),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
