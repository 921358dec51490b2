// SPDX-License-Identifier: GPL-2.0-or-later
/* S8a: the host evicts what is free, where it stands; what the guest takes is installed. */
#include "bs_test.h"

#include "bs_report_world.h"

#define M BS_MIGRATE_MOVABLE

static struct bs_world *full_world(const char *strategy)
{
	struct bs_world *w = bs_world_create_full("linux-5.4", 8192);

	bs_world_start(w, strategy, 32);
	bs_world_work(w); /* the first tick finds nothing */
	bs_world_log(w);
	return w;
}

/*
 *   o9 M: [3072]   o10 M: [5120] [1024]      five frames
 *   tick           in address order, three frames at a time
 *   after          the same lists: nothing was taken, nothing moved
 */
static void test_frames_are_evicted_where_they_stand(void **state)
{
	struct bs_world *w = full_world("shared-state:batch=3");
	struct bs_report_stats st;

	(void)state;
	bs_world_free(w, 1024, 10);
	bs_world_free(w, 3072, 9);
	bs_world_free(w, 5120, 10);
	bs_world_work(w);
	assert_string_equal(bs_world_log(w), "1024:10 3072:9 | 5120:10 | ");
	bs_assert_list(w, 10, M, "5120,1024");
	bs_assert_list(w, 9, M, "3072");
	bs_report_stats(w->rc, &st);
	assert_int_equal(st.isolated_peak_bytes, 0);
	assert_int_equal(bs_report_raw_bytes(w->rc), 0);
	assert_false(w->wake_armed);
	bs_world_destroy(w);
}

/* The timer ticks every 5 s from the beginning of time, not 5 s after a free. */
static void test_the_tick(void **state)
{
	struct bs_world *w = full_world("shared-state");

	(void)state;
	w->now = 7 * BS_NS_PER_S;
	bs_world_free(w, 1024, 10);
	assert_int_equal(w->wake_at, 10 * BS_NS_PER_S);
	bs_world_destroy(w);
}

/*
 *   o10 M: [1024]        evicted; a page is cut from it: frame 1024 is installed, 1536 is not
 *   free the page        o10 M: [1024] again: half of it is to be evicted
 */
static void test_an_allocation_installs_its_frame_only(void **state)
{
	struct bs_world *w = full_world("shared-state");
	bs_pfn page;

	(void)state;
	bs_world_free(w, 1024, 10);
	bs_world_work(w);
	bs_world_log(w);
	/* the 256 pages behind the blocks come first */
	for (unsigned int i = 0; i < 256; i++)
		bs_world_alloc(w, 0, M);
	page = bs_world_alloc(w, 0, M);
	assert_int_equal(page, 1024);
	bs_assert_list(w, 9, M, "1536");
	assert_int_equal(bs_report_raw_bytes(w->rc), 0);
	bs_world_settle(w, 4); /* 1536 is evicted already: not told again */
	assert_string_equal(bs_world_log(w), "");
	bs_world_free(w, page, 0);
	bs_assert_list(w, 10, M, "1024");
	assert_int_equal(bs_report_raw_bytes(w->rc), BS_PAGE_SIZE << 9);
	bs_world_work(w);
	assert_string_equal(bs_world_log(w), "1024:10 | ");
	bs_world_destroy(w);
}

/* 4 MiB at once are two frames. */
static void test_a_large_allocation_installs_both(void **state)
{
	struct bs_world *w = full_world("shared-state");

	(void)state;
	bs_world_free(w, 1024, 10);
	bs_world_work(w);
	assert_int_equal(bs_world_alloc(w, 10, M), 1024);
	bs_world_free(w, 1536, 9); /* the upper frame alone is back */
	bs_world_log(w);
	bs_world_work(w);
	assert_string_equal(bs_world_log(w), "1536:9 | ");
	bs_world_destroy(w);
}

/* The guest takes a frame while the host still works on it: it is the guest's, and is evicted again
 * when it has been freed. */
static void take_one(struct bs_world *w, unsigned int call)
{
	(void)call;
	assert_int_equal(bs_world_alloc(w, 10, M), 5120);
}

static void test_the_guest_may_take_it_meanwhile(void **state)
{
	struct bs_world *w = full_world("shared-state");

	(void)state;
	bs_world_free(w, 1024, 10);
	bs_world_free(w, 5120, 10);
	w->during = take_one;
	bs_world_work(w);
	w->during = NULL;
	assert_string_equal(bs_world_log(w), "1024:10 5120:10 | ");
	assert_int_equal(w->violations, 0);
	bs_world_free(w, 5120, 10);
	bs_world_work(w);
	assert_string_equal(bs_world_log(w), "5120:10 | ");
	bs_world_destroy(w);
}

/* What the host failed to discard is still installed, and is tried again at the next tick. */
static void test_a_failed_discard_is_tried_again(void **state)
{
	struct bs_world *w = full_world("shared-state");

	(void)state;
	bs_world_free(w, 1024, 10);
	w->fail_call = w->calls + 1;
	bs_world_work(w);
	assert_true(w->wake_armed);
	bs_world_work(w);
	assert_string_equal(bs_world_log(w), "1024:10 | 1024:10 | ");
	assert_false(w->wake_armed);
	bs_world_destroy(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frames_are_evicted_where_they_stand),
		cmocka_unit_test(test_the_tick),
		cmocka_unit_test(test_an_allocation_installs_its_frame_only),
		cmocka_unit_test(test_a_large_allocation_installs_both),
		cmocka_unit_test(test_the_guest_may_take_it_meanwhile),
		cmocka_unit_test(test_a_failed_discard_is_tried_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
